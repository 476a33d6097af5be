"""The key gallery as pictures: touch one and it lies in the tray.

Responsible for: the pictures (drawn one after another, so that the panel stays quick), their names, taking a key out
again. Not responsible for: how keys are made (`simulator.keys.sample_keys`) or drawn (`simulator.optics`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.catalogue import Catalogue
from simulator.keys.sample_keys import SAMPLE_KEYS, sample_key
from simulator.optics import render_portrait
from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.crisp_scroll import CrispScroll
from ui.panel.requests import PanelState
from ui.panel.tap import PanelButton, Tap, fill, lay_out_row, outline
from ui.theme import Theme, rgba
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.gridlayout import GridLayout

PORTRAIT_PX = (200, 128)
GROUND = rgba("#2d2d2d")
"""What the portraits lie upon."""
COLUMNS = 3
INK, ACCENT = rgba("#f2f4f4"), rgba("#62e0cd")
"""Upon that ground, whatever the palette."""


class KeyTap(Tap):
    """One key of the gallery."""

    def __init__(self, name: str, act: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(f"key_{name}", act, **kwargs)
        self.name = name
        self.texture: Any = None
        self.laid = False

    def paint(self, theme: Theme) -> None:
        """The picture and the name below it."""
        p = theme.palette
        fill(self, p.accent_pressed if self.state == "down" else GROUND, theme.radius_px * 0.7)
        line = round(theme.small_px * 1.5)
        if self.texture is not None:
            wide, high = self.width - 4, self.height - line - 2
            ratio = min(wide / self.texture.width, high / self.texture.height)
            size = self.texture.width * ratio, self.texture.height * ratio
            Color(rgba=(1, 1, 1, 1))
            pos = round(self.center_x - size[0] / 2), round(self.y + line + (high - size[1]) / 2)
            Rectangle(texture=self.texture, pos=pos, size=size)
        size_px = round(theme.small_px * 0.92)
        words = ink.fitted(self.name, size_px, ink.REGULAR, self.width - 6)
        colour = ACCENT if self.laid else INK
        ink.write(words, self.center_x, self.y + line / 2 + 1, size_px, colour, anchor="middle")
        if self.laid:
            outline(self, p.accent, theme.radius_px * 0.7, 2.0)


class KeysCard(PanelCard):
    """The gallery and the tray's buttons."""

    has_bar = True

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], catalogue: Catalogue, **kwargs: Any
    ) -> None:
        self._send, self._catalogue = send, catalogue
        self.take = PanelButton("take", lambda: send(ask.TakeKey()))
        self.recut = PanelButton("recut", self._recut, "quiet")
        super().__init__(panel, **kwargs)
        self._grid = GridLayout(cols=COLUMNS, size_hint_y=None)
        self._grid.bind(minimum_height=self._grid.setter("height"))
        self.scroll = CrispScroll()
        self.scroll.add_widget(self._grid)
        self.keys = {name: KeyTap(name, self._lay(name), size_hint_y=None) for name in SAMPLE_KEYS}
        for key in self.keys.values():
            self._grid.add_widget(key)
        for part in (self.scroll, self.recut, self.take):
            self.add_widget(part)
        self._waiting: list[str] = []
        self._draw_again()

    def heading(self) -> str:
        """Its name."""
        return self.panel.translate("keys")

    def _lay(self, name: str) -> Callable[[], None]:
        return lambda: self._send(ask.LayKey(key=name, seed=self.panel.seed))

    def _recut(self) -> None:
        self.panel.seed += 1
        self._draw_again()

    # --- pictures ---------------------------------------------------------------------------------------
    def _draw_again(self) -> None:
        """All pictures anew, one a frame."""
        if not self._waiting:
            Clock.schedule_interval(self._draw_one, 0.02)
        self._waiting = list(SAMPLE_KEYS)

    def _draw_one(self, _elapsed_s: float) -> bool:
        if not self._waiting:
            return False
        name = self._waiting.pop(0)
        key = self.keys[name]
        pixels = render_portrait(sample_key(name, self._catalogue, self.panel.seed), *PORTRAIT_PX)
        texture = Texture.create(size=PORTRAIT_PX, colorfmt="rgb")
        texture.mag_filter = texture.min_filter = "linear"
        texture.blit_buffer(pixels[::-1].tobytes(), colorfmt="rgb", bufferfmt="ubyte")
        key.texture = texture
        key.repaint()
        return True

    # --- showing ----------------------------------------------------------------------------------------
    def place(self) -> None:
        """Buttons in the heading's line, pictures below."""
        theme = look.theme
        height = self.bar_height
        self._label()
        buttons = [self.recut, self.take]
        naturals = sum(button.natural_width() for button in buttons) + self.gap
        y = self.bar_bottom
        lay_out_row(buttons, self.right - self.pad - naturals, y, height, self.gap)
        inner = self.width - 2 * self.pad
        self.scroll.dress()
        self.scroll.pos = (self.x + self.pad, self.y + self.pad)
        self.scroll.size = (inner, y - self.gap - self.y - self.pad)
        self._grid.spacing = self.gap
        self._grid.padding = (0, 0, round(theme.mm(3.6)), 0)
        wide = (inner - theme.mm(3.6) - self.gap * (COLUMNS - 1)) / COLUMNS
        for key in self.keys.values():
            key.height = round(wide * PORTRAIT_PX[1] / PORTRAIT_PX[0] + theme.small_px * 1.3)

    def _label(self) -> None:
        translate = self.panel.translate
        self.take.show(translate("take"), enabled=bool(self.panel.state.get("tray")))
        self.recut.show(translate("keys.recut"))

    def refresh(self, *, whole: bool = False) -> None:
        """Mark the key that lies in the tray."""
        self._label()
        for name, key in self.keys.items():
            laid = bool(self.panel.state.get("tray")) and name == self.panel.laid_key
            if laid != key.laid:
                key.laid = laid
                key.repaint()
