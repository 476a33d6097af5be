"""Whoever asks a kiosk for its books before it has run is told just that, not of a disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.records.database import DiskRefused, NotBegun
from kiosk.records.journal.reader import read_only


@pytest.mark.parametrize(
    "words",
    [
        ["service", "work-order", "--staff", "7", "--out", "order.txt"],
    ],
    ids=" ".join,
)
def test_a_kiosk_set_up_and_never_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    monkeypatch.setenv("KIOSK_AUDIT_KEY_FOLDER", str(tmp_path / "seal"))
    (tmp_path / "data").mkdir()
    ended = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")])
    assert isinstance(ended.exception, BadInput), ended.output
    assert "this kiosk has not run yet" in str(ended.exception)
    assert "unable to open" not in str(ended.exception)


def test_a_file_that_is_there_and_cannot_be_read_is_another_matter(tmp_path: Path) -> None:
    journal = DataPaths(tmp_path).journal
    journal.mkdir()
    with pytest.raises(DiskRefused) as told, read_only(journal) as connection:
        connection.execute("SELECT 1 FROM sqlite_master")
    assert not isinstance(told.value, NotBegun)
    assert isinstance(told.value.__cause__, sqlite3.OperationalError)
