"""The lines of a Qibixx MDB-USB adapter as values and text. No I/O.

Responsible for: cutting a stream into lines, the grammar of the cashless master, amounts as decimal text. Not
responsible for: the order of lines (`hardware.payment.mdb`). Public source: docs.qibixx.com.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

HIGHEST_LINE = 200
_AMOUNT = re.compile(r"(\d{1,7})(?:\.(\d{1,4}))?")


class MdbError(ValueError):
    """This is no line of the adapter."""


class MdbState(StrEnum):
    """Where the reader stands."""

    OFF = "OFF"
    RESET = "RESET"
    INIT = "INIT"
    IDLE = "IDLE"
    CREDIT = "CREDIT"
    VEND = "VEND"


@dataclass(frozen=True)
class ReaderStatus:
    """`d,STATUS,…`; the reader's own time-out for a sale where it is told."""

    state: MdbState
    result_timeout_s: int | None = None


@dataclass(frozen=True)
class VendResult:
    """The reader's answer to a request."""

    approved: bool
    amount_minor: int | None = None


@dataclass(frozen=True)
class Refused:
    """Not at this moment."""


@dataclass(frozen=True)
class Version:
    """The adapter's firmware."""

    number: tuple[int, ...]


@dataclass(frozen=True)
class OtherLine:
    """A line that means nothing here: an echo, another peripheral's."""


Line = ReaderStatus | VendResult | Refused | Version | OtherLine


class LineSplitter:
    """Bytes in, whole lines out, however they were cut."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._pending = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines completed by these bytes.

        Raises:
            MdbError: a line without an end.
        """
        *lines, self._pending = (self._pending + data).split(b"\n")
        if len(self._pending) > HIGHEST_LINE:
            self._pending = b""
            raise MdbError("a line without an end")
        return [line.decode("ascii", "replace").strip("\r ") for line in lines]


def line_of(text: str) -> Line:
    """What one line says.

    Raises:
        MdbError: it begins like a line of the cashless master and does not go on like one.
    """
    head, *rest = text.split(",")
    if head == "v":
        numbers = re.findall(r"\d+", rest[0]) if rest else []
        if not numbers:
            raise MdbError("a version without a number")
        return Version(tuple(int(each) for each in numbers))
    if head != "d" or not rest:
        return OtherLine()
    if rest[0] == "ERR":
        return Refused()
    if rest[0] != "STATUS" or len(rest) < 2:
        return OtherLine()
    word, more = rest[1], rest[2:]
    if word == "RESULT":
        return _result_of(more)
    try:
        state = MdbState(word)
    except ValueError:
        raise MdbError("a state that is none") from None
    timeout = more[5] if more[:1] == ["#"] and len(more) > 5 else ""
    return ReaderStatus(state, int(timeout) if timeout.isascii() and timeout.isdecimal() else None)


def _result_of(more: list[str]) -> VendResult:
    if more[:1] == ["-1"]:
        return VendResult(False)
    if more[:1] != ["1"]:
        raise MdbError("a result that is none")
    return VendResult(True, minor_of(more[1]) if len(more) > 1 else None)


def amount_text(amount_minor: int, decimals: int = 2) -> str:
    """An amount as the adapter writes it."""
    if amount_minor < 0:
        raise MdbError("an amount below nothing")
    whole, part = divmod(amount_minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def minor_of(text: str, decimals: int = 2) -> int:
    """An amount in minor units.

    Raises:
        MdbError: it is none, or finer than a minor unit.
    """
    match = _AMOUNT.fullmatch(text.strip('"')) if text.isascii() else None
    if match is None:
        raise MdbError("an amount that is none")
    part = (match[2] or "").ljust(decimals, "0")
    if part[decimals:].strip("0"):
        raise MdbError("an amount finer than a minor unit")
    return int(match[1] + part[:decimals])
