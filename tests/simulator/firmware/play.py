"""Playing a dialogue against a simulated board, over memory, a pty or TCP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from simulator.firmware.board import Firmware
from simulator.firmware.wiring import Controls, LooseBoard
from simulator.wire.memory import Timeline


class Wire(Protocol):
    """Bytes to a board and lines from it, whichever way."""

    timeline: Timeline

    def write(self, data: bytes) -> None: ...

    def lines(self, count: int, limit_s: float) -> list[str]: ...

    def pass_time(self, duration_s: float) -> None: ...


def escaped(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def play(dialogue: str, wire: Wire, board: LooseBoard, firmware: Firmware) -> None:
    """Play one dialogue; every reply must be the one that is written down."""
    expected: list[str] = []
    said: list[str] = []

    def settle() -> None:
        nonlocal expected, said
        said += wire.lines(len(expected) - len(said), 60.0)
        assert len(said) == len(expected), f"{said} instead of {expected} in {dialogue!r}"
        assert all(e in (s, "__ANY__") for s, e in zip(said, expected, strict=True)), (
            f"{said} != {expected} in {dialogue!r}"
        )
        expected, said = [], []

    for step in dialogue.split("\n"):
        mark, _, text = step.partition(" ")
        if mark == "<":
            expected.append(text)
            continue
        settle()
        if mark == ">":
            wire.write(text.encode("latin-1") + b"\n")
        elif mark == ">>":
            wire.write(escaped(text))
        elif mark == "@":
            push(text, wire, board, firmware)
    settle()
    assert wire.lines(1, 0.2) == [], f"something more came in {dialogue!r}"


def push(text: str, wire: Wire, board: LooseBoard, firmware: Firmware) -> None:
    """Something happens around the board."""
    what, _, value = text.partition(" ")
    with wire.timeline.lock:
        acts: dict[str, Callable[[], None]] = {
            "limit": lambda: setattr(board, "forced_limits", int(value)),
            "probe": lambda: setattr(board, "probe_closed", value == "1"),
            "probez": lambda: setattr(board, "probe_below_z_steps", int(float(value) * 250)),
            "home": lambda: setattr(board, "home_steps", tuple(int(float(v) * 250) for v in value.split(","))),
            "hold": lambda: setattr(board, "controls", Controls(hold=value == "1")),
            "door": lambda: setattr(board, "controls", Controls(door=value == "1")),
            "reset": lambda: setattr(board, "controls", Controls(reset=value == "1")),
            "start": lambda: setattr(board, "controls", Controls(start=value == "1")),
            "power": lambda: firmware.power_cycle(),
        }
        if what == "wait":
            pass
        else:
            acts[what]()
            firmware.inputs_changed()
    if what == "wait":
        wire.pass_time(float(value))


_POSITION = re.compile(r"-?\d+\.\d+")
