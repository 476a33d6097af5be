"""The panel's application: the control socket on one side, the window on the other.

Responsible for: asking the machine often enough, handing answers to the desk, keys, pictures, languages. Not
responsible for: what the window looks like (`ui.panel.bench`) or the machine.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.catalogue import load_catalogue
from ui import bootstrap
from ui.panel.client import ControlClient
from ui.panel.cpu_budget import CpuBudget
from ui.panel.focus import Keyboard, ask_not_to_be_activated
from ui.panel.pictures import PictureFailed, picture_path
from ui.panel.requests import (
    SPEEDS,
    ControlRequest,
    MachineRequests,
    door_wish,
    outcome_message,
    pause_wish,
    speed_wish,
    step_wish,
    stop_wish,
)
from ui.panel.style import DESIGN_PX, SMALLEST_PX, panel_theme
from ui.panel.translate import PanelWords, told_in
from ui.panel.wire_lines import ShownWire
from ui.present.keypad import PRESS_KEYS, meaning_of

LOOKS_PER_S = 12.0
RESTING_LOOK_S = 0.5
LOOKS = frozenset({"state", "machine", "metal", "tray", "wire"})


def run_panel(
    client_of: Callable[[Callable[[dict[str, Any], dict[str, Any]], None]], ControlClient],
    *,
    language: str = "en",
    palette: str = "dark",
    pictures: Path = Path("out"),
    size_px: tuple[int, int] = DESIGN_PX,
    at_px: tuple[int, int] | None = None,
    fullscreen: bool = False,
    on_started: Callable[[Any], None] | None = None,
) -> None:
    """Show the panel until its window is closed.

    Args:
        client_of: makes the control socket's client, given who takes its answers.
        language: to begin with.
        palette: "dark" or "light".
        pictures: where screenshots go; made when the first is taken.
        size_px: of the window.
        at_px: its left and upper edge, moved so that all of it can be seen; in the middle if None.
        fullscreen: cover the display.
        on_started: called with the running application once its window stands.

    Raises:
        OSError: nobody listens on the control socket.
    """
    answers: deque[tuple[dict[str, Any], dict[str, Any]]] = deque()
    waker: list[Callable[[], Any]] = []

    def answered(request: dict[str, Any], answer: dict[str, Any]) -> None:
        # On the client's thread.
        answers.append((request, answer))
        for wake in waker:
            wake()

    client = client_of(answered)
    try:
        ask_not_to_be_activated()
        keyboard = Keyboard()
        at_px = keyboard.in_sight(at_px, size_px) if at_px else None
        bootstrap.configure(size_px, fullscreen=fullscreen, show_cursor=True, at_px=at_px)
        _resizable()
        told = told_in(language)
        desk = MachineRequests(told, ShownWire(told))
        app = _make_app(client, desk, answers, keyboard, palette, pictures, on_started)
        waker.append(app.trigger)
        app.run()
    finally:
        client.close()


def _title(told: PanelWords) -> str:
    """The banner as a window's name: some window managers show plain characters only."""
    return told("banner").replace("–", "-")


def _resizable() -> None:
    from kivy.config import Config

    Config.set("graphics", "resizable", "1")
    Config.set("graphics", "minimum_width", str(SMALLEST_PX[0]))
    Config.set("graphics", "minimum_height", str(SMALLEST_PX[1]))


def _make_app(
    client: ControlClient,
    desk: MachineRequests,
    answers: deque[tuple[dict[str, Any], dict[str, Any]]],
    keyboard: Keyboard,
    palette: str,
    pictures: Path,
    on_started: Callable[[Any], None] | None,
) -> Any:
    """Build the application; Kivy is imported here, after its environment is set."""
    from kivy.app import App
    from kivy.clock import Clock
    from kivy.core.window import Window

    keyboard.give_back()
    from ui.panel.bench import Bench
    from ui.panel.top_bar import Acts
    from ui.widgets.look import look

    class PanelApp(App):
        """The application."""

        use_kivy_settings = False

        def __init__(self) -> None:
            super().__init__()
            self.trigger = Clock.create_trigger(self._answers)
            self.palette = palette
            self._waiting = 0
            self._asked_at = 0.0
            self._thrift = CpuBudget(Clock.get_time(), time.process_time())

        def build(self) -> Any:
            self.title = _title(desk.told)
            self._resized()
            Window.clearcolor = look.theme.palette.paper
            acts = Acts(self.picture, self.speak, self.shade)
            self.bench = Bench(desk, self.wish, acts, load_catalogue())
            Window.bind(size=self._resized, on_key_down=self._key, on_touch_down=self._touched)
            Window.bind(on_cursor_leave=lambda *_: keyboard.give_back())
            return self.bench

        def on_start(self) -> None:
            keyboard.give_back()
            self._ask("machine")
            Clock.schedule_interval(self._look, 1 / LOOKS_PER_S)
            if on_started is not None:
                on_started(self)

        def open_settings(self, *_: Any) -> bool:
            """There is no settings page."""
            return False

        def _resized(self, *_: Any) -> None:
            look.theme = panel_theme(Window.size, self.palette)

        # --- asking and answers -------------------------------------------------------------------------
        def _ask(self, do: str, **fields: Any) -> None:
            self._waiting += 1
            client.ask(do, **fields)

        def _look(self, elapsed_s: float) -> None:
            now_s = Clock.get_time()
            if not self._thrift.may(now_s, time.process_time()):
                return
            self.bench.machine.turn(elapsed_s)
            if self._waiting or desk.gone or (desk.resting and now_s - self._asked_at < RESTING_LOOK_S):
                return
            self._asked_at = now_s
            self._ask("state")

        def _look_closer(self) -> None:
            """After the state: only what it says has changed."""
            state = desk.state
            self._ask("wire", since=desk.log.seen, most=120)
            if state.get("clamped") or desk.metal.get("blank"):
                self._ask("metal", since=int(desk.metal.get("number", 0)))
            if state.get("tray_laid") != desk.tray_laid:
                self._ask("tray", since=max(0, desk.tray_laid))

        def wish(self, wish: ControlRequest) -> None:
            """Ask for what a button says."""
            self._ask(**wish.request)

        def _answers(self, *_: Any) -> None:
            while answers:
                request, answer = answers.popleft()
                self._waiting = max(0, self._waiting - 1)
                self._one(request, answer)
            self.bench.refresh()

        def _one(self, request: dict[str, Any], answer: dict[str, Any]) -> None:
            do = request["do"]
            if answer.get("gone"):
                desk.gone = True
                desk.say(desk.told("gone"), troubled=True)
            elif do not in LOOKS:
                message, troubled = outcome_message(request, answer, desk.told)
                desk.say(message, troubled=troubled)
                if answer.get("ok"):
                    desk.done(request, answer)
                self._asked_at = 0.0
            elif not answer.get("ok"):
                desk.say(outcome_message(request, answer, desk.told)[0], troubled=True)
            elif do == "state":
                desk.state = answer
                if not answer["tray"]:
                    desk.laid_key = ""
                self._look_closer()
            elif do == "machine":
                desk.machine = answer
                desk.seed = int(answer["seed"])
            elif do == "metal" and not answer.get("same"):
                desk.metal = answer
            elif do == "tray":
                if not answer.get("same"):
                    desk.tray_png = answer["png"]
                desk.tray_laid = int(answer["laid"])
            elif do == "wire":
                desk.log.add(answer["lines"], int(answer["lost"]) if desk.log.seen else 0)

        # --- people -------------------------------------------------------------------------------------
        def picture(self) -> None:
            """Keep a picture of the window and say where."""
            try:
                path = picture_path(pictures)
                self.bench.keep_picture(path)
                if not path.is_file():
                    raise PictureFailed(path, "nothing was written")
            except PictureFailed as failed:
                desk.say(desk.told("shot.failed", path=failed.path, reason=failed.reason), troubled=True)
            else:
                desk.say(desk.told("shot.done", path=path))
            self.bench.refresh()

        def speak(self, code: str) -> None:
            """Another language."""
            desk.told = told_in(code)
            desk.log.speak(desk.told)
            desk.say("")
            self.title = _title(desk.told)
            self.bench.speak()

        def shade(self) -> None:
            """Light or dark."""
            self.palette = "light" if self.palette == "dark" else "dark"
            self._resized()
            Window.clearcolor = look.theme.palette.paper

        def _touched(self, *_: Any) -> bool:
            keyboard.take()
            self.bench.unfocus()
            return False

        def _key(self, _window: Any, code: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
            name, typed, back = meaning_of(code, modifiers)
            focused = self.bench.focused
            if name == "tab":
                self.bench.move_focus(-1 if back else 1)
            elif name in PRESS_KEYS and focused is not None:
                focused.press()
            elif name == "spacebar":
                self.wish(pause_wish(desk.state))
            elif typed and not {"ctrl", "alt", "meta"} & set(modifiers):
                self._letter(typed)
            return True

        def _letter(self, letter: str) -> None:
            bench = self.bench
            if letter in "1234":
                self.wish(speed_wish(SPEEDS[int(letter) - 1]))
                return
            act = {
                ".": lambda: self.wish(step_wish()),
                "d": lambda: self.wish(door_wish(desk.state)),
                "e": lambda: self.wish(stop_wish(desk.state)),
                "t": bench.keys.take.press,
                "m": bench.faults.mend.press,
                "p": self.picture,
                "w": bench.wire.hold.press,
            }.get(letter)
            if act is not None:
                act()

    return PanelApp()
