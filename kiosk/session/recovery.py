"""What start and recovery ask of machine and records: blocking work for a worker thread.

Responsible for: reaching the board, homing, recovering at a person's wish, settling what was left open, and why a
machine must not begin to move by itself. Not responsible for: when that is wanted or what follows
(`kiosk.session.phases.starting`), or what its faults mean (`kiosk.session.executor`).
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.errors import DoorOpened, HardwareFault, LinkFault, Stopped
from hardware.ports import BoardIdentity, PaymentAnswer, PaymentState
from kiosk.records.journal import BlankStatus, SaleStep
from kiosk.session import settle
from kiosk.session.obstacle import Obstacle, obstacle
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import (
    Answered,
    BroughtUp,
    Connected,
    HeldBack,
    LeftoversSettled,
    MachineSeen,
    NotReached,
    Reached,
    WheelStopped,
)

IN_A_SALE = "RESTART_SALE"
"""Kept as the machine's fault when a restart comes in the middle of a sale."""


def connect(ports: SessionPorts) -> Connected | NotReached:
    """Reach the board, ask it how the machine stands, and settle what needs no look at the clamp. Nothing moves."""
    if ports.journal.open_sales():
        # Settled in a moment, and asked about again if the board answers late: what is known must outlast that.
        ports.machine_record.note_fault(IN_A_SALE)
    unsettled = settle_leftovers(ports).unsettled
    try:
        return ask_again(ports, ports.cutter.connect(), unsettled)
    except LinkFault as fault:
        return NotReached(fault.code, str(fault))
    except (DoorOpened, Stopped):
        return Connected(None, unsettled, _held_back(ports, clear=False))


def ask_again(
    ports: SessionPorts, identity: BoardIdentity | None, unsettled: tuple[str, ...]
) -> Connected | NotReached:
    """Whether a machine that is about to move by itself still may. Nothing moves."""
    try:
        clear = obstacle(ports.cutter.look()) is None
    except LinkFault as fault:
        return NotReached(fault.code, str(fault))
    return Connected(identity, unsettled, _held_back(ports, clear=clear))


def _held_back(ports: SessionPorts, *, clear: bool) -> HeldBack | None:
    """Why the machine must not begin to move by itself; each reason alone is enough."""
    record, open_sales = ports.machine_record, ports.journal.open_sales()
    if record.clamped_by or any(sale.metal.in_clamp for sale in open_sales):
        return HeldBack.METAL
    if record.is_suspect:
        return HeldBack.SUSPECT
    if open_sales or record.fault == IN_A_SALE:
        return HeldBack.SALE
    if record.fault:
        return HeldBack.FAULT
    return None if clear else HeldBack.DOOR


def look_at_inputs(ports: SessionPorts) -> MachineSeen:
    """How the machine stands before anybody is asked for a key or for money. Nothing moves.

    Raises:
        DoorOpened: the guard is open or hold held, or was, and the board is still held by it.
        Stopped: the emergency stop is pressed.
        LinkFault: the board cannot be reached.
    """
    status = ports.cutter.look()
    match obstacle(status):
        case Obstacle.DOOR | Obstacle.HELD:
            raise DoorOpened("the guard was opened, or hold held, while nothing moved")
        case Obstacle.EMERGENCY_STOP:
            raise Stopped("the emergency stop is pressed")
        case _:
            return MachineSeen(status)


def look_at_inputs_for_nothing(ports: SessionPorts) -> Answered:
    """The same before a copy that costs nothing: once it was looked at nobody else is asked.

    Raises:
        DoorOpened, Stopped, LinkFault: as `look_at_inputs`.
    """
    look_at_inputs(ports)
    return Answered(PaymentAnswer(PaymentState.APPROVED))


def home(ports: SessionPorts) -> BroughtUp:
    """Home a machine that stood idle when it was switched on, after that was announced."""
    ports.cutter.home()
    return BroughtUp(None, settle_leftovers(ports).unsettled)


def stop_wheel(ports: SessionPorts) -> WheelStopped:
    """Try once more to reach a board that was lost with its wheel turning, and reset it."""
    return WheelStopped(ports.cutter.stop_wheel())


def bring_up(ports: SessionPorts, wanted: Callable[[], bool]) -> BroughtUp:
    """A person's wish at the machine: recover, home, scrap what may be in the clamp, settle every open sale.

    Args:
        ports: the ports.
        wanted: whether nobody has pressed Stop since the person's wish.

    Raises:
        Stopped: somebody did, or the emergency stop is pressed.
        HardwareFault: the machine is not well.
    """
    try:
        ports.cutter.recover(wanted)
    except HardwareFault as fault:
        # A homing that the emergency stop ended may be told by the board as any fault of its own.
        if _emergency_stop_pressed(ports):
            raise Stopped("the emergency stop is pressed") from fault
        raise
    for sale in ports.journal.open_sales():
        settle.settle_metal(sale, ports)
    if ports.machine_record.clamped_by:
        settle.scrap(ports)
    return BroughtUp(None, settle_leftovers(ports).unsettled)


def _emergency_stop_pressed(ports: SessionPorts) -> bool:
    try:
        return ports.cutter.look().emergency_stop
    except HardwareFault:
        # What is not heard is not told as pressed.
        return False


def look_again(ports: SessionPorts) -> Reached:
    """Whether what failed without the machine (a camera, the terminal) answers again. Nothing moves."""
    ports.scanner.tray_is_empty()
    return Reached(settle_leftovers(ports).unsettled)


def settle_leftovers(ports: SessionPorts, told: str = "") -> LeftoversSettled:
    """Settle the money of every open sale of which nothing is in doubt; nothing moves for it.

    Whether a copy fell into the chute or hangs in the clamp is in doubt until a person has recovered the machine, and
    who has one that is in neither, until staff have said so.

    Args:
        ports: the ports.
        told: the sale whose shopper may still stand there, and must learn how it is paid.
    """
    pay_code = ""
    for sale in ports.journal.open_sales():
        if not sale.closed and sale.metal not in (BlankStatus.DELIVERING, BlankStatus.GONE):
            settled = settle.settle_money(sale, ports)
            pay_code = settled.pay_code if sale.transaction == told else pay_code
    remaining = tuple(sale.transaction for sale in ports.journal.open_sales() if not sale.closed)
    return LeftoversSettled(remaining, pay_code)


def settle_looked_up(ports: SessionPorts, transaction: str, *, done: bool) -> LeftoversSettled:
    """Staff have looked up what the terminal did: the sale is settled by that."""
    sale = ports.journal.sale(transaction)
    if sale is not None and not sale.closed:
        refunds = [due.number for due in ports.journal.open_refunds(transaction)]
        ports.journal.write(transaction, SaleStep.LOOKED_UP, code="done" if done else "not_done")
        for name in refunds or [transaction]:
            ports.terminal_book.looked_up(name, done=done)
    return settle_leftovers(ports)


def settle_doubt(ports: SessionPorts, transaction: str, *, received: bool) -> LeftoversSettled:
    """Staff have said who has the copy: its money is settled."""
    sale = ports.journal.sale(transaction)
    if sale is not None and sale.metal is BlankStatus.GONE:
        settle.settle_doubt(transaction, ports, received=received)
    return settle_leftovers(ports)
