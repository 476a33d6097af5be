"""Structured logs: one JSON object a line in bounded files, and a view of them for people.

Responsible for: form, rotation, bounds, and keeping foreign text out. Not responsible for: what is worth logging.

A log call names what happened in a constant sentence and puts figures into `extra`; only the fields of `FIELDS` are
written. Of an exception its type and the places in the code are written, and its text only when it is one of ours or
the operating system's: the texts of other libraries may quote the values they stumbled over.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from config.operations import Logs
from config.ordinary_file import ordinary
from config.problems import BadInput
from hardware.errors import HardwareFault
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import DatabaseFault

FIELDS = (
    "transaction",
    "state",
    "event",
    "step",
    "code",
    "rule",
    "verdict",
    "outcome",
    "blank",
    "slot",
    "count",
    "amount_minor",
    "duration_s",
    "retry_s",
    "attempt",
    "reason",
    "kiosk",
    "document",
    "version",
    "file",
    "setting",
    "port",
    "line_number",
    "largest_error_mm",
)
TEXT_LOGGED = (HardwareFault, DatabaseFault, BadInput, OSError)
LOG_NAME = "kiosk.log"


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        moment = datetime.fromtimestamp(record.created, UTC)
        if record.__dict__.get("after_a_cut"):
            moment = quarter_of(moment)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = exception_facts(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class BoundedFile(RotatingFileHandler):
    """A rotating file that never stops the kiosk: what a full disk refuses is counted, not raised."""

    def __init__(self, path: Path, logs: Logs) -> None:
        super().__init__(path, maxBytes=logs.file_bytes, backupCount=logs.files, encoding="utf-8", delay=True)
        self.dropped = 0

    def _open(self) -> Any:
        path = Path(self.baseFilename)
        if path.exists():
            ordinary(path)
        stream = super()._open()
        path.chmod(0o640)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        """Count a line that could not be written."""
        self.dropped += 1


def install_logs(folder: Path, logs: Logs) -> BoundedFile:
    """Send all logging to `folder`/kiosk.log and warnings to stderr; returns the file's handler.

    Raises:
        OSError: the folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if (handler.name or "").startswith("kiosk ")]:
        root.removeHandler(handler)
        handler.close()
    file = BoundedFile(folder / LOG_NAME, logs)
    file.setFormatter(JsonLines())
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    console.setLevel(logging.WARNING)
    file.set_name("kiosk file")
    console.set_name("kiosk console")
    root.addHandler(file)
    root.addHandler(console)
    root.setLevel(logs.level.upper())
    return file


def exception_facts(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: types, our own words, places in the code; never values."""
    said: dict[str, Any] = {
        "type": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)],
    }
    if isinstance(error, TEXT_LOGGED):
        said["text"] = str(error)
    if error.__cause__ is not None:
        said["cause"] = exception_facts(error.__cause__)
    return said


def read_logs(folder: Path) -> Iterator[dict[str, Any]]:
    """Every line of the kept files, oldest first; a torn last line is passed over."""
    numbered = (path for path in folder.glob(f"{LOG_NAME}.*") if path.suffix[1:].isdecimal())
    kept = sorted(numbered, key=lambda path: -int(path.suffix[1:]))
    for path in (*kept, folder / LOG_NAME):
        try:
            with ordinary(path).open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    yield from _entry(line)
        except FileNotFoundError:
            continue


def follow(folder: Path, wait: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """Every line written from this call on, for ever, through rotations; `wait` is called while there is none."""
    path = folder / LOG_NAME
    return _followed(path, _opened(path, at_end=True), wait)


def _followed(path: Path, file: TextIO | None, wait: Callable[[], None]) -> Iterator[dict[str, Any]]:
    torn = ""
    try:
        while True:
            line = file.readline() if file is not None else ""
            torn += line
            if torn.endswith("\n"):
                yield from _entry(torn)
                torn = ""
            elif not line and not _is_still(path, file):
                if file is not None:
                    file.close()
                file, torn = _opened(path), ""
                if file is None:
                    wait()
            elif not line:
                wait()
    finally:
        if file is not None:
            file.close()


def _opened(path: Path, *, at_end: bool = False) -> TextIO | None:
    try:
        file = ordinary(path).open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    if at_end:
        file.seek(0, os.SEEK_END)
    return file


def _is_still(path: Path, file: TextIO | None) -> bool:
    """Whether the name still means the open file: a rotation gives it to a new one."""
    try:
        return file is not None and path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


def _entry(line: str) -> Iterator[dict[str, Any]]:
    try:
        entry = json.loads(line)
    except ValueError:
        return
    if isinstance(entry, dict):
        yield entry


def for_people(entry: dict[str, Any]) -> str:
    """One line of a log as a person reads it."""
    figures = " ".join(f"{name}={entry[name]}" for name in FIELDS if name in entry)
    failed = entry.get("exception")
    error = f"  [{failed.get('type')}: {failed.get('text', 'text withheld')}]" if isinstance(failed, dict) else ""
    time = str(entry.get("time", "?"))[:23].replace("T", " ")
    level, where, message = (entry.get(name, "?") for name in ("level", "where", "message"))
    return f"{time} {level!s:<8}{where}: {message} {figures}{error}".rstrip()
