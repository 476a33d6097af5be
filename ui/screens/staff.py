"""Staff: the quick menu: stock, sales, help in three steps, open and close. Layout in `staff.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Page

from kivy.lang import Builder  # isort: skip


class StaffPage(Page):
    """The quick menu: stock, sales, help in three steps, open and close."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
