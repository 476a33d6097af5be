"""Refused: why not, respectfully, and what to do next. Layout in `refused.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Page

from kivy.lang import Builder  # isort: skip


class RefusedPage(Page):
    """Why not, respectfully, and what to do next."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
