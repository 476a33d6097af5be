"""The panel's start: the control socket on one side, the window on the other.

Responsible for: `run_panel`. Not responsible for: the application itself (`ui.panel.window`) or the machine. Imports
no Kivy before it is configured.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.serve import requests as ask
from ui import bootstrap
from ui.desk import display_px, in_sight
from ui.panel.client import ControlClient
from ui.panel.focus import Keyboard, ask_not_to_be_activated
from ui.panel.requests import PanelState
from ui.panel.style import DESIGN_PX, PALETTES, SMALLEST_PX
from ui.panel.translate import load_translation
from ui.panel.wire_lines import ShownWire
from ui.theme import Rgba


def run_panel(
    client_of: Callable[[Callable[[ask.ControlRequest, dict[str, Any]], None]], ControlClient],
    *,
    language: str = "en",
    palette: str = "dark",
    pictures: Path = Path("out"),
    size_px: tuple[int, int] = DESIGN_PX,
    at_px: tuple[int, int] | None = None,
    fullscreen: bool = False,
    on_started: Callable[[Any], None] | None = None,
) -> None:
    """Show the panel until its window is closed.

    Args:
        client_of: makes the control socket's client, given who takes its answers.
        language: to begin with.
        palette: "dark" or "light".
        pictures: where screenshots go; made when the first is taken.
        size_px: of the window.
        at_px: its left and upper edge, moved so that all of it can be seen; in the middle if None.
        fullscreen: cover the display.
        on_started: called with the running application once its window stands.

    Raises:
        OSError: nobody listens on the control socket.
    """
    answers: deque[tuple[ask.ControlRequest, dict[str, Any]]] = deque()
    waker: list[Callable[[], Any]] = []

    def answered(request: ask.ControlRequest, answer: dict[str, Any]) -> None:
        # On the client's thread.
        answers.append((request, answer))
        for wake in waker:
            wake()

    client = client_of(answered)
    try:
        ask_not_to_be_activated()
        keyboard = Keyboard()
        at_px = in_sight(at_px, size_px, display_px()) if at_px else None
        bootstrap.configure(size_px, fullscreen=fullscreen, show_cursor=True, at_px=at_px)
        translate = load_translation(language)
        panel = PanelState(translate, ShownWire(translate))
        _open_window(keyboard, PALETTES[palette].paper)
        from ui.panel.window import PanelApp

        app = PanelApp(client, panel, answers, keyboard, palette=palette, pictures=pictures, on_started=on_started)
        waker.append(app.trigger)
        app.run()
    finally:
        client.close()


def _open_window(keyboard: Keyboard, colour: Rgba) -> None:
    """Open it, and hand the keyboard back at once: whoever types beside it types on."""
    from kivy.config import Config

    Config.set("graphics", "resizable", "1")
    Config.set("graphics", "minimum_width", str(SMALLEST_PX[0]))
    Config.set("graphics", "minimum_height", str(SMALLEST_PX[1]))
    bootstrap.open_window(colour)
    keyboard.give_back()
