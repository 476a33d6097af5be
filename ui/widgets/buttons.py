"""Lists of buttons: a grid, and the main buttons of a screen.

Responsible for: rows of equal height, and keeping the buttons that stay, so that no press is lost to a redraw and
nothing is made anew that is there. Not responsible for: the button (`ui.widgets.button`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import Action, ButtonKind
from ui.widgets.button import BigButton, needed_width
from ui.widgets.look import look
from ui.widgets.press import STYLES

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.layout import Layout

STRONG = (ButtonKind.PRIMARY, ButtonKind.DANGER)


def even(buttons: Sequence[BigButton]) -> None:
    """Have neighbours written in letters of one size."""
    least = min((button.fitting_px for button in buttons), default=0)
    for button in buttons:
        button.label_px = least


class ButtonRow(BoxLayout):
    """Buttons beside each other, as high as the highest needs."""

    def __init__(self, least: float, **kwargs: Any) -> None:
        self._least = least
        super().__init__(size_hint_y=None, height=least, **kwargs)

    def put(self, action: Action, there: BigButton | None, send: Callable[[Any], Any], style: str = "plain") -> None:
        """Add the button of `action`: the one that is `there` already, wherever it stands, or a new one."""
        button: Any = there or BigButton(action=action, style=style)
        if button.parent is not None:
            button.parent.remove_widget(button)
        button.action, button.send = action, send
        self.add_widget(button)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Follow its height."""
        super().add_widget(widget, *args, **kwargs)
        widget.fbind("natural_height", self._fit)
        widget.fbind("fitting_px", self._fit)
        self._fit()

    def remove_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Follow it no longer."""
        widget.funbind("natural_height", self._fit)
        widget.funbind("fitting_px", self._fit)
        super().remove_widget(widget, *args, **kwargs)

    def _fit(self, *_: Any) -> None:
        even([child for child in self.children if child.action.kind not in STRONG])
        for child in self.children:
            if child.action.kind in STRONG:
                child.label_px = 0
        self.height = max([self._least, *(child.natural_height for child in self.children)])


class _Actions:
    """Shared by the lists: keeps the widgets of actions that stay, so that a press is never lost to a redraw."""

    _spare: list[BigButton]
    """Of actions that are offered no more: to serve another takes a third of the time of making one."""

    def refresh(self: Any, *_: Any) -> None:
        """Make the children match `actions`."""
        actions: tuple[Action, ...] = self.actions or ()
        buttons = [child for child in reversed(self.children) if isinstance(child, BigButton)]
        if [b.action.id for b in buttons] == [a.id for a in actions]:
            for button, action in zip(buttons, actions, strict=True):
                button.action = action
            return
        serve = self._serving(buttons, actions)
        self.clear_widgets()
        for action in actions:
            button = serve(action) or self.make(action)
            button.action = action
            self.add_widget(button)
        self._trigger_layout()

    def _serving(self, buttons: Sequence[BigButton], actions: Sequence[Action]) -> Callable[[Action], BigButton | None]:
        """Which button there is serves an action: the one that does already, else one that serves none any more."""
        there = {button.action.id: button for button in buttons}
        wanted = {action.id for action in actions}
        gone = [button for key, button in there.items() if key not in wanted]
        for button in gone:
            button.let_go()
        # Under a finger it stays what it was.
        self._spare = [*(button for button in gone if button.state == "normal"), *self._spare]

        def serve(action: Action) -> BigButton | None:
            if action.id in there:
                return there[action.id]
            if not self._spare:
                return None
            button = self._spare.pop(0)
            button.begin_anew()
            look.dress(button)
            return button

        return serve


class ActionGrid(_Actions, Layout):
    """Buttons in columns of equal width, each row as high as its highest needs, never more columns than buttons.

    What does not fill the last row shares it, unless one looks for a thing by its column.
    """

    role = StringProperty("")

    actions = ObjectProperty(())
    send = ObjectProperty(None, allownone=True)
    button_style = OptionProperty("plain", options=STYLES)
    cols = NumericProperty(1)
    room = NumericProperty(0)
    """Height that is there for it: rows grow until they fill it, or are `tallest` times what a finger needs."""
    tallest = NumericProperty(1.6)

    def __init__(self, **kwargs: Any) -> None:
        self._spare = []
        super().__init__(size_hint_y=None, height=0, **kwargs)
        for name in ("pos", "width", "cols", "children", "room", "tallest"):
            self.fbind(name, self._trigger_layout)
        self.fbind("button_style", self._restyle)
        self.fbind("actions", self.refresh)
        look.follow(self, ActionGrid.again)
        self.refresh()

    def make(self, action: Action) -> BigButton:
        """One button."""
        button = BigButton(action=action, style=self.button_style, size_hint=(None, None))
        button.send = lambda does: self.send(does) if self.send else None
        button.fbind("natural_height", self._trigger_layout)
        button.fbind("fitting_px", self._trigger_layout)
        return button

    def again(self) -> None:
        """Other letters may need other heights."""
        self._trigger_layout()

    def _restyle(self, *_: Any) -> None:
        for button in (*self.children, *self._spare):
            button.style = self.button_style
        self._trigger_layout()

    def do_layout(self, *_: Any) -> None:
        """Widths, then letters of one size, then heights, then places."""
        gap, buttons = look.theme.gap_px, self.children[::-1]
        if not buttons:
            self.height = 0
            return
        columns = int(max(1, min(self.cols, len(buttons))))
        rows = [buttons[start : start + columns] for start in range(0, len(buttons), columns)]
        for row in rows:
            beside = len(row) if self.button_style in ("plain", "topic") else columns
            for button in row:
                button.width = (self.width - gap * (beside - 1)) / beside
        even(buttons)
        heights = self._grown([max(button.natural_height for button in row) for row in rows])
        self.height = sum(heights) + gap * (len(rows) - 1)
        # Counted from where it stands upwards: its own height follows from here.
        y = self.y + self.height
        for row, height in zip(rows, heights, strict=True):
            y -= height
            for at, button in enumerate(row):
                button.height = height
                button.pos = self.x + at * (button.width + gap), y
            y -= gap

    def _grown(self, heights: list[float]) -> list[float]:
        """As high as fills the room there is, all by as much; never lower than their words need."""
        theme = look.theme
        spare = (self.room - sum(heights) - theme.gap_px * (len(heights) - 1)) / len(heights)
        if spare < 1:
            return heights
        return [max(height, min(height + spare, self.tallest * theme.target_px)) for height in heights]


class MainButtons(_Actions, BoxLayout):
    """The main buttons of a screen: the primary one on its own row where there is room, else in one row."""

    actions = ObjectProperty(())
    send = ObjectProperty(None, allownone=True)
    role = StringProperty("")
    stacked = BooleanProperty(False)
    """This list stands in a column: more than two do not fit beside each other."""

    def __init__(self, **kwargs: Any) -> None:
        self._spare = []
        super().__init__(orientation="vertical", size_hint_y=None, height=0, **kwargs)
        self.fbind("actions", self._rebuild)
        self.fbind("width", self._rebuild)
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
        rows = self._rows(actions)
        shape = (tuple(tuple((a.id, a.kind) for a in row) for row in rows), theme.px_per_mm)
        if shape == self._shape:
            by_id = {a.id: a for a in actions}
            for button in self.buttons:
                button.action = by_id[button.action.id]
            for line in self.children:
                self._share(line)
            return
        self._shape = shape
        serve = self._serving(self.buttons, actions)
        self.clear_widgets()
        self.spacing = theme.gap_px
        for wanted in rows:
            big = any(a.kind in STRONG for a in wanted)
            row = ButtonRow(theme.big_target_px if big else theme.target_px, spacing=theme.gap_px)
            for action in wanted:
                row.put(action, serve(action), lambda does: self.send(does) if self.send else None)
            self._share(row)
            self.add_widget(row)

    def _rows(self, actions: Sequence[Action]) -> list[list[Action]]:
        """Which stand beside each other: no more than have room for their words."""
        strong = [a for a in actions if a.kind in STRONG]
        other = [a for a in actions if a not in strong]
        if self.stacked and len(actions) > 2:
            # Height is what a lengthwise glass lacks.
            return [row for row in (strong, *(other[i : i + 2] for i in range(0, len(other), 2))) if row]
        if look.theme.compact:
            rows = [[*reversed(other), *strong]]
            if not self._fits(rows[0]):
                rows = [strong, other]
        else:
            rows = [strong, other]
        return [part for row in rows for part in self._filled(row)]

    def _share(self, row: ButtonRow) -> None:
        """All alike where each has room for its words, else each as much as its words need."""
        theme = look.theme
        buttons = row.children
        alike = (self.width - theme.gap_px * (len(buttons) - 1)) / max(1, len(buttons))
        fits = all(needed_width(button.action, theme.lead_px) <= alike for button in buttons)
        for button in buttons:
            button.size_hint_x = 1.0 if fits else needed_width(button.action, _least_px())

    def _filled(self, row: Sequence[Action]) -> list[list[Action]]:
        """As many beside each other as there is room for."""
        parts: list[list[Action]] = []
        for action in row:
            if parts and self._fits([*parts[-1], action]):
                parts[-1].append(action)
            else:
                parts.append([action])
        return parts

    def _fits(self, row: Sequence[Action]) -> bool:
        theme = look.theme
        needed = sum(needed_width(action, _least_px()) for action in row) + theme.gap_px * (len(row) - 1)
        return len(row) < 2 or self.width < theme.target_px or needed <= self.width


def _least_px() -> float:
    """The letters below which buttons rather stand below each other."""
    return look.theme.small_px if look.theme.compact else look.theme.text_px
