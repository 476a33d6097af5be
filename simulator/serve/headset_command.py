"""`kiosk simulate headset`: put a headset into the jack of a simulated machine that runs, or pull it out.

Responsible for: the command line. Not responsible for: the control socket (`simulator.serve.control_server`) or what a
kiosk does about a headset.
"""

from __future__ import annotations

import json
import socket
from typing import Annotated, Literal

import typer

from config.problems import BadInput, Problem
from simulator.serve.requests import PlugHeadset, line_of


def headset(
    plug: Annotated[Literal["in", "out"], typer.Argument(help="`in` or `out`.")],
    control: Annotated[int, typer.Option(min=1, max=65535, help="Port of the machine's control socket.")],
) -> None:
    """Put a headset into the jack of the SIMULATED machine that runs, or pull it out."""
    try:
        with socket.create_connection(("127.0.0.1", control), timeout=5) as line:
            line.sendall(line_of(PlugHeadset(plugged=plug == "in")).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline() or "{}")
    except OSError as error:
        raise BadInput(Problem("command line", "--control", f"no simulated machine listens there: {error}")) from None
    if not answer.get("ok"):
        raise BadInput(Problem("command line", "--control", "what listens there is no simulated machine"))
