"""Opening the staff accounts and the audit for a command: which folder, which key, and whether a kiosk has them.

Responsible for: paths, ownership, and saying faults in one line. Not responsible for: what commands do with the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from config.problems import BadInput, Problem
from hardware.clock import SystemClock
from kiosk.commands.options import data_to_read
from kiosk.data_paths import DataPaths
from kiosk.records.audit.chain import BrokenRecord, Record
from kiosk.records.audit.log import SealedAuditLog, is_another_kiosks, key_folder_beside
from kiosk.records.audit.reading import read_audit
from kiosk.records.database import DatabaseFault, schema_version
from kiosk.records.journal.reader import read_only
from kiosk.records.kept_books import hold, staff_book
from kiosk.records.ownership import own_folders
from kiosk.records.private_file import require_room
from kiosk.staff.accounts import Account, StaffAccounts


def read_records(data: Path | None) -> tuple[tuple[Record, ...], BrokenRecord | None]:
    """Records and first finding of the audit, without writing to it.

    Raises:
        BadInput: it is not there, or cannot be used.
    """
    places = data_to_read(data)
    if not places.audit.is_file():
        raise BadInput(Problem(str(places.audit), "", "no audit here; name the data folder with --data"))
    with one_line(places.audit):
        return read_audit(places.audit, key_folder_beside(places.data))


def read_accounts(data: Path | None) -> tuple[Account, ...]:
    """The staff accounts, without writing to them; none where no file is.

    Raises:
        BadInput: they cannot be used.
    """
    places = data_to_read(data)
    if not places.staff.is_file():
        return ()
    with one_line(places.staff), read_only(places.staff) as connection:
        return StaffAccounts(connection, SystemClock()).accounts() if schema_version(connection, "staff") else ()


@contextmanager
def owned_audit(places: DataPaths) -> Iterator[SealedAuditLog]:
    """The audit, its folder owned until the block ends.

    Raises:
        Owned: a kiosk runs, or another command writes.
        BadInput: it cannot be used.
    """
    seal = key_folder_beside(places.data)
    if is_another_kiosks(places.data) and seal != places.data / "seal":
        # Its next record would move the anchor of this computer's own book.
        reason = f"its seal does not lie with it, and {seal} is sealing another book: put the backup in place first"
        raise BadInput(Problem(str(places.audit), "", reason))
    with own_folders(places.data, seal):
        for folder in (places.data, seal):
            _must_have_room(folder)
        with one_line(places.audit), closing(SealedAuditLog.open(places.audit, seal, SystemClock())) as audit:
            yield audit


@contextmanager
def owned_staff(places: DataPaths) -> Iterator[tuple[StaffAccounts, SealedAuditLog]]:
    """The staff accounts and the audit in which changes to them are recorded, owned until the block ends.

    Raises:
        Owned: a kiosk runs, or another command writes.
        BadInput: they cannot be used.
    """
    with owned_audit(places) as audit, closing(StaffAccounts.open(places.staff, SystemClock())) as staff:
        hold(audit, [staff_book(places.staff)])
        yield staff, audit


def _must_have_room(folder: Path) -> None:
    try:
        require_room(folder)
    except OSError as error:
        raise BadInput(Problem(str(folder), "", f"nothing can be recorded there: {error.strerror}")) from None


@contextmanager
def one_line(file: Path) -> Iterator[None]:
    """A database's fault as the command line's one line."""
    try:
        yield
    except DatabaseFault as fault:
        raise BadInput(Problem(str(file), fault.code, str(fault))) from None
