"""Pictures of every screen from sample snapshots, off screen: `python -m ui.gallery --out out/screens`.

Responsible for: rendering and saving. Not responsible for: what is on the samples (`ui.present.samples`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from PIL import Image

from config.letters import Letters
from config.problems import BadInput, Problem
from config.store import Screen, Store, Timeouts
from kiosk.session.snapshot import Snapshot
from ui.present.local import Local
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.theme import make_theme

SIZES = {"portrait": (1080, 1920, 0.248), "landscape": (1280, 800, 0.2524)}
"""Pixels, and mm a pixel of a 21.5 inch portrait and a 15 inch landscape panel."""
THEMES, LANGUAGES = ("light", "contrast"), ("en", "es", "fr")
SHEETS = {"portrait": (108, 3), "landscape": (168, 2)}
"""Width of a picture on its format's contact sheet, and how many screens stand beside each other there."""
SMALLER = 2
"""Pictures are kept at half the glass's width and height: the words can be read, and all take a tenth of the room."""
STRIPS = {
    "screens": ("02-welcome", "08-offer", "11-refused-kind", "19-cutting", "23-thank-you"),
    "staff": ("12-staff-login", "14-staff-approval", "30-staff-stock", "40-staff-recover"),
    "technician": (
        *("35-technician", "35-technician-move", "35-technician-test", "35-technician-cameras"),
        *("36-technician-wire", "38-technician-drift"),
    ),
}
"""Pictures of a few upright screens beside each other, for the first page."""
STRIP_PX = 300
GL_RGB, GL_UNSIGNED_BYTE = 0x1907, 0x1401


def sample_store(size: str, theme: str = "light") -> Store:
    """A store with one of the two screens."""
    width, height, mm_per_px = SIZES[size]
    return Store(
        name="Corner Hardware",
        place="US-CA",
        currency="USD",
        price_minor=349,
        max_quantity=5,
        screen=Screen(width_px=width, height_px=height, mm_per_px=mm_per_px, theme=theme),
        timeouts=Timeouts(idle_s=90, warning_s=30, extensions=10),
        help_phone="1-800-555-0134",
        letters=Letters(kiosk="CORNER-1"),
    )


class Gallery:
    """One window, reused for every picture: Kivy has one window a process."""

    def __init__(self, size_px: tuple[int, int]) -> None:
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
        from ui import bootstrap

        bootstrap.configure(size_px, fullscreen=False, show_cursor=False)
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.core.window import Window
        from kivy.graphics.opengl import glReadPixels

        from ui.page_frame import PageFrame
        from ui.widgets.look import look

        self._loop, self._clock, self.window, self._look = EventLoop, Clock, Window, look
        self._read = glReadPixels
        Clock._max_fps = 0  # noqa: SLF001 - no waiting between frames: nobody is watching
        look.moving = False
        EventLoop.ensure_window()
        if EventLoop.status != "started":
            EventLoop.start()
        self.sent: list[Any] = []
        self.frame = PageFrame(send=self.sent.append)
        Window.add_widget(self.frame)

    def resize(self, size_px: tuple[int, int]) -> None:
        """Give the window another size."""
        if tuple(self.window.size) != size_px:
            self.window.size = size_px
        self.frame.size = size_px

    def show(self, snapshot: Snapshot, local: Local, store: Store, theme: str) -> Any:
        """Put one screen up and let its layout settle."""
        screen = store.screen
        self.resize((screen.width_px, screen.height_px))
        self._look.theme = make_theme(screen, (screen.width_px, screen.height_px), theme)
        shown = present(snapshot, local, store)
        self.frame.show(shown, reach=local.reach)
        self.settle()
        return shown

    def settle(self, frames: int = 4) -> None:
        """Let the layout come to rest, without drawing."""
        for _ in range(frames):
            self._clock.tick()
            self._clock.tick_draw()

    def save(self, path: Path) -> None:
        """Write what is on the glass, smaller."""
        self.window.canvas.ask_update()
        # Words reach their textures when the window draws; what it drew then is the picture.
        self._loop.idle()
        width, height = self.window.size
        pixels = self._read(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        image = Image.frombytes("RGB", (width, height), pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        path.parent.mkdir(parents=True, exist_ok=True)
        image.reduce(SMALLER).save(path, compress_level=1)


def render(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("out/screens"),
    size: Annotated[
        str, typer.Option(help="portrait or landscape: a window keeps the size it was opened with.")
    ] = "portrait",
    theme: Annotated[list[str] | None, typer.Option(help="light, contrast; both by default.")] = None,
    lang: Annotated[list[str] | None, typer.Option(help="Languages; all by default.")] = None,
    only: Annotated[str, typer.Option(help="Only screens whose name holds this.")] = "",
    sheet: Annotated[
        Path | None,
        typer.Option(help="Also contact sheets of what lies in --out, and the strips beside."),
    ] = None,
) -> None:
    """Render every screen."""
    from dataclasses import replace

    themes, languages = theme or list(THEMES), lang or list(LANGUAGES)
    for given, known, field in (([size], SIZES, "--size"), (themes, THEMES, "--theme")):
        for value in given:
            if value not in known:
                raise BadInput(Problem("gallery", field, f"{value!r} is not one of {', '.join(known)}"))
    gallery = Gallery(SIZES[size][:2])
    taken: list[Path] = []
    for one_theme in themes:
        store = sample_store(size, one_theme)
        for language in languages:
            for name, (snapshot, local) in SAMPLES.items():
                if only in name:
                    gallery.show(replace(snapshot, language=language), local, store, one_theme)
                    taken.append(out / size / one_theme / language / f"{name}.png")
                    gallery.save(taken[-1])
    typer.echo(f"{len(taken)} pictures in {out}")
    if sheet is not None:
        for format_name, arranged in SHEETS.items():
            contact_sheet(out / format_name, sheet.with_stem(f"{sheet.stem}-{format_name}"), *arranged)
        for name, screens in STRIPS.items():
            strip(
                [out / "portrait/light/en" / f"{each}.png" for each in screens], sheet.parent / f"pictures/{name}.png"
            )


def contact_sheet(folder: Path, path: Path, wide: int, beside: int) -> None:
    """Every screen of one format with its themes and languages in a row, `beside` screens in each line of the sheet.

    Args:
        folder: that format's pictures, by theme and language.
        path: of the sheet.
        wide: how wide a picture stands on it, in pixels.
        beside: how many screens stand beside each other.
    """
    names = sorted({picture.name for picture in folder.glob("*/*/*.png")})
    ways = [folder / theme / language for theme in THEMES for language in LANGUAGES]
    if not names:
        return
    gap, between = 4, 16
    with Image.open(next(folder.glob("*/*/*.png"))) as first:
        high = round(first.height * wide / first.width)
    block = len(ways) * (wide + gap) + between
    lines = -(-len(names) // beside)
    whole = Image.new("RGB", (beside * block + gap, lines * (high + between) + between), (96, 100, 102))
    for at, name in enumerate(names):
        for column, way in enumerate(ways):
            if (way / name).exists():
                with Image.open(way / name) as image:
                    small = image.resize((wide, high), Image.Resampling.LANCZOS)
                x = between + at % beside * block + column * (wide + gap)
                whole.paste(small, (x, between + at // beside * (high + between)))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def strip(pictures: list[Path], path: Path) -> None:
    """`pictures` of one shape beside each other; with one missing there is none."""
    if not all(picture.exists() for picture in pictures):
        return
    gap, small = 12, []
    for picture in pictures:
        with Image.open(picture) as image:
            size = (STRIP_PX, round(image.height * STRIP_PX / image.width))
            small.append(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    whole = Image.new("RGB", (len(small) * (STRIP_PX + gap) + gap, small[0].height + 2 * gap), (96, 100, 102))
    for at, each in enumerate(small):
        whole.paste(each, (gap + at * (STRIP_PX + gap), gap))
    whole.quantize(192).save(path, optimize=True)


def main() -> None:
    """The command; bad input is one line and status 2."""
    try:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command()(render)
        app()
    except BadInput as bad:
        for problem in bad.problems:
            typer.echo(f"gallery: {problem}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
