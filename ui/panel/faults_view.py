"""Every fault as a switch, under what the kiosk must do about it, with what it does and its parameters.

Responsible for: rows, opening one, the steppers of its parameters. Not responsible for: what a fault does
(`simulator.faults.injection`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.faults.injection import FAULTS
from simulator.faults.model import Fault, Required, Value
from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.crisp_scroll import CrispScroll
from ui.panel.fault_row import FaultGroup, FaultRow, Steppers
from ui.panel.requests import PanelState, fault_request, parameters_of, stepped
from ui.panel.tap import PanelButton, lay_out_row
from ui.theme import Theme
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.uix.boxlayout import BoxLayout


def by_outcome(faults: Iterable[Fault]) -> tuple[tuple[Fault, ...], ...]:
    """Faults about which the kiosk must do the same stand together; groups and faults keep the order they come in."""
    groups: dict[Required, list[Fault]] = {}
    for fault in faults:
        groups.setdefault(fault.outcome, []).append(fault)
    return tuple(tuple(group) for group in groups.values())


class FaultsCard(PanelCard):
    """The list of faults. `send` takes requests."""

    has_bar = True

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], teach: Callable[[], None], **kwargs: Any
    ) -> None:
        self._send = send
        self.teach = PanelButton("lessons", teach, "quiet")
        self.mend = PanelButton("mend", lambda: send(ask.MendFault()))
        self.values: dict[str, dict[str, Value]] = {
            name: {key: parameter.default for key, parameter in parameters_of(fault).items()}
            for name, fault in FAULTS.items()
        }
        super().__init__(panel, **kwargs)
        self._list = BoxLayout(orientation="vertical", size_hint_y=None)
        self._list.bind(minimum_height=self._list.setter("height"))
        self.scroll = CrispScroll()
        self.scroll.add_widget(self._list)
        self.rows = {name: FaultRow(fault, panel, self._flip, self._open) for name, fault in FAULTS.items()}
        self.groups = tuple(FaultGroup(faults, panel) for faults in by_outcome(FAULTS.values()))
        for group in self.groups:
            for widget in (group, *(self.rows[fault.name] for fault in group.faults)):
                self._list.add_widget(widget)
        self.opened = ""
        self._steppers: Steppers | None = None
        self.add_widget(self.scroll)
        self.add_widget(self.mend)
        self.add_widget(self.teach)

    def heading(self) -> str:
        """Its name and how many are set."""
        translate, active = self.panel.translate, self.panel.state.get("faults", {})
        said = translate("faults.set", count=len(active)) if active else translate("faults.none")
        names = ", ".join(name.replace("_", " ") for name in active)
        return f"{translate('faults')} · {said}" + (f": {names}" if names else "")

    def head(self, theme: Theme) -> None:
        """The heading, red while something is set, as far as the button leaves it room."""
        colour = theme.palette.danger if self.panel.state.get("faults") else theme.palette.soft_ink
        most = self.width - 3 * self.pad - self.gap - self.mend.natural_width() - self.teach.natural_width()
        words = ink.fitted(self.heading(), round(theme.text_px), ink.SEMIBOLD, most)
        ink.write(words, self.x + self.pad, self.heading_y, theme.text_px, colour, ink.SEMIBOLD)

    # --- acting -----------------------------------------------------------------------------------------
    def _flip(self, fault: Fault) -> None:
        if fault.name in self.panel.state.get("faults", {}):
            self._send(ask.MendFault(name=fault.name))
        else:
            self._send(fault_request(fault, self.values[fault.name]))

    def _open(self, fault: Fault) -> None:
        """Show one fault's parameters; a second touch closes them."""
        if self._steppers is not None:
            self._list.remove_widget(self._steppers)
            self._steppers = None
        was, self.opened = self.opened, "" if self.opened == fault.name else fault.name
        for name in (was, self.opened):
            if name:
                self.rows[name].open = name == self.opened
                self.rows[name].repaint()
        if self.opened:
            active = self.panel.state.get("faults", {}).get(fault.name)
            if active:
                self.values[fault.name] = dict(active)
            self._steppers = Steppers(fault, self.panel, self.values[fault.name], self._step)
            self._list.add_widget(self._steppers, index=self._list.children.index(self.rows[fault.name]))
            # Once the list has its new height.
            Clock.schedule_once(lambda _: self._into_sight(), 0)

    def _into_sight(self) -> None:
        if self._steppers is not None and self._list.height > self.scroll.height:
            self.scroll.scroll_to(self._steppers, padding=4, animate=False)

    def _step(self, fault: Fault, name: str, steps: int) -> None:
        values = self.values[fault.name]
        values[name] = stepped(parameters_of(fault)[name], values[name], steps)
        if fault.name in self.panel.state.get("faults", {}):
            self._send(fault_request(fault, values))
        if self._steppers is not None:
            self._steppers.show()

    # --- showing ----------------------------------------------------------------------------------------
    def place(self) -> None:
        """The list below the heading."""
        theme = look.theme
        height = self.bar_height
        self._label()
        y = self.bar_bottom
        wide = self.mend.natural_width() + self.gap + self.teach.natural_width()
        lay_out_row([self.teach, self.mend], self.right - self.pad - wide, y, height, self.gap)
        self.scroll.dress()
        self.scroll.pos = (self.x + self.pad / 2, self.y + self.pad / 2)
        self.scroll.size = (self.width - self.pad, y - self.gap - self.y - self.pad / 2)
        self._list.padding = (0, 0, round(theme.mm(3.6)), 0)
        for group in self.groups:
            group.resize(theme)
        for row in self.rows.values():
            row.resize(theme)
        if self._steppers is not None:
            self._steppers.show()

    def _label(self) -> None:
        self.teach.show(self.panel.translate("lessons"))
        self.mend.show(self.panel.translate("mend"), enabled=bool(self.panel.state.get("faults")))

    def refresh(self, *, whole: bool = False) -> None:
        """Show which are set."""
        self._label()
        active = self.panel.state.get("faults", {})
        changed = False
        for name, row in self.rows.items():
            if row.on != (name in active):
                row.on, changed = name in active, True
                row.repaint()
            elif whole:
                row.repaint()
        if changed and not whole:
            self.again()
