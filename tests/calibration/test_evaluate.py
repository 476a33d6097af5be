"""A shop's engineer lays scans of keys they know before the reader, and gets its mistakes told, not explained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from config.catalogue import load_catalogue
from config.problems import BadInput
from hardware.camera.scan_folder import save_scan
from kiosk.calibration.evaluation import Trial, Truth, Verdict, evaluated, trial
from kiosk.command_line import app
from kiosk.key.reading import Cut, Identification, Outcome
from simulator.keys.key import cut_key
from simulator.optics import NORMAL, render_scan
from tests.session.parts import SETTINGS

CATALOGUE = load_catalogue()


def answer(blank: str | None, code: str, off_mm: float = 0.0, outcome: Outcome = Outcome.IDENTIFIED) -> Identification:
    keyway = CATALOGUE.blank_of[blank][0] if blank else None
    roots = keyway.spec.root_mm_of if keyway and keyway.spec else {}
    cuts = tuple(Cut(each, roots[each] + off_mm, off_mm, 0.0) for each in code)
    return Identification(outcome, keyway.code if keyway else None, blank, cuts)


@pytest.mark.parametrize(
    ("truth", "said", "verdict"),
    [
        (Truth("a", "KW1", "35244"), answer("KW1", "35244"), Verdict.RIGHT),
        (Truth("a", "KW1", "35244"), answer("KW1", "35243"), Verdict.WRONG),
        (Truth("a", "KW1", "35244"), answer("SC1", "35244"), Verdict.WRONG),
        (Truth("a", "KW1", "35244"), answer("KW1", "35244", outcome=Outcome.CUTS_UNREADABLE), Verdict.NOT_ANSWERED),
        (Truth("a", None), answer("KW1", "35244"), Verdict.WRONG),
        (Truth("a", None), answer(None, "", outcome=Outcome.UNKNOWN_SECTION), Verdict.RIGHT),
        # A restricted key is named, and no blank of it is cut: that is a refusal.
        (Truth("a", None), Identification(Outcome.IDENTIFIED, "MEDECO"), Verdict.RIGHT),
    ],
)
def test_only_what_would_be_cut_can_be_wrong(truth: Truth, said: Identification, verdict: Verdict) -> None:
    assert trial(truth, said, CATALOGUE).verdict is verdict


def test_errors_of_depths_are_against_the_truth_and_not_against_what_was_read() -> None:
    off = trial(Truth("a", "KW1", "35244"), answer("KW1", "35244", 0.02), CATALOGUE)
    next_depth = trial(Truth("b", "KW1", "35244"), answer("KW1", "35243"), CATALOGUE)
    found = evaluated([off, next_depth])
    assert found.depths == 10
    assert found.depth_most_mm == pytest.approx(0.023 * 25.4, abs=1e-3)
    assert (found.right, found.wrong) == (1, 1)
    other: Trial = trial(Truth("c", "KW1", "35244"), answer("SC1", "35244"), CATALOGUE)
    assert evaluated([other]).depths == 0, "another blank's depths say nothing of these"


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    keyway, blank = CATALOGUE.blank_of["KW1"]
    section = CATALOGUE.section_of[keyway.sections[0]]
    for name, code in (("one", "35244"), ("two", "52136")):
        key = cut_key(keyway, blank, code, section, np.random.default_rng(len(name)))
        save_scan(render_scan(key, SETTINGS.machine.views, NORMAL, 3), folder / name)
    return folder


def run(scans: Path, rows: str, *more: str) -> tuple[int, str]:
    truth = scans / "truth.csv"
    truth.write_text("scan,blank,bitting\n" + rows, encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(scans), "--truth", str(truth), "--data", str(scans), *more])
    if isinstance(done.exception, BadInput):
        return 2, "\n".join(f"{each.file}: {each.field}: {each.reason}" for each in done.exception.problems)
    return done.exit_code, done.output


def test_scans_are_read_and_a_page_shows_what_was_taken_for_what(scans: Path) -> None:
    code, said = run(scans, "one,KW1,35244\ntwo,KW1,52136\n", "--html", str(scans / "page.html"))
    assert code == 0
    assert "2 scans: 2 right, 0 not answered, 0 wrong" in said
    assert "limits: distance_mm" in said
    page = (scans / "page.html").read_text(encoding="utf-8")
    assert "KW1 35244" in page
    assert page.count("data:image/png;base64,") == 2


def test_a_wrong_answer_ends_with_one_and_stands_first(scans: Path) -> None:
    code, said = run(scans, "one,KW1,35244\ntwo,-,\n", "--html", str(scans / "page.html"))
    assert code == 1
    assert "1 wrong" in said
    assert "must be refused -> KW1: 1" in said
    page = (scans / "page.html").read_text(encoding="utf-8")
    assert page.index("two · must be refused") < page.index("one · KW1 35244")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("one,KW1,352\n", "KW1 has 5 cuts of 1 2 3 4 5 6 7"),
        ("one,KW1,35249\n", "KW1 has 5 cuts"),
        ("one,QQ9,35244\n", "'QQ9' is no blank of the catalogue"),
        ("one,-,35244\n", "has no bitting here"),
        ("one,KW1,35244\none,KW1,35244\n", "one stands twice"),
        ("../one,KW1,35244\n", "is no folder below"),
        ("three,KW1,35244\n", "no such folder"),
        ("", "names no scan"),
    ],
)
def test_a_bad_truth_is_told_in_one_line_and_nothing_is_read(scans: Path, rows: str, reason: str) -> None:
    code, said = run(scans, rows)
    assert code == 2
    assert reason in said
    assert "Traceback" not in said


def test_a_file_with_other_columns_is_refused(scans: Path) -> None:
    (scans / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(scans), "--truth", str(scans / "other.csv")])
    assert isinstance(done.exception, BadInput)
    assert "must be: scan,blank,bitting" in str(done.exception)
