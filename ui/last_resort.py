"""Out of order when nothing else can be shown: needs no settings, no language file and no database.

Responsible for: one page in three languages, covering the glass until it is ended. Not responsible for: why, beyond
the code at its foot. It touches no machine, and no touch does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ui import bootstrap
from ui.desk import display_px

SENTENCES = (
    ("Out of order", "Sorry. Please ask a member of staff."),
    ("Fuera de servicio", "Lo sentimos. Pregunte al personal de la tienda."),
    ("Hors service", "Désolé. Veuillez vous adresser au personnel."),
)
_DESK_PX = (540, 960)


def show(code: str, *, fullscreen: bool = True, on_started: Callable[[Any], None] = lambda app: None) -> None:
    """Show the page until `app.stop()`; `on_started` gets the running application."""
    size_px = (display_px() if fullscreen else None) or _DESK_PX
    bootstrap.configure(size_px, fullscreen=fullscreen, show_cursor=False)
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.label import Label

    class LastResort(App):  # type: ignore[misc] # Kivy ships no types
        use_kivy_settings = False

        def build(self) -> Any:
            page = BoxLayout(orientation="vertical", padding=40, spacing=20)
            lines = [line for pair in SENTENCES for line in pair]
            for number, text in enumerate([*lines, code]):
                label = Label(text=text, halign="center", valign="middle", bold=number % 2 == 0 and text != code)
                label.bind(size=_fitted)
                page.add_widget(label)
            return page

        def on_start(self) -> None:
            Window.bind(on_request_close=lambda *_: True, on_keyboard=lambda *_: True)
            on_started(self)

    Window.clearcolor = (0.07, 0.09, 0.11, 1)
    LastResort().run()


def _fitted(label: Any, size: tuple[float, float]) -> None:
    """Letters as large as the line's place on the glass allows."""
    label.text_size = size
    label.font_size = max(16.0, min(size[1] * 0.6, size[0] / (10 if label.bold else 20)))
