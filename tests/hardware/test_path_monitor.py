"""Reported positions against the path; words in force; macros: the driver's pure judges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import PathDeviation
from hardware.grbl.codes import ALARMS, ERRORS, alarm, error
from hardware.grbl.events import StatusReport
from hardware.grbl.modal import ModalWords, dwell_s, target_of, words_of
from hardware.grbl.path_monitor import PathMonitor
from hardware.grbl.touch_off import Seat, seat_of

START = (-86.0, -18.0, -5.0)
FLOOR = (-86.0, -23.0, -5.0)
END = (-66.0, -23.0, -5.0)
FEED = 480.0


def monitor() -> PathMonitor:
    watched = PathMonitor(START, 0.05, 6000.0, 0.0)
    watched.expect(FLOOR, FEED)
    watched.expect(END, FEED)
    return watched


def report(x: float, y: float, z: float = -5.0, feed: float = FEED, rpm: float = 6000.0) -> StatusReport:
    return StatusReport("Run", machine_mm=(x, y, z), feed_mm_min=feed, spindle_rpm=rpm)


def along(done_mm: float) -> tuple[float, float]:
    return (-86.0, -18.0 - done_mm) if done_mm < 5 else (-86.0 + (done_mm - 5), -23.0)


def see(watched: PathMonitor, status: StatusReport, now_s: float) -> None:
    """Asked for, made and heard in one moment."""
    watched.see(status, now_s, now_s)


def drive(watched: PathMonitor, until_mm: float) -> float:
    """Report ten times a second at the planned feed; the time reached."""
    now_s = 0.0
    while (done_mm := now_s * FEED / 60) < until_mm:
        see(watched, report(*along(done_mm)), now_s)
        now_s += 0.1
    return now_s


def test_a_machine_on_its_path_is_followed_to_the_end() -> None:
    watched = monitor()
    drive(watched, 25)
    assert watched.done_mm == pytest.approx(24.8, abs=0.5)


@given(done_mm=st.floats(0.5, 24), off_mm=st.floats(0.06, 5), sideways=st.booleans())
def test_a_machine_off_its_path_is_noticed_at_the_next_report(done_mm: float, off_mm: float, sideways: bool) -> None:
    watched = monitor()
    now_s = drive(watched, done_mm)
    x, y = along(min(done_mm + 0.2, 24.5))
    wrong = report(x, y, -5.0 + off_mm) if sideways else report(x - off_mm, y - off_mm)
    with pytest.raises(PathDeviation, match="off the planned path"):
        see(watched, wrong, now_s)


def test_a_jump_ahead_on_the_path_is_no_progress_but_a_deviation() -> None:
    watched = monitor()
    now_s = drive(watched, 2)
    with pytest.raises(PathDeviation):
        see(watched, report(*along(15)), now_s)


@pytest.mark.parametrize("rpm", [0.0, 600.0, 9000.0])
def test_a_wheel_at_another_speed_is_noticed(rpm: float) -> None:
    with pytest.raises(PathDeviation, match="wheel"):
        see(monitor(), report(*along(1), rpm=rpm), 0.2)


def test_a_wheel_reported_off_beside_the_overrides_is_noticed() -> None:
    off = StatusReport("Run", machine_mm=START, feed_mm_min=0.0, overrides=(100, 100, 100), accessories="")
    with pytest.raises(PathDeviation, match="wheel"):
        see(monitor(), off, 0.1)


def test_a_feed_faster_than_planned_is_noticed() -> None:
    with pytest.raises(PathDeviation, match="faster"):
        see(monitor(), report(*along(0.5), feed=4800.0), 0.1)


def test_the_speed_a_board_has_prepared_some_short_moves_ahead_is_no_deviation() -> None:
    watched = PathMonitor(START, 0.05, 6000.0, 0.0)
    for i in range(1, 9):
        watched.expect((-86.0, -18.0 - 0.1 * i, -5.0), 240.0 if i < 5 else 480.0)
    see(watched, report(-86.0, -18.15, feed=480.0), 0.05)
    with pytest.raises(PathDeviation, match="faster"):
        see(watched, report(-86.0, -18.2, feed=600.0), 0.06)


def test_standing_still_with_path_left_is_a_stall_and_standing_at_the_end_is_not() -> None:
    watched = monitor()
    now_s = drive(watched, 10)
    x, y = along(10)
    see(watched, report(x, y), now_s + 0.2)
    with pytest.raises(PathDeviation, match="stalled"):
        see(watched, report(x, y), now_s + 0.9)
    arrived = monitor()
    now_s = drive(arrived, 25)
    for late_s in (0.2, 1.0, 5.0):
        see(arrived, StatusReport("Idle", machine_mm=END, feed_mm_min=0.0, spindle_rpm=6000.0), now_s + late_s)


@given(lain_s=st.lists(st.floats(0.0, 3.0), min_size=8, max_size=8))
def test_reports_that_lay_a_while_before_they_were_heard_make_no_deviation(lain_s: list[float]) -> None:
    watched, now_s = monitor(), 0.0
    for late_s in lain_s:
        # Made as soon as it was asked for, and heard when this computer had time again; the machine went on.
        if (done_mm := now_s * FEED / 60) > 24:
            break
        watched.see(report(*along(done_mm)), now_s, now_s + late_s)
        now_s += late_s + 0.1
    assert watched.done_mm == pytest.approx(done_mm, abs=3.0 * FEED / 60 + 1)


def test_a_machine_that_stood_between_two_reports_heard_late_has_stalled_all_the_same() -> None:
    watched = monitor()
    watched.see(report(*along(2)), 0.2, 0.4)
    watched.see(report(*along(2)), 0.85, 1.5)
    with pytest.raises(PathDeviation, match="stalled"):
        watched.see(report(*along(2)), 0.95, 0.95)


def test_a_machine_further_than_it_can_have_come_since_it_was_asked_is_off_its_path() -> None:
    watched = monitor()
    watched.see(report(*along(2)), 0.2, 0.3)
    with pytest.raises(PathDeviation, match="off the planned path"):
        watched.see(report(*along(2 + FEED / 60 * 1.3)), 1.2, 1.2)


def test_a_path_over_itself_is_followed_in_order() -> None:
    watched = PathMonitor(START, 0.05, 6000.0, 0.0)
    back = (-86.0, -18.5, -5.0)
    watched.expect(FLOOR, FEED)
    watched.expect(back, FEED)
    now_s, done_mm = 0.0, 0.0
    while done_mm < 9.5:
        y = -18.0 - done_mm if done_mm < 5 else -23.0 + (done_mm - 5)
        see(watched, report(-86.0, y), now_s)
        now_s += 0.1
        done_mm = now_s * FEED / 60
    assert watched.done_mm == pytest.approx(9.2, abs=0.81)


def test_no_text_of_a_deviation_holds_a_coordinate() -> None:
    with pytest.raises(PathDeviation) as caught:
        see(monitor(), report(-80.123, -22.456), 0.1)
    assert "80" not in str(caught.value)
    assert "22" not in str(caught.value)


# Words in force.

WORDS = ("G0", "G54", "G17", "G21", "G90", "G94", "M5", "M9", "T0", "F0", "S0")


def test_a_board_after_a_reset_has_the_words_a_fresh_modal_expects() -> None:
    assert ModalWords().differences(WORDS) == ()


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("G1X-5F480", {"G0": "G1", "F0": "F480"}),
        ("M3S6000", {"M5": "M3", "S0": "S6000"}),
        ("G53 G0 Y-2", {}),
        ("G38.3Y-21F60", {"G0": "G38.3", "F0": "F60"}),
        ("M8", {"M9": "M8"}),
        ("G4P0.8", {}),
    ],
)
def test_each_line_changes_the_words_it_says(line: str, reported: dict[str, str]) -> None:
    words = [reported.get(word, word) for word in WORDS]
    assert ModalWords().after(line).differences(words) == ()
    if reported:
        assert ModalWords().differences(words) != ()


@pytest.mark.parametrize(
    ("at", "wrong"), [(1, "G55"), (2, "G18"), (3, "G20"), (4, "G91"), (5, "G93"), (6, "M4"), (10, "S9")]
)
def test_every_word_that_differs_is_named(at: int, wrong: str) -> None:
    assert len(ModalWords().differences((*WORDS[:at], wrong, *WORDS[at + 1 :]))) == 1


def test_a_line_that_is_not_plain_has_no_words() -> None:
    assert words_of("G1X..2") == words_of("$H") == words_of("(note)") == ()
    assert target_of("G4P1", START) is None
    assert target_of("G53 G0 X-5", START) == (-5.0, -18.0, -5.0)
    assert dwell_s("G4 P0.3") == 0.3
    assert dwell_s("G1X1P5") == 0


def test_every_alarm_and_error_of_grbl_has_a_meaning_and_one_next_step() -> None:
    assert set(range(1, 11)) <= set(ALARMS)
    assert {*range(1, 18), *range(20, 39)} <= set(ERRORS)
    assert all(meaning.text and meaning.next_step.endswith(".") for meaning in (*ALARMS.values(), *ERRORS.values()))
    assert "manual" in alarm(99).next_step
    assert "manual" in error(99).next_step


# Touch-off.


@pytest.mark.parametrize(
    ("edge_mm", "seat"),
    [
        (None, Seat.MISSING),
        (8.509, Seat.SEATED),
        (8.565, Seat.SEATED),
        (8.64, Seat.LIFTED),
        (8.75, Seat.LIFTED),
        (9.2, Seat.TOO_HIGH),
        (8.40, Seat.TOO_LOW),
        (8.5690004, Seat.LIFTED),
    ],
)
def test_where_the_probe_touches_says_how_the_blank_lies(edge_mm: float | None, seat: Seat) -> None:
    found, touch = seat_of(edge_mm, 8.509, 0.06)
    assert found is seat
    assert (touch is None) == (edge_mm is None)
    if touch is not None and edge_mm is not None:
        assert touch.error_mm == round(edge_mm - 8.509, 3), "judged as felt, kept to a micrometre"
