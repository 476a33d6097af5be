"""The panel's window: the machine live on the left, everything one can do to it on the right.

Responsible for: buttons to control requests, and the state to a drawing. Not responsible for: the machine.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.store import Screen
from simulator.faults import FAULTS
from simulator.gallery import GALLERY
from ui import bootstrap
from ui.panel.client import ControlClient
from ui.shown import Action, Kind
from ui.theme import make_theme

SIZE_PX = (1280, 800)
ASK_EVERY_S = 0.1
SPEEDS = (1, 5, 20, 200)
BANNER = "SIMULATED MACHINE – technician's panel"


@dataclass(frozen=True)
class Wish:
    """A control request behind a button."""

    do: str
    fields: tuple[tuple[str, Any], ...] = ()


def _action(identity: str, label: str, wish: Wish, *, chosen: bool = False, danger: bool = False) -> Action:
    kind = Kind.DANGER if danger else Kind.SECONDARY
    return Action(identity, label, wish, kind, chosen=chosen)  # type: ignore[arg-type]


def controls(state: dict[str, Any]) -> tuple[Action, ...]:
    """Time, door, stop, tray: what is always at hand."""
    door, stopped = bool(state.get("door_open")), bool(state.get("emergency_stop"))
    paused = bool(state.get("paused"))
    speed = state.get("speed")
    return (
        *(_action(f"x{n}", f"×{n}", Wish("speed", (("times", n),)), chosen=speed == n) for n in SPEEDS),
        _action("pause", "Go on" if paused else "Pause", Wish("go" if paused else "pause"), chosen=paused),
        _action("step", "Step 0.1 s", Wish("step", (("s", 0.1),))),
        _action("door", "Close door" if door else "Open door", Wish("door", (("open", not door),)), chosen=door),
        _action("take", "Take key", Wish("take")),
        _action("chute", "Empty chute", Wish("empty_chute")),
        _action("mend", "Mend all", Wish("clear")),
        _action(
            "stop", "Release stop" if stopped else "E-STOP", Wish("stop", (("pressed", not stopped),)), danger=True
        ),
    )


def keys() -> tuple[Action, ...]:
    """The gallery of keys, to be dropped into the tray."""
    return tuple(_action(f"key_{name}", name, Wish("lay", (("key", name),))) for name in GALLERY)


def faults(state: dict[str, Any]) -> tuple[Action, ...]:
    """Every fault as a switch, with the figures it has by itself."""
    active = state.get("faults", {})
    return tuple(
        _action(
            f"fault_{name}",
            name.replace("_", " "),
            Wish("clear", (("name", name),)) if name in active else Wish("fault", (("name", name),)),
            chosen=name in active,
        )
        for name in FAULTS
    )


def lines(state: dict[str, Any]) -> tuple[str, ...]:
    """The state in words."""
    x, y, z = state.get("position_mm", (0, 0, 0))
    stock = "  ".join(f"{slot}:{count}" for slot, count in state.get("stock", {}).items())
    return (
        f"X {x:.3f}   Y {y:.3f}   Z {z:.3f} mm",
        f"wheel {state.get('wheel_rpm', 0):.0f} rpm, worn {state.get('wheel_worn_mm', 0):.3f} mm",
        f"clamp {'open' if state.get('clamp_open') else 'closed'}: {state.get('clamped') or 'empty'}",
        f"stock {stock}",
        f"time {state.get('time_s', 0):.1f} s",
    )


def run_panel(host: str, port: int, screenshot: str = "") -> None:
    """Show the panel until its window is closed.

    Raises:
        OSError: nobody listens on the control socket.
    """
    bootstrap.configure(SIZE_PX, fullscreen=False, show_cursor=True)
    from kivy.app import App
    from kivy.clock import Clock
    from kivy.core.window import Window
    from kivy.graphics import Color, Rectangle
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.scrollview import ScrollView
    from kivy.uix.widget import Widget

    from ui.panel.drawing import HEIGHT, WIDTH, draw_machine
    from ui.widgets.buttons import ActionGrid
    from ui.widgets.frame import Banner
    from ui.widgets.lists import Log
    from ui.widgets.look import look
    from ui.widgets.pen import Pen

    look.theme = make_theme(Screen(width_px=SIZE_PX[0], height_px=SIZE_PX[1], mm_per_px=0.4), SIZE_PX)
    answers: deque[tuple[dict[str, Any], dict[str, Any]]] = deque()

    class PanelApp(App):
        title = BANNER

        def build(self) -> Any:
            self.state: dict[str, Any] = {}
            self.log: deque[str] = deque(maxlen=6)
            self.turn = 0.0
            Window.clearcolor = look.theme.palette.paper
            root = BoxLayout(orientation="vertical", spacing=look.theme.gap)
            banner = Banner()
            banner.text = BANNER
            body = BoxLayout(spacing=look.theme.gap, padding=look.theme.gap)
            left = BoxLayout(orientation="vertical", spacing=look.theme.gap)
            self.machine, self.words, self.told = Widget(), Log(), Log()
            self.always = ActionGrid(cols=4, button_style="row")
            for part in (self.machine, self.words, self.always, self.told):
                left.add_widget(part)
            right = BoxLayout(orientation="vertical", spacing=look.theme.gap)
            self.gallery, self.faults = (ActionGrid(cols=3, button_style="row") for _ in range(2))
            for grid in (self.gallery, self.faults):
                scroll = ScrollView(bar_width=look.theme.mm(2))
                scroll.add_widget(grid)
                right.add_widget(scroll)
            for grid in (self.always, self.gallery, self.faults):
                grid.send = self._wish
            self.gallery.actions = keys()
            body.add_widget(left)
            body.add_widget(right)
            with root.canvas.before:
                Color(rgba=look.theme.palette.paper)
                ground = Rectangle()
            root.bind(pos=lambda _w, pos: setattr(ground, "pos", pos))
            root.bind(size=lambda _w, size: setattr(ground, "size", size))
            root.add_widget(banner)
            root.add_widget(body)
            return root

        def on_start(self) -> None:
            self.trigger = Clock.create_trigger(self._answers)
            Clock.schedule_interval(self._ask, ASK_EVERY_S)

        def _ask(self, elapsed_s: float) -> None:
            rpm = float(self.state.get("wheel_rpm", 0))
            self.turn += elapsed_s * min(rpm, 60.0) / 9.5
            client.ask("state")

        def _wish(self, wish: Any) -> None:
            client.ask(wish.do, **dict(wish.fields))

        def answered(self, request: dict[str, Any], answer: dict[str, Any]) -> None:
            """Called on the client's thread."""
            answers.append((request, answer))
            self.trigger()

        def _answers(self, _elapsed_s: float) -> None:
            while answers:
                request, answer = answers.popleft()
                if answer.get("gone"):
                    self.log.append("The machine has hung up.")
                elif request["do"] == "state":
                    if screenshot and not self.state:
                        Clock.schedule_once(self._picture, 1.0)
                    self.state = answer
                else:
                    words = " ".join(str(value) for value in request.values())
                    problems = "; ".join(f"{p['field']}: {p['reason']}" for p in answer.get("problems", ()))
                    self.log.append(f"{words}: {problems or 'done'}")
            self._show()

        def _show(self) -> None:
            self.words.rows = lines(self.state)
            self.told.rows = tuple(self.log)
            self.always.actions = controls(self.state)
            self.faults.actions = faults(self.state)
            self.machine.canvas.clear()
            if min(self.machine.size) > 40:
                with self.machine.canvas:
                    pen = Pen(self.machine.pos, self.machine.size, WIDTH, HEIGHT)
                    draw_machine(pen, look.theme.palette, self.state, self.turn)

        def _picture(self, _elapsed_s: float) -> None:
            self.root.export_to_png(screenshot)
            self.stop()

    app = PanelApp()
    client = ControlClient(host, port, partial(_forward, app))
    try:
        app.run()
    finally:
        client.close()


def _forward(app: Any, request: dict[str, Any], answer: dict[str, Any]) -> None:
    app.answered(request, answer)
