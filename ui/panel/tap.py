"""Things one can touch, click or press with a key: the base of every control of the panel, and its plain button.

Responsible for: acting once a press, showing focus. Not responsible for: what is asked of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.theme import Rgba, Theme
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget


class Tap(ButtonBehavior, Widget):
    """Something that does one thing when it is pressed. `identity` is stable over languages."""

    focused = BooleanProperty(False)

    def __init__(self, identity: str, act: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.identity = identity
        self.act = act
        self.enabled = True
        self.in_sight = True
        """A list that scrolls says so: what is out of sight is not drawn."""
        self._soon = Clock.create_trigger(self._repaint, -1)
        for name in ("pos", "size", "focused", "state"):
            self.fbind(name, self._soon)
        look.follow(self, Tap.repaint)

    def repaint(self) -> None:
        """Draw anew before the next frame."""
        self._soon()

    def _repaint(self, *_: Any) -> None:
        self.canvas.clear()
        if self.in_sight and self.width > 2 and self.height > 2:
            with self.canvas:
                self.paint(look.theme)
                if self.focused:
                    outline(self, look.theme.palette.focus, look.theme.radius_px + 2, 2.0, grown=3)

    def paint(self, theme: Theme) -> None:
        """Draw it into the canvas that is open."""

    def on_touch_down(self, touch: Any) -> bool:
        """One that cannot be pressed takes the touch and does nothing with it."""
        if not self.enabled and self.collide_point(*touch.pos):
            return True
        return bool(super().on_touch_down(touch))

    def on_release(self) -> None:
        """Act."""
        self.press()

    def press(self) -> None:
        """What a click, a touch or a key does."""
        if self.enabled:
            self.act()


def outline(widget: Any, colour: Rgba, radius: float, width: float, grown: float = 0.0) -> None:
    """A rounded border around a widget."""
    Color(rgba=colour)
    x, y = widget.x - grown, widget.y - grown
    SmoothLine(
        rounded_rectangle=(x, y, widget.width + 2 * grown, widget.height + 2 * grown, radius), width=width / 2 + 0.3
    )


def fill(widget: Any, colour: Rgba, radius: float) -> None:
    """A rounded ground under a widget."""
    Color(rgba=colour)
    SmoothRoundedRectangle(pos=widget.pos, size=widget.size, radius=[max(0.1, radius)])


class PanelButton(Tap):
    """A word or two on a button. `kind`: "plain", "danger" or "quiet"; `chosen` is the one in force."""

    def __init__(self, identity: str, act: Callable[[], None], kind: str = "plain", **kwargs: Any) -> None:
        super().__init__(identity, act, **kwargs)
        self.label = ""
        self.kind = kind
        self.chosen = False

    def show(self, label: str, *, chosen: bool = False, enabled: bool = True) -> None:
        """Change what it says."""
        if (label, chosen, enabled) != (self.label, self.chosen, self.enabled):
            self.label, self.chosen, self.enabled = label, chosen, enabled
            self.repaint()

    def natural_width(self) -> float:
        """What its words need."""
        theme = look.theme
        return round(ink.width(self.label, round(theme.text_px), ink.SEMIBOLD) + theme.mm(9))

    def _colours(self, theme: Theme) -> tuple[Rgba, Rgba | None, Rgba]:
        p = theme.palette
        down = self.state == "down"
        if not self.enabled:
            return p.card, p.line, mix_down(p.soft_ink)
        if self.kind == "danger":
            return (p.danger, None, p.on_danger) if self.chosen or down else (p.card, p.danger, p.danger)
        if self.chosen:
            return p.accent, None, p.on_accent
        return (p.tint if down else p.paper), p.edge if self.kind == "plain" else p.line, p.ink

    def paint(self, theme: Theme) -> None:
        """Ground, border, words."""
        ground, border, colour = self._colours(theme)
        fill(self, ground, theme.radius_px)
        if border is not None:
            outline(self, border, theme.radius_px, 1.0)
        size, most = round(theme.text_px), self.width - theme.mm(3)
        words = ink.fitted(self.label, size, ink.SEMIBOLD, most)
        ink.write(words, self.center_x, self.center_y, size, colour, ink.SEMIBOLD, anchor="middle")


def mix_down(colour: Rgba) -> Rgba:
    """A colour for what cannot be pressed now."""
    return (*colour[:3], 0.5)


def lay_out_row(
    buttons: list[PanelButton], x: float, y: float, height: float, gap: float, width: float | None = None
) -> float:
    """Buttons side by side, each as wide as its words need (or sharing `width`); where the row ends."""
    naturals = [button.natural_width() for button in buttons]
    stretch = 0.0
    if width is not None:
        stretch = (width - gap * (len(buttons) - 1) - sum(naturals)) / len(buttons)
    for button, natural in zip(buttons, naturals, strict=True):
        # Its right edge is rounded, not its width: two roundings would push the last one out of the row by a pixel.
        button.pos = round(x), round(y)
        button.size = round(x + natural + stretch) - round(x), round(height)
        x += natural + stretch + gap
    return x - gap
