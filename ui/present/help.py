"""The questions shoppers really ask, and the answers. Pure.

Responsible for: which topics there are and how they are laid out. The words live in the language files, their
facts come from public sources on locks. Not responsible for: whether a key can be copied: the scan decides.
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from kiosk.session.intents import Start
from kiosk.session.snapshot import Snapshot
from ui.present.language import Translation
from ui.present.local import CloseHelp, Local, OpenHelp
from ui.present.shown import Action, ButtonKind, HelpDetail, Shown

TOPICS = ("smart_lock", "smartkey", "dnd", "lost", "spare", "refused", "privacy")
PICTURES = {
    "smart_lock": "found/SC1/nickel",
    "smartkey": "found/KW1/brass",
    "dnd": "feature/stamp",
    "lost": "found/SC1/brass",
    "spare": "found/KW1/nickel",
    "refused": "feature/groove",
    "privacy": "looking",
}
ICONS = {
    "smart_lock": "lock",
    "smartkey": "tab_test",
    "dnd": "stop",
    "lost": "question",
    "spare": "person",
    "refused": "close",
    "privacy": "tab_cameras",
}
PARAGRAPHS = ("1", "2", "3", "4", "5", "6")


def topics(words: Translation) -> tuple[Action, ...]:
    """One button a question."""
    return tuple(Action(f"topic_{t}", words(f"help.{t}.short"), OpenHelp(t), icon=ICONS[t]) for t in TOPICS)


def help_page(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The list of questions, or the answer to one."""
    back = Action("back", words("help.back"), CloseHelp(), icon="back")
    start = Action("start", words("welcome.start"), Start(), ButtonKind.PRIMARY)
    topic = local.help_topic
    if topic not in TOPICS:
        return Shown(
            page="help",
            visit="help",
            title=words("help.title"),
            store_name=store.name,
            picture="found/KW1/brass",
            detail=HelpDetail(topics=topics(words)),
            # What is chosen here is a question.
            actions=(replace(start, kind=ButtonKind.SECONDARY), back),
        )
    keys = [f"help.{topic}.{n}" for n in PARAGRAPHS if f"help.{topic}.{n}" in words.ids]
    others = Action("questions", words("help.others"), OpenHelp(""), icon="question")
    return Shown(
        page="help",
        visit=f"help/{topic}",
        title=words(f"help.{topic}.question"),
        store_name=store.name,
        picture=PICTURES[topic],
        detail=HelpDetail(paragraphs=tuple(words(key) for key in keys)),
        actions=(start, others, back),
    )
