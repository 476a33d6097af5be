"""The panel's window as one widget: banner, bar, five cards, the line at the foot, on one grid.

Responsible for: where each part stands in a window of any size (in a narrow one the two columns stand one behind the
other, under tabs), and walking the focus. Not responsible for: what parts show, or the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.catalogue import Catalogue
from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel.blade_view import BladeCard
from ui.panel.card import PanelCard
from ui.panel.faults_view import FaultsCard
from ui.panel.keys_view import KeysCard
from ui.panel.lesson_view import LessonCard
from ui.panel.machine_view import MachineCard
from ui.panel.requests import PanelState
from ui.panel.scrub_view import ScrubBar
from ui.panel.style import is_tabbed
from ui.panel.tabs import TabBar
from ui.panel.tap import Tap
from ui.panel.top_bar import Acts, StatusLine, TopBar
from ui.panel.wire_view import WireCard
from ui.widgets.frame import Banner
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

RIGHT_PART = 0.345
MACHINE_PART, BLADE_PART = 0.45, 0.31
KEYS_PART = 0.47
"""Of the right column's height; of a tab's width."""


class PanelLayout(Widget):
    """Everything in the window."""

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], acts: Acts, catalogue: Catalogue
    ) -> None:
        super().__init__()
        self.panel = panel
        self.focused: Tap | None = None
        self.banner = Banner()
        self.bar = TopBar(panel, send, acts)
        self.machine = MachineCard(panel, send)
        self.blade = BladeCard(panel)
        self.wire = WireCard(panel, acts.past)
        self.keys = KeysCard(panel, send, catalogue)
        self.faults = FaultsCard(panel, send, lambda: self.teach(True))
        self.lessons = LessonCard(panel, send, lambda: self.teach(False))
        self.scrub = ScrubBar(panel, send, acts.present)
        self.status = StatusLine(panel)
        self.tabs = TabBar(panel, self.turn_to)
        self._head: PanelCard = self.bar
        self._aside: PanelCard = self.faults
        self.cards: tuple[PanelCard, ...] = ()
        self.add_widget(self.banner)
        self._soon = Clock.create_trigger(self._place, -1)
        self.fbind("size", self._soon)
        self.banner.fbind("height", self._soon)
        look.follow(self, PanelLayout.again)
        self._stand()
        self.speak()

    def teach(self, taught: bool) -> None:
        """Lessons in the place of the faults, or the faults again."""
        self._aside = self.lessons if taught else self.faults
        self._stand()

    def go_back(self, back: bool) -> None:
        """The last job's lines in the place of time, or time again."""
        self._head = self.scrub if back else self.bar
        self._stand()

    def turn_to(self, tab: int) -> None:
        """Another tab of a narrow window."""
        self.tabs.chosen = tab
        self._stand()
        self.tabs.again()

    def _stand(self) -> None:
        """Put the cards up that are wanted now, in the order the focus walks, and take the others down."""
        columns = (self.machine, self.blade, self.wire), (self.keys, self._aside)
        if is_tabbed(self.width):
            cards: tuple[PanelCard, ...] = (self._head, self.tabs, *columns[self.tabs.chosen], self.status)
        else:
            cards = (self._head, self.machine, self.keys, self._aside, self.blade, self.wire, self.status)
        if cards == self.cards:
            return
        self.unfocus()
        for card in self.cards:
            if card not in cards:
                self.remove_widget(card)
        for card in cards:
            if card.parent is None:
                self.add_widget(card)
                card.again()
        self.cards = cards
        self._soon()

    def again(self) -> None:
        """Place everything anew before the next frame."""
        self._soon()

    def speak(self) -> None:
        """Everything in the language in force."""
        self.banner.text = self.panel.translate("banner")
        for card in self.cards:
            card.again()

    def refresh(self) -> None:
        """Show what the panel says now."""
        for card in self.cards:
            card.refresh()

    def _place(self, *_: Any) -> None:
        self._stand()
        theme = look.theme
        gap = round(theme.mm(3))
        banner = round(theme.mm(11))
        self.banner.pos, self.banner.width = (self.x, self.top - banner), self.width
        bar, foot = round(theme.target_px * 1.2), round(theme.small_px * 1.7)
        wide = self.width - 2 * gap
        x, top = self.x + gap, self.top - banner - gap
        for over in (self.bar, self.scrub):
            over.pos, over.size = (x, top - bar), (wide, bar)
        self.status.pos, self.status.size = (x, self.y + gap // 2), (wide, foot)
        high = top - bar - gap
        low = self.y + gap // 2 + foot + gap // 2
        if is_tabbed(self.width):
            tabs = round(theme.target_px)
            self.tabs.pos, self.tabs.size = (x, high - tabs), (wide, tabs)
            high -= tabs + gap
            self._place_left(x, low, wide, high - low, gap)
            keys = round((wide - gap) * KEYS_PART)
            self.keys.pos, self.keys.size = (x, low), (keys, high - low)
            aside = (x + keys + gap, low), (wide - gap - keys, high - low)
        else:
            right = round((wide - gap) * RIGHT_PART)
            left = wide - gap - right
            self._place_left(x, low, left, high - low, gap)
            keys = round((high - low - gap) * KEYS_PART)
            x += left + gap
            self.keys.pos, self.keys.size = (x, high - keys), (right, keys)
            aside = (x, low), (right, high - low - gap - keys)
        for card in (self.faults, self.lessons):
            card.pos, card.size = aside

    def _place_left(self, x: float, low: float, wide: float, room: float, gap: float) -> None:
        machine, blade = round((room - 2 * gap) * MACHINE_PART), round((room - 2 * gap) * BLADE_PART)
        wire = room - 2 * gap - machine - blade
        self.wire.pos, self.wire.size = (x, low), (wide, wire)
        self.blade.pos, self.blade.size = (x, low + wire + gap), (wide, blade)
        self.machine.pos, self.machine.size = (x, low + room - machine), (wide, machine)

    def keep_picture(self, path: Path) -> None:
        """Write what the window shows as a PNG, its ground too, which is no part of the canvas."""
        with self.canvas.before:
            Color(rgba=look.theme.palette.paper)
            Rectangle(pos=self.pos, size=self.size)
        self.export_to_png(str(path))
        self.canvas.before.clear()

    # --- keyboard ---------------------------------------------------------------------------------------
    def taps(self) -> Iterator[Tap]:
        """All that can be pressed, in the order the focus walks."""
        for card in self.cards:
            yield from (each for each in card.walk() if isinstance(each, Tap))

    def move_focus(self, steps: int) -> Tap:
        """Walk the focus; what it comes to is scrolled into sight."""
        taps = [tap for tap in self.taps() if tap.enabled]
        at = taps.index(self.focused) + steps if self.focused in taps else (0 if steps > 0 else -1)
        self.unfocus()
        self.focused = taps[at % len(taps)]
        self.focused.focused = True
        parent = self.focused.parent
        while parent is not None and parent is not self:
            if isinstance(parent, ScrollView):
                parent.scroll_to(self.focused, padding=8, animate=False)
            parent = parent.parent if parent.parent is not parent else None
        return self.focused

    def unfocus(self) -> None:
        """Nothing has the focus."""
        if self.focused is not None:
            self.focused.focused = False
            self.focused = None
