"""One question, full screen: may pictures of your key be kept?

Responsible for: the words and buttons of the question, and what stands behind it and takes the answer. Not responsible
for: what is written after a yes (`kiosk.operations.support_scan`). The screen itself, its lock-down, keys, speech and
languages are those of the kiosk (`ui.app`).

Whoever does not answer has said no.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from config.store import Store
from kiosk.operations.support_scan import Answer
from kiosk.session.intents import Cancel, Confirm, Done, Intent, MoreTime, SetLanguage
from kiosk.session.snapshot import Snapshot, Waiting
from kiosk.session.states import State
from ui.app import run_app
from ui.present.local import Local
from ui.present.parts import holding
from ui.present.present import framed, words_for
from ui.present.shown import Action, Shown


def consent_screen(snapshot: Snapshot, local: Local, store: Store, own_languages: Path | None = None) -> Shown:
    """The question. Yes must be held; No is one touch, and as large."""
    words = words_for(snapshot, store, own_languages)
    page = Shown(
        page="message",
        visit="consent",
        title=words("consent.title"),
        store_name=store.name,
        body=(words("consent.shows"), words("consent.who"), words("consent.free")),
        picture="looking",
        actions=(
            Action("agree", words("consent.yes"), Confirm(), hold=holding(words), says=words("consent.yes.says")),
            Action("refuse", words("consent.no"), Cancel(), icon="close"),
        ),
    )
    return framed(page, snapshot, local, store, own_languages)


class ConsentQuestion:
    """What stands behind the screen in the kiosk's place: it waits for an answer, and no longer than for a shopper."""

    def __init__(self, store: Store, *, simulated: bool, answered: Callable[[], None]) -> None:
        """Nobody has answered. `answered` is called once, from any thread."""
        self._store, self._simulated, self._answered = store, simulated, answered
        self._lock = threading.Lock()
        self._show: Callable[[Snapshot], None] = lambda _: None
        self._language = store.languages[0]
        self._extensions = store.timeouts.extensions
        self._left_s = self._answer_within_s
        self._agreed: bool | None = None

    @property
    def _answer_within_s(self) -> int:
        return int(self._store.timeouts.idle_s + self._store.timeouts.warning_s)

    @property
    def answer(self) -> Answer:
        """What was said; nothing is a no."""
        return Answer(self._agreed is True, self._language)

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Show the question."""
        self._show = listener
        self._publish()

    def post(self, intent: Intent, /) -> None:
        """Somebody touched something."""
        with self._lock:
            match intent:
                case SetLanguage(language) if language in self._store.languages:
                    self._language = language
                case MoreTime() if self._extensions > 0:
                    self._extensions -= 1
                case MoreTime():
                    return
                case Confirm():
                    self._say(agreed=True)
                case Cancel() | Done():
                    self._say(agreed=False)
                case _:
                    pass
            self._left_s = self._answer_within_s
        self._publish()

    def stop_now(self) -> None:
        """The screen failed: nobody has agreed to anything."""
        with self._lock:
            self._say(agreed=False)

    def second_passed(self) -> None:
        """A second without an answer."""
        with self._lock:
            self._left_s -= 1
            if self._left_s <= 0:
                self._say(agreed=False)
        self._publish()

    def _say(self, *, agreed: bool) -> None:
        if self._agreed is None:
            self._agreed = agreed
            self._answered()

    def _publish(self) -> None:
        warned = self._left_s <= self._store.timeouts.warning_s
        self._show(
            Snapshot(
                State.PLACE_KEY,
                simulated=self._simulated,
                language=self._language,
                help_phone=self._store.help_phone,
                waiting=Waiting(max(0, self._left_s), self._extensions) if warned else None,
            )
        )


def ask_owner(
    store: Store,
    *,
    simulated: bool,
    own_languages: Path | None = None,
    on_started: Callable[[Any], None] | None = None,
    second_s: float = 1.0,
) -> Answer:
    """Ask on the whole screen until there is an answer; blocks on the main thread.

    Args:
        store: languages, waiting times, the glass.
        simulated: say that the machine is not real.
        own_languages: the owner's folder of language files.
        on_started: called with the running application.
        second_s: how long a second of waiting lasts.

    Raises:
        BadInput: the configured screen is too small for people.
    """
    shown: list[Any] = []
    over = threading.Event()

    def answered() -> None:
        over.set()
        for screen in shown:
            screen.end()

    def started(screen: Any) -> None:
        shown.append(screen)
        clock.start()
        if on_started is not None:
            on_started(screen)

    def count() -> None:
        while not over.wait(second_s):
            question.second_passed()

    question = ConsentQuestion(store, simulated=simulated, answered=answered)
    clock = threading.Thread(target=count, name="consent-clock", daemon=True)
    try:
        screen = partial(consent_screen, own_languages=own_languages)
        run_app(question, store, simulated=simulated, on_started=started, present=screen)
    finally:
        over.set()
    return question.answer
