"""Staff accounts and letting staff in: number and PIN, roles, lock-outs that outlive a restart.

Responsible for: who may come in. Not responsible for: which rules a role lifts and what an approval covers
(`kiosk.staff.approvals`), what is recorded (`kiosk.records.audit.log`), the keypad. A PIN is kept only as an argon2id
hash.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, TypeAlias

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from config.problems import BadInput, Problem
from hardware.clock import Clock
from kiosk.policy.role import Role
from kiosk.records.database import DatabaseFault, NotWritten, open_database, transaction, write
from kiosk.records.kept_books import account_digest
from kiosk.staff.lockout import Lockout, boot_id
from kiosk.staff.member import SignInProblem, SignInRefused, StaffMember

STAFF_MIGRATIONS = (
    """
    CREATE TABLE staff (
        number TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('associate', 'manager', 'technician')),
        pin_hash TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0,
        made_utc_s REAL NOT NULL
    ) STRICT;
    CREATE TABLE lockout (
        number TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        until_utc_s REAL NOT NULL,
        last_utc_s REAL NOT NULL
    ) STRICT;
    """,
    # Waits that were running begin anew: nobody is let off by an update.
    """
    CREATE TABLE lockout_since_boot (
        number TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        boot TEXT NOT NULL,
        since_s REAL NOT NULL
    ) STRICT;
    INSERT INTO lockout_since_boot SELECT number, failures, '', 0.0 FROM lockout;
    DROP TABLE lockout;
    ALTER TABLE lockout_since_boot RENAME TO lockout;
    """,
)
HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
"""argon2id; about a tenth of a second on the reference computer."""


Recorded: TypeAlias = Callable[[str], None]


def _unrecorded(_digest: str) -> None:
    """Of accounts that no audit is kept with."""


@dataclass(frozen=True)
class Account:
    """One account, without its PIN."""

    number: str
    name: str
    role: Role
    disabled: bool


class StaffDamaged(DatabaseFault):
    """A stored hash is not one: the file was tampered with or is damaged."""

    code: ClassVar[str] = "STAFF_DAMAGED"


class StaffAccounts:
    """All accounts; implements `kiosk.session.ports.StaffAuthenticator`. Safe from any thread."""

    def __init__(
        self, connection: sqlite3.Connection, clock: Clock, hasher: PasswordHasher = HASHER, boot: str | None = None
    ) -> None:
        """Over a connection to a file with `STAFF_MIGRATIONS` applied, usable from any thread.

        Args:
            connection: to the file.
            clock: its monotonic time is what waits are counted in.
            hasher: of PINs.
            boot: names the boot of that time; this computer's if None.
        """
        self._connection = connection
        self._clock = clock
        self._hasher = hasher
        self._lock = threading.Lock()
        self._lockout = Lockout(connection, boot or boot_id())
        # Checked in place of an account that is not there, so that both take the same time.
        self._nobody = hasher.hash("nobody's PIN")

    @classmethod
    def open(cls, file: Path, clock: Clock, hasher: PasswordHasher = HASHER, boot: str | None = None) -> StaffAccounts:
        """Open (or begin) the accounts at `file`.

        Raises:
            DatabaseFault: of any kind.
        """
        return cls(open_database(file, STAFF_MIGRATIONS, part="staff", any_thread=True), clock, hasher, boot)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    # At the keypad

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        """Let in whoever knows number and PIN.

        A wrong number, a wrong PIN and a disabled account answer the same and take the same time. Each number has
        its own lock-out, so nobody can be kept out by mistakes under another's number, nor be made to wait.

        Raises:
            DatabaseFault: accounts cannot be read, or the attempt cannot be counted.
        """
        with self._lock:
            now_s = self._clock.now_s()
            with transaction(self._connection):
                wait_s = self._lockout.wait_s(number, now_s)
            row = self._row(number)
            account = row["number"] if row else ""
            if wait_s > 0:
                return SignInRefused(SignInProblem.LOCKED_OUT, wait_s, account)
            # Counted before it is checked: pulling the plug during the check gains no try.
            with transaction(self._connection):
                wait_s = self._lockout.count_failure(number, now_s)
        right = self._fits(row["pin_hash"] if row else self._nobody, pin)
        if not right or row is None or row["disabled"]:
            return SignInRefused(SignInProblem.LOCKED_OUT if wait_s > 0 else SignInProblem.WRONG, wait_s, account)
        with self._lock, transaction(self._connection):
            self._lockout.forgive(number)
            if self._hasher.check_needs_rehash(row["pin_hash"]):
                self._set_hash(number, self._hasher.hash(pin))
        return StaffMember(row["number"], row["name"], Role(row["role"]))

    def still_in(self, member: StaffMember) -> bool:
        """Whether who signed in before may still act: the account is there, not disabled, and of the same role."""
        with self._lock:
            row = self._row(member.number)
        return row is not None and not row["disabled"] and row["role"] == member.role

    # Accounts

    @property
    def needs_setup(self) -> bool:
        """Whether there is no manager yet: no PIN comes with the kiosk, the owner makes the first account."""
        return not any(each.role is Role.MANAGER and not each.disabled for each in self.accounts())

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, by number."""
        with self._lock:
            rows = self._connection.execute("SELECT * FROM staff ORDER BY length(number), number").fetchall()
        return tuple(Account(row["number"], row["name"], Role(row["role"]), bool(row["disabled"])) for row in rows)

    def add(self, number: str, name: str, role: str, pin: str, record: Recorded = _unrecorded) -> Account:
        """Make an account.

        Args:
            number: its staff number.
            name: as shown on the staff screen.
            role: what it may do.
            pin: kept as a hash.
            record: called with the account's digest; where it fails, the account is not made.

        Raises:
            BadInput: number, name, role or PIN will not do, the number is taken, or the first one is no manager.
        """
        problems = [*_account_problems(number, name, role), *pin_problems(pin, number)]
        if not problems and self._exists(number):
            problems.append(Problem("staff", number, "there is already an account of this number"))
        elif not problems and (
            twin := next((each for each in self.accounts() if int(each.number) == int(number)), None)
        ):
            # Zeros before a number are heard by nobody: two people would answer to one.
            problems.append(Problem("staff", number, f"is the number of account {twin.number}, written otherwise"))
        if not problems and role != Role.MANAGER and self.needs_setup:
            problems.append(Problem("staff", "role", "the first account must be a manager's"))
        if problems:
            raise BadInput(*problems)
        made = self._hasher.hash(pin)
        with self._changed(number, record):
            write(
                self._connection,
                "INSERT INTO staff (number, name, role, pin_hash, made_utc_s) VALUES (?, ?, ?, ?, ?)",
                (number, name.strip(), role, made, self._clock.utc().timestamp()),
            )
            self._lockout.forgive(number)
        return Account(number, name.strip(), Role(role), False)

    def disable(self, number: str, record: Recorded = _unrecorded) -> None:
        """Let this account in no more; its records stay. `record` as for `add`.

        Raises:
            BadInput: there is none, or it is the last manager's.
        """
        self._must_exist(number)
        others = [each for each in self.accounts() if each.number != number]
        if not any(each.role is Role.MANAGER and not each.disabled for each in others):
            raise BadInput(Problem("staff", number, "is the last manager; add another first"))
        with self._changed(number, record):
            write(self._connection, "UPDATE staff SET disabled = 1 WHERE number = ?", (number,))

    def reset_pin(self, number: str, pin: str, record: Recorded = _unrecorded) -> None:
        """Give the account a new PIN, let it in again, and end its lock-out. `record` as for `add`.

        Raises:
            BadInput: there is none, or the PIN will not do.
        """
        self._must_exist(number)
        problems = pin_problems(pin, number)
        if problems:
            raise BadInput(*problems)
        made = self._hasher.hash(pin)
        with self._changed(number, record):
            self._set_hash(number, made)
            write(self._connection, "UPDATE staff SET disabled = 0 WHERE number = ?", (number,))
            self._lockout.forgive(number)

    @contextmanager
    def _changed(self, number: str, record: Recorded) -> Iterator[None]:
        """One change to an account, kept only once it is recorded: neither is left where a disk is full."""
        with self._lock, transaction(self._connection):
            yield
            row = self._row(number)
            if row is None:
                raise NotWritten(f"account {number} was not kept")
            record(account_digest(row["number"], row["role"], row["disabled"]))

    def _fits(self, stored: str, pin: str) -> bool:
        try:
            return self._hasher.verify(stored, pin.encode("utf-8", "replace"))
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise StaffDamaged("a stored PIN hash cannot be read") from error

    def _row(self, number: str) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM staff WHERE number = ?", (number,)
        ).fetchone()
        return found

    def _set_hash(self, number: str, made: str) -> None:
        write(self._connection, "UPDATE staff SET pin_hash = ? WHERE number = ?", (made, number))

    def _exists(self, number: str) -> bool:
        with self._lock:
            return self._row(number) is not None

    def _must_exist(self, number: str) -> None:
        if not self._exists(number):
            raise BadInput(Problem("staff", number, "no account of this number"))


def pin_problems(pin: str, number: str) -> list[Problem]:
    """Why a PIN will not do: too short, all one digit, a run, or the number itself. The PIN is never repeated back."""
    if not re.fullmatch(r"[0-9]{6,12}", pin):
        return [Problem("staff", "PIN", "must be 6 to 12 digits")]
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        return [Problem("staff", "PIN", "must not be one digit repeated, or digits in a row")]
    if number and number in pin and len(number) >= 4:
        return [Problem("staff", "PIN", "must not hold the staff number")]
    return []


def _account_problems(number: str, name: str, role: str) -> list[Problem]:
    problems = []
    if not re.fullmatch(r"[0-9]{1,8}", number):
        problems.append(Problem("staff", number, "a staff number is 1 to 8 digits"))
    if not 1 <= len(name.strip()) <= 60 or not name.isprintable():
        problems.append(Problem("staff", "name", "must be 1 to 60 printable characters"))
    if role not in {each.value for each in Role}:
        problems.append(Problem("staff", "role", f"must be one of {', '.join(Role)}"))
    return problems
