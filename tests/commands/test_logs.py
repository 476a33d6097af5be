"""Whoever looks for what went wrong reads from a time on, and stays while the log grows and turns over."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kiosk.commands.logs as command
from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.logs import LOG_NAME, follow


def line(message: str, when: datetime | None = None, level: str = "info") -> str:
    time = (when or datetime.now(UTC)).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, "level": level, "where": "t", "message": message}) + "\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path


def said(data: Path, *more: str) -> str:
    ended = CliRunner().invoke(app, ["logs", "--data", str(data), *more])
    assert ended.exit_code == 0, ended.exception
    return ended.stdout


@pytest.mark.parametrize("since", ["3h", "180m", "10800s"])
def test_since_leaves_out_what_is_older_however_many_lines_follow(data: Path, since: str) -> None:
    now = datetime.now(UTC)
    recent = "".join(line(f"recent {number}", now - timedelta(hours=2)) for number in range(60))
    (data / "log" / LOG_NAME).write_text(line("old", now - timedelta(hours=5)) + recent)
    found = said(data, "--since", since)
    assert "old" not in found
    assert found.count("recent") == 60


def test_since_a_day_or_a_time(data: Path) -> None:
    (data / "log" / LOG_NAME).write_text(line("then", datetime(2026, 3, 1, 12, tzinfo=UTC)))
    assert "then" in said(data, "--since", "2026-02-27")
    assert "then" in said(data, "--since", "2026-03-01T12:00+00:00")
    assert "then" not in said(data, "--since", "2026-03-01T12:01+00:00")


def test_where_nothing_was_logged_yet_it_says_so(data: Path) -> None:
    ended = CliRunner().invoke(app, ["logs", "--data", str(data)])
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, "", "no log yet\n")
    (data / "log" / LOG_NAME).write_text(line("begun"))
    assert "no log yet" not in CliRunner().invoke(app, ["logs", "--data", str(data)]).output


@pytest.mark.parametrize("since", ["yesterday", "3 h", "5w", "-3h", "9999999h", "999999d", "2026-13-01"])
def test_what_is_no_time_is_told(data: Path, since: str) -> None:
    ended = CliRunner().invoke(app, ["logs", "--data", str(data), "--since", since])
    assert isinstance(ended.exception, BadInput)
    assert ended.exception.problems[0].file == "--since"


def test_what_is_written_while_one_watches_is_seen_through_torn_lines_and_rotations(data: Path) -> None:
    log = data / "log" / LOG_NAME
    log.write_text(line("before"))
    first, second = line("torn")[:20], line("torn")[20:]

    def append(text: str) -> None:
        with log.open("a") as file:
            file.write(text)

    def turn_over() -> None:
        append(line("last of the old file"))
        log.rename(log.with_suffix(".log.1"))

    happenings = iter(
        [
            lambda: append(line("one")),
            lambda: append(first),
            lambda: append(second),
            turn_over,
            lambda: log.write_text(line("first of the new file")),
            lambda: append("no json\n" + line("after")),
        ]
    )
    grown = follow(data / "log", lambda: next(happenings)())
    messages = [entry["message"] for entry in islice(grown, 5)]
    grown.close()
    assert messages == ["one", "torn", "last of the old file", "first of the new file", "after"]


def test_a_log_that_is_not_there_yet_is_waited_for(data: Path) -> None:
    waits = iter([lambda: None, lambda: (data / "log" / LOG_NAME).write_text(line("first"))])
    with closing(follow(data / "log", lambda: next(waits)())) as grown:
        assert next(grown)["message"] == "first"


def test_the_command_goes_on_until_it_is_told_to_stop(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = data / "log" / LOG_NAME
    log.write_text(line("old", datetime(2026, 3, 1, tzinfo=UTC)))

    class Clock(command.SystemClock):
        def sleep(self, duration_s: float) -> None:
            if "news" in log.read_text():
                raise KeyboardInterrupt
            with log.open("a") as file:
                file.write(line("news") + line("chatter", level="debug"))

    monkeypatch.setattr(command, "SystemClock", Clock)
    ended = CliRunner().invoke(app, ["logs", "-f", "--data", str(data)])
    assert [name for name in ("old", "news", "chatter") if name in ended.stdout] == ["old", "news"]
