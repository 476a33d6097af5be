"""Looks at the tray: all views of whatever lies in it.

Responsible for: putting the views together from one seed; what stays and what is new when the cameras look again.
Not responsible for: when a camera delivers them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

import config.machine as machine
from hardware.scan import Frame, Pixels, ScanFrames
from simulator.keys.key import Face, PhysicalKey
from simulator.optics import face, head, light, line, silhouette
from simulator.optics.placed import Body
from simulator.optics.pose import Pose, drawn_pose, projection
from simulator.optics.settings import Optics


@dataclass(frozen=True, repr=False, eq=False)
class LaidKey:
    """What lies before the cameras as they see it, but for their noise: one laying, to be looked at many times."""

    views: dict[str, tuple[Pixels, machine.CameraView, np.random.Generator, float]]
    """Name to picture without noise, camera, what its noise is drawn from, and its sensor's exponent."""
    laser_angle_deg: float
    optics: Optics
    seed: int

    def look(self, number: int = 0) -> ScanFrames:
        """One frame a camera. Another number: the same key under a lamp that flickers, with new noise."""
        frames: dict[str, Frame] = {}
        for which, (name, (pixels, camera, noise, exponent)) in enumerate(self.views.items()):
            rng = deepcopy(noise) if number == 0 else np.random.default_rng((self.seed, number, which))
            seen = pixels.copy() if number == 0 else light.relit(pixels, self.optics, exponent, rng)
            frames[name] = Frame(light.with_noise(seen, self.optics, rng), camera.mm_per_px)
        return ScanFrames(**frames, laser_angle_deg=self.laser_angle_deg)


def lay_out(
    key: PhysicalKey | None, views: machine.Views, optics: Optics, seed: int, pose: Pose | None = None
) -> LaidKey:
    """Draw whatever lies in the tray. The same arguments give the same bytes.

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
    bodies: dict[tuple[int, int, float], Body] = {}

    def body_in(camera: machine.CameraView) -> Body | None:
        """The key as this camera and all of its size and scale see it."""
        if key is None:
            return None
        alike = (camera.width_px, camera.height_px, camera.mm_per_px)
        if alike not in bodies:
            bodies[alike] = Body(key, projection(key, pose, camera, optics, lens, optics.moved_mm), optics)
        return bodies[alike]

    drawn: dict[str, tuple[Pixels, machine.CameraView, np.random.Generator, float]] = {}
    if "silhouette" not in optics.missing:
        place = projection(key, pose, views.silhouette, optics, lens) if key is not None else None
        pixels, exponent = silhouette.render(key, place, views.silhouette, optics, rng[2])
        drawn["silhouette"] = (pixels, views.silhouette, rng[2], exponent)
    if "head" not in optics.missing:
        pixels, exponent = head.render(key, pose, body_in(views.head), views.head, optics, rng[3])
        drawn["head"] = (pixels, views.head, rng[3], exponent)
    for side, stream in ((Face.LEFT, rng[4]), (Face.RIGHT, rng[5])):
        name = f"line_{side}"
        if name not in optics.missing:
            camera = views.line_left if side is Face.LEFT else views.line_right
            pixels = line.render(key, side, pose, camera, views.laser_angle_deg, optics, stream)
            drawn[name] = (pixels, camera, stream, 1.0)
    other = Face.RIGHT if pose.face_seen is Face.LEFT else Face.LEFT
    for name, seen, stream, metal, lamp_at in (
        ("face_above", pose.face_seen, rng[6], rng[10], face.LEFT),
        ("face_below", other, rng[7], rng[11], face.LEFT),
        ("face_above_far", pose.face_seen, rng[8], rng[10], face.RIGHT),
        ("face_below_far", other, rng[9], rng[11], face.RIGHT),
    ):
        found = views.named.get(name)
        if found is not None and name not in optics.missing:
            pixels, exponent = face.render(key, body_in(found), seen, found, optics, stream, deepcopy(metal), lamp_at)
            drawn[name] = (pixels, found, stream, exponent)
    return LaidKey(drawn, views.laser_angle_deg, optics, seed)


def render_scan(
    key: PhysicalKey | None, views: machine.Views, optics: Optics, seed: int, pose: Pose | None = None
) -> ScanFrames:
    """One frame a camera of a key in the tray, looked at once; for the arguments see `lay_out`."""
    return lay_out(key, views, optics, seed, pose).look()


def render_empty_tray(views: machine.Views, optics: Optics, seed: int) -> ScanFrames:
    """One frame a camera of a tray with nothing in it."""
    return render_scan(None, views, optics, seed)


def pose_of(key: PhysicalKey, optics: Optics, seed: int) -> Pose:
    """The pose that `render_scan` draws for a seed."""
    return drawn_pose(key, optics, _streams(seed)[0])


def _streams(seed: int) -> list[np.random.Generator]:
    """A stream a view, and one for each face's metal: leaving one out, or drawing it smaller, changes no other."""
    return [np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(12)]
