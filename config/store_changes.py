"""A few fields of the store that may be changed one by one: prices, opening hours, a day until which it is closed.

Responsible for: which those are, and a store with them changed, checked as its file is. Not responsible for: who may
change them (`kiosk.session.phases.own_settings`), writing them (`kiosk.operations.store_file`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from config.hours import WEEKDAYS
from config.problems import BadInput, Problem
from config.store import Store
from config.toml_files import Table, checked

FieldChanges: TypeAlias = tuple[tuple[str, int | str | None], ...]
"""(dotted field, value): a price in minor units, hours as they are written, a day as 2026-12-24. None takes it out."""
PRICE = "price_minor"
FINISH_PRICE = "finish_prices_minor."
HOURS = "hours."
CLOSED_UNTIL = "closed_until"


def changed_store(store: Store, changes: FieldChanges, file: str) -> Store:
    """`store` with these fields changed.

    Raises:
        BadInput: one of them may not be changed alone, or what comes of it is no store.
    """
    table = store.model_dump(exclude_none=True)
    for field, value in toml_values(changes, file):
        put(table, field, value)
    return checked(Store, table, file)


def toml_values(changes: FieldChanges, file: str) -> tuple[tuple[str, Any], ...]:
    """The values as a TOML file has them: a day is a date there.

    Raises:
        BadInput: a field that may not be changed alone, or no day.
    """
    return tuple((field, _value(field, value, file)) for field, value in changes)


def put(table: Table, field: str, value: Any) -> None:
    """Set a dotted field of a table of a file; None takes it out."""
    *outer, last = field.split(".", 1)
    inner = table.setdefault(outer[0], {}) if outer else table
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value


def field_value(store: Store, field: str) -> object:
    """What a store says of a dotted field; None where it says nothing."""
    found: object = store.model_dump(mode="json")
    for part in field.split(".", 1):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _value(field: str, value: int | str | None, file: str) -> Any:
    day_of_week = field.removeprefix(HOURS) if field.startswith(HOURS) else ""
    if field != CLOSED_UNTIL:
        if field == PRICE or field.startswith(FINISH_PRICE) or day_of_week in WEEKDAYS:
            return value
        raise BadInput(Problem(file, field, "is not changed at the screen"))
    try:
        return None if value is None else date.fromisoformat(str(value))
    except ValueError:
        raise BadInput(Problem(file, field, "is no day such as 2026-12-24")) from None
