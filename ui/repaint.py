"""Drawing again only where the glass has changed: without a graphics processor, each pixel costs processor time.

Responsible for: finding what differs from the frame before, and drawing no more than that. Not responsible for: what
stands there. Where a display does not keep the last frame, or everything changed, the whole glass is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look
from ui.widgets.patch import Patch
from ui.widgets.picture import DrawnPicture

from kivy.graphics import Rectangle  # isort: skip
from kivy.graphics.opengl import (
    GL_COLOR_BUFFER_BIT,
    GL_RGBA,
    GL_SCISSOR_TEST,
    GL_UNSIGNED_BYTE,
    glClear,
    glClearColor,
    glDisable,
    glEnable,
    glReadPixels,
    glScissor,
)

OVERHANG_MM = 6.0
"""What a widget may draw beyond its box: the ring of the focus, a tag that hangs askew."""
MOST_PATCHES = 3
"""Each patch goes through the whole list of drawings once."""
PASS_PX = 100_000
"""So many pixels take as long as that: patches are joined for which no more is drawn in vain."""
WHOLE_SHARE = 0.8
"""From this share of the glass on it is drawn whole."""
SWAPS = 3
"""Frames after which a display that takes turns between pictures has shown it."""


def gather(patches: Iterable[Patch]) -> list[Patch]:
    """Few patches that hold all: those are joined whose union adds least."""
    kept: list[Patch] = []
    for patch in outermost(patches):
        if any(each.holds(patch) for each in kept):
            continue
        kept.append(patch)
        while len(kept) > 1:
            adds, one, other = min(((_added(*pair), *pair) for pair in combinations(kept, 2)), key=lambda each: each[0])
            if adds > PASS_PX and len(kept) <= MOST_PATCHES:
                break
            kept = [each for each in kept if each not in (one, other)] + [one.union(other)]
    return kept


def _added(one: Patch, other: Patch) -> float:
    return one.union(other).area - one.area - other.area


def outermost(patches: Iterable[Patch]) -> list[Patch]:
    """Those that lie in no other one, the largest first."""
    kept: list[Patch] = []
    for patch in sorted(patches, key=lambda each: -each.area):
        if not any(each.holds(patch) for each in kept):
            kept.append(patch)
    return kept


def plain_surfaces() -> None:
    """Surfaces of one colour take it from a small white picture: they need no mixing of its neighbours."""
    # Asked for of a shape, which always has it: Kivy's own store of pictures forgets it after a minute.
    white = Rectangle().texture
    white.mag_filter = white.min_filter = "nearest"


class Repaint:
    """Draws one window, from its `on_draw` on."""

    def __init__(self, window: Any) -> None:
        self._window = window
        self._boxes: dict[int, tuple[float, ...]] = {}
        self._glass: tuple[Any, ...] = ()
        plain_surfaces()
        self._keeps = self._display_keeps_its_picture()
        window.bind(on_draw=self._draw)

    def end(self) -> None:
        """Leave the window to draw itself."""
        self._window.unbind(on_draw=self._draw)

    def whole(self) -> None:
        """Draw all of it in the next frame."""
        self._glass = ()
        self._window.canvas.ask_update()

    def _display_keeps_its_picture(self) -> bool:
        """Whether a new frame begins with the last one: some displays take turns between two or three."""
        red, green, blue, _ = self._window.clearcolor
        for turn in range(SWAPS):
            # Shades nobody can tell apart: this is seen for a moment.
            seen = (red, green, abs(blue - turn / 255))
            glClearColor(*seen, 1.0)
            glClear(GL_COLOR_BUFFER_BIT)
            self._window.flip()
            pixel = glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE)
            if any(abs(got - 255 * want) > 0.6 for got, want in zip(pixel[:3], seen, strict=True)):
                return False
        return True

    def _draw(self, *_: Any) -> bool:
        """Draw; the window's own drawing is not wanted then."""
        window = self._window
        width, height = window.size
        glass = (width, height, tuple(window.clearcolor))
        changed = list(self._changed())
        patches = self._patches(changed) if self._keeps and glass == self._glass else []
        self._glass = glass
        glClearColor(*window.clearcolor)
        if not patches or sum(patch.area for patch in patches) > WHOLE_SHARE * width * height:
            glClear(GL_COLOR_BUFFER_BIT)
            window.render_context.draw()
            return True
        glEnable(GL_SCISSOR_TEST)
        for patch in patches:
            glScissor(*(int(side) for side in (patch.left, patch.bottom, *patch.size)))
            glClear(GL_COLOR_BUFFER_BIT)
            window.render_context.draw()
        glDisable(GL_SCISSOR_TEST)
        return True

    def _patches(self, changed: list[Patch]) -> list[Patch]:
        """Nothing means everything: the window itself asked to be drawn, as when another one has covered it."""
        hang = look.theme.mm(OVERHANG_MM)
        glass = Patch(0, 0, *self._window.size)
        # Most of what changes lies in something that does: only what is left is worth looking at closely.
        return gather(patch.grown(hang).within(glass) for patch in outermost(changed) if patch.area)

    def _changed(self) -> Iterator[Patch]:
        """Where something was drawn that is not drawn so any more, and where something is drawn anew."""
        before, self._boxes = self._boxes, {}
        waiting = list(self._window.children)
        while waiting:
            widget = waiting.pop()
            (x, y), (width, height) = widget.pos, widget.size
            box = self._boxes[widget.uid] = (x, y, x + width, y + height)
            there = before.pop(widget.uid, None)
            if there != box:
                yield Patch(*box)
                if there is not None:
                    yield Patch(*there)
            elif widget.canvas.needs_redraw and _drawn_anew(widget):
                yield widget.take_stale() if isinstance(widget, DrawnPicture) else Patch(*box)
            waiting += widget.children
        yield from (Patch(*box) for box in before.values())


def _drawn_anew(widget: Any) -> bool:
    """Whether its own drawing changed, not only that of a widget within it."""
    within = {child.canvas for child in widget.children}
    return any(part.needs_redraw for part in widget.canvas.children if part not in within)
