"""Pages of whoever serves the kiosk: a field that says how it stands, what to work with, and tabs.

Responsible for: where these stand, upright and lengthwise. Not responsible for: what is in them (`ui.screens`).
"""

from __future__ import annotations

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.field_page import FieldPage
from ui.widgets.look import look


class SidePage(FieldPage):
    """Upright the tabs are lowest; lengthwise they stand below the field with the way out, and the work beside both."""

    def _beside(self) -> None:
        theme = look.theme
        field_w = round(self.width * self.beside)
        x, width = self.x + theme.margin_px, field_w - theme.margin_px
        low = self.y
        for part in (self.part("actions"), self.part("tabs")):
            part.width, part.x, part.y = width, x, low
            low += part.height + theme.gap_px
        self.field = [self.x, low, self.x + field_w]
        self._fill(x, low, width - theme.mm(4))
        left = self.x + field_w + theme.mm(9)
        words, controls = self.part("words"), self.part("controls")
        for part in (words, controls):
            part.width, part.x = self.right - theme.margin_px - left, left
        # What is touched stays where it is, however many lines are said above it.
        self.room = max(0.0, self.height - (words.height + theme.gap_px if words.height else 0.0))
        controls.y = self.y if words.height else self.center_y - controls.height / 2
        words.top = self.top
