"""Whoever looks through the pictures of a run finds every screen of it, the offer with its price and paying too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.rehearsal.script import ScriptedVisit
from kiosk.rehearsal.shopper import Shopper
from kiosk.session.intents import Confirm, Intent
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.album import Album
from ui.present.samples import SAMPLES


def sample(name: str) -> Snapshot:
    return SAMPLES[name][0]


OFFER = sample("08-offer")
assert OFFER.offer is not None
READING = replace(OFFER, offer=replace(OFFER.offer, stamp_pending=True))


def test_a_state_with_two_screens_has_a_picture_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Callable[[float], None]] = []
    taken: list[str] = []
    monkeypatch.setattr("kivy.clock.Clock.schedule_interval", lambda look, every_s: looks.append(look))
    presenter = SimpleNamespace(snapshot=None, shown=None)
    Album(
        SimpleNamespace(presenter=presenter, frame=SimpleNamespace(save=lambda path: taken.append(path.name))), tmp_path
    )
    for snapshot, visit in ((READING, "offer/checking"), (OFFER, "offer"), (sample("16-paying-terminal"), "paying")):
        presenter.snapshot, presenter.shown = snapshot, SimpleNamespace(visit=visit)
        for _ in range(9):
            looks[0](0.1)
    assert taken == ["01-offer-checking.png", "02-offer.png", "03-paying.png"]


class Stage:
    """A screen that shows what it is given, to a person whose thoughts are counted."""

    def __init__(self) -> None:
        self.watchers: list[Callable[[Snapshot], None]] = []
        self.now = sample("08-offer")
        self.said: list[Intent] = []
        self.thoughts: list[Callable[[], None]] = []

    def post(self, intent: Intent) -> None:
        self.said.append(intent)

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        self.thoughts.append(act)

    def show(self, now: Snapshot) -> None:
        self.now = now
        for watch in self.watchers:
            watch(now)
        while self.thoughts:
            self.thoughts.pop(0)()


def test_a_scripted_shopper_agrees_to_a_price_only_once_it_is_shown() -> None:
    stage = Stage()
    stage.now = READING
    Shopper(stage, ScriptedVisit(), lambda: None, lambda: None, str).arrive()
    stage.show(READING)
    assert Confirm() not in stage.said
    stage.show(OFFER)
    assert stage.said.count(Confirm()) == 1


def test_a_scripted_shopper_who_leaves_at_the_offer_leaves_once() -> None:
    stage = Stage()
    stage.now = READING
    Shopper(stage, ScriptedVisit(leaves_in=State.OFFER), lambda: None, lambda: None, str).arrive()
    stage.show(READING)
    stage.show(OFFER)
    assert len(stage.said) == 1
