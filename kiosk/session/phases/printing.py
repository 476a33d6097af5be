"""A receipt on paper: whether there will be one is known before the sale, and it is printed as the store has set.

Responsible for: asking the printer when a key is offered, THANK_YOU. Not responsible for: what stands on it
(`ui.present.printed`), the printer (`hardware.receipt_printer`). Money and metal never wait for paper.
"""

from __future__ import annotations

from config.store import PaperReceipt
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Intent, PrintReceipt
from kiosk.session.phases.ending import handle_finished
from kiosk.session.reports import PrinterSeen, ReceiptPrinted, Report
from kiosk.session.snapshot import PaperState


def look_at_printer(context: SessionContext) -> None:
    """Ask it, so that whoever wants a receipt on paper knows before paying that there is none."""
    paper = context.ports.paper
    if context.ports.store.paper_receipt is not PaperReceipt.NEVER:
        context.request(Lane.PRINTER, lambda: PrinterSeen(paper.status()))


def printer_seen(context: SessionContext, seen: PrinterSeen) -> None:
    """What it said, however late and in whatever state."""
    context.printer = seen.status
    visit = context.visit
    if seen.status is not None and visit is not None and visit.paper in (PaperState.NONE, PaperState.MISSING):
        visit.paper = PaperState.OFFERED if seen.status.prints else PaperState.MISSING


def enter_thank_you(context: SessionContext) -> None:
    """Print where the store prints always."""
    if context.ports.store.paper_receipt is PaperReceipt.ALWAYS:
        _print(context)


def handle_thank_you(context: SessionContext, event: Intent | Report) -> None:
    """The receipt on paper, once; or read, done."""
    match event:
        case PrintReceipt():
            _print(context)
        case ReceiptPrinted(status):
            context.printer = status
            # A roll that ended on the way may have left half of it: only what came out whole was printed.
            context.here.paper = PaperState.PRINTED if status.prints else PaperState.FAILED
        case _:
            handle_finished(context, event)


def _print(context: SessionContext) -> None:
    visit, paper, language = context.here, context.ports.paper, context.language
    receipt, check = visit.receipt, visit.making.check if visit.making else None
    if visit.paper is PaperState.OFFERED and receipt is not None:
        visit.paper = PaperState.PRINTING
        context.request(Lane.PRINTER, lambda: ReceiptPrinted(paper.print(receipt, check, language)))
