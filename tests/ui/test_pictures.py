"""Drawn codes read back, and pictures that hold no key."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.samples import SAMPLES


def picture(name: str) -> np.ndarray:
    glass = gallery()
    snapshot, local = SAMPLES[name]
    glass.show(snapshot, local, sample_store("portrait"), "light")
    for _ in range(2):
        glass._loop.idle()
    texture = glass._picture()
    pixels = np.frombuffer(texture.pixels, np.uint8).reshape(texture.height, texture.width, 4)
    return np.ascontiguousarray(pixels[:, :, :3])


def test_the_receipts_qr_code_can_be_read_off_the_glass() -> None:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture("23-thank-you"))
    assert "4820771366" in text
    assert "T-000482" in text


def test_the_registers_bar_code_can_be_read_off_the_glass() -> None:
    found = cv2.barcode.BarcodeDetector().detectAndDecode(picture("15-paying-register"))
    assert found[0] in ("2000482", "") or "2000482" in str(found[0])


@pytest.mark.parametrize("name", ["19-cutting", "08-offer", "05-scanning"])
def test_the_drawn_key_is_the_same_for_everybody(name: str) -> None:
    from ui.widgets.scenes import _edge

    heights = [y for _, y in _edge()[3:-3]]
    roots = {round(y, 3) for y in heights if y < 4}
    assert len(roots) == 1, "the drawn teeth are all alike: no lock's"
