"""The traffic on the wire: direction, time, the text as it passed, and what it means.

Responsible for: drawing lines, filters, holding still, scrolling back. Not responsible for: meaning
(`ui.panel.decode`) or what is kept (`ui.panel.wire_lines`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.decode import LineKind
from ui.panel.requests import PanelState
from ui.panel.style import mixed
from ui.panel.tap import PanelButton, lay_out_row
from ui.panel.wire_lines import ShownWireLine, arrow
from ui.theme import Rgba, Theme
from ui.widgets.look import look

from kivy.graphics import Canvas, Color, Rectangle  # isort: skip


class WireCard(PanelCard):
    """The log of the wire."""

    has_bar = True

    def __init__(self, panel: PanelState, past: Callable[[], None], **kwargs: Any) -> None:
        log = panel.log
        self.past = PanelButton("wire_past", past, "quiet")
        self.hold = PanelButton("wire_hold", lambda: self._after(lambda: log.hold(not log.held)), "quiet")
        self.polls = PanelButton("wire_polls", lambda: self._flip("polls"), "quiet")
        self.oks = PanelButton("wire_oks", lambda: self._flip("oks"), "quiet")
        self.trouble = PanelButton("wire_trouble", lambda: self._flip("only_trouble"), "quiet")
        self.clear = PanelButton("wire_clear", lambda: self._after(log.clear), "quiet")
        super().__init__(panel, **kwargs)
        self._rows = Canvas()
        self.canvas.add(self._rows)
        self._back = 0
        self._shown: tuple[Any, ...] = ()
        for button in (self.past, self.trouble, self.polls, self.oks, self.clear, self.hold):
            self.add_widget(button)

    def heading(self) -> str:
        """Its name."""
        return self.panel.translate("log")

    def _flip(self, name: str) -> None:
        kind = self.panel.log.filter
        self._after(lambda: setattr(kind, name, not getattr(kind, name)))

    def _after(self, act: Callable[[], None]) -> None:
        act()
        self._back = 0
        self._label()
        self.refresh(whole=True)

    def _label(self) -> None:
        translate, log = self.panel.translate, self.panel.log
        self.past.show(translate("scrub"), chosen=bool(self.panel.job))
        self.polls.show(translate("log.polls"), chosen=log.filter.polls, enabled=not log.filter.only_trouble)
        self.oks.show(translate("log.oks"), chosen=log.filter.oks, enabled=not log.filter.only_trouble)
        self.trouble.show(translate("log.trouble"), chosen=log.filter.only_trouble)
        now = not self.panel.job
        self.clear.show(translate("log.clear"), enabled=now)
        self.hold.show(translate("log.go" if log.held and now else "log.pause"), chosen=log.held and now, enabled=now)

    def place(self) -> None:
        """Buttons in the heading's line, right."""
        theme = look.theme
        self._label()
        height = self.bar_height
        buttons = [self.past, self.trouble, self.polls, self.oks, self.clear, self.hold]
        naturals = sum(button.natural_width() for button in buttons) + self.gap * (len(buttons) - 1)
        y = self.bar_bottom
        lay_out_row(buttons, self.right - self.pad - naturals, y, height, self.gap)
        self._top = y - self.gap / 2
        self._pitch = round(theme.small_px * 1.32)
        self._most = max(1, int((self._top - self.y - self.pad / 2) / self._pitch))

    def on_touch_down(self, touch: Any) -> bool:
        """A mouse's wheel scrolls back and forth; so does a finger, on move."""
        if super().on_touch_down(touch):
            return True
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.scroll(3 if touch.button == "scrolldown" else -3)
            return True
        touch.grab(self)
        touch.ud["wire_from"] = (touch.y, self._back)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Drag the lines."""
        if touch.grab_current is self and "wire_from" in touch.ud:
            start, back = touch.ud["wire_from"]
            self._scroll_to(back + round((start - touch.y) / self._pitch))
            return True
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: Any) -> bool:
        """Let go."""
        if touch.grab_current is self:
            touch.ungrab(self)
            return True
        return bool(super().on_touch_up(touch))

    def scroll(self, lines: int) -> None:
        """Back in time by so many lines (forth: negative)."""
        self._scroll_to(self._back + lines)

    def _scroll_to(self, back: int) -> None:
        log = self.panel.log
        if back > 0 and not log.held:
            log.hold(True)
            self._label()
        self._back = max(0, min(back, len(log.shown(10_000)) - self._most))
        self.refresh(whole=True)

    # --- lines ------------------------------------------------------------------------------------------
    def refresh(self, *, whole: bool = False) -> None:
        """Draw the lines if there are others than before."""
        log = self.panel.log
        lines = log.shown(self._most, self._back) if self._pitch_known() else []
        shown = (lines[0].number if lines else 0, lines[-1].number if lines else 0, len(lines), log.lost, log.newer())
        if not whole and shown == self._shown:
            return
        self._shown = shown
        self._rows.clear()
        if not self._pitch_known():
            return
        with self._rows:
            self._draw(lines, look.theme)

    def _pitch_known(self) -> bool:
        return hasattr(self, "_pitch")

    def _draw(self, lines: list[ShownWireLine], theme: Theme) -> None:
        p, translate, log = theme.palette, self.panel.translate, self.panel.log
        left = self.x + self.pad
        note = translate("log.older", count=log.newer()) if log.newer() and not self.panel.job else ""
        if log.lost and not note:
            note = translate("log.lost", count=log.lost)
        ink.write(note, left + theme.mm(26), self.heading_y, theme.small_px, p.soft_ink)
        if not lines:
            ink.write(translate("log.quiet"), left, self._top - self._pitch, theme.small_px, p.soft_ink)
            return
        size = round(theme.small_px)
        glyph = ink.mono_width(size * 0.96)
        times, raws = left + glyph * 10, left + glyph * 10 + theme.mm(8)
        words = raws + max(theme.mm(92), (self.width - 2 * self.pad) * 0.3)
        for i, line in enumerate(lines):
            y = self._top - self._pitch * (i + 0.5)
            if line.meaning.kind is LineKind.TROUBLE:
                Color(rgba=mixed(p.card, p.danger, 0.16))
                Rectangle(pos=(self.x + 2, y - self._pitch / 2), size=(self.width - 4, self._pitch))
            ink.write_mono(f"{line.at_s:9.2f}", left, y, size * 0.96, p.soft_ink)
            colour = self._colour(line, theme)
            ink.write(arrow(line), times + theme.mm(3), y, size, colour, ink.SEMIBOLD, anchor="middle")
            raw = ink.fitted(line.raw, size, ink.MONO, words - raws - theme.mm(4))
            ink.write(raw, raws, y, size, colour, ink.MONO)
            most = self.right - self.pad - words
            ink.write(ink.fitted(line.meaning.text, size, ink.REGULAR, most), words, y, size, self._said(line, theme))

    @staticmethod
    def _colour(line: ShownWireLine, theme: Theme) -> Rgba:
        p = theme.palette
        match line.meaning.kind:
            case LineKind.TROUBLE:
                return p.danger
            case LineKind.COMMAND | LineKind.PORT:
                return p.accent
            case LineKind.REPLY:
                return p.ink
            case LineKind.POLL | LineKind.OK:
                return p.soft_ink
            case _:
                assert_never(line.meaning.kind)

    @staticmethod
    def _said(line: ShownWireLine, theme: Theme) -> Rgba:
        p = theme.palette
        match line.meaning.kind:
            case LineKind.TROUBLE:
                return p.danger
            case LineKind.POLL | LineKind.OK:
                return p.soft_ink
            case LineKind.COMMAND | LineKind.REPLY | LineKind.PORT:
                return p.ink
            case _:
                assert_never(line.meaning.kind)
