"""A drawing of a keyway: its section, and the blade with where cuts may lie and how deep.

Responsible for: the figure, as SVG or PNG. It shows a system's published figures, never a key. Not responsible
for: where the file goes.
"""

from __future__ import annotations

import io
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from config.catalogue import Catalogue
from config.keyway import Blank, CutSpec, Keyway, Section, SpacingStop

_METAL, _INK, _CUT, _FAINT = "#d9b45b", "#333333", "#b03a2e", "#888888"


def draw_keyway(catalogue: Catalogue, keyway: Keyway, blank: Blank | None, form: Literal["svg", "png"]) -> bytes:
    """The picture. Lengths in mm. Blade: shoulder at the left, cuts up."""
    sections = [catalogue.section_of[each] for each in keyway.sections]
    columns = max(1, len(sections))
    figure = Figure(figsize=(max(7.0, 2.6 * columns), 7.0), layout="constrained")
    figure.suptitle(f"{keyway.code}: {keyway.name} ({keyway.standing.standing.value})", color=_INK)
    grid = figure.add_gridspec(2, columns, height_ratios=(3, 2))
    for column, section in enumerate(sections):
        _draw_section(figure.add_subplot(grid[0, column]), section)
    if not sections:
        _say(figure.add_subplot(grid[0, 0]), "no section on file")
    below = figure.add_subplot(grid[1, :])
    if keyway.spec and blank:
        _draw_blade(below, keyway.spec, blank)
    else:
        _say(below, "not cut here: no depths on file" if keyway.spec is None else "no blank on file")
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


def _draw_section(axes: Axes, section: Section) -> None:
    half = section.thickness_mm / 2
    left, right = np.array(section.left), np.array(section.right)
    across = np.concatenate([-half + left[:, 1], (half - right[:, 1])[::-1]])
    up = np.concatenate([left[:, 0], right[::-1, 0]])
    axes.fill(across, up, facecolor=_METAL, edgecolor=_INK, linewidth=1.0)
    axes.set_title(section.id, fontsize=9, color=_INK)
    axes.set_xlim(-2.2, 2.2)
    axes.set_ylim(-0.5, 10.0)
    axes.set_aspect("equal")
    axes.set_xlabel("left | right, mm, seen from the tip", fontsize=7)
    axes.set_ylabel("height above the spine, mm", fontsize=7)
    axes.tick_params(labelsize=7)


def _draw_blade(axes: Axes, spec: CutSpec, blank: Blank) -> None:
    length, height = blank.blade_length_mm, spec.blade_height_mm
    tip = 0.6 * height
    axes.fill(
        [0, length - tip, length, length, 0], [height, height, 0.35 * height, 0, 0], facecolor=_METAL, edgecolor=_INK
    )
    axes.fill([-4, 0, 0, -4], [height + 2, height + 2, -2, -2], facecolor=_METAL, edgecolor=_INK)
    centres = spec.places_mm(blank)
    deepest = spec.depths[-1].root_mm
    for number, centre in enumerate(centres, start=1):
        axes.plot([centre, centre], [deepest, height + 0.4], color=_CUT, linewidth=0.8, linestyle=":")
        axes.plot([centre - spec.flat_mm / 2, centre + spec.flat_mm / 2], [deepest, deepest], color=_CUT, linewidth=1.6)
        axes.text(centre, height + 0.6, str(number), ha="center", fontsize=7, color=_CUT)
    for number, depth in enumerate(spec.depths):
        axes.axhline(depth.root_mm, color=_FAINT, linewidth=0.3)
        # Two columns, or the figures of neighbouring depths would lie on each other.
        axes.text(
            length + 0.4 + 2.6 * (number % 2),
            depth.root_mm,
            f"{depth.code}  {depth.root_mm:.3f}",
            fontsize=5,
            va="center",
        )
    axes.set_xlim(-5, length + 6)
    axes.set_ylim(-2.5, height + 3)
    axes.set_aspect("equal")
    stop = "shoulder" if spec.stop is SpacingStop.SHOULDER else "tip"
    axes.set_title(
        f"{blank.code}: {blank.cuts} cuts, first {spec.first_cut_mm:.3f} mm from the {stop}, then every "
        f"{spec.pitch_mm:.3f} mm; flat {spec.flat_mm:.2f}, {spec.angle_deg:g}°, MACS {spec.macs or 'unknown'}",
        fontsize=8,
        color=_INK,
    )
    axes.set_xlabel("mm", fontsize=7)
    axes.tick_params(labelsize=7)


def _say(axes: Axes, text: str) -> None:
    axes.axis("off")
    axes.text(0.5, 0.5, text, ha="center", va="center", color=_FAINT)
