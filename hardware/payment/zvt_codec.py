"""ZVT messages as values and bytes: APDUs, their bitmaps (BMP) and TLV containers. No I/O.

Responsible for: the grammar of one message, and dropping whatever belongs to a card. Not responsible for: frames
(`hardware.payment.zvt_frames`) or the order of messages (`hardware.payment.zvt`).

Public sources: ZVT specification PA00P015 (terminalhersteller.de). A bitmap that is not in `Field` is measured and
skipped: number, track, expiry and everything else a card carries never becomes a value here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

HIGHEST_LENGTH = 0xFFFF
NO_RECEIPT = 0xFFFF
"""Stands for no receipt number, and asks for whatever is open."""


class ZvtError(ValueError):
    """These bytes are no ZVT message, or this value has no place in one."""


class Command(IntEnum):
    """Class and instruction of the messages spoken here."""

    REGISTRATION = 0x0600
    STATUS_ENQUIRY = 0x0501
    REPEAT_RECEIPT = 0x0620
    RESERVATION = 0x0622
    PARTIAL_REVERSAL = 0x0623
    BOOK_TOTAL = 0x0624
    RESERVATION_REVERSAL = 0x0625
    REVERSAL = 0x0630
    REFUND = 0x0631
    ABORT_REQUEST = 0x06B0
    COMPLETION = 0x060F
    ABORT = 0x061E
    PRINT_LINE = 0x06D1
    PRINT_TEXT = 0x06D3
    STATUS = 0x040F
    INTERMEDIATE = 0x04FF
    ACKNOWLEDGED = 0x8000


NOT_ISSUED = 0x8466
"""Answer to a terminal that reports a payment nobody asked for: goods not issued, reverse it."""


class Field(StrEnum):
    """The only bitmaps that are read."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    RECEIPT = "receipt"
    RESULT = "result"
    TRACE = "trace"
    TERMINAL = "terminal"


_FIELD_OF = {
    0x04: Field.AMOUNT,
    0x0B: Field.TRACE,
    0x27: Field.RESULT,
    0x29: Field.TERMINAL,
    0x49: Field.CURRENCY,
    0x87: Field.RECEIPT,
}
_BMP_OF = {name: number for number, name in _FIELD_OF.items()}
_FIXED_LENGTH = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    0x04: 6,
    0x29: 4,
    0x2A: 15,
    0x3B: 8,
    0xBA: 5,
    0xEB: 8,
}
_TWO_DIGITS = {0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9)}
_THREE_DIGITS = {0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF}
_TLV = 0x06


@dataclass(frozen=True)
class Apdu:
    """One message. Its body is kept out of every text, and so out of every log."""

    command: int
    body: bytes = field(default=b"", repr=False)

    def encoded(self) -> bytes:
        """As bytes: class, instruction, length, body."""
        size = len(self.body)
        if size > HIGHEST_LENGTH or not 0 <= self.command <= 0xFFFF:
            raise ZvtError("the message is too long")
        length = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
        return self.command.to_bytes(2, "big") + length + self.body


def size_of(data: bytes | bytearray) -> int | None:
    """How many bytes the message at the beginning of `data` takes, or None while that cannot be told."""
    if len(data) < 3:
        return None
    if data[2] != 0xFF:
        return 3 + data[2]
    return None if len(data) < 5 else 5 + int.from_bytes(data[3:5], "little")


def apdu_of(data: bytes) -> Apdu:
    """The one message that `data` is.

    Raises:
        ZvtError: it is not exactly one.
    """
    size = size_of(data)
    if size is None or size != len(data):
        raise ZvtError("not exactly one message")
    head = 5 if data[2] == 0xFF else 3
    return Apdu(int.from_bytes(data[:2], "big"), bytes(data[head:]))


def fields_of(data: bytes) -> Mapping[Field, int]:
    """What may be known of a sequence of bitmaps; everything else is measured and dropped.

    Raises:
        ZvtError: an unknown bitmap, one cut short, one that stands twice, or digits that are none.
    """
    found: dict[Field, int] = {}
    for number, value in _bitmaps(data):
        name = _FIELD_OF.get(number)
        if name is None:
            continue
        if name in found:
            raise ZvtError(f"bitmap {number:02X} stands twice")
        if name is Field.RESULT:
            found[name] = value[0]
        elif name is Field.RECEIPT and value == b"\xff\xff":
            found[name] = NO_RECEIPT
        else:
            found[name] = from_bcd(value)
    return found


def bitmaps(values: Mapping[Field, int]) -> bytes:
    """Bitmaps as bytes, in the order given.

    Raises:
        ZvtError: a value that does not fit.
    """
    parts = []
    for name, value in values.items():
        number = _BMP_OF[name]
        size = _FIXED_LENGTH[number]
        if name is Field.RESULT:
            if not 0 <= value <= 0xFF:
                raise ZvtError("a result is one byte")
            body = bytes([value])
        elif name is Field.RECEIPT and value == NO_RECEIPT:
            body = b"\xff\xff"
        else:
            body = to_bcd(value, size)
        parts.append(bytes([number]) + body)
    return b"".join(parts)


def to_bcd(value: int, size: int) -> bytes:
    """Decimal digits, two a byte.

    Raises:
        ZvtError: it does not fit.
    """
    if not 0 <= value < 10 ** (2 * size):
        raise ZvtError(f"{size} bytes do not hold the number")
    return bytes.fromhex(f"{value:0{2 * size}d}")


def from_bcd(data: bytes) -> int:
    """The number in decimal digits, two a byte.

    Raises:
        ZvtError: a digit that is none.
    """
    digits = data.hex()
    if not digits.isdecimal():
        raise ZvtError("digits that are none")
    return int(digits)


def _bitmaps(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        number = data[at]
        at += 1
        if number == _TLV:
            at, size = _tlv_length(data, at)
            check_tlv(_cut(data, at, size))
        elif number in _FIXED_LENGTH:
            size = _FIXED_LENGTH[number]
        elif number in _TWO_DIGITS or number in _THREE_DIGITS:
            digits = 2 if number in _TWO_DIGITS else 3
            size = _digits_length(_cut(data, at, digits))
            at += digits
        else:
            raise ZvtError(f"unknown bitmap {number:02X}")
        yield number, _cut(data, at, size)
        at += size


def _digits_length(data: bytes) -> int:
    """A length in bytes F0 to F9, one a digit."""
    if any(not 0xF0 <= each <= 0xF9 for each in data):
        raise ZvtError("a length that is none")
    return int("".join(str(each & 0x0F) for each in data))


def _cut(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise ZvtError("cut short")
    return data[at : at + size]


def _tlv_length(data: bytes, at: int) -> tuple[int, int]:
    first = _cut(data, at, 1)[0]
    if first < 0x80:
        return at + 1, first
    if first not in (0x81, 0x82):
        raise ZvtError("a length that is none")
    more = first & 0x0F
    return at + 1 + more, int.from_bytes(_cut(data, at + 1, more), "big")


def check_tlv(data: bytes) -> None:
    """Walk through a TLV container; nothing of it is kept.

    Raises:
        ZvtError: it is none.
    """
    at = 0
    while at < len(data):
        many = data[at] & 0x1F == 0x1F
        at += 1
        while many:
            many = bool(_cut(data, at, 1)[0] & 0x80)
            at += 1
        at, size = _tlv_length(data, at)
        _cut(data, at, size)
        at += size


@dataclass(frozen=True)
class StatusInformation:
    """What the terminal says of a payment; nothing of the card. None: it did not say."""

    result: int | None = None
    amount_minor: int | None = None
    receipt: int | None = None
    trace: int | None = None

    @property
    def good(self) -> bool:
        """Whether it says that it was done; one without a result says nothing."""
        return self.result == 0


def status_of(apdu: Apdu) -> StatusInformation:
    """A status information.

    Raises:
        ZvtError: it is none.
    """
    found = fields_of(apdu.body)
    receipt = found.get(Field.RECEIPT)
    return StatusInformation(
        found.get(Field.RESULT),
        found.get(Field.AMOUNT),
        None if receipt == NO_RECEIPT else receipt,
        found.get(Field.TRACE),
    )


def abort_of(apdu: Apdu) -> tuple[int, int | None]:
    """Reason of an abort, and the receipt number of an open reservation if it names one.

    Raises:
        ZvtError: it is none.
    """
    if not apdu.body:
        raise ZvtError("an abort without a reason")
    receipt = fields_of(apdu.body[1:]).get(Field.RECEIPT)
    return apdu.body[0], None if receipt == NO_RECEIPT else receipt
