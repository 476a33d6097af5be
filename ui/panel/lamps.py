"""Signal lamps: what the board's inputs and the machine's parts say now.

Responsible for: which lamps there are and when each is lit. Not responsible for: the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ui.panel import ink
from ui.panel.requests import PanelState
from ui.panel.style import mixed
from ui.theme import Theme

from kivy.graphics import Color, SmoothEllipse  # isort: skip


class Tone(Enum):
    """How a lamp is lit."""

    OFF = auto()
    ON = auto()
    WARN = auto()
    DANGER = auto()


@dataclass(frozen=True)
class Lamp:
    """One lamp and its words."""

    words: str
    tone: Tone


def lamps_of(panel: PanelState) -> tuple[Lamp, ...]:
    """All lamps now."""
    state, translate = panel.state, panel.translate
    light = float(state["lamp"])

    def lamp(key: str, lit: bool, tone: Tone, more: str = "") -> Lamp:
        return Lamp(f"{translate(key)}{more}", tone if lit else Tone.OFF)

    limits = state["limits"]
    return (
        Lamp(translate("lamp.port"), Tone.DANGER if state["unplugged"] else Tone.ON),
        lamp("lamp.limits", bool(limits), Tone.WARN, f" {limits}" if limits else " XYZ"),
        lamp("lamp.probe", bool(state["probe"]), Tone.ON),
        lamp("lamp.wheel", state["wheel_rpm"] > 1, Tone.ON),
        lamp("lamp.clamp", bool(state["clamp_open"]), Tone.WARN),
        Lamp(translate("lamp.light"), Tone.ON if light > 0.8 else Tone.WARN if light > 0.05 else Tone.DANGER),
        lamp("lamp.door", bool(state["door_open"]), Tone.DANGER),
        lamp("lamp.stop", bool(state["emergency_stop"]), Tone.DANGER),
    )


def draw_lamps(lamps: tuple[Lamp, ...], pos: tuple[float, float], size: tuple[float, float], theme: Theme) -> None:
    """A column of lamps from the top down."""
    p = theme.palette
    tones = {Tone.OFF: mixed(p.card, p.edge, 0.35), Tone.ON: p.accent, Tone.WARN: p.warn, Tone.DANGER: p.danger}
    pitch = min(theme.mm(12), size[1] / len(lamps))
    r = theme.mm(2.4)
    for i, lamp in enumerate(lamps):
        y = pos[1] + size[1] - pitch * (i + 0.5)
        colour = tones[lamp.tone]
        if lamp.tone is not Tone.OFF:
            Color(rgba=(*colour[:3], 0.22))
            SmoothEllipse(pos=(pos[0] + theme.mm(1) - r * 0.8, y - r * 1.8), size=(3.6 * r, 3.6 * r))
        Color(rgba=colour)
        SmoothEllipse(pos=(pos[0] + theme.mm(1), y - r), size=(2 * r, 2 * r))
        words = p.soft_ink if lamp.tone is Tone.OFF else p.ink
        ink.write(lamp.words, pos[0] + theme.mm(10), y, theme.small_px, words)
