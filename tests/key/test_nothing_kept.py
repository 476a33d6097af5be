"""The proof that nothing is kept is worth what its search finds: a leak is planted in every place it looks at."""

from __future__ import annotations

import ctypes
import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from kiosk.commands import prove as command
from kiosk.key.secrecy import OVERWRITTEN_WHEN_FREED, overwrite_spare_memory
from kiosk.key.spellings import Quarry, Trace
from kiosk.operations.nothing_kept import Searched, near_numbers, search
from tests.cutting.keys import catalogue
from tests.support.paths import ROOT

SPINE_Y_MM = -30.0
SPEC = catalogue().keyway_of["SC1"].spec
assert SPEC is not None
CANARY = Quarry(tuple("274914"), SPEC)
ROOTS = CANARY.roots_mm
GCODE = "\n".join(f"G1 X{-84 + n * 3.96:.3f} Y{SPINE_Y_MM + root:.3f} F480" for n, root in enumerate(ROOTS))

HOLDS = """
import sys
from array import array
held = eval(sys.stdin.readline())
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def process_that_holds(expression: str) -> Iterator[int]:
    """A process with something in its memory and nowhere else."""
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{expression}\n".encode())
        child.stdin.flush()
        assert child.stdout.readline() == b"held\n"
        yield child.pid
        child.kill()


def database(path: Path, value: str, *, checkpoint: bool, delete: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.execute("INSERT INTO t VALUES (?)", (value,))
    connection.commit()
    if delete:
        connection.execute("DELETE FROM t")
        connection.commit()
    if checkpoint:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def leaves_database(*, checkpoint: bool, delete: bool) -> Callable[[Path], object]:
    return lambda folder: database(folder / "sales.db", "cut 274914", checkpoint=checkpoint, delete=delete)


FILES: dict[str, Callable[[Path], object]] = {
    "a log line": lambda folder: (folder / "kiosk.log").write_text("INFO cutting 2-7-4-9-1-4\n"),
    "a packed log": lambda folder: (folder / "kiosk.log.1.gz").write_bytes(gzip.compress(b"codes 2 7 4 9 1 4")),
    "a flight record": lambda folder: (folder / "flight.jsonl").write_text('{"codes": ["2", "7", "4", "9", "1", "4"]}'),
    "a core dump": lambda folder: (folder / "core.1234").write_bytes(bytes(50_000) + b"274914" + bytes(50_000)),
    "a temporary file": lambda folder: (folder / "tmpx1").write_text(", ".join(f"{root:.3f}" for root in ROOTS)),
    "a database page": leaves_database(checkpoint=True, delete=False),
    "a page that was let go of": leaves_database(checkpoint=True, delete=True),
    "a write-ahead log": leaves_database(checkpoint=False, delete=False),
    "G-code": lambda folder: (folder / "job.nc").write_text(GCODE),
    "an array": lambda folder: np.array(ROOTS).tofile(folder / "array.bin"),
    "a short array": lambda folder: np.array(ROOTS, np.float32).tofile(folder / "array.f32"),
    "a name": lambda folder: (folder / "key-274914.png").touch(),
    "wide text": lambda folder: (folder / "note.txt").write_bytes("274914".encode("utf-16-le")),
    "inches": lambda folder: (folder / "n").write_text(" ".join(f"{root / 25.4:.4f}" for root in ROOTS)),
    "backwards": lambda folder: (folder / "n").write_text("419472"),
    "depths": lambda folder: (folder / "n").write_text(" ".join(f"{SPEC.blade_height_mm - r:.2f}" for r in ROOTS)),
}
MEMORY = {
    "text": "' '.join('274914')",
    "numbers": f"array('d', {list(ROOTS)!r})",
    "short numbers": f"array('f', {list(ROOTS)!r})",
    "G-code": repr(GCODE),
    "numbers as measured": f"array('d', {[mm + 0.01 * (-1) ** n for n, mm in enumerate(ROOTS)]!r})",
    "a list of numbers": f"[float(mm) + 0.02 for mm in {list(ROOTS)!r}]",
    "rows of a table": f"array('d', [x for mm in {list(ROOTS)!r} for x in (mm - 0.03, 1.0, 2.0)])",
    "depths backwards": f"array('d', {[SPEC.blade_height_mm - mm for mm in ROOTS[::-1]]!r})",
}


@pytest.mark.parametrize("leak", FILES)
@pytest.mark.parametrize("anybodys", [False, True], ids=["own folder", "folder of the whole computer"])
def test_a_leak_in_a_file_is_found(leak: str, anybodys: bool, tmp_path: Path) -> None:
    planted = FILES[leak](tmp_path)
    folders, elsewhere = ([], [tmp_path]) if anybodys else ([tmp_path], [])
    found = search(CANARY, folders, since_s=0.0, anybodys=elsewhere, spine_y_mm=SPINE_Y_MM)
    if isinstance(planted, sqlite3.Connection):
        planted.close()
    assert found.traces, leak
    assert not found.clean


@pytest.mark.parametrize("leak", MEMORY)
def test_a_leak_in_memory_is_found(leak: str) -> None:
    with process_that_holds(MEMORY[leak]) as pid:
        found = search(CANARY, [], [pid], anybodys=(), spine_y_mm=SPINE_Y_MM)
    assert any(trace.where.startswith(f"memory of {pid}") for trace in found.traces)


def test_a_deleted_file_that_is_still_open_is_found(tmp_path: Path) -> None:
    (tmp_path / "gone").write_text("274914")
    with process_that_holds(f"[held := open({str(tmp_path / 'gone')!r}), __import__('os').unlink(held.name)]") as pid:
        found = search(CANARY, [tmp_path], [pid], anybodys=())
    assert any("deleted" in trace.where for trace in found.traces)


def test_where_nothing_was_left_nothing_is_found(tmp_path: Path) -> None:
    book = database(tmp_path / "sales.db", "sold SC1", checkpoint=False, delete=False)
    with closing(book), process_that_holds("'sold SC1 at 349'") as pid:
        found = search(CANARY, [tmp_path], [pid], anybodys=(), spine_y_mm=SPINE_Y_MM)
    assert found.clean
    assert found.files >= 2
    assert found.memory_bytes > 1_000_000


def test_what_could_not_be_looked_at_is_not_nothing_there(tmp_path: Path) -> None:
    found = search(CANARY, [], [2**22 - 1], anybodys=())
    assert found.not_searched
    assert not found.clean


def test_only_what_is_new_counts_in_folders_of_the_whole_computer(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("274914")
    later_s = (tmp_path / "old").stat().st_mtime + 1
    assert search(CANARY, [], anybodys=[tmp_path], since_s=later_s).clean


def test_the_page_says_what_was_found_and_never_the_key() -> None:
    clean = "\n".join(command._page("a visit", Searched(files=3, memory_bytes=5)))
    assert clean.startswith("NOTHING OF A KEY IS KEPT")
    found = "\n".join(command._page("a visit", Searched(traces=[Trace("sales.db", "codes with ''")])))
    assert found.startswith("NOT PROVED")
    assert "sales.db" in found
    unseen = "\n".join(command._page("a visit", Searched(not_searched=["swap of process 1: 4 kB on disk"])))
    assert unseen.startswith("NOT PROVED")


def test_numbers_of_no_key_are_none() -> None:
    anything = np.random.default_rng(3).uniform(2, 9, 400_000)
    assert near_numbers(CANARY, anything.tobytes()) == []
    assert near_numbers(CANARY, np.full(1000, np.nan).tobytes()) == []


def test_spare_memory_of_python_and_numpy_is_used_again_at_the_end_of_a_visit() -> None:
    spare = np.array([ROOTS[0]] * 6)
    address = spare.ctypes.data
    del spare
    overwrite_spare_memory()
    assert ROOTS[0] not in (ctypes.c_double * 6).from_address(address)[:]


def test_the_service_has_the_system_overwrite_what_is_let_go_of() -> None:
    unit = (ROOT / "deploy/systemd/kiosk.service").read_text()
    assert "Environment=" + " ".join(f"{name}={value}" for name, value in OVERWRITTEN_WHEN_FREED.items()) in unit
