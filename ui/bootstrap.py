"""Kivy's environment and settings, before Kivy is imported: the window is locked down here.

Responsible for: everything that must be decided before `import kivy`. Not responsible for: building widgets.
Import this first in every module that imports Kivy.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_WINDOW": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_AUDIO": "sdl2",
    "KIVY_METRICS_DENSITY": "1",
    "KIVY_DPI": "96",
    # The graphics driver would keep compiled shaders in the user's home.
    "MESA_SHADER_CACHE_DISABLE": "true",
}


def prepare() -> None:
    """Set the environment Kivy reads at import. Safe to call again; too late once Kivy is imported."""
    if "kivy" in sys.modules:
        return
    os.environ.update(_ENVIRONMENT)
    if not _can_sound():
        # A computer without a sound card would tell of it at every start, in ten lines nobody can do anything about.
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    # Kivy makes its home folder at import; a kiosk's home may be read-only.
    os.environ.setdefault("KIVY_HOME", str(Path(tempfile.gettempdir()) / f"keykiosk-kivy-{os.getuid()}"))


def _can_sound() -> bool:
    """Whether anything plays sounds here: a card, or a sound server that may have one elsewhere."""
    server = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), "pulse")
    return "PULSE_SERVER" in os.environ or server.exists() or any(Path("/dev/snd").glob("pcm*p"))


def configure(
    size_px: tuple[int, int], *, fullscreen: bool, show_cursor: bool, at_px: tuple[int, int] | None = None
) -> None:
    """Kivy's settings for a window of `size_px`: no way out, one pointer, no dots.

    Args:
        size_px: the window, where it is not full screen.
        fullscreen: cover the whole display.
        show_cursor: for a mouse on a developer's desk.
        at_px: the window's left and upper edge, where it is not full screen; in the middle if None.
    """
    prepare()
    from kivy.config import Config

    settings = {
        "kivy": {"exit_on_escape": "0", "log_level": "warning", "keyboard_mode": "", "desktop": "0"},
        "graphics": {
            "fullscreen": "auto" if fullscreen else "0",
            "borderless": "1" if fullscreen else "0",
            "width": str(size_px[0]),
            "height": str(size_px[1]),
            "position": "auto" if at_px is None or fullscreen else "custom",
            "left": str(at_px[0] if at_px else 0),
            "top": str(at_px[1] if at_px else 0),
            "resizable": "0",
            "show_cursor": "1" if show_cursor else "0",
            # Frames a second at most: none is drawn in which nothing has changed.
            "maxfps": "60",
            "multisamples": "0",
            "vsync": "0",
            "allow_screensaver": "0",
        },
        "modules": {},
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, value)
    for section in ("input", "modules"):
        for key in list(Config[section]):
            Config.remove_option(section, key)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def open_window(colour: tuple[float, float, float, float]) -> None:
    """Open the window, all of it in `colour` at once: what stands in it takes a moment longer to load."""
    from kivy.core.window import Window

    Window.clearcolor = colour
    Window.clear()
    Window.flip()


prepare()
