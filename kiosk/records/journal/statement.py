"""What became of the money of one sale, in amounts, from the journal alone.

Responsible for: the sums of what was reserved, taken, released and given back. Pure. Not responsible for: words
(`ui.present.statement`), or what a terminal says today (`kiosk.session.settle` asks it).
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.records.journal.values import PaymentStatus, Sale

_TAKEN = (PaymentStatus.CAPTURED, PaymentStatus.REFUNDING, PaymentStatus.REFUNDED)
_LET_GO = (PaymentStatus.VOIDED, PaymentStatus.DECLINED)


@dataclass(frozen=True)
class Statement:
    """Amounts in minor units; what was not settled yet is neither taken nor released."""

    reserved_minor: int
    taken_minor: int
    released_minor: int
    given_back_minor: int
    copies: int
    """That were paid for."""

    @property
    def settled(self) -> bool:
        """Whether it is known what became of every unit that was reserved."""
        return self.taken_minor + self.released_minor == self.reserved_minor


def statement_of(sale: Sale, *, given_back_minor: int, all_goes_back: bool) -> Statement:
    """The sums of a sale for which money was reserved.

    Args:
        sale: as the journal has it.
        given_back_minor: what is surely back.
        all_goes_back: everything reserved was taken though nothing was delivered, and is given back.
    """
    reserved_minor = sale.price_each_minor * sale.copies
    if sale.money in _TAKEN:
        taken_minor = reserved_minor if all_goes_back else sale.due_minor
        return Statement(reserved_minor, taken_minor, reserved_minor - taken_minor, given_back_minor, sale.delivered)
    released_minor = reserved_minor if sale.money in _LET_GO else 0
    return Statement(reserved_minor, 0, released_minor, 0, 0)
