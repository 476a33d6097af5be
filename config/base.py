"""The base of every settings model: frozen, no unknown fields, no infinities."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=80)]
"""What people or files are called."""
PathText = Annotated[str, Field(max_length=1024)]
"""A path or device as the system names it; empty where there is none."""
Note = Annotated[str, Field(min_length=3, max_length=2000)]
"""A ground or a source, in words."""


class Frozen(BaseModel):
    """A settings value: immutable, strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)
