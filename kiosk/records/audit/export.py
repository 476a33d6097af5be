"""The audit as a file for people: CSV for a spreadsheet, JSON lines for a program. Pure.

Responsible for: the text. Not responsible for: reading the book (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from kiosk.records.audit.chain import Record

_COLUMNS = ("number", "when", "kind", "transaction", "staff", "facts", "hash")


def as_jsonl(records: Iterable[Record]) -> Iterator[str]:
    """One JSON object a record."""
    for record in records:
        yield json.dumps(
            {
                "number": record.number,
                "when": record.when,
                "kind": record.kind,
                "facts": json.loads(record.facts),
                "hash": record.hash,
            },
            ensure_ascii=False,
        )


def as_csv(records: Iterable[Record]) -> Iterator[str]:
    """A heading and one line a record."""
    yield _line(_COLUMNS)
    for record in records:
        facts = json.loads(record.facts)
        transaction, staff = facts.pop("transaction", ""), facts.pop("staff", "")
        rest = "; ".join(f"{name}={value}" for name, value in facts.items())
        yield _line((record.number, record.when, record.kind, transaction, staff, rest, record.hash))


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([_harmless(str(cell)) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
