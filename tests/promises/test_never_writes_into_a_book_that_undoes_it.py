"""Never write into a book that undoes what is written, nor say that something is kept which is not.

Who would break it: somebody with a shell as the kiosk's own user, or with the technician's laptop. How: a trigger put
into a book once, which from then on deletes each refund's row, sets back what was refunded, or swallows the audit's
record of an account; a view in a table's place; a column or a check of another meaning; an index that forbids a second
row; a form's version set back. Before the kiosk starts, or while it runs.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from hardware.payment.book import Entry, Standing
from kiosk.__main__ import main
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations import doctor_records
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_records import KNOWN
from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, Outbox
from kiosk.records.audit.log import SealedAuditLog
from kiosk.records.database import (
    DatabaseAltered,
    NotWritten,
    check_form,
    open_database,
)
from kiosk.records.form import NAMES, form
from kiosk.records.journal import Journal, NewSale, Refund, SaleStep
from kiosk.records.journal.machine import FailureKind, MachineRecord
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.staff.accounts import StaffAccounts
from kiosk.staff.code_tries import CodeTries
from tests.support.books import PARTS_OF, begun, sql
from tests.support.transcript import ManualClock

FIRST_TABLE = {"sales.db": "sale", "operations.db": "outbox", "audit.db": "audit", "staff.db": "staff"}
IGNORED = "BEGIN SELECT RAISE(IGNORE); END"


def altered_words(path: Path, table: str, was: str, now: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        done = connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ? AND instr(sql, ?)", (was, now, table, was)
        )
        assert done.rowcount == 1


def refused(path: Path) -> str:
    part = PARTS_OF[path.name][0]
    with pytest.raises(DatabaseAltered) as caught:
        open_database(path, KNOWN[part], part=part).close()
    assert caught.value.code == "DATABASE_ALTERED"
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value.found


PUT_IN: dict[str, Callable[[str], str]] = {
    "trigger put_in": lambda table: f"CREATE TRIGGER put_in AFTER INSERT ON {table} BEGIN SELECT 1; END",
    "view put_in": lambda table: f"CREATE VIEW put_in AS SELECT * FROM {table}",
    "table put_in": lambda _: "CREATE TABLE put_in (x TEXT)",
    "index put_in": lambda table: f"CREATE INDEX put_in ON {table} (rowid)",
}


@pytest.mark.parametrize("book", PARTS_OF)
@pytest.mark.parametrize("thing", PUT_IN)
def test_a_book_with_something_put_in_is_not_opened_and_both_are_named(tmp_path: Path, book: str, thing: str) -> None:
    path = begun(tmp_path, book)
    column = {"sales.db": "number", "operations.db": "sequence", "audit.db": "number", "staff.db": "number"}[book]
    sql(path, PUT_IN[thing](FIRST_TABLE[book]).replace("rowid", column))
    assert refused(path) == f"{thing} is not the kiosk's"
    found = doctor_records.databases(DataPaths(tmp_path))
    assert found.grade is Grade.FAIL
    assert found.found == f"{book}: DATABASE_ALTERED ({thing} is not the kiosk's)"


@pytest.mark.parametrize("book", PARTS_OF)
def test_a_book_whose_table_is_not_as_it_was_made_is_not_opened(tmp_path: Path, book: str) -> None:
    path = begun(tmp_path, book)
    sql(path, f"ALTER TABLE {FIRST_TABLE[book]} ADD COLUMN put_in TEXT")
    part = next(each for each in PARTS_OF[book] if FIRST_TABLE[book] in NAMES[each])
    with pytest.raises(DatabaseAltered, match=f"table {FIRST_TABLE[book]} was altered"):
        open_database(path, KNOWN[part], part=part)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DROP INDEX refund_of", "index refund_of is gone"),
        ("UPDATE schema_part SET version = 1 WHERE part = 'journal'", "table sale was altered"),
        ("DELETE FROM schema_part WHERE part = 'journal'", "table sale is not the kiosk's"),
        ("DELETE FROM schema_part WHERE part = 'machine'", "table machine is not the kiosk's"),
        ("ALTER TABLE schema_part ADD COLUMN x TEXT", "table schema_part was altered"),
        ("ALTER TABLE file_identity ADD COLUMN x TEXT", "table file_identity was altered"),
        ("CREATE TRIGGER t AFTER UPDATE ON slot BEGIN DELETE FROM refund; END", "trigger t is not the kiosk's"),
        ("CREATE TRIGGER letter AFTER UPDATE ON slot BEGIN SELECT 1; END", "trigger letter is not the kiosk's"),
    ],
)
def test_every_other_way_to_alter_a_form_is_named(tmp_path: Path, statement: str, found: str) -> None:
    path = begun(tmp_path, "sales.db")
    sql(path, statement)
    assert refused(path) == found


def test_a_check_taken_out_past_sqls_own_words_is_named(tmp_path: Path) -> None:
    path = begun(tmp_path, "sales.db")
    altered_words(path, "refund", "CHECK (copies >= 0)", "")
    assert refused(path) == "table refund was altered"


def test_spaces_and_quotes_of_another_sqlite_are_the_same_form(tmp_path: Path) -> None:
    path = begun(tmp_path, "sales.db")
    altered_words(path, "refund", "CREATE TABLE refund (", 'CREATE  TABLE "refund"(')
    open_database(path, KNOWN["journal"], part="journal").close()


@pytest.mark.parametrize("part", KNOWN)
def test_a_file_migrated_from_every_earlier_form_is_opened_and_whole(tmp_path: Path, part: str) -> None:
    for version in range(len(KNOWN[part])):
        path = tmp_path / f"from-{version}.db"
        open_database(path, KNOWN[part][:version], part=part).close()
        open_database(path, KNOWN[part], part=part).close()
        with closing(open_database(path, KNOWN[part], part=part)) as connection:
            check_form(connection, KNOWN)


@pytest.mark.parametrize("part", KNOWN)
def test_tables_and_indexes_of_each_part_are_known_to_those_beside_it(part: str) -> None:
    made = form(tuple(KNOWN[part])).keys() - {"sqlite_sequence"}
    assert made - {"audit_keeps_records", "audit_keeps_words"} == NAMES[part]


def test_a_trigger_put_in_while_a_book_is_open_ends_the_next_write_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    with closing(sold(tmp_path / "sales.db")) as journal:
        sql(tmp_path / "sales.db", "CREATE TRIGGER t AFTER INSERT ON refund BEGIN DELETE FROM refund; END")
        with pytest.raises(DatabaseAltered, match="trigger t is not the kiosk's"):
            journal.claim_refund("T")
        assert journal.refunds("T") == ()


def test_a_part_begun_by_another_program_while_a_book_is_open_ends_nothing(tmp_path: Path) -> None:
    with closing(sold(tmp_path / "sales.db")) as journal:
        MachineRecord(tmp_path / "sales.db", ManualClock()).close()
        journal.claim_refund("T")
        assert len(journal.refunds("T")) == 1


def test_a_running_audit_records_nothing_into_a_book_altered_beneath_it(tmp_path: Path) -> None:
    with closing(SealedAuditLog.open(tmp_path / "audit.db", tmp_path / "seal", ManualClock())) as audit:
        audit.record("start", {})
        sql(tmp_path / "audit.db", f"CREATE TRIGGER t BEFORE INSERT ON audit WHEN NEW.kind = 'sale' {IGNORED}")
        with pytest.raises(DatabaseAltered, match="trigger t"):
            audit.record("sale", {"transaction": "K1"})


# What was not written is not said to be done


def sold(path: Path) -> Journal:
    journal = Journal(path, ManualClock(), simulated=False)
    journal.open_sale(NewSale("T", "AB12", "KW1", "brass", 1, 349, "USD", "card"))
    for step in (SaleStep.RESERVED, SaleStep.DELIVERED, SaleStep.CAPTURED, SaleStep.CLOSED):
        journal.write("T", step)
    return journal


def swallowing(keeper: Any, event: str) -> None:
    """A trigger of the connection's own leaves no trace in the file: only what was written tells."""
    keeper._connection.execute(f"CREATE TEMP TRIGGER swallow BEFORE {event} {IGNORED}")


@pytest.mark.parametrize(
    ("event", "act"),
    [
        ("INSERT ON main.refund", lambda journal: journal.claim_refund("T")),
        ("UPDATE ON main.sale", lambda journal: journal.claim_refund("T")),
        ("INSERT ON main.sale_step", lambda journal: journal.claim_refund("T")),
        ("UPDATE OF refunded ON main.sale", lambda journal: refund_done(journal)),
        ("UPDATE ON main.refund", lambda journal: refund_done(journal)),
    ],
)
def test_a_refund_of_which_anything_was_not_written_is_an_error(
    tmp_path: Path, event: str, act: Callable[[Journal], None]
) -> None:
    with closing(sold(tmp_path / "sales.db")) as journal:
        swallowing(journal, event)
        with pytest.raises(NotWritten, match=r"sales\.db"):
            act(journal)
        assert journal.sale("T").refunded == 0


def refund_done(journal: Journal) -> None:
    journal.claim_refund("T")
    (refund,) = journal.open_refunds("T")
    journal.refund_done("T", Refund(refund.number, refund.amount_minor))


def test_nothing_of_the_machine_is_noted_in_vain(tmp_path: Path) -> None:
    with closing(MachineRecord(tmp_path / "sales.db", ManualClock())) as machine:
        machine.note_fault("FIRST")
        machine.note_fault("SECOND")
        assert machine.fault == "FIRST"
        machine._connection.execute(f"CREATE TEMP TRIGGER one BEFORE UPDATE ON main.machine {IGNORED}")
        machine._connection.execute(f"CREATE TEMP TRIGGER two BEFORE INSERT ON main.failure {IGNORED}")
        acts: tuple[Callable[[], None], ...] = (
            lambda: machine.note_fault("A"),
            lambda: machine.clamp_used("sale"),
            machine.clamp_emptied,
            lambda: machine.failed(FailureKind.COPY, 1),
        )
        for act in acts:
            with pytest.raises(NotWritten):
                act()


def test_a_wrong_code_or_a_terminals_entry_that_is_not_counted_is_an_error(tmp_path: Path) -> None:
    with closing(CodeTries(tmp_path / "sales.db", ManualClock(), "boot")) as tries:
        swallowing(tries, "INSERT ON main.code_try")
        with pytest.raises(NotWritten):
            tries.begin()
    terminal = SqliteTerminalBook(tmp_path / "sales.db")
    swallowing(terminal, "INSERT ON main.terminal_entry")
    with pytest.raises(NotWritten):
        terminal.write(Entry("T", next(iter(Standing)), 349, begun_s=0.0))
    terminal._connection.close()


@pytest.mark.parametrize("when", [f"BEFORE INSERT ON main.audit {IGNORED}", "AFTER INSERT ON main.audit BEGIN"])
def test_a_record_the_audits_chain_does_not_go_on_with_is_an_error(tmp_path: Path, when: str) -> None:
    if when.endswith("BEGIN"):
        when += " DELETE FROM audit WHERE number = NEW.number; END"
    with closing(SealedAuditLog.open(tmp_path / "audit.db", tmp_path / "seal", ManualClock())) as audit:
        audit.record("start", {})
        audit._connection.execute("DROP TRIGGER audit_keeps_records")
        audit._connection.form_seen = audit._connection.execute("PRAGMA schema_version").fetchone()[0]
        audit._written = ()
        audit._connection.execute(f"CREATE TEMP TRIGGER swallow {when}")
        with pytest.raises(NotWritten):
            audit._append("sale", "{}")
        assert len(audit.records()) == 1


@pytest.mark.parametrize("event", ["INSERT", "UPDATE"])
def test_an_account_that_was_not_written_is_not_said_to_be(tmp_path: Path, event: str) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    staff = StaffAccounts.open(tmp_path / "staff.db", ManualClock(), hasher, "boot")
    with closing(staff):
        staff.add("1", "N", "manager", "190283")
        staff.add("2", "N", "manager", "730164")
        swallowing(staff, f"{event} ON main.staff")
        acts = {
            "INSERT": (lambda: staff.add("3", "N", "associate", "482913"),),
            "UPDATE": (lambda: staff.disable("2"), lambda: staff.reset_pin("2", "593817")),
        }
        for act in acts[event]:
            with pytest.raises(NotWritten):
                act()


def test_an_account_that_is_gone_once_written_is_not_said_to_be(tmp_path: Path) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with closing(StaffAccounts.open(tmp_path / "staff.db", ManualClock(), hasher, "boot")) as staff:
        staff._connection.execute("CREATE TEMP TRIGGER t AFTER INSERT ON main.staff BEGIN DELETE FROM staff; END")
        with pytest.raises(NotWritten):
            staff.add("1", "N", "manager", "190283")


def test_an_event_that_was_not_written_is_an_error(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "operations.db", OUTBOX_MIGRATIONS, part="outbox")) as connection:
        outbox = Outbox(connection)
        connection.execute(f"CREATE TEMP TRIGGER t BEFORE INSERT ON main.outbox {IGNORED}")
        with pytest.raises(NotWritten):
            outbox.append("started", {}, ManualClock().utc())


# With the commands


def said_by(words: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], pin: str = "") -> str:
    """What `kiosk WORDS` says on standard error, ending with status 2 and having said nothing else."""
    monkeypatch.setattr("sys.argv", ["kiosk", *words.split()])
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.count("\n") == 1
    return told.err


def test_an_account_whose_record_a_trigger_swallows_is_not_made_and_the_command_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = f"--name Ann --role manager --data {tmp_path}"
    first = CliRunner().invoke(app, ["staff", "add", "1", *words.split()], input="190283\n")
    assert first.exit_code == 0, first.output
    sql(tmp_path / "audit.db", f"CREATE TRIGGER t BEFORE INSERT ON audit WHEN NEW.kind = 'staff_added' {IGNORED}")
    said = said_by(f"staff add 2 {words}", monkeypatch, capfd, "730164")
    assert "DATABASE_ALTERED" in said
    assert "audit.db: trigger t is not the kiosk's" in said
    with closing(sqlite3.connect(tmp_path / "staff.db")) as connection:
        assert connection.execute("SELECT number FROM staff").fetchall() == [("1",)]


@pytest.mark.parametrize("book", ["staff.db", "operations.db"])
def test_a_command_that_writes_into_an_altered_book_says_which_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], book: str
) -> None:
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    sql(begun(tmp_path, book), f"CREATE TRIGGER t BEFORE INSERT ON {FIRST_TABLE[book]} {IGNORED}")
    (tmp_path / "signed").write_text("{}")
    words = {
        "staff.db": f"staff add 1 --name Ann --role manager --data {tmp_path}",
        "operations.db": f"fleet take {tmp_path / 'signed'} --kind settings --data {tmp_path}",
    }
    said = said_by(words[book], monkeypatch, capfd, "190283")
    assert "DATABASE_ALTERED" in said
    assert f"{book}: trigger t is not the kiosk's" in said
