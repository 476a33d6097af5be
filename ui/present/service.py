"""What a technician sees: machine, jog, test cut, cameras, wire, stock, errors, drift. Pure.

Responsible for: the words and buttons of the service screen. Not responsible for: who may do what, or what an action
does (`kiosk` decides and says so).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from config.store import Store
from hardware.grbl.jog import AXES
from hardware.ports import MachineStatus, WireLine
from kiosk.records.inventory import SlotView
from kiosk.session.intents import Cancel, LetGo, ServiceAction, ServiceTask
from kiosk.session.snapshot import (
    JOG_STEPS_MM,
    CalibrationView,
    FittedView,
    ServiceMessage,
    ServiceView,
    Snapshot,
    TrialView,
)
from ui.present.fault_help import fault_family
from ui.present.language import Translation
from ui.present.local import Local, OpenTab
from ui.present.outlook import visit
from ui.present.parts import failed_recovery, finish_name, holding, lock_reason, machine_lines, recover_action, stop
from ui.present.shown import (
    Action,
    Alert,
    AxisShown,
    ButtonKind,
    DriftShown,
    LabelledValue,
    LampShown,
    PreviewShown,
    ServiceDetail,
    Shown,
    Tone,
    WireShown,
)

TABS = ("machine", "jog", "test", "cameras", "wire", "stock", "history", "measure", "visit")
LOG_LINES = 12
WRONG_ON_THE_WIRE = frozenset({"error", "alarm", "unexplained"})
STOPS = frozenset({"hold", "reset", "door", "jog_cancel", "banner"})
"""Meanings of lines that a technician looks for."""
MOST_SLOTS = 7
"""Slots listed at once; of a larger magazine those that are low, locked or picked come first."""


_Tab: TypeAlias = Callable[[Translation, tuple[str, ...], ServiceView, Snapshot], ServiceDetail]


def technician(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The service screen with one of its tabs open."""
    service = snapshot.service or ServiceView()
    name, *picked = (local.tab or "machine").split("/")
    name = name if name in TABS else "machine"
    page = _TAB[name](words, tuple(picked), service, snapshot)
    tabs = tuple(
        Action(f"tab_{each}", words(f"service.tab.{each}"), OpenTab(each), icon=f"tab_{each}", chosen=each == name)
        for each in TABS
    )
    leave = Action("cancel", words("staff.leave"), Cancel(), icon="back", enabled=not service.busy)
    return Shown(
        page="service",
        visit="technician",
        title=words("service.title"),
        store_name=store.name,
        body=(words("service.text"),),
        picture=_OF_TAB[name],
        tone=Tone.LOOK if snapshot.fault else Tone.AWAY,
        detail=replace(page, tabs=tabs, message=_message(words, service)),
        # Stop is always there: a machine that moves may need it before the screen knows that it does.
        actions=(stop(words), leave),
    )


def _message(words: Translation, service: ServiceView) -> str:
    """What is going on, else what came of the last action."""
    if service.busy:
        going_on = words("service.busy", action=words.first(f"service.{service.busy}", "service.something"))
        return f"{going_on} {words.number(service.fraction * 100)} %" if service.fraction else going_on
    trial = service.trial
    if service.message is None:
        # A figure alone is what the probe felt of a slot's blank.
        if service.slot and service.detail.endswith(" mm"):
            return f"{words('service.probed', slot=service.slot)} {service.detail}"
        code = service.detail
        return f"{words(f'fault.{fault_family(code)}.what')} · {code}" if code else ""
    figures = {"slot": service.slot, "why": lock_reason(words, service.unfit)}
    tried = trial is not None and service.message in (ServiceMessage.TRIAL_PASSED, ServiceMessage.TRIAL_FAILED)
    if tried and trial:
        figures |= _trial_figures(words, trial)
    # Slot after slot is no fault of slots: they stay as they were.
    open_still = any(slot.number == service.slot and not slot.locked for slot in service.slots)
    key = "suspect" if service.unfit and open_still else service.message
    return f"{words(f'service.message.{key}', **figures)} {service.detail}".strip()


def _trial_figures(words: Translation, trial: TrialView) -> dict[str, object]:
    return {
        "slot": trial.slot,
        "error": words.number(trial.largest_error_mm, 3),
        "limit": words.number(trial.tolerance_mm, 3),
    }


def _held(
    words: Translation,
    name: str,
    does: ServiceAction,
    snapshot: Snapshot,
    kind: ButtonKind = ButtonKind.SECONDARY,
    *,
    moves: bool = True,
) -> Action:
    """A button that must be held: what it does moves or resets something. After a fault nothing moves but Recover."""
    busy = bool(snapshot.service and snapshot.service.busy)
    able = not busy and not (moves and snapshot.fault is not None)
    return Action(name, words(f"service.{name}"), does, kind, hold=holding(words), enabled=able)


def _machine(words: Translation, _picked: tuple[str, ...], service: ServiceView, snapshot: Snapshot) -> ServiceDetail:
    status = service.status
    lines = [_state(words, service)]
    if snapshot.fault is not None:
        fault = snapshot.fault
        lines.append(LabelledValue(fault.code, words(f"fault.{fault_family(fault.code)}.what")))
        lines += failed_recovery(words, fault)
    recover = recover_action(
        words, status, busy=bool(service.busy), kind=ButtonKind.PRIMARY if snapshot.fault else ButtonKind.SECONDARY
    )
    if not recover.enabled and not service.busy:
        # A button as low as these has no room for why it does nothing.
        lines.append(LabelledValue(words("fault.recover"), recover.note))
    actions = tuple(
        _held(words, name, ServiceAction(name), snapshot)
        for name in (ServiceTask.HOME, ServiceTask.CHECK, ServiceTask.REJECT)
    )
    return ServiceDetail(
        lines=tuple(lines), axes=_axes(words, service), lamps=_lamps(words, status), controls=(*actions, recover)
    )


def _state(words: Translation, service: ServiceView) -> LabelledValue:
    """What the board does, and the letters of its inputs: those with no lamp of their own, such as the chute's, too."""
    state, pins = (service.status.state, service.status.pins) if service.status else ("", "")
    said = words.first(f"service.state.{state}", "service.unknown")
    return LabelledValue(words("service.state"), words("service.inputs", state=said, pins=pins) if pins else said)


def _axes(words: Translation, service: ServiceView) -> tuple[AxisShown, ...]:
    """Where each axis stands upon its travel."""
    places = service.status.position_mm if service.status else None
    return tuple(
        AxisShown(name, mm, travel, words("service.mm", figure=words.number(mm, 2)) if mm is not None else "–")
        for name, mm, travel in zip("XYZ", places or (None, None, None), service.travel_mm, strict=True)
    )


def _lamps(words: Translation, status: MachineStatus | None) -> tuple[LampShown, ...]:
    """The board's inputs by name; where it is silent nothing is said of them, for nobody saw them."""
    door, *others = lines = machine_lines(words, status)
    if status is None or not status.inputs_seen or not others:
        return tuple(LampShown(line.label, Alert.WARN, line.value) for line in lines)
    released = others[0]
    held = [LampShown(each.label, Alert.WARN, each.value) for each in others if each.value == words("inputs.held")]
    switches = status.closed_switches
    speeds = f"{words.number(status.spindle_rpm)} rpm · {words.number(status.feed_mm_min)} mm/min"
    return (
        LampShown(door.label, Alert.DANGER if status.door_open else Alert.OFF, door.value),
        LampShown(released.label, Alert.DANGER if status.emergency_stop else Alert.OFF, released.value),
        LampShown(words("service.lamp.switches"), Alert.WARN if switches else Alert.OFF, switches or "–"),
        LampShown(
            words("service.lamp.probe"),
            Alert.ON if status.probe_closed else Alert.OFF,
            words("service.lamp.on" if status.probe_closed else "service.lamp.off"),
        ),
        *held,
        LampShown(words("service.speeds"), Alert.ON if status.spindle_rpm else Alert.OFF, speeds),
    )


def _jog(words: Translation, picked: tuple[str, ...], service: ServiceView, snapshot: Snapshot) -> ServiceDetail:
    axis = picked[0] if picked and picked[0] in AXES else "x"
    steps = [f"{step:g}" for step in JOG_STEPS_MM]
    step = picked[1] if len(picked) > 1 and picked[1] in steps else "1"
    axes = tuple(
        Action(f"axis_{each}", each.upper(), OpenTab(f"jog/{each}/{step}"), chosen=each == axis) for each in AXES
    )
    amounts = tuple(
        Action(
            f"step_{each}",
            words("service.mm", figure=words.number(float(each), len(each.partition(".")[2]))),
            OpenTab(f"jog/{axis}/{each}"),
            chosen=each == step,
        )
        for each in steps
    )
    # It stays as it is while it moves: a button that greys under the finger looks as if it had been let go.
    idle = service.busy in ("", "jog") and snapshot.fault is None
    controls = tuple(
        Action(
            f"jog_{way}",
            f"{axis.upper()} {'+' if way == 'plus' else '−'}",
            ServiceAction(ServiceTask.JOG, axis, float(step) if way == "plus" else -float(step)),
            hold=holding(words),
            enabled=idle,
            says=words(f"service.jog.{way}", axis=axis.upper(), step=step),
            released=LetGo(),
        )
        for way in ("minus", "plus")
    )
    return ServiceDetail(
        lines=(_state(words, service),),
        axes=_axes(words, service),
        choices=axes,
        amounts=amounts,
        controls=controls,
    )


def _slot_lines(words: Translation, slots: tuple[SlotView, ...]) -> tuple[LabelledValue, ...]:
    return tuple(
        LabelledValue(words("slot.line", number=slot.number, blank=slot.blank), _stock_of(words, slot))
        for slot in slots
    )


def _stock_of(words: Translation, slot: SlotView) -> str:
    count = words("slot.count", finish=finish_name(words, slot.finish), count=slot.count, capacity=slot.capacity)
    return f"{count} · {words('slot.locked')}" if slot.locked else count


def _test(words: Translation, picked: tuple[str, ...], service: ServiceView, snapshot: Snapshot) -> ServiceDetail:
    numbers = [slot.number for slot in service.slots]
    usable = [slot.number for slot in service.slots if slot.count and not slot.locked]
    chosen = int(picked[0]) if picked and picked[0].isdecimal() else service.slot
    # A slot stays the chosen one, also once it is locked: what is held next is never another's.
    at = numbers.index(chosen) if chosen in numbers else numbers.index(usable[0]) if usable else 0
    trial = service.trial
    lines = list(_slot_lines(words, service.slots[at : at + 1]))
    if trial is not None:
        figures = _trial_figures(words, trial)
        lines.append(LabelledValue(words("service.trial.largest"), words("service.trial.of", **figures)))
        each = "  ".join(words.number(mm, 3) for mm in trial.errors_mm)
        lines += [LabelledValue(words("service.trial.each"), each)] if each else []
    terminal = ServiceAction(ServiceTask.TERMINAL)
    card = (_held(words, "terminal", terminal, snapshot, moves=False),) if service.card_terminal else ()
    if not numbers or not (usable or chosen in numbers):
        nothing = LabelledValue(words("service.test_cut"), words("service.message.no_blank"))
        return ServiceDetail(lines=(nothing,), controls=card)
    choices = tuple(
        Action(f"slot_{way}", words(f"service.slot.{way}"), OpenTab(f"test/{numbers[(at + by) % len(numbers)]}"))
        for way, by in (("before", -1), ("after", 1))
    )
    slot = numbers[at]
    held: tuple[Action, ...] = (
        _held(words, "test_cut", ServiceAction(ServiceTask.TEST_CUT, slot=slot), snapshot, ButtonKind.PRIMARY),
        _held(words, "probe", ServiceAction(ServiceTask.PROBE, slot=slot), snapshot),
    )
    if slot not in usable:
        why = words("slot.locked" if service.slots[at].locked else "slot.reason.empty")
        held = tuple(replace(action, enabled=False, note=why) for action in held)
    controls = (*held, *card)
    return ServiceDetail(lines=tuple(lines), choices=choices, controls=controls)


def _cameras(words: Translation, _picked: tuple[str, ...], service: ServiceView, snapshot: Snapshot) -> ServiceDetail:
    live = service.cameras_live
    watch = Action(
        "cameras",
        words("service.cameras_off") if live else words("service.cameras"),
        ServiceAction(ServiceTask.CAMERAS_OFF if live else ServiceTask.CAMERAS),
        chosen=live,
    )
    previews = tuple(
        PreviewShown(
            words(f"service.view.{seen.view}"), seen.pixels, words("service.no_picture") if seen.problem else ""
        )
        for seen in service.previews
    )
    lines = _calibration(words, service.calibration) if service.calibration else ()
    calibrate = _held(words, "calibrate", ServiceAction(ServiceTask.CALIBRATE), snapshot, moves=False)
    return ServiceDetail(lines=lines, controls=(watch, calibrate), previews=() if lines else previews)


def _calibration(words: Translation, found: CalibrationView) -> tuple[LabelledValue, ...]:
    lines = [LabelledValue(words(f"service.view.{fit.view or 'all'}"), _fit(words, fit)) for fit in found.views]
    if found.file:
        lines.append(LabelledValue(words("service.file"), found.file.rsplit("/", 1)[-1]))
    return tuple(lines)


def _fit(words: Translation, fit: FittedView) -> str:
    if fit.refused:
        return words.first(f"service.refused.{fit.refused}", "service.refused.not_seen")
    angle = f" · {words.number(fit.laser_angle_deg, 1)}°" if fit.laser_angle_deg is not None else ""
    return f"{words.number(fit.mm_per_px, 5)} mm/px · ±{words.number(fit.residual_mm, 3)} mm{angle}"


def _wire(words: Translation, _picked: tuple[str, ...], service: ServiceView, _snapshot: Snapshot) -> ServiceDetail:
    lines = tuple(_wire_line(words, line) for line in service.wire[-LOG_LINES:])
    return ServiceDetail(wire=lines, log=() if lines else (words("service.no_wire"),))


def _wire_line(words: Translation, line: WireLine) -> WireShown:
    time = words.log_clock(line.at_utc_s) if line.at_utc_s else ""
    arrow = "→" if line.way == ">" else "←"
    meaning = words.first(f"wire.{line.meaning}", "wire.info")
    alert = Alert.DANGER if line.meaning in WRONG_ON_THE_WIRE else Alert.WARN if line.meaning in STOPS else Alert.OFF
    return WireShown("  ".join(filter(None, (time, arrow, line.text, f"· {meaning}"))), line.way == ">", alert)


def _stock(words: Translation, _picked: tuple[str, ...], service: ServiceView, _snapshot: Snapshot) -> ServiceDetail:
    first = sorted(service.slots, key=lambda slot: (not (slot.low or slot.locked), slot.number))[:MOST_SLOTS]
    return ServiceDetail(log=tuple(f"{line.label}  ·  {line.value}" for line in _slot_lines(words, tuple(first))))


def _history(words: Translation, _picked: tuple[str, ...], service: ServiceView, _snapshot: Snapshot) -> ServiceDetail:
    return ServiceDetail(log=service.errors[-12:] or (words("service.no_errors"),))


def _version(words: Translation, name: str, value: str) -> str:
    """What runs here; of the wire how surely a line that went wrong on it is noticed."""
    if name == "assurance":
        return f"{words('service.wire')}  ·  {words(f'service.wire.{value}')}"
    return f"{name}  ·  {value}"


def _measure(words: Translation, _picked: tuple[str, ...], service: ServiceView, snapshot: Snapshot) -> ServiceDetail:
    limit = words.number(service.drift_limit_mm, 3)
    return ServiceDetail(
        log=tuple(_version(words, name, value) for name, value in service.versions),
        drift=DriftShown(service.drift_mm, service.drift_limit_mm, (f"+{limit}", "0", f"−{limit}")),
        drift_label=words("service.drift", count=len(service.drift_mm), limit=limit),
        controls=(_held(words, "new_wheel", ServiceAction(ServiceTask.NEW_WHEEL), snapshot, moves=False),),
    )


def _visit(words: Translation, picked: tuple[str, ...], service: ServiceView, _snapshot: Snapshot) -> ServiceDetail:
    return visit(words, picked, service)


_OF_TAB = {
    "machine": "machine",
    "jog": "machine",
    "test": "cutting",
    "cameras": "looking",
    "wire": "machine",
    "stock": "stock",
    "history": "machine",
    "measure": "checking",
    "visit": "machine",
}
"""The picture of what stands behind a tab."""
_TAB: dict[str, _Tab] = {
    "machine": _machine,
    "jog": _jog,
    "test": _test,
    "cameras": _cameras,
    "wire": _wire,
    "stock": _stock,
    "history": _history,
    "measure": _measure,
    "visit": _visit,
}
