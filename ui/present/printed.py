"""What stands on a paper receipt, in the shopper's language. Pure.

Responsible for: the words of a slip and their order. Not responsible for: printing (`hardware.receipt_printer`), when
(`kiosk.session.phases.printing`).
"""

from __future__ import annotations

from config.store import Store
from hardware.slip import Bars, Heading, Note, Qr, Row, Slip, SlipPart
from kiosk.session.snapshot import CheckResult, Receipt
from ui.present.language import Translation
from ui.present.statement import bars_of, code_lines, measured_lines, paid_lines


def slip_of(words: Translation, store: Store, receipt: Receipt, check: CheckResult | None, *, simulated: bool) -> Slip:
    """The receipt, the code to bring the copy back with, and a certificate for each copy."""
    lines = (*paid_lines(words, receipt), *measured_lines(words, check))
    parts: list[SlipPart] = [Heading(words("simulated"))] if simulated else []
    parts += [Heading(words("receipt.again"))] if receipt.again else []
    parts += [Heading(store.name), *(Row(line.label, line.value) for line in lines)]
    parts.append(Row(words("receipt.number"), receipt.transaction))
    if receipt.pay_code:
        code = bars_of(receipt)
        parts.append(Bars(code.symbology, code.text))
        parts += [Row(line.label, line.value) for line in code_lines(words, receipt)]
    if receipt.bring_back_code:
        parts += [Row(words("receipt.bring_back_code"), receipt.bring_back_code), Note(words("thanks.text"))]
    copies = len(receipt.certificates)
    for copy, text in enumerate(receipt.certificates, start=1):
        of = words("certificate.of", copy=copy, copies=copies)
        parts += [Heading(f"{words('certificate.show')} {of}"), Qr(text)]
    return tuple(parts)
