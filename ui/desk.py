"""A window on a developer's desk: the kiosk's picture, as large as the display lets it be seen whole.

Responsible for: the display's size, and the size and place of windows that follow from it. Not responsible for: the
kiosk's own screen, which is covered.
"""

from __future__ import annotations

import ctypes
import os

HIGHEST_PX = 960
"""Higher than this the window leaves no room for the technician's panel on a usual desk."""
DECORATION_PX = 64
"""What a title bar and a desktop's own bar take of a display's height."""
NARROWEST_PX = 300
"""A window narrower than this shows nothing one could read: it rather lies under the other."""
BETWEEN_PX = 20
"""Between two windows side by side."""


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


def display_px() -> tuple[int, int] | None:
    """Width and height of the X display, None where there is none to be asked."""
    if not os.environ.get("DISPLAY") or os.environ.get("SDL_VIDEODRIVER") not in (None, "", "x11"):
        return None
    try:
        x = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x.XOpenDisplay.restype = ctypes.c_void_p
    x.XOpenDisplay.argtypes = [ctypes.c_char_p]
    for name in ("XDisplayWidth", "XDisplayHeight"):
        getattr(x, name).argtypes = [ctypes.c_void_p, ctypes.c_int]
    x.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x.XOpenDisplay(None)
    if not display:
        return None
    try:
        return int(x.XDisplayWidth(display, 0)), int(x.XDisplayHeight(display, 0))
    finally:
        x.XCloseDisplay(display)
