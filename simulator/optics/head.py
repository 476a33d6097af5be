"""The tray lit from the front: metal, words, scratches.

Responsible for: what the head camera shows. Not responsible for: reading it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from config.machine import CameraView
from hardware.scan import Pixels
from simulator.keys.key import Face, Finish, PhysicalKey, Stamp, Strike
from simulator.keys.sections import recess_mm
from simulator.optics import light
from simulator.optics.coverage import Window
from simulator.optics.lettering import lettering
from simulator.optics.metal import clouds, fixed, textured
from simulator.optics.placed import Body
from simulator.optics.pose import Pose, Projection
from simulator.optics.settings import Optics

_TRAY = 46.0
COLOURS = {
    Finish.BRASS: (196, 166, 96),
    Finish.NICKEL: (186, 188, 190),
    Finish.OXIDISED: (112, 92, 62),
    Finish.BLACK: (64, 64, 68),
}
_DOWN_RIGHT = np.array([[1.0, 0.0, 1.4], [0.0, 1.0, 1.4]])
_TARNISH = {Strike.ENGRAVED: 0.30, Strike.EMBOSSED: -0.18, Strike.WORN: 0.18}
"""Grime stays in what is sunk; what stands out is polished by pockets."""
_RELIEF = {Strike.ENGRAVED: -1.0, Strike.EMBOSSED: 1.0, Strike.WORN: -0.75}


def render(
    key: PhysicalKey | None,
    pose: Pose,
    body: Body | None,
    view: CameraView,
    optics: Optics,
    rng: np.random.Generator,
) -> tuple[Pixels, float]:
    """The head view (height, width, 3) of a key, or of an empty tray, without noise, and the sensor's exponent."""
    lamp = light.level(optics, 1.0, rng)
    tray = light.flat_frame(view.width_px, view.height_px, optics.vignette, _TRAY * lamp)
    pixels = light.coloured(tray)
    if key is not None and body is not None:
        around = body.window
        if around.width and around.height:
            shine = surface(key, pose, body.place, around, optics, rng) * np.float32(lamp)
            metal = light.blurred(body.covers * shine, optics)
            pixels[around.slices] = light.tinted(metal, COLOURS[key.finish], tray[around.slices] * body.beside)
    return light.through_the_lens(pixels, optics, view.mm_per_px, rng)


def surface(
    key: PhysicalKey, pose: Pose, place: Projection, window: Window, optics: Optics, rng: np.random.Generator
) -> light.Light:
    """Brightness of the surface, about 1: relief lit from the upper left, grain, stains, scratches."""
    relief = np.zeros((window.height, window.width), np.float32)
    dark = np.zeros_like(relief)
    for stamp in key.stamps:
        if key.bow is not None and stamp.face in (pose.face_seen, Face.BOTH):
            middle = np.asarray(key.bow.centre_mm(key.height_mm)) + np.asarray(stamp.at_mm)
            mask = _stamped(stamp, middle, place, window)
            if stamp.strike is Strike.WORN:
                mask = mask * np.clip(clouds(mask.shape, 26, rng) * 0.35 + 0.8, 0.3, 1).astype(np.float32)
            relief += mask * _RELIEF[stamp.strike]
            dark += mask * _TARNISH[stamp.strike]
    _grooves(key, pose, place, window, relief)
    relief = np.asarray(cv2.GaussianBlur(relief, (0, 0), 1.0), dtype=np.float32)
    slope = relief - cv2.warpAffine(relief, _DOWN_RIGHT, (window.width, window.height))
    x = np.linspace(-0.12, 0.12, window.width, dtype=np.float32)
    shine = 0.92 + x[None, :] + 0.55 * slope - dark * 0.6
    return textured(shine, key, optics, rng)


def _stamped(stamp: Stamp, middle: NDArray[np.float64], place: Projection, window: Window) -> NDArray[np.float32]:
    """The words as a mask over the window."""
    mask, cap_px = lettering(stamp.lines, stamp.font)
    centre = place(middle[None, :])[0] - (window.left, window.top)
    angle = np.radians(place.angle_deg() - stamp.angle_deg)
    scale = stamp.cap_mm / place.view.mm_per_px / cap_px
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    half_w, half_h = mask.shape[1] / 2, mask.shape[0] / 2
    matrix = np.array([[cos, -sin, centre[0] - cos * half_w + sin * half_h],
                       [sin, cos, centre[1] - sin * half_w - cos * half_h]])  # fmt: skip
    if scale < 0.6:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.35 / scale).astype(np.float32)
    return np.asarray(cv2.warpAffine(mask, matrix, (window.width, window.height)), dtype=np.float32)


def _grooves(key: PhysicalKey, pose: Pose, place: Projection, window: Window, relief: NDArray[np.float32]) -> None:
    """Sink the blade's grooves, dimples and tracks into the relief, as the camera over the tray sees them."""
    if key.section is None or not key.x_mm.size:
        return
    face = key.section.left if pose.face_seen is Face.LEFT else key.section.right
    heights = np.arange(0.0, key.height_mm, 0.1)
    sunk = np.zeros((window.height, window.width), np.uint8)

    ends: list[tuple[float, float]] = []
    strokes: list[tuple[float, int]] = []
    for height, depth in zip(heights, recess_mm(face, heights), strict=True):
        reached = np.flatnonzero(key.top_mm > height + 0.05)
        if depth > 0.08 and reached.size:
            ends += [(-1.5, height), (float(key.x_mm[reached[-1]]), height)]
            strokes.append((float(depth), 2))
    for hollow in key.hollows:
        if hollow.face in (pose.face_seen, Face.BOTH):
            half, width = hollow.length_mm / 2, max(int(2 * hollow.radius_mm / place.view.mm_per_px), 1)
            ends += [(hollow.x_mm + side * half, hollow.height_mm) for side in (-1, 1)]
            strokes.append((1.4, width))
    if not strokes:
        return
    points = place(np.array(ends, dtype=np.float64)) - (window.left, window.top)
    for (depth, width), start, end in zip(strokes, points[::2], points[1::2], strict=True):
        cv2.line(sunk, fixed(start), fixed(end), min(int(depth * 160), 255), width, cv2.LINE_AA, 4)
    relief -= sunk * np.float32(0.8 / 160)
