"""The hunter finds what it must, or its silence over sessions would mean nothing."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kiosk.key.spellings import Quarry, hunt, hunt_bytes, hunt_texts
from tests.cutting.keys import catalogue

SPINE_Y_MM = -30.0


def quarry(keyway: str = "KW1", codes: str = "35244") -> Quarry:
    spec = catalogue().keyway_of[keyway].spec
    assert spec is not None
    return Quarry(tuple(codes), spec)


KW1 = quarry()


def lines() -> dict[str, str]:
    roots_in = [root / 25.4 for root in KW1.roots_mm]
    depths_mm = [KW1.spec.blade_height_mm - root for root in KW1.roots_mm]
    return {
        "digits": "cutting 35244 now",
        "separated": "3-5-2-4-4",
        "as a list": "[3, 5, 2, 4, 4]",
        "as a tuple of texts": str(tuple("35244")),
        "as JSON": json.dumps({"code": list("35244")}),
        "backwards": "44253",
        "on lines of their own": "3\n5\n2\n4\n4",
        "roots in mm": ", ".join(f"{root:.2f}" for root in KW1.roots_mm),
        "roots as a repr": repr(tuple(round(root, 4) for root in KW1.roots_mm)),
        "roots as numpy prints them": str(np.array(KW1.roots_mm).round(4)),
        "roots in inches": " ".join(f"{root:.3f}" for root in roots_in),
        "roots in inches without naught": " ".join(f"{root:.3f}"[1:] for root in roots_in),
        "roots in thousandths": "/".join(f"{root * 1000:.0f}" for root in roots_in),
        "depths below the blade": " then ".join(f"{depth:.3f}" for depth in depths_mm),
        "with words between": " ".join(f"cut {n}: root {root:.3f} mm;" for n, root in enumerate(KW1.roots_mm)),
        "G-code": "\n".join(
            f"G1 X{-84 + n * 3.81:.3f} Y{SPINE_Y_MM + root:.3f} F480" for n, root in enumerate(KW1.roots_mm)
        ),
    }


@pytest.mark.parametrize("how", lines())
def test_every_spelling_is_found(how: str) -> None:
    assert hunt_texts(KW1, ["a line before", lines()[how], "a line after"], "log", SPINE_Y_MM), how


def test_what_is_no_key_is_not_found() -> None:
    innocent = [
        "sold KW1 x2 at 698",
        "2026-11-23 12:35:24 slot 3 of 7",
        "price 3.49 USD",
        "rule DND_ASK_STAFF",
        "8.51 mm",
    ]
    assert hunt_texts(KW1, innocent, "log", SPINE_Y_MM) == []


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_arrays_written_as_bytes_are_found(tmp_path: Path, dtype: type) -> None:
    np.array(KW1.roots_mm, dtype=dtype).tofile(tmp_path / "array.bin")
    assert hunt(KW1, [tmp_path])


def test_databases_write_ahead_logs_and_packed_files_are_searched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kiosk.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x TEXT)")
        connection.execute("INSERT INTO t VALUES ('cut 35244')")
        connection.commit()
        assert any("kiosk.db-wal" in trace.where for trace in hunt(KW1, [tmp_path]))
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"x" * 500 + b"3,5,2,4,4"))
    assert any("unzipped" in trace.where for trace in hunt(KW1, [tmp_path]))


def test_names_of_files_are_searched(tmp_path: Path) -> None:
    (tmp_path / "key-35244.png").touch()
    assert hunt(KW1, [tmp_path])


def test_random_bytes_hold_no_long_key() -> None:
    data = np.random.default_rng(1).bytes(2_000_000)
    assert hunt_bytes(quarry("SC1", "27491"), data, "noise") == []
