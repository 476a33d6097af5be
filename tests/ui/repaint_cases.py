"""Only what changed is drawn again, and nobody could tell: pixel by pixel the glass is what drawing all of it gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.store import Screen
from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.widgets.patch import Patch

SMALL = (540, 960)
SIDES = st.integers(0, 300)
PATCHES = st.lists(st.builds(lambda x, y, w, h: Patch(x, y, x + w, y + h), SIDES, SIDES, SIDES, SIDES), min_size=1)


@pytest.fixture
def repaint() -> Iterator[Any]:
    from ui.repaint import Repaint
    from ui.theme import make_theme

    glass = gallery()
    glass.resize(SMALL)
    glass._look.theme = make_theme(Screen(width_px=1080, height_px=1920, mm_per_px=0.248), SMALL, "light")
    glass._look.moving = True
    painter = Repaint(glass.window)
    yield painter
    painter.end()
    glass._look.moving = False


def pixels() -> bytes:
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

    return bytes(glReadPixels(0, 0, *SMALL, GL_RGBA, GL_UNSIGNED_BYTE))


def show(name: str, **changes: Any) -> None:
    snapshot, local = SAMPLES[name]
    snapshot = replace(snapshot, **{key: value for key, value in changes.items() if hasattr(snapshot, key)})
    local = replace(local, **{key: value for key, value in changes.items() if hasattr(local, key)})
    gallery().frame.show(present(snapshot, local, sample_store("portrait")), reach=local.reach)


def frame() -> None:
    gallery()._loop.idle()


def compared(painter: Any) -> tuple[bytes, bytes]:
    """The glass as it is, and as it is when all of it is drawn."""
    seen = pixels()
    painter.whole()
    gallery().window.dispatch("on_draw")
    return seen, pixels()


def test_after_any_change_the_glass_is_what_drawing_all_of_it_gives(repaint: Any) -> None:
    chance, names = random.Random(5), list(SAMPLES)
    for turn in range(24):
        name = chance.choice(names)
        language = chance.choice(("en", "es", "fr"))
        show(name, language=language, simulated=turn % 3 > 0)
        for _ in range(2):
            frame()
        buttons = gallery().frame.buttons()
        gallery().frame.focus_on(chance.choice(buttons).action.id if buttons and turn % 2 else "")
        for _ in range(2):
            frame()
        seen, whole = compared(repaint)
        assert seen == whole, (turn, name, language)


@pytest.mark.parametrize("scene", ["attract", "lay_key", "cutting", "loading", "feature/dimple", "looking"])
def test_a_picture_that_moves_leaves_no_trace(repaint: Any, monkeypatch: pytest.MonkeyPatch, scene: str) -> None:
    show("04-place-key")
    picture = gallery().frame.page.part("picture")
    picture.scene = scene
    frame()
    for step in range(8):
        monkeypatch.setattr(type(picture), "_elapsed_rounds", lambda _self, at=step: at / 8)
        picture.fraction = step / 8
        picture._draw()
        frame()
    seen, whole = compared(repaint)
    assert seen == whole


def test_a_digit_is_drawn_without_drawing_the_glass(repaint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    show("12-staff-login", typed="1")
    for _ in range(3):
        frame()
    drawn: list[Patch] = []
    shares = repaint._patches
    monkeypatch.setattr(repaint, "_patches", lambda changed: drawn.extend(found := shares(changed)) or found)
    show("12-staff-login", typed="12")
    frame()
    assert 0 < sum(patch.area for patch in drawn) < 0.15 * SMALL[0] * SMALL[1]


def test_a_display_that_forgets_its_picture_is_drawn_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import repaint as module

    glass = gallery()
    glass.resize(SMALL)
    monkeypatch.setattr(module, "glReadPixels", lambda *_: b"\x11\x22\x33\xff")
    painter = module.Repaint(glass.window)
    try:
        scissors: list[Any] = []
        monkeypatch.setattr(module, "glScissor", lambda *sides: scissors.append(sides))
        show("12-staff-login", typed="1")
        frame()
        show("12-staff-login", typed="12")
        frame()
        assert scissors == []
    finally:
        painter.end()


def test_a_window_that_opens_late_draws_its_surfaces_as_one_that_opens_at_once() -> None:
    from kivy.cache import Cache
    from kivy.graphics import Rectangle

    from ui.repaint import plain_surfaces

    gallery()
    Cache.remove("kv.texture")
    Rectangle().texture.mag_filter = "linear"
    plain_surfaces()
    assert Rectangle().texture.mag_filter == "nearest"


@given(PATCHES)
def test_few_patches_hold_all_that_changed(patches: list[Patch]) -> None:
    from ui.repaint import MOST_PATCHES, gather

    kept = gather(patches)
    assert len(kept) <= MOST_PATCHES
    assert all(any(each.union(patch) == each for each in kept) for patch in patches)
