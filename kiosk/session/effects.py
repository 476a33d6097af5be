"""What a visit asks of machine, cameras and money: blocking work for a worker thread.

Responsible for: the order of calls to the ports within one effect, and a journal row before each. Not responsible
for: when an effect is wanted or what follows (`kiosk.session.phases`), or what its faults mean
(`kiosk.session.executor`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from config.catalogue import Catalogue
from config.keyway import Keyway, SpacingStop
from hardware.errors import BlankFault, ChuteBlocked, FallUnseen, HardwareFault
from hardware.ports import Fall, PaymentState, TouchOff
from hardware.scan import ScanFrames
from kiosk.cutting.blank import ExpectedBlank
from kiosk.cutting.check import TOUCHES_WATCHED, edge_correction_mm
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, PlanRefusal, plan_cuts
from kiosk.identification.agree import agreed
from kiosk.identification.compare import Likeness, compare
from kiosk.identification.outline.decode import from_stop
from kiosk.identification.outline.placement import Placement, placement
from kiosk.key.reading import Identification, Outcome, Profile, Wear
from kiosk.key.secrecy import wipe
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import BlankStatus, CopyError, CopyMade, FailureKind, PaymentStatus, Remedy, Sale, SaleStep
from kiosk.session.ports import IdentifiedKey, SessionPorts
from kiosk.session.reports import (
    Answered,
    BlankLoaded,
    BlankUnfit,
    Checked,
    CopyCompared,
    CutDone,
    Delivered,
    KeyIdentified,
    NotPlanned,
    Settled,
    StampRead,
    TraySeen,
    Warmed,
)
from kiosk.session.settle import insist, refund, require_thrown_away, scrap, seen_in_clamp, settle_money
from kiosk.session.snapshot import CheckResult
from kiosk.session.visit import KeySecrets, MadeFrom, PlanBasis, TouchedBlank

OTHER_BLANK = "other_blank"
"""Why a slot was locked: its blank is not the one it should hold."""
LENGTH_AS_HELD_MM, LENGTH_BY_FIGURE_MM, LENGTH_BY_TIP_MM = 0.5, 0.9, 2.0
"""By so much a loaded blank may be longer or shorter than the one this kiosk has held, or than its figure."""
LOOKS = 3
"""Scans at most until two in a row agree."""


def look_at_tray(ports: SessionPorts, *, guide: bool = False) -> TraySeen:
    """Ask the tray camera whether a key lies there, and how, where somebody is guided."""
    if ports.scanner.tray_is_empty():
        return TraySeen(True, Placement.EMPTY if guide else None)
    if not guide:
        return TraySeen(False)
    view = ports.scanner.look("silhouette")
    try:
        return TraySeen(False, placement(view))
    finally:
        wipe(view)


def glance_at_tray(ports: SessionPorts) -> TraySeen:
    """Look at a tray that was empty only if something stirs there: a kiosk at rest looks all day long."""
    return TraySeen(not ports.scanner.tray_stirs() or ports.scanner.tray_is_empty())


def identify_key(ports: SessionPorts, looked: Callable[[float], None] = lambda _: None) -> KeyIdentified:
    """Look until two looks agree, keep the one whose cuts lie nearer factory depths, and overwrite the others.

    Args:
        ports: the ports.
        looked: called after each look, with the fraction of all looks that may be needed.
    """
    before: KeyIdentified | None = None
    for number in range(LOOKS):
        frames = ports.scanner.scan()
        look = KeyIdentified(ports.reader.identify(frames), frames)
        looked((number + 1) / LOOKS)
        if before is not None:
            kept = agreed(look.identified.identification, before.identified.identification)
            if kept is not None:
                better, worse = (before, look) if kept is before.identified.identification else (look, before)
                _overwrite(worse, but=better)
                return better
            _overwrite(before, but=look)
        before = look
    wipe(before)
    return KeyIdentified(IdentifiedKey(Identification(Outcome.MOVED)), None)


def _overwrite(look: KeyIdentified, *, but: KeyIdentified) -> None:
    """Leave nothing of a look that is not kept; a source that brings the same pictures twice keeps them."""
    if look.frames is not but.frames:
        wipe(look)


def warm_up(ports: SessionPorts) -> Warmed:
    """Load what takes long to load."""
    ports.reader.warm()
    return Warmed()


def read_head(ports: SessionPorts, frames: ScanFrames) -> StampRead:
    """Read what the head says."""
    return StampRead(ports.reader.stamp(frames))


def authorise(ports: SessionPorts, transaction: str, amount_minor: int, currency: str) -> Answered:
    """Reserve the money. An unknown answer is asked about; what stays unknown is answered as unknown."""
    ports.journal.write(transaction, SaleStep.AUTHORISING)
    answer = insist(
        ports,
        transaction,
        lambda: ports.payment.authorise(transaction, amount_minor, currency),
        PaymentState.UNKNOWN,
    )
    match answer.state:
        case PaymentState.APPROVED:
            ports.journal.write(transaction, SaleStep.RESERVED)
        case PaymentState.DECLINED:
            ports.journal.write(transaction, SaleStep.DECLINED)
        case PaymentState.UNKNOWN | PaymentState.CAPTURED | PaymentState.VOIDED | PaymentState.REFUNDED:
            ports.journal.write(transaction, SaleStep.ANSWER_UNKNOWN)
        case _:
            assert_never(answer.state)
    return Answered(answer)


def capture(ports: SessionPorts, transaction: str) -> Settled:
    """Take the price of the delivered copies and close the sale."""
    return settle_money(_sale(ports, transaction), ports)


def give_up(ports: SessionPorts, transaction: str) -> Settled:
    """Settle the money of a sale that goes no further; whatever is in the clamp stays there until a person comes."""
    sale = _sale(ports, transaction)
    if sale.metal in (BlankStatus.DELIVERING, BlankStatus.GONE):
        return Settled(sale)
    return settle_money(sale, ports)


def load(
    ports: SessionPorts, transaction: str, slot: int, copy: int, blade_height_mm: float
) -> BlankLoaded | BlankUnfit:
    """Bring a blank from `slot` into the clamp and touch it off."""
    ports.journal.write(transaction, SaleStep.LOADING, slot=slot, copy=copy)
    try:
        return BlankLoaded(take_blank(ports, slot, blade_height_mm, by="sale"), slot)
    except BlankFault as fault:
        ports.journal.write(transaction, SaleStep.SLOT_LOCKED, slot=slot, code=fault.code)
        ports.journal.write(transaction, SaleStep.REJECTED, slot=slot)
        return BlankUnfit(slot, fault.reason, ports.machine_record.is_suspect)


def take_blank(ports: SessionPorts, slot: int, blade_height_mm: float, *, by: str) -> TouchOff:
    """A blank in the clamp, touched off, and every feed taken off the stock, also one that may have brought nothing.

    What may still be in the clamp is scrapped first. The second slot in a row that brings nothing fit is no fault of
    slots: they stay as they were, and wheel, probe or clamp are under suspicion.

    Args:
        ports: the ports.
        slot: where it comes from.
        blade_height_mm: of the blank it should be.
        by: what it is for (`sale`, `probe`, `test_cut`), for the record.

    Raises:
        BlankFault: none that is fit; the slot is locked unless the machine is under suspicion.
    """
    record = ports.machine_record
    if record.clamped_by:
        scrap(ports)
    on_its_way = False

    def thrown_away() -> None:
        nonlocal on_its_way
        on_its_way = False
        require_thrown_away(ports)

    def feeding() -> None:
        nonlocal on_its_way
        on_its_way = True
        record.clamp_used(by)
        ports.inventory.take(slot)

    try:
        touch = ports.cutter.load(slot, blade_height_mm, thrown_away, feeding)
    except BlankFault as fault:
        _slot_failed(ports, slot, fault.reason)
        # The driver has thrown away what there was: nothing more is fed before the clamp was seen empty.
        require_thrown_away(ports)
        raise
    except HardwareFault:
        if on_its_way:
            # Whether it left its slot before the machine stopped nobody here can tell.
            ports.audit.record(AuditKind.BLANK_UNCERTAIN, {"slot": slot})
        raise
    _require_the_blank(ports, slot)
    record.seated()
    return touch


def _require_the_blank(ports: SessionPorts, slot: int) -> None:
    """Look at what was loaded before it is cut: a wrong one goes into the bin, and its slot is locked.

    Raises:
        BlankFault: it is not the blank the slot should hold.
    """
    held = next(each.blank for each in ports.inventory.slots() if each.number == slot)
    ports.cutter.present_to_check(brush=False)
    problem = ports.reader.loaded_problem(ports.scanner.check(), expected_blank(ports.catalogue, held))
    if problem is None:
        return
    _slot_failed(ports, slot, OTHER_BLANK)
    scrap(ports)
    raise BlankFault(slot, OTHER_BLANK)


def expected_blank(catalogue: Catalogue, code: str) -> ExpectedBlank:
    """What a blank of this name has: as this kiosk has held it, else as its figures say.

    Raises:
        LookupError: nothing of that name is cut here: a bug.
    """
    keyway, blank = catalogue.blank_of[code]
    if keyway.spec is None:
        raise LookupError(f"{code} is not cut here")
    held_mm = dict(catalogue.held_mm).get(code)
    by_tip = keyway.spec.stop is SpacingStop.TIP
    # Where the tip is the stop, the length from the shoulder is nobody's figure.
    within_mm = LENGTH_BY_TIP_MM if by_tip else LENGTH_BY_FIGURE_MM if held_mm is None else LENGTH_AS_HELD_MM
    length_mm = blank.blade_length_mm if by_tip or held_mm is None else held_mm
    return ExpectedBlank(keyway.spec.blade_height_mm, length_mm, within_mm, blank.cut_collar_mm)


def _slot_failed(ports: SessionPorts, slot: int, reason: str) -> None:
    record, inventory = ports.machine_record, ports.inventory
    was_open = any(view.number == slot and not view.locked for view in inventory.slots())
    inventory.lock(slot, reason)
    record.failed(FailureKind.TOUCH_OFF, slot, locked=was_open)
    if record.is_suspect:
        for failure in record.failures():
            if failure.locked:
                inventory.unlock(failure.slot)


def edge_error_mm(ports: SessionPorts) -> float:
    """How far the path must move: a wheel that wears meets every blank's edge later by the same amount."""
    return edge_correction_mm([copy.touch_error_mm for copy in ports.journal.last_copies(TOUCHES_WATCHED)])


def plan(ports: SessionPorts, secrets: KeySecrets, blank: str, *, restore: bool) -> CutPlan | PlanRefusal:
    """Plan the wheel's path for the wheel as it is now, and keep it; a plan that still holds is not made again.

    Raises:
        LookupError: the key is forgotten.
    """
    identified = secrets.identified
    if identified is None:
        raise LookupError("the key is forgotten")
    basis = PlanBasis(identified, blank, restore, edge_error_mm(ports))
    if secrets.plan is not None and basis.is_of(secrets.plan_basis):
        return secrets.plan
    keyway, known = ports.catalogue.blank_of[blank]
    planned = plan_cuts(
        keyway,
        known,
        [cut.code for cut in identified.identification.cuts],
        ports.machine,
        outline=None if restore else _own_edge(identified, keyway),
        edge_error_mm=basis.edge_error_mm,
    )
    secrets.plan, secrets.plan_basis = (None, None) if isinstance(planned, PlanRefusal) else (planned, basis)
    return planned


def _own_edge(identified: IdentifiedKey, keyway: Keyway) -> Profile | None:
    """The key's edge as it was seen, counted from the key's own stop."""
    reading = identified.reading
    if reading is None or reading.profile is None or keyway.spec is None:
        return None
    return from_stop(reading.profile, keyway.spec.stop, identified.identification.stop_mm)


def cut(
    ports: SessionPorts, transaction: str, copy: int, planned: CutPlan | PlanRefusal, progress: Callable[[float], None]
) -> CutDone | NotPlanned:
    """Cut one copy, or throw the blank away when no path fits after all."""
    if isinstance(planned, PlanRefusal):
        scrap(ports)
        ports.journal.write(transaction, SaleStep.REJECTED, copy=copy, code=planned.value)
        return NotPlanned(planned.value)
    ports.journal.write(transaction, SaleStep.CUTTING, copy=copy)
    ports.cutter.run(to_gcode(planned, ports.machine), progress)
    return CutDone()


def made_from(secrets: KeySecrets, *, restore: bool) -> MadeFrom:
    """What may be said of the key a copy is made from, once it is forgotten."""
    key = secrets.identified.identification if secrets.identified else None
    if key is None or not (key.wear is Wear.WORN or key.worn_cuts):
        return MadeFrom(restore, 0.0)
    # Wear only removes metal; what lies above its factory depth is no wear.
    return MadeFrom(restore, max((-cut.residual_mm for cut in key.cuts if cut.residual_mm < 0), default=0.0))


def check(
    ports: SessionPorts, transaction: str, copy: int, planned: CutPlan, touch: TouchedBlank, key: MadeFrom
) -> Checked:
    """Measure the copy; one that does not pass goes into the bin, and is seen to be gone from the clamp."""
    ports.journal.write(transaction, SaleStep.CHECKING, copy=copy)
    ports.cutter.present_to_check()
    errors = ports.reader.measure(ports.scanner.check(), planned)
    ports.journal.write_copy(transaction, CopyError(errors.mean_mm, errors.largest_mm, touch.error_mm, errors.passed))
    tolerance_mm = ports.machine.check.tolerance_mm
    if errors.passed:
        made = CopyMade(copy, errors.largest_mm, tolerance_mm, key.restored, key.worn_mm)
        ports.journal.write_made(transaction, made)
        ports.machine_record.passed()
    else:
        ports.machine_record.failed(FailureKind.COPY, touch.slot)
        scrap(ports)
        ports.journal.write(transaction, SaleStep.REJECTED, copy=copy)
    blank = _sale(ports, transaction).blank
    result = CheckResult(errors.passed, errors.largest_mm, tolerance_mm, transaction, blank)
    return Checked(result, ports.machine_record.is_suspect)


def deliver(ports: SessionPorts, transaction: str, copy: int) -> Delivered:
    """Drop a good copy into the chute, and see that it is gone.

    Raises:
        ChuteBlocked: it still hangs in the clamp; nothing may be charged for it.
        FallUnseen: it does not, and the chute's sensor saw nothing: staff are asked who has it.
    """
    # Written over the chute, no sooner: a copy lost on the way there lies anywhere but with the shopper.
    fall = ports.cutter.deliver(lambda: ports.journal.write(transaction, SaleStep.DELIVERING, copy=copy))
    if seen_in_clamp(ports):
        # Seen, so not in doubt: the money need not wait until somebody has cleared the chute.
        ports.journal.write(transaction, SaleStep.HANGING, copy=copy)
        raise ChuteBlocked("the copy did not fall into the chute")
    if fall is Fall.UNSEEN:
        ports.journal.write(transaction, SaleStep.GONE, copy=copy)
        raise FallUnseen("the copy left the clamp, and the chute's sensor saw nothing fall")
    ports.journal.write(transaction, SaleStep.DELIVERED, copy=copy)
    return Delivered()


def compare_copy(
    ports: SessionPorts,
    original: Identification,
    sale: Sale,
    looked: Callable[[float], None],
    lay_again: Callable[[Outcome], bool],
) -> CopyCompared:
    """Read the copy brought back, hold it against the original, and overwrite all that was seen of it.

    Args:
        ports: the ports.
        original: the key it was made from, read in this visit.
        sale: what was sold.
        looked: called after each look.
        lay_again: whether laying it once more may change this outcome, and may still be asked for.
    """
    seen = identify_key(ports, looked)
    try:
        copy = seen.identified.identification
        if copy.outcome is not Outcome.IDENTIFIED and lay_again(copy.outcome):
            return CopyCompared(None, again=copy.outcome)
        compared = compare(original, copy, sale.blank, ports.machine.check.tolerance_mm)
        return CopyCompared(compared, remedies(ports, sale) if compared.likeness is Likeness.OFF else ())
    finally:
        wipe(seen)


def remedies(ports: SessionPorts, sale: Sale) -> tuple[Remedy, ...]:
    """How one copy of a sale may be made good now; the journal counts again when it is done."""
    if ports.journal.claims_left(sale.transaction) < 1:
        return ()
    paid = sale.money is PaymentStatus.CAPTURED and sale.price_each_minor > 0
    stocked = ports.inventory.available(sale.blank, sale.finish) > 0
    return (*((Remedy.REFUND,) if paid else ()), *((Remedy.RECUT,) if stocked else ()))


def refundable(ports: SessionPorts, transaction: str) -> int:
    """Of how many copies of a sale the price can be given back: taken for each, and none of them made good yet."""
    sale = ports.journal.sale(transaction)
    if sale is None or sale.money is not PaymentStatus.CAPTURED or sale.price_each_minor <= 0:
        return 0
    return ports.journal.claims_left(transaction)


def give_back(ports: SessionPorts, transaction: str) -> Settled:
    """Give back the price of one copy of a captured sale."""
    ports.journal.claim_refund(transaction)
    return refund(_sale(ports, transaction), ports)


def _sale(ports: SessionPorts, transaction: str) -> Sale:
    sale = ports.journal.sale(transaction)
    if sale is None:
        raise LookupError("a sale the journal has never heard of")
    return sale
