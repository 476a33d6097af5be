"""The report as one HTML file: tables and plots, nothing loaded from elsewhere.

Responsible for: words and pictures of `Figures`. Not responsible for: counting.
"""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from kiosk.operations.counters import Figures
from kiosk.operations.report_table import TOTAL, days_table, plain

_STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .3rem .7rem; border-bottom: 1px solid #ccc }
td { text-align: right } td:first-child, th:first-child { text-align: left } img { max-width: 100% }
tr.total td { font-weight: bold } div.wide { overflow-x: auto }
"""


def report_html(seen: Figures, name: str, since: str, until: str = "") -> str:
    """The whole page."""
    rate = seen.first_time_right_rate
    good, cut = seen.first_time_right
    parts = [
        f"<h1>{html.escape(name)}</h1><p>{html.escape(_span(since, until))}</p>",
        "<h2>First time right</h2>",
        f"<p>{good} of {cut} copies were good at the first cut ({rate:.1%}).</p>"
        if rate is not None
        else "<p>No copy was cut.</p>",
        "<h2>Days</h2>",
        _table(*days_table(seen)),
    ]
    if seen.errors_mm:
        parts += ["<h2>Error of copies</h2>", _picture(_error_plot(seen), "Largest error of each measured copy")]
    if seen.drift_mm:
        words = "Mean error of each copy since the wheel was changed, with running median"
        parts += ["<h2>Drift</h2>", _picture(_drift_plot(seen), words)]
    if seen.step_s:
        parts += ["<h2>Time by step</h2>", _picture(_step_plot(seen), "Seconds by step"), _steps_table(seen)]
    if seen.stock:
        parts += ["<h2>Stock</h2>", _picture(_stock_plot(seen), "Blanks by slot")]
    parts += [_reasons("Refused, by rule", [day.refused for day in seen.days])]
    parts += [_reasons("Faults, by kind", [day.faults for day in seen.days])]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{html.escape(name)}</title>'
        f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def _span(since: str, until: str) -> str:
    return f"From {since or 'the first day'} to {until or 'now'}, days of the store."


def _steps_table(seen: Figures) -> str:
    rows = [(step, len(values), f"{median(values):.1f}", f"{max(values):.1f}") for step, values in seen.step_s.items()]
    return _table(("Step", "Times", "Median s", "Longest s"), rows)


def _reasons(title: str, days: Sequence[Mapping[str, int]]) -> str:
    total: Counter[str] = Counter()
    for day in days:
        total.update(day)
    if not total:
        return f"<h2>{title}</h2><p>None.</p>"
    return f"<h2>{title}</h2>" + _table(
        ("Reason", "Times"), [(plain(code), count) for code, count in total.most_common()]
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
    body = "".join(
        f"<tr{' class=total' if row[0] == TOTAL else ''}>"
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _picture(figure: Figure, words: str) -> str:
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110)
    encoded = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="{html.escape(words)}" src="data:image/png;base64,{encoded}">'


def _axes(x_label: str, y_label: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x_label, ylabel=y_label)
    return figure, axes


def _error_plot(seen: Figures) -> Figure:
    figure, axes = _axes("largest error, mm", "copies")
    for passed, label in ((True, "delivered"), (False, "not delivered")):
        axes.hist([error for _, error, good in seen.errors_mm if good is passed], bins=30, alpha=0.7, label=label)
    axes.legend()
    return figure


def _drift_plot(seen: Figures) -> Figure:
    figure, axes = _axes("", "mean error, mm")
    times = date2num([time for time, _ in seen.drift_mm])  # type: ignore[no-untyped-call] # matplotlib types it in part
    errors = [error for _, error in seen.drift_mm]
    running = [median(errors[max(0, i - 19) : i + 1]) for i in range(len(errors))]
    axes.plot(times, errors, ".", alpha=0.5, label="each copy")
    axes.plot(times, running, label="median of the last 20")
    axes.xaxis_date()
    axes.legend()
    figure.autofmt_xdate()
    return figure


def _step_plot(seen: Figures) -> Figure:
    figure, axes = _axes("", "seconds")
    steps = list(seen.step_s)
    axes.boxplot([list(seen.step_s[step]) for step in steps], tick_labels=steps, showfliers=False)
    return figure


def _stock_plot(seen: Figures) -> Figure:
    figure, axes = _axes("", "blanks")
    names = [f"{slot.number}: {slot.blank}\n{slot.finish}{' (locked)' if slot.locked else ''}" for slot in seen.stock]
    axes.bar(names, [slot.count for slot in seen.stock])
    return figure
