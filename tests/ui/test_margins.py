"""Margins are those of the window the kiosk really has: measured on what the application itself builds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.store import Screen
from kiosk.session.intents import Intent
from kiosk.session.snapshot import Snapshot
from tests.ui.glass import box_of, gallery
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.speech import Espeak

PORTRAIT, LANDSCAPE = (1080, 1920, 0.248), (1280, 800, 0.2524)
SIZES = [
    ((1080, 1920), PORTRAIT),
    ((1280, 800), LANDSCAPE),
    ((800, 1280), (800, 1280, 0.2524)),
    ((1920, 1080), (1920, 1080, 0.248)),
    ((540, 960), PORTRAIT),
]


class Kiosk:
    def subscribe(self, listener: Callable[[Snapshot], None]) -> None: ...

    def post(self, intent: Intent, /) -> None: ...

    def stop_now(self) -> None: ...


@pytest.fixture
def build() -> Iterator[Callable[[tuple[int, int], tuple[int, int, float]], Any]]:
    from kivy.base import ExceptionManager

    glass, handlers = gallery(), list(ExceptionManager.handlers)
    glass.window.remove_widget(glass.frame)
    built: list[Any] = []

    def made(size_px: tuple[int, int], screen: tuple[int, int, float]) -> Any:
        from ui.window import KioskApp

        width, height, mm_per_px = screen
        store = sample_store("portrait").model_copy(
            update={"screen": Screen(width_px=width, height_px=height, mm_per_px=mm_per_px)}
        )
        glass.window.size = size_px
        app = KioskApp(Kiosk(), store, Espeak(), simulated=True, on_started=None, present=present)
        built.append(app)
        app.build()
        glass.window.add_widget(app.frame)
        app.frame.size = size_px
        return app

    yield made
    for app in built:
        glass.window.unbind(on_key_down=app._key_down, on_key_up=app._key_up, on_keyboard=app._any_key)
        glass.window.unbind(on_request_close=app._stay, size=app._resized)
        glass.window.remove_widget(app.frame)
        app._repaint.end()
        app._prepare_soon.cancel()
    glass.window.add_widget(glass.frame)
    glass._clock._max_fps = 0
    ExceptionManager.handlers[:] = handlers


@pytest.mark.parametrize(("size_px", "screen"), SIZES)
@pytest.mark.parametrize("name", ["02-welcome", "08-offer", "18-loading", "40-out-of-order"])
def test_nothing_stands_nearer_to_the_edge_than_the_margin_of_this_window(
    build: Callable[..., Any], size_px: tuple[int, int], screen: tuple[int, int, float], name: str
) -> None:
    from ui.widgets.button import BigButton
    from ui.widgets.look import look

    app = build(size_px, screen)
    app.presenter.receive(SAMPLES[name][0])
    gallery().settle()
    margin = look.theme.margin_px
    boxes = [box_of(w, w.action.id) for w in app.frame.walk(restrict=True) if isinstance(w, BigButton)]
    assert min(box.x for box in boxes) == pytest.approx(margin, abs=2)
    assert max(box.right for box in boxes) == pytest.approx(size_px[0] - margin, abs=2)


def test_a_display_that_shows_only_a_part_of_the_window_ends_the_screen_with_the_machine_stopped(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ui.window

    app = build((1080, 1920), (1080, 1920, 0.2))
    stops, ended = [], []
    monkeypatch.setattr(app.presenter, "fail", lambda: stops.append(True))
    monkeypatch.setattr(app, "end", lambda: ended.append(True))
    app._look_at_glass()
    monkeypatch.setattr(ui.window, "beyond_glass", lambda _info: "not whole")
    with pytest.raises(RuntimeError, match="not whole") as beyond:
        app._look_at_glass()
    app.failed(beyond.value)
    assert (stops, ended, app.exit_status) == ([True], [True], 1)
