"""Help: the list of questions, or the answer to one. Layout in `help.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class HelpPage(FieldPage):
    """The list of questions, or the answer to one."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
