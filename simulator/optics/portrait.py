"""Small pictures of keys for people: the sample keys on a technician's screen.

Responsible for: a portrait of one key, upright and well lit, and a sheet of all sample keys. Not responsible for:
what the kiosk's cameras see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from config.machine import CameraView
from hardware.scan import Pixels
from simulator.keys.key import PhysicalKey
from simulator.optics import head
from simulator.optics.placed import Body
from simulator.optics.pose import Pose, projection
from simulator.optics.settings import PERFECT

_FIELD_MM = 66.0
_LENS = replace(PERFECT, blur_px=0.6)


def render_portrait(key: PhysicalKey, width_px: int = 320, height_px: int = 240) -> Pixels:
    """A key seen from the front, bow left and cuts up, (height, width, 3)."""
    view = CameraView(device="portrait", width_px=width_px, height_px=height_px, mm_per_px=_FIELD_MM / width_px)
    place = projection(key, Pose(), view, _LENS, (np.array([1.0, 0.0]), 0.0))
    return head.render(key, Pose(), Body(key, place, _LENS), view, _LENS, np.random.default_rng(0))[0]


def portrait_sheet(named: Sequence[tuple[str, PhysicalKey]], columns: int = 5) -> Pixels:
    """Portraits side by side, each with its name."""
    width, height, caption = 320, 240, 22
    rows = -(-len(named) // columns)
    sheet = Image.new("RGB", (columns * width, rows * (height + caption)), (250, 250, 248))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for number, (name, key) in enumerate(named):
        left, top = number % columns * width, number // columns * (height + caption)
        sheet.paste(Image.fromarray(render_portrait(key, width, height)), (left, top))
        pen.text((left + 8, top + height + 2), name, fill=(20, 20, 20), font=font)
    return np.asarray(sheet, dtype=np.uint8)
