"""Where a key's outlines lie in a picture.

Responsible for: its solids in pixels, and the part of the picture they take. Not responsible for: the key's place
(`simulator.optics.pose`), what is drawn there.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.machine import CameraView
from simulator.keys.key import PhysicalKey
from simulator.optics.coverage import Window, window_around
from simulator.optics.pose import Projection

Points: TypeAlias = NDArray[np.float64]
Outlines: TypeAlias = list[tuple[Points, tuple[Points, ...]]]
"""Of each solid its outer line and its holes."""


def placed(key: PhysicalKey, place: Projection) -> Outlines:
    """The key's solids in pixels."""
    return [(place(solid.outer), tuple(place(hole) for hole in solid.holes)) for solid in key.solids()]


def outlines_window(outlines: Outlines, margin_px: int, view: CameraView) -> Window:
    """The part of the picture that holds them, with a margin."""
    corners = np.concatenate([outer for outer, _ in outlines])
    return window_around(corners, margin_px, view.width_px, view.height_px)
