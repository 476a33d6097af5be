"""Parts that many screens' words are made of. Pure.

Responsible for: buttons and phrases that are the same wherever they stand. Not responsible for: any one screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from config.store import Store
from hardware.grbl.touch_off import Seat
from hardware.ports import MachineStatus
from kiosk.policy.decision import FiredRule
from kiosk.session.intents import CallStaff, Cancel, Intent, Recover, Stop
from kiosk.session.obstacle import Obstacle, against_recovery, obstacle
from kiosk.session.snapshot import FaultNotice, Snapshot
from ui.present.fault_help import fault_family
from ui.present.language import Translation
from ui.present.local import EnterTyped, Erase, Local, LocalAct, Typed
from ui.present.shown import Action, ButtonKind, Holding, LabelledValue, Reason, Shown, Tone

PresentState: TypeAlias = Callable[[Translation, Local, Snapshot, Store], Shown]


def cancel(words: Translation) -> Action:
    """The large way out of every screen before the cut."""
    return Action("cancel", words("cancel"), Cancel(), ButtonKind.SECONDARY, icon="close")


def stop(words: Translation) -> Action:
    """Stops the machine at once: on every screen while it may move."""
    return Action("stop", words("stop"), Stop(), ButtonKind.DANGER, icon="stop", says=words("stop.says"))


def call_staff(words: Translation, snapshot: Snapshot) -> Action:
    """One touch calls staff; touched already, it says so."""
    label = words("staff.called") if snapshot.staff_called else words("staff.call")
    return Action("call_staff", label, CallStaff(), ButtonKind.SECONDARY, "person", enabled=not snapshot.staff_called)


def primary(words: Translation, identity: str, key: str, does: Intent | LocalAct) -> Action:
    """The one thing most people do here."""
    return Action(identity, words(key), does, ButtonKind.PRIMARY)


def holding(words: Translation) -> Holding:
    """Of a button that moves, allows or takes something back."""
    return Holding(words("hold.mark"), words("hold.how"), words("hold.again"), words("hold.longer"))


def reason_of(words: Translation, rule: FiredRule, *, staff: bool = False) -> Reason:
    """A rule in the words of its own file, else of the language's; one without either in truthful general ones."""
    meaning, next_step = rule.words_in(words.language)
    known = f"rule.ground.{rule.code}"
    # A rule the owner wrote has its ground in the owner's own words.
    ground = (words(known) if known in words.ids else rule.ground) if staff else ""
    translated = f"rule.code.{rule.code}.what" in words.ids
    if meaning and (rule.speaks(words.language) or not translated):
        return Reason(meaning, next_step, ground)
    if translated:
        return Reason(words(f"rule.code.{rule.code}.what"), words(f"rule.code.{rule.code}.why"), ground)
    return Reason(words(f"rule.{rule.verdict.value}.what"), words(f"rule.{rule.verdict.value}.why"), ground)


def finish_name(words: Translation, finish: str) -> str:
    """A finish as people call it; an owner's own finish keeps the owner's word."""
    key = f"finish.{finish}"
    return words(key) if key in words.ids else finish.replace("_", " ").capitalize()


LOCK_REASONS = {seat.value: seat.name.lower() for seat in Seat}
"""What the clamp found when a slot was locked, as the id of its words."""


def lock_reason(words: Translation, reason: str) -> str:
    """Why a slot is locked: one sentence wherever it is said."""
    return words.first(f"slot.reason.{LOCK_REASONS.get(reason, reason)}", "slot.reason.other")


def minutes_clock(left_s: int) -> str:
    """Time left, such as 1:47."""
    return f"{left_s // 60}:{left_s % 60:02}"


def machine_lines(words: Translation, status: MachineStatus | None) -> tuple[LabelledValue, ...]:
    """Door, emergency stop and inputs as they are: what whoever recovers the machine must have seen."""
    if status is not None and not status.inputs_seen:
        return tuple(LabelledValue(words(f"inputs.{each}"), words("inputs.unseen")) for each in ("door", "stop"))
    if status is None or obstacle(status) is Obstacle.SILENT:
        silent = words("inputs.silent") if status is not None else words("inputs.asking")
        return (LabelledValue(words("inputs.board"), silent),)
    others = [words("inputs.switch", axis=axis) for axis in status.closed_switches]
    others += [words("inputs.probe")] if status.probe_closed else []
    held = obstacle(status) is Obstacle.HELD
    return (
        LabelledValue(
            words("inputs.door"), words("inputs.door.open") if status.door_open else words("inputs.door.closed")
        ),
        LabelledValue(
            words("inputs.stop"),
            words("inputs.stop.pressed") if status.emergency_stop else words("inputs.stop.released"),
        ),
        *((LabelledValue(words("inputs.board"), words("inputs.held")),) if held else ()),
        *((LabelledValue(words("inputs.others"), ", ".join(others)),) if others else ()),
    )


def recover_action(
    words: Translation, status: MachineStatus | None, *, busy: bool, kind: ButtonKind = ButtonKind.PRIMARY
) -> Action:
    """The way back, to be held. Only where the inputs were seen and nothing stands against moving."""
    against = against_recovery(status)
    return Action(
        "recover",
        words("fault.recover"),
        Recover(),
        kind,
        hold=holding(words),
        enabled=against is None and not busy,
        # Always a line of its own: a button that grows when the guard is closed moves what stands around it.
        note=words("fault.recovering" if busy else f"fault.not_clear.{against}" if against else "fault.recover.does"),
    )


def failed_recovery(words: Translation, fault: FaultNotice | None) -> tuple[LabelledValue, ...]:
    """When and why the last try to recover failed: its cause need not be that of the fault."""
    if fault is None or not fault.failed_code:
        return ()
    what = words(f"fault.{fault_family(fault.failed_code)}.what")
    return (LabelledValue(words("fault.failed", time=words.clock(fault.failed_utc_s)), what),)


def keypad_keys(words: Translation) -> tuple[Action, ...]:
    """The twelve keys of a telephone, in its order."""
    digits = tuple(Action(f"digit_{d}", d, Typed(d)) for d in "123456789")
    return (
        *digits,
        Action("erase", words("keypad.erase"), Erase(), icon="erase"),
        Action("digit_0", "0", Typed("0")),
        Action("enter", words("keypad.enter"), EnterTyped(), ButtonKind.PRIMARY, icon="check"),
    )


def of_sale(picture: str, snapshot: Snapshot) -> str:
    """That picture with the blank and finish that are sold in it."""
    return f"{picture}/{snapshot.sold}" if snapshot.sold else picture


def message(name: str, picture: str, tone: Tone = Tone.GOOD) -> PresentState:
    """A screen of one sentence and a picture, with nothing to touch."""

    def show(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
        return Shown(
            page="message",
            visit=snapshot.state.value,
            title=words(f"{name}.title"),
            store_name=store.name,
            body=(words(f"{name}.text"),),
            picture=picture,
            tone=tone,
        )

    return show


please_wait = message("please_wait", "looking")
"""Shown for the moment in which a screen's figures are not there yet."""
