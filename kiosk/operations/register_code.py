"""A code shown at the register, held against the journal: was this sale delivered at that price, is this refund due?

Responsible for: saying of one code whether this kiosk made it and what for. Not responsible for: making codes
(`hardware.payment.register`), or whether the register has seen it before: its own books know that.
"""

from __future__ import annotations

import re
from pathlib import Path

from kiosk.records.journal.reader import rows_of
from kiosk.records.journal.rows import sale_of

_CODE = re.compile(r"(?P<number>[A-Z0-9]+)(?P<refund>-[0-9]+-R|-)(?P<amount>[0-9]{4,})")


def problem_of(journal: Path, code: str) -> str:
    """Why a code is not to be paid or paid out, in words for a cashier; empty if the journal bears it out.

    Raises:
        DatabaseFault: the journal cannot be read.
    """
    found = _CODE.fullmatch(code.strip().upper())
    if found is None:
        if code.strip().isdecimal():
            return "names an article and no sale: ask for the code beside it"
        return "is no code of a kiosk"
    name, amount_minor = found["number"], int(found["amount"])
    rows = rows_of(journal, "journal", "SELECT * FROM sale WHERE transaction_id = ?", (name,))
    if not rows:
        return "names a sale this kiosk never made"
    sale = sale_of(rows[0])
    if sale.simulated:
        return "is of a simulated sale: no money"
    if found["refund"] == "-":
        sold = sale.delivered > 0 and sale.money in ("captured", "refunding", "refunded")
        return "" if sold and sale.due_minor == amount_minor else "does not fit what was delivered"
    number = f"{name}{found['refund'].removesuffix('-R')}"
    due = rows_of(journal, "journal", "SELECT amount_minor FROM refund WHERE number = ?", (number,))
    return "" if due and due[0]["amount_minor"] == amount_minor else "names a refund this kiosk never gave"
