"""A lesson: what the shop complains of, what it may be, and, once answered, what tells them apart.

Responsible for: the list of lessons, the choices, the score. Not responsible for: what a lesson breaks
(`simulator.faults.lesson`); nothing here says it before the machine does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.faults.injection import FAULTS
from simulator.faults.lesson import Lesson, lessons
from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.requests import PanelState
from ui.panel.tap import PanelButton, lay_out_row
from ui.theme import Theme
from ui.widgets.look import look

A_ROW = 4
MOST_CHOICES = 7


class LessonCard(PanelCard):
    """One page: the list, or the lesson that goes on. `send` takes requests, `leave` brings the faults back."""

    has_bar = True

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], leave: Callable[[], None], **kwargs: Any
    ) -> None:
        self._send = send
        self.leave = PanelButton("lessons_leave", leave, "quiet")
        self.end = PanelButton("lesson_end", lambda: send(ask.EndLesson()))
        self.numbers = [
            PanelButton(f"lesson_{n}", partial(send, ask.BeginLesson(number=n))) for n in range(1, len(lessons()) + 1)
        ]
        self.choices = [PanelButton(f"choice_{n}", partial(self._answer, n)) for n in range(MOST_CHOICES)]
        super().__init__(panel, **kwargs)
        self._shown: object = None
        for button in (self.leave, self.end, *self.numbers, *self.choices):
            self.add_widget(button)

    @property
    def _state(self) -> dict[str, Any]:
        return self.panel.state.get("lesson") or {}

    @property
    def _lesson(self) -> Lesson | None:
        return lessons()[self._state["number"] - 1] if self._state else None

    def _answer(self, number: int) -> None:
        if self._lesson is not None:
            self._send(ask.AnswerLesson(fault=self._lesson.choices[number]))

    def heading(self) -> str:
        """Its name, and which one goes on."""
        translate, state = self.panel.translate, self._state
        if not state:
            return translate("lessons")
        level = translate(f"lesson.{lessons()[state['number'] - 1].level}")
        return translate("lesson.number", number=state["number"], level=level)

    def place(self) -> None:
        """Buttons where this page has them; those of the other page nowhere."""
        theme, lesson, state = look.theme, self._lesson, self._state
        translate = self.panel.translate
        self.leave.show(translate("lessons.leave"))
        self.end.show(translate("lesson.end"), enabled=bool(state))
        at_the_top = [self.leave] if lesson is None else [self.end]
        wide = sum(button.natural_width() for button in at_the_top)
        for button in (self.leave, self.end, *self.numbers, *self.choices):
            button.size, button.enabled = (0, 0), button in at_the_top
        lay_out_row(at_the_top, self.right - self.pad - wide, self.bar_bottom, self.bar_height, self.gap)
        height, pad = round(theme.target_px * 0.92), self.pad
        if lesson is None:
            top = self.bar_bottom - self.gap - self._text_height(translate("lessons.how"), theme)
            for row in range(0, len(self.numbers), A_ROW):
                buttons = self.numbers[row : row + A_ROW]
                for n, button in enumerate(buttons, row):
                    button.show(f"{n + 1} · {translate(f'lesson.{lessons()[n].level}')}", enabled=True)
                top -= height
                lay_out_row(buttons, self.x + pad, top, height, self.gap, self.width - 2 * pad)
                top -= self.gap
        elif not state["over"]:
            low = self.y + pad
            for n, name in reversed(list(enumerate(lesson.choices))):
                button = self.choices[n]
                button.show(translate.fault(FAULTS[name]), enabled=name not in state["wrong"])
                button.pos, button.size = (round(self.x + pad), round(low)), (round(self.width - 2 * pad), height)
                low += height + self.gap * 0.6

    def refresh(self, *, whole: bool = False) -> None:
        """Another page when the lesson has gone on."""
        shown = repr(self._state)
        if shown != self._shown:
            self._shown = shown
            self.again()

    def head(self, theme: Theme) -> None:
        """The heading, and all words of the page under it."""
        p, translate, lesson, state = theme.palette, self.panel.translate, self._lesson, self._state
        super().head(theme)
        y = self.bar_bottom - self.gap
        if lesson is None:
            self._write(translate("lessons.how"), y, theme)
            return
        language = translate.language
        y = self._write(lesson.complaint[language], y, theme, ink.SEMIBOLD)
        if not state["over"]:
            if who := state.get("sign_in"):
                y = self._write(translate("lesson.sign_in", **who), y - self.gap, theme, colour=theme.palette.soft_ink)
            left = 3 - len(state["wrong"])
            said = translate("lesson.ask", count=left) if not state["wrong"] else translate("lesson.wrong", count=left)
            self._write(said, y - self.gap, theme)
            return
        right = state["score"] > 0
        answer = translate.fault(FAULTS[state["answer"]])
        said = translate("lesson.right" if right else "lesson.told", points=state["score"], answer=answer)
        y = self._write(said, y - self.gap, theme, ink.SEMIBOLD, p.accent if right else p.danger)
        self._write(lesson.evidence[language].replace("*", ""), y - self.gap, theme)

    def _lines(self, words: str, theme: Theme, font: str) -> list[str]:
        return ink.wrapped(words, round(theme.text_px), font, self.width - 2 * self.pad)

    def _text_height(self, words: str, theme: Theme) -> float:
        return len(self._lines(words, theme, ink.REGULAR)) * theme.text_px * 1.35 + self.gap

    def _write(self, words: str, y: float, theme: Theme, font: str = ink.REGULAR, colour: Any = None) -> float:
        """Lines from `y` down; where they end."""
        for line in self._lines(words, theme, font):
            middle = y - theme.text_px * 0.675
            ink.write(line, self.x + self.pad, middle, theme.text_px, colour or theme.palette.ink, font)
            y -= theme.text_px * 1.35
        return y
