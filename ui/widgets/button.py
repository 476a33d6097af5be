"""The button: one touch target, made from an `Action`.

Responsible for: looks by kind, focus ring, and the size its words need. Not responsible for: what a press is
(`ui.widgets.press`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import Action, ButtonKind
from ui.widgets.caption import BETWEEN, Caption, width_of
from ui.widgets.icons import draw_icon
from ui.widgets.look import look
from ui.widgets.press import Press
from ui.widgets.sprites import sprite

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, NumericProperty

MIN_SWATCH_PX = 24
ICON_MM = 8.0
LEAST_DIGITS = 4
"""Digits that a figure has room for at least: a price of some copies."""
HELD_MM, HELD_INSET_MM, HELD_SHADE = 1.8, 1.2, 0.16
"""The upper edge that fills while a button is held, how far inside it lies, and how strong what it leaves behind."""
GAUGE_MM = 2.0
CHIP_MM = 1.5
"""Round a sign that stands on a ground of its own."""
DRAWN_HIGH = 0.42
"""Height of a drawn blank by its width."""
LISTED = ("row", "slot", "topic")
"""Styles whose words begin at the left."""
FITTED = ("plain", "row", "topic")
"""Styles whose labels are written smaller rather than in two lines."""


def written(action: Action) -> str:
    """What stands on a button: its label, and of one that must be held that it must."""
    return f"{action.label} {action.hold.mark}" if action.hold else action.label


def needed_width(action: Action, label_px: float) -> float:
    """What a plain button needs for its label in one line."""
    theme = look.theme
    icon = theme.mm(ICON_MM) + theme.gap_px if action.icon else 0.0
    figure = width_of(_widest(action.figure), theme.bold, theme.title_px) + theme.gap_px if action.figure else 0.0
    words = width_of(written(action), theme.semibold, label_px)
    return max(theme.target_px, words + icon + figure + 2 * _pad_px() + 2)


def _widest(figure: str) -> str:
    """A figure's room, so that neither another digit nor a wider one moves the button or its neighbours."""
    short = LEAST_DIGITS - sum(each.isdigit() for each in figure)
    return "0" * short + "".join("0" if each.isdigit() else each for each in figure)


def _pad_px() -> float:
    """What stays free at either end of a plain button."""
    return look.theme.mm(3.0 if look.theme.compact else 5.0)


class BigButton(Press):
    """One touch target. `style` `plain` is the usual one, `tool` has its icon above a small label, `key` is a digit."""

    focused = BooleanProperty(False)
    natural_height = NumericProperty(0)
    fitting_px = NumericProperty(0)
    """The largest size of letters at which its label stands in one line here, or its usual one where none does."""
    label_px = NumericProperty(0)
    """What its label is written in: no larger than its neighbours' letters can be; 0 is its own choice."""

    def __init__(self, **kwargs: Any) -> None:
        self._label, self._note, self._figure = Caption(), Caption(), Caption()
        self._measured: Any = None
        super().__init__(**kwargs)
        self.add_widget(self._label)
        self.add_widget(self._note)
        self.add_widget(self._figure)
        self._redraw = Clock.create_trigger(self._draw, -1)
        for name in ("size", "action", "style", "armed", "too_soon", "label_px"):
            self.fbind(name, self._measure)
        for name in ("pos", "size", "action", "state", "focused", "held", "style", "armed", "too_soon", "label_px"):
            self.fbind(name, self._redraw)
        look.follow(self, BigButton._again)
        self._measure()

    def begin_anew(self) -> None:
        """Nor has it the focus."""
        super().begin_anew()
        self.focused = False

    # --- looks ------------------------------------------------------------------------------------------
    @property
    def labels(self) -> tuple[Any, Any, Any]:
        """Label, note and figure, for tests that measure."""
        return self._label, self._note, self._figure

    def _again(self) -> None:
        self._measure()
        self._redraw()

    def _colours(self) -> tuple[Any, Any, Any]:
        """Fill, border and ink; None is not drawn."""
        palette, action = look.theme.palette, self.action
        pressed = self.state == "down"
        if not action.enabled:
            return palette.paper, palette.line, palette.soft_ink
        if action.kind is ButtonKind.DANGER:
            return palette.danger, palette.danger, palette.on_danger
        if action.kind is ButtonKind.PRIMARY:
            return (palette.accent_pressed if pressed else palette.accent), palette.accent, palette.on_accent
        if self.armed:
            return palette.tint, palette.accent, palette.accent
        if action.chosen and self.style == "chip":
            return palette.accent, palette.accent, palette.on_accent
        if action.chosen:
            return palette.tint, palette.accent, palette.accent
        if action.kind is ButtonKind.QUIET:
            return (palette.tint if pressed else None), None, palette.ink
        return (palette.tint if pressed else palette.card), palette.edge, palette.ink

    def _measure(self, *_: Any) -> None:
        """Set words and sizes; `natural_height` is what this button needs at its width."""
        action, theme = self.action, look.theme
        if action is None:
            return
        drawn = (action.icon, action.picture, action.full is None)
        shows = (written(action), action.note, action.figure, drawn, action.kind, action.chosen)
        key = (shows, self.style, self._in_its_place(), self.width, theme.px_per_mm, theme.compact, self.label_px)
        if key == self._measured:
            return
        self._measured = key
        sizes = {
            "tool": theme.small_px,
            "key": theme.title_px,
            "hero": theme.title_px,
            "plain": theme.lead_px,
            "row": theme.text_px,
            "topic": theme.lead_px,
            "slot": theme.text_px,
            "swatch": theme.text_px,
            "chip": theme.lead_px,
        }
        size = sizes[self.style]
        if self.style == "key" and not action.label.isdigit():
            size = theme.small_px
        font = theme.regular if action.kind is ButtonKind.QUIET and not action.chosen else theme.semibold
        if self.style == "hero":
            font = theme.bold
        label, note = self._label, self._note
        again = self._in_its_place()
        words, below = again or written(action), "" if again or self.style == "tool" else action.note
        # Its note says it too, and a low card has no room for both.
        figure = "" if self.style == "slot" and theme.compact else action.figure
        self._figure.write(figure, theme.bold, theme.title_px if self.style in ("plain", "slot") else size)
        most = max(1.0, self.width - self._insets())
        if self.style == "row" and action.figure and width_of(words, font, size) > most:
            # Where there is no room beside the label it stands below.
            below = BETWEEN.join(filter(None, (action.figure, below)))
            self._figure.write("", theme.bold, size)
            most = max(1.0, self.width - self._insets())
        if action.hold and not again and width_of(words, font, theme.small_px) > most:
            # That it must be held stands below its label where there is no room behind it.
            words, below = action.label, f"{action.hold.mark} {below}".strip()
        if self.style in FITTED:
            smaller = (size, (size + theme.text_px) / 2, theme.text_px, theme.small_px)
            self.fitting_px = next((px for px in smaller if width_of(words, font, px) <= most), size)
            size = min(self.fitting_px, self.label_px or size)
        listed = self.style in LISTED
        side = "left" if listed else "center"
        label.write(words, font, size, most, side)
        note.write(below, theme.regular, theme.small_px, self.width - 2 * theme.mm(4) if listed else most, side)
        pad = theme.mm({"tool": 2.2, "key": 2.2, "row": 1.2}.get(self.style, 3.0))
        inner = label.texture_size[1] + note.texture_size[1]
        if self.style == "slot":
            inner += self._swatch_px() * DRAWN_HIGH + 2 * theme.mm(1.5)
        if action.full is not None:
            inner += theme.mm(GAUGE_MM + 1.5)
        if self.style == "tool" and action.icon:
            inner += self._icon_size() + theme.mm(0.6)
        if self.style == "swatch":
            inner += self._swatch_px() * DRAWN_HIGH
        if not again or self.natural_height == 0:
            # What is said for a moment moves nothing.
            self.natural_height = max(theme.target_px, inner + 2 * pad)

    def _in_its_place(self) -> str:
        """What stands for a moment where its label does: press again, or hold longer."""
        hold = self.action.hold
        if hold is None:
            return ""
        return hold.again if self.armed else hold.longer if self.too_soon else ""

    def _icon_size(self) -> float:
        scale = {"tool": 7.0, "key": 7.0, "hero": 10.0, "row": 6.0, "slot": 6.0}.get(self.style, ICON_MM)
        return look.theme.mm(scale)

    def _swatch_px(self) -> float:
        """Width of the drawing on a swatch."""
        theme = look.theme
        most = (30 if theme.compact else 52) if self.style == "slot" else (42 if theme.compact else 80)
        return min(self.width - theme.mm(8), theme.mm(most))

    def _insets(self) -> float:
        """Width that is not for words."""
        theme = look.theme
        narrow = {"tool": 1.5, "key": 1.5, "row": 4.0, "slot": 4.0, "topic": 5.0}
        pad = theme.mm(narrow[self.style]) if self.style in narrow else _pad_px()
        beside = self.action.icon and self.style in ("plain", "hero", *LISTED)
        figure = self._figure.texture_size[0] + theme.gap_px if self._figure.text else 0
        return float(2 * pad + (self._icon_size() + theme.gap_px if beside else 0) + figure)

    def _draw(self, *_: Any) -> None:
        action, theme = self.action, look.theme
        if action is None or self.width < 2 or self.height < 2:
            return
        fill, border, ink = self._colours()
        radius = min(theme.radius_px, self.height / 2)
        self.canvas.before.clear()
        with self.canvas.before:
            if self.focused:
                Color(rgba=theme.palette.focus)
                self._line(-theme.ring_px, radius + theme.ring_px, theme.ring_px * 0.6)
            if fill is not None:
                Color(rgba=fill)
                SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[radius])
            if self.held > 0:
                strong = ink if action.kind in (ButtonKind.PRIMARY, ButtonKind.DANGER) else theme.palette.accent
                inset, high = theme.mm(HELD_INSET_MM), theme.mm(HELD_MM)
                long = max(2 * radius, (self.width - 2 * inset) * self.held)
                Color(rgba=(*strong[:3], HELD_SHADE))
                SmoothRoundedRectangle(pos=self.pos, size=(long + 2 * inset, self.height), radius=[radius])
                Color(rgba=strong)
                SmoothRoundedRectangle(
                    pos=(self.x + inset, self.top - inset - high), size=(long, high), radius=[high / 2]
                )
            if border is not None:
                Color(rgba=border)
                width = theme.stroke_px if action.chosen else theme.hair_px
                self._line(width, radius, width)
            if action.hold:
                # On a filled button the border has the colour of the filling.
                Color(rgba=ink if action.kind in (ButtonKind.PRIMARY, ButtonKind.DANGER) else border or ink)
                inset = theme.mm(1.4)
                self._line(inset, radius - inset / 2, theme.hair_px)
            self._place(ink)

    def _line(self, inset: float, radius: float, width: float) -> None:
        """A rounded border so far inside the button's edge."""
        wide, high = self.width - 2 * inset, self.height - 2 * inset
        SmoothLine(rounded_rectangle=(self.x + inset, self.y + inset, wide, high, radius), width=width)

    def _place(self, ink: Any) -> None:
        """Put words and icon; the icon goes into the canvas that is open."""
        theme, action, label, note = look.theme, self.action, self._label, self._note
        label.color = note.color = self._figure.color = ink
        self._figure.size = self._figure.texture_size
        if self.style == "swatch":
            self._place_swatch()
            return
        if self.style in LISTED:
            self._place_listed(ink)
            return
        if action.figure:
            self._place_bar(ink)
            return
        icon = self._icon_size() if action.icon else 0.0
        words_h = label.texture_size[1] + note.texture_size[1]
        words_w = max(label.texture_size[0], note.texture_size[0])
        if self.style in ("tool", "key") and action.icon:
            gap = theme.mm(0.6)
            top = self.center_y + (icon + gap + words_h) / 2
            draw_icon(action.icon, self.center_x - icon / 2, top - icon, icon, ink, theme.stroke_px * 0.62)
            label.size = label.texture_size
            label.center_x, label.top = self.center_x, top - icon - gap
            note.size = (0, 0)
            return
        left = self.center_x - words_w / 2
        if action.icon:
            gap = theme.gap_px if words_w else 0.0
            left = self.center_x - (icon + gap + words_w) / 2
            draw_icon(action.icon, left, self.center_y - icon / 2, icon, ink, theme.stroke_px * 0.75)
            left += icon + gap
        top = self.center_y + words_h / 2
        label.size = label.texture_size
        label.center_x, label.top = left + words_w / 2, top
        note.size = note.texture_size
        note.center_x, note.top = left + words_w / 2, top - label.height

    def _place_swatch(self) -> None:
        """A drawing above its name and its price."""
        theme, label, figure, pad = look.theme, self._label, self._figure, look.theme.mm(4)
        label.size = label.texture_size
        label.x, label.y = self.x + pad, self.y + theme.mm(2.6)
        figure.right, figure.center_y = self.right - pad, label.center_y
        self._put_drawing((label.top + self.top) / 2)

    def _put_drawing(self, middle: float, room: float = 0.0) -> None:
        """As large as it always is, or as fills `room` above each other."""
        width = round(min(self.width - look.theme.mm(8), max(self._swatch_px(), room / DRAWN_HIGH)))
        if width < MIN_SWATCH_PX or not self.action.picture:
            return
        texture = sprite(self.action.picture, width, flat=look.theme.palette.name == "contrast")
        Color(1, 1, 1, 1)
        place = (round(self.center_x - width / 2), round(middle - texture.height / 2))
        Rectangle(texture=texture, pos=place, size=texture.size)

    def _place_listed(self, ink: Any) -> None:
        """Words from the left and a figure at the right, as in a list; a thing has its drawing and how full it is."""
        theme, action, label, note, figure = look.theme, self.action, self._label, self._note, self._figure
        pad, low = theme.mm(4), self.y + theme.mm(3 if self.style == "slot" else 1.2)
        label.size, note.size = label.texture_size, note.texture_size
        if action.full is not None:
            self._put_gauge(low, pad)
            low += theme.mm(GAUGE_MM + 1.5)
        if self.style == "slot":
            note.x, note.y = self.x + pad, low
            label.x, label.top = self.x + pad, self.top - theme.mm(3)
            self._put_drawing((label.y + note.top) / 2, label.y - note.top - 2 * theme.mm(1.5))
        else:
            middle = (low + self.top - theme.mm(1.2)) / 2
            label.x, label.top = self.x + pad, middle + (label.height + note.height) / 2
            note.x, note.top = self.x + pad, label.y
        right, icon = self.right - pad, self._icon_size()
        if action.icon and self.style == "topic":
            # Each has its own place in the list, and its sign before its name.
            stroke = theme.stroke_px * 0.75
            draw_icon(action.icon, self.x + pad, self.center_y - icon / 2, icon, theme.palette.accent, stroke)
            label.x = note.x = self.x + pad + icon + theme.gap_px
        elif action.icon:
            if self.style == "slot":
                ink = self._put_chip(right, label.center_y, icon)
                right -= theme.mm(CHIP_MM)
            draw_icon(action.icon, right - icon, label.center_y - icon / 2, icon, ink, theme.stroke_px * 0.75)
            right -= icon + theme.gap_px
        figure.right = right
        figure.center_y = min(label.center_y, self.top - theme.mm(1.2) - figure.height / 2)

    def _put_chip(self, right: float, middle: float, icon: float) -> Any:
        """The ground of a sign that something is to be done, and the ink upon it: red is locked, amber runs low."""
        palette, side = look.theme.palette, icon + 2 * look.theme.mm(CHIP_MM)
        locked = self.action.icon == "lock"
        Color(rgba=palette.danger if locked else palette.mark)
        SmoothRoundedRectangle(pos=(right - side, middle - side / 2), size=(side, side), radius=[side / 4])
        return palette.on_danger if locked else palette.on_mark

    def _put_gauge(self, y: float, pad: float) -> None:
        """How full: amber where the button warns."""
        palette, height = look.theme.palette, look.theme.mm(GAUGE_MM)
        width = self.width - 2 * pad
        full = max(0.0, min(1.0, self.action.full)) * width
        Color(rgba=palette.line)
        SmoothRoundedRectangle(pos=(self.x + pad, y), size=(width, height), radius=[height / 2])
        if full >= height:
            Color(rgba=palette.mark if self.action.icon else palette.accent)
            SmoothRoundedRectangle(pos=(self.x + pad, y), size=(full, height), radius=[height / 2])

    def _place_bar(self, ink: Any) -> None:
        """What it comes to on the left, what it does on the right."""
        theme, label, figure, icon = look.theme, self._label, self._figure, self._icon_size()
        pad = theme.mm(7)
        figure.x, figure.center_y = self.x + pad, self.center_y
        label.size = label.texture_size
        label.right, label.center_y = self.right - pad - icon - theme.gap_px, self.center_y
        self._note.size = (0, 0)
        if self.action.icon:
            draw_icon(
                self.action.icon, self.right - pad - icon, self.center_y - icon / 2, icon, ink, theme.stroke_px * 0.75
            )
