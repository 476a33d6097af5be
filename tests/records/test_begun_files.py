"""A file that one part alone has opened, or a first start that ended in the middle, holds nothing of the others yet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import load_settings
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations import doctor_records
from kiosk.operations.doctor import Grade
from kiosk.operations.fleet import signed
from kiosk.operations.register_code import problem_of
from kiosk.records.database import DiskRefused, open_database
from kiosk.records.inventory import Inventory
from kiosk.records.journal import Journal, MachineRecord
from kiosk.records.journal.reader import sales
from kiosk.records.terminal_book import SqliteTerminalBook


def _a_test_cut(places: DataPaths) -> None:
    MachineRecord(places.journal, SystemClock()).close()


def _a_card_terminal(places: DataPaths) -> None:
    SqliteTerminalBook(places.journal).close()


def _a_start_that_ended_before_stock(places: DataPaths) -> None:
    Journal(places.journal, SystemClock(), simulated=False).close()


def _a_start_that_ended_before_any_table(places: DataPaths) -> None:
    for path in (places.journal, places.staff, places.operations):
        path.touch(mode=0o600)


def _an_office_document(places: DataPaths) -> None:
    open_database(places.operations, signed.DOCUMENT_MIGRATIONS, part=signed.PART).close()


@pytest.mark.parametrize(
    "begun",
    [
        _a_test_cut,
        _a_card_terminal,
        _a_start_that_ended_before_stock,
        _a_start_that_ended_before_any_table,
        _an_office_document,
    ],
)
def test_a_file_in_which_a_part_was_never_begun_is_read_as_none(
    tmp_path: Path, begun: Callable[[DataPaths], None]
) -> None:
    places, settings = DataPaths(tmp_path), load_settings(None, {})
    begun(places)
    for words in (["status"], ["report"], ["service", "visit"], ["staff", "list"]):
        ended = CliRunner().invoke(app, [*words, "--data", str(tmp_path)])
        assert ended.exit_code == 0, (words, ended.exception)
    stock = doctor_records.stock(places, settings.machine.magazine)
    assert (stock.grade, stock.found) == (Grade.WARN, "never counted")
    doctor_records.clock(places, settings.operations, datetime.now(UTC))
    on = settings.fleet.model_copy(update={"enabled": True})
    assert doctor_records.fleet_link(places, on).grade is not Grade.FAIL
    if places.journal.exists():
        assert problem_of(places.journal, "AB12-0349") == "names a sale this kiosk never made"
    Inventory(places.inventory, settings.machine.magazine).close()
    assert doctor_records.stock(places, settings.machine.magazine).grade is Grade.PASS


def test_a_table_that_was_there_and_is_gone_is_not_read_as_none(tmp_path: Path) -> None:
    path = DataPaths(tmp_path).journal
    Journal(path, SystemClock(), simulated=False).close()
    with closing(open_database(path, [])) as connection:
        connection.execute("DROP TABLE sale_step")
        connection.execute("DROP TABLE sale")
    with pytest.raises(DiskRefused, match="no such table"):
        sales(path)
