"""The blade in the clamp, close up and to scale: what it was, what the wheel has left, and the wheel over it.

Responsible for: the drawing with its scale, and the figures beside it. Not responsible for: whether it is right
(`kiosk.cutting.check` judges the real copy).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel.card import PanelCard
from ui.panel.layers import Layers
from ui.panel.machine_drawing import wheel_edge
from ui.panel.requests import PanelState
from ui.panel.style import mixed
from ui.theme import Theme
from ui.widgets.look import look
from ui.widgets.pen import Pen

from kivy.graphics import Color, Line, StencilPop, StencilPush, StencilUnUse, StencilUse, Rectangle  # isort: skip

FROM_MM, TO_MM = -4.0, 38.0
LOW_MM, HIGH_MM = -2.5, 11.6
WHEEL_REACH_MM = 9.0


class BladeCard(PanelCard):
    """The close-up."""

    def __init__(self, panel: PanelState, **kwargs: Any) -> None:
        super().__init__(panel, **kwargs)
        self._layers = Layers(self.canvas)
        self._pen: Pen | None = None

    def heading(self) -> str:
        """Its name and what is clamped."""
        return self.panel.translate("clamp.in")

    def place(self) -> None:
        """The drawing left, figures right."""
        wide, high = self.width - 2 * self.pad, self.height - self.heading_height - self.pad
        scale = min(high / (HIGH_MM - LOW_MM), 0.64 * wide / (TO_MM - FROM_MM))
        size = scale * (TO_MM - FROM_MM), scale * (HIGH_MM - LOW_MM)
        pos = self.x + self.pad, self.y + self.pad / 2
        self._box = (pos, size)
        self._pen = Pen(pos, size, TO_MM - FROM_MM, HIGH_MM - LOW_MM)
        self._side = pos[0] + size[0] + 2 * self.pad

    def refresh(self, *, whole: bool = False) -> None:
        """Draw what changed."""
        panel, pen = self.panel, self._pen
        if not panel.machine or not panel.state or pen is None:
            return
        theme = look.theme
        if whole:
            self._layers.forget()
        layer = self._layers.draw
        layer("ground", 0, lambda: self._ground(pen, theme))
        layer("scale", 0, lambda: self._scale(pen, theme))
        metal = panel.metal
        layer("metal", metal.get("number"), lambda: self._metal(pen, theme, metal))
        x_mm, y_mm, _ = panel.state["position_mm"]
        along, edge = x_mm - panel.machine["shoulder_x_mm"], y_mm - panel.machine["spine_y_mm"]
        # The wheel's layer lies under a stencil, so that it never leaves the drawing.
        seen = FROM_MM - WHEEL_REACH_MM < along < TO_MM + WHEEL_REACH_MM and edge < HIGH_MM
        layer("wheel", (seen, round(along, 3), round(edge, 3)), lambda: self._wheel(pen, theme, along, edge, seen))
        figures = self._figures(edge if seen else None)
        layer("figures", figures, lambda: self._side_by_side(figures, theme))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x - FROM_MM, y - LOW_MM)

    def _ground(self, pen: Pen, theme: Theme) -> None:
        p = theme.palette
        pen.box(0, 0, TO_MM - FROM_MM, HIGH_MM - LOW_MM, mixed(p.paper, p.card, 0.25), 0.6)

    def _scale(self, pen: Pen, theme: Theme) -> None:
        p = theme.palette
        faint = mixed(p.card, p.edge, 0.28)
        for mm in range(0, int(TO_MM), 5):
            pen.line([self._at(mm, 0), self._at(mm, HIGH_MM)], faint, 0.05)
        for mm in range(0, int(HIGH_MM), 2):
            pen.line([self._at(FROM_MM, mm), self._at(TO_MM, mm)], faint, 0.05)
            x, y = pen.px(*self._at(FROM_MM, mm))
            if mm % 4 == 0:
                ink.write(f"{mm}", x + theme.mm(1), y + theme.mm(2.6), theme.small_px * 0.8, p.soft_ink)
        for mm in range(0, int(TO_MM), 1):
            long = mm % 5 == 0
            pen.line([self._at(mm, -1.0), self._at(mm, -1.7 if long else -1.35)], p.soft_ink, 0.07)
        for mm in range(0, int(TO_MM), 10):
            x, y = pen.px(*self._at(mm, -2.1))
            words = f"{mm} mm" if mm == 10 else f"{mm}"
            ink.write(words, x, y, theme.small_px * 0.8, p.soft_ink, anchor="middle")

    def _metal(self, pen: Pen, theme: Theme, metal: dict[str, Any]) -> None:
        p = theme.palette
        if not metal.get("blank"):
            x, y = pen.px(*self._at((FROM_MM + TO_MM) / 2, 4.5))
            ink.write(self.panel.translate("clamp.empty"), x, y, theme.text_px, p.soft_ink, anchor="middle")
            return
        brass = p.brass if metal["finish"] == "brass" else mixed(p.brass_shade, p.paper, 0.5)
        step, shift, lift = metal["step_mm"], metal["shift_mm"], metal["lift_mm"]
        bend = metal["bend_mm"] / max(1.0, (len(metal["top_um"]) - 1) * step)

        def edge(heights_um: list[int]) -> list[tuple[float, float]]:
            return [self._at(i * step + shift, um / 1000 + lift + bend * i * step) for i, um in enumerate(heights_um)]

        top, under, uncut = edge(metal["top_um"]), edge(metal["bottom_um"]), edge(metal["uncut_um"])
        top, under = _thinned(top), _thinned(under)
        shoulder = [
            self._at(FROM_MM, metal["height_mm"] + lift + 1.2),
            self._at(shift, metal["height_mm"] + lift + 1.2),
        ]
        heel = [self._at(shift, lift - 1.0), self._at(FROM_MM, lift - 1.0)]
        pen.polygon([[*shoulder, *top, *reversed(under), *heel]], brass)
        pen.line(top, mixed(brass, p.ink, 0.55), 0.09)
        Color(rgba=p.soft_ink)
        Line(points=[value for x, y in _thinned(uncut) for value in pen.px(x, y)], dash_length=5, dash_offset=4)
        if metal["lift_mm"] > 0.02:
            pen.box(-FROM_MM, -LOW_MM - 0.05, 16, max(0.1, metal["lift_mm"]), p.danger)

    def _wheel(self, pen: Pen, theme: Theme, along: float, lowest: float, seen: bool) -> None:
        if not seen:
            return
        p = theme.palette
        (x0, y0), (wide, high) = self._box
        outline = [self._at(along + x, lowest + y) for x, y in wheel_edge(self.panel.machine, WHEEL_REACH_MM)]
        running = float(self.panel.state.get("wheel_rpm", 0)) > 1
        colour = mixed(p.steel, p.accent, 0.35) if running else p.steel
        StencilPush()
        Rectangle(pos=(x0, y0), size=(wide, high))
        StencilUse()
        (first, high_left), (last, high_right) = outline[0], outline[-1]
        pen.polygon([[*outline, (last, high_right + 12), (first, high_left + 12)]], (*colour[:3], 0.78))
        pen.line(outline, mixed(colour, p.ink, 0.5), 0.1)
        StencilUnUse()
        Rectangle(pos=(x0, y0), size=(wide, high))
        StencilPop()

    # --- figures ----------------------------------------------------------------------------------------
    def _figures(self, edge_mm: float | None) -> tuple[tuple[str, str, bool], ...]:
        """Name, value and whether it is out of the ordinary."""
        translate, metal, state = self.panel.translate, self.panel.metal, self.panel.state
        number = translate.number
        rows: list[tuple[str, str, bool]] = []
        if metal.get("blank"):
            rows.append(
                (metal["blank"], translate(metal["finish"]) if metal["finish"] in _FINISHES else metal["finish"], False)
            )
            rows.append((translate("blade.height"), f"{number(metal['height_mm'], 2)} mm", False))
            deepest = deepest_cut(metal)
            said = translate("blade.uncut")
            if deepest is not None:
                said = translate("blade.at", mm=number(deepest[1], 2), at=number(deepest[0], 2))
            rows.append((translate("blade.deepest"), said, False))
            rows.append((translate("blade.gone"), f"{number(removed_mm2(metal), 1)} mm²", False))
            burrs = bool(metal["burrs"])
            rows.append((translate("blade.burrs"), translate("blade.burrs.yes" if burrs else "blade.burrs.no"), burrs))
            for key in ("lift", "shift", "bend"):
                mm = float(metal[f"{key}_mm"])
                if abs(mm) > 0.001:
                    rows.append((translate(f"blade.{key}"), f"{number(mm, 2)} mm", True))
            if metal["doubled"]:
                rows.append((translate("blade.double"), "", True))
        if edge_mm is not None:
            rows.append((translate("blade.edge"), translate("blade.above", mm=number(edge_mm, 2)), False))
        worn = float(state["wheel_worn_mm"])
        if worn > 0.0005:
            rows.append((translate("blade.wheel"), f"{number(worn, 3)} mm", worn > 0.03))
        incidents = ((name, count) for name, count in state["incidents"].items() if count)
        rows += [(f"{translate(f'incident.{name}')} × {count}", "", True) for name, count in incidents]
        return tuple(rows)

    def _side_by_side(self, rows: tuple[tuple[str, str, bool], ...], theme: Theme) -> None:
        p = theme.palette
        y = self.top - self.pad - self.heading_height
        most = self.right - self.pad - self._side
        names = min(
            most * 0.5, max((ink.width(name, round(theme.small_px)) for name, value, _ in rows if value), default=0)
        )
        pitch = min(theme.mm(9.2), (y - self.y - self.pad) / max(1, len(rows)))
        for name, value, odd in rows:
            y -= pitch
            colour = p.danger if odd else p.ink
            room = names if value else most
            ink.write(
                ink.fitted(name, round(theme.small_px), ink.REGULAR, room),
                self._side,
                y,
                theme.small_px,
                p.soft_ink if not odd else colour,
            )
            at = self._side + names + theme.mm(5)
            words = ink.fitted(value, round(theme.small_px), ink.SEMIBOLD, self.right - self.pad - at)
            ink.write(words, at, y, theme.small_px, colour, ink.SEMIBOLD)


_FINISHES = ("brass", "black", "nickel")


def deepest_cut(metal: dict[str, Any]) -> tuple[float, float] | None:
    """Where the wheel went lowest (mm from the shoulder) and what height is left there (mm); None while uncut."""
    top, uncut = metal["top_um"], metal["uncut_um"]
    cut = [(um, i) for i, (um, before) in enumerate(zip(top, uncut, strict=True)) if um < before - 5]
    if not cut:
        return None
    um, first = min(cut)
    flat = [i for height, i in cut if height <= um + 2]
    return ((first + flat[-1]) / 2 if flat[-1] - first < 60 else first) * metal["step_mm"], um / 1000


def removed_mm2(metal: dict[str, Any]) -> float:
    """Area the wheel has taken."""
    gone = sum(max(0, before - um) for um, before in zip(metal["top_um"], metal["uncut_um"], strict=True))
    return gone / 1000 * float(metal["step_mm"])


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without the points that lie on the line between their neighbours."""
    if len(points) < 3:
        return points
    kept = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points[1:]):
        x0, y0 = kept[-1]
        if abs((y1 - y0) * (x2 - x0) - (y2 - y0) * (x1 - x0)) > 0.004:
            kept.append((x1, y1))
    return [*kept, points[-1]]
