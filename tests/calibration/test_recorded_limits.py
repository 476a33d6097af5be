"""Limits of a match from drawn scans and, beside them, from recorded scans of keys somebody knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from config.catalogue import load_catalogue
from config.match_limits import LimitsFile, MatchLimits
from config.problems import BadInput
from hardware.camera.scan_folder import save_scan
from hardware.scan import TRAY_VIEWS, ScanFrames
from kiosk.calibration.match_limits import Inseparable, Reading
from kiosk.command_line import app
from kiosk.commands.limits import recorded
from kiosk.rehearsal.calibrate_limits import calibrate
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import nearly
from simulator.optics import BAD, NORMAL, Optics, render_scan
from tests.session.parts import SETTINGS

THREE = ("kwikset:kw1", "schlage:c", "schlage:cp")
WHOLE = load_catalogue()
SMALL = replace(WHOLE, sections=tuple(each for each in WHOLE.sections if each.id in THREE))


def look(section: str, *, moved_mm: float = 0.0, optics: Optics = NORMAL, seed: int = 5) -> ScanFrames:
    rng = np.random.default_rng(seed)
    shape = WHOLE.section_of[section]
    shape = nearly(shape, rng, moved_mm) if moved_mm else shape
    few_views = replace(optics, missing=frozenset(TRAY_VIEWS) - {"line_left", "line_right", "face_above"})
    return render_scan(cut_by_blank(WHOLE, "SC1", rng, section=shape), SETTINGS.machine.views, few_views, seed)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    save_scan(look("schlage:c", optics=BAD), folder / "mine")
    save_scan(look("schlage:c", moved_mm=0.3), folder / "other")
    save_scan(look("schlage:cp"), folder / "primus")
    save_scan(
        replace(look("schlage:c"), line_left=None, line_right=None, head=look("schlage:c").face_above), folder / "dark"
    )
    return folder


def said(scans: Path, rows: str) -> tuple[Reading, ...]:
    truth = scans / "truth.csv"
    truth.write_text("scan,blank,bitting\n" + rows, encoding="utf-8")
    return recorded(scans, truth, SMALL)


def test_a_recorded_scan_counts_as_what_its_key_is(scans: Path) -> None:
    own, other = said(scans, "mine,SC1,35244\nother,-,\n")
    assert (own.section, other.section) == ("schlage:c", None)
    assert own.seen.left_mm is not None


def test_a_restricted_key_that_is_known_by_its_own_section_is_no_wrong_reading(scans: Path) -> None:
    assert said(scans, "primus,-,\n") == ()


def test_a_scan_without_a_line_and_a_bad_truth_are_told_in_one_line(scans: Path) -> None:
    with pytest.raises(BadInput, match="shows no laser line"):
        said(scans, "dark,SC1,35244\n")
    with pytest.raises(BadInput, match="no such folder"):
        said(scans, "nowhere,SC1,35244\n")


@pytest.mark.parametrize("only", ["--scans", "--truth"])
def test_scans_and_their_truth_go_together(scans: Path, only: str) -> None:
    said(scans, "mine,SC1,35244\n")
    what = scans if only == "--scans" else scans / "truth.csv"
    done = CliRunner().invoke(
        app, ["catalogue", "calibrate-limits", only, str(what), "--out", str(scans / "limits.toml")]
    )
    assert isinstance(done.exception, BadInput)
    assert "goes with --truth" in str(done.exception)
    assert not (scans / "limits.toml").exists()


def test_of_drawn_and_recorded_scans_the_worse_figure_counts(scans: Path) -> None:
    drawn = calibrate(SMALL, SETTINGS.machine, 4, 3)
    beside = calibrate(SMALL, SETTINGS.machine, 4, 3, said(scans, "mine,SC1,35244\nother,-,\n"))
    assert isinstance(drawn, LimitsFile)
    assert isinstance(beside, LimitsFile)
    assert beside.measured.own_distance_mm > drawn.measured.own_distance_mm, "the picture was a bad one"
    assert beside.measured.other_distance_mm <= drawn.measured.other_distance_mm
    assert isinstance(beside.limits, MatchLimits)
    assert "1 recorded scans of known keys count, and 1 of keys" in beside.method
    assert "recorded" not in drawn.method


def test_a_recorded_key_that_is_not_known_again_makes_no_limits(scans: Path) -> None:
    (own,) = said(scans, "mine,SC1,35244\n")
    found = calibrate(SMALL, SETTINGS.machine, 4, 3, [replace(own, section="kwikset:kw1")])
    assert isinstance(found, Inseparable)
    assert "recorded: kwikset:kw1 is not known again in 1 of 1" in found.reason
