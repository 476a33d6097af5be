"""What frames every page: the SIMULATED banner, the header, the row of languages and aids.

Responsible for: drawing them. Not responsible for: their words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import Action, Shown
from ui.widgets.buttons import ButtonRow
from ui.widgets.caption import Caption, width_of
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Quad, Rectangle, SmoothRoundedRectangle
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

TOOL_GAP_MM, TOOL_PAD_MM = 1.5, 3.0
FIRST_AIDS = ("aid_speech", "aid_contrast", "aid_steady", "aid_reach")
"""Aids that always stand in the row; the others come with speech."""


class Banner(Widget):
    """Yellow and black over the whole width: nobody takes this for a real machine."""

    text = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self._label = Caption()
        self.add_widget(self._label)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "text"):
            self.fbind(name, self._trigger)
        look.follow(self, Banner._again)

    def _again(self) -> None:
        self._trigger()

    def _draw(self, *_: Any) -> None:
        theme = look.theme
        p = theme.palette
        label = self._label
        label.write(self.text, theme.bold, theme.small_px, self.width - 2 * theme.mm(4))
        self.height = max(theme.mm(11), label.texture_size[1] + theme.mm(3)) if self.text else 0
        label.color, label.size = p.on_warn, label.texture_size
        label.center = self.center
        self.canvas.before.clear()
        if not self.text:
            return
        with self.canvas.before:
            Color(rgba=p.warn)
            Rectangle(pos=self.pos, size=self.size)
            Color(rgba=p.on_warn)
            h, step = self.height, self.height * 1.3
            # The outermost stripes run over the edge of the glass, which cuts them off.
            x = self.x - h
            while x < self.right:
                clear = theme.mm(4)
                if x + h * 1.65 < label.x - clear or x > label.right + clear:
                    Quad(points=(x, self.y, x + h * 0.65, self.y, x + h * 1.65, self.top, x + h, self.top))
                x += step


class Header(Widget):
    """The store's name, and that staff are coming."""

    store = StringProperty("")
    badge = StringProperty("")
    ink = StringProperty("soft_ink")
    """Of the store's name: a name of the palette."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, **kwargs)
        self._store, self._badge = Caption(), Caption()
        self.add_widget(self._store)
        self.add_widget(self._badge)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "store", "badge", "ink"):
            self.fbind(name, self._trigger)
        look.follow(self, Header._again)
        self._draw()

    def _again(self) -> None:
        self._trigger()

    def _draw(self, *_: Any) -> None:
        theme = look.theme
        p = theme.palette
        self.height = theme.mm(11 if theme.compact else 14)
        for label, text, font, colour in (
            (self._store, self.store, theme.semibold, getattr(p, self.ink)),
            (self._badge, self.badge, theme.semibold, p.accent),
        ):
            label.write(text, font, theme.small_px)
            label.color, label.size = colour, label.texture_size
        self._store.x, self._store.center_y = self.x + theme.margin_px, self.center_y
        self._badge.right, self._badge.center_y = self.right - theme.margin_px - theme.mm(4), self.center_y
        self.canvas.before.clear()
        if self.badge:
            b = self._badge
            with self.canvas.before:
                Color(rgba=p.tint)
                h = theme.mm(10)
                SmoothRoundedRectangle(
                    pos=(b.x - theme.mm(4), self.center_y - h / 2), size=(b.width + theme.mm(8), h), radius=[h / 2]
                )


class Toolbar(BoxLayout):
    """Languages, aids and the staff door, at the bottom where everybody reaches them."""

    send = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        self._shape: tuple[Any, ...] = ()
        self._shown: Shown | None = None
        look.follow(self, Toolbar._again)

    def _again(self, *_: Any) -> None:
        if self._shown is not None:
            self.show(self._shown)

    def show(self, shown: Shown) -> None:
        """Make the buttons match."""
        self._shown = shown
        aids = [a for a in shown.aids if a.id in FIRST_AIDS]
        aids += [shown.staff_door] if shown.staff_door else []
        first = [*shown.languages, *aids]
        # Where one row does not hold the words there are two. A lengthwise glass has no height for that, nor have the
        # pages of who serves the kiosk.
        low = look.theme.width_px > look.theme.height_px or shown.page in ("staff", "service")
        rows = [first]
        if not self._fits(first):
            rows = [self._shortened(first)] if low else [list(shown.languages), aids]
        rows.append([a for a in shown.aids if a.id not in FIRST_AIDS])
        shape = (tuple(tuple(a.id for a in row) for row in rows), look.theme.px_per_mm, look.theme.compact)
        if shape == self._shape:
            by_id = {a.id: a for row in rows for a in row}
            for row in self.children:
                for button in row.children:
                    button.action = by_id[button.action.id]
                    button.size_hint_x = _needed(button.action)
            return
        self._shape = shape
        there = {button.action.id: button for row in self.children for button in row.children}
        self.clear_widgets()
        theme = look.theme
        self.spacing = theme.gap_px
        for row in reversed([row for row in rows if row]):
            line = ButtonRow(theme.target_px, spacing=theme.mm(TOOL_GAP_MM))
            for action in row:
                line.put(action, there.get(action.id), lambda does: self.send(does) if self.send else None, "tool")
                line.children[0].size_hint_x = _needed(action)
            self.add_widget(line)

    def _shortened(self, row: list[Action]) -> list[Action]:
        """Languages by their codes; and where even so the words have no room, the others by their icons alone."""
        coded = [replace(a, label=a.short, says=a.spoken) if a.short else a for a in row]
        if self._fits(coded):
            return coded
        return [replace(a, label="", says=a.spoken) if a.icon else a for a in coded]

    def _fits(self, row: list[Action]) -> bool:
        """Whether their words have room beside each other."""
        theme = look.theme
        room = theme.width_px - 2 * theme.margin_px
        return sum(map(_needed, row)) + theme.mm(TOOL_GAP_MM) * (len(row) - 1) <= room


def _needed(action: Action) -> float:
    """The width of a tool, chosen or not."""
    theme = look.theme
    return max(theme.target_px, width_of(action.label, theme.semibold, theme.small_px) + theme.mm(TOOL_PAD_MM) + 2)
