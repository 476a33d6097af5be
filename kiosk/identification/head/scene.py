"""The front-lit and the backlit picture of one lay, brought together at one coarse pitch.

Responsible for: which of the head picture's points are the key's metal by its shadow, and which its bow. Not
responsible for: what the head picture shows there (`sight`, `cover`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame
from kiosk.identification.head.place import OPENING_MM, Mask, opened
from kiosk.identification.outline.segment import segment
from kiosk.key.reading import Outcome, Unseen

PITCH_MM = 0.12
SAME_EXTENT = 0.03
"""The two cameras show the same tray: their extents differ by less than this."""
AROUND_MM = 4.0
"""How much of the tray is kept round the key."""
RIM_MM, BLADE_RIM_MM, NECK_MM = 0.6, 0.8, 2.0
"""What is left out along the outline of bow and blade, and between the two."""
LEAST_BLADE = 200
"""Points of the blade by which the bow's metal can be told."""


@dataclass(frozen=True, repr=False, eq=False)
class Scene:
    """Both pictures at one coarse pitch: colours, the key's metal by its shadow, and the part that is its bow."""

    colours: NDArray[np.float32]
    grey: NDArray[np.float32]
    """The head picture as fine as it came, so many of its points to one of the pitch."""
    factor: int
    key: Mask
    bow: Mask
    pitch_mm: float

    def inside(self) -> NDArray[np.bool_]:
        """The bow without its rim."""
        return np.asarray(self.grown(self.bow, -RIM_MM) > 0, dtype=np.bool_)

    def blade(self) -> NDArray[np.bool_]:
        """The blade without its rim and well away from the bow."""
        beyond = self.grown(self.bow, NECK_MM)
        return np.asarray((self.grown(self.key, -BLADE_RIM_MM) > 0) & (beyond == 0), dtype=np.bool_)

    def grown(self, mask: Mask, by_mm: float) -> Mask:
        """A mask that reaches so much further, or less far."""
        times = max(1, round(abs(by_mm) / self.pitch_mm))
        change = cv2.dilate if by_mm > 0 else cv2.erode
        return np.asarray(change(mask, np.ones((3, 3), np.uint8), iterations=times), dtype=np.uint8)


def scene_of(head: Frame, silhouette: Frame) -> Scene | Unseen:
    """Both pictures brought together; why not, where the two cannot be of one tray."""
    found = segment(silhouette)
    if isinstance(found, Outcome):
        return Unseen.NOT_THIS_HEAD
    height, width = head.pixels.shape[:2]
    extent = np.array(found.grey.shape) * found.mm_per_px
    if np.any(np.abs(np.array([height, width]) * head.mm_per_px - extent) > SAME_EXTENT * extent):
        return Unseen.NOT_THIS_HEAD
    factor = max(1, round(PITCH_MM / head.mm_per_px))
    size = (width // factor, height // factor)
    pitch = head.mm_per_px * factor
    whole = head.pixels[: size[1] * factor, : size[0] * factor]
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    colours = np.repeat(small[:, :, None], 3, axis=2) if small.ndim == 2 else small
    outer = np.zeros((size[1], size[0]), np.uint8)
    cv2.drawContours(outer, [np.rint(found.contour_mm / pitch - 0.5).astype(np.int32)], -1, 1, cv2.FILLED)
    shadow = cv2.resize(found.grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    light = float(np.median(shadow[outer == 0]))
    key = np.asarray(outer * (shadow < (light + found.dark) / 2), dtype=np.uint8)
    bow = opened(outer, OPENING_MM / pitch) * key
    if not bow.any():
        bow = key
    near = cv2.boundingRect(outer)
    margin = round(AROUND_MM / pitch)
    rows = slice(max(0, near[1] - margin), near[1] + near[3] + margin)
    columns = slice(max(0, near[0] - margin), near[0] + near[2] + margin)
    fine = whole[_times(rows, factor), _times(columns, factor)]
    grey = fine if fine.ndim == 2 else cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY)
    part = (rows, columns)
    return Scene(colours[part], grey.astype(np.float32), factor, key[part], bow[part], pitch)


def _times(part: slice, factor: int) -> slice:
    return slice(part.start * factor, part.stop * factor)
