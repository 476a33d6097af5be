"""The parts of the machine, drawn to scale in its own millimetres.

Responsible for: the shape of each part at rest. Not responsible for: where it stands now (`ui.panel.machine_view`
moves it) or what a blade looks like close up (`ui.panel.blade_view`).

The scene is seen from the front: u runs right as the machine's x goes negative (from the blanks to the chute), v runs
up from the seat of the blade. The wheel stands at u of the clamp's shoulder and is seen edge-on, as it cuts.
"""

from __future__ import annotations

from math import cos, pi, radians, sin, tan
from typing import Any

from ui.panel import ink
from ui.panel.style import mixed
from ui.panel.translate import PanelTranslation
from ui.theme import Palette, Theme
from ui.widgets.pen import Pen

LEFT, RIGHT, BOTTOM, TOP = -106.0, 204.0, -50.0, 66.0
WIDTH, HEIGHT = RIGHT - LEFT, TOP - BOTTOM
CAROUSEL = (-68.0, 8.0)
CAROUSEL_R, SLOT_R = 33.0, 9.0
TRAY = (130.0, 18.0, 68.0, 44.0)
CLAMP_FROM_SHOULDER = -14.0
WHEEL_HALF_MM = 3.2
"""Half of the thickness the wheel is drawn with; its flat and flanks are true."""


class ScenePen:
    """The pen of one drawing, in the scene's u and v."""

    def __init__(self, pos: tuple[float, float], size: tuple[float, float]) -> None:
        self.pen = Pen(pos, size, WIDTH, HEIGHT)

    @property
    def unit(self) -> float:
        """Pixels a millimetre."""
        return float(self.pen.unit)

    def px(self, u: float, v: float) -> tuple[float, float]:
        """Scene to glass."""
        return self.pen.px(u - LEFT, v - BOTTOM)

    def points(self, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Scene to the pen's box."""
        return [(u - LEFT, v - BOTTOM) for u, v in points]

    def box(self, u: float, v: float, w: float, h: float, colour: Any, radius: float = 0.0) -> None:
        """A filled rectangle."""
        self.pen.box(u - LEFT, v - BOTTOM, w, h, colour, radius)

    def frame(self, u: float, v: float, w: float, h: float, colour: Any, radius: float, width: float) -> None:
        """A border."""
        self.pen.frame(u - LEFT, v - BOTTOM, w, h, colour, radius, width)

    def polygon(self, points: list[tuple[float, float]], colour: Any) -> None:
        """A filled shape."""
        self.pen.polygon([self.points(points)], colour)

    def line(self, points: list[tuple[float, float]], colour: Any, width: float) -> None:
        """A line."""
        self.pen.line(self.points(points), colour, width)

    def disc(self, u: float, v: float, r: float, colour: Any) -> None:
        """A filled circle."""
        self.pen.disc(u - LEFT, v - BOTTOM, r, colour)

    def circle(self, u: float, v: float, r: float, colour: Any, width: float) -> None:
        """A ring."""
        self.pen.circle(u - LEFT, v - BOTTOM, r, colour, width)

    def write(self, text: str, u: float, v: float, theme: Theme, colour: Any, *, anchor: str = "middle") -> None:
        """Small words at a point."""
        x, y = self.px(u, v)
        ink.write(text, x, y, theme.small_px * 0.86, colour, anchor=anchor)


def draw_still(scene: ScenePen, theme: Theme, machine: dict[str, Any]) -> None:
    """What never moves: rail with its scale, bins, check camera's post, tray."""
    p = theme.palette
    dim = mixed(p.card, p.edge, 0.55)
    travel = float(machine["travel_mm"][0])
    scene.box(-10, -25.5, travel + 26, 3.4, p.steel_shade, 1.2)
    for mm in range(0, int(travel) + 1, 10):
        long = mm % 50 == 0
        scene.line([(mm, -26.5), (mm, -29.5 if long else -28)], dim, 0.35)
        if long:
            scene.write(f"{-mm}", mm, -33, theme, p.soft_ink)
    places = machine["places"]
    for name, key in (("chute", "deliver_x_mm"), ("reject", "reject_x_mm")):
        u = -float(places[key]) + CLAMP_FROM_SHOULDER
        scene.polygon([(u - 6.5, -34), (u + 6.5, -34), (u + 5, -47), (u - 5, -47)], mixed(p.card, p.steel_shade, 0.6))
        scene.line([(u - 6.5, -34), (u + 6.5, -34)], p.accent if name == "chute" else p.danger, 0.8)
    wheel_u = -float(machine["shoulder_x_mm"])
    scene.box(wheel_u - 2.2, 40, 4.4, TOP - 41, mixed(p.card, p.steel_shade, 0.5))


def draw_camera(
    scene: ScenePen,
    theme: Theme,
    translate: PanelTranslation,
    machine: dict[str, Any],
    light: float,
    looking: bool,
    gone: bool,
) -> None:
    """The check camera below its place, with its field while a blade is before it."""
    p = theme.palette
    u = -float(machine["places"]["check_x_mm"]) + 15
    if looking and not gone:
        scene.polygon([(u - 1.5, -10), (u + 1.5, -10), (u + 18, 11), (u - 18, 11)], (*p.glow[:3], 0.20 * light))
    body = p.danger if gone else p.steel
    scene.box(u - 5, -20, 10, 7.5, body, 1.2)
    scene.box(u - 2.4, -13, 4.8, 2.6, p.steel_shade, 0.6)
    scene.box(u - 1.6, -11.4, 3.2, 1.2, mixed(p.paper, p.glow, light) if not gone else p.paper, 0.5)
    words, colour = ("camera.gone", p.danger) if gone else ("camera", p.soft_ink)
    scene.write(translate(words), u + 7, -16.5, theme, colour, anchor="left")


def draw_brush(scene: ScenePen, theme: Theme, translate: PanelTranslation, worn: bool) -> None:
    """The brush that takes burrs off, where the clamp passes it."""
    p = theme.palette
    u = 116.0
    colour = p.danger if worn else p.steel
    scene.box(u - 5, 26, 10, 3, p.steel_shade, 1)
    for i in range(9):
        x = u - 4.4 + i * 1.1
        short = 5.0 if worn and i % 2 else 0.0
        scene.line([(x, 26), (x, 15.5 + short)], colour, 0.45)
    scene.write(translate("brush.worn" if worn else "brush"), u, 33, theme, p.danger if worn else p.soft_ink)


def draw_carousel(scene: ScenePen, theme: Theme, machine: dict[str, Any], stock: dict[str, int], z_mm: float) -> None:
    """The carousel from above: each slot with its blank and how many are left; the one at the feeder stands right."""
    p = theme.palette
    u0, v0 = CAROUSEL
    scene.circle(u0, v0, CAROUSEL_R, p.steel_shade, 1.4)
    scene.circle(u0, v0, 5, p.steel_shade, 1.4)
    scene.polygon([(u0 + 40, v0 - 3.4), (u0 + 40, v0 + 3.4), (u0 + 34.6, v0)], p.accent)
    r = slot_radius(machine)
    for slot, (u, v), near in slot_places(machine, z_mm):
        left = stock.get(str(slot["number"]), 0)
        dark = slot["finish"] != "brass"
        metal = mixed(p.brass_shade, p.paper, 0.55) if dark else p.brass
        ground = mixed(p.card, p.paper, 0.7)
        scene.disc(u, v, r, ground)
        part = min(1.0, left / max(1, slot["capacity"]))
        if left:
            chord = [(u + r * 0.93 * cos(a), v + r * 0.93 * sin(a)) for a in _arc_below(part)]
            scene.polygon(chord, mixed(ground, metal, 0.5))
        low = left <= slot["low_at"]
        edge = p.accent if near else p.danger if not left else p.warn if low else metal
        scene.circle(u, v, r, edge, 1.6 if near or low else 0.8)
        scene.write(slot["blank"], u, v + 2.6, theme, p.ink)
        colour = p.danger if not left else p.ink
        scene.write(f"{left}", u, v - 3.4, theme, colour)


def _arc_below(part: float) -> list[float]:
    """Angles of the circle's part that lies below a level from 0 (empty) to 1 (full)."""
    half = pi * max(0.12, part)
    return [-pi / 2 - half + 2 * half * i / 30 for i in range(31)]


def slot_radius(machine: dict[str, Any]) -> float:
    """How large a slot can be drawn so that none covers its neighbour."""
    part = sin(pi / max(2, len(machine["slots"])))
    return min(SLOT_R, CAROUSEL_R * part / (1 + part) - 0.6)


def slot_places(machine: dict[str, Any], z_mm: float) -> list[tuple[dict[str, Any], tuple[float, float], bool]]:
    """Each slot with where it stands now and whether it is at the feeder."""
    slots = machine["slots"]
    pitch = abs(slots[1]["z_mm"] - slots[0]["z_mm"]) if len(slots) > 1 else 1.0
    u0, v0 = CAROUSEL
    radius = CAROUSEL_R - slot_radius(machine) - 1.2
    found = []
    for slot in slots:
        angle = 2 * pi / max(1, len(slots)) * (slot["z_mm"] - z_mm) / pitch
        place = (u0 + radius * cos(angle), v0 + radius * sin(angle))
        found.append((slot, place, abs(slot["z_mm"] - z_mm) <= 1.0))
    return found


def draw_carriage(scene: ScenePen, theme: Theme, state: dict[str, Any], metal: dict[str, Any]) -> None:
    """The clamp with what it holds, its shoulder at u = 0."""
    p = theme.palette
    c = CLAMP_FROM_SHOULDER
    scene.box(c - 13, -22, 26, 12, p.steel_shade, 2)
    scene.box(c - 16, -20, 5, 43, p.steel_shade, 1.5)
    scene.box(c - 16, 19, 22, 4, p.steel_shade, 1.5)
    scene.box(c - 8, -11, 16, 10.4, p.steel, 1.2)
    lift = 4.6 if state.get("clamp_open") else 0.0
    if metal.get("blank"):
        draw_blank(scene, p, metal)
    colour = p.warn if state.get("clamp_open") else p.steel
    scene.box(c - 1.2, 12 + lift, 2.4, 9 - lift, colour)
    scene.box(c - 7, 9.6 + lift, 14, 3.4, colour, 1)
    for wheel in (c - 8.5, c + 8.5):
        scene.disc(wheel, -22, 2.2, p.steel)


def draw_blank(scene: ScenePen, p: Palette, metal: dict[str, Any]) -> None:
    """The blank to scale: its bow between the jaws, its blade as the wheel has left it."""
    brass = p.brass if metal.get("finish") == "brass" else mixed(p.brass_shade, p.paper, 0.5)
    shift, lift = metal["shift_mm"], metal["lift_mm"]
    middle = metal["height_mm"] / 2
    bow = [(-15 + 11.5 * cos(a), middle + lift + 10.5 * sin(a)) for a in (2 * pi * i / 48 for i in range(48))]
    scene.polygon(bow, brass)
    scene.disc(-21, middle + lift, 2.2, p.card)
    scene.box(-6 + shift, lift - 0.6, 6.4, metal["height_mm"] + 1.2, brass, 0.3)
    every = 5
    step = metal["step_mm"]
    edge = [(shift + i * step, lift + um / 1000) for i, um in list(enumerate(metal["top_um"]))[::every]]
    under = [(shift + i * step, lift + um / 1000) for i, um in list(enumerate(metal["bottom_um"]))[::every]]
    scene.polygon([*edge, *reversed(under)], brass)


def wheel_edge(machine: dict[str, Any], reach_mm: float) -> list[tuple[float, float]]:
    """The lower edge of the wheel seen edge-on, its lowest point at 0: flat and flanks are true, mm."""
    half_flat = machine["wheel"]["flat_mm"] / 2
    slope = 1 / tan(radians(machine["wheel"]["angle_deg"] / 2))
    rise = (reach_mm - half_flat) * slope
    return [(-reach_mm, rise), (-half_flat, 0.0), (half_flat, 0.0), (reach_mm, rise)]


def draw_wheel(scene: ScenePen, theme: Theme, machine: dict[str, Any], *, broken: bool) -> None:
    """The wheel and its motor, its lowest point at u = v = 0."""
    p = theme.palette
    r = machine["wheel"]["diameter_mm"] / 2
    edge = wheel_edge(machine, WHEEL_HALF_MM)
    body = [*edge, (WHEEL_HALF_MM, r - 3), (-WHEEL_HALF_MM, r - 3)]
    scene.polygon(body, p.danger if broken else mixed(p.steel, p.ink, 0.35))
    scene.box(-12, r - 9, 24, 15, p.steel_shade, 2.4)


def draw_tray(scene: ScenePen, theme: Theme, translate: PanelTranslation, light: float, empty: bool) -> None:
    """The open tray with its lamps; the key's own picture is put upon it."""
    p = theme.palette
    u, v, w, h = TRAY
    scene.box(u, v, w, h, mixed(p.paper, p.card, 0.3), 3)
    scene.box(u + 2, v + h - 2.6, w - 4, 1.6, mixed(p.paper, p.glow, light), 0.8)
    scene.frame(u, v, w, h, mixed(p.line, p.glow, 0.55 * light), 3, 0.5)
    scene.write(translate("tray"), u + 3, v + h - 6.6, theme, p.soft_ink, anchor="left")
    if empty:
        scene.write(translate("tray.empty"), u + w / 2, v + h / 2 - 2, theme, p.soft_ink)


def draw_door(scene: ScenePen, theme: Theme, translate: PanelTranslation, is_open: bool, stopped: bool) -> None:
    """The guard around it all: its door shut with a sheen, or open and said so."""
    p = theme.palette
    if is_open:
        scene.frame(LEFT + 1, BOTTOM + 0.5, WIDTH - 2, HEIGHT - 1, p.danger, 4, 1.4)
        _chip(scene, theme, translate("door.is_open"), 56.0)
    else:
        scene.frame(LEFT + 1, BOTTOM + 0.5, WIDTH - 2, HEIGHT - 1, p.line, 4, 0.6)
        sheen = (*p.ink[:3], 0.035)
        for u in (0.0, 14.0):
            scene.polygon([(20 + u, TOP - 1), (26 + u, TOP - 1), (-20 + u, BOTTOM + 1), (-26 + u, BOTTOM + 1)], sheen)
    if stopped:
        _chip(scene, theme, translate("stop.is_pressed"), 40.0 if is_open else 56.0)


def _chip(scene: ScenePen, theme: Theme, words: str, v: float) -> None:
    p = theme.palette
    wide = ink.width(words, round(theme.lead_px), ink.BOLD) / scene.unit + 8
    scene.box(30 - wide / 2, v - 5.5, wide, 11, p.danger, 2)
    x, y = scene.px(30, v)
    ink.write(words, x, y, theme.lead_px, p.on_danger, ink.BOLD, anchor="middle")
