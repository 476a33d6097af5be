"""Opening the staff accounts and the audit for a command: which folder, which key.

Responsible for: paths and making the folder. Not responsible for: what commands do with the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from hardware.clock import SystemClock
from kiosk.audit import Audit, key_folder_beside
from kiosk.database import DatabaseFault
from kiosk.ops.places import Places, data_folder
from kiosk.staff import StaffBook

DataOption = Annotated[
    Path | None, typer.Option("--data", help="The kiosk's data folder; $KIOSK_DATA, else its usual place.")
]


@contextmanager
def open_audit(data: Path | None, *, must_exist: bool) -> Iterator[Audit]:
    """The audit below a data folder.

    Raises:
        BadInput: it is not there (where it must be), or cannot be used.
    """
    places = _places(data, places_must_exist=must_exist)
    if must_exist and not places.audit.is_file():
        raise BadInput(Problem(str(places.audit), "", "no audit here; name the data folder with --data"))
    try:
        with closing(Audit.open(places.audit, key_folder_beside(places.data), SystemClock())) as audit:
            yield audit
    except DatabaseFault as fault:
        raise BadInput(Problem(str(places.audit), fault.code, str(fault))) from None


@contextmanager
def open_staff(data: Path | None) -> Iterator[tuple[StaffBook, Audit]]:
    """The staff accounts below a data folder, and the audit in which changes to them are recorded.

    Raises:
        BadInput: they cannot be used.
    """
    places = _places(data, places_must_exist=False)
    with open_audit(data, must_exist=False) as audit:
        try:
            with closing(StaffBook.open(places.staff, SystemClock())) as staff:
                yield staff, audit
        except DatabaseFault as fault:
            raise BadInput(Problem(str(places.staff), fault.code, str(fault))) from None


def _places(data: Path | None, *, places_must_exist: bool) -> Places:
    folder = data or data_folder()
    if not places_must_exist:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(Problem(str(folder), "", f"cannot be made: {error.strerror}")) from None
    return Places(folder)
