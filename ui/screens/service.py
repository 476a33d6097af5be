"""Service: the technician's screen, one tab open. Layout in `service.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Column
from ui.widgets.side_page import SidePage

from kivy.lang import Builder  # isort: skip
from kivy.properties import ObjectProperty


class Instruments(Column):
    """What a tab shows of the machine."""

    detail = ObjectProperty(None, allownone=True, rebind=True)


class ServicePage(SidePage):
    """The technician's screen."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
