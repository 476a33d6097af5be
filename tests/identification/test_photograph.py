"""Ordinary pictures of keys on white paper: shadows, coloured light and highlights are not the key's edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from config.catalogue import Catalogue
from hardware.scan import Frame, ScanFrames
from kiosk.identification import SectionIndex, cuts_by_outline, identify, read_key
from kiosk.key.reading import Outcome
from tests.identification.drawing import Sheet, blade_edge, outline, silhouette

SHEET = Sheet(width_px=1300, height_px=900, mm_per_px=0.06, dark=0, light=255, noise=0.0, blur_px=0.0, turn_deg=6.0)
BRASS, NICKEL = (198, 164, 86), (150, 150, 147)
ROOTS_MM = (8.128, 7.366, 7.747, 7.747, 6.604)
PAPER = np.array([248.0, 246.0, 240.0])


def picture(
    catalogue: Catalogue,
    metal: tuple[int, int, int],
    *,
    shadow: float = 0.0,
    light: tuple[float, float, float] = (1.0, 1.0, 1.0),
    dim_corners: float = 0.0,
    shine: float = 0.0,
) -> Frame:
    """An SC1 key on paper. The shadow falls to the lower right, softly; `shine` brightens a band of the metal."""
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    edge = blade_edge(keyway.spec, ROOTS_MM, blank.blade_length_mm, 8.71)
    covered = np.float32(1) - silhouette(outline(edge, 8.71, SHEET), SHEET).pixels.astype(np.float32) / 255
    cast = cv2.GaussianBlur(np.roll(covered, (14, 10), axis=(0, 1)), (0, 0), 12)
    y = np.arange(SHEET.height_px, dtype=np.float32)[:, None]
    x = np.arange(SHEET.width_px, dtype=np.float32)
    lit = 1 - dim_corners * ((x / SHEET.width_px - 0.5) ** 2 + (y / SHEET.height_px - 0.5) ** 2)
    band = shine * np.exp(-(((y - 0.4 * x - 180) / 25.0) ** 2))
    under = lit * (1 - shadow * cast) * (1 - covered)
    channels = [
        (under * grey + lit * covered * (band + tint)) * share
        for grey, tint, share in zip(PAPER.tolist(), metal, light, strict=True)
    ]
    seen = cv2.GaussianBlur(np.stack(channels, axis=2), (0, 0), 0.9)
    seen += 2.5 * np.random.default_rng(3).standard_normal(seen.shape, np.float32)
    pixels = np.clip(np.rint(seen), 0, 255).astype(np.uint8)
    good, packed = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert good
    return Frame(np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[:, :, ::-1]), SHEET.mm_per_px)


@pytest.mark.parametrize(
    ("metal", "how"),
    [
        (BRASS, {}),
        (BRASS, {"shadow": 0.35}),
        (BRASS, {"shadow": 0.55, "light": (0.8, 0.9, 1.0)}),
        (BRASS, {"shadow": 0.3, "light": (0.62, 0.58, 0.5), "dim_corners": 0.5}),
        (BRASS, {"shadow": 0.3, "shine": 35.0}),
        (NICKEL, {}),
        (NICKEL, {"light": (0.8, 0.9, 1.0), "dim_corners": 0.4}),
        (NICKEL, {"shine": 30.0}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else str(value[0]),
)
def test_the_cuts_are_read_but_nothing_is_told(
    catalogue: Catalogue, index: SectionIndex, metal: tuple[int, int, int], how: dict[str, float]
) -> None:
    view = picture(catalogue, metal, **how)
    reading = read_key(ScanFrames(silhouette=view, head=view))
    answer = identify(reading, catalogue, index)
    assert (answer.outcome, answer.cuts) == (Outcome.SECTION_NOT_SEEN, ())
    cuts, blank = cuts_by_outline(reading, catalogue)
    assert blank == "SC1"
    assert [cut.measured_mm for cut in cuts] == pytest.approx(ROOTS_MM, abs=0.05)


def test_paper_without_a_key_and_a_dark_picture_say_so(catalogue: Catalogue) -> None:
    rng = np.random.default_rng(1)
    empty = np.clip(PAPER + rng.normal(0, 3, (900, 1300, 3)), 0, 255).astype(np.uint8)
    assert read_key(ScanFrames(silhouette=Frame(empty, 0.06))).problem is Outcome.NOTHING_THERE
    night = np.clip(rng.normal(20, 4, (900, 1300, 3)), 0, 255).astype(np.uint8)
    assert read_key(ScanFrames(silhouette=Frame(night, 0.06))).problem is not None


def test_a_shadow_in_the_machine_is_not_explained_away(catalogue: Catalogue) -> None:
    """With a line view the picture is the machine's own silhouette: it is taken as it is."""
    view = picture(catalogue, BRASS, shadow=0.35)
    line = Frame(np.zeros((64, 64), np.uint8), 0.02)
    alone, with_line = (read_key(ScanFrames(silhouette=view, line_left=each)) for each in (None, line))
    assert alone.blade_height_mm != with_line.blade_height_mm
