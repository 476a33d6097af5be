"""Drawn codes read back, and pictures that hold no key."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp

from config.till import CodeKind, Till
from hardware.payment.till_code import till_code
from kiosk.session.snapshot import Snapshot
from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.local import Local
from ui.present.samples import SAMPLES


def picture(name: str) -> np.ndarray:
    return _pixels(*SAMPLES[name], "portrait", "light")


def _pixels(snapshot: Snapshot, local: Local, size: str, theme: str) -> np.ndarray:
    glass = gallery()
    glass.show(snapshot, local, sample_store(size, theme), theme)
    for _ in range(2):
        glass._loop.idle()
    texture = glass.frame.picture()
    pixels = np.frombuffer(texture.pixels, np.uint8).reshape(texture.height, texture.width, 4)
    return np.ascontiguousarray(pixels[:, :, :3])


def scanned(pixels: np.ndarray) -> list[tuple[str, str]]:
    """What a shop's scanner reads off a picture but for QR codes: kind and text."""
    found = zxingcpp.read_barcodes(pixels)
    return [(each.format.name, each.text) for each in found if each.format != zxingcpp.BarcodeFormat.QRCode]


def with_code(name: str, size: str, theme: str, **code: object) -> np.ndarray:
    """A sample's picture with another code to pay."""
    snapshot, local = SAMPLES[name]
    assert snapshot.receipt is not None
    return _pixels(replace(snapshot, receipt=replace(snapshot.receipt, **code)), local, size, theme)


def test_the_receipts_qr_code_can_be_read_off_the_glass() -> None:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture("23-thank-you"))
    assert "4820771366" in text
    assert "T-000482" in text


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize("size", ["portrait", "landscape"])
@pytest.mark.parametrize("code", ["2000482", "20004821", "T-000482"])
def test_the_registers_bar_code_can_be_read_off_the_glass(size: str, theme: str, code: str) -> None:
    assert scanned(with_code("15-paying-register", size, theme, pay_code=code)) == [("Code128", code)]


# To a scanner a UPC-A is the EAN-13 that begins with 0.
TILLS = (
    (Till(code=CodeKind.PRICE, item="12345"), "EAN13", "0212345206980"),
    (Till(code=CodeKind.PRICE, layout="28IIIIIPPPPPC", item="12345"), "EAN13", "2812345006986"),
    (Till(code=CodeKind.GTIN, gtin="4006381333931"), "EAN13", "4006381333931"),
    (Till(code=CodeKind.GTIN, gtin="036000291452"), "EAN13", "0036000291452"),
    (Till(code=CodeKind.GS1_128, gtin="4006381333931"), "Code128", "(01)04006381333931(30)2"),
)


@pytest.mark.parametrize("size", ["portrait", "landscape"])
@pytest.mark.parametrize(("till", "kind", "text"), TILLS)
def test_a_tills_own_code_can_be_read_off_the_glass(size: str, till: Till, kind: str, text: str) -> None:
    code = till_code(till, 698, 2, "brass")
    assert scanned(with_code("23-thank-you", size, "light", pay_code="T000482-0698", till=code)) == [(kind, text)]


def test_a_bar_that_is_missing_is_found_out() -> None:
    from ui.widgets.codes import Barcode

    picture = with_code("15-paying-register", "portrait", "light", pay_code="2000482")
    widget = next(w for w in gallery().frame.walk(restrict=True) if isinstance(w, Barcode) and w.text)
    x, _ = widget.to_window(*widget.center)
    picture[:, round(x) : round(x) + 12] = 255
    assert scanned(picture) == []


@pytest.mark.parametrize("name", ["19-cutting", "08-offer", "05-scanning"])
def test_the_drawn_key_is_the_same_for_everybody(name: str) -> None:
    from ui.artwork.keys import key

    drawn = picture(name)
    assert np.array_equal(drawn, picture(name))
    # Its teeth come from the name of the keyway and nothing else, and stand at no lock's even pitch.
    assert key("KW1", "brass") == key("KW1", "brass")
