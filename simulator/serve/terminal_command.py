"""`kiosk simulate terminal`: a simulated card terminal for any kiosk to connect to.

Responsible for: the command line. Not responsible for: the terminals (`simulator.terminals`) or their ports.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from config.problems import BadInput, Problem
from config.typed_paths import NEW_FILE
from simulator.serve.tcp import address_of, listen
from simulator.serve.terminal_ports import Ledger, serve_pty, serve_tcp
from simulator.terminals.mdb import MdbFault, MdbTerminal
from simulator.terminals.zvt import ZvtFault, ZvtTerminal

Fault = TypeVar("Fault", ZvtFault, MdbFault)


def terminal(
    zvt: Annotated[str, typer.Option(help="A ZVT terminal at HOST:PORT, or at a path as a serial port.")] = "",
    mdb: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="A card reader on an MDB-USB adapter, at this path.")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help="What goes wrong next, in order; may be repeated.")] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            callback=NEW_FILE, help="Keep what was reserved and taken in this file, and know it when begun again."
        ),
    ] = None,
    reader_timeout_s: Annotated[int, typer.Option(min=1, help="The card reader's own time-out for a sale.")] = 600,
) -> None:
    """Run a SIMULATED card terminal until Ctrl-C. It takes no money and outlives the kiosk."""
    if bool(zvt) == (mdb is not None):
        raise BadInput(Problem("command line", "--zvt", "give either --zvt or --mdb"))
    going_on = [True]

    def end(*_: object) -> None:
        going_on.clear()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if mdb is not None:
        reader = MdbTerminal(result_timeout_s=reader_timeout_s)
        for name in fault or ():
            reader.will(_named(MdbFault, name))
        typer.echo(f"SIMULATED card reader on an MDB adapter at {mdb}; Ctrl-C ends it.")
        serve_pty(reader, mdb, Ledger(reader, ledger), lambda: bool(going_on))
        return
    on_path = zvt.startswith(("/", "."))
    made = ZvtTerminal(serial=on_path)
    for name in fault or ():
        made.will(_named(ZvtFault, name))
    if on_path:
        typer.echo(f"SIMULATED ZVT terminal at {zvt}; Ctrl-C ends it.")
        serve_pty(made, Path(zvt), Ledger(made, ledger), lambda: bool(going_on))
        return
    host, port = address_of(zvt, "--zvt")
    server = listen(host, port, "--zvt")
    typer.echo(f"SIMULATED ZVT terminal at socket://{host}:{server.getsockname()[1]}; Ctrl-C ends it.")
    with server:
        serve_tcp(made, server, Ledger(made, ledger), lambda: bool(going_on))


def _named(faults: type[Fault], name: str) -> Fault:
    try:
        return faults(name)
    except ValueError:
        raise BadInput(Problem("--fault", "", f"must be one of {', '.join(faults)}")) from None
