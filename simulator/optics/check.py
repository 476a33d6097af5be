"""The check camera: a clamped copy against its own backlight.

Responsible for: the shadow of a blade in the clamp. Not responsible for: measuring it.

The picture: the clamp's jaw is dark over the full height at the left; its face is the shoulder (x = 0). The
blade goes to the right, cuts up, spine level, light above and below it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import config.machine as machine
from hardware.scan import Frame
from simulator.optics import light
from simulator.optics.coverage import covered, window_around
from simulator.optics.settings import Optics
from simulator.optics.silhouette import BACKLIGHT, passing

JAW_WIDTH_MM = 4.0
"""Width of the jaw in the picture: the shoulder's distance from the left border."""

_STRAIGHT = 1e-9
"""A smaller change of slope from one point to the next is none: over a whole blade it comes to nanometres."""
SPINE_MARGIN_MM = 3.2
"""The spine's distance from the lower border."""


def render_check(
    x_mm: NDArray[np.float64],
    top_mm: NDArray[np.float64],
    view: machine.CameraView,
    optics: Optics,
    seed: int,
    *,
    bottom_mm: NDArray[np.float64] | None = None,
    lift_mm: float = 0.0,
    tilt_deg: float = 0.0,
    off_mm: float = 0.0,
) -> Frame:
    """The clamped blade before the check camera.

    Args:
        x_mm: distances from the shoulder, rising; empty when nothing is clamped.
        top_mm: height of the blade's upper edge above the spine, at `x_mm`.
        view: size and scale of the camera.
        optics: how good the picture is; turn and shift do not apply to a clamped blade.
        seed: the same seed draws the same picture.
        bottom_mm: the lower edge (the tip's chamfer); the spine all along when None.
        lift_mm: how far shavings hold the blade off its seat.
        tilt_deg: how far a bent or badly clamped blade leans up towards its tip.
        off_mm: how far the clamp stands to the right of its place, with what it holds.
    """
    rng = np.random.default_rng(seed)
    grey = light.level(optics, BACKLIGHT, rng)
    pixels = light.flat_frame(view.width_px, view.height_px, optics.vignette, grey)
    height_mm = view.height_px * view.mm_per_px
    left_mm = -JAW_WIDTH_MM - max(off_mm, 0.0) - 2
    jaw = np.array([(left_mm, -30), (0, -30), (0, height_mm + 30), (left_mm, height_mm + 30)], dtype=np.float64)
    shapes = [jaw]
    if x_mm.size:
        low = np.zeros_like(top_mm) if bottom_mm is None else bottom_mm
        blade = np.concatenate([_corners(x_mm, np.maximum(top_mm, low)), _corners(x_mm, low)[::-1]])
        lean = np.radians(tilt_deg)
        blade = np.stack([blade[:, 0], blade[:, 1] + lift_mm + np.tan(lean) * blade[:, 0]], axis=1)
        shapes.append(blade)
    origin = np.array([JAW_WIDTH_MM + off_mm, height_mm - SPINE_MARGIN_MM])
    placed = [((shape * (1, -1) + origin) / view.mm_per_px, ()) for shape in shapes]
    margin = light.spread_px(optics) + 4
    around = window_around(np.concatenate([p for p, _ in placed]), margin, view.width_px, view.height_px)
    if around.width and around.height:
        bright = light.field(view.width_px, view.height_px, optics.vignette, around.slices)
        pixels[around.slices] = light.lit(bright, light.blurred(passing(covered(placed, around)), optics), grey)
    pixels, _ = light.through_the_lens(pixels, optics, view.mm_per_px, rng)
    pixels = light.with_noise(pixels, optics, rng)
    return Frame(pixels, view.mm_per_px)


def _corners(x_mm: NDArray[np.float64], y_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points of a line at which it bends."""
    points = np.stack([x_mm, y_mm], axis=1)
    bends = np.abs(np.diff(np.diff(y_mm) / np.diff(x_mm))) > _STRAIGHT
    return points[np.concatenate([[True], bends, [True]])] if x_mm.size > 2 else points
