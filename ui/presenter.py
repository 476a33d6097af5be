"""What stands between the kiosk and the glass: the screen's own state, presenting, speech, and a screen that failed.

Responsible for: what the glass shows now, and where a touch goes. Not responsible for: what a snapshot looks like
(`ui.present.present`) or drawing (`ui.window`). Imports no Kivy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from config.store import Store
from kiosk.session.intents import Intent
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import State
from ui.present.local import Announce, Local, LocalAct, after, on_staff, on_state, with_headset
from ui.present.port import KioskPort
from ui.present.present import present
from ui.present.shown import Shown
from ui.present.spoken import news_of
from ui.speech import Voice

Present: TypeAlias = Callable[[Snapshot, Local, Store], Shown]


class ScreenPresenter:
    """What stands between the kiosk and the glass: local state, presenting, speech. Knows no Kivy."""

    def __init__(
        self,
        kiosk: KioskPort,
        store: Store,
        voice: Voice,
        show: Callable[[Shown, Local], None],
        present: Present = present,
    ) -> None:
        self._kiosk, self._store, self._voice, self._show = kiosk, store, voice, show
        self._present = present
        self.local = Local()
        self.snapshot: Snapshot | None = None
        self.shown: Shown | None = None
        self._said: tuple[str, int] = ("", 0)
        self._heard: Shown | None = None
        """What was said last: as the page stood then."""
        self._guided = 0
        self.broken = False

    def receive(self, snapshot: Snapshot) -> None:
        """A newer snapshot."""
        before = self.snapshot.state if self.snapshot else None
        if self.broken:
            # Out of order stays until the session itself says so: then it is in charge again.
            if snapshot.state not in (State.OUT_OF_ORDER, State.CLOSED, State.STAFF_LOGIN, State.STAFF_MENU):
                # Language and the call for staff are the session's, and are answered here as on any screen.
                if self.snapshot is not None:
                    language, called = snapshot.language, snapshot.staff_called
                    self.snapshot = replace(self.snapshot, language=language, staff_called=called)
                    self.refresh()
                return
            self.broken = False
        staff = self.snapshot.staff if self.snapshot else None
        self.local = on_staff(on_state(self.local, before, snapshot.state), staff, snapshot.staff)
        self.snapshot = snapshot
        self.refresh()

    def send(self, does: Intent | LocalAct) -> None:
        """Something was touched: the screen's own business, or a request to the session."""
        if self.snapshot is None:
            return
        if isinstance(does, Announce):
            self.say(does.text)
        elif isinstance(does, LocalAct):
            self.local, intent = after(self.local, does, self.snapshot.state)
            if intent is not None:
                self._kiosk.post(intent)
            self.refresh()
        else:
            self._kiosk.post(does)

    def headset(self, *, plugged: bool) -> None:
        """One was put into the jack, or pulled out of it: nothing may be said any more, then, where others hear it."""
        self._voice.hush()
        self._said = ("", 0)
        self.local = with_headset(self.local, plugged=plugged)
        self.refresh()

    def refresh(self) -> None:
        """Present and show, and say it aloud where somebody listens."""
        if self.snapshot is None:
            return
        self.shown = self._present(self.snapshot, self.local, self._store)
        self._show(self.shown, self.local)
        self._speak(self.shown)
        self._guide(self.shown)

    def foresee(self, snapshot: Snapshot) -> Shown:
        """What a screen would look like now; it is neither shown nor said."""
        return self._present(snapshot, self.local, self._store)

    def learn(self, language: str) -> None:
        """Have the words of `language` ready, wherever its file lies: whoever presents the screens finds them."""
        if self.snapshot is not None:
            self.foresee(replace(self.snapshot, language=language))

    def _speak(self, shown: Shown) -> None:
        if not self.local.speech:
            if self._said[0]:
                self._voice.hush()
            self._said, self._heard = ("", 0), None
            return
        # A screen is said when it comes, and again when asked for; what then changes on it by itself.
        waiting = "waiting" if shown.waiting else ""
        key = f"{shown.visit}|{shown.title}|{shown.voice}|{waiting}"
        heard, self._heard = self._heard, shown
        if (key, self.local.repeats) == self._said and heard is not None:
            news = news_of(shown, heard)
            if news:
                self._voice.say(news, shown.voice, self.local.volume)
        else:
            # Whoever begins to listen hears first how to go on without seeing anything.
            text = shown.spoken if self._said[0] else f"{shown.how} {shown.spoken}"
            self._said = (key, self.local.repeats)
            self._voice.say(text, shown.voice, self.local.volume)

    def _guide(self, shown: Shown) -> None:
        """Say how to lay the key, unless something is being said: it is looked at again before long."""
        if not shown.guided:
            self._guided = 0
        elif self.local.speech and shown.guided != self._guided and not self._voice.speaking:
            self._guided = shown.guided
            self._voice.say(shown.guidance, shown.voice, self.local.volume)

    def say(self, text: str) -> None:
        """Say what has the focus."""
        if self.local.speech and self.shown is not None:
            self._voice.say(text, self.shown.voice, self.local.volume)

    def fail(self) -> None:
        """The screen itself failed: stop the machine, say out of order."""
        self.broken = True
        self._kiosk.stop_now()
        language = self.snapshot.language if self.snapshot else self._store.languages[0]
        simulated = self.snapshot.simulated if self.snapshot else False
        tray = self.snapshot.tray_has_key if self.snapshot else False
        kept = replace(Local(), contrast=self.local.contrast)
        self.local = with_headset(kept, plugged=True) if self.local.headset else kept
        self.snapshot = Snapshot(
            state=State.OUT_OF_ORDER,
            simulated=simulated,
            language=language,
            tray_has_key=tray,
            help_phone=self._store.help_phone,
            fault=FaultNotice("SCREEN", "the screen failed", 0.0),
        )
        self.refresh()
