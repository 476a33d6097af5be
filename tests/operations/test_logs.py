"""Logs: structured, bounded, readable, and silent about values."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.operations import Logs
from hardware.errors import LinkLost
from kiosk.operations.logs import BoundedFile, for_people, install_logs, read_logs

LOGS = Logs(level="info", file_bytes=10_000, files=3)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BoundedFile]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield install_logs(tmp_path / "log", LOGS)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_a_line_is_json_with_the_known_fields_only(file: BoundedFile, tmp_path: Path) -> None:
    logging.getLogger("kiosk.session.machine").info("copy checked", extra={"transaction": "T1", "bitting": "35244"})
    (entry,) = read_logs(tmp_path / "log")
    assert (entry["message"], entry["transaction"], entry["level"]) == ("copy checked", "T1", "info")
    assert "35244" not in json.dumps(entry)


def test_an_exception_tells_its_type_and_place_and_only_our_own_words(file: BoundedFile, tmp_path: Path) -> None:
    for error in (ValueError("cuts 3 5 2 4 4"), LinkLost("port vanished")):
        try:
            raise error
        except (ValueError, LinkLost):
            logging.getLogger("kiosk").exception("failed")
    foreign, ours = read_logs(tmp_path / "log")
    assert foreign["exception"]["type"] == "ValueError"
    assert "3 5 2 4 4" not in json.dumps(foreign)
    assert "test_logs.py" in foreign["exception"]["at"][-1]
    assert ours["exception"]["text"] == "port vanished"
    assert "port vanished" in for_people(ours)
    assert "text withheld" in for_people(foreign)


def test_the_files_stay_within_their_bound_and_are_read_oldest_first(file: BoundedFile, tmp_path: Path) -> None:
    for number in range(1000):
        logging.getLogger("kiosk").info("a line", extra={"count": number})
    written = sum(path.stat().st_size for path in (tmp_path / "log").iterdir())
    assert written <= LOGS.file_bytes * (LOGS.files + 1)
    numbers = [entry["count"] for entry in read_logs(tmp_path / "log")]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 999


def test_a_full_disk_drops_lines_and_nothing_else(tmp_path: Path) -> None:
    file = BoundedFile(Path("/dev/full"), LOGS)
    file.stream = Path("/dev/full").open("w")  # noqa: SIM115 - the handler's own stream
    file.emit(logging.LogRecord("kiosk", logging.INFO, "x.py", 1, "a line", (), None))
    assert file.dropped == 1
    with pytest.raises(OSError, match="No space"):
        file.stream.close()
    file.stream = None
    file.close()


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kiosk.log").write_text('{"message": "whole"}\n[1]\n{"messa')
    assert [entry["message"] for entry in read_logs(tmp_path)] == ["whole"]
