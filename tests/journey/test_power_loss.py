"""The kiosk is killed around every write and after every line to the board: delivered and paid, or neither."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from tests.support.lives import STORIES, Place, Story, cut_off, one_copy, settle_cut_off, two_copies

# Python 3.12 warns of a fork beside other threads; those of the test runner hold nothing that the kiosk needs.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(environment={})


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as made:
        yield made / "life"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_killed_before_and_after_every_write(story: Story, settings: Settings, folder: Path) -> None:
    cuts = cut_off(settings, folder, story, lambda place: place.what == "write")
    assert len(cuts.taken) >= 10
    assert not cuts.found, "\n".join(cuts.found)


def test_killed_after_every_line_to_the_board(settings: Settings, folder: Path) -> None:
    cuts = cut_off(settings, folder, one_copy, lambda place: place.what == "line")
    assert len(cuts.taken) > 100
    assert not cuts.found, "\n".join(cuts.found)


def test_killed_again_while_it_settles_what_the_first_kill_left(settings: Settings, folder: Path) -> None:
    """A copy that was about to fall, and one that was being cut; killed at each write and every fifth line of the
    restart, which must leave it to the next one."""

    def first(place: Place) -> bool:
        return place.what == "write" and place.at % 6 == 4 and place.at > 9

    def second(place: Place) -> bool:
        return place.at < 20 if place.what == "write" else place.at % 5 == 1

    cuts = cut_off(settings, folder, two_copies, first, lambda life: settle_cut_off(life, second))
    assert len(cuts.taken) >= 5
    assert not cuts.found, "\n".join(cuts.found)
