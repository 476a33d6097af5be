"""Heads of keys as a front-lit camera sees them, drawn with Pillow and numpy: whole keys, with their silhouettes.

Responsible for: bows of several shapes with holes, four metals, and words engraved, embossed or printed in many
typefaces, straight or round the rim, at any turn. Shares nothing with the reader or with the simulator's optics. Not
responsible for: what is read (`bench_marks`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from hardware.scan import Frame

Floats = NDArray[np.float32]

PITCH_MM = 0.06
WIDTH_MM, HEIGHT_MM = 66.0, 42.0
MIDDLE_MM = (19.0, 21.0)
LEAST_CAP_MM = 0.8

_FONTS = Path("/usr/share/fonts")
TYPEFACES: dict[str, str] = {
    "DejaVu Sans Bold": "truetype/dejavu/DejaVuSans-Bold.ttf",
    "DejaVu Serif": "truetype/dejavu/DejaVuSerif.ttf",
    "Liberation Sans": "truetype/liberation/LiberationSans-Regular.ttf",
    "Liberation Sans Narrow": "truetype/liberation/LiberationSansNarrow-Bold.ttf",
    "Liberation Mono": "truetype/liberation/LiberationMono-Bold.ttf",
    "Free Sans": "truetype/freefont/FreeSansBold.ttf",
    "Free Serif": "truetype/freefont/FreeSerifBold.ttf",
    "Open Sans": "truetype/open-sans/OpenSans-Regular.ttf",
    "Hack": "truetype/hack/Hack-Bold.ttf",
    "Lato Black": "truetype/lato/Lato-Black.ttf",
    "Inconsolata": "truetype/inconsolata/Inconsolata.otf",
    "URW Gothic": "opentype/urw-base35/URWGothic-Demi.otf",
    "Nimbus Roman": "opentype/urw-base35/NimbusRoman-Regular.otf",
    "single stroke": "",
}
"""All but the last come with Debian's font packages (`.ci/prepare bench`); the last is `_STROKES`."""

# A single-stroke engraver's alphabet on a grid 4 wide and 6 high; strokes are separated by spaces, y runs down.
_STROKES: dict[str, str] = {
    "A": "06 20 46,13 33", "B": "00 06 36 45 44 33 03,33 42 41 30 00", "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00", "E": "40 00 06 46,03 33", "F": "40 00 06,03 33", "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06,40 46,03 43", "I": "20 26", "J": "40 45 36 16 05", "K": "00 06,40 03 46", "L": "00 06 46",
    "M": "06 00 23 40 46", "N": "06 00 46 40", "O": "10 30 41 45 36 16 05 01 10", "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10,24 46", "R": "06 00 30 41 42 33 03,23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05", "T": "00 40,20 26", "U": "00 05 16 36 45 40", "V": "00 26 40",
    "W": "00 16 23 36 40", "X": "00 46,40 06", "Y": "00 23 40,23 26", "Z": "00 40 06 46",
    "0": "10 30 41 45 36 16 05 01 10", "1": "11 20 26", "2": "01 10 30 41 42 06 46", "3": "00 40 23 44 45 36 16 05",
    "4": "36 30 04 44", "5": "40 00 02 32 43 45 36 06", "6": "40 10 02 05 16 36 45 44 33 03",
    "7": "00 40 16", "8": "10 30 41 42 33 13 04 05 16 36 45 44 33,13 02 01 10", "9": "43 13 02 01 10 30 41 44 26",
    ".": "25 26", "-": "13 33", "'": "20 21", "/": "06 40",
}  # fmt: skip


class Process(StrEnum):
    """How the words came onto the metal."""

    ENGRAVED = "engraved"
    EMBOSSED = "embossed"
    PRINTED = "printed"


class Metal(StrEnum):
    """What the head is made of."""

    BRASS = "brass"
    BRUSHED_BRASS = "brushed brass"
    NICKEL = "nickel"
    TARNISHED = "tarnished"


_COLOURS = {
    Metal.BRASS: (198, 168, 100),
    Metal.BRUSHED_BRASS: (190, 160, 92),
    Metal.NICKEL: (184, 186, 190),
    Metal.TARNISHED: (92, 80, 62),
}
BOWS = ("round", "oval", "square", "clover", "keystone", "triangle")


@dataclass(frozen=True)
class Writing:
    """Words on a head. `contrast` 1 is as they come from the press; 0.5 is rubbed to half."""

    lines: tuple[str, ...]
    cap_mm: float
    typeface: str
    process: Process
    turn_deg: float
    contrast: float = 1.0
    round_rim: bool = False
    at_mm: tuple[float, float] = (1.5, 0.0)
    overrun: bool = False
    """Whether the words may touch the hole or run off the rim."""


@dataclass(frozen=True)
class Head:
    """One drawn key: the front-lit picture and the backlit one, in register, and how large its capitals came out."""

    view: Frame
    silhouette: Frame
    cap_mm: float


def struck_head(
    writing: Writing | None, metal: Metal, bow: str, seed: int, *, logo: bool = False, key_turn_deg: float = 0.0
) -> Head:
    """One head. The same for the same seed."""
    rng = np.random.default_rng([9311, seed])
    body = _body(bow, rng)
    cap_mm = 0.0
    words = np.zeros_like(body)
    if writing is not None:
        words, cap_mm = _placed(writing, body)
    if logo and not ((device := _logo(rng)) * _dilated(words)).any():
        # No maker strikes a device through its own letters.
        words = np.maximum(words, device)
    contrast = writing.contrast if writing else 1.0
    process = writing.process if writing else Process.ENGRAVED
    colour = _lit(words * body, body, metal, process, contrast, rng)
    pixels = np.clip(colour, 0, 255).astype(np.uint8)
    turned = Image.fromarray(pixels).rotate(key_turn_deg, Image.Resampling.BICUBIC, fillcolor=(40, 40, 42))
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 0.9)))), dtype=np.float32)
    noisy = blurred + rng.normal(0, rng.uniform(1.0, 2.5), blurred.shape)
    shadow = Image.fromarray((235 - 220 * body).astype(np.uint8)).rotate(
        key_turn_deg, Image.Resampling.BICUBIC, fillcolor=235
    )
    backlit = np.asarray(shadow.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32)
    backlit = backlit + rng.normal(0, 1.5, backlit.shape)
    return Head(
        Frame(np.clip(noisy, 0, 255).astype(np.uint8), PITCH_MM),
        Frame(np.clip(backlit, 0, 255).astype(np.uint8), PITCH_MM),
        cap_mm,
    )


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Twice as fine as the picture, for soft edges."""
    image = Image.new("L", (round(WIDTH_MM / PITCH_MM) * 2, round(HEIGHT_MM / PITCH_MM) * 2))
    return image, ImageDraw.Draw(image)


def _shrunk(image: Image.Image) -> Floats:
    size = (image.width // 2, image.height // 2)
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float32) / 255


def _body(bow: str, rng: np.random.Generator) -> Floats:
    image, draw = _sheet()
    per_mm = 2 / PITCH_MM
    x, y = MIDDLE_MM
    reach = float(rng.uniform(11.0, 13.0))

    def disc(cx: float, cy: float, rx: float, ry: float, fill: int = 255) -> None:
        draw.ellipse([(cx - rx) * per_mm, (cy - ry) * per_mm, (cx + rx) * per_mm, (cy + ry) * per_mm], fill=fill)

    def shape(*corners: tuple[float, float]) -> None:
        draw.polygon([((x + cx * reach) * per_mm, (y + cy * reach) * per_mm) for cx, cy in corners], fill=255)

    if bow == "round":
        disc(x, y, reach, reach)
    elif bow == "oval":
        disc(x, y, reach, reach * 0.84)
    elif bow == "square":
        box = [(x - reach) * per_mm, (y - reach) * per_mm, (x + reach) * per_mm, (y + reach) * per_mm]
        draw.rounded_rectangle(box, reach * per_mm / 4, fill=255)
    elif bow == "clover":
        disc(x, y, reach * 0.72, reach * 0.72)
        for cx, cy in ((-0.36, 0), (0, -0.38), (0, 0.38)):
            disc(x + cx * reach, y + cy * reach, reach * 0.66, reach * 0.66)
    elif bow == "keystone":
        shape((-0.9, -0.55), (-0.45, -0.98), (0.35, -0.98), (0.95, -0.6), (0.95, 0.6), (0.35, 0.98), (-0.45, 0.98),
              (-0.9, 0.55))  # fmt: skip
    else:
        shape((-0.98, -0.95), (0.98, -0.5), (0.98, 0.5), (-0.98, 0.95))
    # The blade, its shoulder, five cuts and its tip.
    draw.rectangle([x * per_mm, (y - 4.6) * per_mm, (x + 15.5) * per_mm, (y + 4.6) * per_mm], fill=255)
    top = [(x + 14.0, y - 4.2)]
    for cut in range(5):
        at, deep = x + 19.0 + 4.0 * cut, float(rng.uniform(0.6, 3.2))
        top += [(at - 1.4, y - 3.6), (at - 0.4, y - 4.2 + deep), (at + 0.4, y - 4.2 + deep), (at + 1.4, y - 3.6)]
    outline = [*top, (x + 41.5, y - 1.0), (x + 43.5, y + 1.4), (x + 41.5, y + 4.2), (x + 14.0, y + 4.2)]
    draw.polygon([(px * per_mm, py * per_mm) for px, py in outline], fill=255)
    # Metal is left between hole and rim, or the key would fall off its ring.
    hole = min(float(rng.uniform(1.8, 3.0)), ((0.9 if bow == "keystone" else 0.98) - 0.66) * reach - 0.8)
    disc(x - 0.66 * reach, y, hole, hole, fill=0)
    return _shrunk(image)


def _placed(writing: Writing, body: Floats) -> tuple[Floats, float]:
    """The words, as large as asked for or as the bow has room for; straight where a ring would run off the metal."""
    cap_mm = writing.cap_mm
    room = (_extreme((body * 255).astype(np.uint8), 4, np.minimum) > 127).astype(np.float32)
    while True:
        words = _ring(writing, cap_mm) if writing.round_rim else _rows(writing, cap_mm)
        outside = float((words * (1 - room)).sum()) / max(float(words.sum()), 1e-6)
        if outside < (0.06 if writing.overrun else 0.002):
            return words, cap_mm
        if cap_mm <= LEAST_CAP_MM and writing.round_rim:
            # Letters that lie in the hole stand on no head: nobody could read them.
            writing, cap_mm = replace(writing, round_rim=False), writing.cap_mm
        elif cap_mm <= LEAST_CAP_MM:
            return words, cap_mm
        else:
            cap_mm = max(cap_mm * 0.92, LEAST_CAP_MM)


def _text(line: str, typeface: str, cap_px: float) -> Image.Image:
    """One line on a tight sheet, capitals `cap_px` high with a margin of half that all round."""
    margin = round(cap_px / 2)
    if not TYPEFACES[typeface]:
        step = cap_px / 6
        image = Image.new("L", (round((len(line) * 5.6 + 1) * step) + 2 * margin, round(cap_px) + 2 * margin))
        draw = ImageDraw.Draw(image)
        for number, letter in enumerate(line):
            for stroke in _STROKES.get(letter, "").split(","):
                points = [
                    (margin + (number * 5.6 + int(each[0])) * step, margin + int(each[1]) * step)
                    for each in stroke.split()
                ]
                if len(points) > 1:
                    draw.line(points, fill=255, width=max(1, round(cap_px / 8)), joint="curve")
        return image
    path = str(_FONTS / TYPEFACES[typeface])
    tall = ImageFont.truetype(path, 200).getbbox("H")
    face = ImageFont.truetype(path, max(4, round(cap_px * 200 / (tall[3] - tall[1]))))
    left, top, right, bottom = face.getbbox(line)
    image = Image.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin))
    ImageDraw.Draw(image).text((margin - left, margin - top), line, fill=255, font=face)
    return image


def _rows(writing: Writing, cap_mm: float) -> Floats:
    image, _ = _sheet()
    per_mm = 2 / PITCH_MM
    x, y = (MIDDLE_MM[0] + writing.at_mm[0]) * per_mm, (MIDDLE_MM[1] + writing.at_mm[1]) * per_mm
    for number, line in enumerate(writing.lines):
        text = _text(line, writing.typeface, cap_mm * per_mm)
        low = y + (number - (len(writing.lines) - 1) / 2) * cap_mm * 1.6 * per_mm
        image.paste(text, (round(x - text.width / 2), round(low - text.height / 2)), text)
    # Pillow turns about a centre pixel by pixel, by no angle too.
    turned = image.rotate(writing.turn_deg, Image.Resampling.BICUBIC, center=(x, y)) if writing.turn_deg else image
    return _shrunk(turned)


def _ring(writing: Writing, cap_mm: float) -> Floats:
    """Letter by letter along a circle: the first line over the top, the second along the bottom."""
    image, _ = _sheet()
    per_mm = 2 / PITCH_MM
    x, y = MIDDLE_MM[0] * per_mm, MIDDLE_MM[1] * per_mm
    radius = (9.4 - cap_mm / 2) * per_mm
    for number, line in enumerate(writing.lines[:2]):
        widths = [_text(letter, writing.typeface, cap_mm * per_mm).width - cap_mm * per_mm for letter in line]
        widths = [max(width, 0.25 * cap_mm * per_mm) + 0.22 * cap_mm * per_mm for width in widths]
        along = -sum(widths) / 2
        for letter, width in zip(line, widths, strict=True):
            angle = (along + width / 2) / radius
            along += width
            if letter == " ":
                continue
            turn = np.degrees(angle) + writing.turn_deg
            glyph = _text(letter, writing.typeface, cap_mm * per_mm)
            if number == 0:
                at = (x + radius * np.sin(np.radians(turn)), y - radius * np.cos(np.radians(turn)))
                glyph = glyph.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
            else:
                turn = -np.degrees(angle) + writing.turn_deg
                at = (x + radius * np.sin(np.radians(180 + turn)), y - radius * np.cos(np.radians(180 + turn)))
                glyph = glyph.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
            image.paste(255, (round(at[0] - glyph.width / 2), round(at[1] - glyph.height / 2)), glyph)
    return _shrunk(image)


def _logo(rng: np.random.Generator) -> Floats:
    """A maker's device: rings, a shield, a bar or a star."""
    image, draw = _sheet()
    per_mm = 2 / PITCH_MM
    x, y, size = (MIDDLE_MM[0] + 3) * per_mm, MIDDLE_MM[1] * per_mm, float(rng.uniform(2.0, 4.5)) * per_mm
    wide = max(2, round(0.35 * per_mm))
    which = int(rng.integers(4))
    if which == 0:
        draw.ellipse([x - size, y - size, x + size, y + size], outline=255, width=wide)
        draw.ellipse([x - size / 2, y - size / 2, x + size / 2, y + size / 2], outline=255, width=wide)
    elif which == 1:
        draw.polygon([(x - size, y - size), (x + size, y - size), (x + size, y), (x, y + size), (x - size, y)],
                     outline=255, width=wide)  # fmt: skip
    elif which == 2:
        draw.rounded_rectangle([x - size, y - size / 3, x + size, y + size / 3], size / 3, outline=255, width=wide)
    else:
        turns = [(k * np.pi / 5, size if k % 2 == 0 else size * 0.45) for k in range(10)]
        draw.polygon([(x + r * np.sin(a), y - r * np.cos(a)) for a, r in turns], fill=255)
    return _shrunk(image)


def _extreme(values: NDArray[np.uint8], reach_px: int, of: np.ufunc) -> NDArray[np.uint8]:
    """The least or the most of a square round each pixel: row by row, then column by column."""
    for axis in (0, 1):
        wide = np.pad(values, [(reach_px, reach_px) if axis == each else (0, 0) for each in (0, 1)], mode="edge")
        values = reduce(of, (_slid(wide, k, values.shape[axis], axis) for k in range(2 * reach_px + 1)))
    return values


def _slid(wide: Any, first: int, length: int, axis: int) -> Any:
    """A window of that length into one axis; nothing is copied."""
    return wide[first : first + length] if axis == 0 else wide[:, first : first + length]


def _dilated(words: Floats) -> Floats:
    return _extreme((words * 255).astype(np.uint8), 7, np.maximum) / np.float32(255)


def _smooth(values: Floats, sigma_px: float) -> Floats:
    """A Gaussian blur by shifted sums; Pillow blurs whole numbers only."""
    reach = max(1, round(3 * sigma_px))
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / sigma_px) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        wide = np.pad(values, [(reach, reach) if axis == each else (0, 0) for each in (0, 1)], mode="edge")
        length = values.shape[axis]
        values = np.asarray(sum(w * _slid(wide, k, length, axis) for k, w in enumerate(weights)), dtype=np.float32)
    return values


def _grain(shape: tuple[int, int], along_px: int, angle_deg: float, rng: np.random.Generator) -> Floats:
    """Noise drawn out along one direction, of unit strength."""
    side = int(np.hypot(*shape)) + 8
    rough = rng.standard_normal((side, side + along_px)).astype(np.float32)
    sums = np.cumsum(rough, axis=1)
    drawn = (sums[:, along_px:] - sums[:, :-along_px]) / np.sqrt(along_px)
    turned = np.asarray(Image.fromarray(drawn).rotate(angle_deg, Image.Resampling.BILINEAR), dtype=np.float32)
    top, left = (side - shape[0]) // 2, (side - shape[1]) // 2
    cut = turned[top : top + shape[0], left : left + shape[1]]
    return np.asarray(cut / max(float(cut.std()), 1e-6), dtype=np.float32)


def _lit(
    words: Floats, body: Floats, metal: Metal, process: Process, contrast: float, rng: np.random.Generator
) -> Floats:
    """The picture in colour: slopes towards the lamp shine, printed ink is dark or light, grime stays in the deep."""
    shape = (words.shape[0], words.shape[1])
    angle = float(rng.uniform(0, 180))
    brushed = metal is Metal.BRUSHED_BRASS
    grain = _grain(shape, 60 if brushed else int(rng.integers(2, 12)), angle, rng)
    shade = 1.0 + grain * float(rng.uniform(0.06, 0.10) if brushed else rng.uniform(0.015, 0.04))
    ys, xs = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    lamp = float(rng.uniform(0, 2 * np.pi))
    far = (xs / shape[1] - 0.5) * np.cos(lamp) + (ys / shape[0] - 0.5) * np.sin(lamp)
    shade = shade * (1.0 + 0.25 * far)
    if metal is Metal.TARNISHED:
        clouds = Image.fromarray(rng.standard_normal((8, 12)).astype(np.float32))
        shade = shade * np.clip(
            1 + 0.22 * np.asarray(clouds.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)), 0.5, 1.6
        )
    hue = np.zeros(shape, np.float32)
    soft = _smooth(words, 0.6)
    if process is Process.PRINTED:
        dark = bool(rng.random() < 0.7) if metal is not Metal.TARNISHED else False
        ink = 0.55 if dark else -0.6
        shade = shade * (1 - ink * contrast * soft)
    else:
        gy, gx = np.gradient(soft)
        slope = (gx * np.cos(lamp) + gy * np.sin(lamp)) * (1 if process is Process.ENGRAVED else -1)
        strength = 0.5 if brushed else 0.9
        shade = shade + strength * contrast * slope
        grime = (0.10 if brushed else 0.22) * (1 if process is Process.ENGRAVED else -0.5)
        shade = shade * (1 - grime * contrast * soft)
        if brushed:
            # The press flattens the brushing: letters shine in another direction and keep a darker, redder skin.
            other = _grain(shape, 12, angle + 90, rng)
            shade = shade + contrast * soft * (other * 0.05 - grain * 0.07)
            hue = 0.10 * contrast * soft
    for _ in range(int(rng.integers(0, 7))):
        line = Image.new("L", (shape[1], shape[0]))
        a, b = rng.uniform(0, 1, 2) * (shape[1], shape[0]), rng.normal(0, 160, 2)
        ImageDraw.Draw(line).line([*a, *(a + b)], fill=255, width=1)
        shade = shade + np.asarray(line, dtype=np.float32) / 255 * float(rng.uniform(-0.18, 0.2))
    edge = _smooth(body, 3.0)
    shade = shade * (1 - 0.35 * np.clip(1 - edge, 0, 0.5))
    tint = np.stack([1 + 0.3 * hue, 1 - 0.2 * hue, 1 - 1.0 * hue], axis=-1)
    colour = np.array(_COLOURS[metal], np.float32) * float(rng.uniform(0.8, 1.1))
    lit = np.clip(shade, 0.05, 1.8)[:, :, None] * tint * colour
    tray = np.array((40, 40, 42), np.float32)
    return np.asarray(lit * body[:, :, None] + tray * (1 - body[:, :, None]), dtype=np.float32)


def a_writing(lines: tuple[str, ...], rng: np.random.Generator, contrast: float = 1.0) -> Writing:
    """Words in one of all the ways they come."""
    ring = len(lines) <= 2 and max(map(len, lines)) <= 18 and bool(rng.random() < 0.25)
    names = tuple(TYPEFACES)
    return Writing(
        lines,
        cap_mm=float(rng.uniform(LEAST_CAP_MM, 1.8 if ring else 3.0)),
        typeface=names[int(rng.integers(len(names)))],
        process=tuple(Process)[int(rng.integers(3))],
        turn_deg=45.0 * int(rng.integers(8)) + float(rng.normal(0, 3)),
        contrast=contrast,
        round_rim=ring,
        at_mm=(float(rng.uniform(0.5, 3.0)), float(rng.uniform(-1.0, 1.0))),
        overrun=bool(rng.random() < 0.15),
    )
