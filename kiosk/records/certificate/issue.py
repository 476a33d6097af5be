"""Certificates of the copies of one sale, from what the journal holds of them.

Responsible for: which copies get one, and what it says of the claim. Not responsible for: the text
(`kiosk.records.certificate.text`), measuring (`kiosk.cutting.measure`).
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.records.certificate.text import Certificate, Claim, signed
from kiosk.records.journal import CopyMade, Journal, PaymentStatus, Sale


class Certifier:
    """Signs what the journal says of a sale's copies. Any thread may use it; the same copy gives the same text."""

    def __init__(self, journal: Journal, key: Ed25519PrivateKey, kiosk: str) -> None:
        """`kiosk` is the store's name as people know it."""
        self._journal, self._key, self._kiosk = journal, key, kiosk

    def of_sale(self, sale: Sale) -> tuple[str, ...]:
        """A text for every copy that was measured and delivered, the first copy first."""
        claim = self._claim(sale)
        made = self._journal.copies_made(sale.transaction)
        return tuple(signed(self._certificate(sale, copy, claim), self._key) for copy in made[: sale.delivered])

    def _claim(self, sale: Sale) -> Claim:
        if sale.recut_of or sale.money in (PaymentStatus.DECLINED, PaymentStatus.VOIDED):
            return Claim.NONE
        # Money whose answer is still owed is no copy made good.
        return Claim.USED if sale.closed and not self._journal.claims_left(sale.transaction) else Claim.OPEN

    def _certificate(self, sale: Sale, copy: CopyMade, claim: Claim) -> Certificate:
        return Certificate(
            kiosk=self._kiosk,
            # The day on the calendar that hangs beside the kiosk.
            day=datetime.fromisoformat(copy.measured_utc).astimezone().date(),
            transaction=sale.transaction,
            copy=copy.copy,
            copies=sale.delivered,
            blank=sale.blank,
            worst_mm=copy.largest_mm,
            allowed_mm=copy.allowed_mm,
            restored=copy.restored,
            worn_mm=copy.worn_mm,
            claim=claim,
            simulated=sale.simulated,
        )
