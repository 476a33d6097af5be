"""Message: one thing to know or do, with a picture. Layout in `message.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class MessagePage(FieldPage):
    """One thing to know or do, with a picture."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
