"""`python -m ui.panel --control 7800`: the technician's panel of a running simulated machine."""

from __future__ import annotations

from typing import Annotated

import typer

from config.problems import BadInput, Problem


def panel(
    control: Annotated[int, typer.Option(min=1, max=65535, help="The control socket's port on this computer.")],
    screenshot: Annotated[str, typer.Option(help="Keep one picture here after two seconds, and end.")] = "",
) -> None:
    """Open the panel."""
    # The window opens on import.
    from ui.panel.app import run_panel

    try:
        run_panel("127.0.0.1", control, screenshot)
    except OSError as error:
        raise BadInput(Problem("command line", "--control", f"nobody listens on port {control}: {error}")) from error


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
