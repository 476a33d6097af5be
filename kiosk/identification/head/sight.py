"""Whether the head picture shows the head of the key that lies there: only then does "nothing on it" count.

Responsible for: holding the front-lit picture against the silhouette: its outline and hole, in focus all round, the
light on it, and one metal from blade to bow with nothing laid over it. Not responsible for: what stands on the head
(`stamp`); words that were read count whatever is said here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame
from kiosk.identification.head.place import OPENING_MM, Mask, opened
from kiosk.identification.outline.segment import segment
from kiosk.key.reading import Floats, Outcome, Unseen

PITCH_MM = 0.12
SAME_EXTENT = 0.03
"""The two cameras show the same tray: their extents differ by less than this."""
DARKEST = 30.0
"""Grey of metal below which marks drown in the sensor's noise."""
GLARING, MOST_GLARE = 250, 0.25
"""Grey at which a channel is full, and the share of the head that may be so."""
LEAST_STEP = 9.0
"""Grey levels between metal and tray for an outline to be seen."""
REACH_MM = 2.0
"""How far on both sides of the outline the picture's own edge is looked for."""
ASTRAY_MM = 0.6
"""An edge further from the outline than this is another edge."""
MOST_SHIFT_MM = 1.0
"""What two cameras over one tray may disagree by as a whole."""
LEAST_ALL_ROUND, LEAST_IN_SECTOR, SECTORS = 0.75, 0.45, 12
"""Share of the outline that must be seen as a whole, and in each sector round the head."""
LEAST_STEEP_PER_MM = 1.3
"""Steepest change at the outline, in outline contrasts a millimetre; a lens in focus gives four or more."""
MOST_OTHER_COLOUR = 0.22
"""Bow and blade are one metal: the logarithms of their colours' ratios differ by less."""
DIMMEST, BRIGHTEST = 0.4, 2.5
"""Bow against blade in brightness."""
NEARBY_MM = 0.4
"""How far around a point its colour and its grain are taken together."""
SMOOTH, SMOOTH_BOW = 0.4, 0.6
"""Metal with less than this part of the bow's own grain, or a bow with less of the blade's, has something over it."""
ALONG_MM = 3.0
"""How far along the blade its grain is held against itself."""
PATCH_MM, MOST_PATCH_MM2 = 0.8, 3.0
"""A strip this wide hides the smallest letters; a patch this large hides a word."""


@dataclass(frozen=True, repr=False, eq=False)
class _Scene:
    """Both pictures at one coarse pitch: colours, the key's metal by its shadow, and the part that is its bow."""

    colours: NDArray[np.float32]
    key: Mask
    bow: Mask
    pitch_mm: float


def why_unseen(head: Frame | None, silhouette: Frame) -> Unseen | None:
    """Why the picture does not show this key's head; None when it does."""
    if head is None or min(head.pixels.shape[:2]) < 32:
        return Unseen.NO_PICTURE
    scene = _scene(head, silhouette)
    if isinstance(scene, Unseen):
        return scene
    inside = cv2.erode(scene.bow, np.ones((3, 3), np.uint8), iterations=max(1, round(0.6 / scene.pitch_mm))) > 0
    level = scene.colours[inside].max(axis=1)
    if not level.size or float(np.median(level)) < DARKEST:
        return Unseen.DARK
    full = (scene.colours[inside] >= GLARING).all(axis=1)
    if float(full.mean()) > MOST_GLARE:
        return Unseen.BLINDED
    return _why_no_outline(scene) or _why_covered(scene, inside)


def _scene(head: Frame, silhouette: Frame) -> _Scene | Unseen:
    found = segment(silhouette)
    if isinstance(found, Outcome):
        return Unseen.NOT_THIS_HEAD
    height, width = head.pixels.shape[:2]
    extent = np.array(found.grey.shape) * found.mm_per_px
    if np.any(np.abs(np.array([height, width]) * head.mm_per_px - extent) > SAME_EXTENT * extent):
        return Unseen.NOT_THIS_HEAD
    factor = max(1, round(PITCH_MM / head.mm_per_px))
    size = (width // factor, height // factor)
    pitch = head.mm_per_px * factor
    whole = head.pixels[: size[1] * factor, : size[0] * factor]
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    colours = np.repeat(small[:, :, None], 3, axis=2) if small.ndim == 2 else small
    outer = np.zeros((size[1], size[0]), np.uint8)
    cv2.drawContours(outer, [np.rint(found.contour_mm / pitch - 0.5).astype(np.int32)], -1, 1, cv2.FILLED)
    shadow = cv2.resize(found.grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    light = float(np.median(shadow[outer == 0]))
    key = np.asarray(outer * (shadow < (light + found.dark) / 2), dtype=np.uint8)
    bow = opened(outer, OPENING_MM / pitch) * key
    return _Scene(colours, key, bow if bow.any() else key, pitch)


def _why_no_outline(scene: _Scene) -> Unseen | None:
    """Follow the shadow's outline round the bow and its hole, and look for the picture's own edge across it."""
    places, normals = _outline(scene)
    if len(places) < 40:
        return Unseen.NOT_THIS_HEAD
    across = np.arange(-REACH_MM, REACH_MM + 1e-6, 0.1)
    profiles = _profiles(scene, places, normals, across)
    steps, steep, at_mm = _steadied(scene, places, normals, across, profiles)
    noise = float(np.median(np.abs(np.diff(profiles, axis=1)).max(axis=2)))
    seen = (np.abs(at_mm) <= ASTRAY_MM) & (steps > max(LEAST_STEP, 3.0 * noise))
    middle = places.mean(axis=0)
    angle = np.arctan2(places[:, 1] - middle[1], places[:, 0] - middle[0])
    sector = ((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    shares = [float(seen[sector == each].mean()) for each in range(SECTORS) if (sector == each).sum() >= 8]
    if float(seen.mean()) < 0.15:
        return Unseen.NOTHING_SHOWN
    if float(seen.mean()) < LEAST_ALL_ROUND or min(shares) < LEAST_IN_SECTOR:
        return Unseen.NOT_THIS_HEAD
    if float(np.median(steep[seen])) < LEAST_STEEP_PER_MM:
        return Unseen.BLURRED
    return None


def _outline(scene: _Scene) -> tuple[Floats, Floats]:
    """Points of the shadow's edge that belong to the bow, and the way out of the metal at each."""
    soft = cv2.GaussianBlur(scene.key.astype(np.float32), (0, 0), max(0.25 / scene.pitch_mm, 0.8))
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    grown = cv2.dilate(scene.bow, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(scene.key, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate([np.asarray(each).reshape(-1, 2) for each in contours if len(each) > 20])
    margin = round(REACH_MM / scene.pitch_mm) + 2
    height, width = scene.key.shape
    on_bow = grown[points[:, 1], points[:, 0]] > 0
    within = (points[:, 0] >= margin) & (points[:, 0] < width - margin)
    within &= (points[:, 1] >= margin) & (points[:, 1] < height - margin)
    points = points[on_bow & within][::3]
    out = -np.stack([gx[points[:, 1], points[:, 0]], gy[points[:, 1], points[:, 0]]], axis=1).astype(np.float64)
    length = np.hypot(out[:, 0], out[:, 1])
    good = length > 1e-3
    normals = out[good] / length[good, None]
    return points[good].astype(np.float64) + normals * 0.5, normals


def _profiles(scene: _Scene, places: Floats, normals: Floats, across: Floats) -> Floats:
    """Colours along each normal, from the metal outwards."""
    x = (places[:, :1] + normals[:, :1] * across / scene.pitch_mm).astype(np.float32)
    y = (places[:, 1:] + normals[:, 1:] * across / scene.pitch_mm).astype(np.float32)
    return np.asarray(cv2.remap(scene.colours, x, y, cv2.INTER_LINEAR), dtype=np.float64)


def _steadied(
    scene: _Scene, places: Floats, normals: Floats, across: Floats, profiles: Floats
) -> tuple[Floats, Floats, Floats]:
    """Each point's step, steepness and place, with the shift of the whole picture that brings most edges home."""
    steps, _, at_mm = _edges(profiles, across)
    clear = steps > LEAST_STEP
    shift = np.zeros(2)
    for _ in range(3):
        left = at_mm - normals @ shift
        near = clear & (np.abs(left) < 1.2)
        if near.sum() < 20:
            break
        shift = np.asarray(np.linalg.lstsq(normals[near], at_mm[near], rcond=None)[0], dtype=np.float64)
    if float(np.hypot(*shift)) > MOST_SHIFT_MM:
        shift = np.zeros(2)
    moved = _profiles(scene, places + shift / scene.pitch_mm, normals, across)
    return _edges(moved, across)


def _edges(profiles: Floats, across: Floats) -> tuple[Floats, Floats, Floats]:
    """For each profile: the step across its steepest place, how steep that is for its height, and where it lies."""
    window = 4
    rise = np.abs(profiles[:, window:] - profiles[:, :-window]).max(axis=2)
    # Of several edges the one nearest the outline that is nearly as strong as the strongest.
    middle = (across[window:] + across[:-window]) / 2
    weight = rise / (1.0 + np.abs(middle))
    best = np.argmax(weight, axis=1)
    rows = np.arange(len(rise))
    inside = np.abs(across[None, :] - (middle[best][:, None] - 0.7)).argmin(axis=1)
    outside = np.abs(across[None, :] - (middle[best][:, None] + 0.7)).argmin(axis=1)
    step = np.abs(profiles[rows, inside] - profiles[rows, outside]).max(axis=1)
    finest = np.abs(np.diff(profiles, axis=1)).max(axis=2) / 0.1
    centres = (across[1:] + across[:-1]) / 2
    close = np.abs(centres[None, :] - middle[best][:, None]) <= 0.6
    steepest = np.where(close, finest, 0.0).max(axis=1)
    return step, steepest / np.maximum(step, 1.0), middle[best]


def _why_covered(scene: _Scene, inside: NDArray[np.bool_]) -> Unseen | None:
    """COVERED when bow and blade are not one metal, or a part of the bow is not like the rest."""
    log = np.log(np.maximum(scene.colours, 4.0))
    hue = np.stack([log[:, :, 0] - log[:, :, 1], log[:, :, 2] - log[:, :, 1]], axis=2)
    beyond = cv2.dilate(scene.bow, np.ones((3, 3), np.uint8), iterations=round(2.0 / scene.pitch_mm))
    blade = cv2.erode(scene.key, np.ones((3, 3), np.uint8), iterations=max(1, round(0.8 / scene.pitch_mm)))
    blade_only = (blade > 0) & (beyond == 0)
    usual = np.median(hue[inside], axis=0)
    references = [usual]
    if blade_only.sum() > 200:
        # A thumb over half of the bow pulls the bow's own middle halfway to its colour: the blade's stays.
        references.append(np.median(hue[blade_only], axis=0))
        apart = np.abs(usual - references[1]).max()
        ratio = float(np.median(scene.colours[inside].max(axis=1)) / np.median(scene.colours[blade_only].max(axis=1)))
        if apart > MOST_OTHER_COLOUR or not DIMMEST < ratio < BRIGHTEST:
            return Unseen.COVERED
    if any(_largest_mm2(_other_colour(hue, each, inside, scene), scene) > MOST_PATCH_MM2 for each in references):
        return Unseen.COVERED
    grain = _grain(scene, inside)
    usual_grain = float(np.median(grain[inside]))
    if blade_only.sum() > 200 and _is_smoother(inside, blade_only, scene):
        return Unseen.COVERED
    smooth = inside & (grain < SMOOTH * usual_grain)
    return Unseen.COVERED if _largest_mm2(smooth, scene) > MOST_PATCH_MM2 else None


def _other_colour(
    hue: NDArray[np.float32], usual: Floats, inside: NDArray[np.bool_], scene: _Scene
) -> NDArray[np.bool_]:
    """Where the bow is of another colour than is usual."""
    away = np.abs(_nearby(hue - usual.astype(np.float32), inside, scene)).max(axis=2)
    return np.asarray(inside & (away > MOST_OTHER_COLOUR), dtype=np.bool_)


def _is_smoother(bow: NDArray[np.bool_], blade: NDArray[np.bool_], scene: _Scene) -> bool:
    """Whether the bow has not the blade's grain. Grooves are no grain: they are even along the blade, grain is not."""
    grey = scene.colours.mean(axis=2)
    x, y = cv2.fitLine(cv2.findNonZero(blade.astype(np.uint8)), cv2.DIST_L2, 0, 0.01, 0.01).ravel()[:2]
    half = ALONG_MM / scene.pitch_mm / 2
    middle = (math.ceil(half), math.ceil(half))
    ends = [(round(middle[0] + way * half * float(x)), round(middle[1] + way * half * float(y))) for way in (-1, 1)]
    along = np.zeros((2 * middle[1] + 1, 2 * middle[0] + 1), np.float32)
    cv2.line(along, ends[0], ends[1], 1.0, 1)
    uneven = np.abs(grey - cv2.filter2D(grey, -1, along / along.sum())) / np.maximum(grey, 8.0)
    return bool(np.median(uneven[bow]) < SMOOTH_BOW * np.median(uneven[blade]))


def _grain(scene: _Scene, where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How uneven the metal is around each point, for its brightness."""
    grey = scene.colours.mean(axis=2)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0)) / np.maximum(grey, 8.0)
    return _nearby(fine.astype(np.float32), where, scene)


def _nearby(values: NDArray[np.float32], where: NDArray[np.bool_], scene: _Scene) -> NDArray[np.float32]:
    """The mean of each point's surroundings, as far as they belong to it."""
    kept, sigma = where.astype(np.float32), NEARBY_MM / scene.pitch_mm
    share = cv2.GaussianBlur(kept, (0, 0), sigma) + np.float32(1e-3)
    layered = (values.T * kept.T).T
    sums = cv2.GaussianBlur(layered, (0, 0), sigma)
    return np.asarray((sums.T / share.T).T, dtype=np.float32)


def _largest_mm2(where: NDArray[np.bool_], scene: _Scene) -> float:
    """Area of the largest patch of something, once what is narrower than a strip that hides letters is left out."""
    _, _, sizes, _ = cv2.connectedComponentsWithStats(opened(where.astype(np.uint8), PATCH_MM / scene.pitch_mm))
    return float(sizes[1:, cv2.CC_STAT_AREA].max(initial=0)) * scene.pitch_mm**2
