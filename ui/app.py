"""The touchscreen's start: the window's size and lock-down before Kivy is imported, then the application until its end.

Responsible for: `run_app`. Not responsible for: the application itself (`ui.window`), what is shown
(`ui.present.present`) or decided (`kiosk`). Imports no Kivy before it is configured.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import sleep
from typing import Any

from config.problems import BadInput, Problem
from config.store import Store
from hardware.ports import HeadsetJack
from ui import bootstrap
from ui.desk import beyond_glass, display_px, window_px
from ui.present.port import KioskPort
from ui.presenter import Present
from ui.speech import Espeak, Voice
from ui.theme import make_theme

LOOKS, LOOK_AFTER_S = 20, 0.1
"""For a window that is wholly on the display, before the kiosk stays out of order."""


def run_app(
    kiosk: KioskPort,
    store: Store,
    *,
    simulated: bool = False,
    fullscreen: bool = True,
    size_px: tuple[int, int] | None = None,
    aside_px: int = 0,
    show_cursor: bool = False,
    voice: Voice | None = None,
    headset: HeadsetJack | None = None,
    on_started: Callable[[Any], None] | None = None,
    present: Present,
) -> int:
    """Show the kiosk until the window is closed from outside (SIGTERM); blocks on the main thread.

    Args:
        kiosk: the controller.
        store: languages, money, the glass.
        simulated: put the banner up whatever a snapshot says.
        fullscreen: cover the display; False for a window on a developer's desk.
        size_px: of that window; the configured screen's by default.
        aside_px: of the display's width that another window takes beside that one.
        show_cursor: for a mouse.
        voice: what speaks; espeak-ng by default.
        headset: where one is put in, if the machine has such a jack.
        on_started: called with the running `KioskApp` once its window stands.
        present: what a snapshot looks like, in the words of whatever languages there are.

    Returns:
        0, or 1 when the screen failed too often and must be started afresh.

    Raises:
        BadInput: part of the window is beyond the display: nothing may move under a STOP that is not seen.
    """
    size = size_px or (store.screen.width_px, store.screen.height_px)
    on_a_desk = not fullscreen and os.environ.get("SDL_VIDEODRIVER") != "offscreen"
    if fullscreen and size_px is None:
        # Where no window manager makes it cover the display, it keeps the size it was opened with.
        size = display_px() or size
    if on_a_desk and size_px is None:
        # The picture is the same, smaller: what is below the display's edge nobody could touch.
        size = window_px(size, display_px(), aside_px)
    # On a desk it stands in the corner: the technician's panel comes up beside it.
    at = (0, 0) if on_a_desk else None
    bootstrap.configure(size, fullscreen=fullscreen, show_cursor=show_cursor, at_px=at)
    bootstrap.open_window(make_theme(store.screen, size).palette.good.bright)
    if fullscreen:
        _require_whole()
    from ui.window import KioskApp

    app = KioskApp(kiosk, store, voice or Espeak(), simulated=simulated, on_started=on_started, present=present)
    app.covers = fullscreen
    if headset is not None:
        headset.listen(app.headset)
    app.run()
    return int(app.exit_status)


def _require_whole() -> None:
    from kivy.core.window import Window

    # A window manager takes a moment to place it.
    for _ in range(LOOKS):
        beyond = beyond_glass(Window.get_window_info())
        if not beyond:
            return
        sleep(LOOK_AFTER_S)
    raise BadInput(Problem("display", "window", f"{beyond}: kiosk doctor tells the display's size"))
