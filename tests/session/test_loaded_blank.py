"""What was loaded is looked at before it is cut: a wrong blank goes into the bin, and its slot is locked."""

from __future__ import annotations

from kiosk.cutting.blank import BlankProblem
from kiosk.records.audit.kinds import AuditKind
from kiosk.session.states import State
from tests.session.parts import Shop
from tests.session.test_selling import buy


def test_a_wrong_blank_is_never_cut_and_locks_its_slot(kiosk: Shop) -> None:
    """There is no other slot with this blank: nothing is made and nothing charged."""
    kiosk.reader.loaded = [BlankProblem.LENGTH]
    buy(kiosk)
    kiosk.stage.run_to(State.FAILED)
    moves = kiosk.cutter.moves
    assert "run" not in moves
    at = moves.index("load 1")
    assert moves[at + 1 : at + 3] == ["show blank", "reject"]
    assert kiosk.cutter.bin == 1
    slots = kiosk.stage.ports.inventory.slots()
    assert [(slot.number, slot.lock_reason) for slot in slots if slot.locked] == [(1, "other_blank")]
    assert (AuditKind.SLOT_LOCKED, "other_blank") in [
        (kind, facts.get("reason")) for kind, facts in kiosk.audit.records
    ]
    (sale,) = kiosk.stage.ports.journal.last_sales(1)
    assert sale.kept_minor == 0


def test_it_is_looked_at_after_it_was_touched_off_and_before_the_wheel(kiosk: Shop) -> None:
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    moves = kiosk.cutter.moves
    at = next(number for number, move in enumerate(moves) if move.startswith("load "))
    assert moves[at + 1 : at + 4] == ["show blank", "run", "check"]
