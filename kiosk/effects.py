"""What entering a state asks of machine, cameras and money: blocking work for a worker thread.

Responsible for: the order of calls to the ports within one effect, and a journal row before each. Not responsible
for: when an effect is wanted or what follows (`kiosk.phases`), or what its faults mean (`kiosk.executor`).
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.errors import BlankFault, ChuteBlocked
from hardware.ports import PaymentState, TouchOff
from hardware.scan import ScanFrames
from kiosk.compare_copy import Likeness, compare
from kiosk.copy_check import TOUCHES_WATCHED, edge_correction_mm
from kiosk.cut_plan import CutPlan, PlanRefusal, plan_cuts
from kiosk.gcode import to_gcode
from kiosk.identification.agree import agreed
from kiosk.journal import CopyError, Metal, Money, Remedy, Sale, Step
from kiosk.outcomes import (
    Answered,
    BlankUnfit,
    BroughtUp,
    Checked,
    CopyCompared,
    CutDone,
    Delivered,
    LeftoversSettled,
    Loaded,
    NotPlanned,
    ServiceDone,
    Settled,
    StampRead,
    Told,
    TraySeen,
)
from kiosk.reading import Identification, Outcome
from kiosk.secrecy import wipe
from kiosk.settle import copy_is_there, insist, refund, settle_metal, settle_money
from kiosk.snapshot import CheckResult
from kiosk.tools import Telling, Tools
from kiosk.visit import KeySecrets, PlanBasis

LOOKS = 3
"""Scans at most until two in a row agree."""


def bring_up(tools: Tools, *, first: bool, scrap: bool = False) -> BroughtUp:
    """Connect (or recover), home, and settle every sale that was left open.

    Args:
        tools: the ports.
        first: connect; else recover.
        scrap: a technician's blank may be in the clamp; no sale will throw it away.
    """
    identity = None
    if first:
        identity = tools.cutter.connect()
        tools.cutter.home()
    else:
        tools.cutter.recover()
    if scrap:
        tools.cutter.reject()
    for sale in tools.journal.open_sales():
        settle_metal(sale, tools)
    return BroughtUp(identity, settle_leftovers(tools).unsettled)


def settle_leftovers(tools: Tools, *, in_doubt: bool = True) -> LeftoversSettled:
    """Settle the money of every open sale.

    Args:
        tools: the ports.
        in_doubt: also of a sale whose copy may or may not have fallen into the chute. Without a look at the clamp
            nobody knows, so a machine that is down leaves those until it is well.
    """
    for sale in tools.journal.open_sales():
        if not sale.closed and (in_doubt or sale.metal is not Metal.DELIVERING):
            settle_money(sale, tools)
    return LeftoversSettled(tuple(sale.transaction for sale in tools.journal.open_sales() if not sale.closed))


def unlatch(tools: Tools) -> ServiceDone:
    """Make the machine ready again after a stop that came when nothing moved any more."""
    tools.cutter.recover()
    return ServiceDone("unlatch", "")


def look_at_tray(tools: Tools) -> TraySeen:
    """Ask the tray camera whether a key lies there."""
    return TraySeen(tools.scanner.tray_is_empty())


def tell_key(tools: Tools, looked: Callable[[float], None] = lambda _: None) -> Told:
    """Look until two looks agree, keep the one whose cuts lie nearer factory depths, and overwrite the others.

    Args:
        tools: the ports.
        looked: told after each look, with the fraction of all looks that may be needed.
    """
    before: Told | None = None
    for number in range(LOOKS):
        frames = tools.scanner.scan()
        look = Told(tools.expert.tell(frames), frames)
        looked((number + 1) / LOOKS)
        if before is not None:
            kept = agreed(look.telling.identification, before.telling.identification)
            if kept is not None:
                better, worse = (before, look) if kept is before.telling.identification else (look, before)
                _overwrite(worse, but=better)
                return better
            _overwrite(before, but=look)
        before = look
    wipe(before)
    return Told(Telling(Identification(Outcome.MOVED)), None)


def _overwrite(look: Told, *, but: Told) -> None:
    """Leave nothing of a look that is not kept; a source that brings the same pictures twice keeps them."""
    if look.frames is not but.frames:
        wipe(look)


def warm_up(tools: Tools) -> ServiceDone:
    """Load what takes long to load."""
    tools.expert.warm()
    return ServiceDone("warm", "")


def read_head(tools: Tools, frames: ScanFrames) -> StampRead:
    """Read what the head says."""
    return StampRead(tools.expert.stamp(frames))


def authorise(tools: Tools, transaction: str, amount_minor: int, currency: str) -> Answered:
    """Reserve the money. An unknown answer is asked about; what stays unknown is answered as unknown."""
    tools.journal.write(transaction, Step.AUTHORISING)
    answer = insist(
        tools,
        transaction,
        lambda: tools.payment.authorise(transaction, amount_minor, currency),
        PaymentState.UNKNOWN,
    )
    match answer.state:
        case PaymentState.APPROVED:
            tools.journal.write(transaction, Step.RESERVED)
        case PaymentState.DECLINED:
            tools.journal.write(transaction, Step.DECLINED)
        case _:
            tools.journal.write(transaction, Step.ANSWER_UNKNOWN)
    return Answered(answer)


def capture(tools: Tools, transaction: str) -> Settled:
    """Take the price of the delivered copies and close the sale."""
    return settle_money(_sale(tools, transaction), tools)


def give_up(tools: Tools, transaction: str, *, machine_too: bool) -> Settled:
    """Settle a sale that goes no further.

    Args:
        tools: the ports.
        transaction: whose.
        machine_too: a blank may be in the clamp, or the machine was stopped: recover and scrap first.
    """
    sale = _sale(tools, transaction)
    if machine_too:
        tools.cutter.recover()
        settle_metal(sale, tools)
        sale = _sale(tools, transaction)
    return settle_money(sale, tools)


def load(tools: Tools, transaction: str, slot: int, copy: int, blade_height_mm: float) -> Loaded | BlankUnfit:
    """Bring a blank from `slot` into the clamp and touch it off. The blank leaves the stock either way."""
    tools.journal.write(transaction, Step.LOADING, slot=slot, copy=copy)
    try:
        return Loaded(take_blank(tools, slot, blade_height_mm))
    except BlankFault as fault:
        tools.journal.write(transaction, Step.SLOT_LOCKED, slot=slot, code=fault.code)
        tools.journal.write(transaction, Step.REJECTED, slot=slot)
        return BlankUnfit(slot, fault.reason)


def take_blank(tools: Tools, slot: int, blade_height_mm: float) -> TouchOff:
    """A blank in the clamp, touched off, and every one it took out of the stock.

    Raises:
        BlankFault: none that is fit; the slot is locked.
    """
    tools.inventory.take(slot)
    try:
        touch = tools.cutter.load(slot, blade_height_mm)
    except BlankFault as fault:
        tools.inventory.take(slot, fault.blanks_used - 1)
        tools.inventory.lock(slot, fault.reason)
        raise
    tools.inventory.take(slot, touch.blanks_used - 1)
    return touch


def edge_error_mm(tools: Tools) -> float:
    """How far the path must move: a wheel that wears meets every blank's edge later by the same amount."""
    return edge_correction_mm([copy.touch_error_mm for copy in tools.journal.last_copies(TOUCHES_WATCHED)])


def plan(tools: Tools, secrets: KeySecrets, blank: str, *, restore: bool) -> CutPlan | PlanRefusal:
    """Plan the wheel's path for the wheel as it is now, and keep it; a plan that still holds is not made again.

    Raises:
        LookupError: the key is forgotten.
    """
    telling = secrets.telling
    if telling is None:
        raise LookupError("the key is forgotten")
    basis = PlanBasis(telling, blank, restore, edge_error_mm(tools))
    if secrets.plan is not None and basis.is_of(secrets.plan_basis):
        return secrets.plan
    keyway, known = tools.catalogue.blank_of[blank]
    reading = telling.reading
    planned = plan_cuts(
        keyway,
        known,
        [cut.code for cut in telling.identification.cuts],
        tools.machine,
        outline=None if restore or reading is None else reading.profile,
        edge_error_mm=basis.edge_error_mm,
    )
    secrets.plan, secrets.plan_basis = (None, None) if isinstance(planned, PlanRefusal) else (planned, basis)
    return planned


def cut(
    tools: Tools, transaction: str, copy: int, planned: CutPlan | PlanRefusal, progress: Callable[[float], None]
) -> CutDone | NotPlanned:
    """Cut one copy, or throw the blank away when no path fits after all."""
    if isinstance(planned, PlanRefusal):
        tools.cutter.reject()
        tools.journal.write(transaction, Step.REJECTED, copy=copy, code=planned.value)
        return NotPlanned(planned.value)
    tools.journal.write(transaction, Step.CUTTING, copy=copy)
    tools.cutter.run(to_gcode(planned, tools.machine), progress)
    return CutDone()


def check(tools: Tools, transaction: str, copy: int, planned: CutPlan, touch_error_mm: float) -> Checked:
    """Measure the copy; one that does not pass goes into the bin."""
    tools.journal.write(transaction, Step.CHECKING, copy=copy)
    tools.cutter.present_to_check()
    errors = tools.expert.measure(tools.scanner.check(), planned)
    tools.journal.write_copy(transaction, CopyError(errors.mean_mm, errors.largest_mm, touch_error_mm, errors.passed))
    if not errors.passed:
        tools.cutter.reject()
        tools.journal.write(transaction, Step.REJECTED, copy=copy)
    blank = _sale(tools, transaction).blank
    return Checked(CheckResult(errors.passed, errors.largest_mm, tools.machine.check.tolerance_mm, transaction, blank))


def deliver(tools: Tools, transaction: str, copy: int) -> Delivered:
    """Drop a good copy into the chute, and see that it is gone.

    Raises:
        ChuteBlocked: it still hangs in the clamp; nothing may be charged for it.
    """
    # Written over the chute, no sooner: a copy lost on the way there lies anywhere but with the shopper.
    tools.cutter.deliver(lambda: tools.journal.write(transaction, Step.DELIVERING, copy=copy))
    tools.cutter.present_to_check()
    if copy_is_there(tools.scanner.check()):
        # Seen, so not in doubt: the money need not wait until somebody has cleared the chute.
        tools.journal.write(transaction, Step.HANGING, copy=copy)
        raise ChuteBlocked("the copy did not fall into the chute")
    tools.journal.write(transaction, Step.DELIVERED, copy=copy)
    return Delivered()


def compare_copy(
    tools: Tools,
    original: Identification,
    sale: Sale,
    looked: Callable[[float], None],
    lay_again: Callable[[Outcome], bool],
) -> CopyCompared:
    """Read the copy brought back, hold it against the original, and overwrite all that was seen of it.

    Args:
        tools: the ports.
        original: the key it was made from, read in this visit.
        sale: what was sold.
        looked: told after each look.
        lay_again: whether laying it once more may change this outcome, and may still be asked for.
    """
    told = tell_key(tools, looked)
    try:
        copy = told.telling.identification
        if copy.outcome is not Outcome.IDENTIFIED and lay_again(copy.outcome):
            return CopyCompared(None, again=copy.outcome)
        compared = compare(original, copy, sale.blank, tools.machine.check.tolerance_mm)
        return CopyCompared(compared, remedies(tools, sale) if compared.likeness is Likeness.OFF else ())
    finally:
        wipe(told)


def remedies(tools: Tools, sale: Sale) -> tuple[Remedy, ...]:
    """How one copy of a sale may be made good now; the journal counts again when it is done."""
    if tools.journal.claims_left(sale.transaction) < 1:
        return ()
    paid = sale.money is Money.CAPTURED and sale.price_each_minor > 0
    stocked = tools.inventory.available(sale.blank, sale.finish) > 0
    return (*((Remedy.REFUND,) if paid else ()), *((Remedy.RECUT,) if stocked else ()))


def give_back(tools: Tools, transaction: str) -> Settled:
    """Give back the price of one copy of a captured sale."""
    tools.journal.claim_refund(transaction)
    return refund(_sale(tools, transaction), tools)


def _sale(tools: Tools, transaction: str) -> Sale:
    sale = tools.journal.sale(transaction)
    if sale is None:
        raise LookupError("a sale the journal has never heard of")
    return sale
