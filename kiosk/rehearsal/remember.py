"""A recorded session as a scenario: the same wishes and answers, with a made-up key of the same kind.

Responsible for: what of a flight record becomes which line of a scenario. Not responsible for: either form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk.identification.compare import Likeness
from kiosk.session.flight_record import Entry
from kiosk.session.states import BEFORE_MONEY, MAKING, State

_FRONT = {State.WELCOME.value, State.CLOSED.value, State.OUT_OF_ORDER.value}
_DEEDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "Approve": lambda facts: f"approve {facts['reason']}",
    "Deny": lambda _: "deny",
    "Refill": lambda facts: f"refill {facts['slot']} {facts['count']}",
    "UnlockSlot": lambda facts: f"unlock {facts['slot']}",
    "CloseKiosk": lambda _: "close",
    "OpenKiosk": lambda _: "open",
    "Recover": lambda _: "recover",
    "ConfirmReceived": lambda facts: "received" if facts["received"] else "not_received",
    "ServiceMenu": lambda _: "service",
    "ServiceAction": lambda facts: f"action {facts['name']}",
}
_MAY_CANCEL = {*(state.value for state in BEFORE_MONEY), State.TAKE_KEY_BACK.value}


@dataclass
class _Visit:
    facts: dict[str, Any] = field(default_factory=dict)
    key: dict[str, Any] = field(default_factory=dict)
    staff: list[dict[str, Any]] = field(default_factory=list)


_COPY_LAID: dict[str, dict[str, Any]] = {
    Likeness.OFF: {"copy_laid": {"off_mm": 0.15}},
    Likeness.WORN_OR_OFF: {"copy_laid": {"off_mm": -0.15}},
    Likeness.OTHER_KEY: {"copy_laid": {"seed": 9}},
    Likeness.UNREADABLE: {"copy_laid": {"outcomes": ["worn_past_telling"]}},
}
"""A made-up copy that compares as the one in the record did: of that one nothing was kept."""


def scenario_of(entries: tuple[Entry, ...], title: str) -> str:
    """The text of a scenario file."""
    visits: list[_Visit] = []
    path: list[str] = []
    before = State.STARTING.value
    delivered = 0
    for entry in entries:
        if entry.kind == "wire":
            continue
        if entry.type in ("Start", "BringBack", "StaffKey") and before in _FRONT and entry.state != before:
            visits.append(_Visit())
        if visits:
            _note(visits[-1], entry, before)
        delivered += entry.type == "Delivered"
        if not path or path[-1] != entry.state:
            path.append(entry.state)
        before = entry.state
    lines = [f"title = {json.dumps(title)}", ""]
    for visit in visits or [_Visit({"purpose": "nothing"})]:
        lines += _visit_lines(visit)
    ends_in = path[-1] if path else State.WELCOME.value
    through = [state for state in dict.fromkeys(path) if state != ends_in]
    lines += ["[expect]", f"ends_in = {json.dumps(ends_in)}", f"delivered = {delivered}"]
    lines += [f"through = {json.dumps(through)}"] if through else []
    return "\n".join(lines) + "\n"


def _note(visit: _Visit, entry: Entry, before: str) -> None:
    facts = entry.facts
    match entry.type:
        case "BringBack":
            visit.facts["purpose"] = "bring_back"
        case "StaffKey":
            if before in _FRONT and not visit.staff:
                visit.facts["purpose"] = "staff"
            visit.staff.append({"comes_in": before, "does": []})
        case "Credentials" if visit.staff:
            visit.staff[-1]["number"] = facts["number"]
        case "SetQuantity":
            visit.facts["quantity"] = max(1, min(50, int(facts["quantity"])))
        case "ChooseFinish":
            visit.facts["finish"] = facts["finish"]
        case "ChooseRepair":
            visit.facts["restore"] = bool(facts["restore"])
        case "ChooseRemedy":
            visit.facts["remedy"] = facts["remedy"]
        case "CopyCompared" if facts["compared"] is not None:
            visit.facts |= _COPY_LAID.get(facts["compared"]["likeness"], {})
        case "Cancel" if before in _MAY_CANCEL and before != State.REFUSED.value:
            visit.facts["leaves_in"] = before
        case "Stop" if before in {state.value for state in MAKING}:
            visit.facts["stops_in"] = before
        case "KeyIdentified":
            visit.key.setdefault("outcomes", []).append(facts["outcome"])
            visit.key["wear"] = facts["wear"]
            visit.key |= {"blank": facts["blank"]} if facts["blank"] else {}
            if facts["keyway"] and not facts["blank"]:
                visit.key["keyway"] = facts["keyway"]
        case "StampRead":
            stamp = facts["stamp"]
            visit.key |= {
                "stamp": stamp["phrases"],
                "name_and_phone": stamp["name_and_phone"],
                "head_seen": stamp["seen"],
                "head_illegible": stamp.get("illegible", False),
            }
        case deed if deed in _DEEDS and visit.staff:
            visit.staff[-1]["does"].append(_DEEDS[deed](facts))
        case _:
            pass


def _visit_lines(visit: _Visit) -> list[str]:
    lines = ["[[visit]]", *_pairs(visit.facts)]
    if visit.key:
        lines += ["[visit.key]", *_pairs(visit.key)]
    for staff in visit.staff:
        lines += ["", "[[visit.staff]]", *_pairs(staff)]
    return [*lines, ""]


def _pairs(facts: dict[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in facts.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(_pairs(value)) + " }"
    # Strings, numbers, truth and lists of them read the same in JSON and TOML.
    return json.dumps(value)
