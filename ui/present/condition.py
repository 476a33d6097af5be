"""How is my key? A free answer beside an offer and a refusal. Pure.

Responsible for: its words and the way there and back. Not responsible for: judging wear (`kiosk.key.condition`).
"""

from __future__ import annotations

from config.store import Store
from kiosk.key.condition import BladePart, Condition, KeyCondition
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.present.language import Translation
from ui.present.local import CloseHelp, OpenHelp
from ui.present.parts import cancel, primary
from ui.present.shown import Action, ButtonKind, HelpDetail, Shown

TOPIC = "condition"


def condition_action(words: Translation, snapshot: Snapshot) -> tuple[Action, ...]:
    """The button, where there is an answer."""
    if snapshot.condition is None:
        return ()
    return (Action("condition", words("condition.ask"), OpenHelp(TOPIC), ButtonKind.QUIET, icon="question"),)


def condition_page(words: Translation, snapshot: Snapshot, found: KeyCondition, store: Store) -> Shown:
    """How worn, where, what a copy restores and who can do more; of a key that is not copied nothing of a copy."""
    refused = snapshot.state is State.REFUSED and found.condition is not Condition.PAST_TELLING
    copied = () if refused else (words(f"condition.{found.condition}.copy"), words(f"condition.{found.condition}.next"))
    back = primary(words, "back", "help.back", CloseHelp())
    return Shown(
        page="help",
        visit="help/condition",
        title=words("condition.title"),
        store_name=store.name,
        picture="found/KW1/brass" if found.condition is Condition.LIKE_NEW else "feature/worn",
        detail=HelpDetail(
            paragraphs=(
                _how_worn(words, found),
                *copied,
                words("condition.free"),
            )
        ),
        actions=(back, cancel(words)) if snapshot.state is State.OFFER else (back,),
    )


def _how_worn(words: Translation, found: KeyCondition) -> str:
    if found.condition in (Condition.LIKE_NEW, Condition.PAST_TELLING) or not found.parts:
        return words(f"condition.{found.condition}.what")
    everywhere = len(found.parts) == len(BladePart)
    where = (words("condition.where.all"),) if everywhere else (words(f"condition.where.{p}") for p in found.parts)
    return words(f"condition.{found.condition}.much", lost=words.number(found.lost_mm, 2), where=", ".join(where))
