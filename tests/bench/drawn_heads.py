"""Heads drawn as a landscape of metal under a lamp, by code that shares nothing with the simulator or the reader.

Responsible for: bows with words struck, raised, worn, tiny, turned, bent round an arc; tarnish, glare, scratches,
pits, rims and ornaments. Not responsible for: what is read from them (`bench_heads`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hardware.scan import Frame

Floats = NDArray[np.float32]

TYPEFACES = ("STIXGeneralBol", "cmss10", "STIXGeneral", "cmb10", "DejaVuSans-Oblique", "DejaVuSerif", "hershey")
"""None of these is among the simulator's."""
LEAST_CAP_MM = 1.0
SHAPES = ("round", "square", "oval", "clover", "triangle")


@dataclass(frozen=True)
class Mark:
    """Words on a head. `worn` runs from 0 (struck today) to 1 (rubbed away)."""

    lines: tuple[str, ...]
    cap_mm: float = 1.8
    typeface: str = "STIXGeneralBol"
    turn_deg: float = 0.0
    raised: bool = False
    worn: float = 0.0
    arc: bool = False
    at_mm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Metal:
    """What the surface and the picture are like; 0 is perfect but for `bright` (grey level of the metal)."""

    bright: int = 150
    ground: int = 35
    brushed: float = 0.4
    brushed_deg: float = 20.0
    pits: float = 0.0
    tarnish: float = 0.0
    glare: float = 0.0
    scratches: int = 2
    rim: bool = False
    ornament: bool = False
    lamp_deg: float = 130.0
    blur_px: float = 0.9
    noise: float = 2.0


def drawn_head(
    mark: Mark | None, metal: Metal, seed: int, *, shape: str = "round", mm_per_px: float = 0.06, turn_deg: float = 0.0
) -> Frame:
    """One head view, blade to the right before it is turned by `turn_deg`."""
    rng = np.random.default_rng([4027, seed])
    width, height = round(62 / mm_per_px), round(46 / mm_per_px)
    body, middle, radius = _body(shape, width, height, mm_per_px, rng)
    land = np.zeros((height, width), np.float32)
    if mark is not None:
        words = _fitting(mark, body, middle, radius, mm_per_px)
        land += _worn(words, mark, mm_per_px, rng) * (0.10 if mark.raised else -0.12)
    inside = np.asarray(cv2.distanceTransform(body, cv2.DIST_L2, 5), dtype=np.float32) * mm_per_px
    if metal.rim:
        land += 0.1 * np.clip((1.6 - inside) / 0.2, 0, 1)
    if metal.ornament:
        for size in (0.72, 0.62):
            ring = np.zeros_like(body)
            cv2.ellipse(ring, middle, (int(radius * size),) * 2, 0, 0, 360, 1, max(1, round(0.4 / mm_per_px)))
            land += 0.08 * cv2.GaussianBlur(ring.astype(np.float32), (0, 0), 1.5)
    land -= 0.25 * np.exp(-((inside / 0.35) ** 2))
    picture = _lit(land, body, metal, mm_per_px, rng)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    picture = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    picture = cv2.GaussianBlur(picture, (0, 0), max(metal.blur_px, 0.1))
    picture = picture + rng.normal(0, metal.noise, picture.shape)
    grey = np.clip(picture, 0, 255).astype(np.uint8)
    return Frame(np.repeat(grey[:, :, None], 3, axis=2), mm_per_px)


def _body(
    shape: str, width: int, height: int, mm_per_px: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], tuple[int, int], float]:
    """The bow with its hole and a piece of blade, its middle, and half its width in pixels."""
    body = np.zeros((height, width), np.uint8)
    radius = float(rng.uniform(11.5, 13.5)) / mm_per_px
    middle = (round(18 / mm_per_px), height // 2)
    x, y = middle
    reach = int(radius)
    if shape == "square":
        corner = reach // 4
        cv2.rectangle(body, (x - reach + corner, y - reach), (x + reach - corner, y + reach), 1, -1)
        cv2.rectangle(body, (x - reach, y - reach + corner), (x + reach, y + reach - corner), 1, -1)
        for cx in (x - reach + corner, x + reach - corner):
            for cy in (y - reach + corner, y + reach - corner):
                cv2.circle(body, (cx, cy), corner, 1, -1)
    elif shape == "oval":
        cv2.ellipse(body, middle, (reach, int(reach * 0.82)), 0, 0, 360, 1, -1)
    elif shape == "clover":
        for turn in (90, 180, 270):
            off = np.radians(turn)
            at = (int(x + 0.38 * radius * np.cos(off)), int(y - 0.38 * radius * np.sin(off)))
            cv2.circle(body, at, int(radius * 0.66), 1, -1)
        cv2.circle(body, middle, int(radius * 0.7), 1, -1)
    elif shape == "triangle":
        corners = np.array([(x - reach, y - reach), (x - reach, y + reach), (x + reach, y + reach // 3),
                            (x + reach, y - reach // 3)])  # fmt: skip
        cv2.fillPoly(body, [corners], 1)
    else:
        cv2.circle(body, middle, reach, 1, -1)
    half = round(4.0 / mm_per_px)
    cv2.rectangle(body, (x, y - half), (round(46 / mm_per_px), y + half), 1, -1)
    hole = round(float(rng.uniform(1.8, 3.2)) / mm_per_px)
    cv2.circle(body, (x - int(0.68 * radius), y), hole, 0, -1)
    return body, middle, radius


def _fitting(mark: Mark, body: NDArray[np.uint8], middle: tuple[int, int], radius: float, mm_per_px: float) -> Floats:
    """The words, smaller where the bow has no room for them as large as they were asked for."""
    height, width = body.shape
    room = cv2.erode(body, np.ones((3, 3), np.uint8), iterations=max(1, round(0.4 / mm_per_px)))
    while True:
        words = (_arc(mark, width, height, middle, radius, mm_per_px) if mark.arc
                 else _lines(mark, width, height, middle, mm_per_px))  # fmt: skip
        if mark.cap_mm < LEAST_CAP_MM or float((words * (1 - room)).sum()) < 0.01 * float(words.sum()):
            return words
        mark = replace(mark, cap_mm=mark.cap_mm * 0.93)


def _letters(text: str, mark: Mark, mm_per_px: float) -> Floats:
    """One line, capitals `cap_mm` high, drawn four times too large and shrunk."""
    cap_px = mark.cap_mm / mm_per_px * 4
    if mark.typeface == "hershey":
        scale = cap_px / 21.0
        thick = max(1, round(cap_px / 7))
        (w, h), low = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        image = np.zeros((h + low + 2 * thick, w + 2 * thick), np.uint8)
        cv2.putText(image, text, (thick, h + thick), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
    else:
        file = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{mark.typeface}.ttf"
        face = ImageFont.truetype(str(file), round(cap_px / 0.7))
        left, top, right, bottom = face.getbbox(text)
        sheet = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
        ImageDraw.Draw(sheet).text((4 - left, 4 - top), text, fill=255, font=face)
        image = np.asarray(sheet)
    size = (max(1, image.shape[1] // 4), max(1, image.shape[0] // 4))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.float32) / 255


def _lines(mark: Mark, width: int, height: int, middle: tuple[int, int], mm_per_px: float) -> Floats:
    sheet = np.zeros((height, width), np.float32)
    pitch = mark.cap_mm * 1.5 / mm_per_px
    x, y = middle[0] + mark.at_mm[0] / mm_per_px, middle[1] + mark.at_mm[1] / mm_per_px
    for number, line in enumerate(mark.lines):
        letters = _letters(line, mark, mm_per_px)
        low = y + (number - (len(mark.lines) - 1) / 2) * pitch - letters.shape[0] / 2
        _put(sheet, letters, round(x - letters.shape[1] / 2), round(low))
    turn = cv2.getRotationMatrix2D((x, y), mark.turn_deg, 1.0)
    return np.asarray(cv2.warpAffine(sheet, turn, (width, height)), dtype=np.float32)


def _put(sheet: Floats, patch: Floats, left: int, top: int) -> None:
    x0, y0 = max(left, 0), max(top, 0)
    part = sheet[y0 : top + patch.shape[0], x0 : left + patch.shape[1]]
    if part.size:
        part += patch[y0 - top :, x0 - left :][: part.shape[0], : part.shape[1]]


def _arc(mark: Mark, width: int, height: int, middle: tuple[int, int], radius: float, mm_per_px: float) -> Floats:
    """The lines' words along a circle inside the rim: first line over the top, second along the bottom."""
    sheet = np.zeros((height, width), np.float32)
    along = radius * 0.80 - mark.cap_mm / mm_per_px / 2
    for number, line in enumerate(mark.lines[:2]):
        letters = _letters(line, mark, mm_per_px)
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        dx, dy = xs - middle[0], ys - middle[1]
        away = np.hypot(dx, dy)
        turn = np.radians(mark.turn_deg)
        if number == 0:
            angle = np.arctan2(dx, -dy) - turn
            angle = (angle + np.pi) % (2 * np.pi) - np.pi
            u, v = angle * along + letters.shape[1] / 2, along - away + letters.shape[0] / 2
        else:
            angle = np.arctan2(dx, dy) + turn
            angle = (angle + np.pi) % (2 * np.pi) - np.pi
            u, v = angle * along + letters.shape[1] / 2, away - along + letters.shape[0] / 2
        sheet += cv2.remap(letters, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
    return sheet


def _worn(words: Floats, mark: Mark, mm_per_px: float, rng: np.random.Generator) -> Floats:
    """What years leave: edges go round, the whole gets shallower, more so in patches."""
    soft = cv2.GaussianBlur(words, (0, 0), 0.6 + mark.worn * 0.12 / mm_per_px)
    coarse = rng.random((7, 9)).astype(np.float32)
    patches = cv2.resize(coarse, (words.shape[1], words.shape[0]), interpolation=cv2.INTER_CUBIC)
    left = np.clip(1.0 - mark.worn * (0.55 + 0.9 * (patches - 0.5)), 0.0, 1.0)
    return np.asarray(soft * left, dtype=np.float32)


def _lit(land: Floats, body: NDArray[np.uint8], metal: Metal, mm_per_px: float, rng: np.random.Generator) -> Floats:
    """Grey levels: slopes towards the lamp shine, slopes away are dark."""
    height, width = land.shape
    rough = rng.standard_normal((height, width)).astype(np.float32)
    streaks = cv2.GaussianBlur(rough, (0, 0), 9.0, sigmaY=0.7)
    centre = (width / 2, height / 2)
    streaks = cv2.warpAffine(
        streaks, cv2.getRotationMatrix2D(centre, metal.brushed_deg, 1.3), (width, height), borderMode=cv2.BORDER_REFLECT
    )
    streaks /= max(float(streaks.std()), 1e-6)
    for _ in range(int(rng.poisson(metal.pits * 120))):
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(land, at, max(1, round(float(rng.gamma(2, 0.06)) / mm_per_px)), -0.08, -1)
    for _ in range(metal.scratches):
        a = rng.uniform(0, 1, 2) * (width, height)
        b = a + rng.normal(0, 12 / mm_per_px, 2)
        cv2.line(land, tuple(a.astype(int).tolist()), tuple(b.astype(int).tolist()), -0.05, 1, cv2.LINE_AA)
    land = np.asarray(cv2.GaussianBlur(land, (0, 0), 0.8), dtype=np.float32)
    gy, gx = np.gradient(land / mm_per_px)
    lamp = np.radians(metal.lamp_deg)
    toward = np.cos(lamp) * gx - np.sin(lamp) * gy
    shade = 1.0 - 0.9 * np.tanh(0.9 * toward) + 0.06 * metal.brushed * streaks + 0.015 * rough
    shade = shade + 0.5 * land
    coarse = rng.standard_normal((9, 11)).astype(np.float32)
    clouds = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    shade = shade * np.clip(1.0 + 0.3 * metal.tarnish * clouds, 0.2, 1.8)
    ys, xs = np.mgrid[0:height, 0:width]
    spot = rng.uniform((12, 16), (28, 30))
    near = np.hypot(xs * mm_per_px - spot[0], ys * mm_per_px - spot[1])
    shade = shade + metal.glare * 0.9 * np.exp(-((near / 5.0) ** 2)).astype(np.float32)
    cover = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 0.6)
    return np.asarray(shade * metal.bright * cover + metal.ground * (1 - cover), dtype=np.float32)


def drawn_metal(rng: np.random.Generator) -> Metal:
    """A surface and a lamp as they come."""
    light_ground = bool(rng.random() < 0.15)
    return Metal(
        bright=int(rng.integers(60, 115)) if light_ground else int(rng.integers(75, 190)),
        ground=int(rng.integers(200, 235)) if light_ground else int(rng.integers(15, 48)),
        brushed=float(rng.uniform(0, 1)),
        brushed_deg=float(rng.uniform(0, 180)),
        pits=float(rng.choice([0.0, 0.0, rng.uniform(0, 1)])),
        tarnish=float(rng.choice([0.0, rng.uniform(0, 0.5), rng.uniform(0.4, 1)])),
        glare=float(rng.choice([0.0, 0.0, rng.uniform(0.2, 1)])),
        scratches=int(rng.integers(0, 9)),
        rim=bool(rng.random() < 0.2),
        ornament=bool(rng.random() < 0.1),
        lamp_deg=float(rng.uniform(0, 360)),
        blur_px=float(rng.uniform(0.6, 1.5)),
        noise=float(rng.uniform(1, 4)),
    )
