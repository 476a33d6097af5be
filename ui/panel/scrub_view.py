"""Going back over the last job: which line of it the panel shows, and the way to any other.

Responsible for: the bar that stands in the place of time while the past is shown. Not responsible for: what the
machine was then (`simulator.serve.last_job`) or drawing it (the cards that draw the present).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.layers import Layers
from ui.panel.requests import PanelState
from ui.panel.style import mixed
from ui.panel.tap import PanelButton, lay_out_row
from ui.theme import Theme
from ui.widgets.look import look

from kivy.graphics import Color, SmoothRoundedRectangle  # isort: skip


class ScrubBar(PanelCard):
    """Steps left, the whole job as a track right. `leave` brings the present back."""

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], leave: Callable[[], None], **kwargs: Any
    ) -> None:
        self._send = send
        self.steps = [PanelButton(f"scrub_{n}", partial(self._step, n)) for n in range(6)]
        self.leave = PanelButton("scrub_leave", leave)
        super().__init__(panel, **kwargs)
        self._layers = Layers(self.canvas)
        for button in (*self.steps, self.leave):
            self.add_widget(button)

    def _step(self, number: int) -> None:
        job = self.panel.job
        last = job.get("count", 1) - 1
        to = {0: 0, 5: last}.get(number, job.get("at", 0) + (0, -25, -1, 1, 25, 0)[number])
        self.go(to)

    def go(self, at: int) -> None:
        """To a line of the job; beyond its ends is its end."""
        last = self.panel.job.get("count", 1) - 1
        self._send(ask.LookAtJob(at=min(last, max(0, at))))

    def place(self) -> None:
        """Buttons at both ends, the track between them."""
        theme = look.theme
        height = round(theme.target_px * 0.92)
        y = self.y + round((self.height - height) / 2)
        for button, label in zip(self.steps, ("|<", "<<", "<", ">", ">>", ">|"), strict=True):
            button.show(label)
        self.leave.show(self.panel.translate("scrub.leave"))
        ends = lay_out_row(self.steps, self.x + self.pad, y, height, self.gap)
        wide = self.leave.natural_width()
        lay_out_row([self.leave], self.right - self.pad - wide, y, height, self.gap)
        longest = self.panel.translate("scrub.at", line=8888, count=8888, s="8888.88")
        said = ink.width(longest, round(theme.text_px), ink.SEMIBOLD) + self.pad
        self._track = (ends + 2 * self.pad, self.right - 2 * self.pad - wide - said)
        self._said_x = self._track[1] + self.pad

    def on_touch_down(self, touch: Any) -> bool:
        """A touch on the track goes there."""
        return bool(super().on_touch_down(touch)) or self._to(touch)

    def on_touch_move(self, touch: Any) -> bool:
        """And so does a finger that slides along it."""
        return bool(super().on_touch_move(touch)) or self._to(touch)

    def _to(self, touch: Any) -> bool:
        left, right = self._track
        if not (self.collide_point(*touch.pos) and left <= touch.x <= right):
            return False
        self.go(round((touch.x - left) / (right - left) * (self.panel.job.get("count", 1) - 1)))
        return True

    def refresh(self, *, whole: bool = False) -> None:
        """Where it stands."""
        if whole:
            self._layers.forget()
        job = self.panel.job
        if not hasattr(self, "_track") or not job.get("count"):
            return
        self._layers.draw("track", (job["at"], job["count"]), lambda: self._draw(job, look.theme))

    def _draw(self, job: dict[str, Any], theme: Theme) -> None:
        p = theme.palette
        left, right = self._track
        thick, part = theme.mm(2), job["at"] / max(1, job["count"] - 1)
        for to, colour in ((right, mixed(p.card, p.edge, 0.4)), (left + (right - left) * part, p.accent)):
            Color(rgba=colour)
            SmoothRoundedRectangle(
                pos=(left, self.center_y - thick / 2), size=(max(thick, to - left), thick), radius=[thick / 2]
            )
        at_s = f"{job['state']['time_s']:.2f}"
        words = self.panel.translate("scrub.at", line=job["at"] + 1, count=job["count"], s=at_s)
        ink.write(words, self._said_x, self.center_y, theme.text_px, p.ink, ink.SEMIBOLD)
