"""The fleet's page: one HTML file that loads nothing, for a phone as for a wall.

Responsible for: what is shown and in which order, and files beside it with all of what the page shows the first of.
Not responsible for: figures (`overview`).
"""

from __future__ import annotations

import csv
import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from io import StringIO
from itertools import groupby

from kiosk.operations.fleet.overview import DRIFT_MM, LATELY, LOST_AT_LEAST, KioskLine, Overview, Trouble, Urgency
from kiosk.operations.report_table import money, plain

NAMES = {Urgency.NOW: "Now", Urgency.TODAY: "Today", Urgency.THIS_WEEK: "This week"}
LIMIT_MM = 0.05
MOST_ROWS = 200
MOST_OF_A_KIND = 25
"""Of eight kinds: so that what all have in common does not hide the one thing that one has."""
TROUBLES, KIOSKS, SLOTS, TAKINGS = "troubles.csv", "kiosks.csv", "slots.csv", "takings.csv"
_STYLE = """
:root { --ink: #16202b; --soft: #5b6875; --line: #dde3e8; --now: #b3261e; --today: #9a5b00; --week: #2f5d8a }
:root { --good: #2e6b3f }
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: #fff; max-width: 72rem; margin: 0 auto }
body { padding: 1.5rem 1rem 4rem } h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem }
p { margin: .3rem 0; color: var(--soft) } .tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.2rem 0 }
.tile { flex: 1 1 8rem; border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem }
.tile b { display: block; font-size: 1.7rem; line-height: 1.2 } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% } th { text-align: left; color: var(--soft); font-size: .85rem }
th, td { padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } .u2 { color: var(--week) }
.u0 { color: var(--now); font-weight: 600 } .u1 { color: var(--today); font-weight: 600 }
.bar { background: var(--line); width: 6rem; height: .55rem; display: inline-block; position: relative }
.bar i { background: var(--good); height: 100%; display: block } .bar.over i { background: var(--now) }
.bar u { position: absolute; left: 80%; top: -.15rem; bottom: -.15rem; border-left: 2px solid var(--ink) }
@media (max-width: 40rem) { td, th { font-size: .9rem } }
"""


def fleet_page(seen: Overview) -> str:
    """The whole page."""
    parts = [
        f"<h1>Fleet</h1><p>As of {seen.now:%Y-%m-%d %H:%M} UTC; figures of the last {LATELY.days} days.</p>",
        _tiles(seen),
        "<h2>What needs somebody</h2>",
        _troubles(seen),
        "<h2>Stock to refill this week</h2>",
        _refill(seen),
        "<h2>Kiosks</h2>",
        "<p>Error: mean of the largest errors of the last copies; the mark is where a kiosk is called drifting.</p>",
        _kiosks(seen),
        "<h2>First time right, by blank</h2>",
        _table(
            ("Blank", "=Copies", "=Right at the first cut"),
            [(name, all_cut, f"{good / all_cut:.1%}") for name, (good, all_cut) in _worst_first(seen) if all_cut],
        ),
        "<h2>Asked for and not sold</h2>",
        _table(("Keyway", "=Times"), [(name or "a key no kiosk knows", count) for name, count in seen.lost.items()]),
        f"<p>Told from {LOST_AT_LEAST} times on.</p><h2>Faults</h2>",
        _table(("Kind", "=Times"), [(plain(code), count) for code, count in seen.faults.items()]),
        "<h2>Takings by store and day</h2>",
        _takings(seen),
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Fleet of key kiosks</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def fleet_files(seen: Overview) -> dict[str, str]:
    """The page and what it has no room for, by file name."""
    troubles = [(each.urgency.name, each.kind, each.kiosk, each.words) for each in seen.troubles]
    slots = [
        (kiosk.name, slot.number, slot.blank, slot.finish, slot.count, _days(slot.days_left))
        for kiosk in seen.kiosks
        for slot in kiosk.slots
    ]
    return {
        "index.html": fleet_page(seen),
        TROUBLES: _csv(("urgency", "kind", "kiosk", "what"), troubles),
        KIOSKS: _csv(KIOSK_COLUMNS, map(_kiosk_cells, seen.kiosks)),
        SLOTS: _csv(("kiosk", "slot", "blank", "finish", "left", "days"), slots),
        TAKINGS: _csv(
            ("kiosk", "day", "currency", "minor_units"), [(*key, amount) for key, amount in seen.taken.items()]
        ),
    }


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()


KIOSK_COLUMNS = (
    "kiosk",
    "state",
    "last_heard_utc",
    "copies",
    "right_first",
    "error_mm",
    "program",
    "rules",
    "settings",
)


def _kiosk_cells(kiosk: KioskLine) -> tuple[object, ...]:
    heard = f"{kiosk.heard:%Y-%m-%dT%H:%M:%SZ}" if kiosk.heard else ""
    right = "" if kiosk.first_time_right is None else f"{kiosk.first_time_right:.4f}"
    error = "" if kiosk.error_mm is None else f"{kiosk.error_mm:.4f}"
    held = (kiosk.software, kiosk.rules, kiosk.settings)
    return (kiosk.name, _state(kiosk), heard, kiosk.copies, right, error, *held)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def fleet_lines(seen: Overview) -> list[str]:
    """The same for a terminal: the figures, then what needs somebody."""
    online = sum(kiosk.online for kiosk in seen.kiosks)
    good, all_cut = _right(seen)
    rate = f"{good / all_cut:.1%}" if all_cut else "none cut"
    unseen = sum(kiosk.never_seen for kiosk in seen.kiosks)
    more = f", {unseen} never seen" if unseen else ""
    lines = [
        f"{_counted(len(seen.kiosks), 'kiosk', 'kiosks')}, {online} online{more}; "
        f"{_counted(all_cut, 'copy', 'copies')} in {LATELY.days} days, first time right {rate}"
    ]
    for shown, left in _by_kind(seen):
        lines += [f"{NAMES[each.urgency]:<10} {each.kiosk:<16} {each.words}" for each in shown]
        if left:
            lines.append(f"{NAMES[shown[0].urgency]:<10} and {left} more: {shown[0].kind} (all of them: --json)")
    return lines if seen.troubles else [*lines, "nothing needs anybody"]


def _by_kind(seen: Overview) -> Iterator[tuple[Sequence[Trouble], int]]:
    """The first of each kind, and how many more there are."""
    for _, same in groupby(seen.troubles, key=lambda each: (each.urgency, each.kind)):
        all_of_it = list(same)
        yield all_of_it[:MOST_OF_A_KIND], len(all_of_it[MOST_OF_A_KIND:])


def _right(seen: Overview) -> tuple[int, int]:
    counts = seen.right_by_blank.values()
    return sum(good for good, _ in counts), sum(all_cut for _, all_cut in counts)


def _tiles(seen: Overview) -> str:
    good, all_cut = _right(seen)
    taken: dict[str, int] = {}
    for (_, _, currency), amount in seen.taken.items():
        taken[currency] = taken.get(currency, 0) + amount
    tiles = [
        (len(seen.kiosks), "kiosk" if len(seen.kiosks) == 1 else "kiosks"),
        (sum(kiosk.online for kiosk in seen.kiosks), "online"),
        (len({each.kiosk for each in seen.troubles if each.urgency is Urgency.NOW}), "need somebody now"),
        (all_cut, "copies"),
        (f"{good / all_cut:.1%}" if all_cut else "–", "first time right"),
        *((money(amount, currency), f"{currency} taken") for currency, amount in sorted(taken.items())),
    ]
    return '<div class="tiles">' + "".join(f'<div class="tile"><b>{a}</b>{b}</div>' for a, b in tiles) + "</div>"


def _troubles(seen: Overview) -> str:
    if not seen.troubles:
        return "<p>Nothing.</p>"
    rows = []
    for shown, left in _by_kind(seen):
        rows += [
            f'<tr><td class="u{each.urgency}">{NAMES[each.urgency]}</td><td>{html.escape(each.kiosk)}</td>'
            f"<td>{html.escape(each.words)}</td></tr>"
            for each in shown
        ]
        if left:
            rows.append(f"<tr><td></td><td></td><td>{shown[0].kind}: {left} more in {_link(TROUBLES)}</td></tr>")
    return f'<div class="wide"><table><tr><th>When<th>Kiosk<th>What</tr>{"".join(rows)}</table></div>'


def _link(name: str) -> str:
    return f'<a href="{name}">{name}</a>'


def _rest(rows: int, name: str) -> str:
    return f"<p>The first {MOST_ROWS} of {rows}; all of them in {_link(name)}.</p>" if rows > MOST_ROWS else ""


def _refill(seen: Overview) -> str:
    low = [
        (kiosk.name, slot)
        for kiosk in seen.kiosks
        for slot in kiosk.slots
        if slot.count == 0 or (slot.days_left is not None and slot.days_left < LATELY.days)
    ]
    low.sort(key=lambda each: each[1].count)
    rows = [
        (name, slot.number, slot.blank, slot.finish, slot.count, _days(slot.days_left))
        for name, slot in low[:MOST_ROWS]
    ]
    return _table(("Kiosk", "=Slot", "Blank", "Finish", "=Left", "=Lasts, days"), rows) + _rest(len(low), SLOTS)


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:.0f}"


def _kiosks(seen: Overview) -> str:
    urgent = {each.kiosk: each.urgency for each in reversed(seen.troubles)}
    ordered = sorted(seen.kiosks, key=lambda kiosk: (urgent.get(kiosk.name, len(Urgency)), kiosk.name))
    rows = "".join(_kiosk(kiosk, seen) for kiosk in ordered[:MOST_ROWS])
    figures = "<th class=n>Copies<th class=n>Right<th>Error<th class=n>Taken"
    heads = f"<tr><th>Kiosk<th>State{figures}<th>Program<th>Rules<th>Settings</tr>"
    return f'<div class="wide"><table>{heads}{rows}</table></div>' + _rest(len(ordered), KIOSKS)


def _state(kiosk: KioskLine) -> str:
    if kiosk.never_seen:
        return "never seen"
    return "out of order" if kiosk.fault else "online" if kiosk.online else "away"


def _kiosk(kiosk: KioskLine, seen: Overview) -> str:
    colour = ' class="u0"' if kiosk.fault or (not kiosk.online and _long_away(kiosk, seen)) else ""
    right = "" if kiosk.first_time_right is None else f"{kiosk.first_time_right:.0%}"
    bar = ""
    if kiosk.error_mm is not None:
        over = " over" if kiosk.error_mm > DRIFT_MM else ""
        width = min(kiosk.error_mm / LIMIT_MM, 1.0)
        bar = f'<span class="bar{over}"><i style="width:{width:.0%}"></i><u></u></span> {kiosk.error_mm:.3f}'
    taken = " ".join(f"{money(amount, currency)} {currency}" for currency, amount in sorted(kiosk.taken.items()))
    cells = (
        f"<td>{html.escape(kiosk.name)}</td><td{colour}>{_state(kiosk)}</td>",
        f'<td class="n">{kiosk.copies}</td>',
    )
    more = (f'<td class="n">{right}</td><td>{bar}</td>', f'<td class="n">{html.escape(taken)}</td>')
    held = "".join(f"<td>{html.escape(text)}</td>" for text in (kiosk.software, kiosk.rules, kiosk.settings))
    return f"<tr>{''.join((*cells, *more))}{held}</tr>"


def _long_away(kiosk: KioskLine, seen: Overview) -> bool:
    return kiosk.heard is None or seen.now - kiosk.heard > timedelta(hours=1)


def _worst_first(seen: Overview) -> list[tuple[str, tuple[int, int]]]:
    return sorted(seen.right_by_blank.items(), key=lambda each: each[1][0] / max(each[1][1], 1))


def _takings(seen: Overview) -> str:
    days = sorted({day for _, day, _ in seen.taken})
    stores = sorted({(kiosk, currency) for kiosk, _, currency in seen.taken})
    rows = [
        (kiosk, currency, *(money(seen.taken.get((kiosk, day, currency), 0), currency) for day in days))
        for kiosk, currency in stores[:MOST_ROWS]
    ]
    return _table(("Kiosk", "", *(f"={day:%d %b}" for day in days)), rows) + _rest(len(stores), TAKINGS)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A head that begins with = is of figures."""
    rows = list(rows)
    if not rows:
        return "<p>None.</p>"
    classes = [' class="n"' if head.startswith("=") else "" for head in heads]
    top = "".join(f"<th{kind}>{html.escape(head.lstrip('='))}</th>" for head, kind in zip(heads, classes, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{html.escape(str(cell))}</td>" for cell, kind in zip(row, classes, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'
