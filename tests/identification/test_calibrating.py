"""Scale, tilt and laser angle come back from pictures of the gauge; a bad picture is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.machine import Gauge
from config.settings import machine_in_force
from hardware.camera.scan_folder import save_scan
from hardware.scan import Frame, ScanFrames
from kiosk.__main__ import main
from kiosk.calibration.cameras import Calibration, calibrate_frames
from kiosk.calibration.gauge import GaugeRefused, LineFit, ScaleFit, calibrate_line, calibrate_silhouette
from kiosk.rehearsal.still_life import frames_of_gauge
from tests.identification.drawing import Line, Sheet, laser_line, silhouette

GAUGE = Gauge()
SHEET = Sheet(width_px=1300, height_px=900, mm_per_px=0.05)


def staircase(gauge: Gauge = GAUGE) -> np.ndarray:
    points = [(0.0, 0.0)]
    for step in range(gauge.steps):
        height = gauge.height_mm - step * gauge.rise_mm
        points += [(step * gauge.tread_mm, height), ((step + 1) * gauge.tread_mm, height)]
    points.append((gauge.steps * gauge.tread_mm, 0.0))
    return np.array(points)


def face(gauge: Gauge = GAUGE) -> list[tuple[float, float]]:
    points = []
    for step in range(gauge.face_steps):
        low, recess = step * gauge.face_tread_mm, step * gauge.face_recess_mm
        points += [(low + 0.001, recess), (low + gauge.face_tread_mm, recess)]
    return points


def seen_as(view: Frame, mm_per_px: float) -> Frame:
    """The same picture with another guess of its scale."""
    return Frame(view.pixels, mm_per_px)


@pytest.mark.parametrize("turn_deg", [-12.0, 0.0, 7.0])
@pytest.mark.parametrize("turned_round", [False, True])
def test_the_scale_of_a_silhouette_comes_back_from_a_wrong_guess(turn_deg: float, turned_round: bool) -> None:
    sheet = replace(SHEET, turn_deg=turn_deg, bow_right=turned_round, cuts_down=turned_round)
    view = silhouette([staircase()], sheet, hole=False, centre_x_mm=15.0)
    fit = calibrate_silhouette(seen_as(view, 0.0475), GAUGE)
    assert isinstance(fit, ScaleFit)
    assert fit.mm_per_px == pytest.approx(0.05, rel=0.001)
    assert fit.residual_mm < 0.01
    assert fit.tilt_deg < 2.6


@pytest.mark.parametrize("angle_deg", [35.0, 45.0, 52.0])
def test_scale_and_laser_angle_of_a_line_come_back(angle_deg: float) -> None:
    height = GAUGE.face_steps * GAUGE.face_tread_mm
    view = laser_line(face(), height, Line(angle_deg=angle_deg, lean_deg=0.5))
    fit = calibrate_line(seen_as(view, 0.0206), GAUGE)
    assert isinstance(fit, LineFit)
    assert fit.mm_per_px == pytest.approx(0.02, rel=0.004)
    assert fit.laser_angle_deg == pytest.approx(angle_deg, abs=0.3)
    assert fit.residual_mm < 0.02


def test_another_thing_than_the_gauge_is_refused() -> None:
    wrong = Gauge(rise_mm=0.5, height_mm=7.0)
    view = silhouette([staircase(wrong)], SHEET, hole=False, centre_x_mm=15.0)
    assert isinstance(calibrate_silhouette(view, GAUGE), GaugeRefused)
    bent = staircase() + np.array([0.0, 0.0])
    bent[5:7, 1] += 0.2
    assert isinstance(
        calibrate_silhouette(silhouette([bent], SHEET, hole=False, centre_x_mm=15.0), GAUGE), GaugeRefused
    )
    assert isinstance(calibrate_silhouette(Frame(np.full((600, 800), 200, np.uint8), 0.05), GAUGE), GaugeRefused)
    flat = laser_line([(0.0, 0.0), (8.0, 0.0)], 8.0, Line())
    assert isinstance(calibrate_line(flat, GAUGE), GaugeRefused)
    assert isinstance(calibrate_line(Frame(np.zeros((400, 300), np.uint8), 0.02), GAUGE), GaugeRefused)


def test_the_command_writes_lines_for_the_machine_file_and_refuses_a_bad_gauge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    height = GAUGE.face_steps * GAUGE.face_tread_mm
    frames = ScanFrames(
        silhouette=seen_as(silhouette([staircase()], SHEET, hole=False, centre_x_mm=15.0), 0.049),
        line_left=laser_line(face(), height, Line(seed=1)),
        line_right=laser_line(face(), height, Line(seed=2)),
    )
    save_scan(frames, tmp_path / "gauge")
    out = tmp_path / "calibration.toml"
    monkeypatch.setattr(
        "sys.argv", ["kiosk", "service", "calibrate", "--from", str(tmp_path / "gauge"), "--out", str(out)]
    )
    with pytest.raises(SystemExit) as done:
        main()
    assert not done.value.code
    views = tomllib.loads(out.read_text())["views"]
    assert views["silhouette"]["mm_per_px"] == pytest.approx(0.05, rel=0.001)
    assert views["laser_angle_deg"] == pytest.approx(45.0, abs=0.3)
    out.unlink()
    save_scan(replace(frames, line_left=Frame(np.zeros((400, 300), np.uint8), 0.02)), tmp_path / "gauge")
    capsys.readouterr()
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 2
    assert not out.exists()
    assert capsys.readouterr().err.count("\n") == 1


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["kiosk", "service", "calibrate", *arguments])
        with pytest.raises(SystemExit) as done:
            main()
    return int(done.value.code or 0)


def test_the_simulated_cameras_give_back_the_machine_files_own_scales(tmp_path: Path) -> None:
    out = tmp_path / "calibration.toml"
    assert run("--simulated", "--out", str(out)) == 0
    views = tomllib.loads(out.read_text())["views"]
    assert views["silhouette"]["mm_per_px"] == pytest.approx(0.030, rel=0.002)
    assert views["line_left"]["mm_per_px"] == pytest.approx(0.020, rel=0.01)
    assert views["laser_angle_deg"] == pytest.approx(45.0, abs=1.0)


def test_the_gauge_and_the_cameras_are_those_of_the_owners_machine_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = tmp_path / "owner"
    owner.mkdir()
    (owner / "machine.toml").write_text('[views]\nhead = { device = "/dev/v4l/by-id/owners-head" }\n')
    assert run("--config", str(owner)) == 2
    assert "tray-silhouette is not there" in capsys.readouterr().err
    (owner / "machine.toml").write_text('[views.silhouette]\ndevice = "/dev/v4l/by-id/owners-own"\n')
    assert run("--config", str(owner)) == 2
    assert "owners-own is not there" in capsys.readouterr().err
    for wrong in (("--config", str(tmp_path / "nowhere")), ("--simulated", "--from", str(tmp_path))):
        assert run(*wrong) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_gauge_turned_any_way_gives_a_scale_that_is_a_number() -> None:
    machine = machine_in_force(environment={})
    for seed in (4, 6, 7, 9):
        found = calibrate_frames(frames_of_gauge(machine, seed), machine.gauge)
        assert isinstance(found, Calibration)
        scale = dict(found.fits)["silhouette"].mm_per_px
        assert scale == pytest.approx(machine.views.silhouette.mm_per_px, rel=0.002)


def gauge_at(scale: float, seed: int) -> ScanFrames:
    height = GAUGE.face_steps * GAUGE.face_tread_mm
    return ScanFrames(
        silhouette=seen_as(silhouette([staircase()], SHEET, hole=False, centre_x_mm=15.0), 0.049),
        line_left=seen_as(laser_line(face(), height, Line(seed=seed)), 0.02 * scale),
    )


def test_several_recorded_lays_of_the_gauge_make_one_calibration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that holds scan folders, as `kiosk evaluate` takes them."""
    out = tmp_path / "calibration.toml"
    for seed in (1, 2):
        save_scan(gauge_at(1.0, seed), tmp_path / "lays" / f"lay{seed}")
    assert run("--from", str(tmp_path / "lays"), "--out", str(out)) == 0
    views = tomllib.loads(out.read_text())["views"]
    assert views["silhouette"]["mm_per_px"] == pytest.approx(0.05, rel=0.001)
    one, other = (
        calibrate_line(gauge_at(1.0, seed).line_left or Frame(np.zeros((9, 9), np.uint8), 1.0), GAUGE)
        for seed in (1, 2)
    )
    assert isinstance(one, LineFit)
    assert isinstance(other, LineFit)
    assert views["line_left"]["mm_per_px"] == pytest.approx((one.mm_per_px + other.mm_per_px) / 2, abs=2e-6)
    out.unlink()
    small = gauge_at(1.0, 3)
    assert small.silhouette is not None
    rows, columns = (round(each * 0.98) for each in small.silhouette.pixels.shape)
    shrunk = Frame(cv2.resize(small.silhouette.pixels, (columns, rows)), small.silhouette.mm_per_px)
    save_scan(replace(small, silhouette=shrunk), tmp_path / "lays" / "lay3")
    capsys.readouterr()
    assert run("--from", str(tmp_path / "lays"), "--out", str(out)) == 2
    assert "silhouette: the scales of its lays are 2.0 % apart" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_without_a_scan_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--from", str(tmp_path), "--out", str(tmp_path / "never.toml")) == 2
    assert "is no scan, and holds no folder that is one" in capsys.readouterr().err
