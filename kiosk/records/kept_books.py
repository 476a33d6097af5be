"""The other books held against the audit: a sales or staff file that was deleted, exchanged or put back is noticed.

Responsible for: naming each file in the audit when it is first seen, and noticing later that it is another one or lacks
what the audit holds of it. Not responsible for: what is in a file; the audit's own soundness
(`kiosk.records.audit.log`).

Each file carries an identity drawn when it was made (`kiosk.records.database`). A copy of yesterday has the same one;
it is found by the sales it lacks.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.records.audit.chain import Record
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import SealedAuditLog
from kiosk.records.database import identity_of
from kiosk.records.journal.reader import read_only

STAFF_KINDS = (AuditKind.STAFF_ADDED, AuditKind.STAFF_DISABLED, AuditKind.STAFF_PIN_RESET)


@dataclass(frozen=True)
class Book:
    """One file as it lies there. `entries` are what it holds: transactions of sales, numbers of accounts."""

    name: str
    identity: str
    entries: frozenset[str]
    digests: Mapping[str, str] = field(default_factory=dict)
    """Of a staff file: each account's number and the digest of its row."""


def sales_book(path: Path) -> Book:
    """The sales file.

    Raises:
        DatabaseFault: it cannot be read.
    """
    return _book("sales.db", path, "sale", "SELECT transaction_id FROM sale")


def staff_book(path: Path) -> Book:
    """The staff file.

    Raises:
        DatabaseFault: it cannot be read.
    """
    return _book("staff.db", path, "staff", "SELECT number, role, disabled FROM staff", account_digest)


def account_digest(number: str, role: str, disabled: int) -> str:
    """What the audit keeps of an account, so that one nobody made, or changed past the commands, is noticed.

    Its PIN is not in it: a hash is made anew when hashing becomes dearer, at a sign-in that nobody records.
    """
    return hashlib.sha256("\0".join((number, role, str(disabled))).encode()).hexdigest()[:32]


def hold(audit: SealedAuditLog, books: Iterable[Book]) -> None:
    """Record in the audit what is not as it was, and which files it is kept with from now on.

    Raises:
        DatabaseFault: it cannot be recorded.
    """
    records = audit.records()
    for book in books:
        for each in differences(records, book):
            audit.record_break(each)
        if kept_as(records, book.name) != book.identity:
            audit.record(AuditKind.BOOK_KEPT, {"book": book.name, "identity": book.identity})


def differences(records: Sequence[Record], book: Book) -> tuple[str, ...]:
    """What of `book` does not fit the audit, in words for whoever looks after the kiosk."""
    known = kept_as(records, book.name)
    found = []
    if known and known != book.identity:
        found.append(f"{book.name} is not the one kept before: it was deleted or exchanged (now {book.identity})")
    # Only an audit of before books were kept by name may meet a book that has entries: it tells of a start, or of the
    # accounts that were added. Accounts say nothing of sales.
    older = {AuditKind.START, *([AuditKind.STAFF_ADDED] if book.name == "staff.db" else [])}
    if not known and book.entries and not any(record.kind in older for record in records):
        found.append(f"the audit begins beside a {book.name} that holds {len(book.entries)} entries: it was taken away")
    if book.name == "sales.db":
        sold = [json.loads(record.facts).get("transaction", "") for record in records if record.kind == AuditKind.SALE]
        lost = [each for each in sold if each and each not in book.entries]
        if lost:
            found.append(f"{book.name} lacks {len(lost)} sales that the audit tells of: {lost[0]} to {lost[-1]}")
    return (*found, *_strange_accounts(records, book))


def _strange_accounts(records: Sequence[Record], book: Book) -> Iterator[str]:
    """Accounts that are not as the audit last recorded them. One that knows of no account is asked nothing."""
    facts = (json.loads(record.facts) for record in records if record.kind in STAFF_KINDS)
    made = {str(each["staff"]): str(each.get("account", "")) for each in facts}
    if book.name != "staff.db" or not made:
        return
    for number in sorted({*made, *book.digests}):
        if number not in made:
            yield f"{book.name} holds account {number} that nobody added"
        elif number not in book.digests:
            yield f"{book.name} lacks account {number} that the audit tells of"
        elif made[number] not in ("", book.digests[number]):
            yield f"account {number} in {book.name} is not as it was last set"


def kept_as(records: Sequence[Record], name: str) -> str:
    """The identity under which the audit keeps a book of this name; "" if it never did."""
    kept = (json.loads(record.facts) for record in reversed(records) if record.kind == AuditKind.BOOK_KEPT)
    return next((str(facts["identity"]) for facts in kept if facts["book"] == name), "")


def _book(name: str, path: Path, table: str, query: str, digest: Callable[..., str] | None = None) -> Book:
    with read_only(path) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        rows = connection.execute(query).fetchall() if there else []
        entries = frozenset(str(row[0]) for row in rows)
        digests = {str(row[0]): digest(*row) for row in rows} if digest is not None else {}
        try:
            return Book(name, identity_of(connection), entries, digests)
        except sqlite3.OperationalError:
            return Book(name, "", entries, digests)
