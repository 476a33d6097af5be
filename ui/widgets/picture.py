"""The widget that puts a picture's layers on the glass and lets it move calmly.

Responsible for: drawing layers, timing, and redrawing as seldom as will do. Not responsible for: what stands where
(`ui.widgets.scenes`) or the drawings themselves (`ui.widgets.sprites`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any, assert_never

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look
from ui.widgets.patch import Patch
from ui.widgets.scenes import BEAT_MOVES, BEATS, HEIGHT, WIDTH, Halo, Layer, Moment, Sprite, Stroke, Tick, scene_of
from ui.widgets.sprites import sprite

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, PopMatrix, PushMatrix, Rectangle, Rotate, SmoothEllipse, SmoothLine
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

SMALLEST_PX = 20
SLOWEST_S = 0.3
"""Between two movements of a picture on a computer that has no time for it."""
UNIT_STEP_PX = 0.125
"""Sizes of pictures come in these steps, so that drawings painted once serve again where a title is a line longer."""


class DrawnPicture(Widget):
    """Draws `scene`; `fraction` is how far the work has come, `ink` names the colour of lines upon the field."""

    scene = StringProperty("")
    fraction = NumericProperty(0.0)
    ink = StringProperty("on_field")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._began_s = Clock.get_time()
        self._ticking: Any = None
        self._every_s = 0.0
        self._drawn: dict[Layer, Patch] = {}
        self._stale: Patch | None = None
        self._unit = 1.0
        self._box: tuple[float, ...] = ()
        self._trigger = Clock.create_trigger(self._draw_at_rest, -1)
        self.fbind("scene", self.begin)
        for name in ("pos", "size", "ink"):
            self.fbind(name, self._trigger)
        self.fbind("fraction", self._further)
        self.fbind("parent", self.begin)
        look.follow(self, DrawnPicture.begin)

    # --- time -------------------------------------------------------------------------------------------
    @property
    def _still(self) -> bool:
        return not look.moving or look.theme.palette.name == "contrast"

    def begin(self, *_: Any) -> None:
        """Begin a new round."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        self._began_s = Clock.get_time()
        scene = scene_of(self.scene)
        if scene is not None and scene[0].moves and self.parent is not None and not self._still:
            self._every_s = 1 / look.theme.motion.scene_fps
            self._ticking = Clock.schedule_once(self._move, self._every_s)
        self._trigger()

    def _further(self, *_: Any) -> None:
        """The work went on. A picture that moves anyway shows it with its next movement, not in a frame of its own."""
        if self._ticking is None:
            self._trigger()

    def _move(self, elapsed_s: float) -> None:
        scene = scene_of(self.scene)
        if scene is None or self.get_root_window() is None:
            # Its screen is gone: nobody sees it move.
            self._ticking = None
            return
        self._draw()
        # A computer that cannot keep up moves less often: what people touch comes before what moves for beauty.
        late = elapsed_s > 1.6 * self._every_s
        fastest_s = 1 / look.theme.motion.scene_fps
        self._every_s = min(SLOWEST_S, self._every_s * 1.5) if late else max(fastest_s, self._every_s * 0.95)
        wait_s = self._every_s
        if self.scene == "attract":
            beat_s = look.theme.motion.beat_s
            rounds = self._elapsed_rounds() * BEATS
            moves = rounds % 1 < BEAT_MOVES
            wait_s = wait_s if moves else (1 - rounds % 1) * beat_s + 0.01
        elif scene[0].once and self._elapsed_rounds() >= 1.0:
            self._ticking = None
            return
        self._ticking = Clock.schedule_once(self._move, wait_s)

    def _elapsed_rounds(self) -> float:
        motion = look.theme.motion
        round_s = motion.beat_s * BEATS if self.scene == "attract" else motion.scene_s
        return float((Clock.get_time() - self._began_s) / round_s)

    def _layers(self) -> Sequence[Layer]:
        found = scene_of(self.scene)
        if found is None:
            return ()
        scene, said = found
        if self._still:
            return scene.layers(Moment(scene.still, self.fraction), *said)
        rounds = self._elapsed_rounds()
        return scene.layers(Moment(min(1.0, rounds) if scene.once else rounds % 1.0, self.fraction), *said)

    # --- layers -----------------------------------------------------------------------------------------
    def take_stale(self) -> Patch:
        """Where the picture differs from when this was asked last."""
        stale, self._stale = self._stale, None
        return stale or Patch(self.x, self.y, self.right, self.top)

    def paint_other_colours(self) -> None:
        """Have what is drawn now ready for whoever asks for contrast, or has done with it."""
        for layer in self._drawn:
            if isinstance(layer, Sprite):
                sprite(layer.name, round(layer.width * self._unit), flat=look.theme.palette.name != "contrast")

    def _draw_at_rest(self, *_: Any) -> None:
        """Draw once the page has come to rest: painting it in sizes that nobody sees takes longest of all."""
        box = (*self.pos, *self.size)
        if box == self._box:
            self._draw()
        else:
            self._box = box
            self._trigger()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        before, self._drawn = self._drawn, {}
        if min(self.size) >= SMALLEST_PX:
            unit = min(self.width / WIDTH, self.height / HEIGHT)
            unit = max(UNIT_STEP_PX, unit // UNIT_STEP_PX * UNIT_STEP_PX)
            left, bottom = self.center_x - WIDTH * unit / 2, self.center_y - HEIGHT * unit / 2
            with self.canvas:
                for layer in self._layers():
                    self._drawn[layer] = self._put(layer, unit, left, bottom)
            self._unit = unit
            if self.get_root_window() is None:
                # Made ready while nobody is here.
                self.paint_other_colours()
        changed = [patch for layer, patch in before.items() if self._drawn.get(layer) != patch]
        changed += [patch for layer, patch in self._drawn.items() if before.get(layer) != patch]
        for patch in changed:
            self._stale = self._stale.union(patch) if self._stale else patch

    def _put(self, layer: Layer, unit: float, left: float, bottom: float) -> Patch:
        """Draw a layer; where it lies."""
        palette = look.theme.palette
        x, y = (left + layer.x * unit, bottom + layer.y * unit) if not isinstance(layer, Stroke) else (0.0, 0.0)
        match layer:
            case Sprite():
                return _put_sprite(layer, x, y, round(layer.width * unit))
            case Stroke(points, width, accent):
                Color(rgba=palette.accent if accent else getattr(palette, self.ink))
                flat = [value for px, py in points for value in (left + px * unit, bottom + py * unit)]
                SmoothLine(points=flat, width=max(1.0, width * unit / 2), cap="round", joint="round")
                return Patch(min(flat[::2]), min(flat[1::2]), max(flat[::2]), max(flat[1::2])).grown(width * unit)
            case Halo(r=r, share=share):
                if share > 0:
                    Color(rgba=palette.mark)
                    SmoothLine(circle=(x, y, r * unit, 0, 360 * share), width=max(1.2, 1.1 * unit))
            case Tick(r=r):
                Color(rgba=palette.mark)
                SmoothEllipse(pos=(x - r * unit, y - r * unit), size=(2 * r * unit, 2 * r * unit))
                Color(rgba=palette.on_mark)
                s = r * unit / 11
                tick = [x - 5 * s, y - 0.2 * s, x - 1.4 * s, y - 4 * s, x + 5.4 * s, y + 4 * s]
                SmoothLine(points=tick, width=1.5 * s, cap="round", joint="round")
            case _:
                assert_never(layer)
        return Patch(x, y, x, y).grown(layer.r * unit)


def _put_sprite(layer: Sprite, x: float, y: float, width_px: int) -> Patch:
    texture = sprite(layer.name, width_px, flat=look.theme.palette.name == "contrast")
    w, h = texture.size
    corner = (round(x - w / 2), round(y - h / 2))
    Color(1, 1, 1, 1)
    if layer.turn_deg:
        PushMatrix()
        Rotate(angle=layer.turn_deg, origin=(x, y))
        Rectangle(texture=texture, pos=corner, size=(w, h))
        PopMatrix()
        across, along = abs(sin(radians(layer.turn_deg))), abs(cos(radians(layer.turn_deg)))
        wide, high = (w * along + h * across) / 2 + 1, (w * across + h * along) / 2 + 1
        return Patch(x - wide, y - high, x + wide, y + high)
    begin, end = (round(w * share) for share in layer.shown)
    if (begin, end) != (0, w):
        texture = texture.get_region(begin, 0, max(1, end - begin), h)
    Rectangle(texture=texture, pos=(corner[0] + begin, corner[1]), size=(end - begin, h))
    return Patch(corner[0] + begin, corner[1], corner[0] + end, corner[1] + h)
