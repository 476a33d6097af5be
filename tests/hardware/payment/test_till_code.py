"""Codes that a store's own till sells: digits, price verifier, check digit, and settings that make none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.settings import SHIPPED
from config.store import Store
from config.till import CodeKind, Till, gtin_check_digit
from config.toml_files import read_toml
from hardware.payment.till_code import Symbology, TillCode, TooDear, price_embedded, price_verifier, till_code
from hardware.receipt_printer import Printer, composed
from hardware.slip import Bars

LAYOUTS = ("2IIIIIVPPPPC", "2IIIIIPPPPPC", "4IIIIIVPPPPC", "28IIIIIPPPPPC", "21IIIIVPPPPPC", "20IIIIIVPPPPC")


@pytest.mark.parametrize(
    ("price", "verifier"),
    # 28.75 and 146.85 are the examples of the General Specifications; the others are what biip 5.2 makes of them.
    list(
        {
            **{"2875": "9", "0000": "0", "0349": "7", "0698": "2", "1047": "8", "9999": "6"},
            **{"14685": "6", "00000": "0", "00349": "6", "00698": "2", "01047": "5", "99999": "6"},
        }.items()
    ),
)
def test_the_verifier_of_a_price_is_gs1_s(price: str, verifier: str) -> None:
    assert price_verifier(price) == verifier


@given(st.sampled_from(LAYOUTS), st.integers(0, 9999))
def test_item_price_and_verifier_stand_where_the_layout_says_and_the_check_digit_fits(layout: str, minor: int) -> None:
    item = "123456"[: layout.count("I")]
    digits = price_embedded(layout, item, minor)
    assert len(digits) == len(layout)
    assert digits[-1] == gtin_check_digit(digits[:-1])
    where = {letter: "".join(d for d, at in zip(digits, layout, strict=True) if at == letter) for letter in "IVP"}
    assert (where["I"], int(where["P"])) == (item, minor)
    assert where["V"] in ("", price_verifier(where["P"]))


@given(st.integers(0, 9999), st.integers(0, 3), st.integers(1, 9))
def test_a_digit_of_a_price_misread_is_found_by_its_verifier(minor: int, place: int, more: int) -> None:
    price = f"{minor:04}"
    other = price[:place] + str((int(price[place]) + more) % 10) + price[place + 1 :]
    assert price_verifier(other) != price_verifier(price)


def test_an_amount_with_more_digits_than_the_code_is_refused_and_never_cut_short() -> None:
    with pytest.raises(TooDear):
        price_embedded("2IIIIIVPPPPC", "12345", 10_000)


@pytest.mark.parametrize(
    ("till", "code"),
    [
        (Till(), None),
        (Till(code=CodeKind.PRICE, item="12345"), TillCode(Symbology.UPC_A, "212345206980")),
        (
            Till(code=CodeKind.PRICE, layout="28IIIIIPPPPPC", item="12345"),
            TillCode(Symbology.EAN_13, "2812345006986"),
        ),
        (Till(code=CodeKind.GTIN, gtin="036000291452"), TillCode(Symbology.UPC_A, "036000291452", 2)),
        (
            Till(code=CodeKind.GTIN, gtin="036000291452", gtins={"brass": "4006381333931"}),
            TillCode(Symbology.EAN_13, "4006381333931", 2),
        ),
        (
            Till(code=CodeKind.GS1_128, gtin="036000291452"),
            TillCode(Symbology.GS1_128, "(01)00036000291452(30)2"),
        ),
    ],
)
def test_each_kind_says_what_a_till_sells(till: Till, code: TillCode | None) -> None:
    assert till_code(till, 698, 2, "brass") == code


@pytest.mark.parametrize(
    ("till", "why"),
    [
        ({"code": "price"}, "item must have the 5 digits"),
        ({"code": "price", "item": "1234"}, "item must have the 5 digits"),
        ({"code": "price", "item": "12345", "layout": "2IIIIIVPPPC"}, "must be 12"),
        ({"code": "price", "item": "12345", "layout": "2IIIIIVPPPPPPC"}, "13 characters"),
        ({"code": "price", "item": "12345", "layout": "2IIIIIVPPPPX"}, "must be 12"),
        ({"code": "price", "item": "12345", "layout": "IIIII2VPPPPC"}, "must be 12"),
        ({"code": "gtin"}, "gtin must name an article"),
        ({"code": "gs1-128"}, "gtin must name an article"),
        ({"code": "gtin", "gtin": "036000291453"}, "last digit must be 2"),
        ({"code": "gtin", "gtin": "036000291452", "gtins": {"black": "4006381333932"}}, "last digit must be 1"),
        ({"code": "plu"}, "code"),
    ],
)
def test_settings_that_make_no_code_are_refused_with_the_reason(till: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Till(**till)


@pytest.mark.parametrize(("prices", "fits"), [({"price_minor": 1999}, True), ({"price_minor": 2000}, False)])
@pytest.mark.parametrize("finish", ["", "black"])
def test_a_price_that_could_outgrow_its_code_is_found_at_the_start(
    prices: dict[str, int], fits: bool, finish: str
) -> None:
    store = read_toml(SHIPPED / "store.toml")
    store |= {"max_quantity": 5, "till": {"code": "price", "item": "12345"}, "finish_prices_minor": {}}
    store |= {"finish_prices_minor": {finish: prices["price_minor"]}} if finish else prices
    if fits:
        Store(**store)
    else:
        with pytest.raises(ValidationError, match="9999 at most"):
            Store(**store)


@pytest.mark.parametrize(
    ("bars", "command"),
    [
        (Bars("upca", "212345206980"), b"\x1dkA\x0c212345206980"),
        (Bars("ean13", "4006381333931"), b"\x1dkC\x0d4006381333931"),
        (Bars("code128", "K1-0698"), b"\x1dkI\x09{BK1-0698"),
        (Bars("gs1-128", "(01)00036000291452(30)2"), b"\x1dkI\x17{B{10100036000291452302"),
    ],
)
def test_a_printer_is_told_to_print_it(bars: Bars, command: bytes) -> None:
    assert command in composed((bars,), Printer())
