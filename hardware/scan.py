"""What cameras bring: frames with their scale. In memory for one session, and never printed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width) grey or (height, width, 3) RGB."""


@dataclass(frozen=True, repr=False, eq=False)
class Frame:
    """One picture and its scale. The repr shows no pixel."""

    pixels: Pixels
    mm_per_px: float

    def __repr__(self) -> str:
        return f"View({self.pixels.shape}, {self.mm_per_px} mm/px)"


@dataclass(frozen=True, repr=False, eq=False)
class ScanFrames:
    """One look at the tray. A view that is None was not seen.

    `silhouette`: backlit, key dark on light, any rotation. `head`: front light, registered with the
    silhouette. `line_left`, `line_right`: a laser sheet across one face, tilted by `laser_angle_deg` from the
    camera's axis: a recess r moves the line by r*tan(angle) along image x; image y is blade height, spine at
    the bottom. `face_above`, `face_below`: the blade's two faces in light that grazes along it, both
    registered with the silhouette, the lower one turned over to be so. `face_above_far`, `face_below_far`: the same
    in light from the other end of the blade: what a stain darkens is dark in both, a slope is lit in one alone.
    """

    silhouette: Frame | None = None
    head: Frame | None = None
    line_left: Frame | None = None
    line_right: Frame | None = None
    laser_angle_deg: float = 45.0
    face_above: Frame | None = None
    face_below: Frame | None = None
    face_above_far: Frame | None = None
    face_below_far: Frame | None = None

    def __repr__(self) -> str:
        return "ScanFrames(…)"


FACE_VIEWS = (("face_above", "face_above_far"), ("face_below", "face_below_far"))
"""Each face by the name of its view under the lamp at one end, and under the lamp at the other."""
TRAY_VIEWS = ("silhouette", "head", "line_left", "line_right", *chain(*zip(*FACE_VIEWS, strict=True)))
"""Every view of the tray there may be, by its name in `ScanFrames`."""
