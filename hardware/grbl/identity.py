"""Who answers at the port, and whether it is the board the machine file describes.

Responsible for: resetting, asking, comparing settings, offsets and startup lines. Not responsible for: latching what
does not agree (`hardware.grbl.cutter`). A board's settings are never written.
"""

from __future__ import annotations

import logging
from typing import TypeVar

from config.machine import Assurance, DoorInput, Machine
from hardware.errors import BoardMismatch, DoorOpened
from hardware.grbl.board import GrblBoard
from hardware.grbl.events import Event, Greeting, Info, Offset, Setting, StartupLine
from hardware.grbl.fluidnc import PathAnswers, ask_paths
from hardware.grbl.settings import compare_settings, offset_differences
from hardware.ports import BoardIdentity

LOG = logging.getLogger(__name__)
EventT = TypeVar("EventT")
_COMPATIBLE = {"grblHAL": "GrblHAL"}
"""What `[FIRMWARE:…]` calls a board that greets as a stock one."""


def identify_board(board: GrblBoard, machine: Machine) -> BoardIdentity:
    """Reset the board (which stops its wheel), and hold it to the machine file.

    Raises:
        BoardMismatch: it is another one, or set otherwise.
        DoorOpened: nothing more can be asked while the guard door is open.
    """
    greeting = board.boot()
    _require_known(greeting)
    state = board.query()
    if state.state == "Door":
        raise DoorOpened("the guard door is open")
    info = [answer for answer in board.command("$I") if isinstance(answer, Info)]
    named = next((each.text for each in info if each.kind == "FIRMWARE"), "")
    board.session.firmware = firmware = _COMPATIBLE.get(named, board.session.firmware)
    settings = {answer.number: answer.value for answer in _only(board.command("$$"), Setting)}
    offsets = _only(board.command("$#"), Offset)
    cycles = machine.board.homing_cycles
    paths = ask_paths(board, settings, cycles) if firmware == "FluidNC" else PathAnswers()
    settings |= paths.settings
    compared = compare_settings(machine, settings, firmware)
    differences = [*compared.differences, *paths.differences, *offset_differences(offsets)]
    not_compared = (*compared.not_compared, *paths.not_compared)
    startup = _only(board.command("$N"), StartupLine) if firmware == "Grbl" else []
    if board.session.startup_ran or any(not line.empty for line in startup):
        differences.append("a startup line ($N0 or $N1) is set: the board would move by itself")
    assurance = Assurance.ECHO if board.session.echoes else Assurance.STOCK
    if machine.wire.require is Assurance.ECHO and assurance is not Assurance.ECHO:
        differences.append("the machine file demands a board with line echo, and this one has none")
    options = next((each.text for each in info if each.kind == "OPT"), "")
    if machine.board.door is DoorInput.DOOR and "+" not in options.partition(",")[0]:
        differences.append("the machine file demands a board with a door input of its own, and this one has none")
    if differences:
        raise BoardMismatch("; ".join(differences))
    if not_compared:
        LOG.warning("%s does not tell, so nobody compared: %s", firmware, "; ".join(not_compared))
    state = board.query()
    if state.spindle_rpm:
        raise BoardMismatch("the wheel turns right after a reset")
    return BoardIdentity(
        firmware=firmware,
        version=next((each.text for each in info if each.kind == "VER"), greeting.version),
        assurance=assurance,
        options=options,
        settings={f"${number}": value for number, value in settings.items()},
        not_compared=not_compared,
    )


def _only(answers: list[Event], kind: type[EventT]) -> list[EventT]:
    return [answer for answer in answers if isinstance(answer, kind)]


def _require_known(greeting: Greeting) -> None:
    if greeting.firmware == "Grbl" and not greeting.version.startswith("1.1"):
        raise BoardMismatch(f"the board runs Grbl {greeting.version}; 1.1 is needed")
