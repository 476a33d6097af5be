import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.payment.zvt_codec import (
    NO_RECEIPT,
    Apdu,
    Command,
    Field,
    ZvtError,
    abort_of,
    apdu_of,
    bitmaps,
    check_tlv,
    fields_of,
    from_bcd,
    status_of,
    to_bcd,
)
from hardware.payment.zvt_frames import ACK, NAK, SerialFraming, TcpFraming, checksum

PAN = bytes.fromhex("4929123456781234")
"""A canary: it must come out of nothing."""
apdus = st.builds(Apdu, st.integers(0, 0xFFFF), st.binary(max_size=600))
values = st.fixed_dictionaries(
    {},
    optional={
        Field.AMOUNT: st.integers(0, 10**12 - 1),
        Field.CURRENCY: st.integers(0, 9999),
        Field.RECEIPT: st.integers(0, 9999) | st.just(NO_RECEIPT),
        Field.RESULT: st.integers(0, 255),
        Field.TRACE: st.integers(0, 999_999),
        Field.TERMINAL: st.integers(0, 10**8 - 1),
    },
)


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(apdus)
def test_a_message_comes_back_as_it_went(apdu: Apdu) -> None:
    assert apdu_of(apdu.encoded()) == apdu


@given(values)
def test_bitmaps_come_back_as_they_went(given_values: dict[Field, int]) -> None:
    assert fields_of(bitmaps(given_values)) == given_values


@pytest.mark.parametrize("framing", [TcpFraming, SerialFraming])
@settings(max_examples=60)
@given(st.lists(apdus, max_size=4), st.lists(st.integers(0, 4000), max_size=8))
def test_messages_come_back_however_they_were_chunked(
    framing: type[TcpFraming | SerialFraming], sent: list[Apdu], cuts: list[int]
) -> None:
    line, found, answers = framing(), [], b""
    for chunk in chunks(b"".join(line.framed(apdu) for apdu in sent), cuts):
        messages, answer = line.feed(chunk)
        found += messages
        answers += answer
    assert found == sent
    assert answers in (b"", bytes([ACK]) * len(sent))


@given(st.builds(Apdu, st.integers(0, 0xFFFF), st.binary(min_size=4, max_size=60)), st.integers(0, 10_000))
def test_one_flipped_bit_in_a_serial_frame_is_never_taken_for_a_message(apdu: Apdu, where: int) -> None:
    frame = bytearray(SerialFraming().framed(apdu))
    bit = where % (len(frame) * 8)
    frame[bit // 8] ^= 1 << bit % 8
    try:
        found, _ = SerialFraming().feed(bytes(frame))
    except ZvtError:
        return
    assert found in ([], [apdu]), "a flip outside the message may leave it whole, never change it"


def test_a_frame_with_a_wrong_checksum_is_refused() -> None:
    frame = bytearray(SerialFraming().framed(Apdu(Command.COMPLETION)))
    frame[-1] ^= 1
    assert SerialFraming().feed(bytes(frame)) == ([], bytes([NAK]))


def test_the_checksum_is_that_of_the_transport_document() -> None:
    # The reflected CCITT sum from 0 has this check value over the nine digits; the ETX is summed after them.
    crc = 0x2189
    for byte in (0x03,):
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    assert checksum(b"123456789") == crc


@given(st.binary(max_size=80))
def test_whatever_arrives_is_a_message_or_a_typed_error(data: bytes) -> None:
    for parse in (fields_of, apdu_of, check_tlv, TcpFraming().feed, SerialFraming().feed):
        with contextlib.suppress(ZvtError):
            parse(data)


@given(st.binary(max_size=40))
def test_digits_are_digits_or_a_typed_error(data: bytes) -> None:
    try:
        assert to_bcd(from_bcd(data or b"\0"), len(data or b"\0")) == (data or b"\0")
    except ZvtError:
        assert any(digit in "abcdef" for digit in data.hex())


def test_everything_of_a_card_is_dropped_in_the_parser() -> None:
    body = bitmaps({Field.RESULT: 0, Field.AMOUNT: 349, Field.RECEIPT: 7, Field.TRACE: 12}) + (
        b"\x22\xf0\xf8" + PAN  # number
        + b"\x23\xf0\xf8" + PAN  # second track
        + b"\x24\xf0\xf0\xf8" + PAN  # third track
        + b"\x2d\xf0\xf8" + PAN  # first track
        + b"\x0e\x27\x12"  # expiry
        + b"\x8b\xf0\xf4VISA"
        + b"\x06\x0a\x5a\x08" + PAN
    )  # fmt: skip
    apdu = Apdu(Command.STATUS, body)
    said = f"{status_of(apdu)!r} {fields_of(body)!r} {apdu!r}"
    assert status_of(apdu).amount_minor == 349
    assert PAN.hex() not in said
    assert repr(PAN)[2:-1] not in said
    assert "2712" not in said


def test_an_abort_names_an_open_reservation_or_says_there_is_none() -> None:
    assert abort_of(Apdu(Command.ABORT, b"\xb8\x87\x00\x17")) == (0xB8, 17)
    assert abort_of(Apdu(Command.ABORT, b"\xb8\x87\xff\xff")) == (0xB8, None)


@pytest.mark.parametrize(
    "body",
    [b"\x04\x00", b"\x04" + b"\xaa" * 6, b"\x22\x08" + PAN, b"\x22\xf9\xf9", b"\x06\x85", b"\xfe", b"\x27\0\x27\0"],
)
def test_a_damaged_body_is_a_typed_error(body: bytes) -> None:
    with pytest.raises(ZvtError):
        fields_of(body)


def test_numbers_that_do_not_fit_are_refused_not_cut() -> None:
    for values_too_large in ({Field.AMOUNT: 10**12}, {Field.RECEIPT: 10_000}, {Field.RESULT: 256}, {Field.TRACE: -1}):
        with pytest.raises(ZvtError):
            bitmaps(values_too_large)
    with pytest.raises(ZvtError):
        Apdu(Command.STATUS, bytes(0x10000)).encoded()
