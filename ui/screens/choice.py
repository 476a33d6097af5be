"""Choice: one question with large answers. Layout in `choice.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class ChoicePage(FieldPage):
    """One question with large answers."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
