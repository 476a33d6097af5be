"""The doctor's look at what the kiosk keeps: stock, disk, clock, permissions, databases, audit, fleet link.

Responsible for: these checks; they write nothing but a probe byte. Not responsible for: the machine
(`doctor_machine`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import assert_never

from config.fleet import Fleet
from config.laws import load_laws, standing_of
from config.machine import Magazine
from config.operations import Operations
from kiosk.data_paths import DataPaths
from kiosk.operations import recorder, settings_change
from kiosk.operations.disk import DiskRoom, room
from kiosk.operations.doctor import Finding, failed, passed, warned
from kiosk.operations.fleet import outbox, signed
from kiosk.records import inventory, letter_book, terminal_book
from kiosk.records.audit.log import AUDIT_MIGRATIONS, key_folder_beside
from kiosk.records.audit.reading import read_audit
from kiosk.records.database import DatabaseAltered, DatabaseFault, check_form, check_integrity, schema_version
from kiosk.records.journal import machine, rows
from kiosk.records.journal.reader import faces_found, read_only, rows_of, slots
from kiosk.records.kept_books import differences, kept_as, sales_book, staff_book
from kiosk.staff import accounts, code_tries

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def stock(places: DataPaths, magazine: Magazine) -> Finding:
    """Is there something to sell?"""
    rows = {row.number: row for row in slots(places.inventory)} if places.inventory.exists() else {}
    if not rows:
        return warned("stock", "never counted", "count and refill by the staff menu")
    counted = [(slot, rows[slot.number]) for slot in magazine.slots if slot.number in rows]
    locked = [f"{row.number} ({row.lock_reason or 'no reason'})" for _, row in counted if row.locked]
    low = [f"{row.number} {row.blank}: {row.count}" for slot, row in counted if row.count <= slot.low_at]
    if not any(row.count and not row.locked for _, row in counted):
        return failed("stock", "nothing can be sold: every slot is empty or locked", "refill by the staff menu")
    if locked or low:
        found = "; ".join(
            ([f"locked: {', '.join(locked)}"] if locked else []) + ([f"low: {', '.join(low)}"] if low else [])
        )
        return warned("stock", found, "refill or unlock by the staff menu")
    return passed("stock", f"{sum(row.count for _, row in counted)} blanks in {len(counted)} slots")


def faces(places: DataPaths) -> Finding:
    """Was it ever seen on metal that left and right are what the catalogue calls so?"""
    step = "lay a blank of a slot three times (staff menu, stock, the slot, Teach)"
    said = faces_found(places.inventory) if places.inventory.exists() else ""
    if not said:
        return warned("faces", "left and right were never held against a known blank", step)
    verdict, _, blank = said.partition(" ")
    if verdict == "agree":
        return passed("faces", f"left and right agree with a {blank} blank")
    swap = "exchange line_left and line_right (and face_above and face_below) in machine.toml, then lay it again"
    return failed("faces", f"a {blank} blank was read mirrored: cameras swapped?", swap)


def disk(places: DataPaths, operations: Operations) -> Finding:
    """Is there room, and may we write?"""
    if not places.data.exists():
        return warned("disk", _never_started(places), "start the kiosk, and ask again")
    match left := room(places.data, operations.disk):
        case DiskRoom.ENOUGH:
            return passed("disk", f"{places.data} has room")
        case DiskRoom.LITTLE:
            return warned("disk", f"{places.data} is filling up", "find what grows: du -x / | sort -n | tail")
        case DiskRoom.NONE:
            return failed("disk", f"{places.data} is full: no sale begins", "free space; the kiosk reopens by itself")
        case DiskRoom.READ_ONLY:
            step = "see `dmesg` for a failing disk; `mount -o remount,rw` only once it is known why"
            return failed("disk", f"{places.data} cannot be written: no sale begins", step)
        case _:
            assert_never(left)


def _never_started(places: DataPaths) -> str:
    return f"{places.data} is not there: this kiosk was not started yet"


def clock(places: DataPaths, operations: Operations, now: datetime, synchronised: Path = SYNCHRONISED) -> Finding:
    """Is the time right? Patents end and approvals run out by it."""
    if places.journal.exists():
        for (newest,) in rows_of(places.journal, "journal", "SELECT utc FROM sale_step ORDER BY utc DESC LIMIT 1"):
            ahead_s = (datetime.fromisoformat(newest) - now).total_seconds()
            if ahead_s > operations.health.clock_max_error_s:
                found = f"the last sale lies {ahead_s:.0f} s in the future"
                return failed("clock", found, "set the clock: timedatectl set-ntp true")
    if not synchronised.exists():
        return warned("clock", f"{now:%Y-%m-%d %H:%M} UTC, not synchronised", "timedatectl set-ntp true")
    return passed("clock", f"{now:%Y-%m-%d %H:%M} UTC, synchronised")


def permissions(places: DataPaths) -> Finding:
    """Can others read or change what the kiosk keeps?"""
    if not places.data.exists():
        return warned("permissions", _never_started(places), "make install, or set KIOSK_DATA")
    if not places.data.is_dir():
        return failed("permissions", f"{places.data} is no folder", "make install, or set KIOSK_DATA")
    wrong = []
    for path in (places.data, key_folder_beside(places.data), *places.databases):
        if path.exists() and path.stat().st_mode & (0o077 if path.is_file() else 0o027):
            wrong.append(f"{path} ({path.stat().st_mode & 0o777:o})")
    if wrong:
        return failed("permissions", f"open to others: {', '.join(wrong)}", f"chmod -R o-rwx,g-w {places.data}")
    owner = places.data.stat().st_uid
    if os.getuid() not in (0, owner):
        return warned(
            "permissions", "this is not the kiosk's user", "run as the kiosk's user: sudo -u kiosk kiosk doctor"
        )
    return passed("permissions", f"{places.data} is closed to others")


KNOWN: Mapping[str, Sequence[str]] = {
    "journal": rows.MIGRATIONS,
    "machine": machine.MIGRATIONS,
    "inventory": inventory.MIGRATIONS,
    "terminal": terminal_book.MIGRATIONS,
    "code_tries": code_tries.MIGRATIONS,
    "letters": letter_book.MIGRATIONS,
    "audit": AUDIT_MIGRATIONS,
    "staff": accounts.STAFF_MIGRATIONS,
    recorder.PART: recorder.MIGRATIONS,
    outbox.PART: outbox.OUTBOX_MIGRATIONS,
    signed.PART: signed.DOCUMENT_MIGRATIONS,
    settings_change.PART: settings_change.MIGRATIONS,
}
"""Steps of each part's form, by the name it has in its file."""


def schema(places: DataPaths) -> Finding:
    """Can this program read what the program before it wrote? A newer one may have changed its form."""
    newer = []
    for path in (path for path in places.databases if path.exists()):
        with read_only(path) as connection:
            newer += [f"{path.name}: {each}" for each in _newer(connection)]
    if newer:
        step = "start the newer program, or go back with the data from before: kiosk-rollback --data"
        return failed("schema", "; ".join(newer), step)
    return passed("schema", "every record has a form this program knows")


def _newer(connection: sqlite3.Connection) -> list[str]:
    return [
        f"{part} has form {version}, known are {len(known)}"
        for part, known in KNOWN.items()
        if (version := schema_version(connection, part)) > len(known)
    ]


def databases(places: DataPaths) -> Finding:
    """Is every database whole?"""
    there = [path for path in places.databases if path.exists()]
    broken = []
    for path in there:
        try:
            with read_only(path) as connection:
                check_integrity(connection)
                if not _newer(connection):
                    check_form(connection, KNOWN)
        except DatabaseAltered as altered:
            broken.append(f"{path.name}: {altered.code} ({altered.found})")
        except DatabaseFault as fault:
            broken.append(f"{path.name}: {fault.code}")
    if broken:
        step = "stop the kiosk, keep the file, restore the last backup: kiosk restore"
        return failed("database", ", ".join(broken), step)
    if not there:
        return warned("database", "none yet: this kiosk has never run", "start the kiosk")
    size = sum(path.stat().st_size for path in there)
    return passed("database", f"{len(there)} whole, {size / 1e6:.1f} MB")


def audit(places: DataPaths) -> Finding:
    """Is the audit unbroken?"""
    if not places.audit.exists():
        return warned("audit", "nothing recorded yet", "start the kiosk")
    keep = "keep the files as they are and call the owner: kiosk audit verify"
    try:
        records, finding = read_audit(places.audit, key_folder_beside(places.data))
        if finding is not None:
            return failed("audit", str(finding), keep)
        if not places.journal.exists() and kept_as(records, places.journal.name):
            return failed("audit", f"{places.journal.name} is gone", keep)
        books = [sales_book(places.journal)] if places.journal.exists() else []
        books += [staff_book(places.staff)] if places.staff.exists() else []
    except DatabaseFault as fault:
        return failed("audit", f"{fault.code}: {fault}", "kiosk audit verify")
    for book in books:
        for difference in differences(records, book):
            return failed("audit", difference, keep)
    return passed("audit", "every record holds")


def fleet_link(places: DataPaths, fleet: Fleet) -> Finding:
    """Does what waits in the outbox get away?"""
    if not fleet.enabled:
        if places.operations.exists():
            with read_only(places.operations) as connection:
                known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'document'").fetchone()
                query = "SELECT version FROM document WHERE kind = 'restricted'"
                row = connection.execute(query).fetchone() if known else None
            if row is not None:
                found = f"off; the office's list of restricted keyways, version {row[0]}, stays in force"
                return warned("fleet", found, "switch the link on, or ask the office for its newest list")
        return passed("fleet", "off")
    if not places.operations.exists():
        return warned("fleet", "on, but nothing recorded yet", "start the kiosk")
    rows = rows_of(places.operations, outbox.PART, "SELECT count(*), min(happened_utc) FROM outbox")
    waiting, oldest = rows[0] if rows else (0, None)
    if waiting > 10 * fleet.window:
        return warned("fleet", f"{waiting} events wait since {oldest}", "check network, broker and KIOSK_MQTT_PASSWORD")
    return passed("fleet", f"on, {waiting} events waiting")


def law(place: str) -> Finding:
    """Were the laws on copying keys looked into where this store stands?"""
    researched, said = standing_of(place, load_laws())
    if researched:
        return passed("law", f"{place}: {said}")
    return warned("law", f"{place}: {said}", "ask a lawyer, and add what holds here (docs/adding-a-law.md)")
