"""The backlit view of the tray: dark on light.

Responsible for: a key's shadow, true to area coverage. Not responsible for: what it looks like from the front.
"""

from __future__ import annotations

import numpy as np

from config.machine import CameraView
from hardware.scan import Pixels
from simulator.keys.key import PhysicalKey
from simulator.optics import light
from simulator.optics.coverage import covered
from simulator.optics.placed import outlines_window, placed
from simulator.optics.pose import Projection
from simulator.optics.settings import Optics

BACKLIGHT = 225.0
"""Grey of the bare backlight at exposure 1."""

SHADOW = 0.055
"""Light that reaches the camera from the key itself, against the backlight's."""


def render(
    key: PhysicalKey | None, place: Projection | None, view: CameraView, optics: Optics, rng: np.random.Generator
) -> tuple[Pixels, float]:
    """The silhouette view of a key (None: an empty tray) at its place, without noise, and the sensor's exponent."""
    grey = light.level(optics, BACKLIGHT, rng)
    pixels = light.flat_frame(view.width_px, view.height_px, optics.vignette, grey)
    if key is not None and place is not None:
        outlines = placed(key, place)
        outlines += [(place(speck), ()) for speck in _dirt(key, rng)]
        around = outlines_window(outlines, light.spread_px(optics) + 4, view)
        if around.width and around.height:
            bright = light.field(view.width_px, view.height_px, optics.vignette, around.slices)
            pixels[around.slices] = light.lit(bright, light.blurred(passing(covered(outlines, around)), optics), grey)
    return light.through_the_lens(pixels, optics, view.mm_per_px, rng)


def passing(shade: light.Light) -> light.Light:
    """The part of a backlight that comes past a shade. In place."""
    shade *= np.float32(SHADOW - 1.0)
    shade += np.float32(1.0)
    return shade


def _dirt(key: PhysicalKey, rng: np.random.Generator) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Crumbs that stick to the blade's edges."""
    if key.dirt <= 0 or not key.x_mm.size:
        return []
    crumbs = []
    for _ in range(int(rng.poisson(14 * key.dirt))):
        at = int(rng.integers(key.x_mm.size))
        edge = key.top_mm if rng.random() < 0.7 else key.bottom_mm
        angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        radii = float(rng.gamma(2.0, 0.06 * key.dirt)) * rng.uniform(0.6, 1.3, 14)
        crumbs.append(np.stack([key.x_mm[at] + radii * np.cos(angles), edge[at] + radii * np.sin(angles)], axis=1))
    return crumbs
