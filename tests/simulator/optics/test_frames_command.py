"""`simulate frames` writes scan folders, and tells a bad wish in one line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.camera.scan_folder import load_scan
from kiosk.command_line import app
from tests.simulator.optics.parts import MACHINE_FILE


def run(*words: str) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(app, ["simulate", *words])
    return result.exit_code, result.output, result.exception


@pytest.fixture(scope="module")
def coarse(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A machine whose cameras have a quarter of the pixels a side: packing pictures is most of a scan's time."""
    wide = r"width_px = (\d+), height_px = (\d+), mm_per_px = ([\d.]+)"
    file = tmp_path_factory.mktemp("machine") / "machine.toml"

    def quartered(found: re.Match[str]) -> str:
        width_px, height_px, mm_per_px = int(found[1]) // 4, int(found[2]) // 4, 4 * float(found[3])
        return f"width_px = {width_px}, height_px = {height_px}, mm_per_px = {mm_per_px:.3f}"

    file.write_text(re.sub(wide, quartered, MACHINE_FILE.read_text()))
    return str(file)


def test_a_typed_key_becomes_a_scan_folder_that_is_the_same_each_time(tmp_path: Path) -> None:
    words = ("--keyway", "KW1", "--bitting", "35244", "--seed", "4", "--stamp", "DO NOT", "--stamp", "DUPLICATE")
    for name in ("one", "two"):
        assert run("frames", "--out", str(tmp_path / name), *words)[0] == 0
    for file in ("scan.toml", "silhouette.png", "head.png", "line_left.png", "line_right.png"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    frames = load_scan(tmp_path / "one")
    assert frames.silhouette is not None
    assert frames.silhouette.pixels.shape == (1944, 2592)


def test_views_that_do_not_come_are_not_left_over_from_an_earlier_scan(tmp_path: Path, coarse: str) -> None:
    words = ("frames", "--out", str(tmp_path), "--key", "schlage-new", "--machine", coarse)
    assert run(*words)[0] == 0
    assert load_scan(tmp_path).line_left is not None
    assert run(*words, "--optics", "no-line")[0] == 0
    frames = load_scan(tmp_path)
    assert frames.line_left is None
    assert frames.silhouette is not None


def test_a_chosen_pose_is_taken(tmp_path: Path, coarse: str) -> None:
    words = ("frames", "--out", str(tmp_path), "--key", "kwikset-new", "--rotation-deg", "0", "--machine", coarse)
    weights = []
    for side in ("left", "right"):
        assert run(*words, "--bow", side)[0] == 0
        view = load_scan(tmp_path).silhouette
        assert view is not None
        columns = np.flatnonzero((view.pixels < 100).sum(axis=0) > 25)
        dark = view.pixels < 100
        weights.append(dark[:, columns[0] : columns[75]].sum() - dark[:, columns[-75] : columns[-1]].sum())
    assert weights[0] > 0 > weights[1]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--keyway", "KW1", "--bitting", "3524"), "--bitting"),
        (("--keyway", "KW1", "--bitting", "35249"), "--bitting"),
        (("--keyway", "KW1"), "--bitting"),
        (("--bitting", "35244"), "--keyway"),
        (("--keyway", "QX7", "--bitting", "35244"), "--keyway"),
        (("--keyway", "MEDECO", "--bitting", "35244"), "--keyway"),
        (("--keyway", "KW1", "--bitting", "35244", "--section", "no:such"), "--section"),
        (("--keyway", "KW1", "--bitting", "35244", "--optics", "foggy"), "--optics"),
        (("--key", "no-such-key"), "--key"),
        (("--key", "dimple", "--keyway", "KW1", "--bitting", "35244"), "--key"),
        ((), "--key"),
        (("--key", "dimple", "--bow", "up"), "--bow"),
        (("--key", "dimple", "--cuts", "left"), "--cuts"),
        (("--key", "dimple", "--machine", "/no/such.toml"), "--machine"),
    ],
)
def test_a_bad_wish_names_its_field_and_writes_nothing(tmp_path: Path, words: tuple[str, ...], field: str) -> None:
    _, _, error = run("frames", "--out", str(tmp_path / "out"), *words)
    assert isinstance(error, BadInput)
    assert any(problem.field == field for problem in error.problems)
    assert "35249" not in str(error)
    assert not (tmp_path / "out").exists()


def test_sample_keys_are_listed_and_drawn(tmp_path: Path) -> None:
    status, output, _ = run("keys", "--png", str(tmp_path / "keys.png"))
    assert status == 0
    assert "medeco-like" in output
    with Image.open(tmp_path / "keys.png") as sheet:
        assert sheet.width == 1600


def test_a_sheet_that_cannot_be_written_is_told() -> None:
    _, _, error = run("keys", "--png", "/no/such/place/keys.png")
    assert isinstance(error, BadInput)


@pytest.mark.parametrize("name", ["key.png", "key.jpg"])
def test_a_photograph_shows_a_key_on_paper(tmp_path: Path, name: str) -> None:
    words = ("photo", "--key", "kwikset-new", "--mm-per-px", "0.1", "--out", str(tmp_path / name))
    assert run(*words)[0] == 0
    first = (tmp_path / name).read_bytes()
    assert run(*words)[0] == 0
    assert (tmp_path / name).read_bytes() == first
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (900, 650)
        grey = np.asarray(picture.convert("L"))
    assert grey[0].mean() > 220
    assert 0.03 < (grey < 190).mean() < 0.3


@pytest.mark.parametrize("out", ["key.gif", "no/such/place/key.png"])
def test_a_photograph_that_cannot_be_written_is_told(tmp_path: Path, out: str) -> None:
    _, _, error = run("photo", "--key", "coin", "--mm-per-px", "0.2", "--out", str(tmp_path / out))
    assert isinstance(error, BadInput)
