"""Things one touches: a button made from an `Action`, and lists of them.

Responsible for: looks by kind, focus ring, press, held press, and being harmless when tapped twice. Not
responsible for: what a touch means (`Action.does` is handed to `send`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.shown import Action, Kind
from ui.widgets.icons import draw_icon
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

TWICE_S = 0.4
"""A second press of the same button this soon is a double tap, unless it types or counts."""


class BigButton(ButtonBehavior, Widget):
    """One touch target. `style` `plain` is the usual one, `tool` has its icon above a small label, `key` is a digit."""

    action = ObjectProperty(None, allownone=True)
    send = ObjectProperty(None, allownone=True)
    style = OptionProperty("plain", options=("plain", "tool", "key", "hero", "row"))
    focused = BooleanProperty(False)
    held = NumericProperty(0.0)
    icon_only = BooleanProperty(False)
    natural_height = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._label = Label(halign="center", valign="middle")
        self._note = Label(halign="center", valign="middle")
        super().__init__(**kwargs)
        self.add_widget(self._label)
        self.add_widget(self._note)
        self._pressed_at = -10.0
        self._holding: Any = None
        self._owed: Any = None
        """What is to be sent when the finger leaves, of a held press that has acted."""
        self._redraw = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "action", "state", "focused", "held", "style"):
            self.fbind(name, self._redraw)
        look.follow(self, BigButton._again)
        self.fbind("size", self._measure)
        self.fbind("action", self._measure)
        self.fbind("style", self._measure)
        look.follow(self, BigButton._measure)
        self._measure()

    # --- looks ------------------------------------------------------------------------------------------
    @property
    def labels(self) -> tuple[Any, Any]:
        """Label and note, for tests that measure."""
        return self._label, self._note

    def _again(self) -> None:
        self._redraw()

    def _colours(self) -> tuple[Any, Any, Any]:
        """Fill, border and ink; None is not drawn."""
        palette, action = look.theme.palette, self.action
        pressed = self.state == "down"
        if not action.enabled:
            return palette.paper, palette.line, palette.soft_ink
        if action.kind is Kind.DANGER:
            return palette.danger, palette.danger, palette.on_danger
        if action.kind is Kind.PRIMARY:
            return (palette.accent_pressed if pressed else palette.accent), palette.accent, palette.on_accent
        if action.chosen:
            return palette.tint, palette.accent, palette.accent
        if action.kind is Kind.QUIET:
            return (palette.tint if pressed else None), None, palette.ink
        return (palette.tint if pressed else palette.card), palette.edge, palette.ink

    def _measure(self, *_: Any) -> None:
        """Set words and sizes; `natural_height` is what this button needs at its width."""
        action, theme = self.action, look.theme
        if action is None:
            return
        label, note = self._label, self._note
        sizes = {"tool": theme.small, "key": theme.title, "hero": theme.title, "plain": theme.lead, "row": theme.text}
        size = sizes[self.style]
        if self.style == "key" and not action.label.isdigit():
            size = theme.small
        label.font_name = theme.regular if action.kind is Kind.QUIET and not action.chosen else theme.semibold
        if self.style == "hero":
            label.font_name = theme.bold
        label.font_size = size
        label.text = (
            "" if action.icon in ("plus", "minus") and self.style == "plain" and self.icon_only else action.label
        )
        most = max(1.0, self.width - self._insets())
        _wrap(label, most)
        note.font_name, note.font_size = theme.regular, theme.small
        note.text = action.note if self.style != "tool" else ""
        _wrap(note, most)
        pad = theme.mm({"tool": 2.2, "key": 2.2, "row": 1.2}.get(self.style, 3.0))
        inner = label.texture_size[1] * bool(label.text) + note.texture_size[1] * bool(note.text)
        if self.style == "tool" and action.icon:
            inner += self._icon_size() + theme.mm(0.6)
        self.natural_height = max(theme.target, inner + 2 * pad)

    def _icon_size(self) -> float:
        scale = {"tool": 7.0, "key": 7.0, "hero": 12.0, "plain": 8.0, "row": 6.0}[self.style]
        return look.theme.mm(scale)

    def _insets(self) -> float:
        """Width that is not for words."""
        theme = look.theme
        pad = theme.mm({"tool": 1.5, "key": 1.5, "row": 2.0}.get(self.style, 5.0))
        beside = self.action.icon and self.style in ("plain", "hero", "row") and not self.icon_only
        return float(2 * pad + (self._icon_size() + theme.gap if beside else 0))

    def _draw(self, *_: Any) -> None:
        action, theme = self.action, look.theme
        if action is None or self.width < 2 or self.height < 2:
            return
        fill, border, ink = self._colours()
        radius = min(theme.radius, self.height / 2)
        self.canvas.before.clear()
        with self.canvas.before:
            if self.focused:
                ring = theme.ring
                Color(rgba=theme.palette.focus)
                SmoothLine(
                    rounded_rectangle=(
                        self.x - ring,
                        self.y - ring,
                        self.width + 2 * ring,
                        self.height + 2 * ring,
                        radius + ring,
                    ),
                    width=ring * 0.6,
                )
            if fill is not None:
                Color(rgba=fill)
                SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[radius])
            if self.held > 0:
                Color(rgba=theme.palette.accent_pressed if action.kind is Kind.PRIMARY else theme.palette.tint)
                SmoothRoundedRectangle(
                    pos=self.pos, size=(max(2 * radius, self.width * self.held), self.height), radius=[radius]
                )
            if border is not None:
                Color(rgba=border)
                width = theme.stroke if action.chosen else theme.hair
                inset = width
                SmoothLine(
                    rounded_rectangle=(
                        self.x + inset,
                        self.y + inset,
                        self.width - 2 * inset,
                        self.height - 2 * inset,
                        radius,
                    ),
                    width=width,
                )
            if action.hold:
                # On a filled button the border has the colour of the filling.
                Color(rgba=ink if action.kind in (Kind.PRIMARY, Kind.DANGER) else border or ink)
                inset = theme.mm(1.4)
                SmoothLine(
                    rounded_rectangle=(
                        self.x + inset,
                        self.y + inset,
                        self.width - 2 * inset,
                        self.height - 2 * inset,
                        radius - inset / 2,
                    ),
                    width=theme.hair,
                )
            self._place(ink)

    def _place(self, ink: Any) -> None:
        """Put words and icon; the icon goes into the canvas that is open."""
        theme, action, label, note = look.theme, self.action, self._label, self._note
        label.color = note.color = ink
        icon = self._icon_size() if action.icon else 0.0
        words_h = label.texture_size[1] * bool(label.text) + note.texture_size[1] * bool(note.text)
        words_w = max(label.texture_size[0] * bool(label.text), note.texture_size[0] * bool(note.text))
        if self.style in ("tool", "key") and action.icon:
            gap = theme.mm(0.6)
            top = self.center_y + (icon + gap + words_h) / 2
            draw_icon(action.icon, self.center_x - icon / 2, top - icon, icon, ink, theme.stroke * 0.62)
            label.size = label.texture_size
            label.center_x, label.top = self.center_x, top - icon - gap
            note.size = (0, 0)
            return
        left = self.center_x - words_w / 2
        if action.icon:
            gap = theme.gap if words_w else 0.0
            left = self.center_x - (icon + gap + words_w) / 2
            draw_icon(action.icon, left, self.center_y - icon / 2, icon, ink, theme.stroke * 0.75)
            left += icon + gap
        top = self.center_y + words_h / 2
        label.size = label.texture_size if label.text else (0, 0)
        label.center_x, label.top = left + words_w / 2, top
        note.size = note.texture_size if note.text else (0, 0)
        note.center_x, note.top = left + words_w / 2, top - label.height

    # --- pressing ---------------------------------------------------------------------------------------
    def on_touch_down(self, touch: Any) -> bool:
        """A disabled button takes the touch and does nothing with it."""
        if self.action is None or not self.collide_point(*touch.pos):
            return False
        if not self.action.enabled:
            return True
        return bool(super().on_touch_down(touch))

    def on_press(self) -> None:
        """Begin a held press where one is asked for."""
        if self.action.hold:
            self._begin_hold()

    def on_release(self) -> None:
        """Act, unless this one had to be held."""
        if self.action.hold:
            self._end_hold()
        else:
            self.act()

    def on_state(self, _button: Any, state: str) -> None:
        """A finger that leaves ends a held press wherever it was lifted, also beside the button."""
        if state == "normal":
            self._end_hold()

    def on_touch_move(self, touch: Any) -> bool:
        """Sliding off is letting go."""
        if touch.grab_current is self and self.action is not None and self.action.hold:
            if not self.collide_point(*self.to_widget(*touch.pos)):
                self._end_hold()
            return True
        return bool(super().on_touch_move(touch))

    def on_parent(self, _button: Any, parent: Any) -> None:
        """A button that is taken off the glass is held by nobody."""
        if parent is None:
            self._end_hold()

    def _begin_hold(self) -> None:
        self._end_hold()
        self._holding = Clock.schedule_interval(self._hold, 1 / 20)

    def _hold(self, elapsed_s: float) -> None:
        self.held = min(1.0, self.held + elapsed_s / look.theme.motion.hold_s)
        if self.held >= 1.0:
            self._end_hold()
            if self.act():
                self._owed = self.action.released

    def _end_hold(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
        self.held = 0.0
        owed, self._owed = self._owed, None
        if owed is not None and self.send:
            self.send(owed)

    def key_down(self) -> None:
        """Enter or Space went down while this has the focus."""
        if self.action.enabled and self.action.hold:
            if self._holding is None:
                self._begin_hold()
        elif self.action.enabled:
            self.act()

    def key_up(self) -> None:
        """The key was let go."""
        self._end_hold()

    def act(self) -> bool:
        """Send what this button does; a double tap counts once. Whether it was sent."""
        now = Clock.get_time()
        counts = self.style == "key" or self.icon_only
        if self.action.enabled and self.send and (counts or now - self._pressed_at > TWICE_S):
            self._pressed_at = now
            self.send(self.action.does)
            return True
        return False


def _wrap(label: Label, most: float) -> None:
    """Set the label's text in one line where it fits, else wrapped at `most`; its texture is as wide as its words."""
    label.text_size = (None, None)
    label.texture_update()
    if label.texture_size[0] > most:
        label.text_size = (most, None)
        label.texture_update()


class _Actions:
    """Shared by the lists: keeps the widgets of actions that stay, so that a press is never lost to a redraw."""

    def refresh(self: Any, *_: Any) -> None:
        """Make the children match `actions`."""
        actions: tuple[Action, ...] = self.actions or ()
        buttons = [child for child in reversed(self.children) if isinstance(child, BigButton)]
        if [b.action.id for b in buttons] == [a.id for a in actions]:
            for button, action in zip(buttons, actions, strict=True):
                button.action = action
            return
        self.clear_widgets()
        for action in actions:
            self.add_widget(self.make(action))


class ActionGrid(_Actions, GridLayout):
    """Buttons in columns of equal width, each row as high as its highest needs."""

    role = StringProperty("")

    actions = ObjectProperty(())
    send = ObjectProperty(None, allownone=True)
    button_style = OptionProperty("plain", options=("plain", "tool", "key", "hero", "row"))

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("cols", 1)
        self._level_soon = Clock.create_trigger(self._level, -1)
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self.fbind("cols", self._level_soon)
        self.fbind("button_style", self._restyle)
        self.fbind("actions", self.refresh)
        self.fbind("minimum_height", self.setter("height"))
        look.follow(self, ActionGrid._space)
        self._space()
        self.refresh()

    def _space(self, *_: Any) -> None:
        self.spacing = look.theme.gap

    def make(self, action: Action) -> BigButton:
        """One button."""
        button = BigButton(action=action, style=self.button_style, size_hint_y=None)
        button.send = lambda does: self.send(does) if self.send else None
        button.fbind("natural_height", self._level_soon)
        button.height = button.natural_height
        self._level_soon()
        return button

    def _restyle(self, *_: Any) -> None:
        for child in self.children:
            child.style = self.button_style

    def _level(self, *_: Any) -> None:
        """Buttons of a row are as high as its highest."""
        buttons = [child for child in reversed(self.children) if isinstance(child, BigButton)]
        for start in range(0, len(buttons), self.cols):
            row = buttons[start : start + self.cols]
            height = max(button.natural_height for button in row)
            for button in row:
                button.height = height


class MainButtons(_Actions, BoxLayout):
    """The main buttons of a screen: the primary one on its own row where there is room, else in one row."""

    actions = ObjectProperty(())
    send = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, **kwargs)
        self.fbind("actions", self._rebuild)
        self.fbind("minimum_height", self.setter("height"))
        look.follow(self, MainButtons._rebuild)
        self._shape: tuple[Any, ...] = ()

    @property
    def buttons(self) -> list[BigButton]:
        """All, in order."""
        return [b for row in reversed(self.children) for b in reversed(row.children) if isinstance(b, BigButton)]

    def _rebuild(self, *_: Any) -> None:
        theme = look.theme
        actions = tuple(self.actions or ())
        shape = (tuple((a.id, a.kind) for a in actions), theme.compact, theme.px_per_mm)
        if shape == self._shape:
            by_id = {a.id: a for a in actions}
            for button in self.buttons:
                button.action = by_id[button.action.id]
            return
        self._shape = shape
        self.clear_widgets()
        self.spacing = theme.gap
        strong = [a for a in actions if a.kind in (Kind.PRIMARY, Kind.DANGER)]
        other = [a for a in actions if a not in strong]
        rows = [strong, other] if not theme.compact else [[*reversed(other), *strong]]
        for row in rows:
            if row:
                self.add_widget(self._row(row))

    def _row(self, actions: list[Action]) -> BoxLayout:
        theme = look.theme
        row = BoxLayout(spacing=theme.gap, size_hint_y=None)

        for action in actions:
            strong = action.kind in (Kind.PRIMARY, Kind.DANGER)
            button = BigButton(action=action, size_hint_x=1.5 if strong else 1.0)
            button.send = lambda does: self.send(does) if self.send else None
            row.add_widget(button)
        big = any(a.kind in (Kind.PRIMARY, Kind.DANGER) for a in actions)
        least = theme.big_target if big else theme.target

        def fit_big(*_: Any) -> None:
            row.height = max(least, *(c.natural_height for c in row.children))

        for button in row.children:
            button.fbind("natural_height", fit_big)
        fit_big()
        return row
