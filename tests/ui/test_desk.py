"""A technician opens the simulated kiosk on a small desk: its buttons must not lie below the display's edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.desk import DECORATION_PX, HIGHEST_PX, Place, beside, in_sight, whole, window_px
from ui.panel.style import DESIGN_PX, SMALLEST_PX


@pytest.mark.parametrize(
    ("screen_px", "display_px", "window"),
    [
        ((1080, 1920), (1920, 1200), (540, 960)),
        ((1080, 1920), (1280, 800), (414, 736)),
        ((1080, 1920), None, (540, 960)),
        ((1280, 800), (1920, 1080), (1280, 800)),
        ((1280, 800), (1024, 600), (858, 536)),
    ],
)
def test_a_window_on_a_desk_is_seen_whole(
    screen_px: tuple[int, int], display_px: tuple[int, int] | None, window: tuple[int, int]
) -> None:
    assert window_px(screen_px, display_px) == window


@given(
    screen=st.tuples(st.integers(480, 4000), st.integers(480, 4000)),
    display=st.tuples(st.integers(640, 4000), st.integers(480, 3000)),
)
def test_no_window_is_larger_than_its_display_or_of_another_shape(
    screen: tuple[int, int], display: tuple[int, int]
) -> None:
    wide, high = window_px(screen, display)
    assert wide <= display[0]
    assert high <= min(HIGHEST_PX, display[1] - DECORATION_PX)
    assert wide * screen[1] == pytest.approx(high * screen[0], abs=max(screen))


@pytest.mark.parametrize("screen_px", [(1080, 1920), (1280, 800), (1920, 1080), (800, 1280)])
@pytest.mark.parametrize("display_px", [(1280, 800), (1366, 768), (1440, 900), (1920, 1080)])
def test_the_technicians_panel_stands_wholly_on_the_desk_beside_the_shoppers_window(
    display_px: tuple[int, int], screen_px: tuple[int, int]
) -> None:
    shopper = window_px(screen_px, display_px, SMALLEST_PX[0])
    asked, (wide, high) = beside(shopper, display_px, SMALLEST_PX, DESIGN_PX)
    left, top = in_sight(asked, (wide, high), display_px)
    assert left >= shopper[0]
    assert left + wide <= display_px[0]
    assert top + high <= display_px[1] - DECORATION_PX


def test_on_a_desk_too_narrow_for_two_windows_the_shoppers_is_as_large_as_alone() -> None:
    assert window_px((1280, 800), (1024, 600), SMALLEST_PX[0]) == window_px((1280, 800), (1024, 600))


def test_beside_a_window_on_an_unknown_display_the_panel_has_its_usual_size() -> None:
    assert beside((540, 960), None, SMALLEST_PX, DESIGN_PX) == ((560, 0), DESIGN_PX)


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        (Place(0, 0, 1280, 800), True),
        (Place(100, -560, 1080, 1920), False),
        (Place(-1, 0, 1280, 800), False),
        (Place(0, -1, 1280, 800), False),
        (Place(1, 0, 1280, 800), False),
        (Place(0, 1, 1280, 800), False),
    ],
)
def test_a_window_is_whole_when_none_of_its_edges_lies_beyond_the_display(place: Place, *, seen: bool) -> None:
    assert whole(place, (1280, 800)) is seen
