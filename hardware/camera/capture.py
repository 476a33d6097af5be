"""One camera: the newest frame, or a fault that says why there is none.

Responsible for: opening, size, exposure, stale frames, freezing and unplugging. Not responsible for: scale or light, or
what a device path leads to (`hardware.camera_device`).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection

import cv2
import numpy as np

from config.machine import CameraView
from hardware.camera_device import camera_objection
from hardware.clock import Clock
from hardware.errors import CameraFault
from hardware.scan import Pixels

STALE_FRAMES = 8
"""A driver keeps at most so many frames that were taken before they were asked for."""
FRESH_WAIT_S = 0.008
"""A frame that was waited for at least so long was not lying in a buffer."""


class Capture:
    """A camera by its stable path (`/dev/v4l/by-id/…`), never a file: a recorded clean head would hide a mark."""

    def __init__(self, name: str, view: CameraView, clock: Clock, others: Collection[str] = ()) -> None:
        """Nothing is opened yet. `others`: devices of the views beside it, which may not be this one's."""
        self._name = name
        self._view = view
        self._others = others
        self._clock = clock
        self._capture: cv2.VideoCapture | None = None
        self._last: bytes | None = None
        """What the last frame comes to: enough to know it again, and nothing of what it showed."""

    def frame(self) -> Pixels:
        """A frame taken after the call began, as RGB.

        Raises:
            CameraFault: missing, unplugged, frozen, or of another size than the machine file says.
        """
        picture = self._taken()
        pixels: Pixels = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
        height, width = pixels.shape[:2]
        if (width, height) != (self._view.width_px, self._view.height_px):
            wanted = f"{self._view.width_px}x{self._view.height_px}"
            raise CameraFault(self._name, f"gives {width}x{height} pixels, the machine file says {wanted}")
        self._notice_frozen(pixels)
        return pixels

    def glance(self, step: int) -> Pixels:
        """Every so many-th pixel's brightness of a frame taken after the call began: enough to see that it differs.

        Raises:
            CameraFault: missing or unplugged.
        """
        return np.ascontiguousarray(self._taken()[::step, ::step, 1])

    def close(self) -> None:
        """Let go of the device. May be called twice."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _opened(self) -> cv2.VideoCapture:
        if self._capture is not None:
            return self._capture
        device = self._view.device
        if (objection := camera_objection(device, self._others)) is not None:
            raise CameraFault(self._name, objection)
        capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            raise CameraFault(self._name, f"{device} cannot be opened")
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._view.width_px)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._view.height_px)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if self._view.exposure is not None:
            # 1 is manual for UVC; a measuring camera must not choose its own light.
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, 1)
            capture.set(cv2.CAP_PROP_EXPOSURE, self._view.exposure)
        self._capture = capture
        return capture

    def _taken(self) -> Pixels:
        capture = self._opened()
        self._drop_stale(capture)
        taken, picture = self._read(capture)
        if not taken or picture is None:
            self.close()
            raise CameraFault(self._name, "unplugged")
        return picture

    def _read(self, capture: cv2.VideoCapture) -> tuple[bool, Pixels | None]:
        with contextlib.suppress(cv2.error):
            taken, picture = capture.read()
            return bool(taken), None if picture is None else np.asarray(picture, dtype=np.uint8)
        return False, None

    def _drop_stale(self, capture: cv2.VideoCapture) -> None:
        """Throw away what was taken before now: a buffered frame comes at once, a new one is waited for."""
        for _ in range(STALE_FRAMES + 1):
            begin_s = self._clock.now_s()
            if not capture.grab() or self._clock.now_s() - begin_s >= FRESH_WAIT_S:
                return
        # More than any driver keeps, and none was waited for: a loop of old pictures is no picture of this key.
        raise CameraFault(self._name, "brings only pictures that were taken before it was asked")

    def _notice_frozen(self, pixels: Pixels) -> None:
        """A living sensor has noise: the same picture twice is an old one, of the key before or of an empty tray."""
        digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
        same, self._last = digest == self._last, digest
        if same:
            raise CameraFault(self._name, "frozen: the picture does not change at all")
