"""What happened to every sale, written before it happens.

Responsible for: one row before each effect on money or metal, the state both are in, and finding what a crash left
open; and what is known of the machine over restarts. Not responsible for: settling it (`kiosk.settle`), audit
(`kiosk.audit`). Holds nothing of a key's shape: the blank's trade name, counts, money, codes of faults.
"""

from kiosk.journal.book import Journal
from kiosk.journal.machine import Failure, FailureKind, MachineRecord
from kiosk.journal.rows import MIGRATIONS
from kiosk.journal.values import ClaimRefused, CopyError, Metal, Money, NewSale, Refund, Remedy, Sale, Step

__all__ = [
    "MIGRATIONS",
    "ClaimRefused",
    "CopyError",
    "Failure",
    "FailureKind",
    "Journal",
    "MachineRecord",
    "Metal",
    "Money",
    "NewSale",
    "Refund",
    "Remedy",
    "Sale",
    "Step",
]
