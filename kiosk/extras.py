"""Libraries that only some kiosks have: what of the product needs them, and what to install where one is missing.

Responsible for: the one line said of a missing one. Not responsible for: what they are used for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from config.problems import BadInput, Problem


class Extra(Enum):
    """An extra of `pyproject.toml`, and the packages it brings."""

    FLEET = ("paho", "psycopg")
    REPORTS = ("matplotlib",)
    RECEIPTS = ("escpos",)


@contextmanager
def needing(extra: Extra) -> Iterator[None]:
    """Import here what comes with `extra`.

    Raises:
        BadInput: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in extra.value:
            raise
        name = extra.name.lower()
        why = f"{package} is not installed; pip install 'keykiosk[{name}]', or EXTRAS={name} make install"
        raise BadInput(Problem("installation", name, why)) from None
