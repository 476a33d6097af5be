"""A window that has just opened is all field until its first page has come: nobody sees an empty sheet."""

from __future__ import annotations

from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.samples import SAMPLES


def test_the_glass_is_all_field_until_the_first_page_has_come() -> None:
    palette = gallery()._look.theme.palette
    from kivy.core.window import Window

    from ui.page_frame import PageFrame

    frame = PageFrame(send=[].append)
    try:
        assert tuple(Window.clearcolor) == palette.good.bright
    finally:
        frame.show(present(*SAMPLES["01-starting"], sample_store("portrait")))
    assert tuple(Window.clearcolor) == palette.paper
