"""A key that has to be laid once more: how it lies is looked at, told at a pace one can follow, and read once it is
moved."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pytest_mock import MockerFixture

from kiosk.identification.outline.placement import Placement
from kiosk.key.reading import Identification, Outcome
from kiosk.session.intents import Start
from kiosk.session.phases.scanning import GUIDE_EVERY_S, SAY_AGAIN_S
from kiosk.session.snapshot import Guidance
from kiosk.session.states import State
from tests.session.conftest import kiosk as kiosk
from tests.session.parts import Shop, identified


def cut_off(kiosk: Shop, mocker: MockerFixture, *said: Placement) -> list[Placement]:
    """A key lies half outside; what the camera will see of its place, the last for ever."""
    places = list(said)
    mocker.patch(
        "kiosk.session.effects.placement", side_effect=lambda _: places.pop(0) if len(places) > 1 else places[0]
    )
    kiosk.reader.identifications = [Identification(Outcome.CUT_OFF), Identification(Outcome.CUT_OFF), identified()]
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_to(State.TRY_AGAIN)
    return places


def test_advice_comes_no_faster_than_it_can_be_followed_and_is_repeated(kiosk: Shop, mocker: MockerFixture) -> None:
    cut_off(kiosk, mocker, Placement.HAND, Placement.TO_LEFT)
    told: list[tuple[float, Guidance]] = []

    def keep(_: object) -> bool:
        now = kiosk.stage.now.guidance
        if now is not None and (not told or told[-1][1] != now):
            told.append((kiosk.clock.now_s(), now))
        return len(told) == 4

    kiosk.stage.run_until(keep)
    assert [each.placement for _, each in told] == [Placement.HAND, *[Placement.TO_LEFT] * 3]
    assert [each.number for _, each in told] == [1, 2, 3, 4]
    between = [after - before for (before, _), (after, _) in pairwise(told)]
    assert min(between) >= GUIDE_EVERY_S
    assert between[1] >= SAY_AGAIN_S


def test_a_key_moved_to_where_it_lies_well_is_read_without_a_touch(kiosk: Shop, mocker: MockerFixture) -> None:
    cut_off(kiosk, mocker, Placement.TO_LEFT, Placement.GOOD)
    kiosk.stage.run_to(State.OFFER)


@pytest.mark.parametrize("first", [Placement.GOOD, Placement.EMPTY, Placement.UNSEEN])
def test_one_that_nobody_moved_is_not_read_again_by_itself(
    kiosk: Shop, mocker: MockerFixture, first: Placement
) -> None:
    cut_off(kiosk, mocker, first, Placement.GOOD)
    until_s = kiosk.clock.now_s() + 12
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > until_s)
    assert kiosk.stage.now.state is State.TRY_AGAIN


def test_what_was_looked_at_for_it_is_overwritten(kiosk: Shop, mocker: MockerFixture) -> None:
    looked = mocker.spy(kiosk.scanner, "look")
    cut_off(kiosk, mocker, Placement.TO_LEFT)
    kiosk.stage.run_until(lambda now: now.guidance is not None)
    assert looked.spy_return is not None
    assert not looked.spy_return.pixels.any()
