"""Keypad: a number typed on large keys; what is secret is never shown. Layout in `keypad.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class KeypadPage(FieldPage):
    """A number typed on large keys; what is secret is never shown."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
