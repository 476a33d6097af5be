"""Lists of words: steps, bullets, label-and-value lines, reasons; and a bar.

Responsible for: laying out rows that come from `Shown`. Not responsible for: choosing their words.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import StepState
from ui.widgets.icons import draw_icon
from ui.widgets.look import look
from ui.widgets.text import Headline, LeadText, SmallText, Soft, Strong, TextLabel

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget


class Rows(BoxLayout):
    """A column as high as its children need; widgets of rows are kept when `rows` change, and serve later rows."""

    rows = ObjectProperty(())

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("orientation", "vertical")
        # An empty list must not keep the height every widget starts with.
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        self._made: list[tuple[Any, Widget]] = []
        self._spare: list[tuple[Any, Widget]] = []
        """Of rows that are shown no more: writing one anew takes a third of the time of making one."""
        self.fbind("rows", self._rebuild)
        look.follow(self, lambda rows: rows.space())
        self.space()
        self._rebuild()

    def space(self) -> None:
        """Leave room between rows."""
        self.spacing = look.theme.gap_px

    def _rebuild(self, *_: Any) -> None:
        there = [*self._made, *self._spare]
        before = [widget for _, widget in self._made]
        self._made = []
        for row in self.rows or ():
            was, widget = there.pop(0) if there else (None, None)
            if widget is None or not self.write(widget, row, was):
                widget = self.make(row)
            elif widget.parent is None:
                # What was not on the glass has followed no colours.
                for part in widget.walk(restrict=True):
                    look.dress(part)
            self._made.append((row, widget))
        self._spare = there
        widgets = [widget for _, widget in self._made]
        if widgets == before:
            return
        self.clear_widgets()
        for widget in widgets:
            self.add_widget(widget)

    def kind(self, _row: Any) -> type[TextLabel]:
        """What a row is written as."""
        return TextLabel

    def make(self, row: Any) -> Widget:
        """One row."""
        return self.kind(row)(text=row)

    def write(self, widget: Any, row: Any, _before: Any) -> bool:
        """Have the widget that was made for another row show this one; False where that takes another widget."""
        if type(widget) is not self.kind(row):
            return False
        widget.text = row
        return True


class Mark(Widget):
    """A small sign beside a row: done, going on, later, or a plain dot. On a field it has that field's ink."""

    ink = StringProperty("ink")

    def __init__(self, state: StepState | None = None, icon: str = "", **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), size=(look.theme.mm(9), look.theme.mm(8)), **kwargs)
        self.state, self.icon = state, icon
        self._trigger = Clock.create_trigger(self._draw, -1)
        self.fbind("pos", self._trigger)
        self.fbind("size", self._trigger)
        self.fbind("ink", self._trigger)
        look.follow(self, Mark._again)
        self._trigger()

    def _again(self) -> None:
        self._trigger()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        p, mm = look.theme.palette, look.theme.mm
        on_paper = self.ink == "ink"
        sign, late = (p.accent, p.edge) if on_paper else [getattr(p, self.ink)] * 2
        upon = p.on_accent if on_paper else p.good.dark
        x, y = self.x + mm(3.6), self.center_y
        with self.canvas:
            if self.icon:
                draw_icon(self.icon, x - mm(3.4), y - mm(3.4), mm(6.8), sign, look.theme.stroke_px * 0.7)
            elif self.state is StepState.DONE:
                Color(rgba=sign)
                SmoothEllipse(pos=(x - mm(3.4), y - mm(3.4)), size=(mm(6.8), mm(6.8)))
                draw_icon("check", x - mm(2.2), y - mm(2.2), mm(4.4), upon, look.theme.stroke_px * 0.7)
            elif self.state is StepState.NOW:
                Color(rgba=sign)
                SmoothLine(circle=(x, y, mm(3.0)), width=look.theme.stroke_px)
                SmoothEllipse(pos=(x - mm(1.4), y - mm(1.4)), size=(mm(2.8), mm(2.8)))
            elif self.state is StepState.LATER:
                Color(rgba=late)
                SmoothLine(circle=(x, y, mm(3.0)), width=look.theme.hair_px)
            else:
                Color(rgba=sign)
                SmoothEllipse(pos=(x - mm(1.1), y - mm(1.1)), size=(mm(2.2), mm(2.2)))


def _beside(mark: Mark, words: TextLabel) -> BoxLayout:
    row = BoxLayout(size_hint_y=None, spacing=look.theme.mm(2))

    def fit(*_: Any) -> None:
        row.height = max(words.height, mark.height)

    words.fbind("height", fit)
    mark.pos_hint = {"top": 1} if words.font_size <= look.theme.text_px else {"center_y": 0.5}
    words.pos_hint = {"center_y": 0.5}
    row.add_widget(mark)
    row.add_widget(words)
    fit()
    return row


class StepList(Rows):
    """The live list of steps: done, now, later; marked by sign and by weight, not by colour alone."""

    ink = StringProperty("ink")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("ink", self._rebuild)
        self.fbind("alike", self._rebuild)

    def make(self, row: Any) -> Widget:
        """One step."""
        cls = Strong if row.state is StepState.NOW else Soft if row.state is StepState.LATER else TextLabel
        words = cls(text=row.label)
        words.scale = "lead"
        line = _beside(Mark(row.state), words)
        self.write(line, row, row)
        return line

    def write(self, widget: Any, row: Any, before: Any) -> bool:
        """Other words, where it stands as it stood."""
        words, mark = widget.children
        words.text, mark.ink = row.label, self.ink
        late = self.ink == "ink" and row.state is StepState.LATER
        words.ink = "soft_ink" if late else self.ink
        return bool(row.state is before.state)


class Bullets(Rows):
    """Short sentences, each with a dot."""

    def make(self, row: Any) -> Widget:
        """One sentence."""
        return _beside(Mark(), TextLabel(text=row))

    def write(self, widget: Any, row: Any, _before: Any) -> bool:
        """Another sentence."""
        widget.children[0].text = row
        return True


class Lines(Rows):
    """Label and value."""

    value: type[TextLabel] = Strong

    def make(self, row: Any) -> Widget:
        """One line."""
        line = BoxLayout(size_hint_y=None, spacing=look.theme.gap_px)
        label, value = Soft(), self.value(halign="right")

        def fit(*_: Any) -> None:
            line.height = max(label.height, value.height)

        for words in (label, value):
            words.pos_hint = {"center_y": 0.5}
            words.fbind("height", fit)
            line.add_widget(words)
        self.write(line, row, None)
        fit()
        return line

    def write(self, widget: Any, row: Any, _before: Any) -> bool:
        """Another label and value."""
        # By the letters of each: long values must not wrap beside a short label's empty half.
        share = min(0.6, max(0.25, len(row.label) / max(1, len(row.label) + len(row.value))))
        for words, text, width in zip(
            reversed(widget.children), (row.label, row.value), (share, 1 - share), strict=True
        ):
            words.text, words.size_hint_x = text, width
        return True


class Value(Headline):
    """What is being chosen: a headline where the glass is high."""

    def dress(self, *_: Any) -> None:
        """By the glass."""
        self.scale = "title" if look.theme.compact else "headline"
        super().dress()


class Figures(Lines):
    """Label and value, which is what is being chosen: a headline of its own."""

    value = Value


class Paragraphs(Rows):
    """Running text; the first paragraph leads, in the size of that name."""

    leads = StringProperty("lead")
    alike = BooleanProperty(False)
    """Whether all lead: steps to be done one after the other."""
    ink = StringProperty("ink")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("leads", self._rebuild)
        self.fbind("ink", self._rebuild)

    def make(self, row: Any) -> Widget:
        """One paragraph."""
        words = super().make(row)
        self.write(words, row, None)
        return words

    def write(self, widget: Any, row: Any, before: Any) -> bool:
        """Another paragraph, in the size that leads now."""
        if isinstance(widget, LeadText):
            widget.scale = self.leads
        widget.ink = self.ink
        return super().write(widget, row, before)

    def kind(self, row: Any) -> type[TextLabel]:
        """The first one's, or another's; on a low glass the first one leads only where it has room."""
        leads = not look.theme.compact or self.leads != "lead"
        return LeadText if leads and self.rows and (self.alike or row == self.rows[0]) else TextLabel


class Texts(Rows):
    """Sentences below each other."""


class Reasons(Rows):
    """Reasons of a refusal: what, why, and the ground in small."""

    def make(self, row: Any) -> Widget:
        """One reason."""
        column = BoxLayout(orientation="vertical", size_hint_y=None, spacing=look.theme.mm(1.4))
        column.fbind("minimum_height", column.setter("height"))
        what = Strong(text=row.what)
        what.scale = "lead"
        column.add_widget(what)
        if row.why:
            column.add_widget(TextLabel(text=row.why))
        if row.ground:
            column.add_widget(SmallText(text=row.ground))
        return column

    def write(self, _widget: Any, row: Any, before: Any) -> bool:
        """Which lines a reason has is its own."""
        return bool(row == before)


class ListedText(SmallText):
    """A line of a long list: small on a low glass, and as large as buttons where there is height for it."""

    def dress(self, *_: Any) -> None:
        """By the glass."""
        self.scale = "small" if look.theme.compact else "lead"
        super().dress()


def one_line(words: TextLabel) -> TextLabel:
    """Cut short at the right where it is too long."""
    words.shorten, words.shorten_from, words.max_lines = True, "right", 1
    words.fbind("width", lambda label, width: setattr(label, "text_size", (width, label.font_size * 1.4)))
    return words


class Notes(Rows):
    """Sentences of a list, as long as they are."""

    def kind(self, _row: Any) -> type[TextLabel]:
        """Of a list."""
        return ListedText


class Log(Notes):
    """Lines of a log."""

    def make(self, row: Any) -> Widget:
        """One line."""
        return one_line(ListedText(text=row))


class Bar(Widget):
    """How far the whole work has come."""

    fraction = NumericProperty(0.0)
    ink = StringProperty("ink")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, **kwargs)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "fraction", "ink"):
            self.fbind(name, self._trigger)
        look.follow(self, Bar._fit)
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.height = look.theme.mm(4)
        self._trigger()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        p, r = look.theme.palette, self.height / 2
        if self.width < 4 * r:
            return
        with self.canvas:
            on_field = None if self.ink == "ink" else getattr(p, self.ink)
            Color(rgba=(*on_field[:3], 0.25) if on_field else p.line)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[r])
            Color(rgba=on_field or p.accent)
            width = max(2 * r, self.width * min(1.0, max(0.0, self.fraction)))
            SmoothRoundedRectangle(pos=self.pos, size=(width, self.height), radius=[r])
