"""Refused: why not, respectfully, and what to do next. Layout in `refused.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class RefusedPage(FieldPage):
    """Why not, respectfully, and what to do next."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
