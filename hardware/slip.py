"""What is printed on paper, as values: whoever words it and whoever prints it know no more of each other.

Responsible for: the parts of a slip. Not responsible for: words (`ui.present.printed`), printing
(`hardware.receipt_printer`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Heading:
    """A line in large letters, centred."""

    text: str


@dataclass(frozen=True)
class Note:
    """A sentence, broken where the paper ends."""

    text: str


@dataclass(frozen=True)
class Row:
    """A label at the left, its value at the right."""

    label: str
    value: str


@dataclass(frozen=True)
class Qr:
    """A QR code of a text."""

    text: str


@dataclass(frozen=True)
class Bars:
    """A bar code of a text, by the name of its symbology: code128, upca, ean13, gs1-128."""

    symbology: str
    text: str


SlipPart: TypeAlias = Heading | Note | Row | Qr | Bars
Slip: TypeAlias = tuple[SlipPart, ...]
