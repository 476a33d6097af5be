"""A recorded session as a scenario: the same wishes and answers, with a made-up key of the same kind.

Responsible for: what of a flight record becomes which line of a scenario. Not responsible for: either form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.settings import Settings
from hardware.ports import PaymentState
from kiosk.identification.compare import Likeness
from kiosk.session.flight_record import Entry, EntryKind, SwitchedOn, setup_of
from kiosk.session.reports import Timer
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
    delivered: int = 0


_COPY_LAID: dict[str, dict[str, Any]] = {
    Likeness.OFF: {"copy_laid": {"off_mm": 0.15}},
    Likeness.WORN_OR_OFF: {"copy_laid": {"off_mm": -0.15}},
    Likeness.OTHER_KEY: {"copy_laid": {"seed": 9}},
    Likeness.UNREADABLE: {"copy_laid": {"outcomes": ["worn_past_telling"]}},
}
"""A made-up copy that compares as the one in the record did: of that one nothing was kept."""


def scenario_of(entries: tuple[Entry, ...], title: str, settings: Settings) -> dict[str, Any]:
    """A scenario as its file has it; what the recorded kiosk has otherwise than `settings` is part of it."""
    visits: list[_Visit] = []
    table: dict[str, Any] = {"title": title}
    path: list[str] = []
    before = State.STARTING.value
    delivered = 0
    for entry in entries:
        if entry.kind is EntryKind.WIRE:
            continue
        setup = setup_of(entry)
        if setup is not None and not path:
            table |= _owned(setup, settings)
        elif setup is not None and visits and before not in _FRONT:
            visits[-1].facts["power_cut_in"] = before
        if entry.type in ("Start", "BringBack", "StaffKey") and before in _FRONT and entry.state != before:
            visits.append(_Visit())
        if visits:
            _note(visits[-1], entry, before)
        delivered += entry.type == "Delivered"
        if not path or path[-1] != entry.state:
            path.append(entry.state)
        before = entry.state
    ends_in = path[-1] if path else State.WELCOME.value
    table["visit"] = [_visit(each) for each in visits or [_Visit({"purpose": "nothing"})]]
    table["expect"] = {"ends_in": ends_in, "delivered": delivered}
    if through := [state for state in dict.fromkeys(path) if state != ends_in]:
        table["expect"]["through"] = through
    return table


def _owned(setup: SwitchedOn, settings: Settings) -> dict[str, Any]:
    """What this kiosk has otherwise."""
    owned: dict[str, Any] = {}
    store, machine = (part.model_dump(mode="json", exclude_none=True) for part in (settings.store, settings.machine))
    if other := {name: value for name, value in setup.store.items() if store.get(name) != value}:
        owned["store"] = other
    if parts := {name: part for name, part in setup.machine.items() if machine.get(name) != part}:
        owned["machine"] = parts
    full = {slot.number: slot.capacity for slot in settings.machine.magazine.slots}
    if stock := {str(slot.number): slot.count for slot in setup.slots if full.get(slot.number) != slot.count}:
        owned["stock"] = stock
    return owned


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
        case "Answered" if facts["answer"]["state"] == PaymentState.DECLINED:
            # Whoever leaves the offer after this had gone on from it before.
            visit.facts["pays_again"] = False
        case "Confirm" if "pays_again" in visit.facts:
            del visit.facts["pays_again"]
        case "Delivered":
            visit.delivered += 1
        case "Cancel" if before == State.OFFER and "pays_again" in visit.facts:
            pass
        case "Cancel" if before in _MAY_CANCEL and before != State.REFUSED.value:
            visit.facts["leaves_in"] = before
        case Timer.IDLE | Timer.WAITING if before in _MAY_CANCEL and "leaves_in" not in visit.facts:
            visit.facts["walks_away_in"] = before
        case "Stop" if before in {state.value for state in MAKING}:
            visit.facts["stops_in"] = before
            visit.facts["stops_at_copy"] = visit.delivered + 1
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


def _visit(visit: _Visit) -> dict[str, Any]:
    table = dict(visit.facts)
    if visit.key:
        table["key"] = visit.key
    if visit.staff:
        table["staff"] = visit.staff
    return table


def toml_of(table: Mapping[str, Any], name: str = "") -> str:
    """A table as TOML: what is no table comes first."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not _is_table(value)]
    for key, value in table.items():
        if _is_table(value):
            path = f"{name}.{key}" if name else key
            for each in value if isinstance(value, list) else [value]:
                head = f"[[{path}]]" if isinstance(value, list) else f"[{path}]"
                lines += ["", head, *toml_of(each, path).splitlines()]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
