"""Codes a scanner reads: Code 128 for the register, QR for the shopper. Drawn bar by bar on whole pixels.

Responsible for: exact modules with a quiet zone, black on white in every theme. Not responsible for: what they say.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

QUIET_QR, QUIET_BAR = 4, 10


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


@lru_cache(maxsize=2)
def _modules(text: str) -> tuple[tuple[int, ...], ...]:
    """Working a code out takes longer than drawing it, and it is drawn whenever the layout moves."""
    # Only a sale needs it, and no first screen should wait for it.
    import segno

    return tuple(tuple(row) for row in segno.make(text, error="m", micro=False).matrix)


class QrCode(_Code):
    """A QR code, centred, modules of whole pixels."""

    def paint(self) -> None:
        """Draw runs of dark modules."""
        rows = _modules(self.text)
        side = len(rows) + 2 * QUIET_QR
        module = max(1, int(min(self.size) // side))
        left, top = int(self.center_x - module * side / 2), int(self.center_y + module * side / 2)
        Color(1, 1, 1, 1)
        Rectangle(pos=(left, top - module * side), size=(module * side, module * side))
        Color(0, 0, 0, 1)
        for r, row in enumerate(rows):
            start = 0
            while start < len(row):
                if not row[start]:
                    start += 1
                    continue
                end = start
                while end < len(row) and row[end]:
                    end += 1
                x, y = left + (QUIET_QR + start) * module, top - (QUIET_QR + r + 1) * module
                Rectangle(pos=(x, y), size=((end - start) * module, module))
                start = end


class Barcode(_Code):
    """Code 128, centred, bars of whole pixels."""

    def paint(self) -> None:
        """Draw the bars."""
        # As above.
        from barcode.codex import Code128

        bars = Code128(self.text).build()[0]
        modules = len(bars) + 2 * QUIET_BAR
        module = max(1, int(self.width // modules))
        width = module * modules
        left, bottom, height = int(self.center_x - width / 2), int(self.y), int(self.height)
        Color(1, 1, 1, 1)
        Rectangle(pos=(left, bottom), size=(width, height))
        Color(0, 0, 0, 1)
        pad = max(4, height // 10)
        for i, bar in enumerate(bars):
            if bar == "1":
                Rectangle(pos=(left + (QUIET_BAR + i) * module, bottom + pad), size=(module, height - 2 * pad))
