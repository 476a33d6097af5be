"""Has each worker parse a TOML text once: test after test reads the shipped files anew, and parsing is most of it.

Responsible for: remembering what a text says; each reader gets a copy of its own. Not responsible for: files, which
are opened and read as ever.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from functools import lru_cache
from typing import Any

_parse = lru_cache(maxsize=256)(tomllib.loads)


def loads(text: str, /, **options: Any) -> dict[str, Any]:
    """As `tomllib.loads`."""
    return deepcopy(_parse(text, **options))


def pytest_configure() -> None:
    tomllib.loads = loads
