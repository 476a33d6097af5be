"""Every screen is found on a sheet in its themes and languages; a window is never white, not even at first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from tests.ui.glass import gallery
from ui.gallery import LANGUAGES, THEMES, contact_sheet, sample_store
from ui.present.samples import SAMPLES

COLOURS = ("red", "lime", "blue", "yellow", "cyan", "magenta")


def test_a_sheet_shows_each_screen_once_in_every_theme_and_language_and_leaves_gaps_for_what_is_missing(
    tmp_path: Path,
) -> None:
    ways = [(theme, language) for theme in THEMES for language in LANGUAGES]
    for (theme, language), colour in zip(ways, COLOURS, strict=True):
        for name in ("01-a", "02-b", "03-c"):
            path = tmp_path / "glass" / theme / language / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if (name, colour) != ("02-b", "blue"):
                Image.new("RGB", (60, 120), colour).save(path)
    contact_sheet(tmp_path / "glass", tmp_path / "sheet.png", 10, 2)
    with Image.open(tmp_path / "sheet.png") as sheet:
        counted = {colour: count for count, colour in sheet.convert("RGB").getcolors() or ()}
    area = 10 * 20
    assert counted[(255, 0, 0)] == counted[(255, 0, 255)] == 3 * area
    assert counted[(0, 0, 255)] == 2 * area


def test_a_kept_picture_is_what_stands_on_the_glass_at_half_its_size(tmp_path: Path) -> None:
    glass, store = gallery(), sample_store("portrait")
    snapshot, local = SAMPLES["40-out-of-order"]
    glass.show(replace(snapshot, simulated=True), local, store, "light")
    glass.save(tmp_path / "kept.png")
    with Image.open(tmp_path / "kept.png") as kept:
        assert kept.size == (540, 960)
        # The banner runs along the upper edge, the amber field below it.
        assert kept.getpixel((270, 2)) == (255, 214, 10)
        red, green, blue = kept.getpixel((20, 300))
        assert red > green > blue


def test_the_window_is_filled_at_once_before_anything_stands_in_it() -> None:
    from kivy.graphics.opengl import glReadPixels

    from ui import bootstrap

    glass, drawn = gallery(), []
    before, flip = glass.window.clearcolor, glass.window.flip
    try:
        glass.window.flip = lambda: drawn.append(bytes(glReadPixels(5, 5, 1, 1, 0x1907, 0x1401)))
        bootstrap.open_window((1.0, 0.0, 0.0, 1.0))
    finally:
        glass.window.flip, glass.window.clearcolor = flip, before
    assert drawn == [b"\xff\x00\x00"]
