"""Where a key's outlines lie in a picture.

Responsible for: its solids in pixels, the part of the picture they take, and how much of each pixel they cover. Not
responsible for: the key's place (`simulator.optics.pose`), what is drawn there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.machine import CameraView
from simulator.keys.key import PhysicalKey
from simulator.optics import light
from simulator.optics.coverage import Window, covered, window_around
from simulator.optics.pose import Projection
from simulator.optics.settings import Optics

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


@dataclass(frozen=True, repr=False, eq=False)
class Body:
    """A key in the pictures of all cameras that see it alike: its place, and what it covers there."""

    key: PhysicalKey
    place: Projection
    optics: Optics

    @cached_property
    def window(self) -> Window:
        """The part of the picture it touches, blur and all; may be empty."""
        return outlines_window(self._outlines, light.spread_px(self.optics) + 4, self.place.view)

    @cached_property
    def covers(self) -> light.Light:
        """How much of each pixel of the window is metal."""
        return covered(self._outlines, self.window)

    @cached_property
    def beside(self) -> light.Light:
        """How much light from beside it comes through the lens at each pixel of the window."""
        past: light.Light = np.float32(1.0) - light.blurred(self.covers, self.optics)
        return past

    @cached_property
    def _outlines(self) -> Outlines:
        return placed(self.key, self.place)
