"""A code that a till sells by itself: price-embedded UPC-A or EAN-13, an article's GTIN, or GTIN with quantity.

Responsible for: digits, price verifier and check digit, by the store's layout. Pure. Not responsible for: drawing it
(`ui.widgets.codes`, `hardware.receipt_printer`), or which sale it belongs to: such a code names none, so the kiosk's
own stands beside it, and it is never shown for a refund.

Price verifier: GS1 General Specifications, check digit calculation for price and weight fields (four and five digits).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from config.till import CodeKind, Till, gtin_check_digit

_2_MINUS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_3 = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_5_PLUS = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_5_MINUS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)
"""A digit's weighted product by GS1's names of the weights."""


class Symbology(StrEnum):
    """How a code is drawn."""

    CODE_128 = "code128"
    UPC_A = "upca"
    EAN_13 = "ean13"
    GS1_128 = "gs1-128"


@dataclass(frozen=True)
class TillCode:
    """What a till reads. `quantity` is to be typed by the cashier where the code cannot hold it; else 1."""

    symbology: Symbology
    text: str
    quantity: int = 1


class TooDear(ValueError):
    """The amount has more digits than the code."""


def till_code(till: Till, amount_minor: int, copies: int, finish: str) -> TillCode | None:
    """The code for so many copies that cost so much together; None where the kiosk's own is all there is.

    Raises:
        TooDear: the code cannot hold the amount.
    """
    match till.code:
        case CodeKind.TRANSACTION:
            return None
        case CodeKind.PRICE:
            return _of_digits(price_embedded(till.layout, till.item, amount_minor))
        case CodeKind.GTIN:
            return _of_digits(till.gtin_of(finish), copies)
        case CodeKind.GS1_128:
            return TillCode(Symbology.GS1_128, f"(01){till.gtin_of(finish):0>14}(30){copies}")
        case _:
            assert_never(till.code)


def price_embedded(layout: str, item: str, amount_minor: int) -> str:
    """The digits of a layout such as `2IIIIIVPPPPC`.

    Raises:
        TooDear: the amount does not fit.
    """
    price = f"{amount_minor:0{layout.count('P')}}"
    if len(price) != layout.count("P"):
        raise TooDear(f"{amount_minor} has more digits than {layout} leaves for a price")
    body = layout.replace("I" * layout.count("I"), item).replace("P" * len(price), price).removesuffix("C")
    body = body.replace("V", price_verifier(price))
    return body + gtin_check_digit(body)


def price_verifier(price: str) -> str:
    """GS1's check digit of a price of four or five digits."""
    digits = [int(digit) for digit in price]
    if len(digits) == 4:
        weights = (_2_MINUS, _2_MINUS, _3, _5_MINUS)
        return str(3 * sum(weight[digit] for weight, digit in zip(weights, digits, strict=True)) % 10)
    weights5 = (_5_PLUS, _2_MINUS, _5_MINUS, _5_PLUS, _2_MINUS)
    total = sum(weight[digit] for weight, digit in zip(weights5, digits, strict=True))
    return str(_5_MINUS.index(-total % 10))


def _of_digits(digits: str, quantity: int = 1) -> TillCode:
    return TillCode(Symbology.UPC_A if len(digits) == 12 else Symbology.EAN_13, digits, quantity)
