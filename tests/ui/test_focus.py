"""Where the keyboard's focus stands on a page that has just come: never where Enter would end the visit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.samples import SAMPLES
from ui.present.shown import ButtonKind


def put_up(glass: Any, name: str) -> None:
    snapshot, local = SAMPLES[name]
    glass.show(snapshot, local, sample_store("portrait"), "light")


def on_cancel_while_looking() -> Any:
    glass = gallery()
    put_up(glass, "05-scanning")
    glass.frame.focus_on("")
    while glass.frame.move_focus(1).action.id != "cancel":
        pass
    return glass


def test_from_cancel_while_the_key_is_looked_at_the_focus_comes_to_buying() -> None:
    glass = on_cancel_while_looking()
    put_up(glass, "08-offer")
    assert glass.frame.focused.action.id == "confirm"


@pytest.mark.parametrize(
    "name", ["04-place-key", "06-try-again", "07-worn", "08-offer", "16-paying-terminal", "17-take-key"]
)
def test_no_page_begins_at_cancel(name: str) -> None:
    glass = on_cancel_while_looking()
    put_up(glass, name)
    able = [button.action for button in glass.frame.buttons() if button.action.enabled]
    main = [action.id for action in able if action.kind is ButtonKind.PRIMARY]
    focused = glass.frame.focused
    assert (focused.action.id if focused else "") in (main or ["", *(a.id for a in able if a.id != "cancel")])


def test_where_one_types_enter_completes_the_number_and_presses_no_digit() -> None:
    glass = on_cancel_while_looking()
    put_up(glass, "12-staff-login")
    assert glass.frame.focused is None


def test_who_touches_the_glass_has_no_focus_on_the_next_page() -> None:
    glass = gallery()
    put_up(glass, "05-scanning")
    glass.frame.focus_on("")
    put_up(glass, "08-offer")
    assert glass.frame.focused is None
