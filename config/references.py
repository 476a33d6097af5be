"""What settings name must exist: languages, the currency, the place, finishes, blanks, keyways and cameras.

Responsible for: naming every setting that is well formed and yet nothing in the world. Not responsible for: form and
bounds, which the models hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from os.path import normpath
from pathlib import Path

from config.catalogue import Catalogue
from config.keyway import Standing
from config.languages import faults_of, language_file, languages_available
from config.machine import Machine
from config.phrases import Phrases
from config.policy_rules import PolicyRules
from config.problems import Problem
from config.store import Store

_PARTS = {
    "US": "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI",
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
    "GB": "ENG NIR SCT WLS",
}
"""Parts of countries whose laws differ by part (ISO 3166-2). Those of other countries are not known here."""
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ"})
"""What the list of territories has besides countries."""


def _countries() -> set[str]:
    # Costs a start that needs no territory more than all settings.
    from babel import Locale

    territories = {str(code) for code in Locale("en").territories}
    return {code for code in territories if len(code) == 2 and code.isalpha()} - _NO_COUNTRIES


def of_place(place: str, file: str, field: str) -> Iterator[Problem]:
    """A country, or a part of one, that does not exist."""
    country, _, part = place.partition("-")
    if country not in _countries():
        yield Problem(file, field, f"{country!r} is no country (ISO 3166)")
    elif part and country in _PARTS and part not in _PARTS[country].split():
        yield Problem(file, field, f"{country} has no part {part!r} (ISO 3166-2)")


def of_store(store: Store, file: str, own_languages: Path | None = None) -> Iterator[Problem]:
    """Languages, currency and place of the store file that do not exist."""
    for number, code in enumerate(store.languages, start=1):
        at, path = f"languages[{number}]", language_file(code, own_languages)
        if path is None:
            known = ", ".join(languages_available(own_languages))
            yield Problem(file, at, f"there is no language file for {code!r}; there are {known}")
        elif own_languages is not None and path.parent == own_languages:
            yield from (Problem(file, at, f"{path} {reason}") for reason in faults_of(path))
        if store.languages.index(code) != number - 1:
            yield Problem(file, at, f"{code!r} stands more than once")
    yield from of_place(store.place, file, "place")
    # Costs a start that needs no money more than all settings.
    from babel.numbers import get_territory_currencies

    today = datetime.now(UTC).date()
    if not any(store.currency in get_territory_currencies(code, today, today, tender=True) for code in _countries()):
        yield Problem(file, "currency", f"{store.currency!r} is nowhere legal tender (ISO 4217)")


def of_finishes(store: Store, machine: Machine, file: str, meant: Collection[str]) -> Iterator[Problem]:
    """Prices of finishes that no slot holds.

    Args:
        store: with the prices.
        machine: with the slots.
        file: to be named.
        meant: finishes the owner has set a price for; a shipped price for one that is not stocked does no harm.
    """
    stocked = {slot.finish for slot in machine.magazine.slots}
    for finish in store.finish_prices_minor:
        if finish in meant and finish not in stocked:
            held = ", ".join(sorted(stocked))
            yield Problem(file, f"finish_prices_minor.{finish}", f"no slot holds this finish; there are {held}")


def of_slots(machine: Machine, catalogue: Catalogue, file: str) -> Iterator[Problem]:
    """Every slot must hold a blank on file that is open by its keyway, under its own number."""
    numbers = [slot.number for slot in machine.magazine.slots]
    for place, slot in enumerate(machine.magazine.slots, start=1):
        at = f"magazine.slots[{place}]"
        if own := catalogue.own_code(slot.blank):
            yield Problem(file, f"{at}.blank", f"{slot.blank!r} has the blade of {own}: write {own!r}")
        elif slot.blank not in catalogue.blank_of:
            yield Problem(file, f"{at}.blank", f"{slot.blank!r} is not a blank of the catalogue")
        if numbers.count(slot.number) > 1 and numbers.index(slot.number) == place - 1:
            yield Problem(file, f"{at}.number", f"slot {slot.number} stands {numbers.count(slot.number)} times")
        if slot.low_at > slot.capacity:
            yield Problem(file, f"{at}.low_at", f"{slot.low_at} is more than the slot holds ({slot.capacity})")


def of_views(machine: Machine, file: str) -> Iterator[Problem]:
    """Views of something that is no device, or of another view's: a picture in a file shows no key that lies there."""
    seen: dict[str, str] = {}
    for name, view in machine.views.named.items():
        at, device = f"views.{name}.device", normpath(view.device)
        if not device.startswith("/dev/"):
            yield Problem(file, at, f"{view.device!r} is no device (/dev/…)")
        if (first := seen.setdefault(device, name)) != name:
            yield Problem(file, at, f"{view.device!r} is the camera of {first} as well: each view has its own")


def of_rules(policy: PolicyRules, catalogue: Catalogue) -> Iterator[Problem]:
    """Keyways of rules that are not on file."""
    for rule in policy.rules:
        for code in rule.when.keyways:
            if code not in catalogue.keyway_of:
                yield Problem("policy", f"{rule.code}.when.keyways", f"{code!r} is not a keyway of the catalogue")


def of_names(phrases: Phrases, catalogue: Catalogue) -> Iterator[Problem]:
    """A name that refuses whatever it stands on must stand for systems that are never open: one truth, not two."""
    for phrase in phrases.phrases:
        for code in phrase.keyways:
            keyway = catalogue.keyway_of.get(code)
            if keyway is None:
                yield Problem("phrases", f"{phrase.id}.keyways", f"{code!r} is not a keyway of the catalogue")
            elif keyway.standing.on(date.max) is Standing.OPEN:
                yield Problem("phrases", f"{phrase.id}.keyways", f"{code} is, or will be, sold to anyone")
