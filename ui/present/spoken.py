"""Everything shown, as one text to be spoken. Pure.

Responsible for: order and completeness: whatever is on the glass is in the text, and what changes on it in the news.
Not responsible for: sound.
"""

from __future__ import annotations

from typing import assert_never

from ui.present.language import Translation
from ui.present.local import ToggleContrast, ToggleReach, ToggleSteady, Typed
from ui.present.shown import (
    Action,
    ApprovalDetail,
    ButtonKind,
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
    """The screen as speech: what it says first, then what one can do, in the order in which the focus goes."""
    if shown.waiting is not None:
        waiting = shown.waiting
        return joined((waiting.title, waiting.text, waiting.seconds, waiting.more.label, waiting.leave.label))
    said = [shown.simulated, shown.badge, shown.title, *shown.body]
    if shown.detail is not None:
        said += _said(shown.detail, words) + _ticking(shown.detail)
    doable = [action for action in choices_of(shown) if action.enabled]
    if doable:
        said.append(words("spoken.buttons"))
        said += dict.fromkeys(words("spoken.keys") if isinstance(a.does, Typed) else a.spoken for a in doable)
    return joined(said)


def statements_of(shown: Shown, words: Translation) -> tuple[str, ...]:
    """What a page says by itself and of what was chosen: one that was not there before is said when it comes.

    Figures that change without anybody's doing, such as seconds left, are none: they would be a babble.
    """
    detail = _said(shown.detail, words) if shown.detail is not None else []
    choices = choices_of(shown)
    stated = [shown.badge, *shown.body, *detail, *(action.spoken for action in choices if action.chosen)]
    stated += [action.figure for action in choices if action.figure and action.kind is ButtonKind.PRIMARY]
    switches = [aid for aid in shown.aids if isinstance(aid.does, ToggleContrast | ToggleSteady | ToggleReach)]
    aids = [words("spoken.on" if aid.chosen else "spoken.off", what=aid.label) for aid in switches]
    return tuple(dict.fromkeys(each for each in (*stated, *aids) if each and each not in shown.ticking))


def news_of(shown: Shown, before: Shown) -> str:
    """What is to be said of a page that has changed under its title; all of it, where nothing to choose was left."""
    left = {action.id for action in choices_of(before)}
    if shown.detail is not None and before.detail is not None:
        own = {action.id for action in actions_of(shown.detail)} - _tabs(shown.detail)
        if own and not own & left:
            return shown.spoken
    return joined([each for each in shown.statements if each not in before.statements])


def choices_of(shown: Shown) -> tuple[Action, ...]:
    """All one can choose on a page, in the order in which it is spoken and in which the focus goes."""
    if shown.waiting is not None:
        return shown.waiting.more, shown.waiting.leave
    return (*(actions_of(shown.detail) if shown.detail is not None else ()), *shown.actions)


def actions_of(detail: Detail) -> list[Action]:
    """All one can touch in a detail."""
    match detail:
        case WelcomeDetail():
            return [detail.start]
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


def _tabs(detail: Detail) -> set[str]:
    return {action.id for action in detail.tabs} if isinstance(detail, StaffDetail | ServiceDetail) else set()


def _ticking(detail: Detail) -> list[str]:
    """What changes by itself: said with the page, and not whenever it changes."""
    match detail:
        case StepsDetail():
            return [detail.left]
        case ApprovalDetail():
            return [detail.who]
        case ServiceDetail():
            lines = [f"{line.label}: {line.value}" for line in detail.lines]
            axes = [f"{axis.name} {axis.figure}" for axis in detail.axes]
            return [*lines, *axes, *detail.log, *detail.notes, detail.drift_label]
        case _:
            return []


def _said(detail: Detail, words: Translation) -> list[str]:
    match detail:
        case WelcomeDetail():
            return [detail.tag, *(promise for _, promise in detail.tiles), detail.stocked]
        case HelpDetail(paragraphs, _):
            return list(paragraphs)
        case StepsDetail():
            now = [step.label for step in detail.steps if step.state is StepState.NOW]
            return [detail.copy, *now]
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
            return [detail.asked.what, detail.asked.why, detail.asked.ground, detail.reasons_label]
        case ReceiptDetail():
            lines = [f"{line.label}: {line.value}" for line in detail.lines]
            return [*lines, detail.code_label, " ".join(detail.code.replace(" ", ""))]
        case StaffDetail():
            figure = [f"{detail.figure.label}: {detail.figure.value}"] if detail.figure else []
            return [*(f"{line.label}: {line.value}" for line in detail.lines), *figure, *detail.paragraphs]
        case ServiceDetail():
            return [*(f"{lamp.label}: {lamp.value}" for lamp in detail.lamps), detail.message]
        case ChoiceDetail():
            return []
        case _:
            assert_never(detail)


def joined(parts: list[str] | tuple[str, ...]) -> str:
    """Sentences with a full stop between them."""
    return " ".join(part if part[-1] in ".!?:…" else f"{part}." for part in parts if part)
