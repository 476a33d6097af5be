"""What a dialogue cannot say: overruns, deafness, echo, floods, chunking, fidelity to recorded motion."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.firmware.board import Firmware
from simulator.firmware.build import ECHO, FirmwareBuild
from simulator.firmware.settings import BoardSettings, Eeprom, factory_eeprom
from simulator.firmware.wiring import Controls, LooseBoard

FAST = {110 + i: 3000.0 for i in range(3)} | {120 + i: 500.0 for i in range(3)} | {10: 3.0}


def board(build: FirmwareBuild | None = None, baud: int | None = 115200, **wired: object) -> Firmware:
    firmware = Firmware(LooseBoard(**wired), build or FirmwareBuild(), factory_eeprom(BoardSettings(FAST)), baud)
    firmware.advance(0.2)
    firmware.take_output()
    return firmware


def ask(firmware: Firmware, data: bytes, wait_s: float = 0.1) -> bytes:
    firmware.receive(data)
    firmware.advance(wait_s)
    return firmware.take_output()


def positions(report: bytes) -> tuple[float, ...]:
    found = re.search(rb"MPos:([-\d.,]+)", report)
    assert found is not None
    return tuple(map(float, found[1].split(b",")))


def test_forty_dwells_pushed_blind_are_acknowledged_about_seventeen_times() -> None:
    firmware = board()
    said = ask(firmware, b"".join(b"G4P0.%02d\n" % (i % 9 + 1) for i in range(40)), 20)
    assert said.count(b"ok") in (16, 17, 18)
    assert firmware.core.uart.lost > 100


def test_bytes_that_arrive_during_an_eeprom_write_are_lost() -> None:
    firmware = board()
    said = ask(firmware, b"$110=1234\n" + b"G91\nG20\nG18\nG93\n" * 3, 1)
    assert 1 <= said.count(b"ok") < 13
    assert firmware.core.uart.lost > 0


def test_a_line_sent_after_the_ok_of_an_eeprom_write_is_heard() -> None:
    firmware = board()
    assert ask(firmware, b"$110=1234\n") == b"ok\r\n"
    assert ask(firmware, b"G91\n") == b"ok\r\n"


def test_a_setting_that_does_not_change_costs_no_time() -> None:
    firmware = board()
    assert ask(firmware, b"$110=3000\nG91\n").count(b"ok") == 2


def test_an_echo_board_says_each_line_before_it_runs_it() -> None:
    firmware = board(ECHO)
    assert ask(firmware, b"g1 x0 f100 (comment)\n") == b"[echo: G1X0F100]\r\nok\r\n"
    assert ask(firmware, b"$G\n").startswith(b"[echo: $G]\r\n[GC:G1 ")
    assert ask(firmware, b"$I\n").endswith(b"[OPT:VN,14,128]\r\nok\r\n")


def test_an_echo_board_says_as_much_of_a_line_too_long_as_fits() -> None:
    assert ask(board(ECHO), b"X" * 100 + b"\n") == b"[echo: " + b"X" * 79 + b"]\r\nerror:11\r\n"


def test_a_board_with_line_numbers_reports_them_and_has_fourteen_blocks() -> None:
    firmware = board(FirmwareBuild(line_numbers=True))
    ask(firmware, b"N7 G1X20F600\n", 0.2)
    assert b"|Bf:13,128|Ln:7|" in ask(firmware, b"?", 0.02)


def test_a_board_with_a_door_waits_for_it_to_close() -> None:
    loose = LooseBoard()
    firmware = Firmware(loose, FirmwareBuild(safety_door=True), factory_eeprom(BoardSettings(FAST)))
    firmware.advance(0.2)
    ask(firmware, b"M3S500\nG1X20F600\n", 0.5)
    loose.controls = Controls(door=True)
    firmware.inputs_changed()
    firmware.advance(0.5)
    assert loose.spindle == 5
    assert b"<Door:1|" in ask(firmware, b"?", 0.02)
    ask(firmware, b"~", 0.2)
    assert b"<Door:1|" in ask(firmware, b"?", 0.02)
    loose.controls = Controls()
    firmware.inputs_changed()
    assert b"<Door:0|" in ask(firmware, b"?", 0.02)
    ask(firmware, b"~", 0.2)
    assert b"<Door:3|" in ask(firmware, b"?", 0.1)
    firmware.advance(6)
    assert b"<Idle|MPos:20.000" in ask(firmware, b"?", 0.02)


def test_a_door_open_at_homing_is_error_13() -> None:
    loose = LooseBoard()
    firmware = Firmware(loose, FirmwareBuild(safety_door=True), factory_eeprom(BoardSettings({22: 1.0})))
    firmware.advance(0.2)
    firmware.take_output()
    loose.controls = Controls(door=True)
    assert ask(firmware, b"$H\n") == b"error:13\r\n"
    assert ask(firmware, b"$X\n") == b"error:13\r\n"


def test_a_board_with_mist_knows_m7() -> None:
    firmware = board(FirmwareBuild(mist=True))
    assert ask(firmware, b"M7\n") == b"ok\r\n"
    assert b" M7 " in ask(firmware, b"$G\n")
    assert ask(firmware, b"M7M8\n") == b"error:21\r\n"
    ask(firmware, b"M8\n")
    assert b" M7 M8 " in ask(firmware, b"$G\n")
    ask(firmware, b"\xa1")
    assert b" M8 " in ask(firmware, b"$G\n")


def test_a_new_board_tells_its_defaults_once() -> None:
    firmware = Firmware(LooseBoard(), eeprom=Eeprom())
    firmware.advance(3)
    said = firmware.take_output()
    assert said.startswith(b"error:7\r\n$0=10\r\n")
    # Its restored startup lines have no valid checksum yet: each says so once.
    assert said.endswith(b"\r\nGrbl 1.1h ['$' for help]\r\n>:error:7\r\n>:error:7\r\n")
    firmware.power_cycle()
    firmware.advance(1)
    assert firmware.take_output() == b"\r\nGrbl 1.1h ['$' for help]\r\n"


def test_a_reset_in_the_middle_of_a_long_reply_cuts_it_short() -> None:
    firmware = board()
    firmware.receive(b"$$\n")
    firmware.advance(0.012)
    firmware.receive(b"\x18")
    firmware.advance(1)
    said = firmware.take_output()
    assert said.startswith(b"$0=10\r\n$1=25\r\n")
    assert b"$132=" not in said
    reply, _, _ = said.partition(b"\r\nGrbl 1.1h")
    assert 150 <= len(reply) <= 104 + 0.0125 * 11520
    assert said.endswith(b"Grbl 1.1h ['$' for help]\r\n")
    assert ask(firmware, b"G21\n") == b"ok\r\n"


def test_the_recorded_hold_stops_where_the_board_stopped() -> None:
    """Recorded: `!` 0.623 s after the lines came; the board stood at 12.996, 3.248."""
    firmware = board()
    firmware.receive(b"N10 G1 X20 Y5 F1200\n")
    firmware.advance(0.002)
    firmware.receive(b"N20 G1 X0 Y0\n")
    firmware.advance(0.621)
    firmware.receive(b"!")
    firmware.advance(0.5)
    x, y, _ = positions(ask(firmware, b"?", 0.02))
    assert x == pytest.approx(12.996, abs=0.3)
    assert y == pytest.approx(x / 4, abs=0.004)


def test_the_recorded_probe_overshoots_as_the_board_did() -> None:
    firmware = board(probe_below_z_steps=-25 * 250)
    assert b"[PRB:0.000,0.000,-25.000:1]" in ask(firmware, b"G91 G38.2 Z-30 F600\n", 6)
    assert positions(ask(firmware, b"?", 0.02))[2] == pytest.approx(-25.6, abs=0.101)


def test_status_reports_do_not_disturb_motion() -> None:
    quiet, asked = board(), board()
    for firmware in (quiet, asked):
        firmware.receive(b"G1X10Y3F1200\nG1X0Z2\nG3X2Y2R2\n")
    for _ in range(200):
        quiet.advance(0.02)
        asked.receive(b"?")
        asked.advance(0.02)
    assert quiet.core.motor == asked.core.motor


@given(st.lists(st.integers(1, 7), min_size=1, max_size=30))
@settings(max_examples=25, deadline=None)
def test_bytes_in_any_pieces_give_the_same_answers(pieces: list[int]) -> None:
    text = b"G21G90\nG1X1F600\n$G\n?G4P0\n$#\nG1 X Y\n"
    whole, split = board(baud=None), board(baud=None)
    expected = ask(whole, text, 1)
    at, i = 0, 0
    while at < len(text):
        size = pieces[i % len(pieces)]
        split.receive(text[at : at + size])
        at, i = at + size, i + 1
    split.advance(1)
    got = split.take_output()
    strip = re.compile(rb"<[^>]*>\r\n")
    assert strip.sub(b"", got) == strip.sub(b"", expected)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_can_break_the_board(data: bytes) -> None:
    firmware = board()
    firmware.receive(data + b"\n")
    firmware.advance(20)
    firmware.receive(b"\x18")
    firmware.advance(2)
    firmware.take_output()
    assert b"Idle" in ask(firmware, b"?", 0.1) or b"Alarm" in ask(firmware, b"?", 0.1)


WORDS = ("G0", "G1F900", "G2R5F500", "G91", "G90", "G4P0.1", "M3S100", "M5", "$J=F500", "G38.3F90", "M0", "G10L2P1", "")
LINES = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(WORDS),
        st.sampled_from(["X1", "X-3", "Y2.5", "Z-1", "X2Y2", ""]),
        st.sampled_from(["", "Y1", "I1"]),
    ),
    min_size=1,
    max_size=12,
)


@given(LINES, st.lists(st.sampled_from([b"?", b"!", b"~", b"\x85", b"\x91", b"\x84", b"\x9e"]), max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_same_bytes_at_the_same_times_give_the_same_bytes(lines: list[str], bytes_between: list[bytes]) -> None:
    def run() -> tuple[bytes, tuple[int, int, int]]:
        firmware, said = board(), b""
        for i, line in enumerate(lines):
            said += ask(firmware, line.encode() + b"\n", 0.037)
            if i < len(bytes_between):
                said += ask(firmware, bytes_between[i], 0.051)
        return said + ask(firmware, b"?", 3), firmware.core.motor

    assert run() == run()
