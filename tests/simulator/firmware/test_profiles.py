"""What each profile of a board says, and the rare things of a real stock board."""

from __future__ import annotations

import pytest

from simulator.firmware.board import Firmware
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.firmware.core import RACES
from simulator.firmware.profiles import PROFILES
from simulator.firmware.settings import BoardSettings, factory_eeprom
from simulator.firmware.wiring import LooseBoard

FAST = {110 + i: 3000.0 for i in range(3)} | {120 + i: 500.0 for i in range(3)}


def started(build: FirmwareBuild) -> Firmware:
    board = Firmware(LooseBoard(), build, factory_eeprom(BoardSettings(FAST)), None)
    board.advance(5.0)
    return board


def ask(board: Firmware, line: str, within_s: float = 1.0) -> list[str]:
    board.take_output()
    board.receive(line.encode() + b"\n")
    board.advance(within_s)
    return board.take_output().decode().split("\r\n")[:-1]


def test_grblhal_greets_names_itself_and_tells_its_polarities_and_homing_order() -> None:
    board = started(PROFILES["grblhal"].build)
    assert b"GrblHAL 1.1f ['$' or '$HELP' for help]" in board.take_output()
    assert "[FIRMWARE:grblHAL]" in ask(board, "$I")
    assert {"$14=0", "$44=4", "$45=3", "$46=0", "$481=0"} <= set(ask(board, "$$"))
    ask(board, "$14=8")
    assert "$14=8" in ask(board, "$$")
    board.receive(b"?")
    assert ask(board, "G4P0")[0].count("|Bf:") <= 1


def test_fluidnc_boots_slowly_and_talks_before_its_greeting() -> None:
    board = Firmware(LooseBoard(), PROFILES["fluidnc"].build, factory_eeprom(), None)
    board.advance(2.0)
    before = board.take_output()
    assert b"[MSG:INFO: " in before
    assert b"Grbl" not in before
    board.advance(1.0)
    assert b"[FluidNC v4.0.0" in board.take_output()


def test_fluidnc_tells_its_settings_by_path_and_only_some_by_number() -> None:
    board = started(PROFILES["fluidnc"].build)
    numbers = {line.partition("=")[0] for line in ask(board, "$$")}
    assert {"$100", "$20"} <= numbers
    assert not {"$2", "$3", "$5", "$6", "$27"} & numbers
    assert ask(board, "$/axes/x/steps_per_mm") == ["$/axes/x/steps_per_mm=250.000", "ok"]
    assert ask(board, "$/axes/q/steps_per_mm") == ["error:3"]


def test_fluidnc_says_its_messages_in_utf_8_at_any_time() -> None:
    board = started(PROFILES["fluidnc"].build)
    assert any("Café" in line for _ in range(8) for line in ask(board, "G4P0"))


@pytest.mark.parametrize("line", ["$N0=$", "$N0=$G", "$N0=$$", "$N1=$X"])
def test_a_stored_line_that_is_a_short_dollar_command_is_refused_for_its_letter(line: str) -> None:
    assert ask(started(STOCK), line) == ["error:1"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [("N123456789012G0X0", "ok"), ("N12345678G0X0", "error:27"), ("G4294967296", "ok"), ("M2147483648", "error:20")],
)
def test_numbers_beyond_thirty_two_bits_are_read_as_a_board_reads_them(line: str, answer: str) -> None:
    assert ask(started(STOCK), line) == [answer]


def test_a_program_pause_hides_behind_a_number_beyond_thirty_two_bits() -> None:
    board = started(STOCK)
    assert ask(board, "M4294967301") == [], "paused: no acknowledgement"
    board.receive(b"~")
    board.advance(0.1)
    assert b"ok" in board.take_output()


def test_a_giant_arc_in_check_mode_keeps_a_board_busy_for_seconds() -> None:
    board = started(STOCK)
    ask(board, "$C")
    assert ask(board, "G2X0Y0I4000000F1000", 1.0) == []
    board.receive(b"?")
    board.advance(0.5)
    assert board.take_output() == b"", "nobody is heard meanwhile"
    board.advance(20.0)
    assert b"ok" in board.take_output()


def test_one_reset_in_motion_in_many_brings_no_alarm_and_no_lock() -> None:
    said = []
    for number in range(2 * RACES):
        board = started(PROFILES["grbl"].build)
        ask(board, "G1X100F600", 0.3 + number * 1e-5)
        board.receive(b"\x18")
        board.advance(1.0)
        said.append(b"ALARM:3" in board.take_output())
    assert 0 < said.count(False) < 8


def test_a_board_used_in_every_other_test_raises_its_alarm_always() -> None:
    assert not STOCK.alarm_race
