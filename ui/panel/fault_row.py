"""One fault in the list: its name, what goes wrong, its switch; opened, its parameters; and the heading over a group.

Responsible for: drawing and touching them. Not responsible for: what is asked of the machine (`ui.panel.faults_view`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.faults.model import Fault, Parameter, Value
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.requests import PanelState, parameters_of
from ui.panel.style import mixed
from ui.panel.tap import PanelButton, Tap
from ui.theme import Theme
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle, SmoothEllipse, SmoothRoundedRectangle
from kivy.uix.widget import Widget


class FaultRow(Tap):
    """A row: a touch on the switch sets or mends, elsewhere opens the parameters. A key press sets or mends."""

    def __init__(
        self,
        fault: Fault,
        panel: PanelState,
        flip: Callable[[Fault], None],
        opens: Callable[[Fault], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(f"fault_{fault.name}", lambda: flip(fault), size_hint_y=None, **kwargs)
        self.fault, self.panel = fault, panel
        self._opens = opens
        self.on = False
        self.open = False

    def resize(self, theme: Theme) -> None:
        """Two lines of text and air."""
        self.height = round(theme.target_px * 1.08)

    def _switch_left(self, theme: Theme) -> float:
        return float(self.right - theme.mm(22))

    def switch_center(self) -> tuple[float, float]:
        """Where a finger sets it."""
        return self._switch_left(look.theme) + look.theme.mm(10), self.center_y

    def on_release(self) -> None:
        """Set or mend, or open."""
        touch = self.last_touch
        if touch is not None and touch.x < self._switch_left(look.theme):
            self._opens(self.fault)
        else:
            self.press()

    def paint(self, theme: Theme) -> None:
        """Name, description, switch."""
        p = theme.palette
        if self.on or self.open or self.state == "down":
            Color(rgba=mixed(p.card, p.danger, 0.14) if self.on else mixed(p.card, p.edge, 0.16))
            Rectangle(pos=self.pos, size=self.size)
        Color(rgba=p.line)
        Rectangle(pos=(self.x + theme.mm(2), self.y), size=(self.width - theme.mm(4), 1))
        left, most = self.x + theme.mm(3), self._switch_left(theme) - self.x - theme.mm(6)
        small = round(theme.small_px)
        name = self.fault.name.replace("_", " ")
        ink.write(
            name,
            left,
            self.center_y + theme.small_px * 0.68,
            theme.text_px,
            p.danger if self.on else p.ink,
            ink.SEMIBOLD,
        )
        words = ink.fitted(self.panel.translate.fault(self.fault), small, ink.REGULAR, most)
        ink.write(words, left, self.center_y - theme.small_px * 0.68, small, p.soft_ink)
        self._switch(theme)

    def _switch(self, theme: Theme) -> None:
        p = theme.palette
        wide, high = theme.mm(16), theme.mm(9)
        x, y = self._switch_left(theme) + theme.mm(2), self.center_y - high / 2
        Color(rgba=p.danger if self.on else mixed(p.card, p.edge, 0.5))
        SmoothRoundedRectangle(pos=(x, y), size=(wide, high), radius=[high / 2])
        knob = high - theme.mm(2)
        at = x + wide - knob - theme.mm(1) if self.on else x + theme.mm(1)
        Color(rgba=p.on_danger if self.on else p.ink)
        SmoothEllipse(pos=(at, y + theme.mm(1)), size=(knob, knob))


class FaultGroup(Widget):
    """Over the faults about which the kiosk must do the same: what that is, in as many lines as it needs."""

    def __init__(self, faults: tuple[Fault, ...], panel: PanelState, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, **kwargs)
        self.faults, self._panel = faults, panel
        self.words: list[str] = []
        self._soon = Clock.create_trigger(lambda _: self.resize(look.theme), -1)
        self.fbind("pos", self._soon)
        self.fbind("width", self._soon)

    def resize(self, theme: Theme) -> None:
        """Draw it as wide as it is now, in the language in force."""
        small, line, left = round(theme.small_px), round(theme.small_px * 1.35), theme.mm(3)
        said = self._panel.translate.outcome(self.faults[0])
        self.words = ink.wrapped(said[:1].upper() + said[1:], small, ink.SEMIBOLD, max(50.0, self.width - 2 * left))
        self.height = len(self.words) * line + theme.mm(4)
        self.canvas.before.clear()
        with self.canvas.before:
            y = self.y + theme.mm(1.5) + line * (len(self.words) - 0.5)
            for words_line in self.words:
                ink.write(words_line, self.x + left, y, small, theme.palette.accent, ink.SEMIBOLD)
                y -= line


class Steppers(Widget):
    """An opened fault: all it does in words, the outcome the kiosk must reach, each parameter with its buttons."""

    def __init__(
        self,
        fault: Fault,
        panel: PanelState,
        values: dict[str, Value],
        step: Callable[[Fault, str, int], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(size_hint_y=None, **kwargs)
        self._fault, self._panel, self._values, self._step = fault, panel, values, step
        self._buttons: dict[tuple[str, int], PanelButton] = {}
        for name, parameter in parameters_of(fault).items():
            for steps in _steps_of(parameter):
                button = PanelButton(f"{fault.name}_{name}_{steps:+d}", self._act(name, steps), "quiet")
                button.show(_SIGNS[steps])
                self._buttons[name, steps] = button
                self.add_widget(button)
        self._soon = Clock.create_trigger(lambda _: self.show(), -1)
        self.fbind("pos", self._soon)
        self.fbind("width", self._soon)
        self.show()

    def _act(self, name: str, steps: int) -> Callable[[], None]:
        return lambda: self._step(self._fault, name, steps)

    def show(self) -> None:
        """Draw it with the values of now."""
        theme, translate = look.theme, self._panel.translate
        p = theme.palette
        small = round(theme.small_px)
        line, target, pad = round(theme.small_px * 1.35), round(theme.target_px * 0.86), round(theme.mm(4))
        most = max(50.0, self.width - 2 * pad)
        # What the row above had no room for is said here.
        says = translate.fault(self._fault)
        words = ink.wrapped(says, small, ink.REGULAR, most) if ink.width(says, small) > most - theme.mm(26) else []
        words += ink.wrapped(translate("faults.must", outcome=translate.outcome(self._fault)), small, ink.REGULAR, most)
        parameters = parameters_of(self._fault)
        self.height = pad + len(words) * line + pad + len(parameters) * (target + theme.mm(1)) + pad
        self.canvas.before.clear()
        with self.canvas.before:
            Color(rgba=mixed(p.card, p.edge, 0.16))
            Rectangle(pos=self.pos, size=self.size)
            y = self.top - pad
            for words_line in words:
                ink.write(words_line, self.x + pad, y - line / 2, small, p.ink)
                y -= line
            y -= pad
            for name, parameter in parameters.items():
                self._row(name, parameter, y - target / 2, target, theme)
                y -= target + theme.mm(1)

    def _row(self, name: str, parameter: Parameter, y: float, target: float, theme: Theme) -> None:
        p = theme.palette
        left, right, pad = self.x + theme.mm(4), self.right - theme.mm(3), theme.mm(1.5)
        ink.write(name, left, y, theme.small_px, p.soft_ink, ink.MONO)
        value = self._values[name]
        words = f"{value:g}{parameter.unit}" if isinstance(value, float | int) else str(value)
        buttons = [self._buttons[name, steps] for steps in _steps_of(parameter)]
        before, after = buttons[: len(buttons) // 2], buttons[len(buttons) // 2 :]
        wide = target
        x = right
        for button in reversed(after):
            x -= wide
            button.pos, button.size = (round(x), round(y - target / 2)), (wide, target)
            x -= pad
        room = theme.mm(46)
        ink.write(words, x - room / 2, y, theme.text_px, p.ink, ink.SEMIBOLD, anchor="middle")
        x -= room
        for button in reversed(before):
            x -= wide
            button.pos, button.size = (round(x), round(y - target / 2)), (wide, target)
            x -= pad


_SIGNS = {-10: "−−", -1: "−", 1: "+", 10: "++"}


def _steps_of(parameter: Parameter) -> tuple[int, ...]:
    if parameter.choices:
        return (-1, 1)
    return () if isinstance(parameter.default, str) else (-10, -1, 1, 10)
