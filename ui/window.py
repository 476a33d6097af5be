"""The application in its window: Kivy's life cycle, lock-down, keys, and what happens when the screen itself fails.

Responsible for: handing snapshots and keys to the presenter and what it shows to the glass. Not responsible for: what
is shown (`ui.presenter`). Importing it opens the window, so `ui.app` configures that first. Everything here runs on
Kivy's main thread but the mailbox's `post`.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from config.store import Store
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import FRONT
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.bridge import Mailbox
from ui.desk import beyond_glass
from ui.page_frame import PageFrame
from ui.pause import GLANCE_S, RESTING_GLANCE_S, Pause
from ui.present.expected import expected
from ui.present.keypad import BACK_KEYS, NEXT_KEYS, PRESS_KEYS, Strokes, meaning_of
from ui.present.local import Erase, Local, Repeat, SetVolume, ToggleSpeech, Typed
from ui.present.port import KioskPort
from ui.present.shown import Shown
from ui.presenter import Present, ScreenPresenter
from ui.repaint import Repaint
from ui.sound import Chimes
from ui.speech import Voice
from ui.theme import make_theme
from ui.widgets.look import look

from kivy.app import App  # isort: skip
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window

log = logging.getLogger(__name__)

UNTOUCHED_S, BETWEEN_S = 2.0, 0.7
"""After the last change at rest the next screens are made ready, one at a time and so far apart."""
YIELD_S = 0.001
"""Whoever else computes in this process keeps the screen waiting no longer."""
COLLECT_AFTER = (700, 10, 1000)
"""The long search of all memory waits until nobody is here; the short ones take no time one could notice."""
GLASS_LOOK_EVERY_S = 2.0
"""Between looks at whether the whole window is on the display."""
BROKEN_AT_MOST = 5
"""Failures of the screen within one run after which it ends, for the supervisor to start it afresh."""


def give_back() -> None:
    """Memory that was let go of goes back to the system, where its library can do so (glibc).

    What a visit needed for a moment is else held for good, in pieces too small for the next one.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Guard(ExceptionHandler):
    """Nothing that goes wrong on the screen ends in silence, or leaves the machine running."""

    def __init__(self, failed: Callable[[BaseException], Any]) -> None:
        super().__init__()
        self._failed = failed

    def handle_exception(self, exception: BaseException) -> Any:
        """One callback failed."""
        return self._failed(exception)


class KioskApp(App):
    """The application. No settings panel, no way to close it from the glass."""

    use_kivy_settings = False
    exit_status = 0
    title = "Key kiosk"

    def __init__(
        self,
        kiosk: KioskPort,
        store: Store,
        voice: Voice,
        *,
        simulated: bool,
        on_started: Callable[[Any], None] | None,
        present: Present,
    ) -> None:
        super().__init__()
        self._kiosk, self._store, self._voice = kiosk, store, voice
        self._simulated, self._on_started = simulated, on_started
        self.presenter = ScreenPresenter(kiosk, store, voice, self._show, present)
        self.failures = 0
        self.covers = False
        """Whether the window is to cover the display, and nobody may move it."""
        self._strokes = Strokes()
        self._tidied = False
        """Whether, since the last visit, memory was gone through and this screen made ready in the other colours."""
        self._ready: set[str] = set()
        """Screens made ready in this size and these colours."""
        self._prepare_soon = Clock.create_trigger(self._prepare, UNTOUCHED_S)
        ExceptionManager.add_handler(Guard(self.failed))

    def build(self) -> Any:
        """What stands in the window."""
        self.chimes = Chimes()
        # Before anything is made: what is not on the window yet does not follow a later change.
        self._resized()
        self.frame = PageFrame(send=self.presenter.send)
        self.mailbox = Mailbox(self._receive)
        self._repaint = Repaint(Window)
        self._pause = Pause(Clock, Window)
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up, on_keyboard=self._any_key)
        Window.bind(on_request_close=self._stay, size=self._resized)
        return self.frame

    def on_start(self) -> None:
        """The window stands."""
        # What is loaded by now stays for good: looking through it again and again would hold up touches.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        sys.setswitchinterval(YIELD_S)
        self._kiosk.subscribe(self.mailbox.post)
        for number, language in enumerate(self._store.languages):
            # One after the other, once the first screen stands: nobody who picks a language waits for its words.
            Clock.schedule_once(lambda _dt, code=language: self.presenter.learn(code), 1.0 + number)
        if self.covers:
            Clock.schedule_interval(self._look_at_glass, GLASS_LOOK_EVERY_S)
        if self._on_started is not None:
            self._on_started(self)

    def _look_at_glass(self, *_: Any) -> None:
        """A display that has changed may show only a part: the screen has failed, and starts afresh in what there is.

        Raises:
            RuntimeError: part of the window cannot be seen.
        """
        beyond = beyond_glass(Window.get_window_info())
        if beyond:
            self.failures = BROKEN_AT_MOST
            raise RuntimeError(beyond)

    def on_stop(self) -> None:
        """The window goes."""
        self._voice.hush()

    def open_settings(self, *_: Any) -> bool:
        """There is no settings panel."""
        return False

    def _receive(self, snapshot: Snapshot) -> None:
        self.presenter.receive(replace(snapshot, simulated=True) if self._simulated else snapshot)

    def _show(self, shown: Shown, local: Local) -> None:
        resting = self.presenter.snapshot is not None and self.presenter.snapshot.state in FRONT
        palette = "contrast" if local.contrast else self._store.screen.theme
        if look.theme.palette.name != palette:
            self._resized()
        look.steady = local.steady
        self._pause.glance_s = RESTING_GLANCE_S if resting else GLANCE_S
        self.frame.show(shown, reach=local.reach)
        self._prepare_soon.cancel()
        if resting:
            self._prepare_soon()
        else:
            self._tidied = False
        self.chimes.ring(f"{shown.visit}|{shown.beat}" + ("|waiting" if shown.waiting else ""), shown.chime)

    def _prepare(self, *_: Any) -> None:
        """Nobody is here: make the next screen of a visit ready that is not yet."""
        now = self.presenter.snapshot
        if now is None or now.state not in FRONT:
            return
        if not self._tidied:
            self._tidied = True
            gc.collect()
            give_back()
            picture = self.frame.page.part("picture") if self.frame.page is not None else None
            if picture is not None:
                picture.paint_other_colours()
        # The language in force comes last: a page is kept as it was made ready last.
        languages = [*(code for code in self._store.languages if code != now.language), now.language]
        for snapshot in (replace(each, language=code) for code in languages for each in expected(now)):
            shown = self.presenter.foresee(snapshot)
            name = f"{shown.voice}|{shown.visit}|{shown.picture}"
            if name not in self._ready:
                self._ready.add(name)
                self.frame.prepare(shown)
                Clock.schedule_once(self._prepare, BETWEEN_S)
                return

    def _resized(self, *_: Any) -> None:
        self._ready = set()
        contrast = self.presenter.local.contrast
        look.theme = make_theme(self._store.screen, Window.size, "contrast" if contrast else self._store.screen.theme)

    @staticmethod
    def _stay(*_: Any, **__: Any) -> bool:
        return True

    @staticmethod
    def _any_key(*_: Any) -> bool:
        # Swallows Escape, F1 and whatever else Kivy would act upon by itself.
        return True

    def _key_down(self, _window: Any, code: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
        if not self._strokes.takes(code, Clock.get_time()) or self.frame.deaf:
            return True
        name, text, backwards = meaning_of(code, modifiers)
        if name in NEXT_KEYS or name in BACK_KEYS:
            button = self.frame.move_focus(-1 if backwards else 1)
            if button is not None:
                self.presenter.say(button.action.spoken)
        elif name in PRESS_KEYS:
            self._press()
        else:
            self._type(name, text)
        return True

    def _press(self) -> None:
        button = self.frame.focused
        if button is not None:
            button.key_down()
            return
        # Enter with nothing chosen completes a number that was typed or read by a scanner.
        enter = next((b for b in self.frame.buttons() if b.action.id == "enter"), None)
        if enter is not None and self.presenter.local.typed:
            enter.act()

    def _type(self, name: str, text: str) -> None:
        local = self.presenter.local
        typing = any(b.action.id == "enter" for b in self.frame.buttons())
        if name == "speech":
            self.presenter.send(ToggleSpeech())
        elif name in ("louder", "quieter") and local.speech:
            self.presenter.send(SetVolume(local.volume + (1 if name == "louder" else -1)))
        elif name == "repeat" and local.speech:
            self.presenter.send(Repeat())
        elif typing and len(text) == 1 and text.isascii() and text.isalnum():
            self.presenter.send(Typed(text.upper()))
        elif typing and name == "backspace":
            self.presenter.send(Erase())

    def _key_up(self, _window: Any, code: int, *_: Any) -> bool:
        self._strokes.lifted(code, Clock.get_time())
        button = self.frame.focused
        if button is not None and meaning_of(code, [])[0] in PRESS_KEYS:
            button.key_up()
        return True

    def headset(self, plugged: bool) -> None:
        """One was put in, or pulled out. Any thread."""
        Clock.schedule_once(lambda _dt: self.presenter.headset(plugged=plugged), 0)

    def end(self) -> None:
        """End the application in its next frame. Any thread."""
        Clock.schedule_once(lambda _dt: self.stop(), 0)

    def failed(self, exception: BaseException) -> Any:
        """Stop the machine, show out of order; after too many failures end with status 1."""
        self.failures += 1
        log.error("the screen failed (%s)", type(exception).__name__, exc_info=exception)
        try:
            self.presenter.fail()
        except Exception:
            # Whatever the glass cannot do any more, the machine is stopped already and the supervisor starts anew.
            log.exception("out of order could not be shown")
            self.failures = BROKEN_AT_MOST
        if self.failures >= BROKEN_AT_MOST:
            self.exit_status = 1
            self.end()
        return ExceptionManager.PASS
