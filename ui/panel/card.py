"""A raised surface with a heading: each part of the panel is one.

Responsible for: its ground, heading and the room left for what is on it. Not responsible for: what is on it.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.requests import PanelState
from ui.panel.tap import fill
from ui.theme import Theme
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.uix.widget import Widget


class PanelCard(Widget):
    """Draws its ground; `place` puts its children, `refresh` shows the panel anew."""

    has_bar = False
    """Whether buttons stand in the heading's line."""

    def __init__(self, panel: PanelState, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.panel = panel
        self._soon = Clock.create_trigger(self._again, -1)
        for name in ("pos", "size"):
            self.fbind(name, self._soon)
        look.follow(self, PanelCard.again)

    @property
    def pad(self) -> float:
        """From the card's edge."""
        return round(look.theme.mm(4))

    @property
    def gap(self) -> float:
        """Between things on it."""
        return round(look.theme.mm(3))

    @property
    def heading_height(self) -> float:
        """Height of the heading's line."""
        return round(look.theme.mm(10))

    @property
    def bar_height(self) -> float:
        """Height of the buttons in the heading's line."""
        return round(look.theme.target_px * 0.78)

    @property
    def bar_bottom(self) -> float:
        """Where those buttons stand."""
        return float(self.top - self.pad / 2 - look.theme.mm(0.5) - self.bar_height)

    @property
    def heading_y(self) -> float:
        """Middle of the heading's line: that of its buttons, where it has any."""
        return (
            self.bar_bottom + self.bar_height / 2 if self.has_bar else self.top - (self.pad + self.heading_height) / 2
        )

    def again(self) -> None:
        """Everything is drawn anew before the next frame: size, theme or language changed."""
        self._soon()

    def _again(self, *_: Any) -> None:
        if self.width < 10 or self.height < 10:
            return
        theme = look.theme
        self.canvas.before.clear()
        with self.canvas.before:
            fill(self, theme.palette.card, theme.radius_px)
            self.head(theme)
        self.place()
        self.refresh(whole=True)

    def heading(self) -> str:
        """Its name, in the language in force."""
        return ""

    def head(self, theme: Theme) -> None:
        """Draw the heading into the canvas that is open."""
        ink.write(
            self.heading(), self.x + self.pad, self.heading_y, theme.text_px, theme.palette.soft_ink, ink.SEMIBOLD
        )

    def place(self) -> None:
        """Put children where they belong."""

    def refresh(self, *, whole: bool = False) -> None:
        """Show what the panel says now; `whole` when size, theme or language changed too."""
