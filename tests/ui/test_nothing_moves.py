"""Nothing on a page moves by a choice on it: what one is about to touch next stays where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.session.intents import ChooseFinish, Intent, SetQuantity
from kiosk.session.snapshot import Snapshot
from tests.ui.glass import box_of, gallery
from ui.gallery import sample_store
from ui.present.local import Local, LocalAct, after
from ui.present.samples import SAMPLES
from ui.present.spoken import choices_of

CHOSEN_ON = (
    ("08-offer", "copies_"),
    ("08-offer", "finish_"),
    ("14-staff-approval", "reason_"),
    ("12-staff-login", "digit_"),
    ("26-bring-back", "digit_"),
    ("10-refused-letter", "key_"),
    ("31-staff-slot", "count_"),
    ("34-staff-settings-price", "price_"),
    ("34-staff-settings-day", "closes_"),
    ("34-staff-settings-day", "day_"),
    ("34-staff-settings-until", "until_"),
    ("35-technician-move", "axis_"),
    ("35-technician-move", "step_"),
)


def _chosen(snapshot: Snapshot, local: Local, does: Intent | LocalAct) -> tuple[Snapshot, Local]:
    """What session and screen hold once that was chosen."""
    match does:
        case SetQuantity(number) if snapshot.offer is not None:
            return replace(snapshot, offer=replace(snapshot.offer, quantity=number)), local
        case ChooseFinish(finish) if snapshot.offer is not None:
            return replace(snapshot, offer=replace(snapshot.offer, finish=finish)), local
        case _:
            return snapshot, after(local, does, snapshot.state)[0]  # type: ignore[arg-type]


def _places(frame: Any) -> dict[str, tuple[int, int]]:
    boxes = {button.action.id: box_of(button, "") for button in frame.buttons()}
    return {name: (round(box.x), round(box.y)) for name, box in boxes.items()}


@pytest.mark.parametrize(("size", "language"), [("portrait", "es"), ("landscape", "fr")])
def test_nothing_on_a_page_moves_by_a_choice_on_it(size: str, language: str) -> None:
    glass, store, moved = gallery(), sample_store(size), []
    for name, kind in CHOSEN_ON:
        snapshot, local = SAMPLES[name]
        snapshot = replace(snapshot, language=language)
        if kind == "reason_":
            # Nothing is picked yet.
            local = Local()
        shown = glass.show(snapshot, local, store, "light")
        able = [each for each in choices_of(shown) if each.id.startswith(kind) and each.enabled and not each.chosen]
        assert able, (name, kind)
        before = _places(glass.frame)
        glass.show(*_chosen(snapshot, local, able[-1].does), store, "light")
        after_it = _places(glass.frame)
        moved += [(name, able[-1].id, button) for button in before if before[button] != after_it.get(button)]
    assert moved == []
