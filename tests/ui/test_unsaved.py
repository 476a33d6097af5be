"""What a manager changes: much is asked once more, nothing is lost without a word, nothing is said of another page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.session.snapshot import StaffMessage
from tests.ui.test_presenter import shown_of
from tests.ui.test_screen_presenter import Room
from ui.present.local import Local, OpenTab
from ui.present.samples import SAMPLES
from ui.present.shown import Action, Shown, StaffDetail
from ui.present.spoken import choices_of

PRICE, _ = SAMPLES["34-staff-settings-price"]
SLOT, _ = SAMPLES["31-staff-slot"]


def action(shown: Shown, name: str) -> Action:
    return next(each for each in choices_of(shown) if each.id == name)


def price(minor: int) -> Shown:
    assert PRICE.staff is not None
    assert PRICE.staff.settings is not None
    settings = replace(PRICE.staff.settings, price_minor=400)
    staff = replace(PRICE.staff, settings=settings)
    return shown_of(replace(PRICE, staff=staff), Local(tab=f"kiosk/settings/price//{minor}"))


@pytest.mark.parametrize(("minor", "held"), [(600, False), (601, True), (200, False), (199, True), (401, False)])
def test_a_price_that_changes_by_more_than_half_is_saved_by_holding(minor: int, held: bool) -> None:
    assert bool(action(price(minor), "save").hold) is held


def test_what_is_not_saved_says_so_and_is_not_left_by_one_tap() -> None:
    saved, changed = price(400), price(410)
    assert isinstance(saved.detail, StaffDetail)
    assert isinstance(changed.detail, StaffDetail)
    assert saved.detail.figure is not None
    assert changed.detail.figure is not None
    assert (saved.detail.figure.label, changed.detail.figure.label) == ("New", "Not saved yet")
    assert (action(saved, "cancel").label, action(saved, "cancel").hold) == ("Leave", None)
    assert action(changed, "cancel").label == "Leave unsaved"
    assert action(changed, "cancel").hold is not None


@pytest.mark.parametrize(("count", "unsaved"), [(None, False), (1, True)])
def test_nor_is_a_count_lost_by_one_tap(count: int | None, unsaved: bool) -> None:
    shown = shown_of(SLOT, Local(tab="stock", slot=5, count=count))
    assert bool(action(shown, "cancel").hold) is unsaved


def test_the_day_a_page_begins_with_is_not_unsaved() -> None:
    shown = shown_of(*SAMPLES["34-staff-settings-until"])
    assert isinstance(shown.detail, StaffDetail)
    listed = shown_of(SAMPLES["34-staff-settings"][0], Local(tab="kiosk/settings"))
    opens = next(each for each in choices_of(listed) if each.id.startswith("set_until"))
    assert isinstance(opens.does, OpenTab)
    assert action(shown_of(SAMPLES["34-staff-settings"][0], Local(tab=opens.does.tab)), "cancel").hold is None


def test_what_was_said_of_one_page_is_not_said_on_the_next_and_is_said_again_when_tried_again() -> None:
    room = Room()
    assert PRICE.staff is not None
    quiet = replace(PRICE, staff=replace(PRICE.staff, message=None))
    failed = replace(PRICE, staff=replace(PRICE.staff, message=StaffMessage("settings_no_folder")))
    room.screen.receive(quiet)
    room.screen.send(OpenTab("kiosk/settings/price//410"))
    room.screen.receive(failed)
    assert "no settings folder" in room.seen[-1].spoken
    room.screen.send(OpenTab("kiosk/settings/hours"))
    assert "no settings folder" not in room.seen[-1].spoken
    room.screen.receive(quiet)
    room.screen.receive(failed)
    assert "no settings folder" in room.seen[-1].spoken
