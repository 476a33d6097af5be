"""`kiosk service safe-stop`: hold, reset, wheel off, and nothing else; runs after any exit.

Responsible for: finding the port whatever is wrong with the settings, trying until a reset is confirmed, going through
the program that holds the port, and what is said of it. Not responsible for: checking any setting.

Imports as little as it can: from its start to the reset on the wire the wheel turns.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config.ordinary_file import read_ordinary
from config.port_names import port_objection
from config.problems import BadInput, Problem
from hardware.clock import SystemClock
from hardware.errors import LinkFault, PortInUse
from hardware.grbl.board import stop_board
from hardware.grbl.stop_socket import ask_to_stop
from hardware.grbl.wheel_off import COMMAND_S, WARNING, keep_stopping
from hardware.link import SerialLink
from hardware.network_port import is_on_network

SHIPPED = Path(__file__).resolve().parents[1] / "config" / "machine.toml"
GOOD_COPY = Path("settings-good") / "machine.toml"
"""Below the data folder: what a kiosk works with whose own settings are bad."""
TRIES = 8
"""Resets sent through one opened port: a board that boots when its port opens needs that long."""
BAUDS = (9600, 2_000_000)


@dataclass(frozen=True)
class _Deadlines:
    """What the board is given; the shipped machine's."""

    reply_timeout_s: float = 0.5
    silence_timeout_s: float = 0.8
    poll_hz: float = 10.0
    boot_timeout_s: float = 12.0


def main(arguments: list[str]) -> int:
    """The command line, without the words `service safe-stop`; the exit status."""
    parser = argparse.ArgumentParser(
        "kiosk service safe-stop", description="Hold, soft reset, wheel off; nothing else."
    )
    parser.add_argument("--port", default="", help="Serial port, pseudo-terminal or socket://host:port.")
    parser.add_argument("--config", type=Path, help="The owner's settings directory.")
    parser.add_argument("--machine", type=Path, help="This machine file, not the owner's.")
    parser.add_argument("--wait", type=float, default=COMMAND_S, help="Seconds to try for; 60 if not given.")
    asked = parser.parse_args(arguments)
    stop(asked.port, asked.config, asked.machine, asked.wait)
    return 0


def stop(port: str, config: Path | None, machine: Path | None, wait_s: float = COMMAND_S) -> None:
    """Stop the machine and say so.

    Raises:
        BadInput: no reset was confirmed in time, or a port or machine file was named that cannot be used.
    """
    if port and (objection := port_objection(port)) is not None:
        raise BadInput(Problem(port, "--port", f"{objection}; {WARNING}"))
    own, baud = wire(config, machine)
    stop_port(port or own, baud, wait_s=wait_s, say=sys.stdout)


def stop_port(
    port: str, baud: int, *, wait_s: float | None, say: TextIO, ended: Callable[[], bool] = lambda: False
) -> None:
    """Stop the machine on this port and say so.

    Args:
        port: its port.
        baud: the port's speed.
        wait_s: give up after so long; None never does.
        say: where a confirmed stop is said.
        ended: whether somebody else is in command by now.

    Raises:
        BadInput: no reset was confirmed in time.
    """
    why: list[LinkFault] = []
    said: list[str] = []

    def stopped_by_holder() -> bool:
        if ended() or not ask_to_stop(port):
            return False
        said.append("the program that holds the port has stopped the machine: its wheel is off")
        return True

    def attempt() -> bool:
        # Nothing locks a port on the network: who holds it is asked before a second connection is opened beside it.
        if is_on_network(port) and stopped_by_holder():
            return True
        try:
            rested = stop_board(SerialLink(port, baud), _Deadlines(), SystemClock(), TRIES)
            said.append(
                "the board was reset and its wheel is off" + ("" if rested else "; it was moving: home before use")
            )
            return True
        except LinkFault as fault:
            if isinstance(fault, PortInUse) and stopped_by_holder():
                return True
            if not why and wait_s != 0:
                trying = "until it is reached" if wait_s is None else f"for {wait_s:g} s"
                _warn(f"{port}: {_reason(port, fault)}; {WARNING}. Trying {trying}")
            why.append(fault)
            return False

    if keep_stopping(attempt, SystemClock(), for_s=wait_s, ended=ended):
        _write(say, said[-1])
    elif not ended():
        raise BadInput(Problem(port, "", f"{_reason(port, why[-1])}; {WARNING} [{why[-1].code}]"))


def wire(config: Path | None, named: Path | None) -> tuple[str, int]:
    """Port and speed of the machine in force. A bad setting must not keep the wheel turning.

    Raises:
        BadInput: the named file cannot be used.
    """
    port, baud = _wire_of(SHIPPED)
    folder = config or (Path(os.environ["KIOSK_CONFIG"]) if os.environ.get("KIOSK_CONFIG") else None)
    data = os.environ.get("KIOSK_DATA", "")
    own = named or (folder / "machine.toml" if folder is not None else None)
    for path in (own, Path(data) / GOOD_COPY if data else None):
        if path is None or (named is None and not path.exists()):
            continue
        try:
            own_port, own_baud = _wire_of(path)
        except BadInput as bad:
            if named is not None:
                raise
            _warn(f"{bad} (stopping the wheel all the same)")
            continue
        port, baud = own_port or port, own_baud or baud
        break
    return os.environ.get("KIOSK_PORT") or port, baud


def _wire_of(path: Path) -> tuple[str, int]:
    """What a machine file says of its wire; "" and 0 where it says nothing.

    Raises:
        BadInput: it cannot be read, or says what is no port and no speed.
    """
    try:
        written = tomllib.loads(read_ordinary(path).decode()).get("wire", {})
        port, baud = written.get("port", ""), written.get("baud", 0)
    except (OSError, ValueError, AttributeError) as cause:
        raise BadInput(Problem(str(path), "", f"cannot be read: {str(cause).splitlines()[0]}")) from cause
    if not isinstance(port, str):
        raise BadInput(Problem(str(path), "wire.port", "is no text"))
    if type(baud) is not int or (baud and not BAUDS[0] <= baud <= BAUDS[1]):
        raise BadInput(Problem(str(path), "wire.baud", "is no speed of a serial port"))
    return port, baud


def _reason(port: str, fault: LinkFault) -> str:
    return str(fault).removeprefix(f"{port}: ")


def _warn(text: str) -> None:
    _write(sys.stderr, f"kiosk: {text}")


def _write(stream: TextIO, text: str) -> None:
    # The terminal may be gone: the wheel is stopped all the same.
    with contextlib.suppress(OSError):
        stream.write(f"{text}\n")
        stream.flush()
