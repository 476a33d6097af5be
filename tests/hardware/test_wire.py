"""Bytes to events: whole, byte by byte, split anywhere, damaged anywhere; and every line a real board sent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.grbl.events import (
    Alarm,
    Echo,
    ErrorReply,
    Greeting,
    Info,
    Offset,
    Ok,
    ParserState,
    PathSetting,
    Reflected,
    Setting,
    StartupLine,
    StatusReport,
    Unexplained,
)
from hardware.grbl.wire import LineReader, LocalProtocolError, RealTimeByte, echo_of, line_bytes, parse_line

REPLIES: dict[bytes, object] = {
    b"ok": Ok(),
    b"error:9": ErrorReply(9),
    b"ALARM:3": Alarm(3),
    b"Grbl 1.1h ['$' for help]": Greeting("Grbl", "1.1h"),
    b"GrblHAL 1.1f ['$' or '$HELP' for help]": Greeting("GrblHAL", "1.1f"),
    b"Grbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]": Greeting("FluidNC", "3.7.8"),
    b"$100=250.000": Setting(100, "250.000"),
    b"$N0=": StartupLine(ran=False, empty=True),
    b"$N1=G21": StartupLine(ran=False, empty=False),
    b">G21:ok": StartupLine(ran=True, empty=False),
    b"[VER:1.1h.20190830:]": Info("VER", "1.1h.20190830:"),
    b"[OPT:V,15,128]": Info("OPT", "V,15,128"),
    b"[MSG:'$H'|'$X' to unlock]": Info("MSG", "'$H'|'$X' to unlock"),
    b"[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]": ParserState(
        ("G0", "G54", "G17", "G21", "G90", "G94", "M5", "M9", "T0", "F0", "S0")
    ),
    b"[G54:0.000,0.000,0.000]": Offset("G54", (0.0, 0.0, 0.0)),
    b"[TLO:0.000]": Offset("TLO", (0.0,)),
    b"[MSG:INFO: Connecting to STA SSID:Caf\xc3\xa9]": Info("MSG", "INFO: Connecting to STA SSID:Café"),
    b"[MSG:ok ALARM:1 <Idle>]": Info("MSG", "ok ALARM:1 <Idle>"),
    b"[MSG:]": Info("MSG", ""),
    b"$/axes/x/steps_per_mm=400.000": PathSetting("axes/x/steps_per_mm", "400.000"),
    b"?<Idle|MPos:0.000,0.000,0.000|FS:0,0>": Reflected(),
    b"$I": Reflected(),
}

STREAM = (
    b"\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\nok\r\n$100=250.000\r\n[echo: G1X1]\r\n"
    b"<Run|MPos:0.008,0.000,0.000|Bf:13,128|FS:1200,0|Pn:X|WCO:0.000,0.000,0.000>\r\nerror:9\r\nALARM:2\r\n"
    b"[PRB:-1.833,-1.000,-25.000:1]\r\n<Hold:0|MPos:1.000,2.000,3.000|FS:0,500|Ov:120,100,100|A:S>\r\nok\r\n"
)


def events_of(*pieces: bytes) -> list[object]:
    reader = LineReader()
    return [(type(event), *_facts(event)) for piece in pieces for event in reader.feed(piece)]


def _facts(event: object) -> list[object]:
    return [getattr(event, name) for name in getattr(event, "__dataclass_fields__", ())]


@pytest.mark.parametrize("raw", REPLIES)
def test_each_reply_is_read_as_what_it_is(raw: bytes) -> None:
    assert parse_line(raw) == REPLIES[raw]


def test_a_status_report_is_read_field_by_field() -> None:
    status = parse_line(b"<Door:3|MPos:-2.500,-1.000,-1.000|Bf:14,128|FS:0,500|Ov:100,110,90|A:SF>")
    assert isinstance(status, StatusReport)
    assert (status.state, status.substate) == ("Door", 3)
    assert status.machine_mm == (-2.5, -1.0, -1.0)
    assert (status.blocks_free, status.feed_mm_min, status.spindle_rpm) == (14, 0.0, 500.0)
    assert (status.overrides, status.accessories) == ((100, 110, 90), "SF")
    later = parse_line(b"<Idle|WPos:1.000,2.000,3.000|F:0|Pn:XP>")
    assert isinstance(later, StatusReport)
    assert later.machine_mm is None
    assert (later.work_mm, later.pins, later.accessories, later.spindle_rpm) == ((1.0, 2.0, 3.0), "XP", None, None)


def test_a_report_with_overrides_and_no_accessories_says_that_all_are_off() -> None:
    status = parse_line(b"<Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>")
    assert isinstance(status, StatusReport)
    assert status.accessories == ""


def test_an_echo_is_compared_without_blanks_and_in_capitals() -> None:
    event = parse_line(b"[echo: G1X1]")
    assert isinstance(event, Echo)
    assert event.text == echo_of("g1 x1")
    assert "G1" not in repr(event)


@pytest.mark.parametrize(
    "raw",
    [
        b"oj", b"ok ", b"Ok", b"error:", b"error:x", b"ALARM:", b"<Idle>", b"<Idle|MPos:1,2|FS:0,0>",
        b"<Hdle|MPos:0,0,0>", b"<Run|MPos:0.0.0,1,2>", b"<Run|MPos:1,2,3|MPos:1,2,3>", b"<Run|MPos:1,2,3|FS:a,0>",
        b"<Run|MPos:1,2,3|Ov:100,100>", b"<Run|MPos:1,2,3|S:0,0>",
        b"<Run|MPos:1,2,3|F:0,0>", b"<Run|MPos:1,2,3|FS:0>", b"<Run|MPos:1,2,3|Q:1>", b"<Run|MPos:1,2,3|H:x>",
        b"<Run|MPos:1,2,3|Pn:,>", b"<Run|MPos:1,2,3|A:s>", b"<Run|MPos:1,2,3|Ln:x>",
         b"[GC:G0 G5x]", b"[PRB:1,2:1]", b"[PRB:1,2,3:2]", b"[G54:a]", b"$x=1",
        b"\xff\xfe", b"G1X1", b"[]", b"[ok]", b"<>", b"Grbl", b"o\x00k",
    ],
)  # fmt: skip
def test_what_fits_no_form_is_unexplained_and_only_its_length_is_kept(raw: bytes) -> None:
    assert parse_line(raw) == Unexplained(len(raw))


def test_whole_byte_by_byte_and_with_a_half_line_behind_give_the_same() -> None:
    whole = events_of(STREAM)
    assert len(whole) == 11
    assert events_of(*(bytes([byte]) for byte in STREAM)) == whole
    assert events_of(STREAM + b"<Idle|MP") == whole


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_splitting_gives_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(edges)]
    assert events_of(*pieces) == events_of(STREAM)


@given(at=st.integers(0, len(STREAM) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_never_raises(at: int, bit: int) -> None:
    damaged = bytearray(STREAM)
    damaged[at] ^= 1 << bit
    events_of(bytes(damaged))


@given(data=st.binary(max_size=2000))
def test_garbage_never_raises_and_never_grows(data: bytes) -> None:
    reader = LineReader()
    reader.feed(data)
    assert len(reader._half) <= 512


def test_a_line_without_end_is_unexplained() -> None:
    assert LineReader().feed(b"x" * 600) == [Unexplained(600)]


@pytest.mark.parametrize("text", ["", "G1 X1?", "!", "G1~", "X" * 80, "G1\nG1", "G1\x18", "é"])
def test_what_no_board_may_be_sent_is_refused_as_our_own_bug(text: str) -> None:
    with pytest.raises(LocalProtocolError):
        line_bytes(text)


def test_real_time_orders_are_one_byte() -> None:
    assert [order.byte for order in (RealTimeByte.STATUS, RealTimeByte.HOLD, RealTimeByte.RESET)] == [
        b"?",
        b"!",
        b"\x18",
    ]
    assert line_bytes("G1X1") == b"G1X1\n"
