"""The audit as others read it: beside a running kiosk, without writing a byte.

Responsible for: records and the first finding of a book that somebody else may be writing. Not responsible for: the
book itself (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kiosk.records.audit.chain import BrokenRecord, Record, acceptances, first_finding
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import record_of
from kiosk.records.audit.seal import AuditFault, SealFolder
from kiosk.records.journal.reader import rows_of


def read_audit(file: Path, key_folder: Path) -> tuple[tuple[Record, ...], BrokenRecord | None]:
    """Every record, and the first thing wrong that nobody has answered for.

    Raises:
        DatabaseFault: there is no book, it cannot be read, or its key is gone.
    """
    seal = SealFolder(key_folder)
    key = seal.key()
    # Before the records: a running kiosk writes the record first.
    anchor = seal.anchor()
    try:
        records = tuple(map(record_of, rows_of(file, "audit", "SELECT * FROM audit ORDER BY number")))
    except (sqlite3.DatabaseError, IndexError) as error:
        raise AuditFault(f"{file}: {error}") from error
    accepted = acceptances((record for record in records if record.kind == AuditKind.BREAK_ACCEPTED), key)
    return records, first_finding(records, key, anchor, accepted)
