"""One rule for every path and one for every port that is typed on a command line, asked before a command does anything.

Responsible for: what is read must be there and of its kind; what is written goes into a folder that is there, so that a
slip of the keys makes no folders, but where a folder of pictures is asked for; nothing is written over a book or a key,
nor among a kiosk's records, keys and settings; a port must be called as ports are.
Each is the `callback` of a command's options. Not responsible for: what is in a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from config.port_names import port_objection
from config.problems import BadInput, Problem

KEPT_FILES = frozenset(
    {
        *("sales.db", "audit.db", "staff.db", "operations.db"),
        *("audit.key", "audit.anchor", "certificate.key"),
    }
)
"""A folder that holds one of these is a kiosk's own: records or seal."""
SETTINGS_FILES = frozenset({"machine.toml", "store.toml", "operations.toml", "fleet.toml"})
"""Not written over by what a command makes; a page or a signed document may lie beside them, as an office works."""
KEPT_FOLDERS = ("KIOSK_DATA", "KIOSK_AUDIT_KEY_FOLDER", "KIOSK_CONFIG")
"""Variables that name such a folder, even an empty one."""
BACKUPS = "backup"
"""Folder among a kiosk's own in which archives belong; an upgrade puts one there before it goes on."""
KEPT_BEGINNINGS = (b"SQLite format 3\0", b"-----BEGIN ")
"""Of books and of keys."""

Given = TypeVar("Given", Path, "list[Path]", None)


def rule(objection: Callable[[Path], str | None]) -> Callable[[typer.CallbackParam, Given], Given]:
    """A rule as a callback of typer's: the value as it was given, whether it is one path, several or none."""

    def reason_of(path: Path) -> str | None:
        try:
            return objection(path)
        except OSError as error:
            return f"cannot be looked at: {error.strerror}"

    def held(param: typer.CallbackParam, value: Given) -> Given:
        paths: list[Path] = value if isinstance(value, list) else [value] if value is not None else []
        reasons = [(path, reason_of(path)) for path in paths]
        problems = [
            Problem(_on_one_line(str(path)), _name_of(param), reason) for path, reason in reasons if reason is not None
        ]
        if problems:
            raise BadInput(*problems)
        return value

    return held


def port(param: typer.CallbackParam, value: str) -> str:
    """`value`, a serial device or `socket://host:port`; an option whose default is empty may be empty.

    Raises:
        BadInput: no port is called so.
    """
    objection = port_objection(value)
    if objection is not None and (value or param.required):
        raise BadInput(Problem(_on_one_line(value), _name_of(param), objection))
    return value


def _on_one_line(value: str) -> str:
    return value if value.isprintable() and value else repr(value)


def _name_of(param: typer.CallbackParam) -> str:
    return next((name for name in param.opts if name.startswith("-")), "")


def _file(path: Path) -> str | None:
    if path.is_dir():
        return "is a directory, not a file"
    if path.exists():
        return None if path.is_file() else "is no ordinary file"
    return "no such file"


def _folder(path: Path) -> str | None:
    if path.is_dir():
        return None
    return "is a file, not a directory" if path.exists() else "no such directory"


def _either(path: Path) -> str | None:
    return None if path.exists() else "no such file or directory"


def _has_folder(path: Path) -> str | None:
    return None if path.absolute().parent.is_dir() else "its folder does not exist"


def _key_file(path: Path) -> str | None:
    return "is a directory, not a file" if path.is_dir() else _has_folder(path)


def _new_file(path: Path) -> str | None:
    return _key_file(path) or _is_kept(path) or _among_kept(path)


def _new_archive(path: Path) -> str | None:
    if path.resolve().parent.name == BACKUPS:
        return _key_file(path) or _is_kept(path)
    return _new_file(path)


def _is_kept(path: Path) -> str | None:
    if not path.exists():
        return None
    if not path.is_file():
        return "is no ordinary file"
    with path.open("rb") as file:
        beginning = file.read(max(map(len, KEPT_BEGINNINGS)))
    if beginning.startswith(KEPT_BEGINNINGS) or path.suffix in (".key", ".pem"):
        return "is a book or a key, and is not written over"
    if path.resolve().name in SETTINGS_FILES:
        return "is a file of settings, and is not written over"
    return None


def _among_kept(path: Path) -> str | None:
    """Why nothing is written to a folder of a kiosk's own, into it, or into one directly below it."""
    named = {Path(os.environ[each]).resolve() for each in KEPT_FOLDERS if os.environ.get(each)}
    real = path.resolve()
    for each in (real, *real.parents[:2]):
        if each in named or any((each / name).exists() for name in KEPT_FILES):
            return f"{each} holds a kiosk's own records, keys or settings: write elsewhere"
    return None


def _new_folder(path: Path) -> str | None:
    return "is a file, not a directory" if path.exists() and not path.is_dir() else _has_folder(path)


def _new_folders(path: Path) -> str | None:
    above = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    if above.is_dir():
        return None
    return "is a file, not a directory" if above == path.absolute() else f"{above} is a file, not a directory"


def _output_folder(path: Path) -> str | None:
    return _new_folder(path) or _among_kept(path)


def _output_folders(path: Path) -> str | None:
    return _new_folders(path) or _among_kept(path)


FILE = rule(_file)
FOLDER = rule(_folder)
FILE_OR_FOLDER = rule(_either)
NEW_FILE = rule(_new_file)
NEW_ARCHIVE = rule(_new_archive)
"""For a backup: also in the folder of backups among a kiosk's own."""
KEY_FILE = rule(_key_file)
"""For a key that is made where none is yet: it may lie among settings, and is never written over."""
NEW_FOLDER = rule(_new_folder)
"""For a kiosk's own: data, settings, what is restored."""
OUTPUT_FOLDER = rule(_output_folder)
OUTPUT_FOLDERS = rule(_output_folders)
"""Made with the folders above it: for pictures, in a place that a fresh clone does not have."""
