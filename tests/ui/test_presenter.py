"""What the glass says, without any glass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import errors
from hardware.ports import MachineStatus
from kiosk.identification.compare import Likeness
from kiosk.key.condition import Condition, KeyCondition
from kiosk.key.reading import Outcome
from kiosk.policy.decision import FiredRule, Override, Verdict
from kiosk.policy.role import Role
from kiosk.session.intents import Approve, CallStaff, Cancel, Credentials, Done, EnterReceipt, Recover, StaffKey, Stop
from kiosk.session.snapshot import (
    ClosedReason,
    FaultNotice,
    Progress,
    Refusal,
    ReturnMessage,
    ReturnResult,
    Snapshot,
    StaffMessage,
    StaffView,
    Switched,
    Waiting,
)
from kiosk.session.states import MAKING, State
from kiosk.staff.approvals import ApprovalReason
from tests.support.words import load_words
from ui.gallery import sample_store
from ui.present.fault_help import fault_family
from ui.present.local import (
    CountBlanks,
    EnterTyped,
    Erase,
    Local,
    OpenTab,
    PickSlot,
    SetVolume,
    ToggleContrast,
    ToggleSpeech,
    Typed,
    after,
    on_staff,
    on_state,
)
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.present.shown import (
    ApprovalDetail,
    ButtonKind,
    KeypadDetail,
    OfferDetail,
    ReceiptDetail,
    RefusedDetail,
    ServiceDetail,
    Shown,
    StaffDetail,
    Tone,
)
from ui.present.spoken import actions_of

STORE = sample_store("portrait")
LANGUAGES = ("en", "es", "fr")


def shown_of(snapshot: Snapshot, local: Local | None = None) -> Shown:
    return present(snapshot, local or Local(), STORE)


def intents(shown: Shown) -> list[object]:
    actions = [*shown.actions, *(actions_of(shown.detail) if shown.detail else [])]
    return [action.does for action in actions if action.enabled]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_screen_even_when_the_snapshot_holds_nothing_else(state: State, language: str) -> None:
    shown = shown_of(Snapshot(state, simulated=False, language=language))
    assert shown.title
    assert shown.spoken.startswith(shown.title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_shown_is_spoken(language: str) -> None:
    for name, (snapshot, local) in SAMPLES.items():
        shown = shown_of(replace(snapshot, language=language), local)
        if shown.waiting is not None:
            assert shown.waiting.text in shown.spoken
            continue
        texts = [shown.title, *shown.body, shown.badge, *(action.label for action in shown.actions if action.enabled)]
        if shown.detail is not None:
            texts += [
                a.label for a in actions_of(shown.detail) if a.enabled and not isinstance(a.does, Typed) and not a.says
            ]
        if isinstance(shown.detail, RefusedDetail):
            texts += list(shown.detail.next_steps)
        missing = [text for text in texts if text and text not in shown.spoken and "STOP" not in text]
        assert [m for m in missing if not any(a.label == m and a.says for a in shown.actions)] == [], name


BEFORE_THE_CUT = (
    State.PLACE_KEY, State.SCANNING, State.TRY_AGAIN, State.WORN, State.OFFER, State.PAYING, State.TAKE_KEY_BACK,
    State.BRING_BACK, State.MEASURING_RETURN, State.STAFF_LOGIN,
)  # fmt: skip


def test_before_the_cut_there_is_a_large_cancel_and_during_it_a_stop() -> None:
    for name, (snapshot, local) in SAMPLES.items():
        shown = shown_of(snapshot, local)
        if snapshot.state in BEFORE_THE_CUT:
            assert Cancel() in [action.does for action in shown.actions], name
        if snapshot.state in MAKING:
            stop = next(action for action in shown.actions if action.does == Stop())
            assert (stop.kind, stop.enabled, stop.hold) == (ButtonKind.DANGER, True, None)
            assert Cancel() not in intents(shown)


def test_stop_answers_through_the_whole_of_the_work_without_a_deaf_moment() -> None:
    visits = {shown_of(Snapshot(state, simulated=False)).visit for state in MAKING}
    assert len(visits) == 1


@pytest.mark.parametrize("outcome", [None, *Outcome])
@pytest.mark.parametrize("can_be_approved", [True, False])
def test_a_refusal_is_never_a_dead_end(outcome: Outcome | None, can_be_approved: bool) -> None:
    shown = shown_of(Snapshot(State.REFUSED, simulated=False, refusal=Refusal((), outcome, can_be_approved)))
    assert isinstance(shown.detail, RefusedDetail)
    assert shown.title
    assert shown.detail.next_steps
    assert {CallStaff(), Done()} <= set(intents(shown))
    # A door that staff could not go through would be a button that does nothing.
    assert [shown.staff_door.does] == [StaffKey()] if can_be_approved and shown.staff_door else not shown.staff_door


def test_a_rule_nobody_has_worded_is_described_truthfully() -> None:
    rule = FiredRule("OWNERS_OWN", Verdict.REFUSE, Override.NEVER, "ground", "source")
    for language in LANGUAGES:
        shown = shown_of(Snapshot(State.REFUSED, simulated=False, language=language, refusal=Refusal((rule,))))
        assert isinstance(shown.detail, RefusedDetail)
        assert "OWNERS_OWN" not in shown.spoken
        assert shown.body


def test_a_rule_speaks_its_own_words_in_the_screens_language() -> None:
    rule = FiredRule(
        "X", Verdict.REFUSE, Override.NEVER, "g", "s", words=(("en", "Meaning", "Next"), ("fr", "Sens", "Suite"))
    )
    for language, meaning in (("en", "Meaning"), ("fr", "Sens"), ("es", "Meaning")):
        shown = shown_of(Snapshot(State.REFUSED, simulated=False, language=language, refusal=Refusal((rule,))))
        assert meaning in shown.spoken


def test_staff_cannot_approve_before_a_reason_is_picked() -> None:
    snapshot, _ = SAMPLES["14-staff-approval"]
    assert not [i for i in intents(shown_of(snapshot)) if isinstance(i, Approve)]
    local, _ = after(Local(), OpenTab("id_checked"), State.STAFF_APPROVAL)
    assert Approve(ApprovalReason.ID_CHECKED) in intents(shown_of(snapshot, local))
    forged, _ = after(Local(), OpenTab("no_such_reason"), State.STAFF_APPROVAL)
    assert not [i for i in intents(shown_of(snapshot, forged)) if isinstance(i, Approve)]


def test_a_pin_is_never_on_the_screen_nor_in_any_repr_nor_spoken() -> None:
    local = Local(number="4711")
    for digit in "908172":
        local, _ = after(local, Typed(digit), State.STAFF_LOGIN)
    shown = shown_of(Snapshot(State.STAFF_LOGIN, simulated=False, staff=StaffView()), local)
    for text in (repr(local), repr(shown), shown.spoken):
        assert "908172" not in text
        assert "4711" not in text
    local, intent = after(local, EnterTyped(), State.STAFF_LOGIN)
    assert intent == Credentials("4711", "908172")
    assert "908172" not in repr(intent)
    assert (local.number, local.typed) == ("", "")


def test_typed_digits_are_forgotten_with_the_screen() -> None:
    local = Local(number="4711", typed="12", tab="kiosk", contrast=True, speech=True)
    there = on_state(local, State.STAFF_LOGIN, State.STAFF_MENU)
    assert (there.number, there.typed, there.tab) == ("", "", "")
    assert there.contrast
    assert on_state(there, State.STAFF_MENU, State.WELCOME) == Local()


def test_a_receipt_code_is_sent_when_it_is_entered() -> None:
    local = Local()
    for digit in "123":
        local, _ = after(local, Typed(digit), State.BRING_BACK)
    local, _ = after(local, Erase(), State.BRING_BACK)
    local, intent = after(local, EnterTyped(), State.BRING_BACK)
    assert isinstance(intent, EnterReceipt)
    assert intent.code == "12"


@given(
    st.lists(
        st.sampled_from([Typed("1"), Erase(), EnterTyped(), ToggleSpeech(), ToggleContrast(), SetVolume(99)]),
        max_size=40,
    )
)
def test_no_row_of_touches_breaks_the_screens_own_state(acts: list[object]) -> None:
    local = Local()
    for act in acts:
        local, _ = after(local, act, State.STAFF_LOGIN)
        assert 1 <= local.volume <= 10
        assert len(local.typed) <= 20


def every_fault(kind: type[errors.HardwareFault]) -> list[type[errors.HardwareFault]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every_fault(child))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_help_in_three_steps_and_recovery_must_be_held(language: str) -> None:
    for fault in (*every_fault(errors.HardwareFault), None):
        code = fault.code if fault else "NEVER_HEARD_OF"
        snapshot = Snapshot(
            State.STAFF_MENU,
            simulated=False,
            language=language,
            fault=FaultNotice(code, "", 0.0),
            staff=StaffView("A", Role.ASSOCIATE),
        )
        shown = shown_of(snapshot)
        assert isinstance(shown.detail, StaffDetail)
        assert len(shown.detail.paragraphs) == 3
        recover = next(action for action in shown.detail.controls if action.does == Recover())
        assert recover.hold
    assert fault_family("LINK_LOST") == "link"
    assert fault_family("NEVER_HEARD_OF") == "other"


def test_the_help_of_another_kind_of_fault_is_not_said_of_the_code_that_stands() -> None:
    fault = FaultNotice("DOOR_OPEN", "", 0.0)
    staff = StaffView("A", Role.ASSOCIATE)
    snapshot = Snapshot(State.STAFF_MENU, simulated=False, fault=fault, staff=staff)

    def about(tab: str) -> str:
        shown = present(snapshot, Local(tab=tab), STORE)
        assert isinstance(shown.detail, StaffDetail)
        return shown.detail.lines[0].label

    assert about("help") == about(f"help/{fault_family('DOOR_OPEN')}") == "DOOR_OPEN"
    assert "DOOR_OPEN" not in about("help/blank")


def test_a_kiosk_without_accounts_says_what_the_owner_runs() -> None:
    for language in LANGUAGES:
        staff = StaffView(message=StaffMessage.NOBODY)
        shown = shown_of(Snapshot(State.STAFF_LOGIN, simulated=False, language=language, staff=staff))
        assert "kiosk staff add" in shown.spoken


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wheel", [False, True])
def test_out_of_order_tells_whoever_has_a_copy_what_was_made_and_taken_and_gives_the_code(
    language: str, wheel: bool
) -> None:
    broken = SAMPLES["40-out-of-order-made"][0]
    receipt = broken.receipt
    assert receipt is not None
    shown = shown_of(replace(broken, language=language, wheel_may_turn=wheel))
    thanks = shown_of(replace(broken, language=language, state=State.THANK_YOU))
    assert shown.detail == thanks.detail, "the same lines, code and picture of it as a sale that ended well"
    assert isinstance(shown.detail, ReceiptDetail)
    assert shown.detail.code.replace(" ", "") == receipt.bring_back_code
    assert receipt.bring_back_code in shown.detail.qr
    assert Done() in intents(shown)
    words = load_words(language)
    assert words.plural("broken.made", receipt.copies) in shown.spoken
    assert words("broken.no_other") in shown.spoken
    assert words("broken.text") not in shown.spoken
    assert (words("wheel.title") == shown.title) is wheel
    assert (words("wheel.text") in shown.spoken) is wheel
    doubtful = replace(receipt, statement=replace(receipt.statement, released_minor=0) if receipt.statement else None)
    assert words("broken.no_other") not in shown_of(replace(broken, language=language, receipt=doubtful)).spoken
    to_pay = shown_of(replace(broken, language=language, receipt=replace(receipt, pay_code="2000482")))
    assert words("broken.pay") in to_pay.spoken
    assert isinstance(to_pay.detail, ReceiptDetail)
    assert to_pay.detail.barcode == "2000482"


def test_out_of_order_is_honest_about_what_comes_next() -> None:
    def body(**facts: bool) -> str:
        fault = FaultNotice("LINK_LOST", "", 0.0, facts.get("recovering", False), 3, facts.get("heals_itself", False))
        return shown_of(Snapshot(State.OUT_OF_ORDER, simulated=False, fault=fault)).spoken

    assert "attempt 3" in body(recovering=True, heals_itself=True)
    assert "by itself when the cause is gone" in body(heals_itself=True)
    assert "does not start again by itself" in body()
    refused = shown_of(
        Snapshot(State.OUT_OF_ORDER, simulated=False, staff_door=False, fault=FaultNotice("CONFIG", "", 0.0))
    )
    assert "tries to start again" in refused.spoken
    assert "kiosk check-config" in refused.spoken
    assert refused.staff_door is None
    key = Snapshot(State.OUT_OF_ORDER, simulated=False, tray_has_key=True)
    assert shown_of(key).title == "Please take your key."
    assert "Your key is still in the tray" in shown_of(replace(key, wheel_may_turn=True)).spoken


def test_a_time_out_says_when_a_key_lies_in_the_tray_and_sounds() -> None:
    waiting = Waiting(24, 9)
    with_key = shown_of(Snapshot(State.OFFER, simulated=False, tray_has_key=True, waiting=waiting))
    without = shown_of(Snapshot(State.OFFER, simulated=False, waiting=waiting))
    assert with_key.waiting is not None
    assert without.waiting is not None
    assert "still in the tray" in with_key.waiting.text
    assert with_key.waiting.text != without.waiting.text
    assert with_key.chime == "warning"
    assert with_key.waiting.more.enabled


def test_the_time_left_is_said_in_steps_one_can_follow() -> None:
    def left(seconds: float) -> str:
        shown = shown_of(
            Snapshot(State.CUTTING, simulated=False, progress=Progress(("load", "cut"), 1, 0.5, seconds, 1, 1))
        )
        return shown.detail.left

    assert left(38.4) == "About 40 seconds left"
    assert left(7.2) == "About 7 seconds left"
    assert left(1.0) == "Almost done"


def test_a_whole_purchase_takes_at_most_four_touches() -> None:
    touches = 0
    for name in ("02-welcome", "04-place-key", "08-offer", "17-take-key"):
        shown = shown_of(SAMPLES[name][0])
        actions = [*shown.actions, *(actions_of(shown.detail) if shown.detail else [])]
        assert sum(action.kind is ButtonKind.PRIMARY and action.enabled for action in actions) == 1, name
        touches += 1
    assert touches <= 4


def test_a_real_machine_is_never_called_simulated_and_a_simulated_one_always() -> None:
    for snapshot, local in SAMPLES.values():
        assert shown_of(snapshot, local).simulated
        banner = shown_of(replace(snapshot, simulated=False), local).simulated
        assert ("wheel" in banner) if snapshot.wheel_may_turn else not banner


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_a_pin_is_checked_the_screen_says_so_and_nothing_of_the_try_before(language: str) -> None:
    shown = shown_of(replace(SAMPLES["13-staff-checking"][0], language=language), Local(tries=2))
    assert isinstance(shown.detail, KeypadDetail)
    assert shown.detail.label == load_words(language)("staff.message.checking")
    assert shown.detail.message == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_an_approved_copy_no_other_number_can_be_chosen_and_it_is_said_why(language: str) -> None:
    snapshot = replace(SAMPLES["08-offer-approved"][0], language=language)
    shown = shown_of(snapshot)
    assert isinstance(shown.detail, OfferDetail)
    assert [chip.id for chip in shown.detail.quantities if chip.enabled] == ["copies_1"]
    assert load_words(language).plural("offer.approved_for", 1) in shown.detail.notices[0]
    assert snapshot.offer is not None
    free = shown_of(replace(snapshot, offer=replace(snapshot.offer, lifted_for=())))
    assert isinstance(free.detail, OfferDetail)
    assert all(chip.enabled for chip in free.detail.quantities)
    alone = shown_of(replace(snapshot, offer=replace(snapshot.offer, max_quantity=1)))
    assert isinstance(alone.detail, OfferDetail)
    assert alone.detail.notices == (load_words(language)("offer.approved"),)


def test_nothing_is_offered_or_said_to_be_found_before_the_head_is_read() -> None:
    offer = SAMPLES["08-offer"][0]
    assert offer.offer is not None
    waits = shown_of(replace(offer, offer=replace(offer.offer, stamp_pending=True)))
    found = shown_of(offer)
    assert waits.title == "Checking your key"
    assert "confirm" not in [action.id for action in waits.actions]
    assert "$" not in waits.spoken
    assert "found" not in waits.spoken
    # What was touched on the way is not taken for a purchase, and the offer is said when it comes.
    assert waits.visit != found.visit


def test_stop_is_answered_with_the_machine_first_and_money_second() -> None:
    stopped = shown_of(replace(SAMPLES["24-failed"][0], failed_reason="stopped"))
    settling = shown_of(Snapshot(State.SETTLING, simulated=False, language="en", failed_reason="stopped"))
    assert settling.title == stopped.title == "Stopped. Nothing is moving."
    assert stopped.body[0].startswith("You pay nothing")


def test_nobody_is_said_to_be_safe_while_the_wheel_may_turn() -> None:
    turning = replace(SAMPLES["24-failed"][0], failed_reason="stopped", wheel_may_turn=True)
    shown = shown_of(turning)
    assert shown.title == "The wheel may still turn"
    assert "Nothing is moving" not in shown.spoken


def test_saved_is_told_on_the_page_it_was_made_on_and_goes_with_it() -> None:
    before, saved = StaffView("A"), StaffView("A", saved_utc_s=1795823820.0)
    told = on_staff(Local(tab="stock", slot=5), before, saved)
    snapshot = Snapshot(State.STAFF_MENU, simulated=False, staff=saved)
    said = f"Saved · {load_words('en', 'US').clock(1795823820.0)}"
    assert said in shown_of(snapshot, told).body
    # It stays while the machine is looked at, and goes with the page or with the next figure.
    assert said in shown_of(snapshot, on_staff(told, saved, saved)).body
    for act in (OpenTab("sales"), PickSlot(0), CountBlanks(3)):
        left, _ = after(told, act, State.STAFF_MENU)
        assert said not in shown_of(snapshot, left).body
    assert said not in shown_of(snapshot, on_staff(told, saved, before)).body
    assert said not in shown_of(snapshot, on_state(told, State.STAFF_MENU, State.WELCOME)).body


def test_the_staff_menu_says_whether_shoppers_are_served_since_when_and_by_whom() -> None:
    at = load_words("en", "US").clock(1795823820.0)
    noon = Switched("R. Alvarez", 1795823820.0)

    def said(fault: FaultNotice | None = None, **view: object) -> str:
        staff = replace(StaffView("A"), **view)
        return shown_of(Snapshot(State.STAFF_MENU, simulated=False, staff=staff, fault=fault)).body[1]

    assert said() == "Open"
    assert said(switched=noon) == f"Open · since {at} · R. Alvarez"
    assert said(switched=noon, closed=ClosedReason.STAFF) == f"Closed by staff · since {at} · R. Alvarez"
    # What no person decided is laid at nobody's door.
    assert said(switched=noon, closed=ClosedReason.EMPTY) == "Closed: no blanks left"
    assert said(FaultNotice("DOOR_OPEN", "", 1795823820.0), switched=noon) == f"Out of order · since {at}"
    for reason in ClosedReason:
        assert said(closed=reason).startswith("Closed")


def test_the_approval_page_counts_down_and_nothing_else_of_it_changes() -> None:
    snapshot, local = SAMPLES["14-staff-approval"]
    assert snapshot.staff is not None
    first, then = (
        shown_of(replace(snapshot, staff=replace(snapshot.staff, closes_in_s=left_s)), local) for left_s in (120, 59)
    )
    assert isinstance(first.detail, ApprovalDetail)
    assert isinstance(then.detail, ApprovalDetail)
    assert (first.detail.who[-4:], then.detail.who[-4:]) == ("2:00", "0:59")
    assert replace(then, detail=None, spoken="") == replace(first, detail=None, spoken="")
    assert replace(then.detail, who="") == replace(first.detail, who="")


@pytest.mark.parametrize(
    "name", ["18-loading", "19-cutting", "20-checking", "21-delivering", "23-thank-you", "23-certificate"]
)
def test_every_page_of_a_sale_draws_the_blank_and_finish_that_are_sold(name: str) -> None:
    snapshot, local = SAMPLES[name]
    assert shown_of(replace(snapshot, sold="SC1/black"), local).picture.endswith("/SC1/black")


@pytest.mark.parametrize(("copies", "title"), [(1, "Your copy is ready"), (2, "Your copies are ready")])
def test_two_copies_are_ready_in_the_plural(copies: int, title: str) -> None:
    snapshot, local = SAMPLES["23-thank-you"]
    assert snapshot.receipt is not None
    assert shown_of(replace(snapshot, receipt=replace(snapshot.receipt, copies=copies)), local).title == title


def test_blanks_are_counted_in_tens_too_within_what_the_slot_holds() -> None:
    snapshot, local = next(
        (snapshot, local) for snapshot, local in SAMPLES.values() if snapshot.state is State.STAFF_MENU and local.slot
    )
    for count, able in ((0, [False, True]), (10, [True, True])):
        detail = shown_of(snapshot, replace(local, count=count)).detail
        assert isinstance(detail, StaffDetail)
        tens = [action for action in detail.controls if action.id in ("count_fewer_10", "count_more_10")]
        assert [action.enabled for action in tens] == able
        assert tens[1].does == CountBlanks(count + 10)


def test_a_copy_staff_did_not_approve_sends_nobody_to_staff_again_but_says_what_remains() -> None:
    shown = shown_of(SAMPLES["10-refused-denied"][0])
    assert shown.title == "Staff did not approve this copy"
    assert isinstance(shown.detail, RefusedDetail)
    assert shown.detail.next_steps == ("Ask whoever gave out the key: the company or office named on it.",)
    assert "staff decide" not in shown.spoken
    assert "one touch calls" not in shown.spoken
    ids = [action.id for action in shown.actions]
    assert ids[0] == "done"
    assert "letter" in ids, "what its owner wrote may still lift it"


def test_the_code_of_a_receipt_is_asked_for_beside_a_receipt_and_of_the_next_code_nothing_is_said_yet() -> None:
    snapshot = replace(SAMPLES["26-bring-back"][0], return_message=ReturnMessage.NOT_FOUND)
    unknown, typing = (shown_of(snapshot, Local(typed=typed)) for typed in ("", "7"))
    assert unknown.picture == "pay"
    assert isinstance(unknown.detail, KeypadDetail)
    assert isinstance(typing.detail, KeypadDetail)
    assert (bool(unknown.detail.message), typing.detail.message) == (True, "")


@pytest.mark.parametrize(
    ("result", "again"),
    [
        (ReturnResult(Likeness.UNREADABLE), True),
        (ReturnResult(Likeness.OTHER_KEY, one_key=True), True),
        (ReturnResult(Likeness.OTHER_KEY), False),
        (ReturnResult(Likeness.SAME), False),
    ],
)
def test_where_nothing_was_decided_one_may_try_again(result: ReturnResult, again: bool) -> None:
    shown = shown_of(Snapshot(State.RETURN_RESULT, simulated=False, returned=result))
    assert ("again" in {action.id for action in shown.actions}) is again
    if result.one_key:
        assert "two different" not in shown.spoken


def kiosk_page(**staff: object) -> Shown:
    snapshot, _ = SAMPLES["34-staff-kiosk"]
    assert snapshot.staff is not None
    return shown_of(replace(snapshot, staff=replace(snapshot.staff, **staff)), Local(tab="kiosk"))


def test_open_and_close_are_one_button_that_says_how_the_kiosk_stands() -> None:
    for closed, label, note, kind in (
        (None, "Close the kiosk", "Open", ButtonKind.SECONDARY),
        (ClosedReason.EMPTY, "Close the kiosk", "Closed: no blanks left", ButtonKind.SECONDARY),
        (ClosedReason.STAFF, "Open the kiosk", "Closed by staff", ButtonKind.PRIMARY),
    ):
        shown = kiosk_page(closed=closed)
        assert isinstance(shown.detail, StaffDetail)
        (switch,) = (each for each in shown.detail.controls if each.id in ("open_kiosk", "close_kiosk"))
        assert (switch.label, switch.note, switch.kind, switch.enabled) == (label, note, kind, True)


def test_after_recovering_staff_read_that_it_is_done_and_whether_shoppers_are_served() -> None:
    snapshot, _ = SAMPLES["40-staff-recover"]
    assert snapshot.staff is not None
    staff = replace(snapshot.staff, recovered_utc_s=1795823820.0, closed=ClosedReason.STAFF)
    shown = shown_of(replace(snapshot, fault=None, staff=staff))
    assert "Recovered · 11:57" in shown.spoken.replace("\u202f", " ")
    assert "shoppers are sent away until somebody opens it here" in shown.spoken
    assert isinstance(shown.detail, StaffDetail)
    assert [tab.id for tab in shown.detail.tabs if tab.chosen] == ["tab_kiosk"]


@pytest.mark.parametrize(("pins", "turns", "closes"), [("", False, False), ("R", True, False), ("D", False, True)])
def test_the_steps_ask_for_nothing_that_the_inputs_show_as_done(pins: str, turns: bool, closes: bool) -> None:
    snapshot, _ = SAMPLES["40-staff-recover"]
    assert snapshot.staff is not None
    staff = replace(snapshot.staff, machine=MachineStatus("Idle", None, 0.0, 0.0, pins))
    for code, said, wanted in (
        ("STOPPED", "Turn the red emergency button", turns),
        ("DOOR_OPEN", "Close the guard until it clicks", closes),
        ("RESTART_METAL", "Close the guard until it clicks", closes),
    ):
        shown = shown_of(replace(snapshot, staff=staff, fault=FaultNotice(code, "", 0.0)))
        assert (said in shown.spoken) is wanted, code
    silent = replace(staff, machine=MachineStatus("Unknown", None, 0.0, 0.0))
    shown = shown_of(replace(snapshot, staff=silent, fault=FaultNotice("STOPPED", "", 0.0)))
    assert "Turn the red emergency button" in shown.spoken, "what was not seen is not done"


def test_a_technician_reads_what_a_fault_means_and_why_recover_does_nothing() -> None:
    snapshot, local = SAMPLES["35-technician-fault"]
    shown = shown_of(snapshot, local)
    assert isinstance(shown.detail, ServiceDetail)
    assert shown.detail.message == "The guard was opened · DOOR_OPEN"
    lines = {line.label: line.value for line in shown.detail.lines}
    assert lines["Recover"] == "Not before the board answers"
    assert lines["DOOR_OPEN"] == "The guard was opened"


def test_a_scale_says_what_it_is_a_scale_of_and_the_wire_no_seconds_it_does_not_know() -> None:
    fitted = shown_of(*SAMPLES["35-technician-calibrated"])
    assert isinstance(fitted.detail, ServiceDetail)
    assert "mm/px · ±" in fitted.detail.lines[0].value
    wire = shown_of(*SAMPLES["36-technician-wire"])
    assert isinstance(wire.detail, ServiceDetail)
    assert ":00  " not in wire.detail.wire[0].text


def test_a_key_left_behind_is_the_headline_the_picture_and_the_arrow() -> None:
    shown = shown_of(SAMPLES["04-a-key-was-left"][0])
    assert (shown.title, shown.picture, shown.tone) == ("A key was left here", "take_key", Tone.LOOK)
    assert shown.title != shown_of(SAMPLES["04-place-key"][0]).title


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.IDENTIFIED])
def test_advice_stands_once_on_a_refusal(outcome: Outcome) -> None:
    steps = ("staff", "locksmith")
    shown = shown_of(Snapshot(State.REFUSED, simulated=False, refusal=Refusal(outcome=outcome, next_steps=steps)))
    assert isinstance(shown.detail, RefusedDetail)
    said = " ".join((shown.title, *shown.body, *shown.detail.next_steps))
    assert said.count("locksmith") <= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_rule_says_to_do_next_stands_in_its_own_place_alone(language: str) -> None:
    snapshot = replace(SAMPLES["10-refused-ask-staff"][0], language=language)
    assert snapshot.refusal is not None
    advice = snapshot.refusal.rules[0].words_in(language)[1]
    shown = shown_of(snapshot)
    assert isinstance(shown.detail, RefusedDetail)
    assert shown.detail.next_steps == (advice,)
    assert advice not in shown.text


@pytest.mark.parametrize("condition", ["like_new", "used", "worn"])
def test_of_a_key_that_is_not_copied_nothing_of_a_copy_is_said(condition: str) -> None:
    how = KeyCondition(Condition(condition), 0.1, ())
    asked = Local(help_open=True, help_topic="condition")
    refused = shown_of(Snapshot(State.REFUSED, simulated=False, refusal=Refusal(), condition=how), asked)
    assert "copy" not in refused.spoken.partition("You can choose")[0].lower()
    offered = shown_of(replace(SAMPLES["08-offer-of-a-used-key"][0], condition=how), asked)
    assert "copy" in offered.spoken.lower()


def test_a_cancelled_visit_is_told_that_nothing_was_charged() -> None:
    assert shown_of(replace(SAMPLES["02-welcome"][0], cancelled=True)).badge == "Cancelled: nothing was charged"
