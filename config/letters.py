"""Letters of landlords that let a marked key be copied here: who may write them. Off while nobody may.

Responsible for: the settings. Not responsible for: what a letter says and lifts (`kiosk.policy.letter`).
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Frozen, Name, Shown
from config.fleet import are_keys


class Letters(Frozen):
    """`kiosk` is the name letters are addressed to: no other kiosk has it, in this store or another."""

    kiosk: Annotated[str, Field(max_length=40), Shown] = ""
    owners: dict[Name, Annotated[str, Field(min_length=44, max_length=44)]] = Field(default={}, max_length=200)
    """Public key (Ed25519, base64) by the name of whoever signs."""

    @model_validator(mode="after")
    def _can_be_addressed(self) -> Self:
        are_keys(tuple(self.owners.values()))
        if len(set(self.owners.values())) < len(self.owners):
            raise ValueError("owners: one key stands for two")
        if self.owners and not self.kiosk:
            raise ValueError("kiosk: without a name of this kiosk a letter would be good at any")
        return self
