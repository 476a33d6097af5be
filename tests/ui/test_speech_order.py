"""Whatever changes on a page is heard, once it has been said; what changes by itself is not babbled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.session.snapshot import Snapshot
from tests.support.words import load_words
from tests.ui.test_screen_presenter import Room
from ui.present.local import CountBlanks, OpenTab, ToggleContrast, ToggleSpeech
from ui.present.samples import SAMPLES


@pytest.fixture
def room() -> Room:
    made = Room()
    made.screen.send(ToggleSpeech())
    return made


def _heard(room: Room, snapshot: Snapshot) -> str:
    room.screen.receive(snapshot)
    room.voice.heard.clear()
    return room.seen[-1].spoken


def test_who_chooses_two_copies_hears_how_many_and_what_they_cost(room: Room) -> None:
    snapshot = SAMPLES["08-offer"][0]
    assert snapshot.offer is not None
    one = replace(snapshot, offer=replace(snapshot.offer, quantity=1, price_each_minor=349, max_quantity=9))
    _heard(room, one)
    room.screen.receive(replace(one, offer=replace(one.offer, quantity=2)))
    assert room.voice.heard == [("2 copies. $6.98.", "en", 6)]


def test_staff_that_are_called_are_said_to_come(room: Room) -> None:
    _heard(room, SAMPLES["06-try-again"][0])
    room.screen.receive(replace(SAMPLES["06-try-again"][0], staff_called=True))
    assert room.voice.heard[-1][0].startswith(load_words("en")("staff.coming"))


def test_a_count_is_said_after_every_tap_and_another_page_of_the_menu_whole(room: Room) -> None:
    snapshot, local = SAMPLES["31-staff-slot"]
    room.screen.receive(snapshot)
    room.screen.local = replace(room.screen.local, slot=local.slot)
    _heard(room, snapshot)
    room.screen.send(CountBlanks(7))
    assert [said for said, _, _ in room.voice.heard] == ["Not saved yet: 7."]
    room.screen.send(OpenTab("kiosk"))
    assert room.voice.heard[-1][0] == room.seen[-1].spoken


def test_contrast_says_that_it_is_on(room: Room) -> None:
    _heard(room, SAMPLES["04-place-key"][0])
    room.screen.send(ToggleContrast())
    assert room.voice.heard == [("Contrast: on.", "en", 6)]


@pytest.mark.parametrize("name", ["19-cutting", "14-staff-approval"])
def test_what_counts_down_by_itself_is_not_babbled(room: Room, name: str) -> None:
    snapshot = SAMPLES[name][0]
    _heard(room, snapshot)
    if snapshot.progress is not None:
        room.screen.receive(replace(snapshot, progress=replace(snapshot.progress, left_s=snapshot.progress.left_s - 5)))
    if snapshot.staff is not None:
        room.screen.receive(replace(snapshot, staff=replace(snapshot.staff, closes_in_s=71)))
    assert len(room.seen) > 2
    assert room.voice.heard == []
