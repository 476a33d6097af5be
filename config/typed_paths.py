"""One rule for every path and one for every port that is typed on a command line, asked before a command does anything.

Responsible for: what is read must be there and of its kind; what is written goes into a folder that is there, so that a
slip of the keys makes no folders, but where a folder of pictures is asked for; a port must be called as ports are.
Each is the `callback` of a command's options. Not responsible for: what is in a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from config.port_names import port_objection
from config.problems import BadInput, Problem

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
    return None if path.exists() else "no such file"


def _folder(path: Path) -> str | None:
    if path.is_dir():
        return None
    return "is a file, not a directory" if path.exists() else "no such directory"


def _either(path: Path) -> str | None:
    return None if path.exists() else "no such file or directory"


def _has_folder(path: Path) -> str | None:
    return None if path.absolute().parent.is_dir() else "its folder does not exist"


def _new_file(path: Path) -> str | None:
    return "is a directory, not a file" if path.is_dir() else _has_folder(path)


def _new_folder(path: Path) -> str | None:
    return "is a file, not a directory" if path.exists() and not path.is_dir() else _has_folder(path)


def _new_folders(path: Path) -> str | None:
    above = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    if above.is_dir():
        return None
    return "is a file, not a directory" if above == path.absolute() else f"{above} is a file, not a directory"


FILE = rule(_file)
FOLDER = rule(_folder)
FILE_OR_FOLDER = rule(_either)
NEW_FILE = rule(_new_file)
NEW_FOLDER = rule(_new_folder)
NEW_FOLDERS = rule(_new_folders)
"""Made with the folders above it: for pictures, in a place that a fresh clone does not have."""
