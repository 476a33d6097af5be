"""The audit's arithmetic: how a record is hashed, chained and sealed, and what a look over all of them finds. Pure.

Each record's hash covers its own fields and the hash before it; its seal is an HMAC of that hash under a key kept
apart. So whoever can write the database but has not the key can change nothing unseen, and a change is found at the
first record it touches. What is missing at the end is found by the anchor, which is kept with the key.
Not responsible for: files (`kiosk.audit`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

FIRST_PREVIOUS = "0" * 64
KEY_BYTES = 32


@dataclass(frozen=True)
class Record:
    """One line of the audit. `facts` is JSON text, kept as it was hashed."""

    number: int
    when: str
    """UTC, ISO 8601."""
    kind: str
    facts: str
    previous: str
    hash: str
    seal: str


@dataclass(frozen=True)
class Anchor:
    """The last record as known apart from the database."""

    number: int
    hash: str
    seal: str


@dataclass(frozen=True)
class AuditKey:
    """The sealing key. The repr shows nothing."""

    secret: bytes = field(repr=False)

    def seal(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 of `text`, for one purpose only."""
        return hmac.new(self.secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Finding:
    """The first thing wrong: number of the record, and what."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"record {self.number}: {self.reason}"


def next_record(last: Record | None, when: str, kind: str, facts: str, key: AuditKey) -> Record:
    """The record that follows `last`."""
    number = last.number + 1 if last else 1
    previous = last.hash if last else FIRST_PREVIOUS
    digest = _hash(number, when, kind, facts, previous)
    return Record(number, when, kind, facts, previous, digest, key.seal("record", digest))


def anchor_at(record: Record, key: AuditKey) -> Anchor:
    """The anchor that says: this many records there were, and this was the last."""
    return Anchor(record.number, record.hash, key.seal("anchor", f"{record.number}:{record.hash}"))


def first_finding(records: Iterable[Record], key: AuditKey, anchor: Anchor | None) -> Finding | None:
    """The first bad record, or None if all are as they were written.

    The database may be ahead of the anchor by records written in the instant before a power cut, never behind.
    """
    last: Record | None = None
    anchored = anchor is None
    for record in records:
        expected = last.number + 1 if last else 1
        if record.number != expected:
            missing = record.number > expected
            return Finding(expected, "is missing" if missing else f"is out of order (found {record.number})")
        if record.previous != (last.hash if last else FIRST_PREVIOUS):
            return Finding(record.number, "does not follow from the record before it")
        digest = _hash(record.number, record.when, record.kind, record.facts, record.previous)
        if record.hash != digest:
            return Finding(record.number, "was changed")
        if not hmac.compare_digest(record.seal.encode(), key.seal("record", digest).encode()):
            return Finding(record.number, "was not written by this kiosk (seal does not fit)")
        if anchor is not None and record.number == anchor.number:
            if record.hash != anchor.hash:
                return Finding(record.number, "is not the one the anchor names")
            anchored = True
        last = record
    if anchor is not None:
        expected_seal = key.seal("anchor", f"{anchor.number}:{anchor.hash}")
        if not hmac.compare_digest(anchor.seal.encode(), expected_seal.encode()):
            return Finding(anchor.number, "the anchor itself was changed")
        if not anchored:
            return Finding(last.number + 1 if last else 1, f"is missing: there were at least {anchor.number} records")
    elif last is not None:
        return Finding(last.number, "the anchor is gone: records after this one may be missing")
    return None


def _hash(number: int, when: str, kind: str, facts: str, previous: str) -> str:
    return hashlib.sha256(json.dumps([number, when, kind, facts, previous]).encode()).hexdigest()
