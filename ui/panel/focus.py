"""Keeps the keyboard with the shopper's window when the panel's comes up beside it.

Responsible for: giving the keyboard back on an X server without a window manager, where SDL takes it for each window
that appears; and taking it while somebody works in the panel. Not responsible for: displays whose window manager
decides, as `SDL_WINDOW_NO_ACTIVATION_WHEN_SHOWN` asks, and lets people choose by a click.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

POINTER_ROOT = 1
_REVERT_TO_POINTER_ROOT = 1
_CURRENT_TIME = 0
_Handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def ask_not_to_be_activated() -> None:
    """Before the window is made: a window manager shall not give it the keyboard, and a click acts without it.

    SDL drops a click that comes right behind the keyboard; the panel takes the keyboard with the first click.
    """
    os.environ.setdefault("SDL_WINDOW_NO_ACTIVATION_WHEN_SHOWN", "1")
    os.environ.setdefault("SDL_MOUSE_FOCUS_CLICKTHROUGH", "1")


class Keyboard:
    """Who has the keyboard on this X display. Does nothing where there is none, or where a window manager decides."""

    def __init__(self) -> None:
        self._x: Any = None
        self._display: Any = None
        self._ignore = _Handler(lambda _display, _event: 0)
        self._before = POINTER_ROOT
        self._mine = 0
        if not os.environ.get("DISPLAY") or os.environ.get("SDL_VIDEODRIVER") not in (None, "", "x11"):
            return
        try:
            x = ctypes.CDLL("libX11.so.6")
        except OSError:
            return
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XOpenDisplay.argtypes = [ctypes.c_char_p]
        display = x.XOpenDisplay(None)
        if not display:
            return
        for name, arguments in _CALLS.items():
            getattr(x, name).argtypes = arguments
        x.XInternAtom.restype = x.XDefaultRootWindow.restype = ctypes.c_ulong
        x.XSetErrorHandler.restype = ctypes.c_void_p
        self._x, self._display = x, display
        self._before = self._holder()

    def give_back(self) -> None:
        """After the window has come up: whoever had the keyboard has it again."""
        if self._x is None or self._managed():
            return
        self._mine = self._holder() if self._holder() != self._before else self._mine
        if self._before != self._mine:
            self._give(self._before if self._before > POINTER_ROOT else POINTER_ROOT)

    def take(self) -> None:
        """Somebody works in the panel."""
        if self._x is None or not self._mine or self._managed():
            return
        holder = self._holder()
        if holder != self._mine:
            self._before = holder
            self._give(self._mine)

    def _holder(self) -> int:
        window, revert = ctypes.c_ulong(), ctypes.c_int()
        self._x.XGetInputFocus(self._display, ctypes.byref(window), ctypes.byref(revert))
        return int(window.value)

    def _give(self, window: int) -> None:
        # The window may be gone by now: Xlib ends a program for that unless told not to.
        before = self._x.XSetErrorHandler(self._ignore)
        self._x.XSetInputFocus(self._display, window, _REVERT_TO_POINTER_ROOT, _CURRENT_TIME)
        self._x.XSync(self._display, 0)
        self._x.XSetErrorHandler(ctypes.cast(before, _Handler) if before else _Handler(0))

    def _managed(self) -> bool:
        """Whether a window manager runs here."""
        atom = self._x.XInternAtom(self._display, b"_NET_SUPPORTING_WM_CHECK", 1)
        if not atom:
            return False
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, after, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        root = self._x.XDefaultRootWindow(self._display)
        self._x.XGetWindowProperty(
            self._display, root, atom, 0, 1, 0, 0, ctypes.byref(kind), ctypes.byref(form), ctypes.byref(count),
            ctypes.byref(after), ctypes.byref(data),
        )  # fmt: skip
        if data:
            self._x.XFree(data)
        return bool(count.value)


_POINTER, _LONG, _INT = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int
_CALLS: dict[str, list[Any]] = {
    "XGetInputFocus": [_POINTER, _POINTER, _POINTER],
    "XSetInputFocus": [_POINTER, _LONG, _INT, _LONG],
    "XSync": [_POINTER, _INT],
    "XSetErrorHandler": [_Handler],
    "XInternAtom": [_POINTER, ctypes.c_char_p, _INT],
    "XDefaultRootWindow": [_POINTER],
    "XGetWindowProperty": [
        _POINTER, _LONG, _LONG, ctypes.c_long, ctypes.c_long, _INT, _LONG,
        _POINTER, _POINTER, _POINTER, _POINTER, _POINTER,
    ],
    "XFree": [_POINTER],
}  # fmt: skip
