"""A simulated card terminal beside a simulated kiosk: a process of its own, as a terminal is a device of its own.

Responsible for: starting it, saying where it is, ending it. Not responsible for: the terminal (`simulator.terminals`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.payment import Mdb, Payment, PaymentKind, Zvt
from kiosk.rehearsal.simulated_kiosk import scratch_folder


@contextmanager
def terminal_beside(kind: PaymentKind, *faults: str, ledger: Path | None = None) -> Iterator[Payment]:
    """A terminal until the context ends, and the settings that lead to it.

    Args:
        kind: a ZVT terminal on this computer's network, or a card reader on a pseudo-terminal.
        faults: what goes wrong with the next payments, by name.
        ledger: keeps what was reserved and taken.
    """
    with scratch_folder() as folder:
        path, kept = folder / "terminal", ledger or folder / "ledger.json"
        where = ["--mdb", str(path)] if kind is PaymentKind.MDB else ["--zvt", "127.0.0.1:0"]
        command = [sys.executable, "-u", "-m", "kiosk", "simulate", "terminal", *where, "--ledger", str(kept)]
        command += [word for fault in faults for word in ("--fault", fault)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
            try:
                said = process.stdout.readline() if process.stdout is not None else ""
                if " at " not in said:
                    raise ChildProcessError(f"the simulated terminal ended with {process.wait()}")
                if kind is PaymentKind.MDB:
                    yield Payment(kind=kind, mdb=Mdb(port=str(path)))
                else:
                    yield Payment(kind=kind, zvt=Zvt(port=said.split(" at ")[1].split(";")[0]))
            finally:
                process.terminate()
