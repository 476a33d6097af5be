"""Service: the technician's screen, one tab open. Layout in `service.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Page

from kivy.lang import Builder  # isort: skip


class ServicePage(Page):
    """The technician's screen."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
