"""The words on a head, as known phrases only.

Responsible for: finding the head in its view, having its text read at any rotation, and matching it against the
list of phrases. The text itself never leaves this module: a number on a head can be the key's own code. Not
responsible for: what a phrase means for a copy (`kiosk.policy`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from config.phrases import Phrases
from hardware.scan import Pixels, View
from kiosk.identification.wording import has_name_and_phone, phrases_in
from kiosk.reading import Stamp

OPENING_MM = 12.5
"""A disc this wide fits into every bow and into no blade."""
WORKING_PX = 560
"""Longer side of what is handed to the reader; letters of a millimetre and a half are then twenty pixels high."""
LEAST_CONFIDENCE = 0.45


class StampReader:
    """Reads heads. The models are loaded once, at `warm` or at the first reading; safe from any thread."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._lock = threading.Lock()
        self._engine: Any = None

    def warm(self) -> None:
        """Load the models now."""
        with self._lock:
            self._loaded()

    def read(self, head: View | None) -> Stamp:
        """Matched phrases of one head. A view that is None was not read."""
        if head is None or min(head.pixels.shape[:2]) < 32:
            return Stamp(seen=False)
        lines: list[str] = []
        with self._lock:
            engine = self._loaded()
            for picture in _looks(head_of(head)):
                lines += _lines(engine, picture)
        return Stamp(
            seen=True,
            phrases=phrases_in(lines, self._phrases),
            name_and_phone=has_name_and_phone(lines),
        )

    def _loaded(self) -> Any:
        if self._engine is None:
            # Imported here: the package takes a second to load and most commands never read a head.
            from rapidocr import RapidOCR

            self._engine = RapidOCR(
                params={
                    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                    "Global.log_level": "critical",
                    "Global.text_score": LEAST_CONFIDENCE,
                }
            )
        return self._engine


def head_of(view: View) -> NDArray[np.uint8]:
    """The bow as a grey picture of working size; the whole object, or the whole view, where no bow can be told."""
    grey = np.asarray(
        view.pixels if view.pixels.ndim == 2 else cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8
    )
    x, y, width, height = _bow_box(grey, view.mm_per_px)
    crop = grey[y : y + height, x : x + width]
    factor = WORKING_PX / max(crop.shape)
    if factor < 1 or factor > 1.6:
        size = (max(1, round(crop.shape[1] * factor)), max(1, round(crop.shape[0] * factor)))
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        crop = np.asarray(cv2.resize(crop, size, interpolation=how))
    return np.ascontiguousarray(crop, dtype=np.uint8)


def _bow_box(grey: Pixels, mm_per_px: float) -> tuple[int, int, int, int]:
    everything = (0, 0, grey.shape[1], grey.shape[0])
    factor = max(1, round(0.3 / mm_per_px))
    if min(grey.shape) < 8 * factor:
        return everything
    small = cv2.resize(grey, (grey.shape[1] // factor, grey.shape[0] // factor), interpolation=cv2.INTER_AREA)
    _, bright = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    border = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    mask = np.asarray(bright if border.mean() < 0.5 else 1 - bright, dtype=np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return everything
    body = np.zeros_like(mask)
    cv2.drawContours(body, [max(contours, key=cv2.contourArea)], -1, 1, thickness=cv2.FILLED)
    disc = max(3, round(OPENING_MM / mm_per_px / factor))
    # A margin, so that a bow touching the border of the view is not eaten from outside.
    opened = cv2.morphologyEx(body, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (disc, disc)))
    chosen = np.asarray(opened if opened.any() else body, dtype=np.uint8)
    if not chosen.any() or chosen.mean() > 0.9:
        return everything
    x, y, width, height = cv2.boundingRect(chosen)
    return x * factor, y * factor, width * factor, height * factor


def _looks(grey: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The same head several ways: as it is, evened out (worn and raised letters), and each on its side."""
    even = np.asarray(cv2.createCLAHE(4.0, (6, 6)).apply(grey), dtype=np.uint8)
    yield grey
    yield even
    yield np.asarray(np.rot90(even))


def _lines(engine: Any, picture: NDArray[np.uint8]) -> list[str]:
    found = engine(np.repeat(np.ascontiguousarray(picture)[:, :, None], 3, axis=2))
    return [str(text) for text in (found.txts or ())]
