"""Sample snapshots of every screen, for pictures, tests and people who design.

Responsible for: one snapshot a screen, with the longest words that occur. Not responsible for: real sessions.
No value here comes from a key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.problems import Wrong
from hardware.ports import VIEWS, MachineStatus, PrinterStatus, WireLine
from kiosk.identification.compare import Likeness
from kiosk.key.condition import BladePart, Condition, KeyCondition
from kiosk.key.reading import Outcome
from kiosk.policy.decision import FiredRule, Override, Verdict
from kiosk.policy.letter import LetterProblem
from kiosk.policy.role import Role
from kiosk.records.certificate import Certificate, Claim, signed
from kiosk.records.inventory import SlotView
from kiosk.records.journal import Remedy, Statement
from kiosk.records.journal.reader import SlotRow
from kiosk.session.outlook import Forecast, Outlook, Part
from kiosk.session.snapshot import (
    CalibrationView,
    CheckResult,
    ClosedReason,
    FaultNotice,
    FittedView,
    LessonFound,
    LessonStep,
    LessonView,
    MoneyDoubt,
    Offer,
    OwnKeywayView,
    PaperState,
    Preview,
    Progress,
    Receipt,
    RefundState,
    Refusal,
    ReturnMessage,
    ReturnResult,
    SaleLine,
    SalesDesk,
    ServiceMessage,
    ServiceView,
    SettingsView,
    Snapshot,
    StaffMessage,
    StaffView,
    Switched,
    TrialView,
    Waiting,
    WornChoice,
)
from kiosk.session.states import State
from kiosk.staff.approvals import ApprovalReason
from ui.present.keyway_draft import KeywayDraft
from ui.present.local import Local

STEPS = ("load", "cut", "check", "deliver")
SCAN_STEPS = ("look", "compare")
SECOND_LOOK = Progress(SCAN_STEPS, 1, 0.5, 0.0, 1, 1, 0.75)
TWO_COPIES_S = 130.0
"""What two copies take together."""

DND = FiredRule(
    "DND_ASK_STAFF",
    Verdict.ASK_STAFF,
    Override.ASSOCIATE,
    "the store's own policy",
    "store.toml",
    words=(
        (
            "en",
            "This key says Do Not Duplicate. That is usually its owner's request; this store asks staff.",
            "Call a member of the staff to look at it.",
        ),
        (
            "es",
            "La llave dice «Do Not Duplicate». En una llave corriente es una petición, no una ley; decide el personal.",
            "Llame a una persona del personal para que la vea.",
        ),
        (
            "fr",
            "La clé porte « Do Not Duplicate ». Sur une clé courante c'est une demande ; le personnel décide.",
            "Appelez un membre du personnel pour qu'il la regarde.",
        ),
    ),
)
RESTRICTED = FiredRule(
    "KEYWAY_RESTRICTED", Verdict.REFUSE, Override.NEVER, "maker's distribution policy", "maker keyway sheet"
)

CONDITION = KeyCondition(Condition.WORN, 0.15, (BladePart.HEAD, BladePart.MIDDLE))
OFFER = Offer("KW1", "Kwikset KW1", 349, "USD", 2, 5, "brass", ("brass", "black"), (349, 449))
APPROVED_ONCE = replace(OFFER, quantity=1, notices=(replace(DND, approved=True),), lifted_for=(1,))
CERTIFICATE = signed(
    Certificate(
        "Corner Hardware", date(2026, 11, 28), "T-000482", 1, 2, "KW1", 0.012, 0.05, True, 0.11, Claim.OPEN, True
    ),
    Ed25519PrivateKey.from_private_bytes(bytes(32)),
)
RECEIPT = Receipt(
    "T-000482", 698, "USD", "paid", 2, bring_back_code="4820771366", certificates=(CERTIFICATE, CERTIFICATE)
)
FEWER = replace(
    RECEIPT, amount_minor=349, copies=1, certificates=(CERTIFICATE,), statement=Statement(698, 349, 349, 0, 1)
)
REFUND = Receipt("T-000482", 349, "USD", "refunded", 1, bring_back_code="4820771366")
SLOTS = tuple(
    SlotView(i, blank, finish, count, 50, count <= 8, locked, "misfeed" if locked else "")
    for i, (blank, finish, count, locked) in enumerate(
        (
            ("KW1", "brass", 42, False),
            ("SC1", "brass", 7, False),
            ("KW5", "brass", 31, False),
            ("SC4", "brass", 50, False),
            ("M1", "brass", 18, True),
            ("KW1", "black", 22, False),
            ("SC1", "black", 12, False),
        ),
        start=1,
    )
)
SALES = tuple(
    SaleLine(
        1795823820.0 - 420 * i,
        f"T-{482 - i:06}",
        status,
        349 * copies,
        copies,
        "KW1",
        Statement(1047, 698, 349, 349, 2) if i == 2 else None,
        number=482 - i,
        price_each_minor=349,
        refundable=copies if status == "paid" else 0,
    )
    for i, (status, copies) in enumerate(
        (
            ("paid", 2),
            ("voided", 1),
            ("paid", 1),
            ("refunded", 1),
            ("paid", 3),
            ("paid", 1),
            ("paid", 1),
            ("voided", 0),
        )
    )
)
LESSON = LessonView(1, LessonStep.LIFT, 1, 3)
TAUGHT = LessonView(1, LessonStep.DONE, 3, 3, LessonFound.ENROLLED, unlike_mm=0.021)
WRONG_BOX = LessonView(1, LessonStep.DONE, 0, 3, LessonFound.WRONG_BLANK, "section", "schlage:c")
STAFF = StaffView(
    "R. Alvarez",
    Role.MANAGER,
    asked=DND,
    reasons=(
        ApprovalReason.ID_CHECKED,
        ApprovalReason.OWNER_PRESENT,
        ApprovalReason.LETTER,
        ApprovalReason.KNOWN_CUSTOMER,
    ),
    slots=SLOTS,
    sales=SALES,
    closes_in_s=107,
)
SETTINGS = SettingsView(
    349,
    (("black", 449),),
    ("08:00-20:00", "08:00-20:00", "08:00-20:00", "08:00-20:00", "08:00-21:30", "09:00-18:00", "closed"),
    "2026-12-27",
    "2026-11-28",
    frozenset({"finish_prices_minor.black"}),
)
OWNER = replace(STAFF, settings=SETTINGS)
ENTERS = replace(OWNER, own_keyway=OwnKeywayView())
KEYWAY = KeywayDraft(
    tuple(
        {
            "code": "LOBBY-5",
            "name": "THE LOBBY",
            "slot": "2",
            "unit": "in",
            "stop": "shoulder",
            "cuts": "5",
            "first_cut": "0.231",
            "pitch": "0.1562",
            "first_depth": "0",
            "roots": "0.331 0.316 0.301 0.286 0.271",
        }.items()
    )
)
WIRE = (
    WireLine(">", "$H", "home", 1795823821.0),
    WireLine("<", "ok", "ok", 1795823833.0),
    WireLine("<", "<Idle|MPos:#|FS:#>", "report", 1795823833.0),
    WireLine(">", "G53G0X#", "rapid", 1795823835.0),
    WireLine(">", "!", "hold", 1795823836.0),
    WireLine("<", "(41 bytes)", "unexplained", 1795823836.0),
)
# A backlight with something round on it: no key.
_ACROSS, _DOWN = np.meshgrid(np.arange(128), np.arange(96))
_DISC = np.where(np.hypot(_ACROSS - 64, _DOWN - 48) < 26, 20, 205).astype(np.uint8)
SERVICE = ServiceView(
    status=MachineStatus("Idle", (-60.0, -2.0, -35.0), 0.0, 0.0, "P"),
    travel_mm=(100.0, 30.0, 360.0),
    versions=(("kiosk", "0.1.0"), ("board", "Grbl 1.1h"), ("assurance", "stock"), ("catalogue", "3f9a1c")),
    wire=WIRE * 3,
    errors=("10:12 DOOR_OPEN guard opened", "09:40 BLANK slot 5: not seated"),
    drift_mm=(0.012, 0.015, 0.011, 0.018, 0.021, 0.017, 0.024, 0.022, 0.026, 0.031, 0.019, 0.02),
    drift_limit_mm=0.03,
    slots=SLOTS,
)
OUTLOOK = Outlook(
    "Corner Hardware",
    datetime(2026, 11, 28, tzinfo=UTC),
    (
        Forecast(Part.WHEEL, "", (0.041, 0.048, 0.012), 180, 9.0),
        Forecast(Part.AXIS, "", (0.019, 0.03, 0.006), 290, 14.5),
        Forecast(Part.CLAMP, "", (0.031, 0.011)),
        Forecast(Part.LAMP, "", (2.4, 1.1)),
        Forecast(Part.LINK, "", (4.0,)),
    ),
    (SlotRow(2, "SC1", "brass", 7, False, ""), SlotRow(5, "M1", "brass", 18, True, "misfeed")),
    (("LINK_LOST", 4), ("BLANK", 2)),
)
FORETOLD = replace(SERVICE, outlook=OUTLOOK)
TRIED = replace(
    SERVICE,
    message=ServiceMessage.TRIAL_PASSED,
    trial=TrialView(1, "KW1", True, 0.0071, 0.05, (0.002, -0.007, 0.001, 0.004, -0.003)),
)
SEEN = replace(
    SERVICE,
    cameras_live=True,
    previews=(*(Preview(view, _DISC) for view in VIEWS[:4]), Preview("check", problem="camera check: gone")),
)
FITTED = replace(
    SERVICE,
    message=ServiceMessage.CALIBRATED,
    calibration=CalibrationView(
        (
            FittedView("silhouette", 0.030012, 0.0031, 0.4),
            FittedView("line_left", 0.02001, 0.0052, 0.3, 45.02),
            FittedView("line_right", 0.01998, 0.0049, 0.2, 44.97),
        ),
        "/var/lib/kiosk/calibrations/calibration-2026-11-23.toml",
    ),
)

BASE = Snapshot(
    State.WELCOME,
    simulated=True,
    stocked=("Kwikset KW1", "Schlage SC1", "Kwikset KW5", "Schlage SC4", "Master M1"),
    price_from_minor=349,
    currency="USD",
    help_phone="1-800-555-0134",
)


def _at(state: State, **fields: Any) -> Snapshot:
    return replace(BASE, state=state, **fields)


def _work(state: State, step: int, fraction: float, left_s: float) -> Snapshot:
    return _at(state, progress=Progress(STEPS, step, fraction, left_s, 1, 2, 1 - left_s / TWO_COPIES_S))


SAMPLES: dict[str, tuple[Snapshot, Local]] = {
    "01-starting": (_at(State.STARTING), Local()),
    "02-welcome": (BASE, Local()),
    "03-help": (BASE, Local(help_open=True)),
    "04-place-key": (_at(State.PLACE_KEY), Local()),
    "04-a-key-was-left": (_at(State.PLACE_KEY, key_left=True), Local()),
    "05-scanning": (
        _at(State.SCANNING, tray_has_key=True, progress=Progress(SCAN_STEPS, 1, 0.5, 0, 1, 1, 0.75)),
        Local(),
    ),
    "06-try-again": (_at(State.TRY_AGAIN, try_again=Outcome.SEVERAL_OBJECTS, tray_has_key=True), Local()),
    "07-worn": (_at(State.WORN, worn=WornChoice((4,)), tray_has_key=True), Local()),
    "08-offer": (_at(State.OFFER, offer=OFFER, tray_has_key=True), Local()),
    "08-offer-approved": (_at(State.OFFER, offer=APPROVED_ONCE, tray_has_key=True), Local()),
    "09-refused": (
        _at(State.REFUSED, refusal=Refusal((RESTRICTED,), None, False, ("locksmith", "photo_id", "card"))),
        Local(),
    ),
    "10-refused-ask-staff": (
        _at(State.REFUSED, refusal=Refusal((DND,), None, True, ("staff",)), staff_called=True),
        Local(),
    ),
    "10-refused-letter": (
        _at(
            State.REFUSED,
            refusal=Refusal((DND,), None, True, ("staff",), takes_letter=True),
            letter_problem=LetterProblem.NOT_THIS_MARK,
        ),
        Local(tab="letter", tries=2),
    ),
    "10-refused-takes-letter": (
        _at(State.REFUSED, refusal=Refusal((DND,), None, True, ("staff",), takes_letter=True)),
        Local(),
    ),
    "11-refused-kind": (
        _at(State.REFUSED, refusal=Refusal((), Outcome.SIDE_MILLED, False, ("locksmith", "staff"))),
        Local(),
    ),
    "11-condition": (
        _at(State.OFFER, offer=OFFER, condition=CONDITION, tray_has_key=True),
        Local(help_open=True, help_topic="condition"),
    ),
    "08-offer-of-a-used-key": (_at(State.OFFER, offer=OFFER, condition=CONDITION, tray_has_key=True), Local()),
    "10-refused-of-a-used-key": (
        _at(State.REFUSED, refusal=Refusal((DND,), None, True, ("staff",)), condition=CONDITION),
        Local(),
    ),
    "12-staff-login": (_at(State.STAFF_LOGIN, staff=StaffView()), Local(number="12", typed="123")),
    "13-staff-wrong": (_at(State.STAFF_LOGIN, staff=StaffView(message=StaffMessage.WRONG, retry_after_s=25)), Local()),
    "13-staff-checking": (_at(State.STAFF_LOGIN, staff=StaffView(message=StaffMessage.CHECKING)), Local(tries=2)),
    "14-staff-approval": (_at(State.STAFF_APPROVAL, staff=STAFF), Local(tab="id_checked")),
    "15-paying-register": (_at(State.PAYING, receipt=replace(RECEIPT, status="reserved", pay_code="2000482")), Local()),
    "16-paying-terminal": (_at(State.PAYING, offer=OFFER), Local()),
    "17-take-key": (_at(State.TAKE_KEY_BACK, tray_has_key=True), Local()),
    "18-loading": (_work(State.LOADING, 0, 0.6, 122), Local()),
    "19-cutting": (_work(State.CUTTING, 1, 0.55, 94), Local()),
    "20-checking": (_work(State.CHECKING, 2, 0.4, 74), Local()),
    "21-delivering": (_work(State.DELIVERING, 3, 0.7, 67), Local()),
    "22-capturing": (_at(State.CAPTURING), Local()),
    "23-thank-you": (
        _at(State.THANK_YOU, receipt=RECEIPT, check=CheckResult(True, 0.0214, 0.05)),
        Local(),
    ),
    "23-thank-you-printed": (_at(State.THANK_YOU, receipt=RECEIPT, paper=PaperState.PRINTED), Local()),
    "23-certificate": (_at(State.THANK_YOU, receipt=RECEIPT), Local(certificate=1)),
    "23-thank-you-fewer": (
        _at(State.THANK_YOU, paper=PaperState.OFFERED, receipt=FEWER, check=CheckResult(True, 0.0214, 0.05)),
        Local(),
    ),
    "24-failed": (_at(State.FAILED), Local()),
    "25-settling": (_at(State.SETTLING), Local()),
    "26-bring-back": (_at(State.BRING_BACK), Local(typed="482077")),
    "26-bring-back-closed": (_at(State.BRING_BACK, return_message=ReturnMessage.CLOSED, return_closed_min=15), Local()),
    "27-lay-original": (_at(State.LAY_ORIGINAL), Local()),
    "27-lay-original-anew": (_at(State.LAY_ORIGINAL, tray_has_key=True, clear_first=True), Local()),
    "27-lay-original-again": (_at(State.LAY_ORIGINAL, lay_again=Outcome.OUT_OF_FOCUS), Local()),
    "27-lay-copy": (_at(State.LAY_COPY, tray_has_key=True), Local()),
    "27-lay-copy-other": (_at(State.LAY_COPY, tray_has_key=True, other_laid=True), Local()),
    "27-lay-copy-again": (_at(State.LAY_COPY, tray_has_key=True, lay_again=Outcome.CUT_OFF), Local()),
    "27-measuring": (_at(State.MEASURING_RETURN, progress=SECOND_LOOK), Local()),
    "28-return-off": (
        _at(State.RETURN_RESULT, returned=ReturnResult(Likeness.OFF, 0.112, tuple(Remedy), 349, "USD")),
        Local(),
    ),
    "29-return-same": (_at(State.RETURN_RESULT, returned=ReturnResult(Likeness.SAME, 0.021)), Local()),
    "29-return-worn-or-off": (_at(State.RETURN_RESULT, returned=ReturnResult(Likeness.WORN_OR_OFF, 0.14)), Local()),
    "29-return-other-key": (_at(State.RETURN_RESULT, returned=ReturnResult(Likeness.OTHER_KEY)), Local()),
    "29-return-one-key": (
        _at(State.RETURN_RESULT, returned=ReturnResult(Likeness.OTHER_KEY, one_key=True)),
        Local(),
    ),
    "29-return-unreadable": (_at(State.RETURN_RESULT, returned=ReturnResult(Likeness.UNREADABLE)), Local()),
    "29-refunded": (_at(State.THANK_YOU, receipt=REFUND), Local()),
    "30-staff-stock": (_at(State.STAFF_MENU, staff=STAFF), Local()),
    "31-staff-slot": (_at(State.STAFF_MENU, staff=STAFF), Local(tab="stock", slot=5)),
    "31-staff-teach": (_at(State.STAFF_MENU, staff=replace(STAFF, lesson=LESSON)), Local(tab="stock", slot=1)),
    "31-staff-taught": (_at(State.STAFF_MENU, staff=replace(STAFF, lesson=TAUGHT)), Local(tab="stock", slot=1)),
    "31-staff-wrong-box": (_at(State.STAFF_MENU, staff=replace(STAFF, lesson=WRONG_BOX)), Local(tab="stock", slot=1)),
    "32-staff-sales": (
        _at(State.STAFF_MENU, staff=replace(STAFF, more_sales=True, desk=SalesDesk(before=490))),
        Local(tab="sales"),
    ),
    "32-staff-look-up": (
        _at(State.STAFF_MENU, staff=replace(STAFF, sales=(replace(SALES[2], doubt=MoneyDoubt.TAKEN), *SALES))),
        Local(tab="sales/T-000480"),
    ),
    "32-staff-sale": (
        _at(
            State.STAFF_MENU,
            staff=replace(
                STAFF,
                printer=PrinterStatus.READY,
                desk=SalesDesk(sale="T-000480", refund=RefundState.LATER),
            ),
        ),
        Local(tab="sales/T-000480"),
    ),
    "10-refused-denied": (
        _at(
            State.REFUSED,
            refusal=Refusal((DND,), denied=True, next_steps=("staff",), takes_letter=True),
        ),
        Local(),
    ),
    "33-staff-help": (_at(State.STAFF_MENU, staff=STAFF, fault=FaultNotice("DOOR_OPEN", "", 0.0)), Local()),
    "34-staff-kiosk": (_at(State.STAFF_MENU, staff=STAFF), Local(tab="kiosk")),
    "34-staff-closed": (
        _at(
            State.STAFF_MENU,
            staff=replace(STAFF, closed=ClosedReason.STAFF, switched=Switched("R. Alvarez", 1795823820.0)),
        ),
        Local(tab="kiosk", saved_utc_s=1795823820.0),
    ),
    "34-staff-settings": (_at(State.STAFF_MENU, staff=OWNER), Local(tab="kiosk/settings")),
    "34-staff-settings-price": (_at(State.STAFF_MENU, staff=OWNER), Local(tab="kiosk/settings/price//359")),
    "34-staff-settings-week": (_at(State.STAFF_MENU, staff=OWNER), Local(tab="kiosk/settings/hours")),
    "34-staff-settings-day": (
        _at(State.STAFF_MENU, staff=OWNER),
        Local(tab="kiosk/settings/hours/fri/08:30-21:30"),
    ),
    "34-staff-settings-until": (
        _at(State.STAFF_MENU, staff=replace(OWNER, message=StaffMessage.SETTINGS_NOT_WRITTEN)),
        Local(tab="kiosk/settings/until/2027-01-02"),
    ),
    "34-staff-kiosk-manager": (_at(State.STAFF_MENU, staff=ENTERS), Local(tab="kiosk")),
    "34-staff-keyway": (_at(State.STAFF_MENU, staff=ENTERS), Local(tab="kiosk", keyway=KEYWAY)),
    "34-staff-keyway-spacing": (_at(State.STAFF_MENU, staff=ENTERS), Local(tab="kiosk", keyway=KEYWAY.on("2"))),
    "34-staff-keyway-refused": (
        _at(
            State.STAFF_MENU,
            staff=replace(
                ENTERS,
                own_keyway=OwnKeywayView("macs", Wrong.REACHES_NEIGHBOUR, (("steps", 9),)),
            ),
        ),
        Local(tab="kiosk", keyway=KEYWAY.on("3")),
    ),
    "34-staff-keyway-name": (_at(State.STAFF_MENU, staff=ENTERS), Local(tab="kiosk", keyway=KEYWAY.on("name"))),
    "34-staff-keyway-depths": (_at(State.STAFF_MENU, staff=ENTERS), Local(tab="kiosk", keyway=KEYWAY.on("roots"))),
    "35-technician": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local()),
    "35-technician-busy": (
        _at(State.TECHNICIAN, staff=STAFF, service=replace(SERVICE, busy="test_cut", fraction=0.45)),
        Local(),
    ),
    "35-technician-fault": (
        _at(
            State.TECHNICIAN,
            staff=STAFF,
            service=replace(SERVICE, status=MachineStatus("Unknown", None, 0.0, 0.0), detail="DOOR_OPEN"),
            fault=FaultNotice("DOOR_OPEN", "the guard door was opened", 0.0),
        ),
        Local(),
    ),
    "35-technician-move": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local(tab="jog/y/0.1")),
    "35-technician-test": (_at(State.TECHNICIAN, staff=STAFF, service=TRIED), Local(tab="test/1")),
    "35-technician-cameras": (_at(State.TECHNICIAN, staff=STAFF, service=SEEN), Local(tab="cameras")),
    "35-technician-calibrated": (_at(State.TECHNICIAN, staff=STAFF, service=FITTED), Local(tab="cameras")),
    "35-technician-stock": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local(tab="stock")),
    "36-technician-wire": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local(tab="wire")),
    "37-technician-errors": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local(tab="history")),
    "38-technician-drift": (_at(State.TECHNICIAN, staff=STAFF, service=SERVICE), Local(tab="measure")),
    "38-technician-visit": (_at(State.TECHNICIAN, staff=STAFF, service=FORETOLD), Local(tab="visit")),
    "38-technician-bring": (_at(State.TECHNICIAN, staff=STAFF, service=FORETOLD), Local(tab="visit/bring")),
    "38-technician-do": (_at(State.TECHNICIAN, staff=STAFF, service=FORETOLD), Local(tab="visit/do")),
    "39-closed": (_at(State.CLOSED), Local()),
    "39-closed-hours": (
        _at(State.CLOSED, closed_reason=ClosedReason.HOURS, opens_utc_s=1795852800.0),
        Local(),
    ),
    "40-out-of-order": (
        _at(State.OUT_OF_ORDER, tray_has_key=True, fault=FaultNotice("DOOR_OPEN", "", 1795823820.0)),
        Local(),
    ),
    "39-about-to-move": (_at(State.STARTING, moves_in_s=8), Local()),
    "40-wheel-may-turn": (
        _at(State.OUT_OF_ORDER, wheel_may_turn=True, fault=FaultNotice("LINK_LOST", "", 0.0)),
        Local(),
    ),
    "40-staff-recover": (
        _at(
            State.STAFF_MENU,
            staff=replace(STAFF, machine=MachineStatus("Idle", None, 0.0, 0.0)),
            fault=FaultNotice("STOPPED", "", 0.0),
        ),
        Local(),
    ),
    "40-staff-recover-not": (
        _at(
            State.STAFF_MENU,
            staff=replace(STAFF, machine=MachineStatus("Idle", None, 0.0, 0.0, "HPX")),
            fault=FaultNotice("SUSPECT", "", 0.0),
        ),
        Local(),
    ),
    "40-staff-doubt": (_at(State.STAFF_MENU, staff=replace(STAFF, doubts=STAFF.sales[:1])), Local()),
    "40-staff-recovering": (
        _at(
            State.STAFF_MENU,
            may_move=True,
            staff=replace(STAFF, machine=MachineStatus("Home", None, 0.0, 0.0, inputs_seen=False), recovering=True),
            fault=FaultNotice("STOPPED", "", 0.0, recovering=True),
        ),
        Local(),
    ),
    "40-staff-recover-failed": (
        _at(
            State.STAFF_MENU,
            staff=replace(STAFF, machine=MachineStatus("Alarm", None, 0.0, 0.0, "D")),
            fault=FaultNotice("STOPPED", "", 0.0, failed_code="DOOR_OPEN", failed_utc_s=1795823820.0),
        ),
        Local(),
    ),
    "40-out-of-order-moves": (
        _at(
            State.OUT_OF_ORDER,
            may_move=True,
            fault=FaultNotice("STOPPED", "", 1795823820.0, recovering=True),
        ),
        Local(),
    ),
    "40-out-of-order-made": (
        _at(State.OUT_OF_ORDER, fault=FaultNotice("DOOR_OPEN", "", 1795823820.0), receipt=FEWER, staff_called=True),
        Local(),
    ),
    "41-recovering": (
        _at(State.OUT_OF_ORDER, fault=FaultNotice("LINK_LOST", "", 0.0, True, 3, True)),
        Local(),
    ),
    "42-still-there": (
        _at(State.OFFER, offer=OFFER, tray_has_key=True, waiting=Waiting(24, 9)),
        Local(),
    ),
    "43-aids": (_at(State.PLACE_KEY), Local(speech=True, aids_open=True)),
}
for _topic in ("smart_lock", "smartkey", "dnd", "lost", "spare", "refused", "privacy"):
    SAMPLES[f"03-help-{_topic}"] = (BASE, Local(help_open=True, help_topic=_topic))
