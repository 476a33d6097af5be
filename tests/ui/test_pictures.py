"""Drawn codes read back, and pictures that hold no key."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.session.snapshot import Snapshot
from tests.ui.code128 import decode
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


def bars(size: str, theme: str, code: str) -> np.ndarray:
    """The row of pixels through the middle of the bar code of a code to pay, with its quiet zones."""
    from ui.widgets.codes import Barcode

    glass = gallery()
    snapshot, local = SAMPLES["15-paying-register"]
    assert snapshot.receipt is not None
    snapshot = replace(snapshot, receipt=replace(snapshot.receipt, pay_code=code))
    pixels = _pixels(snapshot, local, size, theme)
    widget = next(w for w in glass.frame.walk(restrict=True) if isinstance(w, Barcode) and w.text)
    x, y = widget.to_window(*widget.center)
    row = pixels[round(pixels.shape[0] - y), :].mean(axis=1)
    half = round(widget.width / 2)
    row = np.array(row[max(0, round(x) - half) : round(x) + half])
    paper = np.flatnonzero(row >= 128)
    return row[paper[0] : paper[-1] + 1]


def test_the_receipts_qr_code_can_be_read_off_the_glass() -> None:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture("23-thank-you"))
    assert "4820771366" in text
    assert "T-000482" in text


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize("size", ["portrait", "landscape"])
@pytest.mark.parametrize("code", ["2000482", "20004821", "T-000482"])
def test_the_registers_bar_code_can_be_read_off_the_glass(size: str, theme: str, code: str) -> None:
    assert decode(bars(size, theme, code)) == code


def test_a_bar_that_is_missing_is_found_out() -> None:
    row = bars("portrait", "light", "2000482")
    dark = np.flatnonzero(row < 128)
    row[dark[len(dark) // 2] : dark[len(dark) // 2] + 12] = 255
    with pytest.raises(ValueError, match=r"check digit|not in list|stop"):
        decode(row)


@pytest.mark.parametrize("name", ["19-cutting", "08-offer", "05-scanning"])
def test_the_drawn_key_is_the_same_for_everybody(name: str) -> None:
    from ui.artwork.keys import key

    drawn = picture(name)
    assert np.array_equal(drawn, picture(name))
    # Its teeth come from the name of the keyway and nothing else, and stand at no lock's even pitch.
    assert key("KW1", "brass") == key("KW1", "brass")
