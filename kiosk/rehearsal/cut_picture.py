"""A picture of one cut: blade before and after, how far it is from the factory's edge, path, and time by step.

Responsible for: drawing figures that are handed in. Not responsible for: where they come from
(`kiosk.rehearsal.cut_rehearsal`). Drawn for a technician who typed the bitting, never for a shopper's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kiosk.cutting.plan import CutPlan
from kiosk.extras import Extra, needing
from kiosk.key.reading import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_METAL, _GONE, _EDGE, _WANTED, _RAPID = "#d8b45a", "#efe3c4", "#5d4a17", "#1565c0", "#9e9e9e"


@dataclass(frozen=True, repr=False, eq=False)
class CutRecord:
    """What one cut did. Blade edges over `x_mm` from the shoulder, heights above the spine."""

    title: str
    plan: CutPlan
    x_mm: Floats
    before_mm: Floats
    after_mm: Floats
    bottom_mm: Floats
    steps_s: tuple[tuple[str, float], ...]

    def error_um(self) -> Floats:
        """The copy's edge less the wanted one, in thousandths of a millimetre; NaN beyond the wanted edge."""
        wanted = self.plan.wanted
        inside = (self.x_mm >= wanted[0, 0]) & (self.x_mm <= wanted[-1, 0])
        height = np.minimum(np.interp(self.x_mm, wanted[:, 0], wanted[:, 1]), self.before_mm)
        return np.where(inside, (self.after_mm - height) * 1000, np.nan)

    def root_errors_um(self) -> tuple[float, ...]:
        """The same at each cut's middle, over a tenth of a millimetre."""
        error = self.error_um()
        return tuple(float(np.nanmean(error[np.abs(self.x_mm - place) <= 0.05])) for place in self.plan.positions_mm)


def draw_cut(record: CutRecord, png: Path) -> None:
    """Write the picture as a PNG.

    Raises:
        OSError: the file cannot be written.
        BadInput: the plotting library is not installed.
    """
    with needing(Extra.REPORTS):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 12), layout="constrained")
    FigureCanvasAgg(figure)
    blade, error, path, time = figure.subplots(4, 1, height_ratios=[3, 2, 3, 2])
    figure.suptitle(record.title)
    _blade(blade, record)
    _error(error, record)
    _path(path, record)
    _times(time, record)
    # No date and no version in the file: the same cut gives the same bytes.
    figure.savefig(png, dpi=110, format="png", metadata={"Software": None})


def _blade(axes: Axes, record: CutRecord) -> None:
    x, low = record.x_mm, record.bottom_mm
    axes.fill_between(x, record.after_mm, record.before_mm, color=_GONE, label="cut away", linewidth=0)
    axes.fill_between(x, low, record.after_mm, color=_METAL, linewidth=0, label="blade after")
    axes.plot(x, record.before_mm, color=_EDGE, linewidth=0.8, linestyle=":", label="edge before")
    axes.plot(x, record.after_mm, color=_EDGE, linewidth=1.0, label="edge after")
    wanted = record.plan.wanted
    axes.plot(wanted[:, 0], wanted[:, 1], color=_WANTED, linewidth=1.0, linestyle="--", label="wanted")
    axes.set(xlabel="from the shoulder, mm", ylabel="above the spine, mm", title="Blade before and after")
    axes.set_aspect("equal")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8, frameon=False)


def _error(axes: Axes, record: CutRecord) -> None:
    error = record.error_um()
    axes.plot(record.x_mm, error, color=_EDGE, linewidth=0.9)
    axes.axhline(0, color=_WANTED, linewidth=0.8)
    for number, (place, found) in enumerate(zip(record.plan.positions_mm, record.root_errors_um(), strict=True), 1):
        axes.axvspan(place - 0.3, place + 0.3, color=_WANTED, alpha=0.10, linewidth=0)
        text = f"cut {number}\n{found:+.1f} µm"
        axes.annotate(text, (place, 1.0), xycoords=("data", "axes fraction"), ha="center", va="top", fontsize=8)
    shown = error[np.isfinite(error)]
    span = max(30.0, float(np.percentile(np.abs(shown), 97)) * 1.6) if shown.size else 30.0
    axes.set(ylim=(-span, span), xlabel="from the shoulder, mm", ylabel="µm", title="Edge after, less the wanted edge")
    axes.grid(alpha=0.3)


def _path(axes: Axes, record: CutRecord) -> None:
    points = record.plan.path
    for start, end in pairwise(points):
        rapid = end.feed_mm_min is None
        axes.plot(
            [start.x_mm, end.x_mm],
            [start.height_mm, end.height_mm],
            color=_RAPID if rapid else "#c62828",
            linewidth=0.8 if rapid else 1.4,
            linestyle=":" if rapid else "-",
        )
    axes.fill_between(record.x_mm, record.bottom_mm, record.after_mm, color=_METAL, alpha=0.5, linewidth=0)
    feeds = [point.feed_mm_min for point in points if point.feed_mm_min is not None]
    feeds_text = f"{min(feeds):.0f} to {max(feeds):.0f} mm/min" if feeds else "nothing cut"
    axes.set(
        xlabel="from the shoulder, mm", ylabel="wheel's edge, mm", title=f"Path: red cuts ({feeds_text}), grey is air"
    )
    axes.set_aspect("equal")


def _times(axes: Axes, record: CutRecord) -> None:
    names, seconds = [name for name, _ in record.steps_s], [s for _, s in record.steps_s]
    bars = axes.barh(names, seconds, color=_WANTED)
    axes.bar_label(bars, labels=[f"{s:.1f} s" for s in seconds], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set(xlabel="s", title=f"Time by step: {sum(seconds):.1f} s in all")
