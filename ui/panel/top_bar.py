"""The bar above everything: the machine's time and its pace, pictures, languages, light or dark; and the line below.

Responsible for: drawing them and their buttons. Not responsible for: what they do (given by the application).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.layers import Layers
from ui.panel.requests import SPEEDS, STEP_S, PanelState, pause_request
from ui.panel.tap import PanelButton, lay_out_row
from ui.panel.translate import LANGUAGES
from ui.theme import Theme
from ui.widgets.look import look


@dataclass(frozen=True)
class Acts:
    """What the bar's buttons do beside asking the machine."""

    picture: Callable[[], None]
    speak: Callable[[str], None]
    shade: Callable[[], None]
    past: Callable[[], None]
    """Back over the last job."""
    present: Callable[[], None]


class TopBar(PanelCard):
    """Time left, the rest right."""

    def __init__(
        self, panel: PanelState, send: Callable[[ask.ControlRequest], None], acts: Acts, **kwargs: Any
    ) -> None:
        self.speeds = [PanelButton(f"x{n}", partial(send, ask.SetSpeed(times=n))) for n in SPEEDS]
        self.pause = PanelButton("pause", lambda: send(pause_request(self.panel.state)))
        self.step = PanelButton("step", lambda: send(ask.StepTime(s=STEP_S)))
        self.shot = PanelButton("shot", acts.picture)
        self.shade = PanelButton("shade", acts.shade, "quiet")
        self.languages = [PanelButton(f"language_{code}", partial(acts.speak, code), "quiet") for code in LANGUAGES]
        super().__init__(panel, **kwargs)
        self._layers = Layers(self.canvas)
        for button in (*self.speeds, self.pause, self.step, self.shot, *self.languages, self.shade):
            self.add_widget(button)

    def place(self) -> None:
        """Two rows of buttons at both ends."""
        theme = look.theme
        self._label()
        height, pad = round(theme.target_px * 0.92), round((self.height - theme.target_px * 0.92) / 2)
        left = self.x + self.pad + ink.mono_width(theme.title_px) * 10.6 + self.gap
        y = self.y + pad
        lay_out_row([*self.speeds, self.pause, self.step], left, y, height, self.gap)
        right = [self.shot, *self.languages, self.shade]
        wide = sum(button.natural_width() for button in right) + self.gap * (len(right) - 1)
        lay_out_row(right, self.right - self.pad - wide, y, height, self.gap)

    def _label(self) -> None:
        translate, state = self.panel.translate, self.panel.state
        for n, button in zip(SPEEDS, self.speeds, strict=True):
            button.show(f"×{n}", chosen=state.get("speed") == n)
        paused = bool(state.get("paused"))
        self.pause.show(translate("go" if paused else "pause"), chosen=paused)
        self.step.show(translate("step"), enabled=paused)
        self.shot.show(translate("shot"))
        self.shade.show(translate("theme"))
        for code, button in zip(LANGUAGES, self.languages, strict=True):
            button.show(code.upper(), chosen=code == translate.language)

    def refresh(self, *, whole: bool = False) -> None:
        """The machine's time: every other second while nothing moves (each costs a whole frame), else tenths."""
        if whole:
            self._layers.forget()
        was = self.pause.label
        self._label()
        if self.pause.label != was and was:
            self.place()
        state = self.panel.state
        if not state:
            return
        fine = (not self.panel.resting and state["speed"] <= 5) or bool(state["paused"])
        time_s = float(state["time_s"])
        if self.panel.resting:
            time_s -= time_s % 2
        words = f"{int(time_s // 3600):02d}:{int(time_s // 60 % 60):02d}:{int(time_s % 60):02d}"
        words += f".{int(time_s * 10 % 10)}" if fine else "  "
        self._layers.draw("time", (words, state["paused"]), lambda: self._clock(words, look.theme))

    def _clock(self, words: str, theme: Theme) -> None:
        p = theme.palette
        colour = p.warn if self.panel.state["paused"] and p.name == "dark" else p.ink
        ink.write_mono(words, self.x + self.pad, self.center_y, theme.title_px, colour)


class StatusLine(PanelCard):
    """What just happened, in one line at the foot."""

    def __init__(self, panel: PanelState, **kwargs: Any) -> None:
        super().__init__(panel, **kwargs)
        self._layers = Layers(self.canvas)

    def refresh(self, *, whole: bool = False) -> None:
        """Show the last message, or why the machine is locked here."""
        if whole:
            self._layers.forget()
        panel = self.panel
        shown = (panel.message, panel.troubled, panel.locked)
        self._layers.draw("words", shown, lambda: self._words(look.theme))

    def _words(self, theme: Theme) -> None:
        p, panel = theme.palette, self.panel
        size = round(theme.small_px)
        most = self.width - 2 * self.pad
        hint = panel.translate("hint")
        message = panel.message or (panel.translate(panel.locked) if panel.locked else "")
        if message:
            colour = p.danger if panel.message and panel.troubled else p.ink
            used = ink.write(
                ink.fitted(message, size, ink.SEMIBOLD, most),
                self.x + self.pad,
                self.center_y,
                size,
                colour,
                ink.SEMIBOLD,
            )
            most -= used + 2 * self.pad
        if ink.width(hint, size, ink.REGULAR) < most:
            ink.write(hint, self.right - self.pad, self.center_y, size, p.soft_ink, anchor="right")
