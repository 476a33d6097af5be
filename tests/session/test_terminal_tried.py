"""A technician tries the card terminal from the service page: what is wrong with it is named, and nothing is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.payment import Mdb, PartialBooking, PaymentKind, Zvt
from config.payment import Payment as PaymentSettings
from hardware.payment.check import TerminalState
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from hardware.ports import Payment
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.session.intents import Credentials, ServiceAction, ServiceMenu, ServiceTask, StaffKey
from kiosk.session.snapshot import ServiceMessage, Snapshot
from kiosk.session.states import State
from simulator.terminals.mdb import MdbFault, MdbTerminal
from simulator.terminals.zvt import ZvtFault, ZvtTerminal
from tests.hardware.payment.desk import TerminalLink, Unplugged, VirtualClock
from tests.session.parts import SETTINGS, Shop, shop
from tests.support.words import load_words
from ui.present.local import Local
from ui.present.present import present

Device = tuple[PaymentSettings, Callable[[SqliteTerminalBook], Payment]]


def zvt(terminal: ZvtTerminal | None, *faults: ZvtFault, partial: PartialBooking = PartialBooking.RELEASED) -> Device:
    clock, settings = VirtualClock(), Zvt(partial_booking=partial)
    for fault in faults:
        assert terminal is not None
        terminal.will(fault)

    def open_link() -> Any:
        if terminal is None:
            raise Unplugged("nobody")
        return TerminalLink(terminal, clock)

    chosen = PaymentSettings(kind=PaymentKind.ZVT, zvt=settings)
    return chosen, lambda book: ZvtPayment(open_link, settings, book, clock)


def mdb(reader: MdbTerminal, *faults: MdbFault) -> Device:
    clock = VirtualClock()
    for fault in faults:
        reader.will(fault)
    chosen = PaymentSettings(kind=PaymentKind.MDB)
    return chosen, lambda book: MdbPayment(lambda: TerminalLink(reader, clock), Mdb(), book, clock)


def tried(folder: Path, device: Device) -> tuple[Shop, Snapshot]:
    settings, build = device
    machine = SETTINGS.machine.model_copy(update={"payment": settings})
    with shop(folder, replace(SETTINGS, machine=machine)) as kiosk:
        ports = kiosk.stage.ports
        payment = build(ports.terminal_book)
        kiosk.stage.ports = kiosk.stage.controller.context.ports = replace(ports, payment=payment)
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        kiosk.stage.post(StaffKey())
        kiosk.stage.post(Credentials("3001", "190283"))
        kiosk.stage.run_to(State.STAFF_MENU)
        kiosk.stage.post(ServiceMenu())
        page = kiosk.stage.run_to(State.TECHNICIAN)
        buttons = present(page, Local(tab="test"), kiosk.stage.ports.store).detail.controls
        (button,) = [each for each in buttons if each.id == "terminal"]
        assert button.hold
        moves = list(kiosk.cutter.moves)
        kiosk.stage.post(ServiceAction(ServiceTask.TERMINAL))
        done = kiosk.stage.run_until(
            lambda now: now.service is not None and not now.service.busy and now.service.message is not None
        )
        assert kiosk.cutter.moves == moves, "nothing moves for it"
        return kiosk, done


@pytest.mark.parametrize(
    ("device", "message"),
    [
        (lambda: zvt(ZvtTerminal()), ServiceMessage.TERMINAL_GOOD),
        (lambda: zvt(ZvtTerminal(password="1" * 6)), ServiceMessage.TERMINAL_WRONG_PASSWORD),
        (lambda: zvt(None), ServiceMessage.TERMINAL_UNREACHABLE),
        (lambda: zvt(ZvtTerminal(), ZvtFault.DECLINED), ServiceMessage.TERMINAL_DECLINED),
        (
            lambda: zvt(ZvtTerminal(), partial=PartialBooking.NONE),
            ServiceMessage.TERMINAL_NO_PARTIAL_BOOKING,
        ),
        (lambda: mdb(MdbTerminal()), ServiceMessage.TERMINAL_GOOD),
        (lambda: mdb(MdbTerminal(result_timeout_s=359)), ServiceMessage.TERMINAL_TIMEOUT_SHORT),
        (lambda: mdb(MdbTerminal(), MdbFault.DENIED), ServiceMessage.TERMINAL_DECLINED),
        (lambda: mdb(MdbTerminal(), MdbFault.ABSENT), ServiceMessage.TERMINAL_UNREACHABLE),
    ],
)
def test_what_is_wrong_with_it_is_named(tmp_path: Path, device: Callable[[], Device], message: ServiceMessage) -> None:
    _, done = tried(tmp_path, device())
    assert done.service is not None
    assert done.service.message is message
    assert done.state is State.TECHNICIAN, "a terminal that fails is no fault of the machine"


def test_nothing_of_the_test_stays_at_the_terminal(tmp_path: Path) -> None:
    terminal, reader = ZvtTerminal(), MdbTerminal()
    (tmp_path / "zvt").mkdir()
    (tmp_path / "mdb").mkdir()
    tried(tmp_path / "zvt", zvt(terminal))
    _, done = tried(tmp_path / "mdb", mdb(reader))
    assert (terminal.ledger.reserved, terminal.ledger.booked, reader.charged) == ({}, [], [])
    assert done.service is not None
    assert " s" in done.service.detail


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_state_of_a_terminal_has_words(language: str) -> None:
    words = load_words(language)
    for state in TerminalState:
        assert words(f"service.message.{ServiceMessage(f'terminal_{state}')}")
