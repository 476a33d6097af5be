"""Reading TOML for people: every way a file can be bad becomes a Problem with file, field and reason.

Responsible for: missing, unreadable, undecodable, ill-formed files, and pydantic's complaints put in plain
words. Not responsible for: what any file means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json

from config.ordinary_file import read_ordinary
from config.plain_words import plain as plain_words
from config.problems import BadInput, Facts, Problem, Wrong

Table: TypeAlias = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
_KINDS = {
    "missing": Wrong.MISSING,
    "float_parsing": Wrong.NO_NUMBER,
    "float_type": Wrong.NO_NUMBER,
    "finite_number": Wrong.NO_NUMBER,
    "int_parsing": Wrong.NOT_WHOLE,
    "int_type": Wrong.NOT_WHOLE,
    "int_from_float": Wrong.NOT_WHOLE,
    "greater_than": Wrong.TOO_SMALL,
    "less_than": Wrong.TOO_LARGE,
    "greater_than_equal": Wrong.BELOW_LEAST,
    "less_than_equal": Wrong.ABOVE_MOST,
    "too_short": Wrong.TOO_FEW,
    "string_too_short": Wrong.TOO_FEW,
    "too_long": Wrong.TOO_MANY,
    "string_too_long": Wrong.TOO_MANY,
    "string_pattern_mismatch": Wrong.LETTERS,
}
"""By pydantic's name of a complaint."""
_LIMITS = ("gt", "lt", "ge", "le", "min_length", "max_length")
UNKNOWN_SETTING = "is not a setting (misspelt?)"
"""Why a name nobody reads is refused."""


def read_toml(path: Path) -> Table:
    """The tables of one file.

    Raises:
        BadInput: the file is missing, unreadable, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(read_ordinary(path).decode("utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(Problem(str(path), "", "no such file")) from None
    except IsADirectoryError:
        raise BadInput(Problem(str(path), "", "is a directory, not a file")) from None
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {error.strerror or error}")) from None
    except UnicodeDecodeError as error:
        raise BadInput(Problem(str(path), "", f"not UTF-8 text (byte {error.start})")) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(Problem(str(path), "", f"not TOML: {one_line(str(error))}")) from None
    except RecursionError:
        raise BadInput(Problem(str(path), "", "not TOML: nested too deeply")) from None


def toml_files(directory: Path) -> tuple[Path, ...]:
    """Every `*.toml` of a directory, by name.

    Raises:
        BadInput: it is not a directory one can list.
    """
    try:
        return tuple(sorted(path for path in directory.iterdir() if path.suffix == ".toml"))
    except OSError as error:
        raise BadInput(Problem(str(directory), "", f"cannot be listed: {error.strerror or error}")) from None


def checked(model: type[Model], table: Mapping[str, Any], file: str, prefix: str = "") -> Model:
    """`table` as a frozen `model`, each value of the very kind that its field asks for.

    Read twice, since neither reading alone is strict about what TOML can say: as values a `true` passes for the
    number 1 and `"349"` for 349, as JSON a date passes for text.

    Raises:
        BadInput: with every bad field; `prefix` is put before each field's name.
    """
    try:
        judged = model.model_validate(table)
        model.model_validate_json(to_json(table, inf_nan_mode="constants"), strict=True)
    except ValidationError as error:
        raise BadInput(*problems_of(error, file, prefix)) from None
    return judged


def problems_of(error: ValidationError, file: str, prefix: str = "") -> tuple[Problem, ...]:
    """One Problem for each complaint of pydantic; a list whose members are bad is not called too short for it."""
    complaints = error.errors()
    inside = {each["loc"][:length] for each in complaints for length in range(len(each["loc"]))}
    return tuple(
        Problem(
            file,
            dotted((prefix, *each["loc"])),
            reason_of(each["type"], each["msg"]),
            _KINDS.get(each["type"], Wrong.OTHER),
            _limit(each),
        )
        for each in complaints
        if each["type"] != "too_short" or each["loc"] not in inside
    )


def _limit(complaint: ErrorDetails) -> Facts:
    """What a figure must keep to, in mm where its field is."""
    context = complaint.get("ctx", {})
    name = "limit_mm" if complaint["loc"] and str(complaint["loc"][-1]).endswith("_mm") else "limit"
    return tuple((name, context[each]) for each in _LIMITS if isinstance(context.get(each), int | float))


def dotted(parts: Iterable[object]) -> str:
    """A field's name as in TOML: `magazine.slots[2].blank`, lists counted from 1 as people do."""
    name = ""
    for part in parts:
        if part == "":
            continue
        if isinstance(part, int):
            name += f"[{part + 1}]"
        else:
            name += f".{part}" if name else str(part)
    return name


def reason_of(kind: str, message: str) -> str:
    """Pydantic's message without its jargon, on one line."""
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return UNKNOWN_SETTING
    if kind == "int_parsing":
        return "must be a whole number"
    if kind == "float_parsing":
        return "must be a number"
    if words := plain_words(kind, message):
        return words
    plain = message.removeprefix("Value error, ").removeprefix("Input ")
    return one_line(plain.replace("valid tuple", "list").replace("valid dictionary", "table"))


def one_line(text: str) -> str:
    """`text` with line ends and runs of space made single spaces."""
    return " ".join(text.split())
