"""Never believe a book that was altered, also while it is open.

Who would break it: an associate who approved what he should not have, with the technician's laptop for ten minutes; a
manager who wants last week's refunds gone; an intruder with a shell as the kiosk's own user. How: deleting or editing
records with sqlite3 while the kiosk runs, so that its next record is the seal on the lie; emptying a table; putting
yesterday's file back; exchanging the file under the running kiosk; deleting sales.db or staff.db so that it begins
anew; accepting a break that is not the one the owner was told of.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations import doctor_records
from kiosk.operations.doctor import Grade
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.journal import Journal, NewSale
from kiosk.records.kept_books import differences, hold, sales_book, staff_book
from kiosk.records.ownership import own_folders
from kiosk.staff.accounts import StaffAccounts
from kiosk.staff.requests import carry_out
from tests.support.tamperings import PUT_BACK_WITH_ITS_ANCHOR, WAYS, Desk, past_the_triggers, tried
from tests.support.transcript import ManualClock

PIN = "583920"


ALTERED_ACCOUNTS = {
    "a manager nobody added": "INSERT INTO staff SELECT '9', 'Ghost', 'manager', pin_hash, 0, made_utc_s FROM staff"
    " WHERE number = '2'",
    "an associate made a manager": "UPDATE staff SET role = 'manager' WHERE number = '2'",
    "a manager put out": "UPDATE staff SET disabled = 1 WHERE number = '1'",
    "a disabled account let in again": "UPDATE staff SET disabled = 0 WHERE number = '3'",
    "an account taken away": "DELETE FROM staff WHERE number = '2'",
}
"""What somebody with a shell writes into the accounts, past the commands."""


@pytest.mark.parametrize("altered", ALTERED_ACCOUNTS)
def test_an_account_that_is_not_as_the_commands_left_it_is_told(tmp_path: Path, altered: str) -> None:
    audit = SealedAuditLog.open(tmp_path / "audit.db", key_folder_beside(tmp_path), SystemClock())
    file = tmp_path / "staff.db"
    staff = StaffAccounts.open(file, SystemClock(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for number, role, pin in (("1", "manager", "190283"), ("2", "associate", "482913"), ("3", "manager", "730164")):
        carry_out(staff, audit, {"action": "staff_add", "number": number, "name": "N", "role": role, "pin": pin})
    carry_out(staff, audit, {"action": "staff_disable", "number": "3"})
    carry_out(staff, audit, {"action": "staff_reset_pin", "number": "2", "pin": "593817"})
    staff.close()
    hold(audit, [staff_book(file)])
    assert audit.broken == ""
    with sqlite3.connect(file) as connection:
        connection.execute(ALTERED_ACCOUNTS[altered])
    connection.close()
    assert differences(audit.records(), staff_book(file)) != ()
    hold(audit, [staff_book(file)])
    assert "staff.db" in audit.broken
    audit.close()


@pytest.mark.parametrize("online", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_book_that_was_altered_is_found_out_and_stays_so(
    way: Callable[[Desk], None], online: bool, tmp_path: Path
) -> None:
    assert tried(tmp_path, way, online=online, rng=random.Random(f"{way.__name__} {online}")) != ""


@pytest.mark.parametrize("way", PUT_BACK_WITH_ITS_ANCHOR, ids=lambda way: way.__name__.strip("_"))
def test_book_and_anchor_put_back_together_are_found_by_the_process_that_was_there(
    way: Callable[[Desk], None], tmp_path: Path
) -> None:
    assert tried(tmp_path, way, online=True, rng=random.Random(3))


def opened(folder: Path) -> SealedAuditLog:
    return SealedAuditLog.open(folder / "audit.db", folder / "seal", ManualClock())


def sql(path: Path, statement: str) -> None:
    with past_the_triggers(path) as connection:
        connection.execute(statement)


def test_records_deleted_while_the_kiosk_runs_are_told_by_its_next_record_and_for_ever(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        for number in range(5):
            book.record("approval", {"transaction": f"K{number}"})
        sql(tmp_path / "audit.db", "DELETE FROM audit WHERE number >= 4")
        book.record("sale", {"transaction": "K9"})
        assert "record 4: is missing" in book.broken
        for number in range(20):
            book.record("sale", {"transaction": f"K1{number}"})
    with closing(opened(tmp_path)) as book:
        book.record("start", {})
        assert str(book.verify()).startswith("record 4: tells of a break: record 4: is missing")


def test_the_records_of_an_open_book_whose_file_was_deleted_are_not_lost(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        for number in range(3):
            book.record("approval", {"transaction": f"K{number}"})
        for path in tmp_path.glob("audit.db*"):
            path.unlink()
        book.record("sale", {"transaction": "K9"})
    with closing(opened(tmp_path)) as book:
        kinds = [record.kind for record in book.records()]
        assert kinds == ["approval", "approval", "approval", "audit_broken", "sale"]


def test_a_file_laid_in_the_place_of_an_open_book_is_kept_aside_and_not_gone_on_with(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        book.record("approval", {"transaction": "K1"})
        (tmp_path / "other").write_bytes(b"not a book")
        (tmp_path / "other").rename(tmp_path / "audit.db")
        book.record("sale", {"transaction": "K9"})
    assert [path.read_bytes() for path in tmp_path.glob("audit.db.found-*")] == [b"not a book"]
    with closing(opened(tmp_path)) as book:
        assert [record.kind for record in book.records()] == ["approval", "audit_broken", "sale"]


def test_an_open_book_that_nobody_touched_says_nothing_of_a_break(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        for number in range(50):
            book.record("sale", {"transaction": f"K{number}"})
        (tmp_path / "audit.db").touch()
        book.record("sale", {"transaction": "K99"})
        assert book.broken == ""
        assert book.verify() is None
        assert {record.kind for record in book.records()} == {"sale"}


def test_a_power_cut_between_record_and_anchor_is_no_break(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        book.record("sale", {"transaction": "K1"})
        anchor = (tmp_path / "seal" / "audit.anchor").read_bytes()
        book.record("sale", {"transaction": "K2"})
    (tmp_path / "seal" / "audit.anchor").write_bytes(anchor)
    with closing(opened(tmp_path)) as book:
        assert book.broken == ""
        book.record("sale", {"transaction": "K3"})
        assert book.verify() is None


# Accepting a break


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kiosk's folder with a manager, an associate, five records after theirs, and the last one deleted."""
    folder, run = tmp_path_factory.mktemp("broken"), CliRunner()
    for number, role in (("7", "manager"), ("8", "associate")):
        arguments = ["staff", "add", number, "--name", "Ann", "--role", role, "--data", str(folder)]
        assert run.invoke(app, arguments, input=f"{PIN}\n").exit_code == 0
    with closing(opened(folder)) as book:
        book.record("approval", {"transaction": "K1"})
    sql(folder / "audit.db", "DELETE FROM audit WHERE kind = 'approval'")
    return folder


@pytest.fixture
def data(broken: Path, tmp_path: Path) -> Path:
    """One more like it: what is done to it is done to no other."""
    return shutil.copytree(broken, tmp_path / "data")


BREAK = "record 4: is missing: there were at least 4 records"


def accepted(data: Path, *, named: str = BREAK, manager: str = "7", pin: str = PIN) -> object:
    arguments = ["audit", "accept-break", "--break", named, "--reason", "known", "--manager", manager]
    answer = CliRunner().invoke(app, [*arguments, "--data", str(data)], input=f"{pin}\n")
    return answer.exit_code if answer.exit_code == 0 else answer.exception


def verified(data: Path) -> int:
    return CliRunner().invoke(app, ["audit", "verify", "--data", str(data)]).exit_code


def test_a_manager_accepts_exactly_the_break_that_is_there(data: Path) -> None:
    assert verified(data) == 1
    assert accepted(data) == 0
    assert verified(data) == 0
    sql(data / "audit.db", "UPDATE audit SET facts = '{}' WHERE number = 2")
    assert verified(data) == 1


@pytest.mark.parametrize(
    "otherwise",
    [
        {"named": "record 3: is missing: there were at least 4 records"},
        {"named": ""},
        {"pin": "583921"},
        {"manager": "8"},
        {"manager": "99"},
    ],
    ids=["another break", "no break", "a wrong PIN", "an associate", "nobody"],
)
def test_no_break_is_accepted_by_another_name_or_person(data: Path, otherwise: dict[str, str]) -> None:
    assert isinstance(accepted(data, **otherwise), BadInput)
    assert verified(data) == 1


def test_no_break_is_accepted_while_a_kiosk_runs(data: Path) -> None:
    with own_folders(data):
        assert "in use by process" in str(accepted(data))
    assert verified(data) == 1


# The other books


def sale(folder: Path, name: str) -> None:
    with closing(Journal(folder / "sales.db", SystemClock(), simulated=False)) as journal:
        journal.open_sale(NewSale(name, f"C{name}", "KW1", "brass", 1, 349, "USD", "register"))


def kept(folder: Path) -> str:
    """As a kiosk starts: every book is held against the audit. What is broken then."""
    Journal(folder / "sales.db", SystemClock(), simulated=False).close()
    StaffAccounts.open(folder / "staff.db", SystemClock()).close()
    with ExitStack() as stack:
        audit = stack.enter_context(
            closing(SealedAuditLog.open(folder / "audit.db", key_folder_beside(folder), SystemClock()))
        )
        hold(audit, [sales_book(folder / "sales.db"), staff_book(folder / "staff.db")])
        return audit.broken


def running(folder: Path) -> None:
    """A kiosk that has sold something."""
    assert kept(folder) == ""
    with closing(SealedAuditLog.open(folder / "audit.db", key_folder_beside(folder), SystemClock())) as audit:
        audit.record("start", {})
        for name in ("K1", "K2"):
            sale(folder, name)
            audit.record("sale", {"transaction": name})
    assert kept(folder) == ""


def without(folder: Path, name: str) -> None:
    for path in folder.glob(f"{name}*"):
        path.unlink()


@pytest.mark.parametrize("name", ["sales.db", "staff.db"])
def test_a_deleted_book_is_told_and_not_silently_begun_anew(name: str, tmp_path: Path) -> None:
    running(tmp_path)
    without(tmp_path, name)
    assert f"{name} is not the one kept before" in kept(tmp_path)
    assert f"{name} is not the one kept before" in kept(tmp_path), "told for ever, not only once"


def test_the_sales_of_yesterday_put_back_are_told(tmp_path: Path) -> None:
    running(tmp_path)
    shutil.copy(tmp_path / "sales.db", tmp_path / "yesterday")
    sale(tmp_path, "K3")
    with closing(SealedAuditLog.open(tmp_path / "audit.db", key_folder_beside(tmp_path), SystemClock())) as audit:
        audit.record("sale", {"transaction": "K3"})
    without(tmp_path, "sales.db")
    (tmp_path / "yesterday").rename(tmp_path / "sales.db")
    assert "sales.db lacks 1 sales that the audit tells of: K3" in kept(tmp_path)


def test_an_audit_taken_away_with_its_seal_is_told_by_the_sales_it_does_not_know(tmp_path: Path) -> None:
    running(tmp_path)
    without(tmp_path, "audit.db")
    shutil.rmtree(tmp_path / "seal")
    assert "the audit begins beside a sales.db that holds 2 entries" in kept(tmp_path)


def test_an_audit_begun_anew_by_an_account_does_not_take_up_the_sales_of_before(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    running(old)
    added = CliRunner().invoke(
        app, ["staff", "add", "1", "--name", "Boss", "--role", "manager", "--data", str(new)], input=f"{PIN}\n"
    )
    assert added.exit_code == 0, added.output
    shutil.copy(old / "sales.db", new / "sales.db")
    assert "the audit begins beside a sales.db that holds 2 entries" in doctor_records.audit(DataPaths(new)).found
    assert "the audit begins beside a sales.db that holds 2 entries" in kept(new)
    assert "the audit begins beside a sales.db that holds 2 entries" in kept(new), "told for ever, not only once"
    assert verified(new) == 1


def test_a_kiosk_begun_by_its_first_account_starts_whole(tmp_path: Path) -> None:
    added = CliRunner().invoke(
        app, ["staff", "add", "1", "--name", "Boss", "--role", "manager", "--data", str(tmp_path)], input=f"{PIN}\n"
    )
    assert added.exit_code == 0, added.output
    running(tmp_path)
    assert verified(tmp_path) == 0


def test_the_doctor_names_a_broken_book_before_the_kiosk_is_started_again(tmp_path: Path) -> None:
    running(tmp_path)
    places = DataPaths(tmp_path)
    assert doctor_records.audit(places).grade is Grade.PASS
    without(tmp_path, "sales.db")
    assert (doctor_records.audit(places).grade, doctor_records.audit(places).found) == (Grade.FAIL, "sales.db is gone")
    Journal(tmp_path / "sales.db", SystemClock(), simulated=False).close()
    assert "sales.db is not the one kept before" in doctor_records.audit(places).found


def test_a_command_for_another_folder_does_not_touch_the_seal_of_this_computers_kiosk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*words: str) -> str:
        ended = CliRunner().invoke(app, words, input="583920\n")
        return ended.output if ended.exit_code == 0 else f"{ended.exit_code} {ended.output} {ended.exception}"

    own, elsewhere, restored = tmp_path / "own", tmp_path / "elsewhere", tmp_path / "restored"
    monkeypatch.setenv("KIOSK_DATA", str(own))
    monkeypatch.setenv("KIOSK_AUDIT_KEY_FOLDER", str(tmp_path / "seal"))
    ann = ("staff", "add", "7", "--name", "Ann", "--role", "manager")
    assert "may sign in" in said(*ann)
    assert "may sign in" in said(*ann, "--data", str(elsewhere))
    for folder in (own, elsewhere):
        assert "each as it was written" in said("audit", "verify", "--data", str(folder))
    shutil.copytree(own, restored)
    assert "may sign in" in said("staff", "add", "8", "--name", "Bo", "--role", "associate")
    assert "there were at least 3 records" in said("audit", "verify", "--data", str(restored)), (
        "a backup is read with it"
    )
    refused = said("staff", "disable", "7", "--data", str(restored))
    assert "put the backup in place first" in refused
    assert "each as it was written" in said("audit", "verify")
