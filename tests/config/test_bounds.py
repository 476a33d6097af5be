"""Whoever writes a settings file by hand slips: a minus, a zero too many, a word where a number stands, an empty list.

Every field of every file is tried with absurd values. A value is taken only where this file says why it is no slip.
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.fleet import Fleet
from config.keyway_file import KeywayFile
from config.machine import Machine
from config.match_limits import LimitsFile
from config.operations import Operations
from config.phrases import Phrase
from config.policy_rules import Rule
from config.problems import BadInput
from config.settings import SHIPPED
from config.store import Store
from config.toml_files import checked, read_toml

BOTH = {"lower", "upper"}
BARE_TYPES = {bool, datetime.date}


def models() -> Iterator[type[BaseModel]]:
    """Every model a settings file is read into."""
    left: list[Any] = [Machine, Store, Fleet, Operations, Rule, Phrase, KeywayFile, LimitsFile]
    seen: set[type[BaseModel]] = set()
    while left:
        each = left.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            if each not in seen:
                seen.add(each)
                yield each
                left += [field.annotation for field in each.model_fields.values()]
        else:
            left += typing.get_args(each)


FIELDS = sorted(
    ((model.__name__, name, field) for model in models() for name, field in model.model_fields.items()),
    key=lambda each: each[:2],
)


def limits(metadata: list[Any]) -> set[str]:
    """What a field's constraints say: lower, upper, longest, pattern."""
    said: set[str] = set()
    for each in metadata:
        if isinstance(each, FieldInfo):
            said |= limits(each.metadata)
        for names, word in (
            (("ge", "gt"), "lower"),
            (("le", "lt"), "upper"),
            (("max_length",), "longest"),
            (("pattern",), "pattern"),
        ):
            if any(getattr(each, name, None) is not None for name in names):
                said.add(word)
    return said


def unbounded(annotation: Any, metadata: list[Any]) -> Iterator[str]:
    """What of a field has no bound."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        kind, *more = typing.get_args(annotation)
        yield from unbounded(kind, [*metadata, *more])
    elif origin in (typing.Union, types.UnionType):
        for each in typing.get_args(annotation):
            if each is not type(None):
                yield from unbounded(each, metadata)
    elif origin in (tuple, dict):
        arguments = typing.get_args(annotation)
        endless = origin is dict or Ellipsis in arguments
        if endless and "longest" not in limits(metadata):
            yield "length"
        for each in arguments:
            if each is not Ellipsis:
                yield from unbounded(each, [])
    elif annotation in (int, float):
        yield from sorted(BOTH - limits(metadata))
    elif annotation is str:
        if not limits(metadata) & {"longest", "pattern"}:
            yield "length of text"
    elif origin is not typing.Literal and annotation not in BARE_TYPES:
        assert isinstance(annotation, type), annotation
        assert issubclass(annotation, BaseModel | Enum), annotation


@pytest.mark.parametrize(("model", "name", "field"), FIELDS, ids=lambda each: each if isinstance(each, str) else "")
def test_every_number_has_two_bounds_and_every_text_and_list_a_length(model: str, name: str, field: FieldInfo) -> None:
    assert list(unbounded(field.annotation, field.metadata)) == []


@pytest.mark.parametrize(
    "field", ["tolerance_mm", "place_tolerance_mm", "tip_tolerance_mm", "drift_window", "drift_limit_mm"]
)
def test_an_owner_may_ask_more_of_a_copy_than_the_shipped_file_but_never_less(field: str) -> None:
    shipped = read_toml(SHIPPED / "machine.toml")
    held = shipped["check"][field]
    checked(Machine, put(shipped, ("check", field), held * 3 // 4 or held * 0.75), "machine")
    with pytest.raises(BadInput, match=rf"check\.{field}"):
        checked(Machine, put(shipped, ("check", field), held + type(held)(1)), "machine")


def test_a_blank_may_lie_no_further_off_than_the_shipped_file_says() -> None:
    shipped = read_toml(SHIPPED / "machine.toml")
    with pytest.raises(BadInput, match=r"clamp\.edge_tolerance_mm"):
        checked(Machine, put(shipped, ("clamp", "edge_tolerance_mm"), 0.061), "machine")


ABSURD: tuple[Any, ...] = (
    -(10**9),
    10**22,
    -1e300,
    1e300,
    float("inf"),
    float("nan"),
    True,
    "",
    "349",
    "x" * 5000,
    [],
    {},
    [[]],
    datetime.date(2026, 1, 1),
)

EMPTY_MEANS_NONE = {
    "machine.headset.device": "",
    "machine.printer.port": "",
    "store.till.item": "",
    "store.till.gtin": "",
    "store.till.gtins": {},
    "fleet.trusted_keys": [],
    "fleet.broker.ca_file": "",
    "fleet.broker.cert_file": "",
    "fleet.broker.key_file": "",
    "store.help_phone": "",
    "store.finish_prices_minor": {},
    "store.letters.kiosk": "",
    "store.letters.owners": {},
    "keyway.keyway.sections": [],
    "keyway.keyway.blanks": [],
    "keyway.spec": {},
    "keyway.keyway": [],
    "keyway.section": [],
    "rule.next_steps": [],
    "rule.when.stamps": [],
    "rule.when.places": [],
}
"""What may be left empty: no keys are trusted, no certificate is named, no phone is answered, no finish costs extra, no
letter is taken; a keyway without sections or blanks is known only to be refused, and a rule asks only for what it
names."""
ANY_TEXT = {
    "machine.name",
    "machine.wire.port",
    "machine.payment",
    "machine.printer",
    "machine.headset",
    "machine.wheel.name",
    "machine.macros",
    "machine.magazine.slots.blank",
    "machine.magazine.slots.finish",
    "machine.views",
    "fleet.broker",
    "fleet.kiosk",
    "fleet.topic_root",
    "store.name",
    "store.help_phone",
    "store.letters",
    "operations.metrics.host",
    "match_limits.method",
    "keyway.spec.test.source",
    "keyway.section.source",
    "keyway.keyway",
    "rule.ground",
    "rule.source",
    "rule.next_steps",
    "rule.when.stamps",
}
"""Text in which "349" is no slip. (A blank, a macro and a certificate are held against what there is elsewhere.)"""
ALL_BY_DEFAULT = {
    "machine.board",
    "machine.gauge",
    "machine.payment",
    "machine.payment.zvt",
    "machine.payment.mdb",
    "machine.headset",
    "machine.printer",
    "store.hours",
    "store.letters",
    "store.till",
}
"""Tables an owner may leave empty, as each of their fields has a default."""


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every field of a table, and every entry of its lists."""
    if at:
        yield at
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield from places(each, (*at, key))


def put(table: Any, at: tuple[str | int, ...], value: Any) -> Any:
    """A copy of `table` with another value at one place."""
    if not at:
        return value
    copy = dict(table) if isinstance(table, dict) else list(table)
    copy[at[0]] = put(copy[at[0]], at[1:], value)
    return copy


def taken_rightly(name: str, at: tuple[str | int, ...], value: Any) -> bool:
    """Whether this absurd value is no slip here."""
    field = ".".join([name, *(str(each) for each in at if isinstance(each, str))])
    if isinstance(value, list | dict) or value == "":
        return (field in EMPTY_MEANS_NONE and EMPTY_MEANS_NONE[field] == value) or (
            value == {} and field in ALL_BY_DEFAULT
        )
    return value == "349" and any(field == each or field.startswith(f"{each}.") for each in ANY_TEXT)


FILES: dict[str, type[BaseModel]] = {
    "machine": Machine,
    "store": Store,
    "fleet": Fleet,
    "operations": Operations,
    "match_limits": LimitsFile,
    "keyway": KeywayFile,
    "rule": Rule,
}
SAMPLES: dict[str, dict[str, Any]] = {
    "keyway": {
        "spec": {
            "test": {
                "unit": "in",
                "stop": "shoulder",
                "first_cut": 0.247,
                "pitch": 0.15,
                "step": 0.023,
                "roots": {"1": 0.329, "2": 0.306},
                "flat": 0.084,
                "angle_deg": 90.0,
                "macs": 1,
                "blade_height": 0.335,
                "source": "a sheet",
            }
        },
        "section": [
            {
                "id": "maker:t1",
                "thickness_mm": 2.0,
                "height_mm": 8.5,
                "left": [[0.0, 0.0], [8.5, 0.4]],
                "right": [[0.0, 0.0], [8.5, 0.0]],
                "source": "a drawing",
            }
        ],
        "keyway": [
            {
                "code": "T1",
                "name": "Test",
                "maker": "Maker",
                "sections": ["maker:t1"],
                "spec": "test",
                "standing": {"standing": "open", "ground": "sold to all", "source": "a guide"},
                "blanks": [{"code": "T1", "cuts": 5, "blade_length": 1.1, "source": "a guide"}],
                "kind": "building",
            }
        ],
    },
    "rule": {
        "code": "HOUSE",
        "verdict": "ask_staff",
        "override": "manager",
        "ground": "the house",
        "source": "the owner",
        "next_steps": ["staff"],
        "when": {"stamps": ["dnd"], "places": ["US-CA"], "quantity_over": 3, "over_store_limit": True},
        "en": {"meaning": "More than the house allows.", "next": "Ask us."},
    },
}


@pytest.mark.parametrize("name", FILES)
def test_no_absurd_value_is_taken_in_any_field(name: str) -> None:
    model = FILES[name]
    shipped = SAMPLES[name] if name in SAMPLES else read_toml(SHIPPED / f"{name}.toml")
    whole = checked(model, shipped, name).model_dump(mode="json", exclude_none=True, exclude_unset=name in SAMPLES)
    if name == "match_limits":
        whole["measured_on"] = shipped["measured_on"]
    taken = []
    for at in places(whole):
        held = whole
        for key in at:
            held = held[key]
        for value in ABSURD:
            if (type(value) is bool and type(held) is bool) or (
                isinstance(value, datetime.date) and at == ("measured_on",)
            ):
                continue
            try:
                checked(model, put(whole, at, value), name)
            except BadInput:
                continue
            if not taken_rightly(name, at, value):
                taken.append((at, str(value)[:20]))
    assert taken == []
