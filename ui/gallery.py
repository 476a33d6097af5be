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
SHEET = (
    ("portrait", "light", "en"),
    ("landscape", "light", "fr"),
    ("portrait", "contrast", "es"),
    ("landscape", "contrast", "en"),
)
"""What the contact sheet shows of all there is: both formats, both themes, every language."""
SHEET_PX = 1560
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

        from ui.page_frame import PageFrame
        from ui.widgets.look import look

        self._loop, self._clock, self.window, self._look = EventLoop, Clock, Window, look
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
        """Write what is on the glass."""
        self.window.canvas.ask_update()
        for _ in range(2):
            # Words reach their textures when the window draws.
            self._loop.idle()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frame.save(path)


def render(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("out/screens"),
    size: Annotated[list[str] | None, typer.Option(help="portrait, landscape; both by default.")] = None,
    theme: Annotated[list[str] | None, typer.Option(help="light, contrast; both by default.")] = None,
    lang: Annotated[list[str] | None, typer.Option(help="Languages; all by default.")] = None,
    only: Annotated[str, typer.Option(help="Only screens whose name holds this.")] = "",
    sheet: Annotated[
        Path | None, typer.Option(help="Also one contact sheet of what lies in that folder, and the strips beside it.")
    ] = None,
) -> None:
    """Render every screen."""
    from dataclasses import replace

    sizes, themes, languages = size or list(SIZES), theme or ["light", "contrast"], lang or ["en", "es", "fr"]
    for given, known, field in ((sizes, SIZES, "--size"), (themes, ("light", "contrast"), "--theme")):
        for value in given:
            if value not in known:
                raise BadInput(Problem("gallery", field, f"{value!r} is not one of {', '.join(known)}"))
    gallery = Gallery(SIZES[sizes[0]][:2])
    taken: list[Path] = []
    for one_size in sizes:
        for one_theme in themes:
            store = sample_store(one_size, one_theme)
            for language in languages:
                for name, (snapshot, local) in SAMPLES.items():
                    if only in name:
                        gallery.show(replace(snapshot, language=language), local, store, one_theme)
                        taken.append(out / one_size / one_theme / language / f"{name}.png")
                        gallery.save(taken[-1])
    typer.echo(f"{len(taken)} pictures in {out}")
    if sheet is not None:
        contact_sheet(out, sheet)
        for name, screens in STRIPS.items():
            strip(
                [out / "portrait/light/en" / f"{each}.png" for each in screens], sheet.parent / f"pictures/{name}.png"
            )


def contact_sheet(folder: Path, path: Path) -> None:
    """Every screen that lies in `folder` in one of the ways of `SHEET`, block by block, each in its own shape."""
    blocks = [sorted((folder / size / theme / language).glob("*.png")) for size, theme, language in SHEET]
    gap, wide = 8, SHEET_PX
    placed: list[tuple[Image.Image, int, int]] = []
    top = gap
    for pictures in blocks:
        left, high = gap, 0
        for picture in pictures:
            with Image.open(picture) as image:
                width = 120 if image.height > image.width else 210
                small = image.convert("RGB").resize(
                    (width, round(image.height * width / image.width)), Image.Resampling.LANCZOS
                )
            if left + width + gap > wide:
                left, top = gap, top + high + gap
            placed.append((small, left, top))
            left, high = left + width + gap, small.height
        top += high + gap if pictures else 0
    whole = Image.new("RGB", (wide, top), (96, 100, 102))
    for small, x, y in placed:
        whole.paste(small, (x, y))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.quantize(128).save(path, optimize=True)


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
