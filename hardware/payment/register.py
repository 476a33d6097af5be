"""Paying at the register: the kiosk shows a code, the cashier scans it.

Responsible for: the code and saying honestly that nothing is taken before the copy is delivered. Not responsible
for: drawing the code (`ui`) or the register's own books.
"""

from __future__ import annotations

from hardware.ports import PaymentAnswer, PaymentState


class RegisterPayment:
    """Nothing is reserved or taken here: a code is handed out when copies are delivered, and voided codes never are.

    The code reads TRANSACTION-AMOUNT, the amount in minor units of the store's currency; of a refund NUMBER-RAMOUNT. It
    is no secret and no proof: `kiosk check-code` holds it against the journal.
    """

    name = "register"

    def authorise(self, transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Always agreed to: the shopper pays at the register, with the copy in hand."""
        return PaymentAnswer(PaymentState.APPROVED, reference=transaction)

    def capture(self, transaction: str, amount_minor: int) -> PaymentAnswer:
        """The code to pay with."""
        return PaymentAnswer(PaymentState.CAPTURED, reference=transaction, pay_code=pay_code(transaction, amount_minor))

    def void(self, transaction: str) -> PaymentAnswer:
        """No code was shown, so nothing can be paid."""
        return PaymentAnswer(PaymentState.VOIDED, reference=transaction)

    def refund(self, transaction: str, amount_minor: int, number: str) -> PaymentAnswer:
        """The cashier gives the money back against the receipt, once for each number."""
        return PaymentAnswer(PaymentState.REFUNDED, reference=number, pay_code=pay_code(number, -amount_minor))

    def query(self, transaction: str) -> PaymentAnswer:
        """Every request may be repeated without harm, so the agreement stands."""
        return PaymentAnswer(PaymentState.APPROVED, reference=transaction)


def pay_code(transaction: str, amount_minor: int) -> str:
    """Text of the code a register scans."""
    sign = "R" if amount_minor < 0 else ""
    return f"{transaction}-{sign}{abs(amount_minor):04d}"
