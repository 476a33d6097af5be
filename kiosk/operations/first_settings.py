"""An owner's first settings files: written from a few answers, and only if a kiosk could run with them.

Responsible for: the files' text and putting them in place, none over one that is there. Not responsible for: asking
(`kiosk.commands.setup`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.problems import BadInput, Problem
from kiosk.operations.usable_settings import load_usable

MAKE_MANAGER = "kiosk staff add NUMBER --name NAME --role manager"
ALREADY = f"edit it, and kiosk check-config; a first manager: {MAKE_MANAGER}"


@dataclass(frozen=True)
class FirstSlot:
    """What one slot of the magazine holds."""

    number: int
    blank: str
    finish: str = "brass"
    capacity: int = 50


@dataclass(frozen=True)
class FirstSettings:
    """What an owner answered. `finish_prices_minor` has every finish of the slots: a shipped price never stands in."""

    name: str
    place: str
    currency: str
    languages: Sequence[str]
    help_phone: str
    slots: Sequence[FirstSlot]
    finish_prices_minor: Mapping[str, int]


def files_of(answers: FirstSettings) -> dict[str, str]:
    """Text by file name: only what an owner decides; everything else stays as shipped."""
    prices = ", ".join(f"{_key(finish)} = {price}" for finish, price in answers.finish_prices_minor.items())
    store = [
        "# Written by kiosk setup. What is not here is as shipped; kiosk check-config shows everything.",
        f"name = {_text(answers.name)}",
        f"place = {_text(answers.place)}",
        f"currency = {_text(answers.currency)}",
        f"price_minor = {next(iter(answers.finish_prices_minor.values()))}",
        f"finish_prices_minor = {{ {prices} }}",
        f"languages = [{', '.join(map(_text, answers.languages))}]",
        f"help_phone = {_text(answers.help_phone)}",
    ]
    slots = ["# Written by kiosk setup: what the magazine holds. A technician adds what is otherwise than shipped."]
    for slot in answers.slots:
        slots += [
            "",
            "[[magazine.slots]]",
            f"number = {slot.number}",
            f"blank = {_text(slot.blank)}",
            f"finish = {_text(slot.finish)}",
            f"capacity = {slot.capacity}",
            f"low_at = {max(1, slot.capacity // 6)}",
        ]
    return {"store.toml": "\n".join(store) + "\n", "machine.toml": "\n".join(slots) + "\n"}


def put_in_place(directory: Path, files: Mapping[str, str]) -> None:
    """Write the files into the owner's directory, after trying them beside everything else that lies there.

    Raises:
        BadInput: a kiosk could not run with them, one is there already, or they cannot be written.
    """
    for name in files:
        if (directory / name).exists():
            raise BadInput(Problem(str(directory / name), "", f"is there already: {ALREADY}"))
    with tempfile.TemporaryDirectory(prefix="kiosk-setup-") as folder:
        tried = Path(folder) / "settings"
        try:
            if directory.is_dir():
                shutil.copytree(directory, tried, symlinks=True)
            tried.mkdir(exist_ok=True)
            for name, text in files.items():
                (tried / name).write_text(text, encoding="utf-8")
            load_usable(tried, {})
            directory.mkdir(exist_ok=True)
            for name, text in files.items():
                (directory / name).write_text(text, encoding="utf-8")
        except BadInput as bad:
            raise BadInput(*(Problem(Path(each.file).name, each.field, each.reason) for each in bad.problems)) from None
        except OSError as error:
            raise BadInput(Problem(str(directory), "", f"cannot be written: {error.strerror}")) from error


def _text(value: str) -> str:
    # JSON's texts are TOML's.
    return json.dumps(value, ensure_ascii=False)


def _key(value: str) -> str:
    return value if value.isidentifier() and value.isascii() else _text(value)
