"""Approval: exactly what a member of staff is asked to approve, and why they do. Layout in `approval.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class ApprovalPage(FieldPage):
    """Exactly what a member of staff is asked to approve, and why they do."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
