"""The laser line across one face of the blade.

Responsible for: where the sheet of light meets the metal and how brightly it comes back. Not responsible for:
finding it again.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from config.machine import CameraView
from hardware.scan import Pixels
from simulator.keys.key import Face, Finish, PhysicalKey
from simulator.keys.sections import recess_mm
from simulator.optics import light
from simulator.optics.pose import Pose
from simulator.optics.settings import Optics

SPINE_MARGIN_MM = 1.2
"""The spine's place above the lower border of the picture."""

BASE_PART = 0.3
"""The unrecessed face's place across the picture, as part of its width."""

_DARK = 9.0
_PEAK = 215.0
_LINE_MM = 0.085
"""Width of the sheet (two standard deviations)."""
_SUB = 4

_SHINE = {Finish.BRASS: 1.0, Finish.NICKEL: 1.1, Finish.OXIDISED: 0.6, Finish.BLACK: 0.45}


def render(
    key: PhysicalKey | None,
    side: Face,
    pose: Pose,
    view: CameraView,
    laser_angle_deg: float,
    optics: Optics,
    rng: np.random.Generator,
) -> Pixels:
    """One line view (None: an empty tray, where the sheet meets nothing near the focus), without noise."""
    image = np.full((view.height_px, view.width_px), _DARK * optics.lamp, np.float32)
    if key is not None:
        heights, recess, shine = _surface(key, side, pose, view, rng)
        if heights.size:
            _draw(image, key, heights, recess, shine, pose, side, view, laser_angle_deg, optics, rng)
    image = light.blurred(image, optics)
    return light.with_smear(light.rounded(image), optics, rng)


def _surface(
    key: PhysicalKey, side: Face, pose: Pose, view: CameraView, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Heights above the spine that the sheet meets, how far each lies back, and how brightly each shines."""
    step = view.mm_per_px / _SUB
    if key.section is None:
        spans = _chords(key)
        heights = np.concatenate([np.arange(a, b, step) for a, b in spans]) if spans else np.zeros(0)
        return heights, np.zeros_like(heights), np.full_like(heights, 0.8)
    top = key.edge_mm(pose.station_mm)
    low = float(np.interp(pose.station_mm, key.x_mm, key.bottom_mm))
    heights = np.arange(max(low, 0.0) + step / 2, min(top, key.height_mm), step)
    recess = recess_mm(getattr(key.section, side), heights)
    for hollow in key.hollows:
        if hollow.face in (side, Face.BOTH):
            recess = np.maximum(recess, hollow.recess_mm(pose.station_mm, heights))
    steep = np.abs(np.gradient(recess, step)) if heights.size > 2 else np.zeros_like(heights)
    shine = 1.0 / (1.0 + 0.35 * steep**2)
    if key.wear > 0 and heights.size > 50:
        recess = _rubbed(recess, 0.10 * key.wear / step)
    if key.dirt > 0:
        filth = _wavy(heights.size, 0.5 / step, rng)
        recess = recess * (1 - 0.5 * key.dirt * np.clip(filth, 0, 1))
        shine = shine * (1 - 0.6 * key.dirt * np.clip(_wavy(heights.size, 0.3 / step, rng), 0, 1))
    if key.finish is Finish.OXIDISED:
        shine = shine * np.clip(0.8 + 0.3 * _wavy(heights.size, 0.35 / step, rng), 0.15, 1.2)
    return heights, recess, shine * _SHINE[key.finish]


def _draw(
    image: light.Light,
    key: PhysicalKey,
    heights: NDArray[np.float64],
    recess: NDArray[np.float64],
    shine: NDArray[np.float64],
    pose: Pose,
    side: Face,
    view: CameraView,
    laser_angle_deg: float,
    optics: Optics,
    rng: np.random.Generator,
) -> None:
    """Lay the line into the image."""
    mm = view.mm_per_px
    lean = np.tan(np.radians(pose.line_tilt_deg[0 if side is Face.LEFT else 1]))
    along_mm = (recess + lean * (heights - heights.mean())) * np.tan(np.radians(laser_angle_deg))
    columns = BASE_PART * view.width_px + (along_mm + pose.line_shift_mm[0]) / mm
    rows = view.height_px - (heights + SPINE_MARGIN_MM + pose.line_shift_mm[1]) / mm
    power = shine * _PEAK * optics.exposure * optics.lamp * (1 + optics.exposure_spread * rng.uniform(-1, 1)) / _SUB
    if optics.line_loss > 0:
        lost = _wavy(heights.size, 0.08 * _SUB / mm / 4, rng) > _threshold(optics.line_loss)
        power = np.where(lost, power * 0.06, power)
    sigma = _LINE_MM / 2 / mm
    reach = int(np.ceil(4 * sigma))
    offsets = np.arange(-reach, reach + 1)
    column = np.floor(columns).astype(np.int64)
    spots = column[:, None] + offsets[None, :]
    away = (spots + 0.5 - columns[:, None]) / sigma
    value = (np.exp(-0.5 * away**2) * power[:, None]).astype(np.float32)
    row = np.floor(rows).astype(np.int64)
    # Nothing is drawn but where the line runs.
    lit = image[:, max(int(columns.min()) - reach, 0) : max(int(columns.max()) + reach + 2, 0)]
    spots -= max(int(columns.min()) - reach, 0)
    inside = (row[:, None] >= 0) & (row[:, None] < lit.shape[0]) & (spots >= 0) & (spots < lit.shape[1])
    flat = (row[:, None] * lit.shape[1] + spots)[inside]
    line = np.bincount(flat, value[inside], lit.size).reshape(lit.shape).astype(np.float32)
    if optics.speckle > 0:
        line *= _speckle(line.shape, min(optics.speckle, 0.9), rng)
    lit += line
    if optics.glare > 0:
        _glare(image, columns, rows, key, optics, rng)


def _glare(
    image: light.Light,
    columns: NDArray[np.float64],
    rows: NDArray[np.float64],
    key: PhysicalKey,
    optics: Optics,
    rng: np.random.Generator,
) -> None:
    """Second reflections: spots near the line, and a weak ghost beside it."""
    strength = optics.glare * (1.4 if key.finish is Finish.NICKEL else 1.0)
    height, width = image.shape
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    for _ in range(int(rng.poisson(5 * strength))):
        at = int(rng.integers(columns.size))
        size = float(rng.uniform(2, 9))
        cx, cy = columns[at] + float(rng.normal(0, 14)), rows[at] + float(rng.normal(0, 6))
        peak = float(rng.uniform(30, 190)) * min(strength * 1.5, 1.0) * optics.lamp
        reach = int(4 * size)
        box = np.s_[
            max(int(cy) - reach, 0) : max(int(cy) + reach, 0), max(int(cx) - reach, 0) : max(int(cx) + reach, 0)
        ]
        image[box] += peak * np.exp(-0.5 * (((x[:, box[1]] - cx) / size) ** 2 + ((y[box[0]] - cy) / (size * 0.6)) ** 2))
    shift = int(rng.integers(24, 70))
    ghost = 0.10 * min(strength, 1.0)
    image[:, shift:] += ghost * (image[:, :-shift] - _DARK).clip(0)


def _speckle(shape: tuple[int, ...], contrast: float, rng: np.random.Generator) -> light.Light:
    """Multiplicative grain about two pixels wide, mean 1."""
    if 0 in shape:
        return np.ones(shape, np.float32)
    grain = rng.standard_normal(shape, dtype=np.float32)
    soft = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.9), dtype=np.float32)
    bright: light.Light = 1.0 + soft * np.float32(contrast / max(float(soft.std()), 1e-6))
    return np.maximum(bright, np.float32(0.05))


def _wavy(count: int, scale: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A random wave of standard deviation 1, about `scale` samples long."""
    if count < 4:
        return np.zeros(count)
    raw = rng.standard_normal((1, count)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), max(scale, 0.5), sigmaY=0.1, borderType=cv2.BORDER_REFLECT)[0]
    return np.asarray(soft / max(float(soft.std()), 1e-6), dtype=np.float64)


def _rubbed(recess: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    soft = cv2.GaussianBlur(recess[None, :], (0, 0), max(scale, 0.3), sigmaY=0.1, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft[0], dtype=np.float64)


def _threshold(part: float) -> float:
    """The height a wave of standard deviation 1 exceeds over this part of its length (logistic approximation)."""
    part = min(max(part, 1e-4), 0.9)
    return float(np.log((1 - part) / part) / 1.702)


def _chords(key: PhysicalKey) -> list[tuple[float, float]]:
    """Where a vertical line near the middle of a thing that is no key crosses it, moved to start near height 0."""
    spans: list[tuple[float, float]] = []
    outers = [solid.outer for solid in key.extras]
    if not outers:
        return spans
    every = np.concatenate(outers)
    station = float((every[:, 0].min() + every[:, 0].max()) / 2) + 0.37
    for outer in outers:
        a, b = outer, np.roll(outer, -1, axis=0)
        crosses = (a[:, 0] - station) * (b[:, 0] - station) < 0
        part = (station - a[crosses, 0]) / (b[crosses, 0] - a[crosses, 0])
        ys = np.sort(a[crosses, 1] + part * (b[crosses, 1] - a[crosses, 1]))
        spans += list(zip(ys[::2].tolist(), ys[1::2].tolist(), strict=False))
    low = min((a for a, _ in spans), default=0.0)
    return [(a - low, b - low) for a, b in spans]
