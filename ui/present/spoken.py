"""Everything shown, as one text to be spoken. Pure.

Responsible for: order and completeness: whatever is on the glass is in the text. Not responsible for: sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ui.present.language import Translation
from ui.present.shown import (
    Action,
    ApprovalDetail,
    ChoiceDetail,
    Detail,
    FaultDetail,
    HelpDetail,
    KeypadDetail,
    OfferDetail,
    ReceiptDetail,
    RefusedDetail,
    ServiceDetail,
    Shown,
    StaffDetail,
    StepsDetail,
    StepState,
    WelcomeDetail,
)


def spoken_of(shown: Shown, words: Translation) -> str:
    """The screen as speech: what it says first, then what one can do."""
    if shown.waiting is not None:
        waiting = shown.waiting
        return _joined((waiting.title, waiting.text, waiting.seconds, waiting.more.label, waiting.leave.label))
    said = [shown.simulated, shown.badge, shown.title, *shown.body]
    doable: list[Action] = []
    if shown.detail is not None:
        said += _said(shown.detail, words)
        doable += actions_of(shown.detail)
    doable += shown.actions
    doable = [action for action in doable if action.enabled and not action.id.startswith("digit_")]
    if doable:
        said.append(words("spoken.buttons"))
        said += [action.spoken for action in doable]
    return _joined(said)


def actions_of(detail: Detail) -> list[Action]:
    """All one can touch in a detail, in the order of the glass."""
    match detail:
        case WelcomeDetail():
            return [detail.start, *detail.topics]
        case HelpDetail(_, topics):
            return list(topics)
        case ChoiceDetail(choices):
            return list(choices)
        case OfferDetail():
            return [*detail.finishes, *detail.quantities]
        case KeypadDetail():
            return list(detail.keys)
        case ApprovalDetail():
            return list(detail.reasons)
        case StaffDetail():
            return [*detail.tabs, *detail.rows, *detail.controls]
        case ServiceDetail():
            return [*detail.tabs, *detail.choices, *detail.amounts, *detail.controls]
        case StepsDetail() | RefusedDetail() | FaultDetail() | ReceiptDetail():
            return []
        case _:
            assert_never(detail)


def _said(detail: Detail, words: Translation) -> list[str]:
    match detail:
        case WelcomeDetail():
            return [detail.tag, *(promise for _, promise in detail.tiles), detail.stocked]
        case HelpDetail(paragraphs, _):
            return list(paragraphs)
        case StepsDetail():
            now = [step.label for step in detail.steps if step.state is StepState.NOW]
            return [detail.copy, *now, detail.left]
        case OfferDetail():
            chosen = [action.spoken for action in (*detail.finishes, *detail.quantities) if action.chosen]
            return [detail.name, detail.code, *chosen, detail.small, *detail.notices]
        case RefusedDetail():
            return [detail.next_label, *detail.next_steps, detail.quiet]
        case FaultDetail():
            return [detail.label, *detail.lines]
        case KeypadDetail():
            typed = words("spoken.typed", count=len(detail.dots)) if detail.secret else " ".join(detail.dots)
            return [detail.label, typed, detail.message]
        case ApprovalDetail():
            return [detail.asked.what, detail.asked.why, detail.asked.ground, detail.who, detail.reasons_label]
        case ReceiptDetail():
            lines = [f"{line.label}: {line.value}" for line in detail.lines]
            return [*lines, detail.code_label, " ".join(detail.code)]
        case StaffDetail():
            figure = [f"{detail.figure.label}: {detail.figure.value}"] if detail.figure else []
            return [*(f"{line.label}: {line.value}" for line in detail.lines), *figure, *detail.paragraphs]
        case ServiceDetail():
            lines = [f"{line.label}: {line.value}" for line in detail.lines]
            lamps = [f"{lamp.label}: {lamp.value}" for lamp in detail.lamps]
            axes = [f"{axis.name} {axis.figure}" for axis in detail.axes]
            return [*lines, *lamps, *axes, detail.drift_label, detail.message]
        case ChoiceDetail():
            return []
        case _:
            assert_never(detail)


def _joined(parts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """Sentences with a full stop between them."""
    return " ".join(part if part[-1] in ".!?:…" else f"{part}." for part in parts if part)
