"""Cuts from a profile: where the flats lie, how deep, which factory depth each is, and how worn.

Responsible for: fitting the flats of one spacing, residual and doubt of each cut, and the verdict on wear. Not
responsible for: which spacing applies (`identify`), whether the picture's scale is right (`scale`), or how probable a
code is (`likelihood`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from config.keyway import CutSpec, Depth, SpacingStop
from kiosk.identification.outline.filled import filled_cut
from kiosk.identification.outline.flanks import Flanks
from kiosk.identification.outline.likelihood import SURE, likeliest
from kiosk.identification.outline.measure import PITCH_MM
from kiosk.identification.outline.scale import height_fits, laser_fits, spacing_fits, stretch
from kiosk.identification.outline.stops import from_shoulder
from kiosk.key.reading import Cut, Floats, Outcome, Profile, Wear

SHIFT_MM = 0.4
"""How far worn shoulders and slipped stops are allowed to put all cuts off together."""
LOOSE_SHIFT_MM = 1.3
"""The same when no shoulder was seen and only the cuts themselves show where they start."""
ROUGH_FLAT_MM = 0.075
WORN_DOUBT = 0.5
LOST_DOUBT = 0.8
OTHER_CHART = 0.9
"""So probably cut by the chart of other locks, a key is said to be."""
EVENLY_MM, TOO_HIGH_MM = 0.04, 0.05
"""Cuts that are off alike, all of them too high, were made so: wear takes more from one than from another."""
STRAY_NOTCH_MM = 0.35
DIP_MM = 0.15
RELIEF_MM = 0.03
"""An edge seen lower than this behind the shoulder than further on is relieved there, not rubbed."""
TURNED_SHARE = 0.022
"""A key turned about its blade by twelve degrees is seen lower by this share; turned further it is no silhouette."""
BEHIND_MM = (0.25, 1.0)
"""Past the fillet of a shoulder, and as far as most blades are never cut."""
LEAST_BEHIND = 5
"""Places of an uncut edge that show its height."""
LEVEL_FOR_MM = 0.8
LEVEL_WITHIN_MM = 0.03


@dataclass(frozen=True, repr=False)
class CutFit:
    """Roots of one spacing laid over a profile.

    `rough_mm` is how far each flat is from flat, `misfit_mm` how far the whole edge is from flats and flanks.
    """

    roots_mm: tuple[float, ...]
    rough_mm: tuple[float, ...]
    shift_mm: float
    misfit_mm: float
    at_limit: bool


@dataclass(frozen=True, repr=False)
class Decoded:
    """Cuts with their verdict; `outcome` IDENTIFIED when every one could be decoded."""

    outcome: Outcome
    cuts: tuple[Cut, ...]
    wear: Wear
    fit: CutFit
    last_uncut: bool = False
    """The last cut's place is as the cut before it left it: there are fewer cuts."""
    to_blame: tuple[int, ...] = ()
    """Numbers of the cuts that could not be decoded, from the stop; none where it is for no cut in particular."""


def from_stop(profile: Profile, stop: SpacingStop, at_mm: float) -> Profile:
    """The profile as the spacing counts it: from the stop at `at_mm` on to the tip, or back to the bow."""
    if stop is SpacingStop.SHOULDER:
        return from_shoulder(profile, at_mm)
    return np.stack([at_mm - profile[::-1, 0], profile[::-1, 1]], axis=1)


def fit_cuts(profile: Profile, spec: CutSpec, count: int, *, loose: bool = False) -> CutFit | None:
    """Roots at the spacing of `spec`, all shifted together to where the flats are flattest.

    `profile` counts from the spec's own stop. None when it is too short for `count` cuts.
    """
    half = _half_window_mm(spec)
    limit = LOOSE_SHIFT_MM if loose else SHIFT_MM
    centres = np.array(spec.cut_positions_mm(count))
    x, height = profile[:, 0], profile[:, 1]
    if centres[-1] + half + 0.3 > x[-1]:
        return None
    shifts = np.arange(-limit, limit + 0.001, 0.02)
    window = np.linspace(-half, half, 11)
    heights = np.interp(shifts[:, None, None] + centres[:, None] + window, x, height)
    root = np.median(heights, axis=2)
    rough = np.sqrt(np.mean((heights - root[:, :, None]) ** 2, axis=2))
    misfit = _misfit(profile, spec, shifts[:, None] + centres, root)
    cost = misfit + np.minimum(rough, 0.3).mean(axis=1) + (0.02 if loose else 0.06) * shifts**2
    best = int(np.argmin(cost))
    settled = heights[best]
    return CutFit(
        roots_mm=tuple(float(value) for value in settled.mean(axis=1)),
        rough_mm=tuple(float(value) for value in settled.std(axis=1)),
        shift_mm=float(shifts[best]),
        misfit_mm=float(misfit[best]),
        at_limit=abs(float(shifts[best])) > limit - 0.03,
    )


@dataclass(frozen=True, repr=False)
class BladeSize:
    """What is known of the blade besides its profile; None where it was not seen.

    `height_mm` is its height behind the shoulder, `laser_mm` by the line views alone, `length_share` by which share it
    is longer than its blank.
    """

    height_mm: float | None
    laser_mm: float | None = None
    length_share: float | None = None


def decode(profile: Profile, spec: CutSpec, count: int, blade: BladeSize, *, loose: bool = False) -> Decoded | None:
    """Name the factory depth of every cut, or say why not. None when the blade is too short for `count` cuts."""
    fit = fit_cuts(profile, spec, count, loose=loose)
    if fit is None:
        return None
    blade = replace(blade, height_mm=_height_mm(profile, spec, fit, blade.height_mm))
    last_uncut = _last_uncut(profile, spec, fit)
    centres = np.array(spec.cut_positions_mm(len(fit.roots_mm))) + fit.shift_mm
    rough = _unlike_cuts(profile, spec, fit, blade, loose=loose)
    flanks = Flanks.of(profile, spec, centres, np.array(fit.roots_mm))
    if rough or fit.at_limit or not _in_proportion(profile, spec, flanks, blade):
        cuts = tuple(_nearest(root, spec) for root in fit.roots_mm)
        return Decoded(Outcome.CUTS_UNREADABLE, cuts, Wear.PAST_TELLING, fit, last_uncut, rough)
    # An edge that is cut all along shows nothing of what was rubbed off it.
    rubbed_mm = 0.0 if blade.height_mm is None else spec.blade_height_mm - blade.height_mm
    found = likeliest(fit.roots_mm, spec, rubbed_mm)
    cuts = tuple(_cut(root, depth, spec) for root, depth in zip(fit.roots_mm, found.depths, strict=True))
    filled = filled_cut(flanks, spec, _seen_mm(profile, spec, blade))
    if filled is not None:
        return Decoded(Outcome.CUT_FILLED, cuts, Wear.PAST_TELLING, fit, last_uncut, (filled + 1,))
    doubt = max(cut.doubt for cut in cuts)
    if doubt > LOST_DOUBT or found.probability < SURE:
        off_chart = found.by_strangers > OTHER_CHART or _evenly_high(cuts)
        outcome = Outcome.CUTS_OFF_CHART if off_chart else Outcome.WORN_PAST_TELLING
        off = tuple(at for at, cut in enumerate(cuts, start=1) if abs(cut.residual_mm) > TOO_HIGH_MM)
        return Decoded(outcome, cuts, Wear.PAST_TELLING, fit, last_uncut, off)
    wear = Wear.WORN if doubt > WORN_DOUBT else Wear.NEW
    return Decoded(Outcome.IDENTIFIED, cuts, wear, fit, last_uncut)


def _evenly_high(cuts: tuple[Cut, ...]) -> bool:
    off_mm = [cut.residual_mm for cut in cuts]
    return min(off_mm) > TOO_HIGH_MM and max(off_mm) - min(off_mm) < EVENLY_MM


def _unlike_cuts(profile: Profile, spec: CutSpec, fit: CutFit, blade: BladeSize, *, loose: bool) -> tuple[int, ...]:
    """Numbers of those where no flat of this spacing was found."""
    seen_mm = _seen_mm(profile, spec, blade)
    roughest_mm = ROUGH_FLAT_MM * 0.7 if loose else ROUGH_FLAT_MM
    stray = _stray_notch(profile, spec, fit)
    return tuple(
        at
        for at, (root, rough) in enumerate(zip(fit.roots_mm, fit.rough_mm, strict=True), start=1)
        if rough > roughest_mm or not _is_cut(root, spec, seen_mm) or at in stray
    )


def _in_proportion(profile: Profile, spec: CutSpec, flanks: Flanks, blade: BladeSize) -> bool:
    """Whether the picture is as large as the key."""
    seen_mm = _seen_mm(profile, spec, blade)
    if not ((blade.height_mm is None or height_fits(seen_mm, spec)) and laser_fits(seen_mm, blade.laser_mm, spec)):
        return False
    share = stretch(flanks, spec)
    return (blade.height_mm is not None or share is not None) and spacing_fits(share, blade.length_share)


def _seen_mm(profile: Profile, spec: CutSpec, blade: BladeSize) -> float:
    return _highest_mm(profile, spec) if blade.height_mm is None else blade.height_mm


def _highest_mm(profile: Profile, spec: CutSpec) -> float:
    """The most that may be said of the height of an edge that is cut all along.

    A ridge of it, where a turn of the key could be taken for another depth; else it counts as whole.
    """
    turned_mm = TURNED_SHARE * spec.blade_height_mm
    ridge_mm = float(profile[profile[:, 0] > 0, 1].max())
    return ridge_mm if turned_mm > spec.least_step_mm / 3 else spec.blade_height_mm


def _height_mm(profile: Profile, spec: CutSpec, fit: CutFit, behind_stop_mm: float | None) -> float | None:
    """Height of the blade where no cut of the fit takes any of it away; None where the first cut leaves nothing of it.

    Makers relieve the edge behind a shoulder, where the height is measured first: the edge before the first cut counts
    where it is higher for long enough. Flats of cuts are never taken for it, however shallow.
    """
    if spec.stop is not SpacingStop.SHOULDER or behind_stop_mm is None:
        return behind_stop_mm
    first_mm = spec.first_cut_mm + fit.shift_mm
    flank_mm = (spec.blade_height_mm - fit.roots_mm[0]) * float(np.tan(np.deg2rad(spec.angle_deg / 2)))
    # The edge is seen from the stop on, or from a collar that stands before it.
    x, height = profile[:, 0] - max(float(profile[0, 0]), 0.0), profile[:, 1]
    clear_mm = first_mm - spec.flat_mm / 2 - flank_mm - 0.1 - max(float(profile[0, 0]), 0.0)
    before = height[(x > BEHIND_MM[0]) & (x < clear_mm)]
    behind = height[(x > BEHIND_MM[0]) & (x < min(BEHIND_MM[1], clear_mm))]
    if behind.size < LEAST_BEHIND:
        return None
    if clear_mm < BEHIND_MM[1]:
        return float(np.median(behind))
    count = round(LEVEL_FOR_MM / PITCH_MM)
    if before.size < count:
        return behind_stop_mm
    stretches = np.lib.stride_tricks.sliding_window_view(before, count)
    level = stretches[np.ptp(stretches, axis=1) < LEVEL_WITHIN_MM]
    if not len(level):
        return behind_stop_mm
    highest_mm = float(np.median(level, axis=1).max())
    hollow = highest_mm - float(np.median(behind)) > RELIEF_MM
    return highest_mm if hollow else behind_stop_mm


def notches(profile: Profile, height_mm: float) -> tuple[float, ...]:
    """Roots of whatever dips there are, from the stop to the tip: no spacing is asked for, so nothing is named."""
    x, height = profile[:, 0], profile[:, 1]
    inner = (x > 0.5) & (x < x[-1] - 3.0)
    return tuple(root for root in _dips(height[inner]) if root < height_mm - 0.1)


def _dips(height: Floats) -> list[float]:
    """The lowest points between rises of at least `DIP_MM`, a millimetre apart or more."""
    lowest: list[tuple[int, float]] = []
    low, high, falling = 0, 0, False
    for at, here in enumerate(height):
        if falling:
            if here < height[low]:
                low = at
            elif here - height[low] >= DIP_MM:
                lowest.append((low, float(height[low])))
                high, falling = at, False
        elif here > height[high]:
            high = at
        elif height[high] - here >= DIP_MM:
            low, falling = at, True
    kept: list[tuple[int, float]] = []
    for at, root in lowest:
        if kept and (at - kept[-1][0]) * PITCH_MM < 1.0:
            kept[-1] = min(kept[-1], (at, root), key=lambda each: each[1])
        else:
            kept.append((at, root))
    return [root for _, root in kept]


def _misfit(profile: Profile, spec: CutSpec, centres: Floats, roots: Floats) -> Floats:
    """How far the edge is from flats with flanks at `centres`, mean over the cut part of the blade, mm.

    Args:
        profile: from the spec's stop.
        spec: flats and flanks.
        centres: (tries, cuts) in mm.
        roots: (tries, cuts) in mm.
    """
    first, last = float(centres.min()) - spec.pitch_mm / 2, float(centres.max()) + spec.pitch_mm / 2
    chosen = profile[(profile[:, 0] > max(first, 0.3)) & (profile[:, 0] < last)][::2]
    x, height = chosen[:, 0], chosen[:, 1]
    model = _edge_of(x, spec, centres, roots)
    # Worn ridges and the tip's bevel lie below the model: what is far off counts no more than half a millimetre.
    return np.asarray(np.minimum(np.abs(model - height), 0.5).mean(axis=1))


def _edge_of(x_mm: Floats, spec: CutSpec, centres: Floats, roots: Floats) -> Floats:
    """The edge that flats with flanks leave of a blade; one row a try."""
    slope = 1 / float(np.tan(np.deg2rad(spec.angle_deg / 2)))
    edge = np.full((centres.shape[0], x_mm.size), spec.blade_height_mm)
    for cut in range(centres.shape[1]):
        away = np.maximum(np.abs(x_mm - centres[:, cut : cut + 1]) - spec.flat_mm / 2, 0.0)
        np.minimum(edge, roots[:, cut : cut + 1] + slope * away, out=edge)
    return edge


def _half_window_mm(spec: CutSpec) -> float:
    """Half of what stays flat in the worst case: two neighbours deeper by the most that is allowed."""
    steps = [abs(a.root_mm - b.root_mm) for a, b in zip(spec.depths, spec.depths[1:], strict=False)]
    drop = spec.most_steps * max(steps)
    intrusion = max(0.0, drop * float(np.tan(np.deg2rad(spec.angle_deg / 2))) - (spec.pitch_mm - spec.flat_mm))
    return float(max(0.12, min(0.3 * spec.flat_mm, spec.flat_mm / 2 - intrusion - 0.06, 0.4)))


def _nearest(root_mm: float, spec: CutSpec) -> Cut:
    return _cut(root_mm, min(spec.depths, key=lambda depth: abs(depth.root_mm - root_mm)), spec)


def _cut(root_mm: float, depth: Depth, spec: CutSpec) -> Cut:
    """One cut decoded as a factory depth: its doubt is the residual's share of half the way to the next depth."""
    residual = root_mm - depth.root_mm
    return Cut(depth.code, root_mm, residual, abs(residual) / (spec.least_step_mm / 2))


def _is_cut(root_mm: float, spec: CutSpec, height_mm: float) -> bool:
    """Whether a root is one at all: not the uncut edge, which wear may have brought near the shallowest depth."""
    spare = spec.blade_height_mm - max(depth.root_mm for depth in spec.depths)
    return spare < 0.1 or root_mm < min(height_mm, spec.blade_height_mm) - 0.45 * spare


def _last_uncut(profile: Profile, spec: CutSpec, fit: CutFit) -> bool:
    """Whether the edge at the last cut's place is as the cuts before it leave it.

    Years on a ring take a tenth of a millimetre off an uncut edge; the shallowest cut takes more, at least on the side
    away from its neighbour, whose flank may be all there is on the near side.
    """
    centres = np.array(spec.cut_positions_mm(len(fit.roots_mm))) + fit.shift_mm
    flat = np.abs(profile[:, 0] - centres[-1]) < spec.flat_mm / 2
    if not flat.any() or len(fit.roots_mm) < 2:
        return False
    x, height = profile[flat, 0], profile[flat, 1]
    left = _edge_of(x, spec, centres[None, :-1], np.array([fit.roots_mm[:-1]]))[0]
    spare_mm = spec.blade_height_mm - max(depth.root_mm for depth in spec.depths)
    return bool(np.percentile(height - left, 25) > -max(0.1, spare_mm / 2))


def _stray_notch(profile: Profile, spec: CutSpec, fit: CutFit) -> tuple[int, ...]:
    """Numbers of two cuts between which the edge dips below both of them: the spacing is another one."""
    centres = np.array(spec.cut_positions_mm(len(fit.roots_mm))) + fit.shift_mm
    x: Floats = profile[:, 0]
    for i in range(centres.size - 1):
        between = (x > centres[i] + spec.flat_mm / 2) & (x < centres[i + 1] - spec.flat_mm / 2)
        if not between.any():
            continue
        lowest = float(profile[between, 1].min())
        if lowest < min(fit.roots_mm[i], fit.roots_mm[i + 1]) - STRAY_NOTCH_MM:
            return i + 1, i + 2
    return ()
