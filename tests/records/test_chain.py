"""The audit's arithmetic: every single tampering is found, and named at the first record it touches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from kiosk.records.audit.chain import (
    Anchor,
    AuditKey,
    BrokenRecord,
    Record,
    anchor_at,
    first_anchor,
    first_finding,
    next_record,
)

KEY = AuditKey(b"k" * 32)
LENGTH = 60
TAMPERINGS = 12_000


def book(length: int = LENGTH, key: AuditKey = KEY, seed: int = 1) -> list[Record]:
    rng = random.Random(seed)
    records: list[Record] = []
    for number in range(length):
        facts = f'{{"staff": "{rng.randrange(9)}", "transaction": "K{number}"}}'
        kind = rng.choice(("refused", "approved", "sale", "void"))
        records.append(
            next_record(records[-1] if records else None, f"2026-01-01T00:00:{number:02}Z", kind, facts, key)
        )
    return records


BOOK = book()
ANCHOR = anchor_at(BOOK[-1], KEY)


def test_a_book_as_it_was_written_has_nothing_wrong() -> None:
    assert first_finding(BOOK, KEY, ANCHOR) is None
    assert first_finding([], KEY, first_anchor(KEY)) is None
    assert first_finding([], KEY, None) is not None


def test_a_book_may_be_ahead_of_its_anchor_but_not_behind() -> None:
    assert first_finding(BOOK, KEY, anchor_at(BOOK[-2], KEY)) is None
    assert first_finding(BOOK[:-1], KEY, ANCHOR) == BrokenRecord(LENGTH, "is missing: there were at least 60 records")


def rehashed(records: list[Record], start: int, key: AuditKey) -> list[Record]:
    """What a forger who knows the format but not the key would write: everything from `start` on made to chain."""
    kept = records[:start]
    for record in records[start:]:
        kept.append(next_record(kept[-1] if kept else None, record.when, record.kind, record.facts, key))
    return kept


def edited(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    field = rng.choice([each.name for each in fields(Record)])
    value = getattr(BOOK[at], field)
    if isinstance(value, int):
        changed: object = value + rng.choice((-1, 1, 1000))
    else:
        spot = rng.randrange(len(value))
        changed = value[:spot] + chr(ord(value[spot]) ^ (1 << rng.randrange(5))) + value[spot + 1 :]
    return [*BOOK[:at], replace(BOOK[at], **{field: changed}), *BOOK[at + 1 :]], at + 1


def deleted(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    return [*BOOK[:at], *BOOK[at + 1 :]], at + 1


def deleted_and_renumbered(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    return [*BOOK[:at], *(replace(record, number=record.number - 1) for record in BOOK[at + 1 :])], at + 1


def swapped(rng: random.Random) -> tuple[list[Record], int]:
    one, other = sorted(rng.sample(range(LENGTH), 2))
    records = list(BOOK)
    records[one], records[other] = BOOK[other], BOOK[one]
    return records, one + 1


def contents_swapped(rng: random.Random) -> tuple[list[Record], int]:
    one, other = sorted(rng.sample(range(LENGTH), 2))
    records = list(BOOK)
    records[one] = replace(BOOK[one], facts=BOOK[other].facts)
    records[other] = replace(BOOK[other], facts=BOOK[one].facts)
    return records, one + 1


def inserted(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(1, LENGTH)
    forged = next_record(BOOK[at - 1], "2026-01-01T00:00:00Z", "approved", "{}", AuditKey(rng.randbytes(32)))
    return [*BOOK[:at], forged, *(replace(record, number=record.number + 1) for record in BOOK[at:])], at + 1


def appended(rng: random.Random) -> tuple[list[Record], int]:
    forged = next_record(BOOK[-1], "2026-01-01T00:00:00Z", "approved", "{}", AuditKey(rng.randbytes(32)))
    return [*BOOK, forged], LENGTH + 1


def duplicated(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    return [*BOOK[: at + 1], *BOOK[at:]], at + 2


def truncated(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    return BOOK[:at], at + 1


def beheaded(rng: random.Random) -> tuple[list[Record], int]:
    return BOOK[rng.randrange(1, LENGTH) :], 1


def rewritten(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    changed = [*BOOK[:at], replace(BOOK[at], kind="void!"), *BOOK[at + 1 :]]
    return rehashed(changed, at, AuditKey(rng.randbytes(32))), at + 1


def from_another_book(rng: random.Random) -> tuple[list[Record], int]:
    at = rng.randrange(LENGTH)
    return [*BOOK[:at], OTHER[at], *BOOK[at + 1 :]], at + 1


OTHER = book(seed=2, key=AuditKey(b"o" * 32))
WAYS: tuple[Callable[[random.Random], tuple[list[Record], int]], ...] = (
    edited,
    deleted,
    deleted_and_renumbered,
    swapped,
    contents_swapped,
    inserted,
    appended,
    duplicated,
    truncated,
    beheaded,
    rewritten,
    from_another_book,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_single_tamperings_are_all_found_at_the_first_record_they_touch(
    way: Callable[[random.Random], tuple[list[Record], int]],
) -> None:
    rng = random.Random(way.__name__)
    for _ in range(TAMPERINGS // len(WAYS)):
        records, first_bad = way(rng)
        if records == BOOK:
            continue
        finding = first_finding(records, KEY, ANCHOR)
        assert finding is not None, way.__name__
        assert finding.number == first_bad, (way.__name__, str(finding))


def test_an_anchor_that_was_changed_or_taken_away_is_found() -> None:
    assert first_finding(BOOK, KEY, None) is not None
    for changed in (
        replace(ANCHOR, number=59, hash=BOOK[58].hash),
        replace(ANCHOR, hash=BOOK[3].hash),
        replace(ANCHOR, seal="0" * 64),
        Anchor(0, "", ""),
    ):
        assert first_finding(BOOK, KEY, changed) is not None, changed


def test_another_key_fits_nothing() -> None:
    assert first_finding(BOOK, AuditKey(b"x" * 32), ANCHOR) == BrokenRecord(
        1, "was not written by this kiosk (seal does not fit)"
    )


def test_the_key_does_not_show_itself() -> None:
    assert "kk" not in repr(KEY)
