"""Staff: the quick menu: stock, sales, help in three steps, open and close. Layout in `staff.kv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.widgets.side_page import SidePage

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty

MOST_DRAWN = 9
"""Rows with a drawing of each that a low glass has room for."""


class StaffPage(SidePage):
    """The quick menu: stock, sales, help in three steps, open and close."""

    drawn = BooleanProperty(False)
    """Whether what is listed stands as things, not as lines."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("shown", self._count)
        self._count()

    def _count(self, *_: Any) -> None:
        rows = self.shown.detail.rows
        self.drawn = 0 < len(rows) <= MOST_DRAWN and bool(rows[0].picture)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
