"""The kiosk is killed around every write and after every line to the board: delivered and paid, or neither."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from tests.support.lives import STORIES, Killed, Place, Story, kill_at, one_copy, places, settle, two_copies


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
        yield made


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_killed_before_and_after_every_write(story: Story, settings: Settings, folder: Path) -> None:
    writes = [place for place in places(settings, folder / "whole", story) if place.what == "write"]
    assert len(writes) >= 10
    for place in writes:
        settle(kill_at(settings, folder / f"{place}", story, place))


def test_killed_after_every_line_to_the_board(settings: Settings, folder: Path) -> None:
    lines = [place for place in places(settings, folder / "whole", one_copy) if place.what == "line"]
    assert len(lines) > 100
    for place in lines:
        settle(kill_at(settings, folder / f"{place}", one_copy, place))


def test_killed_again_while_it_settles_what_the_first_kill_left(settings: Settings, folder: Path) -> None:
    """A copy that was about to fall, and one that was being cut; killed at each write and every fifth line of the
    restart, which must leave it to the next one."""
    writes = [place for place in places(settings, folder / "whole", two_copies) if place.what == "write"]
    for first in writes[9::6]:
        for second in (*(Place("write", at) for at in range(1, 20)), *(Place("line", at) for at in range(1, 200, 5))):
            life = kill_at(settings, folder / f"{first} {second}", two_copies, first)
            try:
                settle(life, second)
            except Killed:
                settle(life)
            else:
                # It came to rest before the second place: there is none later.
                if second.what == "line":
                    break
