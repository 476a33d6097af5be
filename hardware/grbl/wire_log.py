"""The last lines on the wire as a technician may read them: what each means, and no number of any motion.

Responsible for: putting bytes together to whole lines, blanking (by what may be shown, not by what must not), naming
what a line means, keeping the last few. Not responsible for: words in any language (`ui`), or writing flight records.

A key's shape goes over this wire. Whatever the grammar does not know, a damaged line above all, is shown by its length.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable

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
from hardware.grbl.modal import words_of
from hardware.grbl.wire import LONGEST_REPLY, RealTimeByte, parse_line
from hardware.ports import ByteLink, WireLine

LINES_KEPT = 240
TO_BOARD, FROM_BOARD = ">", "<"
_ASKING = {
    "$H": "home",
    "$$": "ask_settings",
    "$I": "ask_version",
    "$G": "ask_words",
    "$#": "ask_offsets",
    "$N": "ask_startup",
}
_REAL_TIME = {
    RealTimeByte.STATUS: ("?", "query"),
    RealTimeByte.HOLD: ("!", "hold"),
    RealTimeByte.RESUME: ("~", "resume"),
    RealTimeByte.RESET: ("Ctrl-X", "reset"),
    RealTimeByte.DOOR: ("0x84", "door"),
    RealTimeByte.JOG_CANCEL: ("0x85", "jog_cancel"),
}
_ORDERS = bytes(_REAL_TIME)
_ASK = RealTimeByte.STATUS.byte
_OF_A_CUT = frozenset({"feed", "rapid", "ok", "echo", "report", "dwell", "ask_words", "words", "set_words"})
_WORD = re.compile(r"([A-Z])[-+]?[\d.]+")
_OPEN_WORD = re.compile(r"[GMSPT]\d{1,5}(?:\.\d)?")
_FIGURE = re.compile(r"[\d.,-]*\d")
_PASSING = re.compile(r"\|(?:WCO|Ov|A|Bf):[^|>]*")
"""Fields a board reports only now and then: they make no report another one."""
_FIELD = re.compile(r"(MPos|WPos|WCO|FS|F|Ln):[^|>]*")
_STOCK_REPORT = re.compile(
    rb"<([A-Z][a-z]+(?::\d{1,2})?)\|([MW]Pos):%(n)b,%(n)b,%(n)b(?:\|Bf:\d+,\d+)?\|FS:%(n)b,%(n)b(\|Pn:[A-Z]+)?"
    rb"(?:\|WCO:%(n)b,%(n)b,%(n)b)?(?:\|Ov:\d+,\d+,\d+)?(?:\|A:[A-Z]+)?>" % {b"n": rb"-?\d+(?:\.\d+)?"}
)
"""A report as stock boards write it, every field whole. Its groups are all that would be shown of it."""
_MOTIONS: tuple[tuple[tuple[str, float], str], ...] = (
    (("M", 3), "wheel_on"),
    (("M", 4), "wheel_on"),
    (("M", 5), "wheel_off"),
    (("G", 4), "dwell"),
    (("G", 38.3), "probe"),
    (("M", 8), "clamp_open"),
    (("M", 9), "clamp_closed"),
    (("M", 7), "output"),
    (("G", 1), "feed"),
    (("G", 0), "rapid"),
)
_ANSWERS: dict[type[Event], str] = {
    Ok: "ok",
    ErrorReply: "error",
    Alarm: "alarm",
    Greeting: "banner",
    StatusReport: "report",
    Setting: "setting",
    PathSetting: "setting",
    StartupLine: "startup",
    ParserState: "words",
    Offset: "offset",
    Probe: "probed",
    Echo: "echo",
    Info: "info",
}


def describe_line(body: bytes, way: str = "") -> WireLine:
    """One whole line without its end, blanked, with the id of what it means (`wire.ID` in the screen's words)."""
    if not body:
        return WireLine(way, "", "")
    if body == b"ok":
        return WireLine(way, "ok", "ok")
    text = body.decode("ascii", "replace")
    # A board answers; what it sends is never an order, and thousands of answers pass for one copy.
    order = _order(text, way) if way != FROM_BOARD else None
    if order is not None:
        return order
    event = parse_line(body)
    if event is None or isinstance(event, Unexplained | Reflected):
        return WireLine(way, f"({len(body)} bytes)", "unexplained")
    return WireLine(way, _answer(text, event), _ANSWERS[type(event)])


def _order(text: str, way: str) -> WireLine | None:
    plain = text.replace(" ", "").upper()
    if plain in _ASKING:
        return WireLine(way, text, _ASKING[plain])
    if plain.startswith("$J=") and words_of(plain[3:]):
        return WireLine(way, "$J=" + _own_words(plain[3:]), "jog")
    if words := words_of(plain):
        return WireLine(way, _own_words(plain), _motion(words))
    return None


def _own_words(line: str) -> str:
    return _WORD.sub(lambda word: word[0] if _OPEN_WORD.fullmatch(word[0]) else f"{word[1]}#", line)


def _answer(text: str, event: Event) -> str:
    match event:
        case StatusReport():
            return _FIELD.sub(r"\1:#", text)
        case Probe():
            return "[PRB:#]"
        case Echo(line):
            # Of a damaged echo only what cannot be a place is shown.
            safe = "".join(word if re.fullmatch(r"[GM]\d{1,2}", word) else f"{word[0]}#" for word in _split(line))
            return f"[echo: {safe}]"
        case Info(kind) if kind not in ("VER", "OPT"):
            return f"[{kind}:{_FIGURE.sub('#', event.text)}]"
        case _:
            return text


def _split(line: str) -> list[str]:
    return re.findall(r"[A-Z$][^A-Z$]*", line.upper()) or ["#"]


def _motion(words: tuple[tuple[str, float], ...]) -> str:
    return next((meaning for word, meaning in _MOTIONS if word in words), "set_words")


class WireLog:
    """The last lines, newest last. Any thread.

    A status report is kept when it differs from the one before it, and the asking for it never: a technician reads
    what changed. While the wheel turns only the first feed move is kept and whatever is out of the ordinary: how many
    moves a cut has, and along which axis, says something of the key too.
    """

    def __init__(self, kept: int = LINES_KEPT, utc_s: Callable[[], float] = lambda: 0.0) -> None:
        """Empty; `utc_s` says when a line passes."""
        self._utc_s = utc_s
        self._lines: deque[WireLine] = deque(maxlen=kept)
        self._lock = threading.Lock()
        self._half = {TO_BOARD: bytearray(), FROM_BOARD: bytearray()}
        """Lines that have not ended yet: raw, so they are never shown."""
        self._last_report = ""
        self._last_shown: tuple[bytes | None, ...] | None = None
        """What is shown of the last report, where a stock board wrote it."""
        self._wheel_turns = self._cut_logged = False
        self.listener: Callable[[WireLine], None] | None = None
        """Given every line kept, from the thread it passed in: how a flight record hears the wire."""

    def lines(self) -> tuple[WireLine, ...]:
        """What is kept."""
        with self._lock:
            return tuple(self._lines)

    def sent(self, data: bytes) -> None:
        """Bytes went to the board."""
        if data == _ASK:
            return
        rest = data.translate(None, _ORDERS)
        with self._lock:
            if len(rest) < len(data):
                for byte in data.replace(_ASK, b""):
                    if byte in _REAL_TIME:
                        self._keep(WireLine(TO_BOARD, *_REAL_TIME[RealTimeByte(byte)]))
            if rest:
                self._feed(TO_BOARD, rest)

    def received(self, data: bytes) -> None:
        """Bytes came from the board."""
        with self._lock:
            self._feed(FROM_BOARD, data)

    def _feed(self, way: str, data: bytes) -> None:
        half = self._half[way]
        half += data
        while (end := half.find(b"\n")) >= 0:
            body = bytes(half[:end]).rstrip(b"\r")
            del half[: end + 1]
            # Hundreds of reports pass for one copy, and nearly all of them show what the one before them did.
            stock = _STOCK_REPORT.fullmatch(body) if way == FROM_BOARD else None
            if stock is not None and stock.groups() == self._last_shown:
                continue
            line = describe_line(body, way)
            if line.meaning == "report":
                self._last_shown = stock.groups() if stock is not None else None
                report = _PASSING.sub("", line.text)
                if report == self._last_report:
                    continue
                self._last_report = report
            if line.text:
                self._keep(line)
        if len(half) > LONGEST_REPLY:
            self._keep(WireLine(way, f"({len(half)} bytes)", "unexplained"))
            half.clear()

    def _keep(self, line: WireLine) -> None:
        if line.meaning in ("wheel_off", "reset", "banner"):
            self._wheel_turns = False
        if self._wheel_turns and line.meaning in _OF_A_CUT:
            if self._cut_logged or line.meaning != "feed":
                return
            self._cut_logged = True
        if line.meaning == "wheel_on":
            self._wheel_turns, self._cut_logged = True, False
        # By whole minutes: how long a cut took says something of the key.
        line = WireLine(line.way, line.text, line.meaning, float(self._utc_s() // 60 * 60))
        self._lines.append(line)
        if self.listener is not None:
            self.listener(line)


class LoggedLink:
    """A link whose traffic passes by a `WireLog`."""

    def __init__(self, link: ByteLink, log: WireLog) -> None:
        """Wraps an open link."""
        self._link, self._log = link, log

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived."""
        data = self._link.read(timeout_s)
        if data:
            self._log.received(data)
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        self._link.write(data)
        self._log.sent(data)

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()
