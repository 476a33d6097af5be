"""The code a shopper's copies are paid with at a register: which kind its till can sell.

Responsible for: the store's choice, and that what it says makes a code. Not responsible for: making one
(`hardware.payment.till_code`), prices (`config.store`).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Frozen, Name


class CodeKind(StrEnum):
    """What a till is shown."""

    TRANSACTION = "transaction"
    """Code 128 with the kiosk's own number and the amount: for a till that asks the kiosk's journal."""
    PRICE = "price"
    """UPC-A or EAN-13 that holds an item number of the store's and the price."""
    GTIN = "gtin"
    """UPC-A or EAN-13 of an article of the store's; the cashier types how many."""
    GS1_128 = "gs1-128"
    """GTIN and number of copies in one code."""


_LAYOUT = re.compile(r"(?P<fixed>[0-9]{1,2})(?P<item>I{4,6})(?P<verifier>V?)(?P<price>P{4,5})C")


def gtin_check_digit(digits: str) -> str:
    """The last digit of a UPC, EAN or GTIN whose other digits these are."""
    odd, even = digits[::-1][::2], digits[::-1][1::2]
    return str(-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10)


def _gtin(text: str) -> str:
    if text and text[-1] != gtin_check_digit(text[:-1]):
        raise ValueError(f"its last digit must be {gtin_check_digit(text[:-1])}: is a digit wrong?")
    return text


def _layout(text: str) -> str:
    if _LAYOUT.fullmatch(text) is None or len(text) not in (12, 13):
        raise ValueError(
            "must be 12 (UPC-A) or 13 (EAN-13) long: digits, I for each of the item's digits, V for a price verifier"
            " if the till wants one, P for each of the price's 4 or 5 digits, and C"
        )
    return text


Gtin = Annotated[str, Field(pattern="^([0-9]{12,13})?$"), AfterValidator(_gtin)]


class Till(Frozen):
    """What the store's till can sell. `gtins` are articles of single finishes; `gtin` is that of every other."""

    code: CodeKind = CodeKind.TRANSACTION
    layout: Annotated[str, Field(max_length=13), AfterValidator(_layout)] = "2IIIIIVPPPPC"
    item: str = Field(default="", pattern="^([0-9]{4,6})?$")
    gtin: Gtin = ""
    gtins: dict[Name, Gtin] = Field(default_factory=dict, max_length=32)

    @model_validator(mode="after")
    def _makes_a_code(self) -> Self:
        if self.code is CodeKind.PRICE and len(self.item) != self.layout.count("I"):
            raise ValueError(f"item must have the {self.layout.count('I')} digits that layout leaves for it")
        if self.code in (CodeKind.GTIN, CodeKind.GS1_128) and not self.gtin:
            raise ValueError(f"gtin must name an article for code = {self.code}")
        return self

    @property
    def most_minor(self) -> int | None:
        """The largest amount a code can hold; None: any."""
        return 10 ** self.layout.count("P") - 1 if self.code is CodeKind.PRICE else None

    def gtin_of(self, finish: str) -> str:
        """The article of a copy in this finish."""
        return self.gtins.get(finish, self.gtin)
