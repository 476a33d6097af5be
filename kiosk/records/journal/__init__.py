"""What happened to every sale, written before it happens.

Responsible for: one row before each effect on money or metal, the state both are in, and finding what a crash left
open; and what is known of the machine over restarts. Not responsible for: settling it (`kiosk.session.settle`), audit
(`kiosk.records.audit.log`). Holds nothing of a key's shape: the blank's trade name, counts, money, codes of faults.
"""

from kiosk.records.journal.book import Journal
from kiosk.records.journal.machine import Failure, FailureKind, MachineRecord
from kiosk.records.journal.rows import MIGRATIONS
from kiosk.records.journal.statement import Statement
from kiosk.records.journal.values import (
    BlankStatus,
    ClaimRefused,
    CopyError,
    CopyMade,
    NewSale,
    PaymentStatus,
    Refund,
    Remedy,
    Sale,
    SaleStep,
)

__all__ = [
    "MIGRATIONS",
    "BlankStatus",
    "ClaimRefused",
    "CopyError",
    "CopyMade",
    "Failure",
    "FailureKind",
    "Journal",
    "MachineRecord",
    "NewSale",
    "PaymentStatus",
    "Refund",
    "Remedy",
    "Sale",
    "SaleStep",
    "Statement",
]
