"""Receipt: what it cost, how exact it is, and the code to pay or to keep. Layout in `receipt.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class ReceiptPage(FieldPage):
    """What it cost, how exact it is, and the code to pay or to keep."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
