"""What must be true at the end of every scenario, and what one scenario asks for besides.

Responsible for: finding what is not as it must be. Not responsible for: playing (`kiosk.rehearsal.run_scenario`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kiosk.key.reading import Outcome
from kiosk.records.journal import BlankStatus, PaymentStatus
from kiosk.rehearsal.ready import RehearsalAudit
from kiosk.rehearsal.script import Scenario
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.faults.injection import FAULTS
from simulator.machine.blade import Blade

GOOD_MM = 0.05
FLAT_MM = 0.15
"""Half the width over which a root is measured."""


@dataclass
class SeenOnScreen:
    """What the screen showed, gathered over the whole scenario."""

    path: list[State] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    try_again: list[Outcome] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    staff_called: bool = False

    def look(self, now: Snapshot) -> None:
        """Take note."""
        if not self.path or self.path[-1] is not now.state:
            self.path.append(now.state)
        if now.refusal is not None:
            self.rules.extend(rule.code for rule in now.refusal.rules)
        if now.try_again is not None:
            self.try_again.append(now.try_again)
        if now.fault is not None:
            self.faults.append(now.fault.code)
        if now.failed_reason:
            self.failed.append(now.failed_reason)
        if now.closed_reason:
            self.closed.append(now.closed_reason)
        if now.returned is not None:
            self.returned += [now.returned.likeness, *now.returned.remedies]
        self.staff_called = self.staff_called or now.staff_called


def findings(scenario: Scenario, end: SimulatedKiosk, seen: SeenOnScreen, audit: RehearsalAudit) -> tuple[str, ...]:
    """Everything that is not as it must be, in words."""
    harms = {harm for trouble in scenario.trouble for harm in FAULTS[trouble.fault].harms}
    return (*_always(end, scenario.expect.ends_in, harms), *_asked(scenario, end, seen, audit))


def _always(end: SimulatedKiosk, ends_in: State, harms: Collection[str]) -> Iterator[str]:
    """Delivered and paid or neither, wheel off, only good copies in the chute, nothing dangerous ever.

    `harms`: what the faults of this scenario cause whatever software does.
    """
    journal, world = end.stage.ports.journal, end.sim.world
    sales = journal.last_sales(1000)
    if ends_in is not State.OUT_OF_ORDER:
        for sale in journal.open_sales():
            yield f"sale {sale.transaction} is left open: money {sale.money}, metal {sale.metal}"
    for sale in sales:
        taken = end.terminal.taken_minor(sale.transaction)
        owed = 0 if sale.money is PaymentStatus.DECLINED else sale.kept_minor
        if sale.closed and sale.metal is BlankStatus.NONE and taken != owed:
            yield f"sale {sale.transaction}: {taken} taken for {sale.delivered} delivered"
        if taken > sale.due_minor:
            yield f"sale {sale.transaction}: {taken} taken for {sale.delivered} delivered"
        if sale.recut_of and (sale.delivered > 1 or sale.price_each_minor):
            yield f"sale {sale.transaction} makes good more than one copy, or not for nothing"
        recuts = sum(each.delivered for each in sales if each.recut_of == sale.transaction)
        if sale.refunded + recuts > sale.delivered:
            yield f"sale {sale.transaction}: {sale.refunded} refunded and {recuts} recut of {sale.delivered} delivered"
        if not sale.simulated:
            yield f"sale {sale.transaction} is not marked as simulated"
    delivered = sum(sale.delivered for sale in sales)
    if delivered != end.delivered:
        yield f"the journal says {delivered} delivered, the chute holds {end.delivered}"
    if "turned_alone" not in harms:
        yield from _wheel(end)
    yield from (f"{name} {count} times" for name, count in world.incidents.counted(harms).items())
    for number, blade in enumerate(end.sim.chute, start=1):
        worst_mm = _worst_mm(blade, end)
        if worst_mm > GOOD_MM:
            yield f"copy {number} was delivered though it is off by {worst_mm:.3f} mm"


def _wheel(end: SimulatedKiosk) -> Iterator[str]:
    """It stands, or people are told that it may not: a board whose cable is out obeys nobody."""
    world = end.sim.world
    # It needs its time to come to a stop.
    end.sim.clock.sleep(world.machine.wheel.spin_up_s)
    if world.wheel.rpm(end.sim.firmware.now_s) > 0 and not end.stage.now.wheel_may_turn:
        yield "the wheel turns, and nobody is told"


def _worst_mm(blade: Blade, end: SimulatedKiosk) -> float:
    """Largest distance of a root from the factory depth nearest to it."""
    keyway, blank = end.stage.ports.catalogue.blank_of[blade.code]
    if keyway.spec is None:
        return float("inf")
    depths = np.array([depth.root_mm for depth in keyway.spec.depths])
    worst = 0.0
    for position in keyway.spec.places_mm(blank):
        around = np.linspace(position - FLAT_MM, position + FLAT_MM, 21)
        root = float(np.mean(np.interp(around, blade.x_mm, blade.top_mm)))
        worst = max(worst, float(np.min(np.abs(depths - root))))
    return worst


def _asked(scenario: Scenario, end: SimulatedKiosk, seen: SeenOnScreen, audit: RehearsalAudit) -> Iterator[str]:
    expect = scenario.expect
    state = end.stage.now.state
    if state is not expect.ends_in:
        yield f"ends in {state}, not in {expect.ends_in}"
    missed = [each for each in expect.through if each not in seen.path]
    yield from (f"never came to {each}" for each in missed)
    if missed and (seen.rules or seen.faults):
        yield f"refused by: {_listed(seen.rules)}; faults: {_listed(seen.faults)}"
    yield from (f"came to {each}" for each in expect.not_through if each in seen.path)
    if expect.delivered is not None and end.delivered != expect.delivered:
        yield f"{end.delivered} delivered, not {expect.delivered}"
    charged = end.terminal.taken_in_all_minor
    if expect.charged_minor is not None and charged != expect.charged_minor:
        yield f"{charged} charged, not {expect.charged_minor}"
    if expect.rejected is not None and len(end.sim.rejects) != expect.rejected:
        yield f"{len(end.sim.rejects)} rejected, not {expect.rejected}"
    yield from (
        f"rule {each} did not fire (fired: {_listed(seen.rules)})" for each in expect.rules if each not in seen.rules
    )
    yield from (
        f"never asked again for {each} (asked: {_listed(seen.try_again)})"
        for each in expect.try_again
        if each not in seen.try_again
    )
    for wanted, shown, what in (
        (expect.fault, seen.faults, "fault"),
        (expect.failed_reason, seen.failed, "reason of failure"),
        (expect.closed_reason, seen.closed, "reason of closing"),
        (expect.returned, seen.returned, "result of a return"),
    ):
        if wanted and wanted not in shown:
            yield f"no {what} {wanted} (there was: {_listed(shown)})"
    locked = tuple(slot.number for slot in end.stage.ports.inventory.slots() if slot.locked)
    if expect.locked_slots is not None and locked != expect.locked_slots:
        yield f"slots {locked} are locked, not {expect.locked_slots}"
    if expect.staff_called is not None and seen.staff_called is not expect.staff_called:
        yield "staff were " + ("called" if seen.staff_called else "not called")
    kinds = [kind for kind, _ in audit.records]
    yield from (f"no record of {each} (there are: {_listed(kinds)})" for each in expect.audit if each not in kinds)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(map(str, values))) or "none"
