"""The report's plots, in the kiosk's font and colours, as vector pictures.

Responsible for: drawing errors, drift and stock against their limits. Not responsible for: counting, or the page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from statistics import median

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from config.machine import Machine
from kiosk.operations.counters import Figures

FONTS = str(files("ui") / "fonts")
"""Of the screen: the files alone."""
INK, SOFT, LINE, ACCENT, TINT, DANGER, MARK = (
    "#182024", "#4b565c", "#dedbd3", "#0b665d", "#e3efec", "#ab2318", "#d98a00",
)  # fmt: skip
AXIS_MM = 0.05
"""Of errors: always the same, so that two reports can be laid beside each other."""
BINS = 25
_STYLE = {
    "font.family": "Inter",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def plots(seen: Figures, machine: Machine | None) -> Iterator[tuple[str, str, bytes]]:
    """Title, what it shows, and picture of each plot there is something to show in."""
    font_manager.fontManager.addfont(f"{FONTS}/Inter-Regular.ttf")
    with rc_context(_STYLE):  # type: ignore[arg-type] # its names are spelt out there
        if seen.errors_mm:
            yield (
                "Error of copies",
                "Largest error of each measured copy against the limit",
                _svg(_errors(seen, machine)),
            )
        if seen.drift_mm:
            words = "Mean error of each copy since the wheel was changed, with running median, between the limits"
            yield "Drift of the wheel", words, _svg(_drift(seen, machine))
        if seen.stock:
            yield "Stock", "Blanks by slot, up to capacity, with the reorder mark", _svg(_stock(seen, machine))


def _svg(figure: Figure) -> bytes:
    data = io.BytesIO()
    # Without a date two reports of the same days are the same file.
    figure.savefig(data, format="svg", transparent=True, metadata={"Date": None})
    return data.getvalue()


def _axes(x_label: str, y_label: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.6, 2.3), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x_label, ylabel=y_label)
    return figure, axes


def _errors(seen: Figures, machine: Machine | None) -> Figure:
    figure, axes = _axes("largest error, mm", "copies")
    bins = [AXIS_MM * i / BINS for i in range(BINS + 1)]
    shown = {
        good: [error for _, error, ok in seen.errors_mm if ok is good and error <= AXIS_MM] for good in (True, False)
    }
    axes.hist([shown[True], shown[False]], bins=bins, stacked=True, color=[ACCENT, DANGER])
    axes.set_xlim(0, AXIS_MM * 1.04)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if machine is not None:
        _limit(axes, machine.check.tolerance_mm, upright=True)
    if beyond := sum(error > AXIS_MM for _, error, _ in seen.errors_mm):
        axes.text(0.99, 0.9, f"{beyond} beyond", color=DANGER, ha="right", transform=axes.transAxes)
    return figure


def _drift(seen: Figures, machine: Machine | None) -> Figure:
    figure, axes = _axes("", "mean error, mm")
    times = date2num([time for time, _ in seen.drift_mm])  # type: ignore[no-untyped-call] # matplotlib types it in part
    errors = [error for _, error in seen.drift_mm]
    running = [median(errors[max(0, i - 19) : i + 1]) for i in range(len(errors))]
    axes.plot(times, errors, ".", color=ACCENT, alpha=0.35)
    axes.plot(times, running, color=ACCENT, linewidth=1.6)
    axes.axhline(0, color=LINE, linewidth=0.8)
    if machine is not None:
        limit = machine.check.drift_limit_mm
        axes.set_ylim(-1.4 * limit, 1.4 * limit)
        for each in (limit, -limit):
            _limit(axes, each)
    if any(time < seen.drift_mm[0][0] for time, *_ in seen.errors_mm):
        axes.axvline(times[0], color=MARK, linewidth=1.2)
        axes.text(times[0], 0.97, " new wheel", color=MARK, va="top", transform=axes.get_xaxis_transform())
    first, last = (time for time, _ in (seen.drift_mm[0], seen.drift_mm[-1]))
    if first.date() == last.date():
        # The day they are of: a scale made for nothing but a moment runs over years.
        axes.set_xlim(_day(first), _day(first + timedelta(days=1)))
    locator = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call] # as above
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call] # as above
    return figure


def _day(moment: datetime) -> float:
    """Where a day begins on the axis."""
    return float(date2num(moment.replace(hour=0, minute=0, second=0, microsecond=0)))  # type: ignore[no-untyped-call] # as above


def _stock(seen: Figures, machine: Machine | None) -> Figure:
    figure, axes = _axes("blanks", "")
    slots = {slot.number: slot for slot in machine.magazine.slots} if machine is not None else {}
    names = [f"{each.number}  {each.blank} {each.finish}{', locked' if each.locked else ''}" for each in seen.stock]
    low = {each.number: slots[each.number].low_at for each in seen.stock if each.number in slots}
    places = range(len(seen.stock))
    axes.barh(places, [slots[each.number].capacity if each.number in slots else 0 for each in seen.stock], color=TINT)
    colours = [DANGER if each.locked or each.count <= low.get(each.number, -1) else ACCENT for each in seen.stock]
    axes.barh(places, [each.count for each in seen.stock], height=0.45, color=colours)
    for place, each in zip(places, seen.stock, strict=True):
        if each.number in low:
            axes.plot([low[each.number]] * 2, [place - 0.4, place + 0.4], color=MARK, linewidth=1.4)
    axes.set_yticks(list(places), names)
    axes.invert_yaxis()
    return figure


def _limit(axes: Axes, value: float, *, upright: bool = False) -> None:
    (axes.axvline if upright else axes.axhline)(value, color=DANGER, linewidth=1.0, linestyle=(0, (4, 3)))
