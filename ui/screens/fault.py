"""Fault: a machine that is out of order, what to do now, and one card for staff. Layout in `fault.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class FaultPage(FieldPage):
    """A machine that is out of order."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
