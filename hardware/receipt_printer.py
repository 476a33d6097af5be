"""A receipt printer that speaks ESC/POS, over the network, a serial port or the system's own USB printer device.

Responsible for: asking whether it can print, printing a slip, and saying whether it did. Not responsible for: what
stands on a slip (`ui.present.printed`) or when one is printed (`kiosk.session.phases.printing`). Letters, code pages
and QR codes are python-escpos' trade; it composes, and the bytes go over a link of ours.

Status (DLE EOT n, one byte each): 1 the printer, 2 why it is offline, 4 its paper.
"""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, assert_never

from config.printer import Printer
from hardware.clock import Clock
from hardware.errors import LinkFault
from hardware.ports import ByteLink, PrinterStatus
from hardware.slip import Bars, Heading, Note, Qr, Row, Slip

_CHUNK_BYTES = 256
"""So much goes out at once: a slow serial printer takes it within a link's own time-out."""
_QR_MODULE_DOTS = 4
_OFFLINE = 0x08
_COVER_OPEN, _PAPER_STOPPED = 0x04, 0x20
_PAPER_LOW, _PAPER_OUT = 0x0C, 0x60


class EscPosPrinter:
    """One printer. Nothing stays open between two uses; any thread may ask, one at a time."""

    def __init__(self, open_link: Callable[[], ByteLink], settings: Printer, clock: Clock) -> None:
        """Nothing is opened before the first use."""
        self._open_link, self._settings, self._clock = open_link, settings, clock
        self._lock = threading.Lock()

    def status(self) -> PrinterStatus:
        """Whether it could print now."""
        with self._lock:
            try:
                with closing(self._open_link()) as link:
                    return self._status(link)
            except LinkFault:
                return PrinterStatus.SILENT

    def print(self, slip: Slip) -> PrinterStatus:
        """Print; what it says afterwards tells whether all of it came out."""
        data = composed(slip, self._settings)
        with self._lock:
            try:
                with closing(self._open_link()) as link:
                    before = self._status(link)
                    if not before.prints:
                        return before
                    for start in range(0, len(data), _CHUNK_BYTES):
                        link.write(data[start : start + _CHUNK_BYTES])
                    return self._status(link)
            except LinkFault:
                return PrinterStatus.SILENT

    def _status(self, link: ByteLink) -> PrinterStatus:
        printer, paper = self._asked(link, 1), self._asked(link, 4)
        if printer is None or paper is None:
            return PrinterStatus.SILENT
        cause = self._asked(link, 2) if printer & _OFFLINE else 0
        if cause is None:
            return PrinterStatus.SILENT
        # An open cover lifts the paper off its sensor too: it is the cover that people can see to.
        if cause & _COVER_OPEN:
            return PrinterStatus.COVER_OPEN
        if paper & _PAPER_OUT or cause & _PAPER_STOPPED:
            return PrinterStatus.PAPER_OUT
        if printer & _OFFLINE:
            return PrinterStatus.OFFLINE
        return PrinterStatus.PAPER_LOW if paper & _PAPER_LOW else PrinterStatus.READY

    def _asked(self, link: ByteLink, what: int) -> int | None:
        """The answer to one question, or None. A byte that is no status byte was not meant for us."""
        link.write(bytes((0x10, 0x04, what)))
        until_s = self._clock.now_s() + self._settings.answer_timeout_s
        while (left_s := until_s - self._clock.now_s()) > 0:
            for byte in link.read(left_s):
                if byte & 0x93 == 0x12:
                    return byte
        return None


_ON_PAPER = str.maketrans({"\u202f": " ", "\u00a0": " ", "✓": ""})
"""What screens have and no printer's code page."""


def composed(slip: Slip, settings: Printer) -> bytes:
    """The slip as the printer's own commands."""
    # Half a second to load, and only a kiosk with a printer has it.
    from escpos.printer import Dummy

    printer: Any = Dummy(profile=settings.profile)
    printer.hw("INIT")
    for part in slip:
        match part:
            case Heading(text):
                printer.set(align="center", bold=True)
                printer.text(_wrapped(text.translate(_ON_PAPER), settings.columns))
            case Note(text):
                printer.set(align="left", bold=False)
                printer.text(_wrapped(text.translate(_ON_PAPER), settings.columns))
            case Row(label, value):
                printer.set(align="left", bold=False)
                printer.text(_row(label.translate(_ON_PAPER), value.translate(_ON_PAPER), settings.columns))
            case Qr(text):
                printer.set(align="center", bold=False)
                printer.qr(text, native=True, size=_QR_MODULE_DOTS)
                printer.text("\n")
            case Bars(symbology, text):
                kind, data = _bars(symbology, text)
                printer.barcode(data, kind, height=80, width=2, function_type="B", check=False)
                printer.text("\n")
            case _:
                assert_never(part)
    printer.cut()
    return bytes(printer.output)


def _bars(symbology: str, text: str) -> tuple[str, str]:
    """The printer's name of a bar code, and its data: set B, and FNC1 before a GS1 code."""
    match symbology:
        case "upca":
            return "UPC-A", text
        case "ean13":
            return "EAN13", text
        case "gs1-128":
            return "CODE128", "{B{1" + text.replace("(", "").replace(")", "")
        case _:
            return "CODE128", "{B" + text


def _wrapped(text: str, columns: int) -> str:
    return "".join(f"{line}\n" for line in textwrap.wrap(text, columns) or [""])


def _row(label: str, value: str, columns: int) -> str:
    gap = columns - len(label) - len(value)
    if gap >= 1:
        return f"{label}{' ' * gap}{value}\n"
    return _wrapped(label, columns) + "".join(
        f"{line.rjust(columns)}\n" for line in textwrap.wrap(value, columns) or [""]
    )
