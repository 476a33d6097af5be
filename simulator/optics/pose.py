"""How a key lies in the tray, and where its points come to in a picture.

Responsible for: turn, shift, side, perspective and bend. Not responsible for: light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.machine import CameraView
from simulator.keys.key import Face, PhysicalKey
from simulator.optics.settings import Optics


@dataclass(frozen=True, repr=False)
class Pose:
    """Where and how a key lies. Angles anticlockwise as seen on the picture."""

    rotation_deg: float = 0.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    """Middle of the key from the middle of the field: right, down."""
    bow_right: bool = False
    cuts_down: bool = False
    station_mm: float = 2.0
    """Where the laser sheet crosses the blade, from the shoulder."""
    line_shift_mm: tuple[float, float] = (0.0, 0.0)
    """The blade in the line cameras' field: away from the laser, and up from where the spine should be."""
    line_tilt_deg: tuple[float, float] = (0.0, 0.0)
    """Lean of the left and the right face."""

    @property
    def face_seen(self) -> Face:
        """Which face looks at the camera over the tray."""
        return Face.LEFT if self.bow_right == self.cuts_down else Face.RIGHT


def drawn_pose(key: PhysicalKey, optics: Optics, rng: np.random.Generator) -> Pose:
    """A pose such as a shopper may choose, within what the settings say."""
    uniform = rng.uniform(-1, 1, 8)
    sides = rng.random(2)
    reach = optics.shift_mm
    station = 2.0 + uniform[3] * min(reach / 3, 1.2)
    return Pose(
        rotation_deg=float(uniform[0] * optics.rotation_deg),
        shift_mm=(float(uniform[1] * reach), float(uniform[2] * reach)),
        bow_right=bool(optics.any_way and sides[0] < 0.5),
        cuts_down=bool(optics.any_way and sides[1] < 0.5),
        station_mm=float(min(station, key.length_mm * 0.8)) if key.length_mm else 0.0,
        line_shift_mm=(float(uniform[4] * min(reach / 3, 1.0)), float(uniform[5] * min(reach / 6, 0.5))),
        line_tilt_deg=(float(uniform[6] * optics.line_tilt_deg), float(uniform[7] * optics.line_tilt_deg)),
    )


@dataclass(frozen=True, repr=False, eq=False)
class Projection:
    """From the key's frame (mm) to pixels of one view. `turn` is the picture's turn as a matrix on mm."""

    middle_mm: NDArray[np.float64]
    turn: NDArray[np.float64]
    offset_mm: NDArray[np.float64]
    view: CameraView
    perspective: NDArray[np.float64]
    distortion: float
    bend: tuple[float, float]
    """Bend at the tip in mm, and the length over which it grows."""

    def __call__(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (column, row) of points in the key's frame."""
        bend_mm, length_mm = self.bend
        if bend_mm and length_mm:
            along = np.maximum(points_mm[:, 0], 0.0) / length_mm
            points_mm = np.stack([points_mm[:, 0], points_mm[:, 1] + bend_mm * along**2], axis=1)
        on_tray: NDArray[np.float64] = (points_mm - self.middle_mm) @ self.turn.T + self.offset_mm
        half_mm = self.view.width_px * self.view.mm_per_px / 2
        outwards = (on_tray**2).sum(axis=1) / half_mm**2
        scale = 1.0 + (on_tray @ self.perspective) / half_mm + self.distortion * outwards
        centre = np.array([self.view.width_px, self.view.height_px]) / 2
        return np.asarray(on_tray * scale[:, None] / self.view.mm_per_px + centre)

    def angle_deg(self) -> float:
        """Turn of upright writing on the face that is seen, clockwise in the picture."""
        up = self.turn @ np.array([0.0, 1.0])
        return float(np.degrees(np.arctan2(up[0], -up[1])))


def projection(
    key: PhysicalKey,
    pose: Pose,
    view: CameraView,
    optics: Optics,
    lens: tuple[NDArray[np.float64], float],
    moved_mm: float = 0.0,
) -> Projection:
    """The way from a key to a picture.

    `lens`: the way the camera leans (a unit vector), and how much of the largest distortion it has, -1 to 1.
    """
    points = np.concatenate([solid.outer for solid in key.solids()])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    sides = np.diag([-1.0 if pose.bow_right else 1.0, 1.0 if pose.cuts_down else -1.0])
    angle = np.radians(pose.rotation_deg)
    # Rows run downwards, so a turn that looks anticlockwise has this sign.
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ sides
    offset = np.asarray(pose.shift_mm) + moved_mm * np.array([0.8, 0.6])
    return Projection(
        middle,
        turn,
        offset,
        view,
        lens[0] * optics.perspective,
        lens[1] * optics.distortion,
        (key.bend_mm, key.length_mm),
    )
