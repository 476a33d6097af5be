"""Service: the technician's screen, one tab open. Layout in `service.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Column, Page

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty


class Instruments(Column):
    """What a tab shows of the machine; None: it is shown elsewhere on the page."""

    detail = ObjectProperty(None, allownone=True, rebind=True)
    with_lines = BooleanProperty(True)


class ServicePage(Page):
    """The technician's screen."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
