"""Service: the technician: machine, wire, errors, drift. Layout in `service.kv`."""

from __future__ import annotations

from pathlib import Path

from ui.widgets.page import Page

from kivy.lang import Builder  # isort: skip


class ServicePage(Page):
    """The technician: machine, wire, errors, drift."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
