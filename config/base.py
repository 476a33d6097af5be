"""The base of every settings model: frozen, no unknown fields, no infinities."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.port_names import port_name

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Unseen, and yet part of how some languages spell."""


def shown(text: str) -> str:
    """`text`, every character of which can be shown.

    Raises:
        ValueError: it holds what nobody sees and what may turn a line round, end it, or move a cursor.
    """
    for at, character in enumerate(text, start=1):
        if unicodedata.category(character) in _UNSEEN and character not in _JOINERS:
            raise ValueError(f"character {at} (U+{ord(character):04X}) cannot be shown")
    return text


Shown = AfterValidator(shown)
Name = Annotated[str, Field(min_length=1, max_length=80), Shown]
"""What people or files are called."""
PathText = Annotated[str, Field(max_length=1024)]
"""A path or device as the system names it; empty where there is none."""
PortText = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(port_name)]
"""A serial device, or an address on the network."""
Note = Annotated[str, Field(min_length=3, max_length=2000)]
"""A ground or a source, in words."""


class Frozen(BaseModel):
    """A settings value: immutable, strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)
