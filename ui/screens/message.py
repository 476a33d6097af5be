"""Message: one thing to know or do, with a picture. Layout in `message.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Page

from kivy.lang import Builder  # isort: skip


class MessagePage(Page):
    """One thing to know or do, with a picture."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
