"""The first account made on a disk that is full, or fills up in the middle: all of it is kept, or nothing is."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from pytest_mock import MockerFixture
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_records import audit as audit_check
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.audit.reading import read_audit
from kiosk.records.audit.seal import AuditFault, SealFolder
from kiosk.staff.accounts import StaffAccounts

WRITES: dict[str, tuple[object, str]] = {
    "room": (os, "posix_fallocate"),
    "write": (os, "fsync"),
    "rename": (Path, "replace"),
}


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_: "a hash")


def add(data: Path, number: str = "7", role: str = "manager") -> str:
    """What a command to make an account says; "" where it is refused in one line."""
    words = ["staff", "add", number, "--name", "Ann", "--role", role, "--data", str(data)]
    ended = CliRunner().invoke(app, words, input="583920\n")
    if ended.exit_code == 0:
        return ended.stdout
    assert isinstance(ended.exception, BadInput), ended.exception
    assert "No space left" in str(ended.exception)
    return ""


def accounts_and_records(data: Path) -> tuple[set[str], set[str]]:
    """Who may sign in, and who does by the audit; the audit holds."""
    places = DataPaths(data)
    staff = {each.number for each in StaffAccounts.open(places.staff, SystemClock()).accounts()}
    records, finding = read_audit(places.audit, key_folder_beside(data))
    assert finding is None
    return staff, {json.loads(each.facts)["staff"] for each in records if each.kind == "staff_added"}


@pytest.mark.parametrize("kind", WRITES)
def test_whichever_write_is_the_first_to_find_the_disk_full_nothing_half_is_left(
    kind: str, tmp_path: Path, mocker: MockerFixture
) -> None:
    where, name = WRITES[kind]
    real = getattr(where, name)
    good_until = 0
    while True:
        done, data = 0, tmp_path / f"{kind}-{good_until}"

        def full(*given: Any, at: int = good_until, **more: Any) -> Any:
            nonlocal done
            done += 1
            if done > at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/full")
            return real(*given, **more)

        mocker.patch.object(where, name, full)
        said = add(data)
        mocker.stopall()
        if said:
            break
        places = DataPaths(data)
        if places.audit.exists():
            assert audit_check(places).grade is not Grade.FAIL
        assert "may sign in" in add(data), "room again: the same command does it"
        assert accounts_and_records(data) == ({"7"}, {"7"})
        good_until += 1
    assert good_until >= 1


def test_an_account_that_could_not_be_recorded_is_not_made_nor_changed(tmp_path: Path, mocker: MockerFixture) -> None:
    assert add(tmp_path)
    mocker.patch.object(SealFolder, "prepare", side_effect=AuditFault("No space left"))
    assert not add(tmp_path, "8")
    assert not add(tmp_path, "9", "associate")
    for words in (("reset-pin", "7"), ("disable", "7")):
        assert CliRunner().invoke(app, ["staff", *words, "--data", str(tmp_path)], input="940172\n").exit_code != 0
    mocker.stopall()
    assert accounts_and_records(tmp_path) == ({"7"}, {"7"})
    assert add(tmp_path, "8", "associate")
    assert accounts_and_records(tmp_path) == ({"7", "8"}, {"7", "8"})


def test_a_key_that_was_taken_away_is_missed_however_little_was_recorded(tmp_path: Path) -> None:
    assert add(tmp_path)
    (tmp_path / "seal" / "audit.key").unlink()
    ended = CliRunner().invoke(app, ["audit", "verify", "--data", str(tmp_path)])
    assert "the audit's key is gone" in str(ended.exception)
    for path in tmp_path.glob("audit.db*"):
        path.unlink()
    with pytest.raises(AuditFault, match="key is gone"):
        SealedAuditLog.open(tmp_path / "audit.db", tmp_path / "seal", SystemClock())
