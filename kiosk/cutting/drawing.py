"""A plan as an SVG drawing to scale, for technicians: blank, wanted edge, the wheel's path and the metal left.

Responsible for: the figure. Not responsible for: writing files; only the explicit command of a technician does that,
with a code they typed.
"""

from __future__ import annotations

import io
from itertools import groupby, pairwise
from textwrap import fill

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MultipleLocator
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon

from config.keyway import Blank
from config.machine import Machine
from kiosk.cutting.geometry import WheelShape, metal_left
from kiosk.cutting.plan import CutPlan

ENLARGED = 4.0
"""Drawn so many times larger than life."""
_INCH_MM = 25.4 / ENLARGED
"""What an inch of paper shows."""
_SIDES_IN, _FOOT_IN, _HEAD_IN = 0.5, 1.0, 1.1
_BOW_MM, _SHOULDER_MM, _RIM_MM = 7.0, 1.2, 3.0
_WANTED, _PATH, _METAL, _BLANK, _BOW, _WHEEL = "#0b4f9c", "#c8251b", "#e0bd55", "#f1efe8", "#e7e3d6", "#7d8894"


def draw(plan: CutPlan, blank: Blank, machine: Machine, title: str) -> bytes:
    """The drawing. x from the shoulder to the right, spine below.

    What follows a colon in `title` is why the key is refused.
    """
    right_mm = max(blank.blade_length_mm, max(point.x_mm for point in plan.path)) + 2
    top_mm = max(point.height_mm for point in plan.path) + 1
    wide_in, high_in = (right_mm + _BOW_MM + 1) / _INCH_MM, (top_mm + 2) / _INCH_MM
    figure = Figure(figsize=(wide_in + 2 * _SIDES_IN, high_in + _FOOT_IN + _HEAD_IN))
    width_in, height_in = figure.get_size_inches()
    axes = figure.add_axes((_SIDES_IN / width_in, _FOOT_IN / height_in, wide_in / width_in, high_in / height_in))
    axes.set(
        xlim=(-_BOW_MM - 1, right_mm), ylim=(-2, top_mm), xlabel="mm from the shoulder", ylabel="mm above the spine"
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(5))
        axis.set_minor_locator(MultipleLocator(1))
    _draw_metal(axes, plan, blank, machine)
    _draw_path(axes, plan)
    _draw_cuts(axes, plan)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.5 / high_in), ncols=6, frameon=False, fontsize=8)
    name, _, refused = title.partition(": ")
    wheel = f"wheel {machine.wheel.name}: flat {machine.wheel.flat_mm:g} mm, {machine.wheel.angle_deg:g} degrees"
    figure.text(_SIDES_IN / width_in, 1 - 0.3 / height_in, name, fontsize=14, weight="bold")
    figure.text(_SIDES_IN / width_in, 1 - 0.5 / height_in, f"{wheel}; drawn {ENLARGED:g} : 1", fontsize=8)
    figure.text(_SIDES_IN / width_in, 1 - 0.8 / height_in, fill(refused, 80), fontsize=10, color=_PATH)
    out = io.BytesIO()
    # Words stay words, and the same plan gives the same bytes.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "plan"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    return out.getvalue()


def _draw_metal(axes: Axes, plan: CutPlan, blank: Blank, machine: Machine) -> None:
    length_mm, blade_mm = blank.blade_length_mm, plan.blade_height_mm
    wheel = WheelShape(machine.wheel.flat_mm, machine.wheel.angle_deg)
    left = metal_left([(point.x_mm, point.height_mm) for point in plan.path], wheel, length_mm, blade_mm)
    low, high = -_SHOULDER_MM, blade_mm + _SHOULDER_MM
    axes.fill([-_BOW_MM, 0, 0, -_BOW_MM], [low, low, high, high], facecolor=_BOW, edgecolor="#8d8672")
    sides = [0, length_mm, length_mm, 0], [0, 0, blade_mm, blade_mm]
    axes.fill(*sides, facecolor=_BLANK, edgecolor="#b9b3a2", linestyle="--", label="taken away", gid="blank")
    axes.add_patch(PathPatch(_outline_of(left), facecolor=_METAL, edgecolor="#8a6d16", label="metal left", gid="left"))
    axes.plot(plan.wanted[:, 0], plan.wanted[:, 1], color=_WANTED, linewidth=1.5, label="wanted edge", gid="wanted")
    root_mm, x_mm = min(zip(plan.roots_mm, plan.positions_mm, strict=True))
    half, wide = wheel.flat_mm / 2, wheel.half_width_mm(_RIM_MM)
    rim = [x_mm - half, x_mm + half, x_mm + wide, x_mm - wide], [root_mm] * 2 + [root_mm + _RIM_MM] * 2
    axes.fill(*rim, facecolor=_WHEEL, edgecolor="#46505b", alpha=0.4, label="its rim", gid="wheel")


def _draw_path(axes: Axes, plan: CutPlan) -> None:
    """The path, its cutting and its air moves apart."""
    labels = {False: "wheel, cutting", True: "wheel, in the air"}
    for rapid, run in groupby(pairwise(plan.path), key=lambda move: move[1].feed_mm_min is None):
        moves = list(run)
        points = [moves[0][0], *(end for _, end in moves)]
        axes.plot(
            [point.x_mm for point in points],
            [point.height_mm for point in points],
            color=_PATH,
            linewidth=0.7 if rapid else 1.0,
            linestyle="--" if rapid else "-",
            label=labels.pop(rapid, None),
            gid="rapid" if rapid else "path",
        )
    axes.plot(plan.path[0].x_mm, plan.path[0].height_mm, "o", color=_PATH, markersize=4)


def _draw_cuts(axes: Axes, plan: CutPlan) -> None:
    """Each cut's centre, its number from the stop, and its root above the spine."""
    for number, (x_mm, root_mm) in enumerate(zip(plan.positions_mm, plan.roots_mm, strict=True), start=1):
        axes.plot([x_mm, x_mm], [3.2, root_mm], color=_WANTED, linewidth=0.5, linestyle=":", gid=f"mark {number}")
        axes.text(x_mm, 1.8, str(number), ha="center", fontsize=10, weight="bold", color=_WANTED)
        axes.text(x_mm, 0.5, f"{root_mm:.2f}", ha="center", fontsize=8)


def _outline_of(shape: BaseGeometry) -> Outline:
    pieces = getattr(shape, "geoms", (shape,))
    rings = [ring for piece in pieces if isinstance(piece, Polygon) for ring in (piece.exterior, *piece.interiors)]
    return Outline.make_compound_path(*(Outline(ring.coords, closed=True) for ring in rings))
