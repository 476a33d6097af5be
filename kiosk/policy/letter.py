"""A landlord's letter: one signed code that lets one marked key be copied, at one kiosk, on one day, so many times.

Responsible for: the code, and whether it is good here and today. Not responsible for: what it lifts
(`kiosk.policy.decide`), that it is used once (`kiosk.records.letter_book`).

What is signed names kiosk and blank in full; the code itself carries a few bytes of each, so that a letter for
elsewhere can be told from a forged one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config.letters import Letters

TITLE = "Letter for a key kiosk, form 1"
FORM = 1
_HEAD = struct.Struct(">BHBI4s4s")
_SIGNATURE_BYTES = 64
CODE_LETTERS = (_HEAD.size + _SIGNATURE_BYTES) * 8 // 5
GROUP = 4
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MISREAD = str.maketrans("018", "OIB")
"""Figures the alphabet does without, as the letters they are taken for."""
_FIRST_DAY = date(2020, 1, 1)
MOST_COPIES = 20


@dataclass(frozen=True)
class Letter:
    """What a mark's owner allows. `serial` is unlike that of their other letters."""

    kiosk: str
    blank: str
    copies: int
    day: date
    serial: int


class LetterProblem(StrEnum):
    """Why a letter is not taken."""

    OFF = "off"
    NO_LETTER = "no_letter"
    OTHER_KIOSK = "other_kiosk"
    OTHER_BLANK = "other_blank"
    OTHER_DAY = "other_day"
    NOT_SIGNED = "not_signed"
    """By nobody whose key is registered here, or altered since."""
    USED = "used"
    CLOCK = "clock"
    """This kiosk's clock stands before what it has already recorded."""
    TOO_MANY = "too_many"
    NOT_THIS_MARK = "not_this_mark"
    """Something stands in the way that no letter lifts."""


def letter_code(letter: Letter, key: Ed25519PrivateKey) -> str:
    """The code of a signed letter, in groups that can be read out."""
    raw = _head(letter) + key.sign(_text(letter))
    code = base64.b32encode(raw).decode("ascii")
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_letter(code: str, letters: Letters, blank: str, today: date) -> tuple[Letter, str] | LetterProblem:
    """The letter of a code, and who signed it; or why it is not good for this blank, here, today."""
    if not letters.owners:
        return LetterProblem.OFF
    raw = _raw(code)
    if raw is None:
        return LetterProblem.NO_LETTER
    form, days, copies, serial, kiosk_mark, blank_mark = _HEAD.unpack(raw[: _HEAD.size])
    if form != FORM or not 1 <= copies <= MOST_COPIES:
        return LetterProblem.NO_LETTER
    if kiosk_mark != _mark(letters.kiosk):
        return LetterProblem.OTHER_KIOSK
    if blank_mark != _mark(blank):
        return LetterProblem.OTHER_BLANK
    if days != (today - _FIRST_DAY).days:
        return LetterProblem.OTHER_DAY
    letter = Letter(letters.kiosk, blank, copies, today, serial)
    for owner, public in letters.owners.items():
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(raw[_HEAD.size :], _text(letter))
        except InvalidSignature:
            continue
        return letter, owner
    return LetterProblem.NOT_SIGNED


def _raw(code: str) -> bytes | None:
    plain = "".join(character for character in code.upper() if character.isalnum()).translate(_MISREAD)
    if len(plain) != CODE_LETTERS:
        return None
    try:
        return base64.b32decode(plain)
    except binascii.Error:
        return None


def _head(letter: Letter) -> bytes:
    days = (letter.day - _FIRST_DAY).days
    return _HEAD.pack(FORM, days, letter.copies, letter.serial, _mark(letter.kiosk), _mark(letter.blank))


def _text(letter: Letter) -> bytes:
    lines = (TITLE, letter.kiosk, letter.blank, str(letter.copies), letter.day.isoformat(), str(letter.serial))
    return "\n".join(lines).encode()


def _mark(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:4]
