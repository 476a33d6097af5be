"""The doctor says whether left and right were ever held against metal on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.clock import SystemClock
from kiosk.data_paths import DataPaths
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_records import faces
from kiosk.records.journal import MachineRecord


@pytest.mark.parametrize(
    ("agree", "grade", "said"),
    [(None, Grade.WARN, "never held against"), (True, Grade.PASS, "agree with a KW1"), (False, Grade.FAIL, "swapped?")],
)
def test_a_kiosk_that_never_looked_says_so(tmp_path: Path, agree: bool | None, grade: Grade, said: str) -> None:
    places = DataPaths(tmp_path)
    record = MachineRecord(places.journal, SystemClock())
    if agree is not None:
        record.faces_seen("KW1", agree=agree)
    record.close()
    found = faces(places)
    assert found.grade is grade
    assert said in found.found
    assert bool(found.next_step) is (grade is not Grade.PASS)


def test_before_anything_was_kept_it_was_never_looked_at(tmp_path: Path) -> None:
    assert faces(DataPaths(tmp_path)).grade is Grade.WARN
