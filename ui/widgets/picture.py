"""The widget that shows a drawn picture and lets it move calmly.

Responsible for: timing and redrawing as seldom as will do. Not responsible for: what is drawn (`ui.widgets.scenes`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look
from ui.widgets.pen import Pen
from ui.widgets.scenes import HEIGHT, SCENES, WIDTH, Moment

from kivy.clock import Clock  # isort: skip
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

SLOWEST_S = 0.3
"""Between two movements of a picture on a computer that has no time for it."""


class DrawnPicture(Widget):
    """Draws `scene`; `fraction` is how far the work has come."""

    scene = StringProperty("")
    fraction = NumericProperty(0.0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._began_s = Clock.get_time()
        self._ticking: Any = None
        self._every_s = 0.0
        self._trigger = Clock.create_trigger(self._draw, -1)
        self.fbind("scene", self.begin)
        for name in ("pos", "size"):
            self.fbind(name, self._trigger)
        self.fbind("fraction", self._further)
        self.fbind("parent", self.begin)
        look.follow(self, DrawnPicture.begin)

    def begin(self, *_: Any) -> None:
        """Begin a new round."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        self._began_s = Clock.get_time()
        scene = SCENES.get(self.scene)
        if scene is not None and self.parent is not None and look.moving:
            motion = look.theme.motion
            self._every_s = 1 / motion.scene_fps if scene.moves else motion.attract_s if self.scene == "attract" else 0
            if self._every_s:
                self._ticking = Clock.schedule_once(self._move, self._every_s)
        self._trigger()

    def _further(self, *_: Any) -> None:
        """The work went on. A picture that moves anyway shows it with its next movement, not in a frame of its own."""
        if self._ticking is None or not SCENES[self.scene].moves:
            self._trigger()

    def _move(self, elapsed_s: float) -> None:
        if self.get_root_window() is None:
            # Its screen is gone: nobody sees it move.
            self._ticking = None
            return
        self._draw()
        if SCENES[self.scene].moves:
            # A computer that cannot keep up moves less often: what people touch comes before what moves for beauty.
            late = elapsed_s > 1.6 * self._every_s
            fastest_s = 1 / look.theme.motion.scene_fps
            self._every_s = min(SLOWEST_S, self._every_s * 1.5) if late else max(fastest_s, self._every_s * 0.95)
        self._ticking = Clock.schedule_once(self._move, self._every_s)

    def _moment(self) -> Moment:
        scene, motion = SCENES[self.scene], look.theme.motion
        if not look.moving:
            return Moment(scene.still, self.fraction)
        elapsed_s = Clock.get_time() - self._began_s
        if self.scene == "attract":
            return Moment((elapsed_s / motion.attract_s + 0.01) / 3 % 1.0, self.fraction)
        # A round, then a rest on its last picture, so that nothing fidgets.
        return Moment(elapsed_s / motion.scene_s % 1.0, self.fraction)

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        if self.scene not in SCENES or min(self.size) < 20:
            return
        with self.canvas:
            SCENES[self.scene].draw(Pen(self.pos, self.size, WIDTH, HEIGHT), look.theme.palette, self._moment())
