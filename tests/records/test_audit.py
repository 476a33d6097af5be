from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.command_line import app
from kiosk.records.audit.export import as_csv, as_jsonl
from kiosk.records.audit.log import KEY_FOLDER_VARIABLE, NotTheBreak, SealedAuditLog, key_folder_beside
from kiosk.records.audit.seal import AuditFault
from kiosk.records.database import DatabaseFault
from tests.support.tamperings import past_the_triggers
from tests.support.transcript import ManualClock


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[SealedAuditLog]:
    with closing(opened(tmp_path)) as book:
        yield book


def opened(folder: Path) -> SealedAuditLog:
    return SealedAuditLog.open(folder / "audit.db", folder / "seal", ManualClock())


def filled(folder: Path, count: int = 5) -> None:
    with closing(opened(folder)) as book:
        for number in range(count):
            book.record("refused", {"transaction": f"K{number}", "rule": "DND_ASK_STAFF"})


def tampered(folder: Path, *statements: str) -> None:
    with past_the_triggers(folder / "audit.db") as connection:
        for statement in statements:
            connection.execute(statement)


def finding(folder: Path) -> str:
    with closing(opened(folder)) as book:
        return str(book.verify())


def test_records_are_kept_in_order_and_go_on_after_a_restart(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    filled(tmp_path, 2)
    with closing(opened(tmp_path)) as book:
        assert [record.number for record in book.records()] == [1, 2, 3, 4, 5]
        assert book.verify() is None


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET kind = 'sale'"])
def test_the_table_is_append_only(tmp_path: Path, statement: str) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "audit.db")) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET facts = '{}' WHERE number = 3", "record 3: was changed"),
        ("UPDATE audit SET at = '2020' WHERE number = 2", "record 2: was changed"),
        ("DELETE FROM audit WHERE number = 3", "record 3: is missing"),
        ("DELETE FROM audit WHERE number >= 4", "record 4: is missing: there were at least 5 records"),
        ("DELETE FROM audit", "record 1: is missing: there were at least 5 records"),
        ("UPDATE audit SET number = 6 WHERE number = 5", "record 5: is missing"),
        (
            "INSERT INTO audit SELECT 6, at, kind, facts, previous, hash, seal FROM audit WHERE number = 5",
            "record 6: does not follow from the record before it",
        ),
    ],
)
def test_tampering_with_the_file_is_named_by_its_first_record(tmp_path: Path, statement: str, found: str) -> None:
    filled(tmp_path)
    tampered(tmp_path, statement)
    assert finding(tmp_path) == found


def test_a_truncated_book_stays_found_while_new_records_are_added(tmp_path: Path) -> None:
    filled(tmp_path)
    tampered(tmp_path, "DELETE FROM audit WHERE number >= 4")
    filled(tmp_path, 4)
    assert finding(tmp_path) == "record 4: tells of a break: record 4: is missing: there were at least 5 records"


def test_an_older_copy_put_back_is_found(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    old = (tmp_path / "audit.db").read_bytes()
    filled(tmp_path, 3)
    (tmp_path / "audit.db").write_bytes(old)
    assert finding(tmp_path) == "record 4: is missing: there were at least 6 records"


def test_a_break_that_is_answered_for_is_recorded_and_the_book_goes_on(tmp_path: Path) -> None:
    filled(tmp_path)
    tampered(tmp_path, "DELETE FROM audit WHERE number >= 4")
    with closing(opened(tmp_path)) as book:
        book.accept_break(book.broken, "7", "backup restored")
        assert book.verify() is None
        assert book.broken == ""
        assert book.records()[-1].kind == "audit_break_accepted"
        assert "backup restored" in book.records()[-1].facts
        with pytest.raises(NotTheBreak):
            book.accept_break("record 4: is missing: there were at least 5 records", "7", "again")
    tampered(tmp_path, "DELETE FROM audit WHERE number >= 4")
    assert finding(tmp_path) == "record 4: is missing: there were at least 4 records"


def test_a_changed_record_is_accepted_as_it_lies_there_and_no_further(tmp_path: Path) -> None:
    filled(tmp_path)
    tampered(tmp_path, "UPDATE audit SET kind = 'sale' WHERE number = 2")
    with closing(opened(tmp_path)) as book:
        with pytest.raises(NotTheBreak):
            book.accept_break("record 3: was changed", "7", "whatever")
        book.accept_break("record 2: was changed", "7", "a slip of the technician")
        assert book.verify() is None
    tampered(tmp_path, "UPDATE audit SET kind = 'void' WHERE number = 2")
    assert finding(tmp_path) == "record 2: was changed"


def test_accepting_a_change_accepts_no_missing_end_with_it(tmp_path: Path) -> None:
    filled(tmp_path)
    tampered(tmp_path, "UPDATE audit SET kind = 'sale' WHERE number = 2", "DELETE FROM audit WHERE number = 5")
    with closing(opened(tmp_path)) as book:
        book.accept_break("record 2: was changed", "7", "a slip of the technician")
    assert finding(tmp_path) == "record 5: tells of a break: record 5: is missing: there were at least 5 records"


def test_without_its_key_a_book_is_not_gone_on_with(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "seal" / "audit.key").unlink()
    with pytest.raises(AuditFault, match="key is gone"):
        opened(tmp_path)


@pytest.mark.parametrize("text", ["", "zz", "abcd", "é"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    filled(tmp_path)
    (tmp_path / "seal" / "audit.key").write_text(text)
    with pytest.raises(DatabaseFault):
        opened(tmp_path)


def test_key_and_anchor_are_the_owners_alone_and_may_lie_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "seal").iterdir()} == {0o600}
    assert key_folder_beside(tmp_path) == tmp_path / "seal"
    monkeypatch.setenv(KEY_FOLDER_VARIABLE, "/mnt/other")
    assert key_folder_beside(tmp_path) == Path("/mnt/other")


@pytest.mark.parametrize("name", ["bitting", "cuts", "cut_depths", "profile", "GCODE", "section_left"])
def test_the_shape_of_a_key_is_not_taken(audit: SealedAuditLog, name: str) -> None:
    with pytest.raises(ValueError, match="never recorded"):
        audit.record("sale", {name: "35244"})
    assert audit.records() == ()


def test_exports_say_what_the_records_say(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as book:
        book.record("approved", {"staff": "7", "transaction": "K1", "rule": "DND_ASK_STAFF", "reason": "letter"})
        book.record("staff_added", {"staff": "8", "name": '=HYPERLINK("http://x")'})
        records = book.records()
    objects = [json.loads(line) for line in as_jsonl(records)]
    assert objects[0]["facts"]["reason"] == "letter"
    rows = list(csv.reader(io.StringIO("\n".join(as_csv(records)))))
    assert rows[0] == ["number", "when", "kind", "transaction", "staff", "facts", "hash"]
    assert rows[1][3:6] == ["K1", "7", "reason=letter; rule=DND_ASK_STAFF"]
    assert rows[2][5].startswith("name==HYPERLINK")


def test_the_commands_verify_and_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner()
    filled(tmp_path)
    good = run.invoke(app, ["audit", "verify", "--data", str(tmp_path)])
    assert (good.exit_code, good.stdout) == (0, "5 records, each as it was written.\n")
    exported = run.invoke(
        app, ["audit", "export", "--format", "jsonl", "--since", "2026-01-01", "--data", str(tmp_path)]
    )
    assert len(exported.stdout.splitlines()) == 5
    later = run.invoke(app, ["audit", "export", "--format", "jsonl", "--since", "2026-01-02", "--data", str(tmp_path)])
    assert later.stdout == ""
    tampered(tmp_path, "UPDATE audit SET facts = '{}' WHERE number = 3")
    bad = run.invoke(app, ["audit", "verify", "--data", str(tmp_path)])
    assert bad.exit_code == 1
    assert "record 3" in bad.stderr
