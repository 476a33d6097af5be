"""A face of the blade in light that grazes along it: what runs along the blade stays flat, all else stands out.

Responsible for: what the two face cameras show, the one above the tray and the one below it, whose picture is turned
over so that both lie on the silhouette. Not responsible for: finding anything in it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from config.keyway import Section
from config.machine import CameraView
from hardware.scan import Pixels
from simulator.keys.key import Face, Finish, PhysicalKey
from simulator.keys.sections import recess_mm
from simulator.optics import light
from simulator.optics.coverage import Window
from simulator.optics.metal import textured
from simulator.optics.placed import Body
from simulator.optics.pose import Projection
from simulator.optics.settings import Optics

LAMP_DEG = 22.0
"""How high a lamp stands above the face. It stands at an end of the picture, so a key lies along its light."""
LEFT, RIGHT = -1.0, 1.0
_AMBIENT = 0.22
_MOST = 2.6
"""A slope that faces the lamp shines at most so many times as bright as the flat."""
_STEP_MM = 0.06
_TRAY = 16.0
_GREY = {Finish.BRASS: 132.0, Finish.NICKEL: 146.0, Finish.OXIDISED: 84.0, Finish.BLACK: 56.0}


def render(
    key: PhysicalKey | None,
    body: Body | None,
    face: Face,
    view: CameraView,
    optics: Optics,
    rng: np.random.Generator,
    metal: np.random.Generator,
    lamp_at: float = LEFT,
) -> tuple[Pixels, float]:
    """One face view (height, width) without noise, and the sensor's exponent.

    Args:
        key: what lies there, if anything.
        body: where this camera sees it.
        face: left or right.
        view: the camera.
        optics: how good the picture is.
        rng: draws what is this camera's own.
        metal: draws the stains and scratches of this face, which are the same under every lamp.
        lamp_at: the end of the picture at which the lamp stands, LEFT or RIGHT.
    """
    lamp = light.level(optics, 1.0, rng)
    pixels = light.flat_frame(view.width_px, view.height_px, optics.vignette, _TRAY * lamp)
    if key is not None and body is not None:
        around = body.window
        if around.width and around.height:
            shine = textured(_shaded(key, face, body.place, around, lamp_at), key, optics, metal)
            lit = light.blurred(body.covers * shine * np.float32(_GREY[key.finish] * lamp), optics)
            pixels[around.slices] = light.rounded(lit + pixels[around.slices] * body.beside)
    return light.through_the_lens(pixels, optics, view.mm_per_px, rng)


def _shaded(key: PhysicalKey, face: Face, place: Projection, window: Window, lamp_at: float) -> light.Light:
    """Brightness of the bare relief over a window, 1 where the face is flat."""
    flat = np.ones((window.height, window.width), np.float32)
    if key.section is None or not key.x_mm.size:
        return flat
    x = np.arange(0.0, key.length_mm, _STEP_MM)
    y = np.arange(-1.0, key.height_mm + 1.0, _STEP_MM)
    bend = key.bend_mm * (x / key.length_mm) ** 2
    recess = _relief(key, key.section, face, x, y[:, None] - bend[None, :])
    towards_lamp = place.turn.T @ np.array([lamp_at, 0.0])
    shade = _lit(recess, towards_lamp)
    middle = place.middle_mm
    centre = np.array([place.view.width_px, place.view.height_px]) / 2 - (window.left, window.top)
    turn = place.turn / place.view.mm_per_px
    start = turn @ (np.array([x[0], y[0]]) - middle) + place.offset_mm / place.view.mm_per_px + centre
    step = turn * _STEP_MM
    matrix = np.array([[step[0, 0], step[0, 1], start[0] - 0.5], [step[1, 0], step[1, 1], start[1] - 0.5]])
    spot = max(place.view.mm_per_px / _STEP_MM / 2.355, 0.3)
    soft = cv2.GaussianBlur(shade, (0, 0), spot)
    size = (window.width, window.height)
    how = cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(soft, matrix, size, flat, how, cv2.BORDER_TRANSPARENT), dtype=np.float32)


def _relief(
    key: PhysicalKey, section: Section, face: Face, x_mm: NDArray[np.float64], heights_mm: NDArray[np.float64]
) -> light.Light:
    """Recess of a face over the blade, mm."""
    points = section.left if face is Face.LEFT else section.right
    recess = np.asarray(recess_mm(points, heights_mm.ravel()).reshape(heights_mm.shape))
    for hollow in key.hollows:
        if hollow.face in (face, Face.BOTH):
            along = np.maximum(np.abs(x_mm - hollow.x_mm) - hollow.length_mm / 2, 0.0)
            near = (along[None, :] ** 2 + (heights_mm - hollow.height_mm) ** 2) / hollow.radius_mm**2
            recess = np.maximum(recess, hollow.depth_mm * np.sqrt(np.maximum(1 - near, 0.0)))
    return np.asarray(recess, dtype=np.float32)


def _lit(recess_mm_: light.Light, towards_lamp: NDArray[np.float64]) -> light.Light:
    """Brightness of a relief, 1 where it is flat, with the shadows its walls cast along the blade."""
    low, high = np.float32(np.sin(np.radians(LAMP_DEG))), np.float32(np.cos(np.radians(LAMP_DEG)))
    by_y, by_x = np.gradient(recess_mm_, np.float32(_STEP_MM))
    facing = by_x * np.float32(towards_lamp[0]) + by_y * np.float32(towards_lamp[1])
    direct = (low + high * facing) / (low * np.sqrt(1.0 + by_x**2 + by_y**2))
    falls = low / high * np.float32(_STEP_MM) * np.arange(recess_mm_.shape[1], dtype=np.float32)
    # A ray that grazes over a point further towards the lamp must not lie above this one.
    surface = -recess_mm_ if towards_lamp[0] > 0 else -recess_mm_[:, ::-1]
    ray = np.maximum.accumulate((surface - falls)[:, ::-1], axis=1)[:, ::-1] + falls
    dark = ray > surface + np.float32(0.01)
    dark = dark if towards_lamp[0] > 0 else dark[:, ::-1]
    return np.asarray(_AMBIENT + (1 - _AMBIENT) * np.where(dark, 0.0, np.clip(direct, 0.0, _MOST)), dtype=np.float32)
