"""How one page is laid out: picture, words and controls, stacked or side by side, always reachable.

Responsible for: where the three parts of a page stand in portrait, in landscape, and with everything one
touches brought into the lower half. Not responsible for: what is in them.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.layout import Layout

LEAST_PICTURE_MM = 28.0


class Column(BoxLayout):
    """A column as high as its children need. `role` says which part of the page it is: `words` or `controls`.

    What is empty now takes no gap either: pages hold lists for all they may ever show.
    """

    role = StringProperty("")
    group = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        # One that is empty from the beginning must not keep the height every widget starts with.
        super().__init__(orientation="vertical", size_hint_y=None, height=0, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        look.follow(self, Column._space)
        self.fbind("group", self._space)
        self._space()

    def _space(self, *_: Any) -> None:
        self.spacing = look.theme.gap_px if self.group else look.theme.wide_gap_px

    def do_layout(self, *_: Any) -> None:
        """Stack the children, the last one lowest."""
        # Summed apart from where it stands: a height that differed in its last digit from place to place would be laid
        # out again for ever.
        height = 0.0
        for child in self.children:
            if child.size_hint_x is not None:
                child.width = self.width * child.size_hint_x
            child.pos = self.x, self.y + height
            if child.height > 0:
                height += child.height + self.spacing
        self.minimum_height = max(0.0, height - self.spacing)


class Card(BoxLayout):
    """A raised surface around what belongs together; one that is not `filled` takes no room."""

    filled = BooleanProperty(True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, height=0, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        self._trigger = Clock.create_trigger(self._draw, -1)
        self.fbind("pos", self._trigger)
        self.fbind("size", self._trigger)
        look.follow(self, Card._space)
        self.fbind("filled", self._space)
        self._space()

    def _space(self, *_: Any) -> None:
        theme = look.theme
        self.spacing = theme.gap_px if self.filled else 0
        self.padding = theme.mm(5.0 if theme.compact else 8.0) if self.filled else 0
        self._trigger()

    def _draw(self, *_: Any) -> None:
        theme = look.theme
        self.canvas.before.clear()
        if self.height < 2 * theme.radius_px:
            return
        with self.canvas.before:
            Color(rgba=theme.palette.card)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[theme.radius_px])
            Color(rgba=theme.palette.line)
            SmoothLine(rounded_rectangle=(*self.pos, *self.size, theme.radius_px), width=theme.hair_px)


class Page(Layout):
    """Base of all screens: has what is shown, and a way to send what was touched."""

    shown = ObjectProperty(None, rebind=True)
    send = ObjectProperty(None, allownone=True)
    reach = BooleanProperty(False)
    stacked = BooleanProperty(False)
    """Whether this page is never laid out side by side."""
    share = NumericProperty(0.46)
    """Of the width that goes to the left part."""
    side_by_side = BooleanProperty(False)
    """Whether parts stand beside each other; kv moves rows from one part to the other by it."""

    holds_actions = BooleanProperty(False)
    """Whether the main buttons stand on the page itself now, so that the frame shows none."""

    def __init__(self, **kwargs: Any) -> None:
        self._trigger_layout = Clock.create_trigger(self.do_layout, -1)
        super().__init__(**kwargs)
        for name in ("pos", "size", "reach", "stacked", "children"):
            self.fbind(name, self._trigger_layout)
        self._dressed = look.theme
        look.follow(self, Page._again)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Follow the heights of the parts."""
        super().add_widget(widget, *args, **kwargs)
        widget.fbind("height", self._trigger_layout)

    def part(self, role: str) -> Any:
        """The child that plays `role`, or None."""
        return next((child for child in self.children if getattr(child, "role", "") == role), None)

    def begin(self) -> None:
        """This page is put up: its picture begins from its beginning."""
        picture = self.part("picture")
        if picture is not None:
            picture.begin()

    def do_layout(self, *_: Any) -> None:
        """Place the parts."""
        # By the glass, not by what this page has of it: where buttons stand decides how high a page is, and would be
        # decided by that in turn.
        lengthwise = look.theme.width_px > 1.15 * look.theme.height_px
        self.side_by_side = bool(lengthwise and not self.reach and not self.stacked)
        if self.side_by_side:
            self._beside()
        else:
            self._stacked()

    def _again(self) -> None:
        self._dressed = look.theme
        self._trigger_layout()

    def dress(self) -> None:
        """Catch up with the colours in force: while a page is not up it follows none."""
        if self._dressed is not look.theme:
            for widget in self.walk(restrict=True):
                look.dress(widget)

    def _stacked(self) -> None:
        theme = look.theme
        words, controls, picture = self.part("words"), self.part("controls"), self.part("picture")
        x, width, top, bottom = self.x + theme.margin_px, self.width - 2 * theme.margin_px, self.top, self.y
        tabs = self.part("tabs")
        if words is not None:
            words.width, words.x, words.top = width, x, top
            top -= words.height + theme.wide_gap_px
        if tabs is not None:
            tabs.width, tabs.x, tabs.y = width, x, bottom
            bottom += tabs.height + theme.gap_px
        if controls is not None:
            controls.width, controls.x, controls.y = width, x, bottom
            bottom += controls.height + theme.wide_gap_px
        self._picture(picture, x, bottom, width, top - bottom)

    def _beside(self) -> None:
        theme = look.theme
        words, controls, picture = self.part("words"), self.part("controls"), self.part("picture")
        gutter = theme.mm(10)
        usable = self.width - 2 * theme.margin_px - gutter
        share = self.share if controls is not None else 0.44
        left_w, right_w = usable * share, usable * (1 - share)
        left_x, right_x = self.x + theme.margin_px, self.x + theme.margin_px + left_w + gutter
        if controls is None:
            words.width, words.x, words.center_y = right_w, right_x, self.center_y
            self._picture(picture, left_x, self.y, left_w, self.height)
            return
        controls.width, controls.x, controls.center_y = right_w, right_x, self.center_y
        if words is None:
            self._picture(picture, left_x, self.y, left_w, self.height)
            return
        words.width, words.x = left_w, left_x
        tabs, actions = self.part("tabs"), self.part("actions")
        if tabs is not None:
            words.top, bottom = self.top, self.y
            if actions is not None:
                actions.width, actions.x, actions.y = left_w, left_x, bottom
                bottom += actions.height + theme.gap_px
            tabs.width, tabs.x, tabs.y = left_w, left_x, bottom
            return
        free = self.height - words.height - theme.wide_gap_px
        if picture is not None and free > theme.mm(LEAST_PICTURE_MM):
            words.top = self.top
            self._picture(picture, left_x, self.y, left_w, free)
        else:
            words.center_y = self.center_y
            self._picture(picture, left_x, self.y, left_w, 0)

    def _picture(self, picture: Any, x: float, y: float, width: float, height: float) -> None:
        if picture is None:
            return
        if height < look.theme.mm(LEAST_PICTURE_MM):
            picture.opacity, picture.size = 0, (0, 0)
            return
        most = look.theme.mm(190)
        picture.opacity = 1
        picture.size = (min(width, most * 1.54), min(height, most))
        picture.center = (x + width / 2, y + height / 2)
