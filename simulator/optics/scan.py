"""One look at the tray: all four views of whatever lies in it.

Responsible for: putting the views together from one seed. Not responsible for: when a camera delivers them.
"""

from __future__ import annotations

import numpy as np

import config.machine as machine
from hardware.scan import Pixels, ScanFrames, View
from simulator.keys import PhysicalKey
from simulator.optics import head, line, silhouette
from simulator.optics.pose import Pose, drawn_pose, projection
from simulator.optics.settings import Optics


def render_scan(
    key: PhysicalKey | None, views: machine.Views, optics: Optics, seed: int, pose: Pose | None = None
) -> ScanFrames:
    """Four frames of a key in the tray. The same arguments give the same bytes.

    Args:
        key: what lies in the tray; None for an empty one.
        views: sizes and scales of the cameras.
        optics: how good the pictures are and how far a key may be turned and shifted.
        seed: draws the pose (unless given), noise, dust, speckle.
        pose: how the key lies, when that is to be chosen.
    """
    rng = _streams(seed)
    if key is not None and not key.solids():
        key = None
    if pose is None:
        pose = drawn_pose(key, optics, rng[0]) if key is not None else Pose()
    angle = rng[1].uniform(0, 2 * np.pi)
    lens = (np.array([np.cos(angle), np.sin(angle)]), float(rng[1].uniform(-1, 1)))
    frames: dict[str, View | None] = dict.fromkeys(("silhouette", "head", "line_left", "line_right"))
    if "silhouette" not in optics.missing:
        place = projection(key, pose, views.silhouette, optics, lens) if key is not None else None
        frames["silhouette"] = _view(silhouette.render(key, place, views.silhouette, optics, rng[2]), views.silhouette)
    if "head" not in optics.missing:
        place = projection(key, pose, views.head, optics, lens, optics.moved_mm) if key is not None else None
        frames["head"] = _view(head.render(key, pose, place, views.head, optics, rng[3]), views.head)
    for side, stream in (("left", rng[4]), ("right", rng[5])):
        name = f"line_{side}"
        if name not in optics.missing:
            camera = views.line_left if side == "left" else views.line_right
            pixels = line.render(
                key, "left" if side == "left" else "right", pose, camera, views.laser_angle_deg, optics, stream
            )
            frames[name] = _view(pixels, camera)
    return ScanFrames(**frames, laser_angle_deg=views.laser_angle_deg)


def render_empty_tray(views: machine.Views, optics: Optics, seed: int) -> ScanFrames:
    """Four frames of a tray with nothing in it."""
    return render_scan(None, views, optics, seed)


def pose_of(key: PhysicalKey, optics: Optics, seed: int) -> Pose:
    """The pose that `render_scan` draws for a seed."""
    return drawn_pose(key, optics, _streams(seed)[0])


def _streams(seed: int) -> list[np.random.Generator]:
    """A stream a view: leaving one out, or drawing it smaller, does not change the others."""
    return [np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(6)]


def _view(pixels: Pixels, camera: machine.View) -> View:
    return View(pixels, camera.mm_per_px)
