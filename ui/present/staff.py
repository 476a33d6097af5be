"""What staff see: sign-in, approval, the quick menu. Pure.

Responsible for: the words and buttons of those states. Not responsible for: who may do what (`kiosk` decides and says
`not_allowed`), the technician's screen (`ui.present.service`), or closed and out of order (`ui.present.unavailable`).
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from hardware.ports import MachineStatus, PrinterStatus
from kiosk.policy.role import Role
from kiosk.records.inventory import SlotView
from kiosk.session.intents import (
    Approve,
    Cancel,
    CloseKiosk,
    ConfirmCharged,
    ConfirmReceived,
    Deny,
    OpenKiosk,
    PrintAgain,
    Refill,
    RefundCopy,
    ServiceMenu,
    TeachSlot,
    TurnSales,
    UnlockSlot,
)
from kiosk.session.obstacle import Obstacle, obstacle
from kiosk.session.snapshot import (
    ClosedReason,
    LessonStep,
    LessonView,
    MoneyDoubt,
    PaperState,
    RefundState,
    SaleLine,
    Snapshot,
    StaffMessage,
    StaffView,
)
from kiosk.session.states import State
from ui.present import own_keyway, own_settings, unavailable
from ui.present.fault_help import FAMILIES, fault_family
from ui.present.keyway_draft import KeywayDraft
from ui.present.language import Translation
from ui.present.local import CountBlanks, Local, OpenKeyway, OpenTab, PickSlot
from ui.present.parts import (
    PresentState,
    failed_recovery,
    finish_name,
    holding,
    keypad_keys,
    lock_reason,
    machine_lines,
    minutes_clock,
    reason_of,
    recover_action,
)
from ui.present.service import technician
from ui.present.shown import (
    Action,
    ApprovalDetail,
    ButtonKind,
    KeypadDetail,
    LabelledValue,
    Reason,
    Shown,
    StaffDetail,
    Tone,
)
from ui.present.statement import statement_lines

PIN_DIGITS = 6
"""A PIN has as many at least."""
_OF_TAB = {"tab_stock": "stock", "tab_sales": "pay", "tab_help": "machine", "tab_kiosk": "collect"}
"""The picture of what stands behind a tab."""
_ANSWERS: dict[MoneyDoubt, tuple[str, ...]] = {
    MoneyDoubt.NONE: (),
    MoneyDoubt.TAKEN: ("yes", "no"),
    # What was not given back is asked for again by itself.
    MoneyDoubt.GIVEN_BACK: ("yes",),
}


def _leave(words: Translation, *, unsaved: bool = False) -> Action:
    """The way out; what was chosen and not saved is not lost by one tap."""
    if unsaved:
        return Action("cancel", words("staff.leave_unsaved"), Cancel(), hold=holding(words))
    return Action("cancel", words("staff.leave"), Cancel(), icon="back")


def _login(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    staff = snapshot.staff or StaffView()
    asks_pin = bool(local.number)
    message = ""
    nobody, checking = staff.message is StaffMessage.NOBODY, staff.message is StaffMessage.CHECKING
    if staff.message and not nobody and not checking:
        message = words.first(f"staff.message.{staff.message}", "staff.message.wrong")
    if message and local.tries > 1:
        message = f"{message} {words('staff.again', count=local.tries)}"
    if staff.retry_after_s > 0:
        message = words.plural("staff.retry", staff.retry_after_s)
    label = "staff.message.checking" if checking else "staff.login.pin" if asks_pin else "staff.login.number"
    return Shown(
        page="keypad",
        visit="staff_login",
        title=words("staff.login.title"),
        store_name=store.name,
        body=(words("staff.login.nobody"), words("staff.login.command")) if nobody else (words("staff.login.text"),),
        picture="badge",
        tone=Tone.LOOK if message else Tone.AWAY,
        detail=KeypadDetail(
            label=words(label),
            dots="•" * len(local.typed),
            keys=keypad_keys(words),
            message=message,
            secret=True,
            # Of a number nobody is told how long it is.
            places=PIN_DIGITS if asks_pin else 1,
        ),
        actions=(Action("cancel", words("cancel"), Cancel(), icon="close"),),
        ticking=(message,) if staff.retry_after_s > 0 else (),
    )


def _approval(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    staff = snapshot.staff or StaffView()
    # What a shopper is told to do next is not for staff, who have come.
    asked = Reason(words("approval.nothing"), "")
    if staff.asked:
        asked = replace(reason_of(words, staff.asked, staff=True), why="")
    picked = next((reason for reason in staff.reasons if reason == local.tab), None)
    reasons = tuple(
        Action(
            f"reason_{r}", words.first(f"approval.reason.{r}", "approval.reason.other"), OpenTab(r), chosen=r == picked
        )
        for r in staff.reasons
    )
    question = staff.asked.question_in(words.language) if staff.asked else ""
    approve = Action(
        "approve",
        words("approval.no_mark" if question else "approval.approve"),
        Approve(picked),
        hold=holding(words),
        enabled=picked is not None and staff.asked is not None,
        # There is a line below it before and after: what is picked stays under the finger.
        note=next((reason.label for reason in reasons if reason.chosen), words("approval.pick_first")),
    )
    return Shown(
        page="approval",
        visit="staff_approval",
        title=question or words("approval.title"),
        store_name=store.name,
        body=(words.plural("approval.text", max(1, staff.copies)), *_message(words, staff)),
        picture="feature/stamp",
        tone=Tone.AWAY,
        detail=ApprovalDetail(
            asked,
            f"{_who(words, staff)} · {_closes(words, staff)}",
            words("approval.reasons"),
            reasons,
        ),
        actions=(approve, Action("deny", words("approval.mark" if question else "approval.deny"), Deny())),
    )


def role_name(words: Translation, role: Role | None) -> str:
    """A role as people call it."""
    return words.first(f"role.{role}", "role.associate")


def _menu(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    staff = snapshot.staff or StaffView()
    typing = own_keyway.keypad(words, local.keyway, store) if local.keyway is not None else None
    if typing is not None:
        return typing
    tab = local.tab or _first_tab(snapshot, staff)
    tabs = tuple(
        Action(f"tab_{name}", words(f"staff.tab.{name}"), OpenTab(name), icon=f"tab_{name}", chosen=name == tab)
        for name in ("stock", "sales", "help", "kiosk")
    )
    show = {"stock": _stock, "sales": _sales, "help": _fault_help, "kiosk": _kiosk}[tab.split("/")[0]]
    # Beside a figure being chosen there is room for a sentence, below the name there is not.
    beside = local.keyway is not None or local.tab.startswith(own_settings.PAGE)
    if local.turned_on:
        # It was said of what was tried on a page before.
        staff = replace(staff, message=None)
    message = () if beside else _message(words, staff)
    # Opened and closed is answered by how the kiosk stands, since when and by whom.
    told = local.saved_utc_s and local.saved_utc_s != staff.switched.utc_s
    saved = (words("staff.saved", time=words.clock(local.saved_utc_s)),) if told else ()
    well = (words("staff.recovered", time=words.clock(staff.recovered_utc_s)),) if staff.recovered_utc_s else ()
    left = (words("key_left.staff"),) if snapshot.key_left else ()
    detail = show(words, local, snapshot, staff, tabs)
    opened = next((each for each in detail.tabs if each.chosen), tabs[0])
    return Shown(
        page="staff",
        visit="staff_menu",
        title=detail.title or opened.label,
        store_name=store.name,
        body=(_who(words, staff), _standing(words, snapshot, staff), *well, *message, *saved, *left),
        picture=detail.picture or _OF_TAB.get(opened.id, ""),
        # What shoppers meet: served, sent away, or a machine that must be seen to.
        tone=Tone.LOOK if snapshot.fault else Tone.AWAY if staff.closed else Tone.GOOD,
        detail=detail,
        actions=(_leave(words, unsaved=detail.unsaved),),
    )


def _first_tab(snapshot: Snapshot, staff: StaffView) -> str:
    """What whoever signs in has come for; after recovering, whether shoppers are served now."""
    if snapshot.fault:
        return "help"
    if staff.doubts or _looks_up(staff):
        return "sales"
    return "kiosk" if staff.recovered_utc_s else "stock"


def _message(words: Translation, staff: StaffView) -> tuple[str, ...]:
    return (words.first(f"staff.message.{staff.message}", "staff.message.wrong"),) if staff.message else ()


def _closes(words: Translation, staff: StaffView) -> str:
    """How long there is to decide; the figure never stands in a line of its own."""
    return words("approval.closes", time=minutes_clock(staff.closes_in_s)).replace(" ", "\N{NO-BREAK SPACE}")


def _who(words: Translation, staff: StaffView) -> str:
    return words("approval.who", name=staff.name, role=role_name(words, staff.role))


def _standing(words: Translation, snapshot: Snapshot, staff: StaffView) -> str:
    """Whether shoppers are served once staff leave, since when, and by whom where staff decided it."""
    fault, switched = snapshot.fault, staff.switched
    if fault is not None:
        since = words("broken.since", time=words.clock(fault.since_utc_s)) if fault.since_utc_s else ""
        return " · ".join(filter(None, (words("standing.broken"), since)))
    said = words(f"standing.closed.{staff.closed}" if staff.closed else "standing.open")
    if not switched.utc_s or staff.closed not in (None, ClosedReason.STAFF):
        return said
    return " · ".join((said, words("broken.since", time=words.clock(switched.utc_s)), switched.by))


def _slot_line(words: Translation, slot: SlotView) -> str:
    return words("slot.line", number=slot.number, blank=slot.blank)


def _slot_note(words: Translation, slot: SlotView) -> str:
    finish = finish_name(words, slot.finish)
    count = words("slot.count", finish=finish, count=slot.count, capacity=slot.capacity)
    if slot.locked:
        return f"{count} · {words('slot.locked')}"
    return f"{count} · {words('slot.low')}" if slot.low else count


def _stock(
    words: Translation, local: Local, snapshot: Snapshot, staff: StaffView, tabs: tuple[Action, ...]
) -> StaffDetail:
    slot = next((slot for slot in staff.slots if slot.number == local.slot), None)
    if staff.lesson is not None:
        return _lesson(words, staff.lesson, staff.slots, tabs)
    if slot is None:
        rows = tuple(
            Action(
                f"slot_{s.number}",
                _slot_line(words, s),
                PickSlot(s.number),
                note=_slot_note(words, s),
                icon="lock" if s.locked else "low" if s.low else "",
                picture=f"blank/{s.blank}/{s.finish}",
                figure=words.number(s.count),
                full=s.count / s.capacity,
            )
            for s in staff.slots
        )
        return StaffDetail(tabs, rows=rows, paragraphs=() if rows else (words("staff.no_slots"),))
    count = slot.count if local.count is None else local.count
    controls = [
        Action(
            "count_fewer",
            words("slot.fewer"),
            CountBlanks(max(0, count - 1)),
            icon="minus",
            enabled=count > 0,
            counts=True,
        ),
        Action(
            "count_more",
            words("slot.more"),
            CountBlanks(min(slot.capacity, count + 1)),
            icon="plus",
            enabled=count < slot.capacity,
            counts=True,
        ),
        *(
            Action(
                f"count_{'more' if step > 0 else 'fewer'}_{abs(step)}",
                f"{'+' if step > 0 else '−'} {words.number(abs(step))}",
                CountBlanks(count + step),
                enabled=0 <= count + step <= slot.capacity,
                counts=True,
            )
            for step in (-10, 10)
        ),
        Action("count_full", words("slot.full"), CountBlanks(slot.capacity)),
        Action("refill", words("slot.save", count=count), Refill(slot.number, count), ButtonKind.PRIMARY),
    ]
    controls.append(Action("teach", words("slot.teach"), TeachSlot(slot.number)))
    if slot.locked:
        controls.append(Action("unlock", words("slot.unlock"), UnlockSlot(slot.number), icon="unlock"))
    controls.append(Action("slots", words("slot.others"), PickSlot(0), icon="back"))
    lines = [LabelledValue(_slot_line(words, slot), _slot_note(words, slot))]
    if slot.locked and slot.lock_reason:
        lines.append(LabelledValue(words("slot.locked"), lock_reason(words, slot.lock_reason)))
    paragraphs = (words("slot.jam"),) if slot.locked else ()
    return StaffDetail(
        tabs,
        lines=tuple(lines),
        paragraphs=paragraphs,
        controls=tuple(controls),
        title=_slot_line(words, slot),
        picture=_bare(slot),
        figure=LabelledValue(words("slot.now" if count == slot.count else "settings.unsaved"), words.number(count)),
        unsaved=count != slot.count,
    )


def _bare(slot: SlotView) -> str:
    return f"bare/{slot.blank}/{slot.finish}"


def _lesson(
    words: Translation, lesson: LessonView, slots: tuple[SlotView, ...], tabs: tuple[Action, ...]
) -> StaffDetail:
    """Guides whoever lays blanks of a slot: what is wanted next, and what was found."""
    slot = next(each for each in slots if each.number == lesson.slot)
    lines = [
        LabelledValue(_slot_line(words, slot), words(f"lesson.step.{lesson.step.value}")),
        LabelledValue(words("lesson.good"), f"{words.number(lesson.good)} / {words.number(lesson.wanted)}"),
    ]
    paragraphs = [words(f"lesson.found.{lesson.found.value}")] if lesson.found else [words("lesson.how")]
    if lesson.differs:
        paragraphs.append(words(f"lesson.differs.{lesson.differs}"))
    if lesson.taken_for:
        lines.append(LabelledValue(words("lesson.taken_for"), lesson.taken_for))
    if lesson.unlike_mm is not None:
        lines.append(LabelledValue(words("lesson.unlike"), f"{words.number(lesson.unlike_mm, 3)} mm"))
    again = (Action("teach", words("lesson.again"), TeachSlot(lesson.slot)),) if lesson.step is LessonStep.DONE else ()
    end = Action("end_lesson", words("lesson.end"), TeachSlot(0), ButtonKind.PRIMARY, icon="back")
    return StaffDetail(
        tabs,
        lines=tuple(lines),
        paragraphs=tuple(paragraphs),
        controls=(*again, end),
        title=_slot_line(words, slot),
        picture=_bare(slot),
    )


def _sales(
    words: Translation, local: Local, snapshot: Snapshot, staff: StaffView, tabs: tuple[Action, ...]
) -> StaffDetail:
    if staff.doubts:
        return _doubt(words, staff.doubts[0], tabs)
    picked = next((sale for sale in staff.sales if local.tab == f"sales/{sale.transaction}"), None)
    if picked is not None:
        return _sale(words, snapshot, staff, picked, tabs)
    rows = tuple(
        Action(
            f"sale_{number}",
            words.short_moment(sale.opened_utc_s),
            OpenTab(f"sales/{sale.transaction}"),
            icon="" if sale.doubt is MoneyDoubt.NONE else "question",
            note=" · ".join((sale.transaction, _sale_status(words, sale))),
            figure=words.money(sale.amount_minor, snapshot.currency),
        )
        for number, sale in enumerate(staff.sales)
    )
    turns = []
    if staff.desk.before:
        turns.append(Action("newest_sales", words("sales.newest"), TurnSales(0), icon="back"))
    if staff.more_sales and staff.sales:
        turns.append(Action("older_sales", words("sales.older"), TurnSales(staff.sales[-1].number), icon="forward"))
    return StaffDetail(tabs, rows=rows, paragraphs=() if rows else (words("staff.no_sales"),), controls=tuple(turns))


def _looks_up(staff: StaffView) -> bool:
    return any(sale.doubt is not MoneyDoubt.NONE for sale in staff.sales)


def _sale_status(words: Translation, sale: SaleLine) -> str:
    return words.first(f"receipt.status.{sale.status}", "receipt.status.other")


def _sale(
    words: Translation, snapshot: Snapshot, staff: StaffView, sale: SaleLine, tabs: tuple[Action, ...]
) -> StaffDetail:
    """What one sale came to, as whoever is asked about it at the desk must know it."""
    money = (
        statement_lines(words, sale.statement, snapshot.currency)
        if sale.statement
        else (LabelledValue(_sale_status(words, sale), words.money(sale.amount_minor, snapshot.currency)),)
    )
    in_doubt = sale.doubt is not MoneyDoubt.NONE
    asked = tuple(
        Action(
            f"looked_up_{answer}",
            words(f"looked_up.{sale.doubt}.{answer}"),
            ConfirmCharged(sale.transaction, done=answer == "yes"),
            hold=holding(words),
        )
        for answer in _ANSWERS[sale.doubt]
    )
    return StaffDetail(
        tuple(replace(tab, chosen=tab.id == "tab_sales") for tab in tabs),
        lines=(
            LabelledValue(words("sale.when"), words.moment(sale.opened_utc_s)),
            LabelledValue(words("sale.made"), f"{sale.blank} · {words.plural('sale.copies', sale.copies)}"),
            *money,
        ),
        paragraphs=(words(f"looked_up.{sale.doubt}"), words("looked_up.where"))
        if in_doubt
        else _came_of_it(words, staff, sale),
        controls=(
            *asked,
            # What the card did is looked up before anything is given back.
            *(() if in_doubt else _made_good(words, snapshot, staff, sale)),
            Action("sales", words("sale.others"), OpenTab("sales"), icon="back"),
        ),
        title=sale.transaction,
    )


def _made_good(words: Translation, snapshot: Snapshot, staff: StaffView, sale: SaleLine) -> tuple[Action, ...]:
    """What may be done about a sale now: one copy's price back, by a manager; its receipt again."""
    desk, acts = staff.desk, []
    if sale.refundable and staff.role is Role.MANAGER:
        price = words.money(sale.price_each_minor, snapshot.currency)
        acts.append(
            Action(
                "refund_copy",
                words("sale.refund", price=price),
                RefundCopy(sale.transaction),
                hold=holding(words),
                enabled=desk.refund is not RefundState.ASKED,
            )
        )
    if staff.printer is not None and sale.copies:
        ready = staff.printer.prints and desk.paper is not PaperState.PRINTING
        note = "" if staff.printer.prints else words(f"printer.{staff.printer}")
        acts.append(Action("print_again", words("sale.print"), PrintAgain(sale.transaction), enabled=ready, note=note))
    return tuple(acts)


def _came_of_it(words: Translation, staff: StaffView, sale: SaleLine) -> tuple[str, ...]:
    """What came of that, on the page of the sale it was done about."""
    desk = staff.desk
    if desk.sale != sale.transaction:
        return ()
    said = []
    if desk.pay_code:
        said.append(words("sale.refund.code", code=desk.pay_code))
    elif desk.refund is not RefundState.NONE:
        said.append(words(f"sale.refund.{desk.refund}"))
    if desk.paper is not PaperState.NONE:
        said.append(words(f"sale.print.{desk.paper}"))
    return tuple(said)


def _doubt(words: Translation, sale: SaleLine, tabs: tuple[Action, ...]) -> StaffDetail:
    """A copy left the clamp and nobody saw where it fell: whoever stands here can look and ask."""
    tabs = tuple(replace(tab, chosen=tab.id == "tab_sales") for tab in tabs)
    return StaffDetail(
        tabs,
        lines=(LabelledValue(words("doubt.sale"), f"{words.moment(sale.opened_utc_s)} · {sale.transaction}"),),
        paragraphs=(words("doubt.what"), words("doubt.look")),
        controls=(
            Action(
                "received",
                words("doubt.received"),
                ConfirmReceived(sale.transaction, received=True),
                hold=holding(words),
            ),
            Action(
                "not_received",
                words("doubt.not_received"),
                ConfirmReceived(sale.transaction, received=False),
                hold=holding(words),
            ),
        ),
    )


def _seen_done(machine: MachineStatus | None) -> frozenset[str]:
    """Steps whose end the inputs show: nobody is sent to a button that was never pressed, or a guard that is shut."""
    if machine is None or obstacle(machine) is Obstacle.SILENT:
        return frozenset()
    pressed, opened = machine.emergency_stop, machine.door_open
    done = (*(() if pressed else ("stopped.2",)), *(() if opened else ("door.2", "restart.2")))
    return frozenset(done)


def _fault_help(
    words: Translation, local: Local, snapshot: Snapshot, staff: StaffView, tabs: tuple[Action, ...]
) -> StaffDetail:
    picked = local.tab.removeprefix("help/") if local.tab.startswith("help/") else ""
    fault = snapshot.fault
    # What is to be done follows from what stood in the way last.
    own = fault_family(fault.failed_code or fault.code) if fault else "blank"
    family = picked if picked in FAMILIES else own
    # The help of another kind of fault is not said of the code that stands.
    if fault is not None and family == own:
        lines = [LabelledValue(fault.code, words(f"fault.{fault_family(fault.code)}.what"))]
    else:
        lines = [LabelledValue(words("fault.about"), words(f"fault.{family}.what"))]
    if fault is not None:
        lines += [*failed_recovery(words, fault), *machine_lines(words, staff.machine)]
    todo = [words(f"fault.{family}.{n}") for n in (1, 2, 3) if f"{family}.{n}" not in _seen_done(staff.machine)]
    # While it moves there is nothing to do but to keep away, and STOP.
    steps = (
        (words("fault.keep_away"),)
        if staff.recovering
        else tuple(f"{number}.  {step}" for number, step in enumerate(todo, 1))
    )
    controls: list[Action] = []
    if snapshot.fault:
        controls.append(recover_action(words, staff.machine, busy=staff.recovering))
    following = FAMILIES[(FAMILIES.index(family) + 1) % len(FAMILIES)]
    controls.append(Action("next_help", words("fault.other_help"), OpenTab(f"help/{following}"), icon="question"))
    tabs = tuple(replace(tab, chosen=tab.id == "tab_help") for tab in tabs)
    pressed = family == "stopped" and staff.machine is not None and staff.machine.emergency_stop
    what = "fault.emergency_stop" if pressed else f"fault.{family}.what"
    title = words("fault.recovering" if staff.recovering else what) if snapshot.fault else ""
    return StaffDetail(tabs, lines=tuple(lines), paragraphs=steps, controls=tuple(controls), title=title)


def _kiosk(
    words: Translation, local: Local, snapshot: Snapshot, staff: StaffView, tabs: tuple[Action, ...]
) -> StaffDetail:
    if staff.settings is not None and local.tab.startswith(own_settings.PAGE):
        tabs = tuple(replace(tab, chosen=tab.id == "tab_kiosk") for tab in tabs)
        page = own_settings.own_settings(words, local.tab, staff.settings, snapshot.currency, tabs)
        return replace(page, paragraphs=_message(words, staff) or page.paragraphs)
    if staff.own_keyway is not None and local.keyway is not None:
        page = own_keyway.own_keyway(words, local.keyway, staff.own_keyway, staff.slots, tabs)
        return replace(page, paragraphs=_message(words, staff) or page.paragraphs)
    shut = staff.closed is ClosedReason.STAFF
    controls = [
        _switch(words, snapshot, staff),
        recover_action(words, staff.machine, busy=staff.recovering, kind=ButtonKind.SECONDARY),
    ]
    if staff.settings is not None:
        controls.append(Action("settings", words("kiosk.settings"), OpenTab(own_settings.PAGE)))
    if staff.own_keyway is not None:
        controls.append(Action("keyway", words("kiosk.keyway"), OpenKeyway(KeywayDraft())))
    if staff.role is Role.TECHNICIAN:
        controls.append(Action("service_menu", words("kiosk.service"), ServiceMenu()))
    lines = machine_lines(words, staff.machine)
    if staff.printer not in (None, PrinterStatus.READY):
        lines = (*lines, LabelledValue(words("printer"), words(f"printer.{staff.printer}")))
    paragraphs = (words("kiosk.shut" if shut else "kiosk.text"), words("kiosk.recover_text"))
    picture = "closed" if staff.closed else ""
    return StaffDetail(tabs, lines=lines, paragraphs=paragraphs, controls=tuple(controls), pairs=True, picture=picture)


def _switch(words: Translation, snapshot: Snapshot, staff: StaffView) -> Action:
    """Open or close: the one that changes something, with how it stands now."""
    shut = staff.closed is ClosedReason.STAFF
    name, kind = ("open", ButtonKind.PRIMARY) if shut else ("close", ButtonKind.SECONDARY)
    stands = (
        "standing.broken" if snapshot.fault else f"standing.closed.{staff.closed}" if staff.closed else "standing.open"
    )
    return Action(
        f"{name}_kiosk", words(f"kiosk.{name}"), OpenKiosk() if shut else CloseKiosk(), kind, note=words(stands)
    )


STATES: dict[State, PresentState] = {
    State.STAFF_LOGIN: _login,
    State.STAFF_APPROVAL: _approval,
    State.STAFF_MENU: _menu,
    State.TECHNICIAN: technician,
    State.CLOSED: unavailable.closed,
    State.OUT_OF_ORDER: unavailable.out_of_order,
}
