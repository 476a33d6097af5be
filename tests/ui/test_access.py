"""What people with little sight, hearing or strength rely on; the rest is listed in docs/accessibility.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.session.intents import Credentials
from kiosk.session.snapshot import Snapshot, StaffMessage, StaffView
from kiosk.session.states import State
from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.local import EnterTyped, Local, SetVolume, ToggleSpeech, Typed, after, on_state
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.present.shown import KeypadDetail


def test_the_volume_is_back_at_its_default_for_the_next_person() -> None:
    local, _ = after(Local(), ToggleSpeech(), State.PLACE_KEY)
    local, _ = after(local, SetVolume(10), State.PLACE_KEY)
    assert local.volume == 10
    assert on_state(local, State.PLACE_KEY, State.WELCOME).volume == Local().volume


def test_a_second_wrong_pin_looks_different_from_the_first() -> None:
    local, said = Local(), []
    for _ in range(2):
        for act in (Typed("1"), EnterTyped(), Typed("2"), EnterTyped()):
            local, intent = after(local, act, State.STAFF_LOGIN)
        assert isinstance(intent, Credentials)
        staff = StaffView(message=StaffMessage.WRONG)
        shown = present(Snapshot(State.STAFF_LOGIN, simulated=False, staff=staff), local, sample_store("portrait"))
        assert isinstance(shown.detail, KeypadDetail)
        said.append(shown.detail.message)
    assert said[0] != said[1]
    assert on_state(local, State.STAFF_LOGIN, State.WELCOME).tries == 0


@pytest.mark.parametrize("name", ["02-welcome", "04-place-key", "19-cutting", "11-refused-kind"])
def test_nothing_moves_by_itself_in_high_contrast(name: str) -> None:
    from ui.widgets.look import look

    glass = gallery()
    look.moving = True
    try:
        snapshot, local = SAMPLES[name]
        glass.show(snapshot, local, sample_store("portrait"), "light")
        assert _picture(glass)._ticking is not None
        glass.show(snapshot, replace(local, contrast=True), sample_store("portrait"), "contrast")
        assert _picture(glass)._ticking is None
    finally:
        look.moving = False


def _picture(glass: Any) -> Any:
    return glass.frame.page.part("picture")
