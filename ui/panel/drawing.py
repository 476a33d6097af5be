"""The machine drawn live, in its own millimetres: carousel, carriage with clamp, wheel, door, tray, bins.

Responsible for: where each part stands at a state of the control socket. Not responsible for: widgets. The blank in
the clamp is drawn plain: the state says which blank it is, never its cuts.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

from ui.theme import Palette
from ui.widgets.pen import Pen, Place
from ui.widgets.scenes import draw_key

WIDTH, HEIGHT = 260.0, 150.0
X_TRAVEL_MM, Y_TRAVEL_MM = 160.0, 40.0


def draw_machine(pen: Pen, p: Palette, state: dict[str, Any], turn: float) -> None:
    """Draw `state`; `turn` is how far the wheel has turned, in radians."""
    x_mm, y_mm, z_mm = (float(value) for value in state.get("position_mm", (0, 0, 0)))
    pen.frame(4, 4, 252, 142, p.danger if state.get("door_open") else p.edge, 8, 2.4 if state.get("door_open") else 1.2)
    _carousel(pen, p, state.get("stock", {}), z_mm)
    carriage = 196.0 + x_mm
    pen.line([(40, 40), (236, 40)], p.steel_shade, 2.0)
    pen.box(carriage - 16, 30, 32, 20, p.steel, 3)
    jaw = 9.0 if state.get("clamp_open") else 4.0
    pen.box(carriage - 12, 50 + jaw, 24, 5, p.steel_shade, 1.5)
    if state.get("clamped"):
        draw_key(pen, Place(carriage - 8, 54, 0, 0.5), p, p.brass, p.brass_shade, upto=0.0)
    _wheel(pen, p, 148.0, 94.0 + y_mm * 0.5, turn, running=float(state.get("wheel_rpm", 0)) > 1)
    pen.box(206, 8, 44, 22, p.glow, 4)
    pen.frame(206, 8, 44, 22, p.edge, 4, 1.2)
    if state.get("tray"):
        draw_key(pen, Place(216, 19, 0, 0.3), p, p.brass, p.brass_shade)


def _carousel(pen: Pen, p: Palette, stock: dict[str, int], z_mm: float) -> None:
    pen.circle(40, 104, 30, p.steel_shade, 1.6)
    slots = sorted(stock, key=int)
    for i, slot in enumerate(slots):
        angle = 2 * pi * (i / max(1, len(slots)) + z_mm / 130.0) + pi / 2
        x, y = 40 + 22 * cos(angle), 104 + 22 * sin(angle)
        pen.disc(x, y, 6.0, p.brass if stock[slot] else p.line)


def _wheel(pen: Pen, p: Palette, x: float, y: float, turn: float, *, running: bool) -> None:
    rim = []
    for i in range(40):
        angle, r = turn + pi * i / 20, 24.0 if i % 2 else 22.0
        rim.append((x + r * cos(angle), y + r * sin(angle)))
    pen.polygon([rim], p.accent if running else p.steel)
    pen.disc(x, y, 5, p.steel_shade)
