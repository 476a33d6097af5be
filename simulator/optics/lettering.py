"""Words as a mask: what a punch or an engraver leaves on a head.

Responsible for: fonts and layout of short lines of text. Not responsible for: light on them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_SIZE = 64
"""Letter size the masks are drawn at, in pixels."""

FONTS = ("DejaVuSans-Bold", "DejaVuSans", "DejaVuSerif-Bold", "DejaVuSansMono-Bold", "default")
"""Faces to be had wherever the project is installed: those that come with matplotlib, and Pillow's own."""


@lru_cache(maxsize=8)
def _font(name: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    spec = find_spec("matplotlib")
    if name != "default" and spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf"
        if path.exists():
            return ImageFont.truetype(str(path), _SIZE)
    return ImageFont.load_default(_SIZE)


@lru_cache(maxsize=32)
def lettering(lines: tuple[str, ...], font: str) -> tuple[NDArray[np.float32], float]:
    """A mask of the lines, centred (1 where the punch went in), and the height of a capital in its pixels."""
    face = _font(font)
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    top, bottom = probe.textbbox((0, 0), "H", font=face)[1::2]
    cap = float(bottom - top)
    widths = [probe.textlength(line, font=face) for line in lines]
    pitch = cap * 1.55
    margin = cap * 0.8
    image = Image.new("L", (int(max(widths, default=1) + 2 * margin), int(pitch * (len(lines) - 1) + cap + 2 * margin)))
    pen = ImageDraw.Draw(image)
    for number, (line, width) in enumerate(zip(lines, widths, strict=True)):
        pen.text(((image.width - width) / 2, margin + number * pitch - top), line, fill=255, font=face)
    return np.asarray(image, dtype=np.float32) / 255.0, cap
