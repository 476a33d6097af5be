"""Whether the head picture shows the head of the key that lies there: only then does "nothing on it" count.

Responsible for: holding the front-lit picture against the silhouette: its outline and hole, in focus all round, the
light on it. Not responsible for: whether its metal is bare (`cover`); what stands on the head (`stamp`); words that
were read count whatever is said here.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.scan import Frame
from kiosk.identification.head.cover import is_covered
from kiosk.identification.head.scene import Scene, scene_of
from kiosk.key.reading import Floats, Unseen

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
DULL, ALONG_MM, LEAST_ALONG = 0.45, 1.2, 4
"""A stretch of outline this much less sharp than the rest has grease before it; so far and so many points are one."""


def why_unseen(head: Frame | None, silhouette: Frame) -> Unseen | None:
    """Why the picture does not show this key's head; None when it does."""
    if head is None or min(head.pixels.shape[:2]) < 32:
        return Unseen.NO_PICTURE
    scene = scene_of(head, silhouette)
    if isinstance(scene, Unseen):
        return scene
    lit = scene.colours[scene.inside()]
    level = lit.max(axis=1)
    if not level.size or float(np.median(level)) < DARKEST:
        return Unseen.DARK
    full = (lit >= GLARING).all(axis=1)
    if float(full.mean()) > MOST_GLARE:
        return Unseen.BLINDED
    why = _why_no_outline(scene)
    return Unseen.COVERED if why is None and is_covered(scene) else why


def _why_no_outline(scene: Scene) -> Unseen | None:
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
    return Unseen.COVERED if _is_dull_somewhere(places[seen] * scene.pitch_mm, normals[seen], steep[seen]) else None


def _is_dull_somewhere(places_mm: Floats, normals: Floats, steep: Floats) -> bool:
    """Whether a stretch of the outline is far less sharp than all of it: what lies before it lies before more."""
    apart = np.hypot(*(places_mm[:, None] - places_mm[None, :]).transpose(2, 0, 1))
    stretch = (apart < ALONG_MM) & (normals @ normals.T > 0)
    dull = stretch @ (steep < DULL * np.median(steep)).astype(np.float64)
    points = stretch.sum(axis=1)
    return bool(np.any((points >= LEAST_ALONG) & (dull > points / 2)))


def _outline(scene: Scene) -> tuple[Floats, Floats]:
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


def _profiles(scene: Scene, places: Floats, normals: Floats, across: Floats) -> Floats:
    """Colours along each normal, from the metal outwards."""
    x = (places[:, :1] + normals[:, :1] * across / scene.pitch_mm).astype(np.float32)
    y = (places[:, 1:] + normals[:, 1:] * across / scene.pitch_mm).astype(np.float32)
    return np.asarray(cv2.remap(scene.colours, x, y, cv2.INTER_LINEAR), dtype=np.float64)


def _steadied(
    scene: Scene, places: Floats, normals: Floats, across: Floats, profiles: Floats
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
