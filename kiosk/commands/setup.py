"""`kiosk setup`: a store's first day, in a dozen questions.

Responsible for: asking, again where an answer cannot be. Not responsible for: the files
(`kiosk.operations.first_settings`), accounts (`kiosk.commands.staff`), the last word (`kiosk.commands.operations`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from config.languages import FOLDER as LANGUAGES
from config.languages import finishes_named, languages_available
from config.problems import BadInput, Problem
from config.references import of_store
from config.settings import OWNER_VARIABLE, Settings, load_settings
from config.store import Store
from config.toml_files import checked
from config.typed_paths import NEW_FOLDER
from kiosk.commands.operations import doctor
from kiosk.commands.options import DataOption
from kiosk.commands.staff import add
from kiosk.operations.first_settings import ALREADY, MAKE_MANAGER, FirstSettings, FirstSlot, files_of, put_in_place
from kiosk.policy.role import Role

INSTALLED = Path("/etc/kiosk")
Answer = TypeVar("Answer")
QUOTES = ('"', "'", "`")


def setup(
    directory: Annotated[
        Path | None,
        typer.Argument(callback=NEW_FOLDER, help=f"Settings directory; ${OWNER_VARIABLE}, else {INSTALLED}."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Ask for place, prices, slots, languages and the first manager; write the files; let the doctor look."""
    where = directory or Path(os.environ.get(OWNER_VARIABLE, "") or INSTALLED)
    for name in ("store.toml", "machine.toml"):
        if (where / name).exists():
            raise BadInput(Problem(str(where / name), "", f"is there already: {ALREADY}"))
    shipped = load_settings(None, {})
    try:
        answers = _asked(shipped, languages_available(where / LANGUAGES))
    except typer.Abort:
        typer.echo("Nothing is written.", err=True)
        raise
    put_in_place(where, files_of(answers))
    typer.echo(f"written: {where / 'store.toml'}, {where / 'machine.toml'}")
    typer.echo("\nThe first manager, who may then sign in at the kiosk:")
    try:
        _first_manager(data)
    except (BadInput, typer.Abort, KeyboardInterrupt, EOFError):
        go_on = MAKE_MANAGER if data is None else f"{MAKE_MANAGER} --data {data}"
        typer.echo(f"\nThe settings are written, and no manager is made yet. Go on with: {go_on}", err=True)
        raise
    typer.echo("")
    doctor(data=data, config=where)


def _first_manager(data: Path | None) -> None:
    """A refused number or PIN, or two PINs that differ, is asked for again where there is somebody to ask."""
    while True:
        try:
            add(_typed("Staff number (1 to 8 digits)"), _typed("Name"), Role.MANAGER.value, data)
            return
        except BadInput as bad:
            if not sys.stdin.isatty():
                raise
            typer.echo(f"  {bad.problems[0].field}: {bad.problems[0].reason}")


def _asked(shipped: Settings, known: tuple[str, ...]) -> FirstSettings:
    store = shipped.store
    name = _ask("Name of the store, as the screen shows it", store.name, _field(store, "name"))
    place = _ask("Place (country, or country-part such as US-CA)", store.place, _field(store, "place", str.upper))
    currency = _ask("Currency", store.currency, _field(store, "currency", str.upper))
    languages = _ask(
        f"Languages, first the one it rests in ({', '.join(known)})", " ".join(store.languages), _languages(known)
    )
    phone = _ask("Telephone number for help (may be empty)", "", _field(store, "help_phone"))
    slots = _slots(shipped)
    prices: dict[str, int] = {}
    for finish in dict.fromkeys(slot.finish for slot in slots):
        # The first one asked for is the price of whatever has none of its own.
        usual = store.finish_prices_minor.get(finish, next(iter(prices.values()), store.price_minor))
        prices[finish] = _asked_price(f"Price of a copy in {finish}, in {currency}", usual, currency)
    return FirstSettings(name, place, currency, languages, phone, slots, prices)


def _asked_price(question: str, usual_minor: int, currency: str) -> int:
    """A price; nothing to pay is asked about once more, being a slip more often than a gift."""
    while True:
        price = _ask(question, _major(usual_minor, currency), _price(currency))
        if price or _ask("  A copy would cost nothing. Give it away free? y (yes) or n (another price)", "n", _yes):
            return price


def _slots(shipped: Settings) -> list[FirstSlot]:
    blanks = shipped.catalogue.blank_of
    finishes = finishes_named()
    typer.echo(
        f"\nSlots of the magazine: blank, finish ({', '.join(finishes)}) and how many it holds, such as KW1 brass 50."
        "\nEnter takes what stands in brackets; - says that there are no more slots."
    )
    found: list[FirstSlot] = []
    usual = {slot.number: slot for slot in shipped.machine.magazine.slots}

    def slot(text: str) -> FirstSlot | None:
        words = text.split()
        if words == ["-"]:
            if not found:
                raise ValueError("a kiosk without blanks sells nothing")
            return None
        if len(words) > 3:
            raise ValueError(f"{text!r} is more than blank, finish and number")
        blank, finish, capacity = (*words, *("brass", "50")[len(words) - 1 :])
        if own := shipped.catalogue.own_code(blank.upper()):
            raise ValueError(f"{blank!r} has the blade of {own}: write {own!r}")
        if blank.upper() not in blanks:
            raise ValueError(f"{blank!r} is not a blank of the catalogue (kiosk catalogue list)")
        if finish.lower() not in finishes:
            raise ValueError(f"{finish!r} is no finish the screens have a word for: {', '.join(finishes)}")
        if not (capacity.isascii() and capacity.isdigit()) or not 1 <= int(capacity) <= 500:
            raise ValueError(f"{capacity!r} is no number from 1 to 500")
        return FirstSlot(len(found) + 1, blank.upper(), finish.lower(), int(capacity))

    while len(found) < 64:
        known = usual.get(len(found) + 1)
        default = f"{known.blank} {known.finish} {known.capacity}" if known else "-"
        made = _ask(f"Slot {len(found) + 1} (- for no more)", default, slot)
        if made is None:
            break
        found.append(made)
    return found


def _ask(question: str, default: str, accept: Callable[[str], Answer]) -> Answer:
    """The first answer that can be. With no terminal there is nobody to ask again.

    Raises:
        BadInput: no terminal, and the answer cannot be.
    """
    while True:
        text = _typed(question, default).strip() or default
        try:
            if text[:1] in QUOTES and len(text) > 1 and text[-1] == text[0]:
                raise ValueError(f"write {text[1:-1]} without quotation marks; Enter alone takes what is offered")
            return accept(text)
        except ValueError as error:
            if not sys.stdin.isatty():
                raise BadInput(Problem("setup", question, str(error))) from None
            typer.echo(f"  {error}")


def _typed(question: str, default: str | None = None) -> str:
    with _stop_named(question):
        return str(typer.prompt(question, default=default, show_default=bool(default)))


@contextmanager
def _stop_named(question: str) -> Iterator[None]:
    """Whoever ends it (Ctrl-C, or no more input) is told at which question."""
    try:
        yield
    except typer.Abort:
        typer.echo(f"\nStopped at: {question.strip()}", err=True)
        raise


def _yes(text: str) -> bool:
    answer = text.lower()
    if answer not in {"y", "yes", "n", "no"}:
        raise ValueError(f"{text!r} is neither y (copies are free) nor n (type another price)")
    return answer.startswith("y")


def _field(store: Store, field: str, fold: Callable[[str], str] = str) -> Callable[[str], str]:
    """An answer that the store's own setting of that name takes, and that names something there is."""

    def accept(text: str) -> str:
        try:
            held = checked(Store, {**store.model_dump(mode="json"), field: fold(text)}, "")
        except BadInput as bad:
            raise ValueError(bad.problems[0].reason) from None
        for problem in of_store(held, ""):
            if problem.field == field:
                raise ValueError(problem.reason)
        return fold(text)

    return accept


def _price(currency: str) -> Callable[[str], int]:
    # Costs a start that needs no money more than all of this.
    from babel.numbers import get_currency_precision

    digits = get_currency_precision(currency)

    def accept(text: str) -> int:
        try:
            minor = Decimal(text.replace(",", ".")).scaleb(digits)
        except InvalidOperation:
            raise ValueError(f"{text!r} is no price such as {_major(399, currency)}") from None
        if minor != minor.to_integral_value() or not 0 <= minor <= 100_000:
            raise ValueError(f"{text!r} is no price such as {_major(399, currency)}")
        return int(minor)

    return accept


def _major(minor: int, currency: str) -> str:
    from babel.numbers import get_currency_precision

    return f"{Decimal(minor).scaleb(-get_currency_precision(currency))}"


def _languages(known: tuple[str, ...]) -> Callable[[str], list[str]]:
    def accept(text: str) -> list[str]:
        codes = re.split(r"[,\s]+", text.lower().strip())
        unknown = [code for code in codes if code not in known]
        if unknown or not codes:
            raise ValueError(f"{', '.join(unknown)}: there are {', '.join(known)}")
        twice = [code for code in codes if codes.count(code) > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} stands more than once")
        return codes

    return accept
