"""The display, and windows upon it that can be seen whole.

Responsible for: the display's size, the size and place of windows on a developer's desk that follow from it, and
whether the kiosk's own is wholly on the glass. Not responsible for: what follows where it is not (`ui.app`).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

HIGHEST_PX = 960
"""Higher than this the window leaves no room for the technician's panel on a usual desk."""
DECORATION_PX = 64
"""What a title bar and a desktop's own bar take of a display's height."""
NARROWEST_PX = 300
"""A window narrower than this shows nothing one could read: it rather lies under the other."""
BETWEEN_PX = 20
"""Between two windows side by side."""


class Place(NamedTuple):
    """Where a window is, and how large."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int


def window_px(screen_px: tuple[int, int], display_px: tuple[int, int] | None, aside_px: int = 0) -> tuple[int, int]:
    """Width and height of the window: the screen's own if they fit, else smaller in both alike.

    Beside it `aside_px` of the display's width stay free for another window, unless too little would remain.
    """
    wide, high = screen_px
    room = (float("inf"), float(HIGHEST_PX))
    if display_px is not None:
        left_px = display_px[0] - aside_px - BETWEEN_PX
        beside_another = aside_px and left_px >= NARROWEST_PX
        room = (float(left_px if beside_another else display_px[0]), min(room[1], display_px[1] - DECORATION_PX))
    scale = min(1.0, room[0] / wide, room[1] / high)
    return round(wide * scale), round(high * scale)


def beside(
    window_px: tuple[int, int],
    display_px: tuple[int, int] | None,
    least_px: tuple[int, int],
    most_px: tuple[int, int],
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Place and size of a second window, right of one in the display's corner.

    As large as it has room for between `least_px` and `most_px`: on a display narrower than both take, it overlaps.
    """
    left_px = window_px[0] + BETWEEN_PX
    if display_px is None:
        return (left_px, 0), most_px
    room = (display_px[0] - left_px, display_px[1] - DECORATION_PX)
    wide, high = (max(least, min(most, px)) for least, most, px in zip(least_px, most_px, room, strict=True))
    return (left_px, 0), (wide, high)


def in_sight(at_px: tuple[int, int], size_px: tuple[int, int], display_px: tuple[int, int] | None) -> tuple[int, int]:
    """The place nearest to `at_px` at which a window of this size is wholly on the display."""
    if display_px is None:
        return at_px
    return max(0, min(at_px[0], display_px[0] - size_px[0])), max(0, min(at_px[1], display_px[1] - size_px[1]))


def whole(place: Place, display_px: tuple[int, int]) -> bool:
    """Whether all of a window at that place is on the display."""
    return (
        min(place.left_px, place.top_px) >= 0
        and place.left_px + place.width_px <= display_px[0]
        and place.top_px + place.height_px <= display_px[1]
    )


def beyond_glass(info: Any) -> str:
    """What is wrong with the place of the X window that Kivy tells of; "" where all of it is seen, or none can say.

    Args:
        info: the window's own `get_window_info()`.
    """
    if type(info).__name__ != "WindowInfoX11":
        return ""
    seen = _asked(lambda x, display: (_size(x, display), _place(x, display, int(info.window))))
    if seen is None or whole(seen[1], seen[0]):
        return ""
    (wide, high), at = seen
    return f"the window of {at.width_px}x{at.height_px} at {at.left_px},{at.top_px} is not whole on {wide}x{high}"


def display_px() -> tuple[int, int] | None:
    """Width and height of the X display, None where there is none to be asked."""
    return _asked(_size)


def _asked(ask: Callable[[Any, Any], T]) -> T | None:
    if not os.environ.get("DISPLAY") or os.environ.get("SDL_VIDEODRIVER") not in (None, "", "x11"):
        return None
    try:
        x = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x.XOpenDisplay.restype = ctypes.c_void_p
    x.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x.XOpenDisplay(None)
    if not display:
        return None
    try:
        return ask(x, ctypes.c_void_p(display))
    finally:
        x.XCloseDisplay(display)


def _size(x: Any, display: Any) -> tuple[int, int]:
    return int(x.XDisplayWidth(display, 0)), int(x.XDisplayHeight(display, 0))


def _place(x: Any, display: Any, window: int) -> Place:
    named, root = ctypes.c_ulong(window), ctypes.c_ulong()
    left, top = ctypes.c_int(), ctypes.c_int()
    wide, high, border, depth = (ctypes.c_uint() for _ in range(4))
    place, size = (ctypes.byref(left), ctypes.byref(top)), (ctypes.byref(wide), ctypes.byref(high))
    x.XGetGeometry(display, named, ctypes.byref(root), *place, *size, ctypes.byref(border), ctypes.byref(depth))
    # Its place in what it stands in is not its place on the glass.
    x.XTranslateCoordinates(display, named, root, 0, 0, *place, ctypes.byref(ctypes.c_ulong()))
    return Place(left.value, top.value, wide.value, high.value)
