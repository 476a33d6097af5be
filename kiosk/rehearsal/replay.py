"""A flight record played again: the same events at the same times must lead to the same states.

Responsible for: feeding a record to a session whose effects are never run, and comparing. Not responsible for: the
record's form (`kiosk.session.flight_record`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from config.settings import Settings
from hardware.ports import MachineStatus
from kiosk.key.reading import Identification, StampReading
from kiosk.records.journal import Journal, NewSale, Sale, SaleStep
from kiosk.rehearsal.owned import as_owned
from kiosk.rehearsal.ready import ReadyKeyReader, ReadyScanner, RehearsalAudit, RehearsalStaff
from kiosk.rehearsal.ready import identified as made_up
from kiosk.rehearsal.simulated_kiosk import scratch_folder, theatre
from kiosk.session.controller import Controller, Message
from kiosk.session.executor import Lane, Work
from kiosk.session.flight_record import Entry, EntryKind, SwitchedOn, message_of, setup_of
from kiosk.session.intents import Recover
from kiosk.session.reports import BlankUnfit, Reply, SaleFound
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine

SLACK_S = 1e-3
"""A record's times are rounded, and each timer that is played runs out some microseconds late: one that is due so soon
after an event was what the event came of."""


class _Nobody:
    """Effects are asked for in vain: what came of them is in the record."""

    def submit(self, lane: Lane, visit: int, work: Work) -> None:
        """Nothing is done."""

    def close(self) -> None:
        """Nothing to end."""


def replay(entries: tuple[Entry, ...], settings: Settings) -> tuple[str, ...]:
    """Play a record.

    Returns:
        Every place where the states differ, in words; empty if none does.

    Raises:
        BadInput: an entry is no event of this version.
    """
    found: list[str] = []
    with ExitStack() as closing:
        played: _Played | None = None
        for entry in entries:
            setup = setup_of(entry)
            if setup is not None:
                # Also in the middle of a record: the power was away.
                closing.close()
            if setup is not None or played is None:
                played = _Played(closing, settings, setup, entry.at_s)
            if entry.kind in (EntryKind.WIRE, EntryKind.SETUP):
                continue
            state = played.handle(message_of(entry, _stand_in(settings)), entry.at_s).value
            if state != entry.state:
                found.append(f"at {entry.at_s:.1f} s, after {entry.type}: {state}, the record says {entry.state}")
    return tuple(found)


class _Played:
    """A session that was just switched on, and is told what happened."""

    def __init__(self, closing: ExitStack, settings: Settings, setup: SwitchedOn | None, at_s: float) -> None:
        if setup is not None:
            settings = as_owned(settings, setup.store, setup.machine, "flight record")
        folder = closing.enter_context(scratch_folder("replay-"))
        sim = SimulatedMachine(settings.machine, settings.catalogue, 1, baud=None)
        reader = ReadyKeyReader(sim, settings.machine.check, [], StampReading(seen=True))
        scene = closing.enter_context(
            theatre(
                settings,
                folder,
                sim=sim,
                reader=reader,
                scanner=ReadyScanner(sim),
                staff=RehearsalStaff(),
                audit=RehearsalAudit(),
            )
        )
        self._ports = scene.stage.ports
        for slot in setup.slots if setup is not None else ():
            self._ports.inventory.refill(slot.number, slot.count)
            if slot.locked:
                self._ports.inventory.lock(slot.number, "")
        if setup is not None and setup.fault:
            self._ports.machine_record.note_fault(setup.fault)
        self._controller = Controller(self._ports, lambda _: _Nobody())
        self._controller.begin()
        self._began_s = self._ports.clock.now_s() - at_s

    def handle(self, message: Message | None, at_s: float) -> State:
        """Something happened, or only time passed; the state it led to."""
        controller, clock = self._controller, self._ports.clock
        _let_pass(controller, self._began_s + at_s, clock.now_s, clock.sleep)
        if isinstance(message, Recover):
            # Looks at the machine are in no record; whoever held Recover had seen nothing against it.
            controller.context.bench.status = MachineStatus("Idle", None, 0.0, 0.0)
        if isinstance(message, Reply):
            if isinstance(message.report, BlankUnfit):
                # The effect that would have locked the slot is not run.
                self._ports.inventory.lock(message.report.slot, message.report.reason)
            if isinstance(message.report, SaleFound) and message.report.sale is not None:
                _sold(self._ports.journal, message.report.sale)
            message = replace(message, visit=controller.context.visit_number)
        if message is not None:
            controller.post(message)
        while controller.step():
            pass
        return controller.context.session.state


def _sold(journal: Journal, sale: Sale) -> None:
    """A sale the record's journal knew, for claims to be counted on; its receipt's code is in no record."""
    if journal.sale(sale.transaction) is not None:
        return
    journal.open_sale(
        NewSale(
            transaction=sale.transaction,
            bring_back_code=sale.transaction,
            blank=sale.blank,
            finish=sale.finish,
            copies=sale.copies,
            price_each_minor=sale.price_each_minor,
            currency=sale.currency,
            payment=sale.payment,
        )
    )
    for copy in range(1, sale.delivered + 1):
        journal.write(sale.transaction, SaleStep.DELIVERED, copy=copy)
    journal.write(sale.transaction, SaleStep.CAPTURED)
    journal.write(sale.transaction, SaleStep.CLOSED)


def _let_pass(
    controller: Controller, until_s: float, now_s: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    while True:
        wait_s, left_s = controller.wait_s, until_s - now_s()
        if wait_s is None or wait_s > left_s + SLACK_S:
            if left_s <= 0:
                return
            wait_s = left_s
        sleep(max(1e-6, wait_s))
        while controller.step():
            pass


def _stand_in(settings: Settings) -> Callable[[str], Identification]:
    """A key of a blank whose every cut is the shallowest: it can always be planned, and is nobody's."""

    def stand_in(blank: str) -> Identification:
        keyway, known = settings.catalogue.blank_of[blank]
        code = keyway.spec.depths[0].code if keyway.spec else ""
        return made_up(settings.catalogue, blank, 0, bitting=(code,) * known.cuts)

    return stand_in
