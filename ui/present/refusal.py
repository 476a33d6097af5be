"""What the screen says of a key that is not copied: the reason first, then one way on. Pure.

Responsible for: words and picture of a refusal. Not responsible for: which rules fired (`kiosk.policy`).
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from kiosk.key.reading import Outcome
from kiosk.policy.decision import FiredRule, told
from kiosk.policy.letter import ALPHABET, CODE_LETTERS, GROUP
from kiosk.session.intents import Done
from kiosk.session.snapshot import Refusal, Snapshot
from ui.present.condition import condition_action
from ui.present.language import Translation
from ui.present.local import EnterTyped, Erase, Local, OpenTab, Typed
from ui.present.parts import call_staff, primary, reason_of
from ui.present.shown import Action, ButtonKind, KeypadDetail, Reason, RefusedDetail, Shown, Tone

LETTER = "letter"
_GROUPS_SHOWN = 4
LONGEST_TITLE = 60
"""Letters of a reason that can be the title of its screen."""
SEEN = {
    Outcome.DIMPLE: "feature/dimple",
    Outcome.SIDE_MILLED: "feature/side_track",
    Outcome.TWO_TRACK: "feature/two_tracks",
    Outcome.TUBULAR: "feature/tube",
    Outcome.DOUBLE_SIDED: "feature/double_sided",
    Outcome.UNCUT: "feature/uncut",
    Outcome.SECTION_NOT_SEEN: "feature/groove",
    Outcome.UNKNOWN_SECTION: "feature/groove",
    Outcome.MIRRORED_SECTION: "feature/groove",
    Outcome.AMBIGUOUS: "feature/groove",
    Outcome.CUTS_UNREADABLE: "feature/worn",
    Outcome.CUTS_OFF_CHART: "feature/worn",
    Outcome.WORN_PAST_TELLING: "feature/worn",
    Outcome.DIRTY: "clean_key",
    Outcome.CUT_FILLED: "clean_key",
}


def refused(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The reason, in plain words, and what to do next; or the page on which a letter is entered."""
    refusal = snapshot.refusal
    if refusal is not None and refusal.takes_letter and local.tab == LETTER:
        return _letter(words, local, snapshot, store)
    outcome = refusal.outcome if refusal else None
    rules = told(rule for rule in refusal.rules if rule.verdict.blocks and not rule.approved) if refusal else ()
    reasons, advice = _told(words, rules, outcome)
    can_ask = refusal is not None and refusal.can_be_approved
    title, more = ("", reasons) if can_ask else _headline(reasons)
    steps = refusal.next_steps if refusal and refusal.next_steps else ("staff",)
    if refusal is not None and refusal.denied:
        # They were asked: what is told of asking them is past.
        title, more = words("refused.denied"), []
        steps = tuple(step for step in steps if step != "staff") or ("issuer",)
        advice = ()
    title = title or words("refused.title.ask" if can_ask else "refused.title")
    next_steps = advice or tuple(words.first(f"next.{step}", "next.staff") for step in dict.fromkeys(steps))[:4]
    asks = call_staff(words, snapshot)
    if can_ask:
        asks = Action(asks.id, asks.label, asks.does, ButtonKind.PRIMARY, asks.icon, enabled=asks.enabled)
    # Among others it is told in few words.
    finish = (
        Action("done", words("refused.take"), Done()) if can_ask else primary(words, "done", "refused.done", Done())
    )
    why = tuple(part for reason in more for part in (reason.what, reason.why) if part)
    return Shown(
        page="refused",
        visit="refused",
        title=title,
        store_name=store.name,
        body=why,
        picture=_seen(outcome, rules),
        tone=Tone.AWAY,
        detail=RefusedDetail(
            next_label=words("refused.next"),
            next_steps=next_steps,
            qr="" if can_ask else "\n".join((title, *why, *next_steps, store.name)),
            quiet=words("refused.free"),
        ),
        actions=(
            *((asks, finish) if can_ask else (finish, asks)),
            *_letter_action(words, refusal),
            *condition_action(words, snapshot),
        ),
        chime="attention",
    )


def _told(
    words: Translation, rules: tuple[FiredRule, ...], outcome: Outcome | None
) -> tuple[list[Reason], tuple[str, ...]]:
    """Two reasons at most, and in their own words what to do next: it stands in its own place, and there alone."""
    if not rules:
        if outcome is None:
            return [Reason(words("rule.refuse.what"), words("rule.refuse.why"))], ()
        return [Reason(words(f"outcome.{outcome}.what"), "")], (words(f"outcome.{outcome}.next"),)
    reasons: dict[Reason, None] = {}
    advice: dict[str, None] = {}
    for rule in rules:
        reason = reason_of(words, rule)
        if reason.why and reason.why == rule.words_in(words.language)[1]:
            advice[reason.why] = None
            reason = replace(reason, why="")
        reasons[reason] = None
    return list(reasons)[:2], tuple(advice)[:2]


def _letter_action(words: Translation, refusal: Refusal | None) -> tuple[Action, ...]:
    if refusal is None or not refusal.takes_letter:
        return ()
    return (Action("letter", words("letter.have"), OpenTab(LETTER), ButtonKind.SECONDARY),)


def _letter(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Where the code is typed, or read by a scanner that types; what is on the glass is no secret."""
    typed = local.typed
    groups = [typed[at : at + GROUP] for at in range(0, len(typed), GROUP)]
    keys = tuple(Action(f"key_{each}", each, Typed(each)) for each in ALPHABET)
    acts: tuple[Action, ...] = (
        Action("enter", words("keypad.enter"), EnterTyped(), ButtonKind.PRIMARY, icon="check"),
        Action("erase", words("keypad.erase"), Erase(), icon="erase"),
        Action("back", words("letter.back"), OpenTab(""), icon="back"),
    )
    if local.reach:
        # Half of a low glass has room for them among the letters, by their icons.
        keys, acts = (*keys, *(replace(act, label="", says=act.label) for act in reversed(acts))), ()
    problem = snapshot.letter_problem if not typed else None
    again = f" {words('staff.again', count=local.tries)}" if problem and local.tries > 1 else ""
    return Shown(
        page="keypad",
        visit="refused/letter",
        title=words("letter.title"),
        store_name=store.name,
        picture="pay",
        tone=Tone.LOOK if problem else Tone.AWAY,
        body=(words("letter.text", kiosk=store.letters.kiosk),),
        detail=KeypadDetail(
            label=words("letter.typed", count=words.number(len(typed)), all=words.number(CODE_LETTERS)),
            dots=" ".join(groups[-_GROUPS_SHOWN:]),
            keys=keys,
            message=f"{words(f'letter.problem.{problem}')}{again}" if problem else "",
            secret=False,
            columns=12 if local.reach else 7,
        ),
        actions=acts,
    )


def _headline(reasons: list[Reason]) -> tuple[str, list[Reason]]:
    """The first reason as a title where it is short enough to be one, and what then remains to be said."""
    first = reasons[0]
    sentence, stop, rest = first.what.partition(". ")
    if len(sentence) > LONGEST_TITLE:
        return "", reasons
    said = [part for part in (rest if stop else "", first.why) if part]
    more = [Reason(" ".join(said), "")] if said else []
    return sentence, [*more, *reasons[1:]]


def _seen(outcome: Outcome | None, rules: tuple[FiredRule, ...]) -> str:
    """The picture of what stands against a copy."""
    if outcome is None or outcome is Outcome.IDENTIFIED:
        return "feature/groove" if any(rule.code.startswith("KEYWAY") for rule in rules) else "feature/stamp"
    return SEEN.get(outcome, "lay_key")
