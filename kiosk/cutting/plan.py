"""From wanted cuts to the wheel's path, in mm. Pure.

Responsible for: the wanted profile, a gouge-free path, every limit. Not responsible for: G-code text
(`kiosk.cutting.gcode`) or blanks in stock. The geometry itself is in `kiosk.cutting.geometry`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from config.keyway import Blank, CutSpec, Keyway, SpacingStop
from config.machine import Machine
from kiosk.cutting.geometry import (
    Polyline,
    WheelShape,
    clipped,
    edge_left,
    edge_path,
    height_at,
    left_behind,
    lowered_to,
)
from kiosk.key.reading import Floats, Profile

AIR_MM = 0.3
"""How far above the blade's edge the wheel passes where nothing is cut."""
LIFT_MM = 1.0
"""How much higher it goes between two bites: an air move long enough for the driver to compare before it ends."""
SHOULDER_PROUD_MM = 0.5
"""A blank's shoulder may stand this much above the blade's edge."""
COLLAR_PROUD_MM = 2.0
"""A second collar, which stands before the stop in the wheel's own edge, does so by this much."""
LEFTOVER_MM = 0.01
"""Material the wheel may leave at the middle of a root before it counts as too wide."""
LEFTOVER_AS_IT_IS_MM = 0.03
"""The same for a worn, measured outline, whose roots are not flat."""
SMOOTH_MM = 0.12
SKIN_MM = 0.05
"""A measured edge this close to the blank's is not cut at all: it is the reader's noise, not a cut."""


class PlanRefusal(StrEnum):
    """Why no plan was made. A value, not an exception: the session refuses with it."""

    UNKNOWN_DEPTH = "unknown_depth"
    WRONG_LENGTH = "wrong_length"
    MACS_BROKEN = "macs_broken"
    WHEEL_TOO_WIDE = "wheel_too_wide"
    BEYOND_BLADE = "beyond_blade"
    BEYOND_TRAVEL = "beyond_travel"
    BEYOND_FEED = "beyond_feed"
    STOP_NOT_HELD = "stop_not_held"
    """A tip-stop key on a shoulder-only clamp."""


@dataclass(frozen=True, repr=False, eq=False)
class Point:
    """One point of the path: wheel centre x from the shoulder, wheel edge above the spine; mm, mm/min."""

    x_mm: float
    height_mm: float
    feed_mm_min: float | None
    """None: rapid."""
    plunge: bool = False
    """The move that ends here leaves a retracted place for the metal."""


@dataclass(frozen=True, repr=False, eq=False)
class CutPlan:
    """Path of the wheel, and the blade it leaves (all from the shoulder, whatever the key's stop).

    `left` is the edge this wheel leaves: `wanted`, and what the wheel cannot reach.
    """

    path: tuple[Point, ...]
    wanted: Profile
    left: Profile
    roots_mm: tuple[float, ...]
    positions_mm: tuple[float, ...]
    blade_height_mm: float
    clear_from_mm: float = 0.0
    """Nearer to the shoulder a collar stands above the blade's edge."""


def plan_cuts(
    keyway: Keyway,
    blank: Blank,
    bitting: Sequence[str],
    machine: Machine,
    *,
    outline: Profile | None = None,
    edge_error_mm: float = 0.0,
) -> CutPlan | PlanRefusal:
    """Plan one copy.

    Args:
        keyway: the identified keyway; it must have a cut specification.
        blank: the blank to be cut.
        bitting: depth codes, first cut at the stop. A plain string is read one character a cut.
        machine: wheel, clamp, axes, feeds.
        outline: copy this measured edge as it is (x from the key's own stop, mm), instead of restoring the
            factory depths of `bitting`.
        edge_error_mm: where the touch-off met the blank's edge, less where it should be; the path moves with it.

    Returns:
        The plan, or the one reason why there is none.
    """
    spec = keyway.spec
    if spec is None or not set(bitting) <= set(spec.root_mm_of):
        return PlanRefusal.UNKNOWN_DEPTH
    if len(bitting) != blank.cuts:
        return PlanRefusal.WRONG_LENGTH
    if spec.stop.value not in machine.clamp.stops:
        return PlanRefusal.STOP_NOT_HELD
    if _breaks_macs(spec, bitting):
        return PlanRefusal.MACS_BROKEN
    wheel = WheelShape(machine.wheel.flat_mm, machine.wheel.angle_deg)
    if wheel.flat_mm > spec.flat_mm + 1e-9 or wheel.angle_deg > spec.angle_deg + 1e-9:
        return PlanRefusal.WHEEL_TOO_WIDE
    positions_mm = spec.places_mm(blank)
    roots_mm = tuple(spec.root_mm_of[code] for code in bitting)
    if _beyond_blade(spec, blank, wheel, positions_mm, roots_mm):
        return PlanRefusal.BEYOND_BLADE

    ceiling_mm = spec.blade_height_mm + AIR_MM
    if outline is None:
        wanted = factory_profile(spec, blank, positions_mm, roots_mm, ceiling_mm)
    else:
        wanted = _as_it_is(spec, blank, outline, positions_mm, ceiling_mm)
    wall = (blank.cut_collar_mm, spec.blade_height_mm + _proud_mm(blank))
    edge = edge_path(wanted, wheel, wall=wall, ceiling_mm=ceiling_mm)
    if len(edge) < 3:
        return PlanRefusal.WHEEL_TOO_WIDE
    allowed_mm = LEFTOVER_MM if outline is None else LEFTOVER_AS_IT_IS_MM
    if any(left_behind(edge, wheel, wanted, position) > allowed_mm for position in positions_mm):
        return PlanRefusal.WHEEL_TOO_WIDE

    if edge[-1][0] > blank.blade_length_mm + machine.cutting.tip_overrun_mm:
        return PlanRefusal.BEYOND_BLADE
    path = _passes(edge, spec.blade_height_mm, ceiling_mm, edge_error_mm, machine)
    refusal = _beyond_machine(path, machine)
    if refusal is not None:
        return refusal
    return CutPlan(
        path=path,
        wanted=np.array(clipped(wanted, 0.0, blank.blade_length_mm, spec.blade_height_mm)),
        left=edge_left(edge, wheel, blank.blade_length_mm, spec.blade_height_mm),
        roots_mm=roots_mm if outline is None else tuple(height_at(wanted, x) for x in positions_mm),
        positions_mm=positions_mm,
        blade_height_mm=spec.blade_height_mm,
        clear_from_mm=blank.cut_collar_mm,
    )


def _breaks_macs(spec: CutSpec, bitting: Sequence[str]) -> bool:
    by_depth = sorted(spec.depths, key=lambda depth: -depth.root_mm)
    steps = [next(i for i, depth in enumerate(by_depth) if depth.code == code) for code in bitting]
    return any(abs(a - b) > spec.most_steps for a, b in pairwise(steps))


def _beyond_blade(
    spec: CutSpec, blank: Blank, wheel: WheelShape, positions_mm: Sequence[float], roots_mm: Sequence[float]
) -> bool:
    """Whether a flat leaves the blade, or the wheel would have to enter the shoulder to reach a root."""
    for position_mm, root_mm in zip(positions_mm, roots_mm, strict=True):
        if position_mm + spec.flat_mm / 2 > blank.blade_length_mm or root_mm > spec.blade_height_mm:
            return True
        reach_mm = wheel.half_width_mm(spec.blade_height_mm + _proud_mm(blank) - root_mm)
        if position_mm - reach_mm < blank.cut_collar_mm:
            return True
    return False


def _proud_mm(blank: Blank) -> float:
    return COLLAR_PROUD_MM if blank.cut_collar_mm else SHOULDER_PROUD_MM


def factory_profile(
    spec: CutSpec, blank: Blank, positions_mm: Sequence[float], roots_mm: Sequence[float], ceiling_mm: float
) -> Polyline:
    """The edge of a factory-cut blade, its ramps drawn on up to `ceiling_mm` above the spine.

    Flats at the roots, ramps at the cut angle; where two cuts meet, the deeper ramp wins.
    """
    slope = 1 / math.tan(math.radians(spec.angle_deg / 2))
    half_mm = spec.flat_mm / 2

    def height(x_mm: float) -> float:
        cuts = (
            root + max(0.0, abs(x_mm - position) - half_mm) * slope
            for position, root in zip(positions_mm, roots_mm, strict=True)
        )
        return min(ceiling_mm, *cuts)

    corners = {0.0, blank.blade_length_mm}
    # A corner of the lower envelope lies at the end of a flat, where a ramp meets the ceiling, where two ramps
    # meet, or where a ramp runs into a flat.
    lines: list[tuple[float, float, float]] = []
    for position, root in zip(positions_mm, roots_mm, strict=True):
        rise_mm = (ceiling_mm - root) / slope
        corners |= {position + sign * (half_mm + reach) for sign in (-1, 1) for reach in (0.0, rise_mm)}
        for sign in (-1, 1):
            lines.append((position + sign * half_mm, root, sign * slope))
        lines.append((position, root, 0.0))
    for i, (x1, y1, m1) in enumerate(lines):
        for x2, y2, m2 in lines[:i]:
            if m1 != m2:
                corners.add((y2 - y1 + m1 * x1 - m2 * x2) / (m1 - m2))
    # Beyond the tip the last ramp goes on until the wheel is in the air.
    past_tip_mm = max(blank.blade_length_mm, max(corners))
    return tuple((x, height(x)) for x in sorted(corners) if 0.0 <= x <= past_tip_mm)


def _as_it_is(
    spec: CutSpec, blank: Blank, outline: Profile, positions_mm: Sequence[float], ceiling_mm: float
) -> Polyline:
    """A measured edge as a wanted one: bumps near full height left alone, the tip left as the blank has it."""
    x_mm, y_mm = outline[:, 0], outline[:, 1]
    if spec.stop is SpacingStop.TIP:
        x_mm, y_mm = (blank.blade_length_mm - spec.nose_mm - x_mm)[::-1], y_mm[::-1]
    y_mm = _smooth(x_mm, y_mm)
    first_mm, last_mm = min(positions_mm), max(positions_mm)
    # Towards the tip the edge rises out of the last cut to a crest and then falls to the tip: from the crest on
    # the blank's own edge stays. The same towards the shoulder.
    right = np.flatnonzero((x_mm >= last_mm) & (x_mm <= last_mm + spec.pitch_mm * 1.5))
    left = np.flatnonzero((x_mm <= first_mm) & (x_mm >= first_mm - spec.pitch_mm * 1.5))
    end = right[int(np.argmax(y_mm[right]))] if right.size else len(x_mm) - 1
    begin = left[int(np.argmax(y_mm[left]))] if left.size else 0
    slope = 1 / math.tan(math.radians(spec.angle_deg / 2))
    top_mm = spec.blade_height_mm
    inner = [
        (float(x), ceiling_mm if y >= top_mm - SKIN_MM else float(y))
        for x, y in zip(x_mm[begin : end + 1], y_mm[begin : end + 1], strict=True)
    ]
    (x0, y0), (x1, y1) = inner[0], inner[-1]
    lead_in = x0 - max(0.0, ceiling_mm - y0) / slope
    lead_out = x1 + max(0.0, ceiling_mm - y1) / slope
    points = [(0.0, ceiling_mm), (lead_in, ceiling_mm), *inner, (lead_out, ceiling_mm)]
    points.append((max(blank.blade_length_mm, lead_out + 1e-6), ceiling_mm))
    rising = [points[0]]
    for point in points[1:]:
        if point[0] > rising[-1][0] + 1e-6:
            rising.append(point)
    return tuple(rising)


def _smooth(x_mm: Floats, y_mm: Floats) -> Floats:
    """A short moving mean: the reader's pixel noise would make a line of G-code of every sample."""
    spacing_mm = float(np.median(np.diff(x_mm)))
    half = int(SMOOTH_MM / spacing_mm / 2)
    if half < 1:
        return y_mm
    padded = np.pad(y_mm, half, mode="edge")
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid")


def _passes(edge: Polyline, blade_mm: float, ceiling_mm: float, shift_mm: float, machine: Machine) -> tuple[Point, ...]:
    """Bites of at most `max_bite_mm`, alternately towards the tip and back, entered and left in the air."""
    cutting = machine.cutting
    deepest_mm = min(height for _, height in edge)
    bites = max(1, math.ceil((blade_mm - deepest_mm) / cutting.max_bite_mm - 1e-9))
    retract_mm = cutting.retract_height_mm
    points: list[Point] = [Point(edge[0][0], retract_mm, None)]
    for bite in range(1, bites + 1):
        floor_mm = blade_mm - (blade_mm - deepest_mm) * bite / bites
        line = lowered_to(edge, floor_mm)
        if bite % 2 == 0:
            line = line[::-1]
        if bite > 1:
            points.append(Point(points[-1].x_mm, points[-1].height_mm + LIFT_MM, None))
        points.append(Point(line[0][0], line[0][1] + shift_mm, None, plunge=True))
        for (x0, y0), (x1, y1) in pairwise(line):
            in_air = min(y0, y1) >= ceiling_mm - 1e-6
            points.append(Point(x1, y1 + shift_mm, None if in_air else _feed(x1 - x0, y1 - y0, machine)))
    points.append(Point(points[-1].x_mm, retract_mm, None))
    return tuple(points)


def _feed(dx_mm: float, dy_mm: float, machine: Machine) -> float:
    """Cutting feed; going down, so slow that the plunge feed is kept."""
    cutting = machine.cutting
    length_mm = math.hypot(dx_mm, dy_mm)
    if dy_mm >= -1e-9 or length_mm == 0:
        return cutting.feed_mm_min
    return min(cutting.feed_mm_min, round(cutting.plunge_mm_min * length_mm / -dy_mm))


def _beyond_machine(path: Sequence[Point], machine: Machine) -> PlanRefusal | None:
    slowest_axis = min(machine.x.max_rate_mm_min, machine.y.max_rate_mm_min)
    if max(machine.cutting.feed_mm_min, machine.cutting.plunge_mm_min) > slowest_axis:
        return PlanRefusal.BEYOND_FEED
    for point in path:
        x_mm = machine.clamp.shoulder_x_mm + point.x_mm
        y_mm = machine.clamp.spine_y_mm + point.height_mm
        if not (-machine.x.travel_mm < x_mm < 0 and -machine.y.travel_mm < y_mm < 0):
            return PlanRefusal.BEYOND_TRAVEL
    return None
