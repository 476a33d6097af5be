"""The theme in force, as the one thing every widget's looks are bound to.

Responsible for: telling widgets that sizes or colours changed. Not responsible for: what they are (`ui.theme`).
kv reaches it as `look.theme.ink`, which Kivy re-evaluates when the theme is replaced; nothing else is global.
"""

from __future__ import annotations

from config.store import Screen
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.theme import make_theme

from kivy.event import EventDispatcher  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty


class Look(EventDispatcher):
    """Holds the theme; `sounding` is whether motion is shown (off for pictures of screens)."""

    theme = ObjectProperty(make_theme(Screen(width_px=1080, height_px=1920, mm_per_px=0.265), (1080, 1920)))
    moving = BooleanProperty(True)


look = Look()
