"""Bookkeeping of the conversation: what is owed, what is believed, and what nothing explains."""

from __future__ import annotations

import pytest

from hardware.errors import BoardAlarm, BoardError, LinkGarbled, LinkSetup, LinkTimeout
from hardware.grbl.events import (
    Alarm,
    Echo,
    ErrorReply,
    Greeting,
    Info,
    Ok,
    Probe,
    Setting,
    StartupLine,
    StatusReport,
    Unexplained,
)
from hardware.grbl.session import GrblSession
from hardware.grbl.wire import LocalProtocolError, parse_line

BANNER = Greeting("Grbl", "1.1h")


def started(echoes: bool | None = False) -> GrblSession:
    session = GrblSession(0.5, 0.8)
    session.reset_sent()
    session.receive(BANNER, 0.0)
    session.echoes = echoes
    return session


def in_flight(text: str = "G0X-5", echoes: bool | None = False) -> GrblSession:
    session = started(echoes)
    session.line_sent(text, 0.0)
    return session


def status(text: str) -> StatusReport:
    event = parse_line(text.encode())
    assert isinstance(event, StatusReport)
    return event


def test_only_one_line_is_ever_in_flight() -> None:
    session = in_flight()
    with pytest.raises(LocalProtocolError):
        session.line_sent("G0X-6", 0.1)


def test_nothing_is_sent_between_a_reset_and_the_banner() -> None:
    session = GrblSession(0.5, 0.8)
    session.reset_sent()
    with pytest.raises(LocalProtocolError):
        session.line_sent("$I", 0.0)


@pytest.mark.parametrize("stale", [Ok(), ErrorReply(9), Alarm(3), Unexplained(4), Info("MSG", "Reset to continue")])
def test_whatever_comes_between_a_reset_and_the_banner_is_the_past(stale: object) -> None:
    session = in_flight()
    session.reset_sent()
    session.receive(stale, 0.1)
    assert session.awaiting_banner
    session.receive(BANNER, 0.2)
    session.line_sent("$I", 0.3)
    session.receive(Ok(), 0.31)
    assert not session.line_owed


def test_a_second_banner_and_a_new_boards_complaint_belong_to_the_start() -> None:
    session = started()
    session.receive(BANNER, 0.0)
    session.receive(ErrorReply(7), 0.0)
    session.receive(Setting(0, "10"), 0.0)
    session.line_sent("$I", 0.1)
    with pytest.raises(LinkGarbled, match="restarted"):
        session.receive(BANNER, 0.2)


def test_only_ok_and_error_acknowledge() -> None:
    session = in_flight("$I")
    for event in (Info("VER", "1.1h"), Info("MSG", "x")):
        session.receive(event, 0.1)
        assert session.line_owed
    session.receive(Ok(), 0.2)
    assert session.answers() == [Info("VER", "1.1h"), Info("MSG", "x")]


@pytest.mark.parametrize(
    "event",
    [
        Ok(),
        ErrorReply(2),
        Unexplained(3),
        Setting(100, "250"),
        Probe((0.0, 0.0, 0.0), touched=True),
        BANNER,
        Echo("G0"),
    ],
)
def test_what_nobody_asked_for_is_a_fault_of_the_wire(event: object) -> None:
    session = started()
    session.line_sent("$X", 0.0)
    session.receive(Ok(), 0.0)
    with pytest.raises(LinkGarbled):
        session.receive(event, 0.1)


def test_a_report_nobody_asked_for_is_a_fault_because_a_byte_of_ours_became_a_question_mark() -> None:
    session = started()
    with pytest.raises(LinkGarbled):
        session.receive(status("<Idle|MPos:0,0,0|FS:0,0>"), 0.0)


def test_an_error_names_its_number_and_frees_the_line() -> None:
    session = in_flight()
    with pytest.raises(BoardError, match="error:35") as caught:
        session.receive(ErrorReply(35), 0.1)
    assert caught.value.number == 35
    assert not session.line_owed


def test_an_alarm_is_raised_before_the_ok_that_follows_it() -> None:
    session = in_flight("$H")
    with pytest.raises(BoardAlarm, match="ALARM:9"):
        session.receive(Alarm(9), 0.1)


def test_a_line_not_acknowledged_in_time_is_overdue() -> None:
    session = in_flight()
    session.check(0.5)
    with pytest.raises(LinkTimeout):
        session.check(0.51)


def test_a_line_that_takes_long_may() -> None:
    session = started()
    session.line_sent("G4P5", 0.0, motion_s=5.0)
    session.check(5.4)
    with pytest.raises(LinkTimeout):
        session.check(5.6)


def test_silence_to_a_question_is_a_fault_within_a_second() -> None:
    session = started()
    session.query_sent(10.0)
    session.check(10.79)
    with pytest.raises(LinkTimeout, match="status report"):
        session.check(10.81)


def test_acknowledgement_clocks_stand_still_in_hold_and_door() -> None:
    for state in ("Hold:0", "Door:1"):
        session = in_flight()
        session.query_sent(0.1)
        session.receive(status(f"<{state}|MPos:0,0,0|FS:0,0>"), 0.1)
        session.check(9.0)
        session.query_sent(9.9)
        session.receive(status("<Run|MPos:0,0,0|FS:0,0>"), 10.0)
        session.check(10.3)
        with pytest.raises(LinkTimeout):
            session.check(10.5)


def test_work_offset_and_overrides_are_kept_between_the_reports_that_tell_them() -> None:
    session = started()
    for text in (
        "<Idle|MPos:0,0,0|FS:0,0|WCO:1.000,0.000,0.000>",
        "<Idle|MPos:0,0,0|FS:0,0|Ov:100,90,100|A:S>",
        "<Idle|MPos:0,0,0|FS:0,0>",
    ):
        session.query_sent(0.0)
        session.receive(status(text), 0.0)
    assert session.work_offset_mm == (1.0, 0.0, 0.0)
    assert session.overrides == (100, 90, 100)
    session.reset_sent()
    assert session.work_offset_mm is None
    assert session.overrides is None


def test_the_first_answer_tells_whether_the_board_echoes() -> None:
    with_echo, without = in_flight("$I", echoes=None), in_flight("$I", echoes=None)
    with_echo.receive(Echo("$I"), 0.0)
    for session in (with_echo, without):
        session.receive(Ok(), 0.0)
    assert (with_echo.echoes, without.echoes) == (True, False)


def test_an_echo_that_differs_in_one_character_is_a_fault() -> None:
    session = in_flight("G1 x-83.73 F480", echoes=True)
    session.receive(Echo("G1X-83.73F480"), 0.0)
    session.receive(Ok(), 0.0)
    session.line_sent("G1X-83.73F480", 0.0)
    with pytest.raises(LinkGarbled, match="another line"):
        session.receive(Echo("G1X-93.73F480"), 0.0)


def test_a_missing_echo_and_a_second_one_are_faults() -> None:
    missing, twice = in_flight(echoes=True), in_flight(echoes=True)
    with pytest.raises(LinkGarbled, match="without its echo"):
        missing.receive(Ok(), 0.0)
    twice.receive(Echo("G0X-5"), 0.0)
    with pytest.raises(LinkGarbled):
        twice.receive(Echo("G0X-5"), 0.0)


def test_no_fault_text_holds_a_line_of_a_key() -> None:
    session = in_flight("G1X-83.73Y-22.7F480", echoes=True)
    for event in (Echo("G1X-93.73Y-22.7F480"), Unexplained(12)):
        with pytest.raises(LinkGarbled) as caught:
            session.receive(event, 0.0)
        assert "83" not in str(caught.value)
        assert "93" not in str(caught.value)


# Boards of other makes.

HOMING = "<Home|MPos:0.000,0.000,0.000|Bf:35,1024|FS:0,0|H:0>"


def of_make(firmware: str, text: str) -> GrblSession:
    session = GrblSession(0.5, 0.8)
    session.reset_sent()
    session.receive(Greeting(firmware, "1"), 0.0)
    session.echoes = False
    session.line_sent(text, 0.0)
    return session


def test_grblhal_says_once_unasked_that_it_homes() -> None:
    session = of_make("GrblHAL", "$H")
    session.receive(status(HOMING), 0.1)
    session.receive(Info("MSG", ""), 0.1)
    session.receive(Ok(), 1.0)
    assert not session.line_owed


def test_a_second_such_report_is_one_of_automatic_reporting() -> None:
    session = of_make("GrblHAL", "$H")
    session.receive(status(HOMING), 0.1)
    with pytest.raises(LinkSetup, match="481"):
        session.receive(status(HOMING), 0.2)


@pytest.mark.parametrize(
    ("firmware", "line", "report", "fault"),
    [
        ("Grbl", "$H", HOMING.replace("|H:0", ""), LinkGarbled),
        ("GrblHAL", "G0X-5", HOMING, LinkSetup),
        ("GrblHAL", "$H", HOMING.replace("Home", "Idle"), LinkSetup),
        ("FluidNC", "$H", HOMING, LinkSetup),
    ],
)
def test_no_other_report_may_come_unasked(firmware: str, line: str, report: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        of_make(firmware, line).receive(status(report), 0.1)


def test_a_stock_board_knows_no_fields_of_other_makes() -> None:
    session = of_make("Grbl", "$I")
    session.query_sent(0.1)
    with pytest.raises(LinkGarbled, match="field"):
        session.receive(status("<Idle|MPos:0,0,0|H:0>"), 0.2)


def test_a_stored_line_that_ran_by_itself_after_a_reset_is_remembered() -> None:
    session = started()
    session.receive(StartupLine(ran=True, empty=False), 0.1)
    assert session.startup_ran
    session.reset_sent()
    assert not session.startup_ran
