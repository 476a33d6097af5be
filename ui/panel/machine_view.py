"""The machine live: where its axes stand, what turns, what is open, what lies where.

Responsible for: moving the drawn parts with the state, the read-out, lamps and the machine's own buttons. Not
responsible for: the shape of parts (`ui.panel.machine_drawing`).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

from simulator.serve import requests as ask
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel import ink
from ui.panel import machine_drawing as drawing
from ui.panel.card import PanelCard
from ui.panel.lamps import draw_lamps, lamps_of
from ui.panel.layers import Layers, Spin
from ui.panel.requests import PanelState, door_request, headset_request, slot_request, stop_request
from ui.panel.tap import PanelButton, lay_out_row
from ui.theme import Theme
from ui.widgets.look import look

from kivy.core.image import Image as CoreImage  # isort: skip
from kivy.graphics import Color, Rectangle

APART_MM = 0.03
"""Further than play and rounding: the slide is not where the board believes it to be."""


class MachineCard(PanelCard):
    """The machine's card. `send` takes requests."""

    def __init__(self, panel: PanelState, send: Callable[[ask.ControlRequest], None], **kwargs: Any) -> None:
        self._send = send
        self.door = PanelButton("door", lambda: send(door_request(self.panel.state)))
        self.stop = PanelButton("stop", lambda: send(stop_request(self.panel.state)), "danger")
        self.chute = PanelButton("chute", lambda: send(ask.EmptyChute()))
        self.refill = PanelButton("refill", self._refill)
        self.headset = PanelButton("headset", lambda: send(headset_request(self.panel.state)))
        super().__init__(panel, **kwargs)
        self._layers = Layers(self.canvas)
        self._spin = Spin()
        self._tray: Any = None
        self._tray_png: str | None = None
        self._scene: drawing.ScenePen | None = None
        for button in (self.door, self.stop, self.chute, self.refill, self.headset):
            self.add_widget(button)

    # --- where things are -------------------------------------------------------------------------------
    def place(self) -> None:
        """Buttons below, lamps right, the drawing in the rest."""
        theme = look.theme
        target, gap, pad = round(theme.target_px * 0.92), self.gap, self.pad
        self._label()
        self._lamps_width = round(theme.mm(66))
        wide = self.width - 2 * pad
        row = [self.door, self.chute, self.refill, self.headset, self.stop]
        lay_out_row(row, self.x + pad, self.y + pad, target, gap, wide)
        low = self.y + pad + target + gap
        high = self.top - pad - self.heading_height * 1.25
        room = (self.x + pad, low), (self.width - 2 * pad - self._lamps_width - gap, high - low)
        self._scene = drawing.ScenePen(*room)

    def _label(self) -> None:
        panel, translate, state = self.panel, self.panel.translate, self.panel.state
        opened, pressed = bool(state.get("door_open")), bool(state.get("emergency_stop"))
        able = not panel.locked
        self.door.show(translate("door.close" if opened else "door.open"), chosen=opened and able, enabled=able)
        self.stop.show(translate("stop.release" if pressed else "stop.press"), chosen=pressed and able, enabled=able)
        plugged = bool(state.get("headset"))
        self.headset.show(translate("headset.out" if plugged else "headset.in"), chosen=plugged, enabled=not panel.job)
        fallen = bool(state.get("fallen", {}).get("chute"))
        self.chute.show(translate("chute.empty"), enabled=fallen and not panel.job)
        self.refill.show(translate("stock.refill"), enabled=able)

    def _refill(self) -> None:
        for slot in self.panel.machine.get("slots", ()):
            if self.panel.state.get("stock", {}).get(str(slot["number"])) != slot["capacity"]:
                self._send(ask.StockSlot(slot=slot["number"], blanks=slot["capacity"]))

    def on_touch_down(self, touch: Any) -> bool:
        """A touch on a slot of the carousel empties or refills it."""
        if super().on_touch_down(touch):
            return True
        if self._scene is None or not self.panel.machine or not self.collide_point(*touch.pos):
            return False
        z_mm = float(self.panel.state.get("position_mm", (0, 0, 0))[2])
        for slot, (u, v), _ in drawing.slot_places(self.panel.machine, z_mm):
            x, y = self._scene.px(u, v)
            if (touch.x - x) ** 2 + (touch.y - y) ** 2 <= (drawing.SLOT_R * self._scene.unit) ** 2:
                self._send(slot_request(self.panel.machine, self.panel.state, int(slot["number"])))
                return True
        return False

    # --- showing ----------------------------------------------------------------------------------------
    def refresh(self, *, whole: bool = False) -> None:
        """Draw what changed: a layer is drawn anew only when what it shows is different."""
        panel, scene = self.panel, self._scene
        if not panel.machine or not panel.state or scene is None:
            return
        theme, translate, state, machine = look.theme, panel.translate, panel.state, panel.machine
        x_mm, y_mm, z_mm = state["position_mm"]
        if whole:
            self._layers.forget()
        self._label()
        layer = self._layers.draw
        layer("still", 0, lambda: drawing.draw_still(scene, theme, machine))
        light = float(state["lamp"])
        looking = abs(x_mm - machine["places"]["check_x_mm"]) <= 1 and bool(state["clamped"])
        gone = "check" in state["cameras_gone"]
        layer(
            "camera",
            (light, looking, gone),
            lambda: drawing.draw_camera(scene, theme, translate, machine, light, looking, gone),
        )
        worn = bool(state["brush_worn"])
        layer("brush", worn, lambda: drawing.draw_brush(scene, theme, translate, worn))
        stock = state["stock"]
        layer(
            "carousel",
            (tuple(stock.items()), round(z_mm, 1)),
            lambda: drawing.draw_carousel(scene, theme, machine, stock, z_mm),
        )
        layer("bins", self._bins(), lambda: self._draw_bins(scene, theme))
        layer("tray", (panel.tray_png, light), lambda: self._draw_tray(scene, theme, light))
        layer(
            "carriage",
            (state["clamp_open"], panel.metal.get("number")),
            lambda: drawing.draw_carriage(scene, theme, state, panel.metal),
            at=(-x_mm * scene.unit, 0.0),
        )
        lowest = y_mm - machine["spine_y_mm"]
        broken = "broken_wheel" in state["faults"]
        wheel_u = -machine["shoulder_x_mm"]
        layer(
            "wheel",
            broken,
            lambda: self._draw_wheel(scene, theme, broken),
            at=(wheel_u * scene.unit, lowest * scene.unit),
        )
        shut = (bool(state["door_open"]), bool(state["emergency_stop"]))
        layer("door", shut, lambda: drawing.draw_door(scene, theme, translate, *shut))
        self._read_out(theme)
        lamps = lamps_of(panel)
        layer("lamps", lamps, lambda: self._draw_lamps(lamps, theme))

    def _draw_wheel(self, scene: drawing.ScenePen, theme: Theme, broken: bool) -> None:
        drawing.draw_wheel(scene, theme, self.panel.machine, broken=broken)
        self._spin.draw(scene, theme, self.panel.machine)

    def turn(self, elapsed_s: float) -> None:
        """Let the drawn wheel turn, slower than the real one, which no eye could follow."""
        rpm = float(self.panel.state.get("wheel_rpm", 0))
        if rpm >= 1 and not self.panel.state.get("paused"):
            self._spin.turn(elapsed_s * min(rpm, 45.0) * 6.0)

    def _bins(self) -> tuple[Any, ...]:
        return (*self.panel.state["fallen"].items(), self.panel.state["chute_holds"])

    def _draw_bins(self, scene: drawing.ScenePen, theme: Theme) -> None:
        p, translate, fallen = theme.palette, self.panel.translate, self.panel.state["fallen"]
        places = self.panel.machine["places"]
        for name, key in (("chute", "deliver_x_mm"), ("reject", "reject_x_mm")):
            u = -float(places[key]) + drawing.CLAMP_FROM_SHOULDER
            count = fallen[name]
            x, y = scene.px(u, -40.5)
            full = name == "chute" and count >= self.panel.state["chute_holds"]
            colour = p.danger if full else p.ink if count else p.soft_ink
            ink.write(str(count), x, y, theme.text_px, colour, ink.SEMIBOLD, anchor="middle")
            anchor, side = ("right", -8.0) if name == "chute" else ("left", 8.0)
            scene.write(translate(name), u + side, -41, theme, p.soft_ink, anchor=anchor)
        if fallen.get("floor"):
            scene.write(translate("floor", count=fallen["floor"]), 40, -43, theme, p.danger)

    def _draw_tray(self, scene: drawing.ScenePen, theme: Theme, light: float) -> None:
        png = self.panel.tray_png
        if png != self._tray_png:
            self._tray_png = png
            data = io.BytesIO(base64.b64decode(png)) if png else None
            self._tray = CoreImage(data, ext="png").texture if data else None
        drawing.draw_tray(scene, theme, self.panel.translate, light, self._tray is None)
        if self._tray is not None:
            u, v, w, h = drawing.TRAY
            wide, high = (w - 6) * scene.unit, (w - 6) * scene.unit * self._tray.height / self._tray.width
            x, y = scene.px(u + 3, v + 3)
            shade = 0.25 + 0.75 * light
            Color(rgba=(shade, shade, shade, 1))
            Rectangle(texture=self._tray, pos=(x, y), size=(wide, min(high, (h - 9) * scene.unit)))
            words = self.panel.laid_key
            if words:
                scene.write(words, u + w - 3, v + h - 6.6, theme, theme.palette.ink, anchor="right")

    # --- read-out and lamps -----------------------------------------------------------------------------
    def _read_out(self, theme: Theme) -> None:
        state, translate, p = self.panel.state, self.panel.translate, theme.palette
        apart = self.panel.apart_mm()
        parts = [(axis, f"{value:9.3f}") for axis, value in zip("XYZ", state["position_mm"], strict=True)]
        key = (state["board"], tuple(parts), tuple(abs(mm) > APART_MM for mm in apart), state["feed_mm_min"])
        rpm = f"{state['wheel_rpm']:.0f}"

        def draw() -> None:
            y = self.top - self.pad - self.heading_height * 0.6
            x = self.x + self.pad
            colour = p.danger if state["board"].startswith(("Alarm", "Door")) else p.accent
            x += ink.write(translate.state(state["board"].partition(":")[0]), x, y, theme.lead_px, colour, ink.SEMIBOLD)
            x = max(x + 2 * self.pad, self.x + self.pad + theme.mm(54))
            for (axis, words), off in zip(parts, apart, strict=False):
                moved = abs(off) > APART_MM
                ink.write(axis, x, y, theme.lead_px, p.soft_ink, ink.SEMIBOLD)
                x += theme.mm(5)
                x += ink.write_mono(words, x, y, theme.lead_px * 1.15, p.danger if moved else p.ink) + 2 * self.pad
                if moved:
                    x += ink.write(f"({off:+.2f})", x - 1.6 * self.pad, y, theme.small_px, p.danger)
            ink.write_mono(f"{state['feed_mm_min']:5d}", x, y, theme.lead_px * 1.15, p.ink)
            x += ink.mono_width(theme.lead_px * 1.15) * 5 + self.gap
            x += ink.write("mm/min", x, y, theme.small_px, p.soft_ink) + 2 * self.pad
            ink.write_mono(f"{int(rpm):5d}", x, y, theme.lead_px * 1.15, p.ink)
            x += ink.mono_width(theme.lead_px * 1.15) * 5 + self.gap
            ink.write(translate("rpm", rpm="").strip(), x, y, theme.small_px, p.soft_ink)

        self._layers.draw("read-out", (*key, rpm), draw)

    def _draw_lamps(self, lamps: Any, theme: Theme) -> None:
        left = self.right - self.pad - self._lamps_width
        top = self.top - self.pad - self.heading_height * 1.25
        bottom = self.y + self.pad + self.door.height + self.gap
        draw_lamps(lamps, (left, bottom), (self._lamps_width, top - bottom), theme)
