"""What documents from the owner's office do to the settings: checked, and never laxer than before for keyways.

Responsible for: the meaning of a document's body. Not responsible for: whether to believe it
(`kiosk.operations.fleet.signed`). A settings document overrides fields of the store file, but moves no kiosk to another
place, makes no mark laxer and says nothing of whose letters lift one. A restricted document names keyways that are
restricted or patented; it can close an open keyway and can open none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from pydantic import Field

from config import references
from config.base import Frozen
from config.catalogue import Catalogue
from config.keyway import Keyway, Standing, StandingRecord
from config.problems import BadInput, Problem
from config.settings import Effective, Settings
from config.store import DoNotDuplicate, Store
from config.toml_files import checked
from kiosk.operations.fleet.signed import DocumentKind, keys_of

_STRICTNESS = (DoNotDuplicate.NOTICE, DoNotDuplicate.ASK_STAFF, DoNotDuplicate.REFUSE)


Body: TypeAlias = Mapping[str, Any]
"""What a document says, before it is checked."""


class RestrictedKeyway(Frozen):
    """One keyway the office closes."""

    code: str
    standing: Standing
    until: date | None = None
    restricted_after: bool = True
    ground: str = Field(min_length=3)
    source: str = Field(min_length=3)


class RestrictedList(Frozen):
    """A restricted document's body."""

    keyways: tuple[RestrictedKeyway, ...] = Field(max_length=1000)


def validators(settings: Settings, today: Callable[[], date]) -> dict[DocumentKind, Callable[[Body], object]]:
    """What raises `BadInput` for the body of a new document that a kiosk with these settings could not use."""
    return {
        DocumentKind.SETTINGS: lambda body: with_store(settings, body, 0),
        DocumentKind.RESTRICTED: lambda body: with_restricted(settings, body, 0, today()),
        DocumentKind.KEYS: keys_of,
    }


def with_store(settings: Settings, body: Mapping[str, Any], version: int) -> Settings:
    """`settings` with the store's fields of `body` over them.

    Raises:
        BadInput: with every field that is not a store setting or out of bounds.
    """
    origin = f"office document, version {version}"
    store = checked(Store, _merged(settings.store.model_dump(), body), origin)
    meant = body.get("finish_prices_minor", {})
    objections = [
        *references.of_store(store, origin, settings.own_languages),
        *references.of_finishes(store, settings.machine, origin, meant),
    ]
    if store.place != settings.store.place:
        objections.append(Problem(origin, "place", "is the owner's own to set: laws follow from it"))
    if "letters" in body:
        objections.append(Problem(origin, "letters", "is the owner's own to set: who may write them lifts marks here"))
    if _STRICTNESS.index(store.do_not_duplicate) < _STRICTNESS.index(settings.store.do_not_duplicate):
        objections.append(Problem(origin, "do_not_duplicate", "an office document can make this stricter, never laxer"))
    if objections:
        raise BadInput(*objections)
    before = {each.field: each for each in settings.effective if each.file == "store"}
    named = set(paths(body))
    effective = tuple(
        Effective(
            "store", field, value, origin if field in named else before[field].origin if field in before else "built in"
        )
        for field, value in _leaves(store.model_dump())
    )
    return replace(
        settings, store=store, effective=(*(each for each in settings.effective if each.file != "store"), *effective)
    )


def with_restricted(settings: Settings, body: Mapping[str, Any], version: int, today: date | None = None) -> Settings:
    """`settings` whose catalogue has the named keyways closed.

    Args:
        settings: those of the owner.
        body: the document's.
        version: the document's.
        today: given when the document is new: a day that has passed then closes nothing.

    Raises:
        BadInput: a keyway nobody knows, one called open, or a malformed entry.
    """
    origin = f"office document, version {version}"
    listed = checked(RestrictedList, body, origin)
    catalogue = settings.catalogue
    problems = [
        Problem(origin, f"keyways[{place}]", reason)
        for place, entry in enumerate(listed.keyways, start=1)
        for reason in _wrong(entry, catalogue, today)
    ]
    if problems:
        raise BadInput(*problems)
    closed = {entry.code: entry for entry in listed.keyways}
    keyways = tuple(
        _closed(keyway, closed[keyway.code]) if keyway.code in closed else keyway for keyway in catalogue.keyways
    )
    return replace(settings, catalogue=replace(catalogue, keyways=keyways))


def _wrong(entry: RestrictedKeyway, catalogue: Catalogue, today: date | None) -> list[str]:
    found = []
    if entry.code not in catalogue.keyway_of:
        found.append(f"{entry.code!r} is not a keyway of the catalogue")
    if entry.standing is Standing.OPEN:
        found.append("a document cannot open a keyway")
    if today is not None and entry.until is not None and entry.until < today:
        found.append(f"until {entry.until} has passed: it would close nothing")
    return found


def _closed(keyway: Keyway, entry: RestrictedKeyway) -> Keyway:
    if keyway.standing.standing is not Standing.OPEN:
        return keyway
    return keyway.model_copy(
        update={
            "standing": StandingRecord(
                standing=entry.standing,
                until=entry.until,
                restricted_after=entry.restricted_after,
                ground=entry.ground,
                source=entry.source,
            )
        }
    )


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged


def _leaves(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        found += _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) and value else [(f"{prefix}{key}", value)]
    return found


def paths(table: Mapping[str, Any]) -> list[str]:
    """The dotted fields a document speaks of."""
    return [field for field, _ in _leaves(table)]
