"""A session that ended badly in the field, made to happen again on the simulated machine.

Responsible for: naming how a flight record ended, the causes a simulated machine can suffer that may end so, and
trying one after the other. Not responsible for: the people and answers of the session (`kiosk.rehearsal.remember`),
playing (`kiosk.rehearsal.run_scenario`), or what a fault does (`simulator.faults`).

A record says what came of a cause, never the cause itself: what is found is *a* cause that leads there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from config.settings import Settings
from hardware.grbl.touch_off import Seat
from kiosk.rehearsal.remember import scenario_of
from kiosk.rehearsal.run_scenario import play
from kiosk.rehearsal.script import Scenario
from kiosk.session.flight_record import Entry, EntryKind
from kiosk.session.intents import ConfirmReceived
from kiosk.session.reports import HeldBack
from kiosk.session.states import State

MOST_TRIES = 80
"""Each is a whole session of a second or two."""
_CUT_FRACTIONS = (0.4, 0.0)
_WAYS: tuple[dict[str, Any], ...] = ({"way": "to_board"}, {"way": "from_board"})
Cause = tuple[str, Mapping[str, Any]]
_LINE_BYTES = 40
"""A line of a cut and what is asked after it."""


def _on_the_wire(*kinds: str) -> tuple[Cause, ...]:
    return tuple((f"wire_{kind}", way) for kind in kinds for way in _WAYS)


_BOTH_WAYS = _on_the_wire("garbage", "flip", "drop", "duplicate", "swap", "silence")
_AXES = tuple({"axis": axis} for axis in "yxz")
_SLOT: Mapping[str, Any] = {"slot": 0}
"""Stands for the slot the record names."""
_PROBE_OFF: Cause = ("probe_stuck_open", {})
_STEPS = tuple(("wrong_steps", {"axis": "y", "factor": factor}) for factor in (0.98, 1.02))
CAUSES: Mapping[str, tuple[Cause, ...]] = {
    "LINK_LOST": (("board_unplugged", {}), ("port_lost", {}), ("wire_unplug", {})),
    "LINK_PORT": (("board_unplugged", {}), ("wire_unplug", {}), ("port_lost", {"back_after_s": 60})),
    "LINK_SILENT": (*_on_the_wire("silence"), ("port_wedged", {}), *_on_the_wire("drop")),
    "LINK_GARBLED": (("board_reset", {}), *_BOTH_WAYS, *_on_the_wire("delay")),
    "BOARD_ERROR": _BOTH_WAYS,
    "ALARM:1": tuple((name, axis) for name in ("limit_bounce", "limit_stuck_closed") for axis in _AXES),
    # A target outside the travel: a line that lost a sign. One of so many bytes in a row is one.
    "ALARM:2": tuple(("wire_drop", {"way": "to_board", "at_byte": at}) for at in range(_LINE_BYTES)),
    "ALARM:3": (("emergency_stop", {}),),
    "ALARM:4": (("probe_stuck_closed", {}),),
    "ALARM:8": tuple(("limit_stuck_closed", axis) for axis in _AXES),
    "ALARM:9": tuple(("limit_stuck_open", axis) for axis in _AXES),
    "BOARD_ALARM": (("board_reset", {}), ("alarm_missing", {}), *_BOTH_WAYS),
    "PATH_DEVIATION": (("stray_byte", {}), ("tachometer_dead", {}), *_BOTH_WAYS),
    "HOMING": tuple((name, axis) for name in ("home_switch_chatters", "limit_stuck_open") for axis in _AXES),
    "DOOR_OPEN": (("door_open", {}), ("hold_held", {})),
    "STOPPED": (("emergency_stop", {}), ("alarm_missing", {})),
    "CHUTE": (("chute_full", {}), ("key_stuck", {})),
    "CHUTE_UNSEEN": (("chute_sensor_dead", {}),),
    "CLAMP": (("key_stuck", {}),),
    "JAW": (
        ("check_camera_moved", {}),
        ("lost_steps", {"axis": "x", "mm": 1.5}),
        *(("home_switch_chatters", axis) for axis in reversed(_AXES)),
    ),
    "HW_FAULT": (("probe_stuck_closed", {}),),
    Seat.MISSING: (("empty_slot", _SLOT), ("misfeed", {**_SLOT, "count": 4}), ("wrong_blank", _SLOT), _PROBE_OFF),
    Seat.LIFTED: (("shavings", _SLOT), ("bent_blank", _SLOT)),
    Seat.TOO_HIGH: (("double_feed", {**_SLOT, "count": 4}), ("bent_blank", {**_SLOT, "mm": 1.5}), *_STEPS),
    Seat.TOO_LOW: (
        ("worn_wheel", {"mm": 0.4}),
        ("wrong_blank", _SLOT),
        *((name, {"axis": "y", "mm": 0.3}) for name in ("backlash", "stiction", "lost_steps")),
        *_STEPS,
    ),
}
"""What may have led to a fault's code, an alarm, or what the touch-off felt, likeliest first."""
_BAD_COPY: tuple[Cause, ...] = (
    ("lost_steps", {"axis": "y"}),
    ("wrong_steps", {"axis": "y"}),
    ("broken_wheel", {}),
    ("runout", {}),
    ("lost_steps", {"axis": "x", "mm": 0.5}),
    ("backlash", {"axis": "x"}),
    ("stalled_wheel", {}),
    ("wheel_late", {}),
    ("clamp_slip", {}),
    ("fast_wear", {}),
    ("dirty_glass", {}),
    ("clamp_opens", {}),
)


@dataclass(frozen=True)
class Trouble:
    """The first thing that went wrong in a record."""

    what: str
    before: str
    """State in which it came."""
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Reproduced:
    """What was found."""

    ended: str
    scenario: dict[str, Any] | None
    """As its file has it; None if nothing tried leads to the same end."""
    cause: str = "nothing more"
    tried: int = 0
    otherwise: tuple[str, ...] = ()
    """What was otherwise in the attempt that came nearest."""


def reproduce(entries: tuple[Entry, ...], title: str, settings: Settings) -> Reproduced:
    """Try causes until a played session takes the recorded way through the states.

    Raises:
        BadInput: an entry is no event of this version.
    """
    base = scenario_of(entries, title, settings)
    trouble = first_trouble(entries)
    ended = f"ended in {base['expect']['ends_in']}"
    if any(entry.type == ConfirmReceived.__name__ for entry in entries):
        # Who has that copy staff said: no machine can.
        del base["expect"]["delivered"]
    if trouble is not None:
        if trouble.what.isupper():
            base["expect"]["fault"] = trouble.what
        ended += f" after {trouble.what} in {trouble.before}"
    way = _way(entry.state for entry in entries if entry.kind is not EntryKind.WIRE)
    nearest: tuple[str, ...] = ()
    weaker: tuple[dict[str, Any], str] | None = None
    tried = 0
    for table, cause in _attempts(base, trouble):
        if tried == MOST_TRIES:
            break
        tried += 1
        result = play(Scenario.model_validate(table), settings)
        if result.passed and _way(result.path) == way:
            return Reproduced(ended, table, cause, tried)
        if result.passed and weaker is None:
            weaker = table, cause
        if not nearest or len(result.findings) < len(nearest):
            nearest = result.findings
    if weaker is not None:
        # The same states and the same end, though not one by one.
        return Reproduced(ended, weaker[0], weaker[1], tried)
    return Reproduced(ended, None, tried=tried, otherwise=nearest)


def first_trouble(entries: tuple[Entry, ...]) -> Trouble | None:
    """What went wrong first, and what may have led to it."""
    before = State.STARTING.value
    for entry in entries:
        if entry.kind is EntryKind.WIRE:
            continue
        facts = entry.facts
        match entry.type:
            case "Faulted" | "NotReached":
                return Trouble(facts["code"], before, _causes_of(facts["code"], facts["detail"]))
            case "Connected" if facts["held_back"] == HeldBack.DOOR:
                return Trouble("a start held back by its inputs", before, CAUSES["DOOR_OPEN"])
            case "BlankUnfit":
                causes = ((name, _at(facts["slot"], given)) for name, given in CAUSES.get(facts["reason"], ()))
                return Trouble("a blank that did not sit", before, tuple(causes))
            case "Checked" if not facts["result"]["passed"]:
                return Trouble("a copy measured as bad", State.CUTTING.value, _BAD_COPY)
            case "Answered" if facts["answer"]["state"] in ("declined", "unknown"):
                return Trouble(f"a payment that was {facts['answer']['state']}", before, ())
            case _:
                pass
        before = entry.state
    return None


def _causes_of(code: str, detail: str) -> tuple[Cause, ...]:
    if code == "CAMERA":
        # "camera VIEW: reason"
        view = detail.removeprefix("camera ").partition(":")[0]
        return (("camera_unplugged", {"view": view}), ("dropped_frame", {}), ("lamp_failing", {}))
    # "ALARM:1 (a limit switch was hit)"
    return CAUSES.get(detail.partition(" ")[0]) or CAUSES.get(code, ())


def _at(slot: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**given, "slot": slot} if "slot" in given else given


def _attempts(base: dict[str, Any], trouble: Trouble | None) -> Iterator[tuple[dict[str, Any], str]]:
    yield base, "what the people did alone"
    if trouble is None:
        return
    if not trouble.causes:
        for mishap in ("decline", "unreachable", "silent_not_done", "silent_done"):
            for times in (1, 30):
                trouble_there = {"mishap": mishap, "request": "any", "times": times}
                yield {**base, "terminal": [trouble_there]}, f"the terminal: {mishap}"
        return
    for when in _moments(trouble.before):
        for name, parameters in trouble.causes:
            fault = {"fault": name, **when, "parameters": dict(parameters)}
            yield {**base, "trouble": [fault]}, _said(name, parameters)


def _moments(before: str) -> Iterator[dict[str, Any]]:
    """When a cause may have come and gone: there from the beginning, or in the state in which it was told."""
    from_the_first: tuple[dict[str, Any], ...] = ({"clears_in": "out_of_order"}, {})
    if before in (State.STARTING.value, State.LOADING.value):
        yield from from_the_first
    for fraction in _CUT_FRACTIONS if before == State.CUTTING.value else (0.0,):
        for clears in ("out_of_order", "loading", ""):
            moment: dict[str, Any] = {"comes_in": before, "at_fraction": fraction}
            yield {**moment, "clears_in": clears} if clears else moment
    yield from from_the_first


def _said(name: str, parameters: Mapping[str, Any]) -> str:
    given = ",".join(f"{key}={value}" for key, value in parameters.items())
    return f"{name}:{given}" if given else name


def _way(states: Iterator[str] | tuple[State, ...]) -> tuple[str, ...]:
    """States one after the other, each once for as long as it lasted."""
    return tuple(state for state, _ in groupby(map(str, states)))
