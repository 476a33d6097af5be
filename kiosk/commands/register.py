"""`kiosk check-code CODE`: a code somebody shows at the register, held against the kiosk's own journal.

Responsible for: the command. Not responsible for: what makes a code good (`kiosk.operations.register_code`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from kiosk.commands.books import one_line
from kiosk.commands.options import DataOption
from kiosk.data_paths import data_paths
from kiosk.operations.register_code import problem_of

Code = Annotated[str, typer.Argument(help="As printed under the bars: to pay with, or (with an R) to be paid back.")]


def check_code(code: Code, data: DataOption = None) -> None:
    """Say whether this kiosk made a code, for that sale and amount. Whether it was used is in the register's books."""
    places = data_paths(data)
    with one_line(places.journal):
        problem = problem_of(places.journal, code)
    typer.echo(f"{code}: {problem or 'is good'}")
    if problem:
        raise typer.Exit(1)
