"""The panel's application in its window: asking the machine, taking its answers, keys.

Responsible for: asking often enough, handing answers to what the panel knows, keys, pictures, languages. Not
responsible for: what the window looks like (`ui.panel.layout`) or the machine. Importing it opens the window.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, assert_never

from config.catalogue import load_catalogue
from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel.client import ControlClient
from ui.panel.cpu_budget import CpuBudget
from ui.panel.focus import Keyboard
from ui.panel.layout import PanelLayout
from ui.panel.pictures import PictureFailed, picture_path
from ui.panel.requests import (
    SPEEDS,
    STEP_S,
    PanelState,
    door_request,
    outcome_message,
    pause_request,
    stop_request,
)
from ui.panel.style import panel_theme
from ui.panel.top_bar import Acts
from ui.panel.translate import PanelTranslation, load_translation
from ui.present.keypad import PRESS_KEYS, meaning_of
from ui.widgets.look import look

from kivy.app import App  # isort: skip
from kivy.clock import Clock
from kivy.core.window import Window

POLLS_PER_S = 12.0
RESTING_POLL_S = 0.5


def _title(translate: PanelTranslation) -> str:
    """The banner as a window's name: some window managers show plain characters only."""
    return translate("banner").replace("–", "-")


class PanelApp(App):
    """The application."""

    use_kivy_settings = False

    def __init__(
        self,
        client: ControlClient,
        panel: PanelState,
        answers: deque[tuple[ask.ControlRequest, dict[str, Any]]],
        keyboard: Keyboard,
        *,
        palette: str,
        pictures: Path,
        on_started: Callable[[Any], None] | None,
    ) -> None:
        super().__init__()
        self._client, self._panel, self._arrived, self._keyboard = client, panel, answers, keyboard
        self._pictures, self._on_started = pictures, on_started
        self.trigger = Clock.create_trigger(self._take_answers)
        self.palette = palette
        self._waiting = 0
        self._asked_at = 0.0
        self._budget = CpuBudget(Clock.get_time(), time.process_time())

    def build(self) -> Any:
        """What stands in the window."""
        self.title = _title(self._panel.translate)
        self._resized()
        Window.clearcolor = look.theme.palette.paper
        acts = Acts(self.picture, self.speak, self.shade, self.past, self.present)
        self.layout = PanelLayout(self._panel, self.request, acts, load_catalogue())
        Window.bind(size=self._resized, on_key_down=self._key, on_touch_down=self._touched)
        Window.bind(on_cursor_leave=lambda *_: self._keyboard.give_back())
        return self.layout

    def on_start(self) -> None:
        """The window stands."""
        self._keyboard.give_back()
        self._ask(ask.LookAtMachine())
        Clock.schedule_interval(self._poll, 1 / POLLS_PER_S)
        if self._on_started is not None:
            self._on_started(self)

    def open_settings(self, *_: Any) -> bool:
        """There is no settings page."""
        return False

    def _resized(self, *_: Any) -> None:
        look.theme = panel_theme(Window.size, self.palette)

    # --- asking and answers -------------------------------------------------------------------------
    def _ask(self, request: ask.ControlRequest) -> None:
        self._waiting += 1
        self._client.ask(request)

    def _poll(self, elapsed_s: float) -> None:
        now_s = Clock.get_time()
        if not self._budget.may(now_s, time.process_time()):
            return
        self.layout.machine.turn(elapsed_s)
        if (
            self._waiting
            or self._panel.gone
            or self._panel.job
            or (self._panel.resting and now_s - self._asked_at < RESTING_POLL_S)
        ):
            return
        self._asked_at = now_s
        self._ask(ask.LookAtState())

    def _poll_more(self) -> None:
        """After the state: only what it says has changed."""
        state = self._panel.state
        self._ask(ask.ReadWire(since=self._panel.log.seen, most=120))
        if state.get("clamped") or self._panel.metal.get("blank"):
            self._ask(ask.LookAtMetal(since=int(self._panel.metal.get("number", 0))))
        if state.get("tray_laid") != self._panel.tray_laid:
            self._ask(ask.LookAtTray(since=max(0, self._panel.tray_laid)))

    def request(self, request: ask.ControlRequest) -> None:
        """Ask for what a button or a key says, unless the machine shown is not the one it would act on."""
        panel = self._panel
        if panel.refuses(request):
            panel.say(panel.translate(panel.locked), troubled=True)
            self.layout.refresh()
        else:
            self._ask(request)

    def _take_answers(self, *_: Any) -> None:
        while self._arrived:
            request, answer = self._arrived.popleft()
            self._waiting = max(0, self._waiting - 1)
            self._take(request, answer)
        self.layout.refresh()

    def _take(self, request: ask.ControlRequest, answer: dict[str, Any]) -> None:
        panel = self._panel
        if answer.get("gone"):
            panel.gone = True
            panel.say(panel.translate("gone"), troubled=True)
        elif isinstance(request, ask.LookRequest):
            if answer.get("ok"):
                self._seen(request, answer)
            else:
                panel.say(outcome_message(request, answer, panel.translate)[0], troubled=True)
        else:
            message, troubled = outcome_message(request, answer, panel.translate)
            panel.say(message, troubled=troubled)
            if answer.get("ok"):
                panel.done(request, answer)
            self._asked_at = 0.0

    def _seen(self, request: ask.LookRequest, answer: dict[str, Any]) -> None:
        panel = self._panel
        match request:
            case ask.LookAtState() if panel.job:
                # Asked for before the past was.
                pass
            case ask.LookAtState():
                if answer["lesson"] and not panel.state.get("lesson"):
                    self.layout.teach(True)
                panel.state = answer
                if not answer["tray"]:
                    panel.laid_key = ""
                self._poll_more()
            case ask.LookAtMachine():
                panel.machine = answer
                panel.seed = int(answer["seed"])
            case ask.LookAtMetal():
                if not panel.job and not answer.get("same"):
                    panel.metal = answer
            case ask.LookAtTray():
                if not answer.get("same"):
                    panel.tray_png = answer["png"]
                panel.tray_laid = int(answer["laid"])
            case ask.LookAtJob():
                self._went_back(answer)
            case ask.ReadWire():
                panel.log.add(answer["lines"], int(answer["lost"]) if panel.log.seen else 0)
            case _:
                assert_never(request)

    def _went_back(self, answer: dict[str, Any]) -> None:
        panel = self._panel
        if not answer["count"]:
            panel.say(panel.translate("scrub.none"), troubled=True)
            return
        panel.job, panel.state, panel.metal = answer, answer["state"], answer["metal"]
        panel.log.past(answer["lines"])
        panel.say("")
        self.layout.go_back(True)

    # --- people -------------------------------------------------------------------------------------
    def picture(self) -> None:
        """Keep a picture of the window and say where."""
        try:
            path = picture_path(self._pictures)
            self.layout.keep_picture(path)
            if not path.is_file():
                raise PictureFailed(path, "nothing was written")
        except PictureFailed as failed:
            self._panel.say(self._panel.translate("shot.failed", path=failed.path, reason=failed.reason), troubled=True)
        else:
            self._panel.say(self._panel.translate("shot.done", path=path))
        self.layout.refresh()

    def past(self) -> None:
        """Go back over the last job, if there was one."""
        if self._panel.job:
            self.present()
        else:
            self.request(ask.LookAtJob())

    def present(self) -> None:
        """The machine as it is now."""
        panel = self._panel
        panel.job, panel.metal = {}, {}
        panel.say("")
        panel.log.past(None)
        self.layout.go_back(False)
        self.layout.speak()
        self._asked_at = 0.0

    def speak(self, code: str) -> None:
        """Another language."""
        self._panel.translate = load_translation(code)
        self._panel.log.speak(self._panel.translate)
        self._panel.say("")
        self.title = _title(self._panel.translate)
        self.layout.speak()

    def shade(self) -> None:
        """Light or dark."""
        self.palette = "light" if self.palette == "dark" else "dark"
        self._resized()
        Window.clearcolor = look.theme.palette.paper

    def _touched(self, *_: Any) -> bool:
        self._keyboard.take()
        self.layout.unfocus()
        return False

    def _key(self, _window: Any, code: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
        name, typed, back = meaning_of(code, modifiers)
        focused = self.layout.focused
        if name == "tab":
            self.layout.move_focus(-1 if back else 1)
        elif name in PRESS_KEYS and focused is not None:
            focused.press()
        elif name == "spacebar":
            self.request(pause_request(self._panel.state))
        elif typed and not {"ctrl", "alt", "meta"} & set(modifiers):
            self._letter(typed)
        return True

    def _letter(self, letter: str) -> None:
        layout = self.layout
        if letter in "1234":
            self.request(ask.SetSpeed(times=SPEEDS[int(letter) - 1]))
            return
        act = {
            ".": lambda: self.request(ask.StepTime(s=STEP_S)),
            "d": lambda: self.request(door_request(self._panel.state)),
            "e": lambda: self.request(stop_request(self._panel.state)),
            "t": layout.keys.take.press,
            "m": layout.faults.mend.press,
            "p": self.picture,
            "w": layout.wire.hold.press,
        }.get(letter)
        if act is not None:
            act()
