"""Every point that is known of the wire to a GRBL board, and the tests that hold the driver to it.

`KNOWN` is the list; a test checks that each named test exists. Points that had no test of their own have it here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from hardware.clock import Clock
from hardware.errors import HardwareFault, LinkTimeout, PathDeviation
from hardware.grbl.board import SYNC, SYNC_OF, GrblBoard
from hardware.grbl.codes import error
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.events import Unexplained
from hardware.grbl.modal import ModalWords
from hardware.grbl.wire import parse_line
from tests.cutting.keys import machine
from tests.hardware.dialogues import BANNER, OK, connecting, homing, offsets, report, safe, settings, words
from tests.hardware.test_connect import HAL_ONLY, Bench
from tests.hardware.test_cutter import Rig
from tests.support.transcript import ManualClock, Transcript

HERE = Path(__file__).parent

KNOWN: dict[str, tuple[str, ...]] = {
    "one ok or error a line, and only these acknowledge": (
        "test_session.test_only_ok_and_error_acknowledge",
        "test_session.test_only_one_line_is_ever_in_flight",
    ),
    "ok means parsed, never done; done is the dwell acknowledged, then Idle": (
        "test_link_facts.test_done_is_the_dwell_acknowledged_and_then_idle",
        "test_link_facts.test_a_board_that_stays_busy_after_the_dwell_is_a_deviation",
    ),
    "a dwell of nothing waits on a stock board, and is not known to wait on others": (
        "test_link_facts.test_only_a_stock_board_is_asked_for_a_dwell_of_nothing",
    ),
    "receive buffer of 128 bytes: forty lines pushed blind are lost; Bf is not for flow control": (
        "test_session.test_only_one_line_is_ever_in_flight",
        "test_wire.test_what_no_board_may_be_sent_is_refused_as_our_own_bug",
    ),
    "real-time bytes are taken out of the stream anywhere": (
        "test_wire.test_real_time_orders_are_one_byte",
        "test_wire.test_what_no_board_may_be_sent_is_refused_as_our_own_bug",
    ),
    "which fields a report has is set by $10; WCO and Ov come now and then": (
        "test_wire.test_a_status_report_is_read_field_by_field",
        "test_session.test_work_offset_and_overrides_are_kept_between_the_reports_that_tell_them",
        "test_connect.test_a_setting_that_differs_is_named_and_never_rewritten",
    ),
    "poll at 5 to 10 Hz": ("test_link_facts.test_a_moving_board_is_asked_at_most_ten_times_a_second",),
    "positions are whole motor steps: compare within one": (
        "test_link_facts.test_a_rest_is_compared_within_one_motor_step",
    ),
    "a homing failure says ALARM, then ok, then resets itself": (
        "test_connect.test_a_homing_failure_says_alarm_then_ok_then_banner_and_is_one_fault",
        "test_session.test_an_alarm_is_raised_before_the_ok_that_follows_it",
    ),
    "a probe that meets nothing": (
        "test_cutter.test_a_blank_that_does_not_sit_twice_is_a_blank_fault_that_latches_nothing",
    ),
    "a probe that is closed beforehand": ("test_cutter.test_a_probe_that_is_closed_before_it_touches_is_a_fault",),
    "a stale ok before the banner after a reset": (
        "test_session.test_whatever_comes_between_a_reset_and_the_banner_is_the_past",
        "test_connect.test_what_the_board_said_before_the_reset_does_not_matter",
    ),
    "in ALARM:1 and 2 only a reset is heard": (
        "test_connect.test_a_limit_alarm_is_left_by_nothing_but_a_reset",
        "test_cutter.test_a_hard_limit_in_the_cut_is_an_alarm_left_by_a_reset",
        "test_cutter.test_a_move_outside_the_travel_is_an_alarm_and_never_sent_again",
    ),
    "? is not answered while homing": (
        "test_connect.test_homing_waits_without_asking_and_takes_the_position_afterwards",
        "test_cutter.test_stop_while_homing_resets_at_once",
    ),
    "in Hold no line is read: acknowledgement clocks stop": (
        "test_session.test_acknowledgement_clocks_stand_still_in_hold_and_door",
    ),
    "~ and an empty line earn an ok of their own; M0 keeps its ok": (
        "test_wire.test_what_no_board_may_be_sent_is_refused_as_our_own_bug",
        "test_link_facts.test_no_macro_may_pause_the_board",
    ),
    "EEPROM writes lose bytes behind them": (
        "test_connect.test_nothing_the_driver_can_send_writes_to_the_boards_memory",
    ),
    "the homing lock holds only after power-up": ("test_connect.test_the_homing_lock_after_power_up_is_no_fault",),
    "opening the port may reset the board and zero its position": (
        "test_connect.test_a_board_whose_bootloader_swallows_the_first_reset_is_asked_again",
        "test_connect.test_nothing_moves_before_homing",
        "test_link_facts.test_a_port_opened_again_leaves_the_position_unknown",
    ),
    "a switch already closed gives no alarm": ("test_connect.test_a_switch_still_closed_after_homing_is_a_fault",),
    "hold, wait for rest, reset keeps the position; a reset while moving does not": (
        "test_cutter.test_stop_from_another_thread_holds_at_once_and_latches",
        "test_cutter.test_recovery_lifts_a_wheel_stopped_in_the_metal_straight_out_before_anything_moves_sideways",
    ),
    "safety door: spindle off, nothing is resumed": (
        "test_connect.test_an_open_door_is_told_as_such",
        "test_cutter.test_an_opened_door_ends_the_job_with_the_wheel_off",
        "test_connect.test_recovery_starts_from_the_beginning_and_resumes_nothing",
        "test_cutter.test_a_hold_nobody_here_asked_for_ends_the_job_and_a_closed_hold_input_is_the_door",
    ),
    "some codes differ from the documentation": ("test_link_facts.test_the_codes_boards_really_give_have_a_meaning",),
    "a new board says error:7 and its default settings first": (
        "test_session.test_a_second_banner_and_a_new_boards_complaint_belong_to_the_start",
    ),
    "the EEPROM's own checksum is weak: compare $$ at every connect": (
        "test_connect.test_a_setting_that_differs_is_named_and_never_rewritten",
        "test_connect.test_all_differences_are_told_together",
        "test_connect.test_a_forgotten_work_offset_is_a_mismatch",
        "test_connect.test_a_startup_line_is_a_mismatch",
    ),
    "flipped, lost, doubled, swapped bytes change the meaning in silence": (
        "test_wire_faults.test_of_a_whole_job_no_damaged_byte_ends_in_a_bad_key",
        "test_wire_faults.test_a_sample_of_all_damages_ends_as_it_may",
        "test_wire_faults.test_a_digit_flipped_in_a_cutting_line_never_reaches_a_delivered_key",
    ),
    "a flipped newline waits and runs with the next one: after a time-out nothing but a reset": (
        "test_link_facts.test_after_a_lost_newline_nothing_but_a_stop_is_sent",
    ),
    "with echo every byte is compared while a move in the air runs": (
        "test_session.test_an_echo_that_differs_in_one_character_is_a_fault",
        "test_session.test_a_missing_echo_and_a_second_one_are_faults",
        "test_cutter.test_with_echo_a_damaged_cutting_line_never_touches_the_metal",
        "test_connect.test_a_board_that_echoes_is_found_out_and_its_echoes_are_held_to",
    ),
    "without echo: state compared at retracted points, words after every line, position watched in between": (
        "test_cutter.test_a_line_damaged_into_another_that_makes_sense_is_found",
        "test_connect.test_other_words_in_force_than_were_sent_are_found_at_rest",
        "test_path_monitor.test_a_machine_off_its_path_is_noticed_at_the_next_report",
        "test_path_monitor.test_every_word_that_differs_is_named",
    ),
    "an unexplained byte, a missing or extra acknowledgement, a banner nobody asked for": (
        "test_session.test_what_nobody_asked_for_is_a_fault_of_the_wire",
        "test_session.test_a_report_nobody_asked_for_is_a_fault_because_a_byte_of_ours_became_a_question_mark",
        "test_cutter.test_a_board_that_resets_itself_in_the_cut_ends_the_job",
        "test_wire.test_what_fits_no_form_is_unexplained_and_only_its_length_is_kept",
    ),
    "a board that falls silent": (
        "test_cutter.test_silence_in_the_cut_latches_within_a_second",
        "test_session.test_silence_to_a_question_is_a_fault_within_a_second",
        "test_connect.test_a_silent_port_is_a_fault_after_three_resets_and_a_last_stop",
    ),
    "a port that vanishes, or is in use": (
        "test_cutter.test_a_port_that_vanishes_in_the_cut_is_opened_again_only_to_stop_the_wheel",
        "test_pty.test_a_port_can_be_had_by_one_program_only",
        "test_pty.test_a_port_that_is_not_there_is_one_line",
    ),
    "grblHAL and FluidNC where they agree": (
        "test_connect.test_grblhal_is_known_by_its_greeting_or_by_what_it_says_of_itself",
        "test_connect.test_fluidnc_is_accepted_and_what_it_does_not_tell_is_listed",
        "test_link_facts.test_what_grblhal_and_fluidnc_say_is_read",
        "test_link_facts.test_a_grblhal_board_is_connected_homed_and_compared",
        "test_link_facts.test_grblhal_keeps_more_than_yes_or_no_in_some_settings",
    ),
}


@pytest.mark.parametrize("point", KNOWN)
def test_each_point_has_its_tests_by_name(point: str) -> None:
    for name in KNOWN[point]:
        file, _, test = name.partition(".")
        tree = ast.parse((HERE / f"{file}.py").read_text())
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


# Done, poll, steps.


def board_on(
    dialogue: Iterable[tuple[bytes, bytes | None]], reports: tuple[bytes, ...], clock: ManualClock
) -> GrblBoard:
    link = Transcript(clock, dialogue, reports)
    board = GrblBoard(link, machine().wire, clock, lambda: False)
    board.reset()
    return board


def test_done_is_the_dwell_acknowledged_and_then_idle() -> None:
    clock = ManualClock()
    board = board_on([(b"\x18", BANNER), (b"G4P0\n", OK)], (report("Run"), report("Run"), report()), clock)
    assert board.wait_done(1.0).state == "Idle"


def test_a_board_that_stays_busy_after_the_dwell_is_a_deviation() -> None:
    clock = ManualClock()
    board = board_on([(b"\x18", BANNER), (b"G4P0\n", OK)], (report("Run"),), clock)
    with pytest.raises(PathDeviation, match="not idle"):
        board.wait_done(1.0)


def test_only_a_stock_board_is_asked_for_a_dwell_of_nothing() -> None:
    assert SYNC_OF == {"Grbl": "G4P0"}
    clock = ManualClock()
    banner = b"\r\nGrbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n"
    board = board_on([(b"\x18", banner), (SYNC.encode() + b"\n", OK)], (report(),), clock)
    assert board.wait_done(1.0).state == "Idle"


def test_a_moving_board_is_asked_at_most_ten_times_a_second() -> None:
    sim = Rig().loaded()
    sim.sent.clear()
    begin_s = sim.clock.now_s()
    sim.cut()
    rests = sum(line.plunge for line in sim.job.lines) + 1
    assert sim.sent.count(b"?") <= (sim.clock.now_s() - begin_s) * 10 + rests + 1


@pytest.mark.parametrize(("off_mm", "passes"), [(0.0, True), (0.002, True), (-0.002, True), (0.006, False)])
def test_a_rest_is_compared_within_one_motor_step(off_mm: float, passes: bool) -> None:
    clamp = machine().macros.reject
    assert clamp[0] == "G53 G0 Y-2"
    there = (-1.0, -2.0 + off_mm, -1.0)
    dialogue = [*connecting(), *homing(), (b"G53 G0 Y-2\n", OK), (b"G4P0\n", OK), (b"$G\n", words())]
    if not passes:
        dialogue = [*dialogue[:-1], *safe()]
    bench = Bench(dialogue, (report(), report(), report(), report(), report(at=there)))
    bench.cutter.connect()
    bench.cutter.home()
    motion = bench.cutter.latch.motion
    assert motion is not None
    if passes:
        motion.step("G53 G0 Y-2")
        return
    with pytest.raises(PathDeviation, match="another place"), bench.cutter.latch.operation():
        motion.step("G53 G0 Y-2")


def test_a_port_opened_again_leaves_the_position_unknown() -> None:
    sim = Rig().ready()
    sim.cutter.connect()
    with pytest.raises(HardwareFault, match="not homed"):
        sim.cutter.load(1, sim.plan.blade_height_mm)


@pytest.mark.parametrize("word", ["M0", "M1", "M2", "M30", "M3 S6000", "G10 L2 P1 X0", "G28.1", "$X", "~"])
def test_no_macro_may_pause_the_board(word: str) -> None:
    macros = machine().macros.model_copy(update={"brush": (word,)})
    clock: Clock = ManualClock()

    def no_link() -> Transcript:
        raise AssertionError("never opened")

    with pytest.raises(Exception, match=r"macros\.brush\[1\]"):
        GrblCutter(no_link, machine().model_copy(update={"macros": macros}), clock)


def test_after_a_lost_newline_nothing_but_a_stop_is_sent() -> None:
    sim = Rig().loaded()
    seen: list[int] = []

    def without_end(data: bytes) -> bytes:
        if data.startswith(b"G1X") and not seen:
            seen.append(len(sim.sent))
            return data[:-1] + bytes((data[-1] ^ 0x40,))
        return data

    sim.on_send = without_end
    with pytest.raises((LinkTimeout, PathDeviation)):
        sim.cut()
    after = bytes(sim.sent[seen[0] :]).partition(b"J")[2]
    assert set(after) <= set(b"?!\x18"), "the waiting line would run with the next newline"
    assert sim.nothing_turns()


@pytest.mark.parametrize("number", [2, 3, 4, 5, 9, 10, 11, 15, 20, 22, 23, 24, 25, 26, 28, 30, 31, 35, 36, 37, 38])
def test_the_codes_boards_really_give_have_a_meaning(number: int) -> None:
    """G59.1 gives 23, an arc in a jog 35, an unknown $ word 2: the meaning must fit what was really sent."""
    assert "manual" not in error(number).next_step


# grblHAL and FluidNC.


@pytest.mark.parametrize(
    "line",
    [
        b"GrblHAL 1.1f ['$' or '$HELP' for help]",
        b"Grbl 1.1f ['$' or '$HELP' for help]",
        b"Grbl 3.9 [FluidNC v3.9.4 (bt) '$' for help]",
        b"Grbl 3.9 [FluidNC v3.9.9 (main-abc1234-dirty) (esp32-wifi) '$' for help]",
        b"<Idle|MPos:170.000,60.000,-77.500|Bf:128,1024|FS:0,0|FW:grblHAL>",
        b"<Run:1|MPos:1.000,2.000,3.000,0.000|Bf:35,1024|FS:480,6000,5990|Pn:P|WCO:0.000,0.000,0.000,0.000>",
        b"<Idle|MPos:0.000,0.000,0.000|Bf:35,1024|FS:0,0|Ov:100,100,100|A:|MPG:0|H:1,7|TLR:0|In:-1>",
        b"<Alarm:11|MPos:0.000,0.000,0.000|Bf:35,1024|FS:0,0>",
        b"<Home|MPos:0.000,0.000,0.000|FS:0,0|SD:0.00,/job.nc>",
        b"[GC:G0 G54 G17 G21 G90 G94 G49 G98 G50 M5 M9 T0 F0 S0.]",
        b"[GC:G1 G54 G17 G21 G90 G94 G49 G98 G51:5 M3 M9 T0 F480. S6000.]",
        b"[HOME:0.000,0.000,0.000:0]",
        b"[T:1,0.000,0.000,0.000,0.000]",
        b"[G51:1.000,1.000,1.000]",
        b"[G59.3:0.000,0.000,0.000]",
        b"[TLO:0.000,0.000,0.000]",
        b"[NEWOPT:ENUMS,RT+,ES,TC,ETH]",
        b"[NVS STORAGE:*FLASH]",
        b"[DRIVER OPTIONS:USB.2]",
        b"[AXS:3:XYZ]",
        b"[VER:3.7 FluidNC v3.7.8 (wifi):]",
        b"[MSG:INFO: Connecting to STA SSID:shop]",
        b'$74=kiosk/"net"',
        b"$75=*******",
        b"$302=192.168.5.1",
        b"$1000=1",
        b"$30=6000.",
    ],
)
def test_what_grblhal_and_fluidnc_say_is_read(line: bytes) -> None:
    assert not isinstance(parse_line(line), Unexplained)


def test_a_grblhal_board_is_connected_homed_and_compared() -> None:
    banner = b"\r\nGrblHAL 1.1f ['$' or '$HELP' for help]\r\n"
    info = b"[VER:1.1f.20240101:]\r\n[OPT:VNMSL,35,1024,3,0]\r\n[NEWOPT:ENUMS]\r\n[FIRMWARE:grblHAL]\r\n" + OK
    dollars = b"$70=7\r\n$75=*****\r\n" + settings(**(HAL_ONLY | {"n20": "1", "n22": "15"}))
    more = b"[HOME:0.000,0.000,0.000:7]\r\n[T:1,0.000,0.000,0.000]\r\n" + offsets(TLO="0.000,0.000,0.000")
    said = b"[GC:G0 G54 G17 G21 G90 G94 G49 G98 G50 M5 M9 T0 F0. S0.]\r\n" + OK
    dialogue = [(b"\x18", banner), *connecting(info=info, dollars=dollars, offset=more)[1:-1]]
    dialogue += [(b"$H\n", OK), (b"$H\n", OK), (b"G21G90G94\n", OK), (SYNC.encode() + b"\n", OK), (b"$G\n", said)]
    bench = Bench(dialogue)
    assert bench.cutter.connect().firmware == "GrblHAL"
    bench.cutter.home()
    bench.link.finish()


@pytest.mark.parametrize(("number", "value", "fits"), [("n22", "15", True), ("n22", "14", False), ("n20", "3", True)])
def test_grblhal_keeps_more_than_yes_or_no_in_some_settings(number: str, value: str, fits: bool) -> None:
    dialogue = connecting(dollars=settings(**{number: value}))
    bench = Bench(dialogue if fits else [*dialogue, *safe()])
    if fits:
        bench.cutter.connect()
    else:
        with pytest.raises(HardwareFault, match="homing"):
            bench.cutter.connect()
    bench.link.finish()


def test_words_with_a_point_at_their_end_are_the_same_words() -> None:
    modal = ModalWords().after("M3S6000").after("G1X-5F480")
    said = ("G1", "G54", "G17", "G21", "G90", "G94", "G49", "G98", "G50", "M3", "M9", "T0", "F480.", "S6000.")
    assert modal.differences(said) == ()
