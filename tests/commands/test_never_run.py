"""Whoever asks a kiosk for its books before it has run is told just that, not of a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.problems import BadInput
from kiosk.commands.books import one_line
from kiosk.data_paths import DataPaths
from kiosk.records.database import DiskRefused, NotBegun
from kiosk.records.journal.reader import read_only, rows_of


def test_a_kiosk_set_up_and_never_run_says_so(tmp_path: Path) -> None:
    file = DataPaths(tmp_path).operations
    with pytest.raises(BadInput) as told, one_line(file):
        rows_of(file, "operations", "SELECT 1")
    assert "this kiosk has not run yet" in str(told.value)
    assert "unable to open" not in str(told.value)


def test_a_file_that_is_there_and_cannot_be_read_is_another_matter(tmp_path: Path) -> None:
    journal = DataPaths(tmp_path).journal
    journal.mkdir()
    with pytest.raises(DiskRefused) as told, read_only(journal) as connection:
        connection.execute("SELECT 1 FROM sqlite_master")
    assert not isinstance(told.value, NotBegun)
    assert isinstance(told.value.__cause__, IsADirectoryError)
