"""Welcome: the first screen: one large way in, the price, and the questions people ask. Layout in `welcome.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class WelcomePage(FieldPage):
    """The first screen: one large way in, the price, and the questions people ask."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
