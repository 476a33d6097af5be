"""The touchscreen: a locked-down window that shows snapshots and sends wishes.

Responsible for: the Kivy application, its lock-down, keys, speech and what happens when the screen itself fails.
Not responsible for: what is shown (`ui.present.present`) or decided (`kiosk`). Everything here runs on Kivy's main
thread but the mailbox's `post`.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from config.store import Store
from kiosk.session.intents import Intent
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import FRONT, State
from ui import bootstrap
from ui.present.keypad import BACK_KEYS, NEXT_KEYS, PRESS_KEYS, meaning_of
from ui.present.language import load_words
from ui.present.local import Erase, Local, LocalAct, Repeat, SetVolume, ToggleSpeech, Typed, after, on_state
from ui.present.port import KioskPort
from ui.present.present import present
from ui.present.shown import Shown
from ui.speech import Espeak, Voice
from ui.theme import check_screen, make_theme

log = logging.getLogger(__name__)
Presenter: TypeAlias = Callable[[Snapshot, Local, Store], Shown]

BROKEN_AT_MOST = 5
"""Failures of the screen within one run after which it ends, for the supervisor to start it afresh."""
RESTING_HZ, LIVELY_HZ = 30, 60
"""Looks for a touch a second while nobody is here, and while somebody is."""
WINDOW_AT_MOST_PX = 960
"""Height of a window on a developer's desk."""


class Screenful:
    """What stands between the kiosk and the stage: local state, presenting, speech. Knows no Kivy."""

    def __init__(
        self,
        kiosk: KioskPort,
        store: Store,
        voice: Voice,
        show: Callable[[Shown, Local], None],
        presenter: Presenter = present,
    ) -> None:
        self._kiosk, self._store, self._voice, self._show = kiosk, store, voice, show
        self._present = presenter
        self.local = Local()
        self.snapshot: Snapshot | None = None
        self.shown: Shown | None = None
        self._said: tuple[str, int] = ("", 0)
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
        self.local = on_state(self.local, before, snapshot.state)
        self.snapshot = snapshot
        self.refresh()

    def send(self, does: Intent | LocalAct) -> None:
        """Something was touched: the screen's own business, or a wish for the session."""
        if self.snapshot is None:
            return
        if isinstance(does, LocalAct):
            self.local, intent = after(self.local, does, self.snapshot.state)
            if intent is not None:
                self._kiosk.post(intent)
            self.refresh()
        else:
            self._kiosk.post(does)

    def refresh(self) -> None:
        """Present and show, and say it aloud where somebody listens."""
        if self.snapshot is None:
            return
        self.shown = self._present(self.snapshot, self.local, self._store)
        self._show(self.shown, self.local)
        self._speak(self.shown)

    def _speak(self, shown: Shown) -> None:
        if not self.local.speech:
            if self._said[0]:
                self._voice.hush()
            self._said = ("", 0)
            return
        # Live figures would be a babble: a screen is said when it comes, and again on wish.
        waiting = "waiting" if shown.waiting else ""
        key = f"{shown.visit}|{shown.title}|{shown.voice}|{waiting}"
        if (key, self.local.repeats) != self._said:
            self._said = (key, self.local.repeats)
            self._voice.say(shown.spoken, shown.voice, self.local.volume)

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
        self.local = replace(Local(), contrast=self.local.contrast)
        self.snapshot = Snapshot(
            state=State.OUT_OF_ORDER,
            simulated=simulated,
            language=language,
            tray_has_key=tray,
            help_phone=self._store.help_phone,
            fault=FaultNotice("SCREEN", "the screen failed", 0.0),
        )
        self.refresh()


def run_app(
    kiosk: KioskPort,
    store: Store,
    *,
    simulated: bool = False,
    fullscreen: bool = True,
    size_px: tuple[int, int] | None = None,
    show_cursor: bool = False,
    voice: Voice | None = None,
    on_started: Callable[[Any], None] | None = None,
    presenter: Presenter = present,
) -> int:
    """Show the kiosk until the window is closed from outside (SIGTERM); blocks on the main thread.

    Args:
        kiosk: the controller.
        store: languages, money, the glass.
        simulated: put the banner up whatever a snapshot says.
        fullscreen: cover the display; False for a window on a developer's desk.
        size_px: of that window; the configured screen's by default.
        show_cursor: for a mouse.
        voice: what speaks; espeak-ng by default.
        on_started: called with the running `KioskApp` once its window stands.
        presenter: what a snapshot looks like; the session's by default.

    Returns:
        0, or 1 when the screen failed too often and must be started afresh.

    Raises:
        BadInput: the configured screen is too small for people.
    """
    check_screen(store.screen)
    size = size_px or (store.screen.width_px, store.screen.height_px)
    on_a_desk = not fullscreen and os.environ.get("SDL_VIDEODRIVER") != "offscreen"
    if on_a_desk and size_px is None and size[1] > WINDOW_AT_MOST_PX:
        # On a desk the panel's own size would not fit; the picture is the same, smaller.
        size = (round(size[0] * WINDOW_AT_MOST_PX / size[1]), WINDOW_AT_MOST_PX)
    # On a desk it stands in the corner: the technician's panel comes up beside it.
    at = (0, 0) if on_a_desk else None
    bootstrap.configure(size, fullscreen=fullscreen, show_cursor=show_cursor, at_px=at)
    app = _make_app(
        kiosk, store, simulated=simulated, voice=voice or Espeak(), on_started=on_started, presenter=presenter
    )
    app.run()
    return int(app.exit_status)


def _make_app(
    kiosk: KioskPort,
    store: Store,
    *,
    simulated: bool,
    voice: Voice,
    on_started: Callable[[Any], None] | None,
    presenter: Presenter,
) -> Any:
    """Build the application; Kivy is imported here, after its environment is set."""
    from kivy.app import App
    from kivy.base import ExceptionHandler, ExceptionManager
    from kivy.clock import Clock
    from kivy.core.window import Window

    from ui.bridge import Mailbox
    from ui.page_frame import PageFrame
    from ui.sound import Chimes
    from ui.widgets.look import look

    class Guard(ExceptionHandler):
        """Nothing that goes wrong on the screen ends in silence, or leaves the machine running."""

        def handle_exception(self, exception: BaseException) -> Any:
            return app.failed(exception)

    class KioskApp(App):
        """The application. No settings panel, no way to close it from the glass."""

        use_kivy_settings = False
        exit_status = 0
        title = "Key kiosk"

        def build(self) -> Any:
            self.failures = 0
            self.chimes = Chimes()
            self.stage = PageFrame(send=self._send)
            self.screenful = Screenful(kiosk, store, voice, self._show, presenter)
            self.mailbox = Mailbox(self._receive)
            Window.bind(on_key_down=self._key_down, on_key_up=self._key_up, on_keyboard=self._any_key)
            Window.bind(on_request_close=self._stay, size=self._resized)
            self._resized()
            return self.stage

        def on_start(self) -> None:
            # What is loaded by now stays for good: looking through it again and again would hold up touches.
            gc.collect()
            gc.freeze()
            kiosk.subscribe(self.mailbox.post)
            country = store.place.split("-")[0]
            for number, language in enumerate(store.languages):
                # One after the other, once the first screen stands: nobody who picks a language waits for its words.
                Clock.schedule_once(lambda _dt, code=language: load_words(code, country), 1.0 + number)
            if on_started is not None:
                on_started(self)

        def on_stop(self) -> None:
            voice.hush()

        def open_settings(self, *_: Any) -> bool:
            """There is no settings panel."""
            return False

        def _send(self, does: Any) -> None:
            self.screenful.send(does)

        def _receive(self, snapshot: Snapshot) -> None:
            self.screenful.receive(replace(snapshot, simulated=True) if simulated else snapshot)

        def _show(self, shown: Shown, local: Local) -> None:
            # How often touches and news are looked for. Nothing is drawn that has not changed.
            resting = self.screenful.snapshot is not None and self.screenful.snapshot.state in FRONT
            Clock._max_fps = RESTING_HZ if resting else LIVELY_HZ  # noqa: SLF001 - Kivy reads it from its settings once
            palette = "contrast" if local.contrast else store.screen.theme
            if look.theme.palette.name != palette:
                self._resized()
            self.stage.show(shown, reach=local.reach)
            self.chimes.ring(f"{shown.visit}|{shown.beat}" + ("|waiting" if shown.waiting else ""), shown.chime)

        def _resized(self, *_: Any) -> None:
            contrast = self.screenful.local.contrast
            look.theme = make_theme(store.screen, Window.size, "contrast" if contrast else store.screen.theme)

        @staticmethod
        def _stay(*_: Any, **__: Any) -> bool:
            return True

        @staticmethod
        def _any_key(*_: Any) -> bool:
            # Swallows Escape, F1 and whatever else Kivy would act upon by itself.
            return True

        def _key_down(self, _window: Any, code: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
            if self.stage.deaf:
                return True
            name, text, backwards = meaning_of(code, modifiers)
            if name in NEXT_KEYS or name in BACK_KEYS:
                button = self.stage.move_focus(-1 if backwards else 1)
                if button is not None:
                    self.screenful.say(button.action.spoken)
            elif name in PRESS_KEYS:
                self._press()
            else:
                self._type(name, text)
            return True

        def _press(self) -> None:
            button = self.stage.focused
            if button is not None:
                button.key_down()
                return
            # Enter with nothing chosen completes a number that was typed or read by a scanner.
            enter = next((b for b in self.stage.buttons() if b.action.id == "enter"), None)
            if enter is not None and self.screenful.local.typed:
                enter.act()

        def _type(self, name: str, text: str) -> None:
            local = self.screenful.local
            typing = any(b.action.id == "enter" for b in self.stage.buttons())
            if name == "speech":
                self._send(ToggleSpeech())
            elif name in ("louder", "quieter") and local.speech:
                self._send(SetVolume(local.volume + (1 if name == "louder" else -1)))
            elif name == "repeat" and local.speech:
                self._send(Repeat())
            elif typing and len(text) == 1 and text.isascii() and text.isalnum():
                self._send(Typed(text.upper()))
            elif typing and name == "backspace":
                self._send(Erase())

        def _key_up(self, *_: Any) -> bool:
            button = self.stage.focused
            if button is not None:
                button.key_up()
            return True

        def end(self) -> None:
            """End the application in its next frame. Any thread."""
            Clock.schedule_once(lambda _dt: self.stop(), 0)

        def failed(self, exception: BaseException) -> Any:
            """Stop the machine, show out of order; after too many failures end with status 1."""
            self.failures += 1
            log.error("the screen failed (%s)", type(exception).__name__, exc_info=exception)
            try:
                self.screenful.fail()
            except Exception:
                # Whatever the glass cannot do any more, the machine is stopped already and the supervisor starts anew.
                log.exception("out of order could not be shown")
                self.failures = BROKEN_AT_MOST
            if self.failures >= BROKEN_AT_MOST:
                self.exit_status = 1
                self.end()
            return ExceptionManager.PASS

    app = KioskApp()
    ExceptionManager.add_handler(Guard())
    return app
