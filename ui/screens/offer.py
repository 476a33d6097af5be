"""Offer: what we found, how many, which finish, and the price. Layout in `offer.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.field_page import FieldPage

from kivy.lang import Builder  # isort: skip


class OfferPage(FieldPage):
    """What we found, how many, which finish, and the price."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
