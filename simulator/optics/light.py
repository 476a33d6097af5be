"""Lens, lamp and sensor: from light on a field to the numbers a camera sends.

Responsible for: background, vignette, blur, stray light, noise, dust, dirt on glass. Not responsible for: keys.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Pixels
from simulator.optics.settings import Optics

Light = NDArray[np.float32]
"""Grey levels before they are rounded."""

_TRAY_MM2 = 4500.0
"""The area that the numbers of specks and scratches are meant for: the tray's field of view."""

_BANK_SIZE = 1 << 20
_BANK_SEED = 20240229


def level(optics: Optics, full: float, rng: np.random.Generator) -> float:
    """Brightness of this frame's lamp in grey levels; the sensor clips at 255 by itself."""
    spread = 1.0 + optics.exposure_spread * float(rng.uniform(-1, 1))
    return full * optics.exposure * optics.lamp * spread


@lru_cache(maxsize=12)
def _unit_field(width: int, height: int, vignette: float) -> Light:
    x = np.linspace(-1, 1, width, dtype=np.float32) ** 2
    y = np.linspace(-1, 1, height, dtype=np.float32) ** 2
    return (1.0 - np.float32(vignette * 0.5) * (x[None, :] + y[:, None])).astype(np.float32)


def field(width: int, height: int, vignette: float, part: tuple[slice, slice] = np.s_[:, :]) -> Light:
    """An empty field of brightness 1 with darker corners, or a part of it. Kept for the next frame: read only."""
    return _unit_field(width, height, round(vignette, 3))[part]


def flat_frame(width: int, height: int, vignette: float, grey: float) -> Pixels:
    """An empty field as the sensor counts it, to be drawn on."""
    return _as_bytes(cv2.convertScaleAbs(field(width, height, vignette), alpha=max(grey, 0.0)))


def rounded(light: Light) -> Pixels:
    """Grey levels as a sensor counts them."""
    return _as_bytes(cv2.convertScaleAbs(np.maximum(light, 0.0)))


def lit(brightness: Light, through: Light, grey: float) -> Pixels:
    """What a sensor counts of a field of light behind something that lets a part of it through."""
    return _as_bytes(cv2.multiply(brightness, through, scale=max(grey, 0.0), dtype=cv2.CV_8U))


def coloured(grey: Pixels) -> Pixels:
    """A grey frame as a colour camera sends it."""
    return _as_bytes(cv2.merge([grey, grey, grey]))


def tinted(metal: Light, tint: tuple[int, int, int], beside: Light) -> Pixels:
    """Light from metal of one colour and grey light from beside it, as a colour camera counts them."""
    bands = [cv2.convertScaleAbs(cv2.scaleAdd(metal, part, beside)) for part in tint]
    return _as_bytes(cv2.merge(bands))


def _as_bytes(counted: NDArray[np.integer | np.floating]) -> Pixels:
    """The same numbers, typed as the bytes they are."""
    return counted.astype(np.uint8, copy=False)


def blurred(light: Light, optics: Optics) -> Light:
    """Through the lens: point spread, stray light, lost focus."""
    out = light
    if optics.defocus_px > 0:
        radius = optics.defocus_px
        size = 2 * int(np.ceil(radius)) + 1
        offsets = np.arange(size, dtype=np.float32) - size // 2
        disc = (np.hypot(offsets[:, None], offsets[None, :]) <= radius).astype(np.float32)
        out = _as_light(cv2.filter2D(out, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE))
    if optics.blur_px > 0:
        out = _as_light(cv2.GaussianBlur(out, (0, 0), optics.blur_px, borderType=cv2.BORDER_REPLICATE))
    if optics.veil > 0 and min(out.shape[:2]) > 16:
        small = cv2.resize(out, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), 4.0, borderType=cv2.BORDER_REPLICATE)
        wide = cv2.resize(small, (out.shape[1], out.shape[0]), interpolation=cv2.INTER_LINEAR)
        part = min(optics.veil, 0.5)
        out = _as_light(cv2.addWeighted(out, 1.0 - part, wide, part, 0.0))
    return out


def _as_light(drawn: NDArray[np.integer | np.floating]) -> Light:
    """The same numbers, typed as the light they are."""
    return drawn.astype(np.float32, copy=False)


def spread_px(optics: Optics) -> int:
    """How far from an edge its blur reaches, in whole pixels."""
    return int(np.ceil(4 * optics.blur_px + optics.defocus_px)) + 2


@lru_cache(maxsize=8)
def _bank(sigma: float) -> tuple[Pixels, Pixels]:
    """A stock of noise: what is added and what is taken away."""
    values = np.random.default_rng(_BANK_SEED).normal(0, sigma, _BANK_SIZE).round()
    return np.maximum(values, 0).astype(np.uint8), np.maximum(-values, 0).astype(np.uint8)


def with_noise(pixels: Pixels, optics: Optics, rng: np.random.Generator) -> Pixels:
    """The frame with its sensor's noise, clipped as a sensor clips. Changes `pixels` in place and returns it."""
    if optics.noise <= 0:
        return pixels
    more, less = _bank(round(min(optics.noise, 60.0), 2))
    flat = pixels.reshape(-1)
    chunk = _BANK_SIZE // 2
    for start in range(0, flat.size, chunk):
        part = flat[start : start + chunk]
        at = int(rng.integers(chunk))
        cv2.add(part, more[at : at + part.size], dst=part)
        cv2.subtract(part, less[at : at + part.size], dst=part)
    return pixels


def responded(pixels: Pixels, optics: Optics, rng: np.random.Generator) -> tuple[Pixels, float]:
    """What a sensor whose answer is not quite proportional to the light makes of it, and its exponent.

    White stays white.
    """
    exponent = 1.0 + optics.response * float(rng.uniform(-1, 1))
    if exponent == 1.0:
        return pixels, exponent
    counts = 255.0 * (np.arange(256) / 255.0) ** exponent
    return _as_bytes(cv2.LUT(pixels, np.rint(counts).astype(np.uint8))), exponent


def relit(pixels: Pixels, optics: Optics, exponent: float, rng: np.random.Generator) -> Pixels:
    """What the same sensor counts a moment later: the lamp is never twice the same. A new frame."""
    gain = 1.0 + optics.exposure_spread * float(rng.uniform(-1, 1))
    return _as_bytes(cv2.convertScaleAbs(pixels, alpha=max(gain, 0.0) ** exponent))


def through_the_lens(
    pixels: Pixels, optics: Optics, mm_per_px: float, rng: np.random.Generator
) -> tuple[Pixels, float]:
    """What dust, dirty glass and the sensor's answer make of a view, and that answer's exponent."""
    pixels, exponent = responded(pixels, optics, rng)
    with_dust(pixels, optics, mm_per_px, rng)
    return with_smear(pixels, optics, rng), exponent


def with_dust(pixels: Pixels, optics: Optics, mm_per_px: float, rng: np.random.Generator) -> Pixels:
    """Specks and hairs lying on the light, scratches in the glass: small darker places. In place."""
    height, width = pixels.shape[:2]
    part = height * width * mm_per_px**2 / _TRAY_MM2
    for _ in range(int(rng.poisson(optics.dust * part))):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        if rng.random() < 0.75:
            radius = float(rng.gamma(2.0, 0.03)) / mm_per_px
            _dim(pixels, x, y, radius, float(rng.uniform(0.4, 0.95)), float(rng.uniform(0.5, 1.0)), rng.uniform(0, 180))
        else:
            _line(pixels, x, y, float(rng.uniform(1, 5)) / mm_per_px, float(rng.uniform(0.3, 0.7)), rng, curl=1.2)
    for _ in range(int(rng.poisson(optics.scratches * part))):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        _line(pixels, x, y, float(rng.uniform(4, 20)) / mm_per_px, float(rng.uniform(0.05, 0.18)), rng, curl=0.1)
    return pixels


def with_smear(pixels: Pixels, optics: Optics, rng: np.random.Generator) -> Pixels:
    """What dirty glass before the camera does: cloudy, unsharp patches."""
    if optics.smear <= 0:
        return pixels
    height, width = pixels.shape[:2]
    cloud = rng.random((6, 8)).astype(np.float32)
    wide = cv2.resize(cloud, (width, height), interpolation=cv2.INTER_CUBIC)
    cloud = np.clip((wide - 0.35) * 2.2, 0, 1).astype(np.float32) * min(optics.smear, 1.0)
    if pixels.ndim == 3:
        cloud = cloud[:, :, None]
    soft = cv2.GaussianBlur(pixels, (0, 0), max(width / 110, 2.0)).astype(np.float32) * 0.7 + 25.0
    return rounded((pixels * (1 - cloud) + soft * cloud).astype(np.float32))


def _dim(pixels: Pixels, x: float, y: float, radius: float, depth: float, flat: float, angle: float) -> None:
    """One speck: a soft-edged ellipse."""
    reach = int(np.ceil(radius * 1.5)) + 3
    left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
    patch = pixels[top : int(y) + reach, left : int(x) + reach]
    if not patch.size:
        return
    cols = np.arange(left, left + patch.shape[1], dtype=np.float32) + 0.5 - x
    rows = np.arange(top, top + patch.shape[0], dtype=np.float32)[:, None] + 0.5 - y
    turn = np.radians(angle)
    u, v = cols * np.cos(turn) + rows * np.sin(turn), rows * np.cos(turn) - cols * np.sin(turn)
    away = np.hypot(u, v / flat) - radius
    shade = 1.0 - depth / (1.0 + np.exp(np.clip(away * 1.8, -30, 30)))
    patch[...] = (patch * (shade if patch.ndim == 2 else shade[:, :, None])).astype(np.uint8)


def _line(
    pixels: Pixels, x: float, y: float, length: float, depth: float, rng: np.random.Generator, curl: float
) -> None:
    """One hair or scratch, a few pixels wide."""
    steps = 24
    heading = float(rng.uniform(0, 2 * np.pi)) + np.cumsum(rng.normal(0, curl / np.sqrt(steps), steps))
    points = np.stack([x + np.cumsum(np.cos(heading)), y + np.cumsum(np.sin(heading))], axis=1)
    points = (points - (x, y)) * length / steps + (x, y)
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - 3, 0)
    high = np.ceil(points.max(axis=0)).astype(int) + 3
    patch = pixels[low[1] : high[1], low[0] : high[0]]
    if not patch.size:
        return
    mask = np.zeros(patch.shape[:2], np.uint8)
    fixed = np.round((points - low) * 16).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 255, 1, cv2.LINE_AA, 4)
    shade = 1.0 - depth * (mask.astype(np.float32) / 255.0)
    patch[...] = (patch * (shade if patch.ndim == 2 else shade[:, :, None])).astype(np.uint8)
