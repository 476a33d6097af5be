"""The receipt printer the machine file names, built over its port.

Responsible for: choosing the kind of port, the doctor's look at it. Not responsible for: printing
(`hardware.receipt_printer`). Nothing is opened before the first use.
"""

from __future__ import annotations

from config.printer import Printer
from hardware.clock import Clock
from hardware.device_file import DeviceFileLink
from hardware.link import SerialLink
from hardware.ports import ByteLink, PrinterStatus
from hardware.receipt_printer import EscPosPrinter
from kiosk.operations.doctor import Finding, passed, warned

_USB = "/dev/usb/"
"""Where the system puts a USB printer: a device file, and no serial port."""


_NEEDS = {
    PrinterStatus.PAPER_LOW: "put in a new roll soon",
    PrinterStatus.PAPER_OUT: "put in a new roll",
    PrinterStatus.COVER_OPEN: "close its cover",
    PrinterStatus.OFFLINE: "switch it on line",
    PrinterStatus.SILENT: "check power, cable, printer.port and printer.baud",
}


def look(printer: EscPosPrinter | None) -> Finding:
    """The doctor's look at it. Nothing is printed; a kiosk sells without paper."""
    if printer is None:
        return passed("printer", "none: receipts stand on the screen")
    status = printer.status()
    if status is PrinterStatus.READY:
        return passed("printer", "the receipt printer answers and has paper")
    return warned("printer", f"receipt printer: {status.replace('_', ' ')}", _NEEDS[status])


def receipt_printer(settings: Printer, clock: Clock) -> EscPosPrinter | None:
    """The printer; None where the machine has none."""
    if not settings.port:
        return None

    def open_link() -> ByteLink:
        if settings.port.startswith(_USB):
            return DeviceFileLink(settings.port)
        return SerialLink(settings.port, settings.baud)

    return EscPosPrinter(open_link, settings, clock)
