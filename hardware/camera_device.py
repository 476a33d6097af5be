"""What a view's device path leads to: a living camera of its own, or something that could stand in for one.

Responsible for: telling a camera from a picture, a recording or any other device, and two names of one camera. Not
responsible for: opening it, or its frames (`hardware.camera`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

_VIDEO4LINUX = 81
"""The system's major number of video devices (Linux: Documentation/admin-guide/devices.txt)."""


def camera_number(path: str) -> int | None:
    """The device number of a camera, whatever links lead to it; None for what is not there or is no camera."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISCHR(found.st_mode) or os.major(found.st_rdev) != _VIDEO4LINUX:
        return None
    return found.st_rdev


def camera_objection(path: str, others: Iterable[str]) -> str | None:
    """Why no camera is opened at this path, beside those at the others; None when one may be."""
    number = camera_number(path)
    if number is None:
        return f"{path} is no camera" if os.path.exists(path) else f"{path} is not there"
    shared = next((other for other in others if camera_number(other) == number), None)
    return None if shared is None else f"{path} is the camera of another view ({shared})"
