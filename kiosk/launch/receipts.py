"""Receipts on paper: the screen's words, the machine's printer.

Responsible for: putting the two together, which only the composition root may. Not responsible for: either.
"""

from __future__ import annotations

from config.problems import BadInput, Problem
from config.settings import Settings
from hardware.clock import Clock
from hardware.payment.till_code import Symbology
from hardware.ports import PrinterStatus
from hardware.receipt_printer import EscPosPrinter, composed
from hardware.slip import Bars, Heading, Note, Qr, Row, Slip
from kiosk.extras import Extra, needing
from kiosk.operations.payment_device import leads_to_this_computer
from kiosk.operations.printer_device import receipt_printer
from kiosk.session.ports import PaperReceipts
from kiosk.session.snapshot import CheckResult, Receipt

_EVERY_PART: Slip = (
    Heading("Key"),
    Note("Key"),
    Row("Key", "1"),
    Qr("Key"),
    *(Bars(symbology, "012345678905") for symbology in Symbology),
)


class PrintedReceipts:
    """`PaperReceipts` on a receipt printer."""

    def __init__(self, printer: EscPosPrinter, settings: Settings, *, simulated: bool) -> None:
        """Nothing is asked or printed yet."""
        self._printer, self._store, self._simulated = printer, settings.store, simulated
        self._own_languages = settings.own_languages

    def status(self) -> PrinterStatus | None:
        """What the printer says."""
        return self._printer.status()

    def print(self, receipt: Receipt, check: CheckResult | None, language: str) -> PrinterStatus:
        """Print it in the shopper's language."""
        # Words are read when a screen is there; commands have none.
        from ui.present.language import load_words
        from ui.present.printed import slip_of

        words = load_words(language, self._store.place[:2], self._own_languages)
        return self._printer.print(slip_of(words, self._store, receipt, check, simulated=self._simulated))


def paper_receipts(settings: Settings, clock: Clock, *, simulated: bool) -> PaperReceipts | None:
    """Receipts on the machine's printer; None where it has none.

    A simulated kiosk prints to a program of this computer alone: paper of a real shop is no toy.

    Raises:
        BadInput: what composes them is not installed.
    """
    printer = receipt_printer(settings.machine.printer, clock)
    if printer is None or (simulated and not leads_to_this_computer(settings.machine.printer.port)):
        return None
    try:
        with needing(Extra.RECEIPTS):
            composed(_EVERY_PART, settings.machine.printer)
    except BadInput:
        raise
    except Exception as error:
        # Now, and not at the first receipt: python-escpos raises as many kinds of things as it knows printers.
        where = f"no receipt can be composed for it: {type(error).__name__}"
        raise BadInput(Problem("machine", "printer.profile", where)) from error
    return PrintedReceipts(printer, settings, simulated=simulated)
