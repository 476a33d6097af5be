"""The announced time-out, over the screen it concerns.

Responsible for: a question that cannot be missed, with two large answers. Not responsible for: counting.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import WaitingShown
from ui.widgets.buttons import MainButtons
from ui.widgets.look import look
from ui.widgets.page import Card
from ui.widgets.text import Display, LeadText, Title

from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.uix.floatlayout import FloatLayout


class Dialogue(FloatLayout):
    """Dims the screen and asks."""

    def __init__(self, send: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.canvas.before:
            Color(0.05, 0.07, 0.08, 0.72)
            self._dim = Rectangle()
        self._card = Card(size_hint=(None, None))
        self._title, self._seconds, self._text = Title(), Display(), LeadText()
        self._bar = MainButtons()
        self._bar.send = send
        for part in (self._title, self._seconds, self._text, self._bar):
            self._card.add_widget(part)
        self.add_widget(self._card)
        self.fbind("size", self._place)
        self.fbind("pos", self._place)
        self._card.fbind("height", self._place)
        self._place()

    def show(self, waiting: WaitingShown) -> None:
        """Words and answers."""
        self._title.text, self._seconds.text, self._text.text = waiting.title, waiting.seconds, waiting.text
        self._seconds.ink = "accent"
        self._bar.actions = (waiting.more, waiting.leave)

    def _place(self, *_: Any) -> None:
        theme = look.theme
        self._dim.pos, self._dim.size = self.pos, self.size
        self._card.width = min(self.width - 2 * theme.margin_px, theme.mm(230))
        self._card.center_x = self.center_x
        # In the lower part, where every hand reaches.
        self._card.y = self.y + theme.mm(26 if not theme.compact else 12)
