"""A list that scrolls by whole pixels, so that its words stay sharp, and draws nothing that is out of sight.

Responsible for: that, and a bar wide enough for a finger. Not responsible for: what is in it. Kivy draws every child of
a scrolled list, seen or not; of some ninety rows and pictures that costs more than all the rest of the panel.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel.tap import Tap
from ui.widgets.look import look

from kivy.uix.scrollview import ScrollView  # isort: skip


class CrispScroll(ScrollView):
    """Scrolls up and down, by content and by bar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(do_scroll_x=False, scroll_type=["bars", "content"], always_overscroll=False, **kwargs)

    def dress(self) -> None:
        """Take the theme's sizes and colours."""
        theme = look.theme
        self.bar_width = round(theme.mm(2.2))
        self.bar_color, self.bar_inactive_color = theme.palette.edge, theme.palette.line

    def update_from_scroll(self, *largs: Any) -> None:
        """As Kivy does, then to whole pixels."""
        super().update_from_scroll(*largs)
        x, y = self.g_translate.xy
        self.g_translate.xy = (round(x), round(y))
        if self.children:
            self._cull(self.children[0], round(y))

    def _cull(self, content: Any, shift: float) -> None:
        for child in content.children:
            if isinstance(child, Tap):
                seen = child.top + shift > self.y - child.height and child.y + shift < self.top + child.height
                if child.in_sight != seen:
                    child.in_sight = seen
                    child.repaint()
