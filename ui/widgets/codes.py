"""Codes a scanner reads: bar codes for the register, QR for the shopper. Drawn module by module on whole pixels.

Responsible for: exact modules with a quiet zone, black on white in every theme. Not responsible for: what they say.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

MODULE_MM = 0.75
"""Least side of a dot of a QR code."""
QUIET_QR, QUIET_BAR = 4, 11
WHITE, BLACK = b"\xff\xff\xff\xff", b"\x00\x00\x00\xff"


class _Code(Widget):
    text = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("text", "pos", "size"):
            self.fbind(name, self._trigger)

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        if self.text and min(self.size) > 8:
            with self.canvas:
                self.paint()

    def paint(self) -> None:
        """Draw into the open canvas."""
        raise NotImplementedError


def _texture(rows: Iterable[Iterable[int]]) -> Texture:
    """A dot a module, the first row on top; however large it is drawn, its edges stay sharp."""
    dots = [[BLACK if dark else WHITE for dark in row] for row in rows]
    texture = Texture.create(size=(len(dots[0]), len(dots)))
    texture.mag_filter = texture.min_filter = "nearest"
    texture.blit_buffer(b"".join(b"".join(row) for row in reversed(dots)), colorfmt="rgba")
    return texture


# Working a code out takes longer than drawing it, and it is drawn whenever the layout moves.
@lru_cache(maxsize=2)
def _qr_code(text: str) -> Texture:
    # Only a sale needs it, and no first screen should wait for it; so below.
    import segno

    return _texture(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_QR))


@lru_cache(maxsize=2)
def _bar_code(symbology: str, text: str) -> Texture:
    from barcode import get_barcode_class

    digits = text.replace("(", "").replace(")", "") if symbology == "gs1-128" else text
    bars = get_barcode_class(symbology.replace("-", "_"))(digits).build()[0]
    return _texture([[0] * QUIET_BAR + [bar == "1" for bar in bars] + [0] * QUIET_BAR])


class QrCode(_Code):
    """A QR code as large as is wanted, modules of whole pixels; never so small that a telephone must be held close."""

    wanted = NumericProperty(0)
    """Its side in pixels, where its modules would not be too small so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        for name in ("text", "wanted"):
            self.fbind(name, self._fit)
        self._fit()

    def _fit(self, *_: Any) -> None:
        if not self.text:
            self.size = (0, 0)
            return
        least = _qr_code(self.text).width * max(1, round(MODULE_MM * look.theme.px_per_mm))
        side = max(self.wanted, least)
        self.size = (side, side)

    def paint(self) -> None:
        """Draw it as large as it fits."""
        code = _qr_code(self.text)
        side = code.width * max(1, int(min(self.size) // code.width))
        left, top = int(self.center_x - side / 2), int(self.center_y + side / 2)
        Color(1, 1, 1, 1)
        Rectangle(texture=code, pos=(left, top - side), size=(side, side))


class Barcode(_Code):
    """A bar code, centred, bars of whole pixels. `symbology` is a name of `hardware.payment.till_code`."""

    symbology = StringProperty("code128")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("symbology", self._trigger)

    def paint(self) -> None:
        """Draw the bars."""
        code = _bar_code(self.symbology, self.text)
        width = code.width * max(1, int(self.width // code.width))
        left, bottom, height = int(self.center_x - width / 2), int(self.y), int(self.height)
        pad = max(4, height // 10)
        Color(1, 1, 1, 1)
        Rectangle(pos=(left, bottom), size=(width, height))
        Rectangle(texture=code, pos=(left, bottom + pad), size=(width, height - 2 * pad))
