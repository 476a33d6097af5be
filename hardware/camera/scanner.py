"""The cameras of a machine file as a `KeyScanner`.

Responsible for: which view is grey and which is coloured, scale, light, and whether the tray is empty. Not responsible
for: opening cameras (`hardware.camera.capture`) or reading keys.
"""

from __future__ import annotations

import numpy as np

from config.machine import Views
from hardware.camera.capture import Capture
from hardware.clock import Clock
from hardware.errors import CameraFault
from hardware.scan import Frame, Pixels, ScanFrames

DARKEST_BACKLIGHT = 60
"""A backlight whose brightest part is darker than this is off."""
EMPTY_SHARE = 0.002
"""A tray is empty when less than this share of it is in shadow: dust, but no key."""

GLANCE_STEP = 8
"""A glance takes every so many-th pixel of a row and a column."""
STIRRED, STIRRED_SHARE = 24, 0.004
"""By so much brighter or darker, and in so large a part of the picture: more than noise, less than a key."""


class CameraScanner:
    """`KeyScanner` over OpenCV. Called from the worker thread only."""

    def __init__(self, views: Views, clock: Clock) -> None:
        """Nothing is opened yet."""
        self._views = views
        self._glance: Pixels | None = None
        """What the last glance that was in doubt saw."""
        self._clear: Pixels | None = None
        """What a glance sees of an empty tray."""
        devices = {name: view.device for name, view in views.named.items()}
        self._captures = {
            name: Capture(name, view, clock, [device for other, device in devices.items() if other != name])
            for name, view in views.named.items()
        }

    def scan(self) -> ScanFrames:
        """A fresh frame of the tray from every camera that looks at it."""
        return ScanFrames(
            silhouette=self._backlit("silhouette"),
            head=Frame(self._captures["head"].frame(), self._views.head.mm_per_px),
            line_left=Frame(_grey(self._captures["line_left"].frame()), self._views.line_left.mm_per_px),
            line_right=Frame(_grey(self._captures["line_right"].frame()), self._views.line_right.mm_per_px),
            laser_angle_deg=self._views.laser_angle_deg,
            face_above=self._face("face_above"),
            face_below=self._face("face_below"),
            face_above_far=self._face("face_above_far"),
            face_below_far=self._face("face_below_far"),
        )

    def tray_is_empty(self) -> bool:
        """Whether nothing lies on the backlight."""
        grey = self._backlit("silhouette").pixels
        light = float(np.percentile(grey[::4, ::4], 98))
        empty = bool(np.mean(grey < light / 2) < EMPTY_SHARE)
        glance, self._glance = self._glance, None
        if glance is not None and not empty:
            glance.fill(0)
        # A key laid after this look was not there at the glance before it.
        self._clear = glance if empty else None
        return empty

    def tray_stirs(self) -> bool:
        """Whether the small camera over the head sees the tray otherwise than when it was last found empty."""
        capture = self._captures["head"]
        try:
            seen = capture.glance(GLANCE_STEP)
        except CameraFault:
            return True
        clear = self._clear
        if clear is not None and clear.shape == seen.shape:
            differs = np.abs(seen.astype(np.int16) - clear) > STIRRED
            if float(np.mean(differs)) < STIRRED_SHARE:
                return False
        self._glance = seen
        return True

    def check(self) -> Frame:
        """The clamped copy against its backlight."""
        return self._backlit("check")

    def look(self, view: str) -> Frame:
        """One fresh frame as its camera gives it, however dark: a technician looks for the reason."""
        if view not in self._captures:
            raise CameraFault(view, "the machine file names no such camera")
        pixels = self._captures[view].frame()
        return Frame(pixels if view == "head" else _grey(pixels), self._views.named[view].mm_per_px)

    def _face(self, name: str) -> Frame | None:
        """None where the machine has no such camera."""
        capture = self._captures.get(name)
        return None if capture is None else Frame(_grey(capture.frame()), self._views.named[name].mm_per_px)

    def close(self) -> None:
        """Let go of all cameras."""
        for capture in self._captures.values():
            capture.close()

    def _backlit(self, name: str) -> Frame:
        grey = _grey(self._captures[name].frame())
        if float(np.percentile(grey[::4, ::4], 99)) < DARKEST_BACKLIGHT:
            raise CameraFault(name, "dark: its backlight is off or something covers it")
        mm_per_px: float = getattr(self._views, name).mm_per_px
        return Frame(grey, mm_per_px)


def _grey(pixels: Pixels) -> Pixels:
    """Luminance of an RGB picture, in whole steps."""
    weighted = pixels[..., 0] * 0.299 + pixels[..., 1] * 0.587 + pixels[..., 2] * 0.114
    return np.asarray(np.rint(weighted), dtype=np.uint8)
