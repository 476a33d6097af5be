"""Known keys give exactly these lines. Regenerate with `python -m tests.cutting.test_gcode` and read the difference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.keyway import Blank, Keyway
from hardware.grbl.modal import ModalWords, target_of, words_of
from hardware.grbl.wire import LONGEST_LINE
from hardware.grbl.words import axis_words, figure
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from tests.cutting.keys import bittings, blank, machine

GOLDEN = Path(__file__).parent / "golden"
KNOWN = (("KW1", "35244"), ("SC1", "53293"), ("M1", "0527"), ("BEST-A-6", "048260"))


def lines_of(code: str, bitting: str) -> str:
    keyway, chosen = blank(code)
    plan = plan_cuts(keyway, chosen, bitting, machine())
    assert isinstance(plan, CutPlan)
    return "".join(line.text + "\n" for line in to_gcode(plan, machine()).lines)


@pytest.mark.parametrize(("code", "bitting"), KNOWN)
def test_a_known_key_gives_exactly_these_lines(code: str, bitting: str) -> None:
    assert lines_of(code, bitting) == (GOLDEN / f"{code}_{bitting}.nc").read_text()


@settings(max_examples=40, deadline=None)
@given(key=bittings(("KW1", "KW5", "SC1", "SC4", "M1", "AR4")))
def test_every_line_says_what_its_job_line_says(key: tuple[Keyway, Blank, tuple[str, ...]]) -> None:
    keyway, chosen, bitting = key
    plan = plan_cuts(keyway, chosen, bitting, machine())
    assert isinstance(plan, CutPlan)
    job = to_gcode(plan, machine())
    at, modal = job.start, ModalWords()
    wheel_on = False
    for line in job.lines:
        assert len(line.text) <= LONGEST_LINE
        assert words_of(line.text)
        modal = modal.after(line.text)
        wheel_on = modal.words["wheel"] == "M3"
        target = target_of(line.text, at)
        assert (target is None) == (line.end is None)
        if target is not None and line.end is not None:
            assert target == pytest.approx(line.end, abs=1e-9)
            at = target
        if line.cutting:
            assert wheel_on, "metal with the wheel off"
            assert re.fullmatch(r"G1(X-[\d.]+)?(Y-[\d.]+)?F\d+", line.text)
    plunges = [i for i, line in enumerate(job.lines) if line.plunge]
    assert plunges[0] < next(i for i, line in enumerate(job.lines) if line.cutting), "metal before anything is compared"
    assert all(job.lines[i + 1].cutting and not job.lines[i].cutting for i in plunges)
    assert not wheel_on
    assert at[1] == job.start[1], "the job must end retracted"
    assert all(-machine().x.travel_mm < p.end[0] < 0 for p in job.lines if p.end is not None)


@given(value=st.floats(-999, 999))
def test_a_figure_reads_back_as_itself(value: float) -> None:
    text = figure(value)
    assert re.fullmatch(r"-?\d+(\.\d{1,3})?", text)
    assert float(text) == pytest.approx(value, abs=0.0005001)
    assert not text.startswith("-0") or text.startswith("-0.")


def test_axis_words_come_in_order_and_only_where_given() -> None:
    assert axis_words(y_mm=-2.0, x_mm=-83.7301) == "X-83.73Y-2"
    assert axis_words(z_mm=-0.0001) == "Z0"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for code, bitting in KNOWN:
        (GOLDEN / f"{code}_{bitting}.nc").write_text(lines_of(code, bitting))
