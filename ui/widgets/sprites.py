"""Painted drawings as textures, made once for each size and theme and kept.

Responsible for: keeping them, and the light of a field. Not responsible for: painting (`ui.artwork.raster`) or where
they stand (`ui.widgets.picture`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import Image

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.artwork import drawing
from ui.artwork.raster import paint
from ui.theme import Rgba

from kivy.graphics.texture import Texture  # isort: skip

KEPT = 36
FIELD_PX = 64
"""Side of the picture of a field's light, which is stretched over the field."""


@lru_cache(maxsize=KEPT)
def sprite(name: str, width_px: int, *, flat: bool) -> Any:
    """The texture of a drawing."""
    return _texture(paint(drawing(name), width_px, flat=flat))


@lru_cache(maxsize=8)
def field(bright: Rgba, dark: Rgba) -> Any:
    """Light from above upon a plain field: bright in the middle of its upper part, dark towards the corners."""
    grey = Image.radial_gradient("L").resize((FIELD_PX * 2, FIELD_PX * 2)).crop((20, 50, 20 + FIELD_PX, 50 + FIELD_PX))
    ends = [tuple(round(255 * channel) for channel in colour) for colour in (bright, dark)]
    light, shade = (Image.new("RGBA", grey.size, end) for end in ends)
    return _texture(Image.composite(shade, light, grey.point([min(255, round(v * 1.15)) for v in range(256)])))


def _texture(image: Image.Image) -> Any:
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    texture.wrap = "clamp_to_edge"
    return texture
