"""`python -m ui.panel --control 7800`: the technician's panel of a running simulated machine."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from ui.panel.client import ControlClient
from ui.panel.style import SMALLEST_PX
from ui.panel.translate import Language

HOST = "127.0.0.1"


class Shade(StrEnum):
    """Its colours."""

    DARK = "dark"
    LIGHT = "light"


def panel(
    control: Annotated[int, typer.Option(min=1, max=65535, help="The control socket's port on this computer.")],
    language: Annotated[Language, typer.Option(help="Language to begin with.")] = Language.EN,
    shade: Annotated[Shade, typer.Option(help="Colours to begin with.")] = Shade.DARK,
    pictures: Annotated[Path, typer.Option(help="Folder where screenshots go.")] = Path("out"),
    size: Annotated[str, typer.Option(help="Of the window, WIDTHxHEIGHT in pixels.")] = "1280x800",
    at: Annotated[str, typer.Option(help="Left and upper edge of the window, X,Y in pixels.")] = "",
    full_screen: Annotated[bool, typer.Option("--full-screen", help="Cover the display.")] = False,
) -> None:
    """Open the panel of a SIMULATED machine that runs with --control (or of `kiosk run --simulated`)."""
    size_px, at_px = _size(size), _place(at)
    _somebody_listens(control)
    _something_to_show_it_on(os.environ, Path("/dev/dri"))
    # The window opens on import.
    from ui.panel.app import run_panel

    run_panel(
        lambda answered: ControlClient(HOST, control, answered),
        language=language.value,
        palette=shade.value,
        pictures=pictures,
        size_px=size_px,
        at_px=at_px,
        fullscreen=full_screen,
    )


def _size(text: str) -> tuple[int, int]:
    wide, cross, high = text.lower().partition("x")
    if not cross or not wide.isdecimal() or not high.isdecimal():
        raise BadInput(Problem("command line", "--size", "must be WIDTHxHEIGHT, such as 1280x800"))
    least_wide, least_high = SMALLEST_PX
    if not (least_wide <= int(wide) <= 7680 and least_high <= int(high) <= 4320):
        reason = f"must lie between {least_wide}x{least_high} and 7680x4320"
        raise BadInput(Problem("command line", "--size", reason))
    return int(wide), int(high)


def _place(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    left, comma, top = text.partition(",")
    if not comma or not left.isdecimal() or not top.isdecimal() or int(left) > 16000 or int(top) > 16000:
        raise BadInput(Problem("command line", "--at", "must be X,Y in pixels, such as 560,0"))
    return int(left), int(top)


def _somebody_listens(port: int) -> None:
    """A control socket answers there; anything else is said before a window opens.

    Raises:
        BadInput: nobody listens, or it is no simulated machine.
    """
    try:
        with socket.create_connection((HOST, port), timeout=5) as line:
            line.sendall(b'{"do": "machine"}\n')
            answer = line.makefile("rb").readline(65536)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(Problem("command line", "--control", f"nobody listens on port {port}: {reason}")) from error
    try:
        fine = json.loads(answer)["ok"]
    except (ValueError, KeyError, TypeError):
        fine = False
    if not fine:
        raise BadInput(Problem("command line", "--control", f"port {port} is no simulated machine's control socket"))


def _something_to_show_it_on(environment: Mapping[str, str], cards: Path) -> None:
    """A display, or a driver asked for by name: with neither, SDL would draw where nobody can see it.

    Raises:
        BadInput: there is none.
    """
    named = any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if not named and not any(cards.glob("card*")):
        raise BadInput(Problem("display", "DISPLAY", "there is none to show the panel on"))


def main() -> None:
    """The command; bad input is one line and status 2."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(panel)
    try:
        app()
    except BadInput as bad:
        for problem in bad.problems:
            typer.echo(f"panel: {problem}", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
