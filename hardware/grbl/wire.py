"""Bytes to events and lines to bytes for GRBL 1.1, grblHAL and FluidNC. No I/O, no clock, no state but a half line.

Responsible for: a strict grammar; what does not fit is `Unexplained`, never guessed. Not responsible for: what is
outstanding or what an event means now (`hardware.grbl.session`).
"""

from __future__ import annotations

import re
from enum import IntEnum

from hardware.grbl.events import (
    Alarm,
    Echo,
    ErrorReply,
    Event,
    Greeting,
    Info,
    Offset,
    Ok,
    ParserState,
    PathSetting,
    Probe,
    Reflected,
    Setting,
    StartupLine,
    StatusReport,
    Unexplained,
)
from hardware.job import Position

LONGEST_LINE = 79
"""Stock GRBL holds 80 characters, the last being the end mark."""
LONGEST_REPLY = 512
_LIVE = frozenset("?!~")
CHIP_BOOTS = "BOOT"
"""Kind of the line by which a chip says that it starts."""


class LocalProtocolError(Exception):
    """This program tried to send what no board may be sent: a bug, not a fault of the machine."""


class RealTimeByte(IntEnum):
    """Bytes the board takes out of the stream at once, wherever they stand."""

    STATUS = ord("?")
    HOLD = ord("!")
    RESUME = ord("~")
    RESET = 0x18
    DOOR = 0x84
    JOG_CANCEL = 0x85

    @property
    def byte(self) -> bytes:
        """The one byte."""
        return bytes((self.value,))


def line_bytes(text: str) -> bytes:
    """A line as it goes out.

    Raises:
        LocalProtocolError: empty, too long, or with a character that is a command of its own.
    """
    if not text or len(text) > LONGEST_LINE:
        raise LocalProtocolError(f"a line of {len(text)} characters")
    if not (text.isascii() and text.isprintable()) or not _LIVE.isdisjoint(text):
        raise LocalProtocolError("a character that may not stand in a line")
    return text.encode("ascii") + b"\n"


def echo_of(text: str) -> str:
    """What a board with line echo prints for a line: blanks dropped, letters raised."""
    return text.replace(" ", "").upper()


class LineReader:
    """Puts arriving bytes together to lines and lines to events; feed it in pieces of any size."""

    def __init__(self) -> None:
        self._half = bytearray()
        self._last: tuple[bytes, StatusReport] | None = None
        """The last status report: a machine at rest says the same again and again."""

    def feed(self, data: bytes) -> list[Event]:
        """Everything that became complete with `data`."""
        events: list[Event] = []
        self._half += data
        while (end := self._half.find(b"\n")) >= 0:
            # Some bridges end lines with CR CR LF, others with LF alone.
            line = bytes(self._half[:end]).rstrip(b"\r")
            del self._half[: end + 1]
            if self._last is not None and line == self._last[0]:
                events.append(self._last[1])
                continue
            event = parse_line(line)
            if event is not None:
                events.append(event)
            if isinstance(event, StatusReport):
                self._last = line, event
        if len(self._half) > LONGEST_REPLY:
            events.append(Unexplained(len(self._half)))
            self._half.clear()
        return events

    def clear(self) -> None:
        """Forget a half line: after a reset it belongs to the past."""
        self._half.clear()
        self._last = None


_NUMBER = r"-?\d+(?:\.\d+)?"
_BANNER = re.compile(r"(Grbl|GrblHAL) (\d+\.\d+\w*)(?: \[(?:(FluidNC) v?([\w.+-]+).*?)?'\$'.*help\])")
_SETTING = re.compile(r"\$(\d{1,4})=([ -~]{0,128})")
_CHIP_BOOTS = re.compile(r"ets [A-Z][a-z]{2} .*|rst:0x.*|ESP-ROM:.*")
"""What the chip of an ESP32 board says before its firmware starts."""
_PATH_SETTING = re.compile(r"\$/?([A-Za-z][A-Za-z0-9_]*(?:/[A-Za-z0-9_]+)+)=([ -~]{0,128})")
_REAL_TIME = b"?!~\x18"
_ASKED = frozenset({"$I", "$$", "$#", "$N", "$G", "$H"})
"""Lines of this program's own that no board says."""
_OFFSET = re.compile(rf"(G5[4-9](?:\.[123])?|G28|G30|G92|TLO):({_NUMBER}(?:,{_NUMBER})*)")
_PROBE = re.compile(rf"PRB:({_NUMBER}(?:,{_NUMBER})*):([01])")
# grblHAL ends whole numbers with a point (`S0.`) and says which axes are scaled (`G51:5`).
_PARSER = re.compile(r"GC:((?:[GMTFS]-?\d+(?:\.\d*|:\d+)?)(?: [GMTFS]-?\d+(?:\.\d*|:\d+)?)*)")
_ERROR = re.compile(r"error:(\d{1,3})")
_ALARM = re.compile(r"ALARM:(\d{1,2})")
_STARTUP_EMPTY = re.compile(r"\$N[01]=(.*)")
_STARTUP_RAN = re.compile(r">(.*):ok")
_FIGURES = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*")
_PLACE = re.compile(rf"({_NUMBER}),({_NUMBER}),({_NUMBER})(?:,{_NUMBER})*")
_INFO = re.compile(r"([A-Za-z][A-Za-z0-9 _]{0,23}):(.*)")
_STRICT = ("GC:", "PRB:", "TLO:", "G54", "G55", "G56", "G57", "G58", "G59", "G28", "G30", "G92")
_STATES = frozenset({"Idle", "Run", "Hold", "Jog", "Alarm", "Door", "Check", "Home", "Sleep", "Tool"})
_FIELDS = frozenset({"MPos", "WPos", "WCO", "Bf", "Ln", "F", "FS", "Pn", "Ov", "A"})
_NO_OTHERS: frozenset[str] = frozenset()
_OTHER_FIELDS = {
    "H": re.compile(r"[01](?:,\d+)?"),
    "WCS": re.compile(r"G5[4-9](?:\.[123])?"),
    "MPG": re.compile(r"[01]"),
    "TLR": re.compile(r"[01]"),
    "T": re.compile(r"\d+"),
    "D": re.compile(r"[01]"),
    "Sc": re.compile(r"[A-Z]*"),
    "SD": re.compile(rf"(?:{_NUMBER}|Pending)(?:,[ -{{}}~]*)?"),
    "FW": re.compile(r"[A-Za-z]+"),
    "P": re.compile(r"\d+"),
    "In": re.compile(r"-?\d+"),
    "THC": re.compile(rf"{_NUMBER}(?:,[A-Z0-9.-]*)*"),
    "E": re.compile(r"\d*"),
}
"""What grblHAL and FluidNC add, and its form; any other field is a damaged one."""
_PINS, _OUTPUTS = re.compile(r"[A-Za-z0-9]*"), re.compile(r"[A-Z]*")
_SUBSTATE = re.compile(r"\d{1,2}")


def parse_line(raw: bytes) -> Event | None:
    """One reply line without its end; None for the empty line GRBL prints before its banner."""
    if not raw:
        return None
    if raw.startswith(b"[MSG:") and raw.endswith(b"]") and b"\r" not in raw:
        # Information, whatever letters it holds (FluidNC writes UTF-8); what is inside a message never decides.
        return Info("MSG", raw[5:-1].decode("utf-8", errors="replace"))
    if raw[0] in _REAL_TIME:
        behind = parse_line(raw.lstrip(_REAL_TIME))
        if isinstance(behind, Greeting):
            return behind
        return Reflected() if behind is None or isinstance(behind, StatusReport | Reflected) else Unexplained(len(raw))
    text = raw.decode("latin-1")
    # Of ASCII, what is printable is 0x20 to 0x7E.
    if not (text.isascii() and text.isprintable()):
        return Unexplained(len(raw))
    if text == "ok":
        return Ok()
    if text in _ASKED:
        return Reflected()
    event: Event | None = None
    if text[0] == "<" and text[-1] == ">":
        event = _status(text[1:-1])
    elif text[0] == "[" and text[-1] == "]":
        event = _bracketed(text[1:-1])
    elif match := _ERROR.fullmatch(text):
        event = ErrorReply(int(match[1]))
    elif match := _ALARM.fullmatch(text):
        event = Alarm(int(match[1]))
    elif match := _STARTUP_EMPTY.fullmatch(text):
        event = StartupLine(ran=False, empty=not match[1])
    elif match := _STARTUP_RAN.fullmatch(text):
        event = StartupLine(ran=True, empty=not match[1])
    elif match := _SETTING.fullmatch(text):
        event = Setting(int(match[1]), match[2].strip())
    elif match := _PATH_SETTING.fullmatch(text):
        event = PathSetting(match[1], match[2].strip())
    elif _CHIP_BOOTS.fullmatch(text):
        event = Info(CHIP_BOOTS, "")
    elif match := _BANNER.match(text):
        event = Greeting(match[3] or match[1], match[4] or match[2])
    return event if event is not None else Unexplained(len(raw))


def _bracketed(text: str) -> Event | None:
    if text.startswith("echo:"):
        return Echo(text.removeprefix("echo:").removeprefix(" "))
    if match := _PARSER.fullmatch(text):
        return ParserState(tuple(match[1].split()))
    if match := _OFFSET.fullmatch(text):
        return Offset(match[1], tuple(float(value) for value in match[2].split(",")))
    if match := _PROBE.fullmatch(text):
        return Probe(_position(match[1]), match[2] == "1") if _PLACE.fullmatch(match[1]) else None
    if text.startswith(_STRICT):
        return None
    if match := _INFO.fullmatch(text):
        return Info(match[1], match[2])
    return None


def _position(text: str) -> Position:
    """Three coordinates; more axes are allowed to follow."""
    place = _PLACE.fullmatch(text)
    if place is None:
        raise ValueError("no such figures")
    return (float(place[1]), float(place[2]), float(place[3]))


def _status(text: str) -> StatusReport | None:
    head, *fields = text.split("|")
    state, sub, substate = head.partition(":")
    if state not in _STATES or (sub and not _SUBSTATE.fullmatch(substate)):
        return None
    found: dict[str, str] = {}
    for part in fields:
        name, colon, value = part.partition(":")
        if not colon or name in found:
            return None
        found[name] = value
    if "MPos" not in found and "WPos" not in found:
        return None
    others = _NO_OTHERS if found.keys() <= _FIELDS else frozenset(found.keys() - _FIELDS)
    if not all(name in _OTHER_FIELDS and _OTHER_FIELDS[name].fullmatch(found[name]) for name in others):
        return None
    pins, accessories = found.get("Pn", ""), found.get("A")
    if (pins and not _PINS.fullmatch(pins)) or (accessories and not _OUTPUTS.fullmatch(accessories)):
        return None
    if not found.get("Ln", "0").isdecimal():
        return None
    try:
        feed, speed, measured = _feed_and_speeds(found)
        overrides = _whole(found["Ov"]) if "Ov" in found else None
        if overrides is not None and len(overrides) != 3:
            return None
        return StatusReport(
            state=state,
            substate=int(substate) if sub else None,
            machine_mm=_position(found["MPos"]) if "MPos" in found else None,
            work_mm=_position(found["WPos"]) if "WPos" in found else None,
            work_offset_mm=_position(found["WCO"]) if "WCO" in found else None,
            blocks_free=_whole(found["Bf"])[0] if "Bf" in found else None,
            feed_mm_min=feed,
            spindle_rpm=speed,
            measured_rpm=measured,
            pins=pins,
            overrides=None if overrides is None else (overrides[0], overrides[1], overrides[2]),
            accessories=accessories or "" if overrides is not None else accessories,
            others=others,
        )
    except ValueError:
        return None


def _feed_and_speeds(found: dict[str, str]) -> tuple[float | None, float | None, float | None]:
    """Feed, the wheel's speed as commanded, and as measured: the third figure of a board with a spindle encoder."""
    text = found.get("FS", found.get("F"))
    if text is None:
        return None, None, None
    values = text.split(",")
    # A feed alone is one figure, a feed and a speed are two; grblHAL adds the speed it measures.
    if not _FIGURES.fullmatch(text) or ("FS" in found) == ("F" in found) or ("FS" in found) == (len(values) == 1):
        raise ValueError("no such figures")
    figures = [float(value) for value in values]
    return figures[0], figures[1] if len(figures) > 1 else None, figures[2] if len(figures) > 2 else None


def _whole(text: str) -> tuple[int, ...]:
    values = text.split(",")
    if not all(value.isdecimal() for value in values):
        raise ValueError("no such figures")
    return tuple(int(value) for value in values)
