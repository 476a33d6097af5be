"""What will need a technician, and the page for the visit: what to bring, what to do in order. Pure.

Responsible for: its words. Not responsible for: foretelling anything (`kiosk.operations.forecast`).
"""

from __future__ import annotations

from typing import assert_never

from kiosk.session.outlook import Forecast, Outlook, Part
from kiosk.session.snapshot import ServiceView
from ui.present.language import Translation
from ui.present.local import OpenTab
from ui.present.parts import finish_name, lock_reason
from ui.present.shown import Action, ServiceDetail

PAGES = ("due", "bring", "do")


_AT_ONCE = {"due": 3, "bring": 4, "do": 4}
"""Sentences that a low glass has room for."""


def visit(words: Translation, picked: tuple[str, ...], service: ServiceView) -> ServiceDetail:
    """A part of one of the three pages of a visit: `picked` names the page, and which part, from 0."""
    page, part = (*picked, PAGES[0], "0")[0], picked[1] if len(picked) > 1 else "0"
    page = page if page in PAGES else PAGES[0]
    choices = tuple(
        Action(f"visit_{each}", words(f"visit.{each}"), OpenTab(f"visit/{each}"), chosen=each == page) for each in PAGES
    )
    outlook = service.outlook
    if outlook is None:
        said = words("visit.unknown" if service.outlook_failed else "visit.reading")
        return ServiceDetail(notes=(said,), choices=choices)
    notes, size = _NOTES[page](words, outlook), _AT_ONCE[page]
    parts = -(-len(notes) // size)
    at = int(part) % parts
    label = words("visit.more", part=words.number(at + 1), parts=words.number(parts))
    more = (Action("visit_more", label, OpenTab(f"visit/{page}/{(at + 1) % parts}")),) if parts > 1 else ()
    return ServiceDetail(notes=notes[at * size : (at + 1) * size], choices=choices, amounts=more)


def _due(words: Translation, outlook: Outlook) -> tuple[str, ...]:
    """Each part, when, and why; then the most frequent faults."""
    due = (
        words("due.line", part=words(f"due.{each.part}"), when=_when(words, each), why=_evidence(words, each))
        for each in outlook.due
    )
    locked = (
        words("visit.locked", slot=s.number, blank=s.blank, why=lock_reason(words, s.lock_reason))
        for s in outlook.low
        if s.locked
    )
    # What stands still already comes before what will.
    found = (*locked, *due)
    faults = (words("visit.faults", code=code, count=words.number(count)) for code, count in outlook.faults[:3])
    return (*(found or (words("visit.nothing"),)), *faults)


def _when(words: Translation, due: Forecast) -> str:
    if due.copies_left is None:
        return words("due.soon")
    copies = words.plural("due.copies", due.copies_left)
    if due.days_left is None:
        return copies
    return f"{copies} · {words.plural('due.days', round(due.days_left))}"


def _evidence(words: Translation, due: Forecast) -> str:
    """What was measured, and against what."""
    match due.part:
        case Part.WHEEL | Part.AXIS:
            level, limit, pace = (words.number(abs(figure), 3) for figure in due.figures)
            return words(f"due.{due.part}.why", level=level, limit=limit, pace=pace)
        case Part.CLAMP | Part.LAMP:
            digits = 3 if due.part is Part.CLAMP else 1
            late, early = (words.number(figure, digits) for figure in due.figures)
            return words(f"due.{due.part}.why", late=late, early=early)
        case Part.LINK:
            return words("due.link.why", count=words.number(due.figures[0]))
        case _:
            assert_never(due.part)


def _bring(words: Translation, outlook: Outlook) -> tuple[str, ...]:
    blanks = (
        words("visit.blanks", blank=s.blank, finish=finish_name(words, s.finish), slot=s.number, count=s.count)
        for s in outlook.low
    )
    found = (*(words(f"due.{each.part}.bring") for each in outlook.due), *blanks, words("visit.test_blanks"))
    return tuple(f"•  {line}" for line in found)


def _do(words: Translation, outlook: Outlook) -> tuple[str, ...]:
    refill = (words("visit.unlock" if s.locked else "visit.refill", slot=s.number, blank=s.blank) for s in outlook.low)
    steps = (
        words("visit.read_faults"),
        words("visit.before"),
        *(words(f"due.{each.part}.do") for each in outlook.due),
        *refill,
        words("visit.after"),
        words("visit.doctor"),
        words("visit.sign"),
    )
    return tuple(f"{number}.  {step}" for number, step in enumerate(steps, start=1))


_NOTES = {"due": _due, "bring": _bring, "do": _do}
