"""The audit's arithmetic: how a record is hashed, chained and sealed, and what a look over all of them finds. Pure.

Each record's hash covers its own fields and the hash before it; its seal is an HMAC of that hash under a key kept
apart. So whoever can write the database but has not the key can change nothing unseen, and a change is found at the
first record it touches. What is missing at the end is found by the anchor, which is kept with the key. A break that
the kiosk itself has noticed is a record too, and stays a finding until somebody answers for exactly that one; what was
changed once more is another finding.
Not responsible for: files (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.records.audit.kinds import AuditKind

FIRST_PREVIOUS = "0" * 64
KEY_BYTES = 32
ANCHOR_GONE = "the anchor is gone: records after this one may be missing"
Acceptance: TypeAlias = tuple[str, str]
"""A finding as it was recorded, and its evidence."""


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
class BrokenRecord:
    """One thing wrong: number of the record, and what. `evidence` is a digest of what was found there."""

    number: int
    reason: str
    evidence: str = field(default="", compare=False)
    at_the_end: bool = field(default=False, compare=False)
    """Of the anchor alone: the next record would cover it, so it must be recorded before one is written."""

    def __str__(self) -> str:
        return f"record {self.number}: {self.reason}"

    @property
    def token(self) -> Acceptance:
        """What an acceptance of exactly this finding names."""
        return str(self), self.evidence


def next_record(last: Record | None, when: str, kind: str, facts: str, key: AuditKey) -> Record:
    """The record that follows `last`."""
    number = last.number + 1 if last else 1
    previous = last.hash if last else FIRST_PREVIOUS
    digest = _hash(number, when, kind, facts, previous)
    return Record(number, when, kind, facts, previous, digest, key.seal("record", digest))


def first_anchor(key: AuditKey) -> Anchor:
    """The anchor of a book that is begun: no records yet."""
    return Anchor(0, FIRST_PREVIOUS, key.seal("anchor", f"0:{FIRST_PREVIOUS}"))


def anchor_at(record: Record, key: AuditKey) -> Anchor:
    """The anchor that says: this many records there were, and this was the last."""
    return Anchor(record.number, record.hash, key.seal("anchor", f"{record.number}:{record.hash}"))


def first_finding(
    records: Iterable[Record], key: AuditKey, anchor: Anchor | None, accepted: Collection[Acceptance] = ()
) -> BrokenRecord | None:
    """The first thing wrong that nobody has answered for, or None if all is as it was written."""
    return next((each for each in findings(records, key, anchor) if each.token not in accepted), None)


def acceptances(records: Iterable[Record], key: AuditKey) -> frozenset[Acceptance]:
    """Which findings people have answered for, by records of this kiosk's own writing alone."""
    found = set()
    for record in records:
        if record.kind == AuditKind.BREAK_ACCEPTED and not any(_in_itself(record, key)):
            facts = json.loads(record.facts)
            found.add((str(facts.get("finding")), str(facts.get("evidence"))))
    return frozenset(found)


def findings(records: Iterable[Record], key: AuditKey, anchor: Anchor | None) -> Iterator[BrokenRecord]:
    """Everything wrong, in order of the records it begins at, the anchor last.

    The database may be ahead of the anchor by the one record written in the instant before a power cut, never behind.
    """
    last: Record | None = None
    at_anchor: Record | None = None
    for record in records:
        expected = last.number + 1 if last else 1
        if record.number != expected:
            missing = record.number > expected
            reason = "is missing" if missing else f"is out of order (found {record.number})"
            yield BrokenRecord(expected, reason, _evidence(record))
        elif record.previous != (last.hash if last else FIRST_PREVIOUS):
            yield BrokenRecord(record.number, "does not follow from the record before it", _evidence(record))
        wrong = tuple(_in_itself(record, key))
        yield from wrong
        if record.kind == AuditKind.BROKEN and not wrong:
            facts = json.loads(record.facts)
            yield BrokenRecord(record.number, f"tells of a break: {facts.get('finding')}", record.hash)
        if anchor is not None and record.number == anchor.number:
            at_anchor = record
        last = record
    yield from _at_the_end(last, at_anchor, key, anchor)


def _in_itself(record: Record, key: AuditKey) -> Iterator[BrokenRecord]:
    """What is wrong with a record without looking at its neighbours."""
    digest = _hash(record.number, record.when, record.kind, record.facts, record.previous)
    if record.hash != digest:
        yield BrokenRecord(record.number, "was changed", _evidence(record))
    elif not hmac.compare_digest(record.seal.encode(), key.seal("record", digest).encode()):
        yield BrokenRecord(record.number, "was not written by this kiosk (seal does not fit)", _evidence(record))


def _at_the_end(
    last: Record | None, at_anchor: Record | None, key: AuditKey, anchor: Anchor | None
) -> Iterator[BrokenRecord]:
    """Whether the book ends where the anchor says."""
    number = last.number if last else 0
    said = f"{anchor.number} {anchor.hash} {anchor.seal}" if anchor else "none"
    evidence = hashlib.sha256(f"{said} {last.hash if last else ''}".encode()).hexdigest()
    wrong: tuple[int, str] | None = None
    if anchor is None:
        wrong = max(number, 1), ANCHOR_GONE
    elif not hmac.compare_digest(anchor.seal.encode(), key.seal("anchor", f"{anchor.number}:{anchor.hash}").encode()):
        wrong = anchor.number, "the anchor itself was changed"
    elif number < anchor.number:
        wrong = number + 1, f"is missing: there were at least {anchor.number} records"
    elif at_anchor is not None and at_anchor.hash != anchor.hash:
        wrong = anchor.number, "is not the one the anchor names"
    elif number > anchor.number + 1:
        wrong = anchor.number + 2, "is not vouched for: the anchor is an older one"
    if wrong is not None:
        yield BrokenRecord(*wrong, evidence, at_the_end=True)


def _evidence(record: Record) -> str:
    """A digest of everything a record says, as it lies there."""
    fields = [record.number, record.when, record.kind, record.facts, record.previous, record.hash, record.seal]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _hash(number: int, when: str, kind: str, facts: str, previous: str) -> str:
    return hashlib.sha256(json.dumps([number, when, kind, facts, previous]).encode()).hexdigest()
