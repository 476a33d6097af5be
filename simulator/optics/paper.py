"""An ordinary photograph or flatbed scan of a key on white paper.

Responsible for: what somebody without a kiosk would send in: bright paper, a coloured key, a soft shadow, uneven light.
Not responsible for: the kiosk's own cameras.
"""

from __future__ import annotations

import cv2
import numpy as np

import config.machine as machine
from hardware.scan import Frame, Pixels
from simulator.keys.key import PhysicalKey
from simulator.optics import head, light
from simulator.optics.coverage import covered, window_around
from simulator.optics.pose import drawn_pose, projection
from simulator.optics.settings import Optics

_FIELD_MM = (90.0, 65.0)
_WHITE = (243.0, 240.0, 234.0)


def render_on_paper(
    key: PhysicalKey, mm_per_px: float, optics: Optics, seed: int, *, shadow: float = 0.35, uneven: float = 0.15
) -> Frame:
    """A key on white paper from above, in colour.

    Args:
        key: what lies there.
        mm_per_px: scale of the picture; the paper is 90 by 65 mm.
        optics: lens and sensor, and how the key may lie.
        seed: draws everything left to chance.
        shadow: how dark the shadow beside the key is, 0 (flatbed) to 1.
        uneven: how much darker the far corner of the paper is.
    """
    rng = np.random.default_rng(seed)
    width, height = (max(round(side / mm_per_px), 64) for side in _FIELD_MM)
    view = machine.CameraView(device="paper", width_px=width, height_px=height, mm_per_px=mm_per_px)
    pose = drawn_pose(key, optics, rng)
    angle = rng.uniform(0, 2 * np.pi)
    place = projection(key, pose, view, optics, (np.array([np.cos(angle), np.sin(angle)]), float(rng.uniform(-1, 1))))
    slope = np.linspace(0, 1, width, dtype=np.float32)[None, :] + np.linspace(0, 1, height, dtype=np.float32)[:, None]
    paper = 1.0 - np.float32(uneven / 2) * slope
    paper *= 1.0 + np.float32(0.008) * rng.standard_normal((height, width), dtype=np.float32)
    outlines = [(place(s.outer), tuple(place(h) for h in s.holes)) for s in key.solids()]
    corners = np.concatenate([outer for outer, _ in outlines])
    around = window_around(corners, light.spread_px(optics) + round(4 / mm_per_px), width, height)
    picture = np.stack([paper * grey for grey in _WHITE], axis=2)
    if around.width and around.height:
        body = covered(outlines, around)
        picture[around.slices] *= (1.0 - np.float32(shadow) * _cast(body, mm_per_px))[:, :, None]
        shine = head.surface(key, pose, place, around, optics, rng)
        metal = np.stack([shine * tint for tint in head.COLOURS[key.finish]], axis=2)
        picture[around.slices] = picture[around.slices] * (1 - body[:, :, None]) + metal * body[:, :, None]
    seen: Pixels = light.rounded(light.blurred(picture.astype(np.float32), optics))
    return Frame(light.with_noise(light.responded(seen, optics, rng)[0], optics, rng), mm_per_px)


def _cast(body: light.Light, mm_per_px: float) -> light.Light:
    """The shadow of a key some two millimetres thick, from a lamp at the upper left."""
    by = 0.9 / mm_per_px
    moved = cv2.warpAffine(body, np.array([[1.0, 0.0, by], [0.0, 1.0, by]]), (body.shape[1], body.shape[0]))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), max(0.6 / mm_per_px, 0.5)), dtype=np.float32)
