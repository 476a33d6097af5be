"""Painted drawings as textures, made once for each size and theme and kept.

Responsible for: keeping them. Not responsible for: painting (`ui.artwork.raster`) or where
they stand (`ui.widgets.picture`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import Image

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.artwork import drawing
from ui.artwork.raster import paint

from kivy.graphics.texture import Texture  # isort: skip

KEPT = 72
"""All pictures of a visit, in both colours; some are smaller where a language needs more lines."""


@lru_cache(maxsize=KEPT)
def sprite(name: str, width_px: int, *, flat: bool) -> Any:
    """The texture of a drawing."""
    return _texture(paint(drawing(name), width_px, flat=flat))


def _texture(image: Image.Image) -> Any:
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    texture.wrap = "clamp_to_edge"
    return texture
