"""Message: one thing to know or do, with a picture. Layout in `message.kv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.widgets.field_page import FieldPage
from ui.widgets.look import look
from ui.widgets.text import height_at

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty


class MessagePage(FieldPage):
    """One thing to know or do, with a picture."""

    leads = StringProperty("statement")
    """Of the first sentence below the headline: a name of the theme's sizes, a smaller one where it has no room."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("shown", self._trigger_layout)

    def do_layout(self, *_: Any) -> None:
        """Place the parts, in letters they have room for."""
        super().do_layout()
        self.leads = "statement" if self._has_room() else "lead"

    def _has_room(self) -> bool:
        """Whether all is said beside the picture, were the first sentence a statement.

        By the words, not by how high they stand now: how high they stand follows from what is decided here.
        """
        said = self.ids.said.children[::-1]
        if not (self.spread and self.side_by_side and said):
            return True
        theme, head, width = look.theme, self.part("head"), self.part("words").width
        high = height_at(head, head.font_size, width) + height_at(said[0], theme.statement_px, width)
        high += sum(height_at(each, theme.text_px, width) + theme.gap_px for each in said[1:])
        return bool(high <= self.height)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
