"""What the panel knows of the machine, and the requests behind its buttons.

Responsible for: the last answers of the control socket as one value, and what each button asks for. Not responsible
for: the socket (`ui.panel.client`) or drawing. No I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, assert_never, get_args

from simulator.faults.injection import FAULTS
from simulator.faults.model import AFTER, Fault, Parameter, Value
from simulator.serve import requests as ask
from ui.panel.translate import PanelTranslation
from ui.panel.wire_lines import ShownWire

SPEEDS = (1, 5, 20, 200)
STEP_S = 0.1
BLANKS = ("M1", "KW1", "KW5", "SC1", "SC4")
"""Blanks a slot may be filled with by mistake."""
HANDS_INSIDE = (ask.MoveDoor, ask.PressStop, ask.StockSlot)
"""What the panel could not show truly while a fault is to be found: it shows a sound machine."""
RESTING = frozenset({"Idle", "Alarm", "Sleep", "Hold", "Door", "Check"})


@dataclass
class PanelState:
    """Everything the panel shows."""

    translate: PanelTranslation
    log: ShownWire
    state: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    metal: dict[str, Any] = field(default_factory=dict)
    tray_png: str | None = None
    tray_laid: int = -1
    laid_key: str = ""
    """Name of the gallery's key that lies in the tray, where this panel laid it."""
    seed: int = 0
    message: str = ""
    troubled: bool = False
    gone: bool = False
    job: dict[str, Any] = field(default_factory=dict)
    """A moment of the last job, while that is what the panel shows."""

    def say(self, message: str, *, troubled: bool = False) -> None:
        """The last thing that happened."""
        self.message, self.troubled = message, troubled

    def done(self, request: ask.ControlRequest, answer: dict[str, Any]) -> None:
        """A request was served: what it changed is known before the next look, so that a switch can be thrown back."""
        if not self.state:
            # Pressed before the first look: that look will tell, and a part of a state cannot be shown.
            return
        match request:
            case ask.MoveDoor():
                self.state["door_open"] = request.open
            case ask.PressStop():
                self.state["emergency_stop"] = request.pressed
            case ask.PlugHeadset():
                self.state["headset"] = request.plugged
            case ask.SetSpeed():
                self.state["speed"] = answer["speed"]
            case ask.Pause() | ask.Go():
                self.state["paused"] = answer["paused"]
            case ask.SetFault() | ask.MendFault():
                self.state["faults"] = answer["faults"]
            case ask.StockSlot() if "stock" in self.state:
                self.state["stock"][str(request.slot)] = request.blanks
            case ask.LayKey():
                self.laid_key = request.key
            case ask.BeginLesson() | ask.AnswerLesson():
                self.state["lesson"] = answer["lesson"]
            case ask.EndLesson():
                self.state["lesson"] = None
            case _:
                # The next look tells.
                pass

    @property
    def locked(self) -> str:
        """Id of the words that say why the machine cannot be worked on from here; empty where it can."""
        lesson = self.state.get("lesson")
        return "locked.past" if self.job else "locked.lesson" if lesson and not lesson["over"] else ""

    def refuses(self, request: ask.ControlRequest) -> bool:
        """Whether it would act on a machine that is not the one shown. Looking, and answering a lesson, never does."""
        if isinstance(request, (*get_args(ask.LookRequest), ask.AnswerLesson, ask.HangUp)):
            return False
        return bool(self.job) or (bool(self.locked) and isinstance(request, HANDS_INSIDE))

    @property
    def resting(self) -> bool:
        """Whether nothing moves, so that looking twice a second is enough."""
        state = self.state
        moving = state.get("feed_mm_min") or state.get("wheel_rpm") or state.get("wheel_commanded_rpm")
        return str(state.get("board", "")).partition(":")[0] in RESTING and not moving and not state.get("paused")

    def apart_mm(self) -> tuple[float, ...]:
        """How far the slides really stand from where the board believes them to; nothing before it was homed."""
        if str(self.state.get("board", "Alarm")).startswith(("Alarm", "Home")):
            return (0.0, 0.0, 0.0)
        real, commanded = self.state.get("position_mm", ()), self.state.get("commanded_mm", ())
        return tuple(a - b for a, b in zip(real, commanded, strict=False))


def pause_request(state: dict[str, Any]) -> ask.ControlRequest:
    """Let time stand or go on."""
    return ask.Go() if state.get("paused") else ask.Pause()


def door_request(state: dict[str, Any]) -> ask.ControlRequest:
    """Open or close the guard door."""
    return ask.MoveDoor(open=not state.get("door_open"))


def stop_request(state: dict[str, Any]) -> ask.ControlRequest:
    """Press or release the emergency stop."""
    return ask.PressStop(pressed=not state.get("emergency_stop"))


def headset_request(state: dict[str, Any]) -> ask.ControlRequest:
    """Put the headset in or pull it out."""
    return ask.PlugHeadset(plugged=not state.get("headset"))


def fault_request(fault: Fault, values: dict[str, Value]) -> ask.ControlRequest:
    """Set a fault; a parameter at its own default need not be said."""
    return ask.SetFault.model_validate({"name": fault.name, **values})


def slot_request(machine: dict[str, Any], state: dict[str, Any], slot: int) -> ask.ControlRequest:
    """Empty a slot, or fill an empty one."""
    capacity = next(each["capacity"] for each in machine["slots"] if each["number"] == slot)
    blanks = 0 if state.get("stock", {}).get(str(slot)) else capacity
    return ask.StockSlot(slot=slot, blanks=blanks)


def parameters_of(fault: Fault) -> dict[str, Parameter]:
    """All parameters of a fault, the delay last. A blank is chosen from the catalogue's that a machine may be given."""
    own = {
        name: replace(parameter, choices=BLANKS) if name == "blank" else parameter
        for name, parameter in fault.parameters.items()
    }
    return {**own, "after_s": AFTER}


def stepped(parameter: Parameter, value: Value, steps: int) -> Value:
    """The value so many steps on: the next choice, or a step of the size its default is written in.

    A step that would leave the bounds ends at the bound.
    """
    if parameter.choices:
        return parameter.choices[(parameter.choices.index(str(value)) + steps) % len(parameter.choices)]
    if isinstance(parameter.default, str):
        return value
    size = step_of(parameter)
    moved = min(parameter.high, max(parameter.low, round(float(value) / size + steps) * size))
    return int(moved) if parameter.whole else float(f"{moved:.10g}")


def step_of(parameter: Parameter) -> float:
    """A step: one in the last place its default is written with; a hundred where a thousand is usual."""
    default = float(parameter.default)
    if parameter.whole or default == 0:
        return 1.0
    text = f"{default:.6f}".rstrip("0")
    decimals = len(text.partition(".")[2])
    return 10.0**-decimals if decimals else 100.0 if default >= 1000 else 1.0


def outcome_message(
    request: ask.ControlRequest, answer: dict[str, Any], translate: PanelTranslation
) -> tuple[str, bool]:
    """What to say of an answer, and whether it is trouble."""
    if not answer.get("ok"):
        problems = (f"{p['field']}: {p['reason']}" if p["field"] else p["reason"] for p in answer.get("problems", ()))
        return "; ".join(problems), True
    return _outcome(request, answer, translate), False


def _outcome(request: ask.ControlRequest, answer: dict[str, Any], translate: PanelTranslation) -> str:
    match request:
        case ask.LayKey(key=key):
            return translate("answer.laid", name=key)
        case ask.TakeKey():
            return translate("answer.taken" if answer.get("taken") else "answer.nothing")
        case ask.SetFault(name=name):
            return f"{translate('answer.fault', name=name)}: {translate.fault(FAULTS[name])}"
        case ask.MendFault(name=mended):
            return translate("answer.mended_all") if mended is None else translate("answer.mended", name=mended)
        case ask.MoveDoor():
            return translate("answer.door_opened" if request.open else "answer.door_closed")
        case ask.PressStop(pressed=pressed):
            return translate("answer.stop_pressed" if pressed else "answer.stop_released")
        case ask.PlugHeadset(plugged=plugged):
            return translate("answer.headset_in" if plugged else "answer.headset_out")
        case ask.StockSlot(slot=slot, blanks=blanks):
            return translate("answer.stock", slot=slot, count=blanks)
        case ask.EmptyChute():
            return translate("answer.chute", count=answer.get("taken", 0))
        case ask.SetSpeed():
            return translate("answer.speed", times=f"{answer['speed']:g}")
        case ask.Pause() | ask.Go():
            return translate("answer.paused" if answer.get("paused") else "answer.goes")
        case ask.StepTime(s=length_s):
            return translate("answer.step", s=f"{length_s:g}")
        case ask.BeginLesson(number=number):
            return translate("answer.lesson", number=number)
        case ask.AnswerLesson():
            over = answer["lesson"]["over"]
            return translate("answer.lesson_over" if over else "answer.lesson_wrong")
        case ask.EndLesson():
            return translate("answer.lesson_ended")
        case (
            ask.LookAtState()
            | ask.LookAtMachine()
            | ask.LookAtMetal()
            | ask.LookAtTray()
            | ask.LookAtJob()
            | ask.ReadWire()
            | ask.HangUp()
        ):
            return translate("answer.done")
        case _:
            assert_never(request)
