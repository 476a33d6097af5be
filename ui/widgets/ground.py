"""The lit ground of a field, drawn as cheaply as a large surface can be.

Responsible for: the light upon it. Not responsible for: where it lies (`ui.page_frame`) or what stands on it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import Image

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.theme import Field, Rgba
from ui.widgets.look import look

from kivy.graphics import Callback, Color, Rectangle  # isort: skip
from kivy.graphics.opengl import GL_BLEND, glDisable, glEnable
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget

COARSE_PX = 64
"""Side of the light as it is computed."""
KEPT = 4
"""One a tone, and one more."""


@lru_cache(maxsize=KEPT)
def light(bright: Rgba, dark: Rgba, width: int, height: int) -> Any:
    """Light from above: bright in the middle of the upper part, dark towards the corners.

    As large as it is shown, so that it is copied pixel by pixel: stretching it while drawing costs as much again.
    """
    coarse = Image.radial_gradient("L").resize((COARSE_PX * 2, COARSE_PX * 2))
    away = coarse.crop((20, 50, 20 + COARSE_PX, 50 + COARSE_PX)).point([min(255, round(v * 1.15)) for v in range(256)])
    lit, shade = (Image.new("RGBA", away.size, _bytes(colour)) for colour in (bright, dark))
    image = Image.composite(shade, lit, away).resize((width, height), Image.Resampling.BILINEAR)
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


def _bytes(colour: Rgba) -> tuple[int, ...]:
    return tuple(round(255 * channel) for channel in colour)


class Ground(Widget):
    """Reaches from its page's lower edge of the field up to the banner."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        self._key: Any = None
        with self.canvas:
            # Nothing shines through it: pixels are put, not mixed.
            Callback(lambda _: glDisable(GL_BLEND) or True)
            Color(1, 1, 1, 1)
            self._lit = Rectangle(size=(0, 0))
            Callback(lambda _: glEnable(GL_BLEND) or True)

    def lay(self, colours: Field, left: float, bottom: float, right: float, top: float, highest: float) -> None:
        """Lie there; `highest` is how high a field can be: a lower one shows the upper part of the same light."""
        left, bottom, right, top = (round(side) for side in (left, bottom, right, top))
        width, height = right - left, top - bottom
        key = (colours, left, bottom, width, height)
        if key == self._key:
            return
        self._key = key
        self.pos, self.size = (left, bottom), (width, height)
        if colours.bright == colours.dark == look.theme.palette.paper:
            # The glass is cleared to that colour already.
            self._lit.size = (0, 0)
            return
        whole = max(height, round(highest))
        texture = light(colours.bright, colours.dark, width, whole)
        self._lit.texture = texture.get_region(0, whole - height, width, height)
        self._lit.pos, self._lit.size = self.pos, self.size

    def clear(self) -> None:
        """No field is shown."""
        self._key = None
        self.size = self._lit.size = (0, 0)
