"""What became of the money of one sale, in words: the same on thank-you, receipt and staff's page. Pure.

Responsible for: the lines. Not responsible for: the sums (`kiosk.records.journal.statement`).
"""

from __future__ import annotations

from hardware.payment.till_code import Symbology, TillCode
from kiosk.records.journal import Statement
from kiosk.session.snapshot import CheckResult, Receipt
from ui.present.language import Translation
from ui.present.shown import LabelledValue


def paid_lines(words: Translation, receipt: Receipt) -> tuple[LabelledValue, ...]:
    """What was paid: by the statement where money was reserved, else copies and price."""
    if receipt.statement is not None:
        return statement_lines(words, receipt.statement, receipt.currency)
    status = words.first(f"receipt.status.{receipt.status}", "receipt.status.other")
    return (
        LabelledValue(words("receipt.copies"), words.number(receipt.copies)),
        LabelledValue(status, words.money(receipt.amount_minor, receipt.currency)),
    )


def bars_of(receipt: Receipt) -> TillCode:
    """What a scanner at the register reads."""
    return receipt.till or TillCode(Symbology.CODE_128, receipt.pay_code)


def code_lines(words: Translation, receipt: Receipt) -> tuple[LabelledValue, ...]:
    """What a cashier types where a scanner fails, how often an article is sold, and the code that names the sale."""
    if receipt.till is None:
        return ()
    text = receipt.till.text
    times = words("receipt.till_times", code=text, count=receipt.till.quantity)
    return (
        LabelledValue(words("receipt.till"), times if receipt.till.quantity > 1 else text),
        LabelledValue(words("receipt.pay_code"), receipt.pay_code),
    )


def measured_lines(words: Translation, check: CheckResult | None) -> tuple[LabelledValue, ...]:
    """How exact the last copy is."""
    if check is None:
        return ()
    error, limit = words.number(check.largest_error_mm, 3), words.number(check.tolerance_mm, 3)
    return (LabelledValue(words("receipt.measured"), words("receipt.error", error=error, limit=limit)),)


def statement_lines(words: Translation, statement: Statement, currency: str) -> tuple[LabelledValue, ...]:
    """Reserved, taken, released, given back; of what is not settled, what it can come to at most."""

    def line(label: str, amount_minor: int) -> LabelledValue:
        return LabelledValue(label, words.money(amount_minor, currency))

    lines = [line(words("statement.reserved"), statement.reserved_minor)]
    if not statement.settled:
        at_most = words.money(statement.reserved_minor, currency)
        return (*lines, LabelledValue(words("statement.open"), words("statement.at_most", amount=at_most)))
    lines.append(line(words.plural("statement.taken", statement.copies), statement.taken_minor))
    if statement.released_minor:
        lines.append(line(words("statement.released"), statement.released_minor))
    if statement.given_back_minor:
        lines.append(line(words("statement.given_back"), statement.given_back_minor))
    return tuple(lines)
