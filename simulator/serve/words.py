"""Words of a control request: reading one line, and fields of the wanted kind.

Responsible for: saying field and reason of each thing that cannot be used. Not responsible for: what is done with them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from config.problems import BadInput, Problem

SOURCE = "control"


def request_of(line: str) -> Mapping[str, Any]:
    """One line as an object.

    Raises:
        BadInput: it is none.
    """
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as cause:
        reason = getattr(cause, "msg", "cannot be read")
        raise BadInput(Problem(SOURCE, "", f"is no JSON: {reason}")) from None
    if not isinstance(request, dict):
        raise BadInput(Problem(SOURCE, "", "must be an object with `do`"))
    return request


def word(request: Mapping[str, Any], name: str) -> str:
    """A word that is not empty."""
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(Problem(SOURCE, name, "must be a word"))
    return value


def flag(request: Mapping[str, Any], name: str) -> bool:
    """True or false."""
    value = request.get(name)
    if not isinstance(value, bool):
        raise BadInput(Problem(SOURCE, name, "must be true or false"))
    return value


def number(request: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """A number within bounds."""
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(Problem(SOURCE, name, f"must be a number from {low:g} to {high:g}"))
    return float(value)


def whole(request: Mapping[str, Any], name: str, low: int, high: int | None = None) -> int:
    """A whole number within bounds."""
    value = request.get(name)
    most = math.inf if high is None else high
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= most:
        return value
    span = f"from {low}" if high is None else f"from {low} to {high}"
    raise BadInput(Problem(SOURCE, name, f"must be a whole number {span}"))


def only(request: Mapping[str, Any], *names: str) -> None:
    """Nothing else may be in the request: a misspelt field would be taken for its default.

    Raises:
        BadInput: naming each other field.
    """
    known = ("do", *names)
    problems = [
        Problem(SOURCE, str(name), f"is no field of {request['do']}; there are {', '.join(known)}")
        for name in request
        if name not in known
    ]
    if problems:
        raise BadInput(*problems)
