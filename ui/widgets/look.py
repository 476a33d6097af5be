"""The theme in force, as the one thing every widget's looks are bound to.

Responsible for: letting widgets know that sizes or colours changed. Not responsible for: what they are (`ui.theme`).
Nothing else is global. kv reads sizes as `look.theme.gap_px` once, when a page is made; a page is made anew when sizes
change (`ui.page_frame`). Colours change under an open page, and are followed by the widgets that draw them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from config.store import Screen
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.theme import make_theme

from kivy.event import EventDispatcher  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty


class Look(EventDispatcher):
    """Holds the theme; `moving` is whether motion is shown (off for pictures of screens).

    `steady`: a held button may be pressed twice instead, and a key struck twice counts once.
    """

    theme = ObjectProperty(make_theme(Screen(width_px=1080, height_px=1920, mm_per_px=0.265), (1080, 1920)))
    moving = BooleanProperty(True)
    steady = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._followers: WeakKeyDictionary[Any, tuple[Callable[[Any], Any], ...]] = WeakKeyDictionary()

    def follow(self, widget: Any, *acts: Callable[[Any], Any]) -> None:
        """Call `acts` with `widget` whenever theme or motion change, for as long as the widget lives.

        A widget is not kept alive by this, as Kivy's own binding of a method would: a kiosk shows thousands of screens
        a day, and each must be gone when the next one comes. So `acts` must not hold the widget either. A widget that
        is not on the glass is not called.
        """
        self._followers[widget] = (*self._followers.get(widget, ()), *acts)

    def on_theme(self, *_: Any) -> None:
        """The theme was replaced."""
        self._notify()

    def on_moving(self, *_: Any) -> None:
        """Motion was switched."""
        self._notify()

    def _notify(self) -> None:
        for widget in list(self._followers):
            # What has left the glass and only waits to be freed is dressed for nobody.
            if widget.get_root_window() is not None:
                self.dress(widget)

    def dress(self, widget: Any) -> None:
        """Have `widget` look at what is in force."""
        for act in self._followers.get(widget, ()):
            act(widget)


look = Look()
