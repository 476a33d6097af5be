"""A certificate as text: what it says, its lines, and its signature.

Responsible for: the value, the lines it is written in, and whether a text is one that a given key signed. Pure. Not
responsible for: the kiosk's key (`kiosk.records.certificate.key`), what the journal says of the sale today.

It says how exactly a copy was made and holds nothing of the key: no cut, no depth, no code. The lines are plain enough
to be read from a telephone; signed is every byte up to the last line.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TITLE = "KEY COPY CERTIFICATE 1"
SIMULATED_TITLE = f"SIMULATED {TITLE}"
MAX_CHARACTERS = 2000
_SIGNATURE_BYTES, _PUBLIC_BYTES = 64, 32


class Claim(StrEnum):
    """Whether the copy may be brought back, on the day the certificate was given out."""

    OPEN = "open"
    USED = "used"
    NONE = "none"
    """It was not paid for: made in the place of another, which was the claim, or the bank took its promise back."""


class NotACertificate(Exception):
    """The text is no certificate, or not one that this key signed; the message says which."""


@dataclass(frozen=True)
class Certificate:
    """How one copy was made. Errors only, in mm, to the thousandth; `worn_mm` to the hundredth, 0 for a new key."""

    kiosk: str
    day: date
    transaction: str
    copy: int
    copies: int
    blank: str
    worst_mm: float
    allowed_mm: float
    restored: bool
    """Made to factory depths; else the key was copied as it is."""
    worn_mm: float
    claim: Claim
    simulated: bool


_LINES = (
    re.compile(r"kiosk: (?P<kiosk>[^\n]{1,80})"),
    re.compile(r"day: (?P<day>[0-9]{4}-[0-9][0-9]-[0-9][0-9])"),
    re.compile(r"sale: (?P<transaction>[A-Z0-9-]{1,40})"),
    re.compile(r"copy: (?P<copy>[0-9]{1,2}) of (?P<copies>[0-9]{1,2})"),
    re.compile(r"blank: (?P<blank>[^\n]{1,40})"),
    re.compile(r"worst cut: (?P<worst>[0-9]\.[0-9]{3}) mm off, (?P<allowed>[0-9]\.[0-9]{3}) mm allowed"),
    re.compile(r"made to: (?P<made_to>factory depths|the key as it is)"),
    re.compile(r"wear of the key: (?P<worn>[0-9]\.[0-9][0-9]) mm"),
    re.compile(r"claim: (?P<claim>open|used|none)"),
)


def signed(certificate: Certificate, key: Ed25519PrivateKey) -> str:
    """The certificate's text with its signature."""
    body = _body(certificate)
    return f"{body}signature: {_base64(key.sign(body.encode()))}"


def verified(text: str, key: Ed25519PublicKey) -> Certificate:
    """What a text says, if this key signed it.

    Raises:
        NotACertificate: it did not, or the text is none.
    """
    lines = text.replace("\r\n", "\n").strip().split("\n")
    if len(text) > MAX_CHARACTERS or len(lines) != len(_LINES) + 2 or lines[0] not in (TITLE, SIMULATED_TITLE):
        raise NotACertificate("is no certificate of a key copy")
    body = "\n".join(lines[:-1]) + "\n"
    try:
        key.verify(_bytes(lines[-1].removeprefix("signature: "), _SIGNATURE_BYTES), body.encode())
    except (ValueError, InvalidSignature):
        raise NotACertificate("is not signed by this kiosk, or was altered") from None
    return _read(lines)


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as people copy it."""
    return _base64(key.public_bytes_raw())


def public_key(text: str) -> Ed25519PublicKey:
    """The key of such a text.

    Raises:
        ValueError: it is none.
    """
    return Ed25519PublicKey.from_public_bytes(_bytes(text.strip(), _PUBLIC_BYTES))


def _body(certificate: Certificate) -> str:
    of = certificate
    lines = (
        SIMULATED_TITLE if of.simulated else TITLE,
        # A name is a line of its own and cannot begin another.
        f"kiosk: {' '.join(of.kiosk.split())}",
        f"day: {of.day.isoformat()}",
        f"sale: {of.transaction}",
        f"copy: {of.copy} of {of.copies}",
        f"blank: {of.blank}",
        f"worst cut: {of.worst_mm:.3f} mm off, {of.allowed_mm:.3f} mm allowed",
        f"made to: {'factory depths' if of.restored else 'the key as it is'}",
        f"wear of the key: {of.worn_mm:.2f} mm",
        f"claim: {of.claim}",
    )
    return "\n".join(lines) + "\n"


def _read(lines: list[str]) -> Certificate:
    found: dict[str, str] = {}
    for pattern, line in zip(_LINES, lines[1:-1], strict=True):
        match = pattern.fullmatch(line)
        if match is None:
            raise NotACertificate("is signed, and no certificate of this version")
        found |= match.groupdict()
    return Certificate(
        kiosk=found["kiosk"],
        day=date.fromisoformat(found["day"]),
        transaction=found["transaction"],
        copy=int(found["copy"]),
        copies=int(found["copies"]),
        blank=found["blank"],
        worst_mm=float(found["worst"]),
        allowed_mm=float(found["allowed"]),
        restored=found["made_to"] == "factory depths",
        worn_mm=float(found["worn"]),
        claim=Claim(found["claim"]),
        simulated=lines[0] == SIMULATED_TITLE,
    )


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str, length: int) -> bytes:
    """Exactly the bytes that `_base64` writes so: one text for one value.

    Raises:
        ValueError: it is none of them.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if len(raw) != length or _base64(raw) != text:
        raise ValueError("another length, or written otherwise")
    return raw
