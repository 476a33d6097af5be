"""Steps: work going on: a picture of it, the live steps, and the time left. Layout in `steps.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class StepsPage(FieldPage):
    """Work going on: a picture of it, the live steps, and the time left."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
