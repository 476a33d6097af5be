"""Whoever plays a script unattended hears that it cannot go on, rather than waiting before a screen for ever."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest

from kiosk.rehearsal import live
from kiosk.rehearsal.live import ScriptedPerson
from kiosk.session.intents import Intent
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.present.samples import SAMPLES

OUT_OF_ORDER = next(now for now, _ in SAMPLES.values() if now.state is State.OUT_OF_ORDER and now.fault is not None)
WELCOME = SAMPLES["02-welcome"][0]


class Glass:
    """Shows what it is told."""

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        self.show = listener

    def post(self, intent: Intent, /) -> None:
        """Nobody touches it."""


@pytest.fixture
def glass() -> Glass:
    return Glass()


@pytest.fixture
def stuck(glass: Glass) -> Iterator[queue.SimpleQueue[str]]:
    """What is said of a script that cannot go on."""
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    person = ScriptedPerson(glass)
    person.when_out_of_order(said.put)
    person.watchers.append(lambda now: person.after(0.0, lambda: said.put(now.state.value)))
    person.start()
    yield said
    person.close()


def test_out_of_order_with_nobody_to_help_ends_the_script_with_the_faults_code(
    glass: Glass, stuck: queue.SimpleQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "NOBODY_COMES_S", 0.0)
    glass.show(OUT_OF_ORDER)
    assert OUT_OF_ORDER.fault is not None
    assert {stuck.get(timeout=5), stuck.get(timeout=5)} == {OUT_OF_ORDER.fault.code, "out_of_order"}


def test_a_fault_that_heals_meanwhile_ends_nothing(
    glass: Glass, stuck: queue.SimpleQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "NOBODY_COMES_S", 0.05)
    glass.show(OUT_OF_ORDER)
    glass.show(WELCOME)
    assert [stuck.get(timeout=5), stuck.get(timeout=5)] == ["out_of_order", "welcome"]
    with pytest.raises(queue.Empty):
        stuck.get(timeout=0.2)
