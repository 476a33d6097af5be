"""What a technician reads of the wire, and that no place of a wheel is in it, however the bytes arrive."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.grbl.wire_log import WireLog, describe_line

PLACE = st.floats(-160, 0, allow_nan=False).map(lambda mm: f"{mm:.3f}")


def kept(log: WireLog) -> list[tuple[str, str, str]]:
    return [(line.way, line.text, line.meaning) for line in log.lines()]


@pytest.mark.parametrize(
    ("line", "text", "meaning"),
    [
        ("$H", "$H", "home"),
        ("G53 G0 X-60", "G53G0X#", "rapid"),
        ("G1X-85.25Y-23.1F480", "G1X#Y#F#", "feed"),
        ("M3S6000", "M3S6000", "wheel_on"),
        ("G38.3Y-22F60", "G38.3Y#F#", "probe"),
        ("$J=G53G21G90X-11F600", "$J=G53G21G90X#F#", "jog"),
        ("ok", "ok", "ok"),
        ("error:9", "error:9", "error"),
        ("ALARM:1", "ALARM:1", "alarm"),
        ("[VER:1.1h.20190825:]", "[VER:1.1h.20190825:]", "info"),
        ("[MSG:at X-12.5]", "[MSG:at X#]", "info"),
        ("[PRB:-88.000,-21.470,0.000:1]", "[PRB:#]", "probed"),
        ("[echo: G1X-85.25Y-23.1F480]", "[echo: G1X#Y#F#]", "echo"),
        ("<Run|MPos:-85.2,-23.1,-5.0|FS:480,6000|Pn:P>", "<Run|MPos:#|FS:#|Pn:P>", "report"),
        ("$100=400.000", "$100=400.000", "setting"),
        ("[G54:0.000,0.000,0.000]", "[G54:0.000,0.000,0.000]", "offset"),
    ],
)
def test_every_kind_of_line_is_told_with_its_meaning(line: str, text: str, meaning: str) -> None:
    found = describe_line(line.encode())
    assert (found.text, found.meaning) == (text, meaning)


@given(x=PLACE, y=PLACE, flips=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 7)), max_size=3))
def test_a_damaged_line_shows_no_place_either(x: str, y: str, flips: list[tuple[int, int]]) -> None:
    for line in (f"G1X{x}Y{y}F480", f"[echo: G1X{x}Y{y}F480]", f"<Run|MPos:{x},{y},-5.000|FS:480,6000>"):
        data = bytearray(line.encode())
        for at, bit in flips:
            data[at % len(data)] ^= 1 << bit
        shown = describe_line(bytes(data).replace(b"\n", b" ").replace(b"\r", b" ")).text
        # What is left is short whole numbers of words; a place has a point and three places.
        assert not re.search(r"\d\.\d{2}", shown), shown


@given(data=st.binary(max_size=60))
def test_anything_at_all_can_be_told(data: bytes) -> None:
    assert isinstance(describe_line(data).text, str)
    log = WireLog()
    log.received(data)
    log.sent(data)
    assert all(isinstance(line.text, str) for line in log.lines())


@given(cuts=st.lists(st.integers(0, 55), max_size=8))
def test_a_line_in_pieces_is_told_whole_and_never_in_part(cuts: list[int]) -> None:
    data = b"<Idle|MPos:-85.250,-23.100,-5.000|FS:0,0>\r\nok\r\n"
    log, at = WireLog(), 0
    for cut in [*sorted(cuts), len(data)]:
        log.received(data[at : max(at, cut)])
        at = max(at, cut)
    assert kept(log) == [("<", "<Idle|MPos:#|FS:#>", "report"), ("<", "ok", "ok")]


def test_the_asking_is_left_out_and_a_report_is_told_when_it_changes() -> None:
    log = WireLog()
    for report in (b"<Idle|MPos:0,0,0>", b"<Idle|MPos:0,0,0|WCO:0,0,0>", b"<Idle|MPos:0,0,0>", b"<Jog|MPos:1,0,0>"):
        log.sent(b"?")
        log.received(report + b"\r\n")
    assert [text for _, text, _ in kept(log)] == ["<Idle|MPos:#>", "<Jog|MPos:#>"]


def test_of_a_cut_only_its_beginning_and_what_is_out_of_the_ordinary_is_kept() -> None:
    log = WireLog()
    for line in ("M3S6000", "G4P0.8", *(f"G1X-{n}Y-2F480" for n in range(30))):
        log.sent(line.encode() + b"\n")
        log.received(b"ok\r\n<Run|MPos:-1.0,-2.0,-3.0|FS:480,6000>\r\n")
    log.sent(b"!")
    log.received(b"ALARM:1\r\n")
    log.sent(b"\x18")
    log.received(b"Grbl 1.1h ['$' for help]\r\n")
    log.sent(b"G53G0Y-2\n")
    assert [meaning for _, _, meaning in kept(log)] == [
        "wheel_on",
        "feed",
        "hold",
        "alarm",
        "reset",
        "banner",
        "rapid",
    ]


def test_a_listener_hears_what_is_kept() -> None:
    heard: list[str] = []
    log = WireLog(kept=2)
    log.listener = lambda line: heard.append(line.text)
    for number in range(4):
        log.sent(f"${number}=1\n".encode())
        log.received(f"${number}=1\r\n".encode())
    assert len(log.lines()) == 2
    assert heard[-1] == log.lines()[-1].text


def _lines_of(pieces: list[bytes]) -> list[tuple[str, str, str]]:
    """What must be kept of whole answers, told one by one: a report only when it shows another thing than the last."""
    kept_lines: list[tuple[str, str, str]] = []
    last = ""
    for piece in pieces:
        line = describe_line(piece.rstrip(b"\r"), "<")
        if line.meaning == "report":
            shown = re.sub(r"\|(?:WCO|Ov|A|Bf):[^|>]*", "", line.text)
            if shown == last:
                continue
            last = shown
        if line.text:
            kept_lines.append((line.way, line.text, line.meaning))
    return kept_lines


def _reports(states: list[str], speeds: list[str], more: list[str]) -> st.SearchStrategy[bytes]:
    def report(state: str, x: str, speed: str, rest: str) -> bytes:
        return f"<{state}|MPos:{x},-23.100,-5.000{speed}{rest}>".encode()

    return st.builds(report, st.sampled_from(states), PLACE, st.sampled_from(speeds), st.sampled_from(more))


STOCK = _reports(["Idle", "Run"], ["|FS:480,6000"], ["", "|Pn:P", "|WCO:0.000,0.000,0.000", "|Ov:100,100,100|A:S"])
ODD = _reports(
    ["Run", "Hold:0", "Nonsense"], ["|F:480", "", "|FS:4x0,0", "|FS:0,0|FS:0,0"], ["", "|Ln:9", "|Ov:100,100", "|A:"]
)


@given(
    answers=st.lists(STOCK | ODD | STOCK | st.just(b"ok"), max_size=12),
    flips=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 60), st.integers(0, 6)), max_size=3),
)
def test_no_report_is_left_out_but_one_that_shows_what_the_last_one_did(
    answers: list[bytes], flips: list[tuple[int, int, int]]
) -> None:
    damaged = [bytearray(each) for each in answers]
    for which, at, bit in flips:
        if damaged:
            line = damaged[which % len(damaged)]
            line[at % len(line)] ^= 1 << bit
    pieces = [bytes(line).replace(b"\n", b" ") for line in damaged]
    log = WireLog()
    for piece in pieces:
        log.received(piece + b"\r\n")
    assert kept(log) == _lines_of(pieces)
