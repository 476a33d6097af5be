"""The report as one HTML file that prints on one page: figures, plots, days; nothing loaded from elsewhere.

Responsible for: words and layout of `Figures`. Not responsible for: counting, or the plots (`report_plots`).
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.machine import Machine
from kiosk.operations.counters import Figures, summed
from kiosk.operations.report_plots import FONTS, plots
from kiosk.operations.report_table import TOTAL, days_table, money, plain, total
from kiosk.operations.report_words import refused_for

MOST_DAYS = 12
"""Days that print; a table of more is what the CSV is for."""
_FACES = (("Inter", "Inter-Regular.ttf", 400), ("Inter Display", "InterDisplay-Bold.ttf", 700))
_STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { font: 15px/1.45 Inter, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; color: #182024;
  background: #f5f4f0; font-variant-numeric: tabular-nums }
h1, h2, .figures b { font-family: "Inter Display", Inter, sans-serif; letter-spacing: -.02em }
h1 { font-size: 2.4rem; line-height: 1; margin: 0 } h1 + p { margin: .4rem 0 1.4rem; color: #4b565c }
h2 { font-size: 1.05rem; margin: 0 0 .4rem }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: .8rem; margin-bottom: .8rem }
.figures div { background: #0b665d; color: #fff; border-radius: .7rem; padding: .8rem 1rem }
.figures b { display: block; font-size: 1.9rem; line-height: 1.1 }
.plots { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem }
section { background: #fff; border-radius: .7rem; padding: .9rem 1rem; margin-bottom: .8rem; break-inside: avoid }
.plots section { margin: 0 } .plots { margin-bottom: .8rem } img { width: 100%; display: block }
div.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { white-space: nowrap; padding: .18rem .5rem; border-bottom: 1px solid #dedbd3; text-align: right }
td:first-child, th:first-child { text-align: left } tr.total td { font-weight: 700 } p { margin: .2rem 0 }
@media screen and (max-width: 45rem) { .figures, .plots { grid-template-columns: 1fr 1fr } .plots { display: block } }
@media print { html, body { font-size: 10.5px } body { background: none; margin: 0; padding: 0; max-width: none }
  tr.old { display: none }
  section { border: 1px solid #dedbd3; padding: .5rem .7rem } .figures div { print-color-adjust: exact }
  h1 { font-size: 1.7rem } .figures b { font-size: 1.4rem } }
"""


def report_html(seen: Figures, name: str, since: str, until: str = "", machine: Machine | None = None) -> str:
    """The whole page; limits and capacities are those of `machine`."""
    drawn = "".join(
        f'<section><h2>{html.escape(title)}</h2><img alt="{html.escape(words)}" src="{_data(svg, "image/svg+xml")}">'
        f"</section>"
        for title, words, svg in plots(seen, machine)
    )
    parts = [
        f"<h1>{html.escape(name)}</h1><p>{html.escape(_span(since, until))}</p>",
        _figures(seen),
        f'<div class="plots">{drawn}{_section("In words", _in_words(seen))}</div>',
        _section("Days", _days(seen)),
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{html.escape(name)}</title>'
        f"<style>{_faces()}{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def _span(since: str, until: str) -> str:
    return f"From {since or 'the first day'} to {until or 'now'}, days of the store."


def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f"src: url({_data((Path(FONTS) / file).read_bytes(), 'font/ttf')}) }}\n"
        for family, file, weight in _FACES
    )


def _data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _figures(seen: Figures) -> str:
    """The four figures an owner asks for first."""
    whole, rate = total(seen.days), seen.first_time_right_rate
    good, cut = seen.first_time_right
    right = f"{good} of {cut} copies good at the first cut" if cut else "No copy was cut"
    four = (
        (str(whole.paid + whole.free), f"copies handed over in {whole.visits} visits"),
        (f"{rate:.1%}" if rate is not None else "–", right),
        (money(whole.taken_minor, seen.currency), f"taken {seen.currency}".strip()),
        (str(sum(whole.refused.values())), f"keys refused, {sum(whole.faults.values())} faults"),
    )
    return (
        f'<div class="figures">{"".join(f"<div><b>{html.escape(a)}</b>{html.escape(b)}</div>" for a, b in four)}</div>'
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _days(seen: Figures) -> str:
    heads, rows = days_table(seen)
    old = max(0, len(seen.days) - MOST_DAYS)
    return _table(heads, rows, old)


def _in_words(seen: Figures) -> str:
    """Refusals and faults in sentences."""
    refused = _sentence([day.refused for day in seen.days], "refused", "No key was refused.")
    stopped = _sentence([day.faults for day in seen.days], "stopped", "Nothing failed.")
    return refused + stopped + _simulated(seen)


def _simulated(seen: Figures) -> str:
    """Why copies that were made and measured are not among those handed over."""
    if not seen.simulated_copies:
        return ""
    what, they = ("copy was", "It counts") if seen.simulated_copies == 1 else ("copies were", "They count")
    return f"<p>{seen.simulated_copies} {what} sold by a simulated machine. {they} as Test; no money was taken.</p>"


def _sentence(days: Sequence[Mapping[str, int]], did: str, nothing: str) -> str:
    """Codes and how often, as one reads them aloud."""
    counts = summed(days)
    if not counts:
        return f"<p>{nothing}</p>"
    said = [
        f"{refused_for(code) or plain(code).lower()} ({_times(count)})"
        for code, count in sorted(counts.items(), key=lambda each: -each[1])
    ]
    listed = said[0] if len(said) == 1 else f"{'; '.join(said[:-1])}; and {said[-1]}"
    return f"<p>{html.escape(f'{_times(sum(counts.values())).capitalize()} {did}: {listed}.')}</p>"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]], old: int = 0) -> str:
    """A table; its first `old` rows do not print."""
    head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
    body = "".join(
        f"<tr{' class=total' if row[0] == TOTAL else ' class=old' if at < old else ''}>"
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for at, row in enumerate(rows)
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
