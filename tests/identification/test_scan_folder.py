"""Scan folders of every quality: read, or one line that says what is wrong."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.problems import BadInput
from hardware.camera.scan_folder import load_scan, load_view, save_scan
from hardware.scan import Frame, ScanFrames

TOML = "laser_angle_deg = 45.0\n[views.silhouette]\nmm_per_px = 0.05\n"


def folder(tmp_path: Path, toml: str | None = TOML, *, picture: Image.Image | None = None) -> Path:
    (picture or Image.new("L", (40, 30), 200)).save(tmp_path / "silhouette.png")
    if toml is not None:
        (tmp_path / "scan.toml").write_text(toml, encoding="utf-8")
    return tmp_path


def problem_of(directory: Path) -> str:
    with pytest.raises(BadInput) as caught:
        load_scan(directory)
    assert len(caught.value.problems) == 1
    line = str(caught.value.problems[0])
    assert "\n" not in line
    return line


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = ScanFrames(
        silhouette=Frame(rng.integers(0, 256, (30, 40)).astype(np.uint8), 0.03),
        head=Frame(rng.integers(0, 256, (20, 30, 3)).astype(np.uint8), 0.06),
        line_left=Frame(rng.integers(0, 256, (20, 30)).astype(np.uint8), 0.02),
        laser_angle_deg=38.5,
    )
    save_scan(frames, tmp_path / "new" / "scan")
    back = load_scan(tmp_path / "new" / "scan")
    assert back.laser_angle_deg == 38.5
    assert back.line_right is None
    for name in ("silhouette", "head", "line_left"):
        before, after = getattr(frames, name), getattr(back, name)
        assert after.mm_per_px == before.mm_per_px
        assert np.array_equal(after.pixels, before.pixels)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (None, "scan.toml: is not there"),
        ("[views", "is not TOML"),
        ("", "views.silhouette.mm_per_px: is missing"),
        ("views = 3", "views.silhouette.mm_per_px: is missing"),
        ("[views]\nsilhouette = 3", "views.silhouette.mm_per_px: is missing"),
        ('[views.silhouette]\nmm_per_px = "fine"', "must be a number"),
        ("[views.silhouette]\nmm_per_px = true", "must be a number"),
        ("[views.silhouette]\nmm_per_px = -0.05", "is not between"),
        ("[views.silhouette]\nmm_per_px = nan", "is not between"),
        ("laser_angle_deg = 120\n[views.silhouette]\nmm_per_px = 0.05", "laser_angle_deg: 120 is not between"),
    ],
)
def test_a_bad_scan_file_is_one_line(tmp_path: Path, toml: str | None, said: str) -> None:
    assert said in problem_of(folder(tmp_path, toml))


def test_a_folder_that_is_none_or_empty_is_one_line(tmp_path: Path) -> None:
    assert "is not there" in problem_of(tmp_path / "nowhere")
    file = tmp_path / "file"
    file.write_text("x")
    assert "is not a folder" in problem_of(file)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "scan.toml").write_text("laser_angle_deg = 45.0\n")
    assert "holds none of silhouette.png" in problem_of(empty)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    directory = folder(tmp_path, "laser_angle_deg = 1.0\n")
    (directory / "line_left.png").write_bytes(b"not a picture")
    with pytest.raises(BadInput) as caught:
        load_scan(directory)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "broken", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"II*\x00\xff\xff\xff\xff"]
)
def test_no_picture_is_one_line(tmp_path: Path, broken: bytes) -> None:
    directory = folder(tmp_path)
    (directory / "silhouette.png").write_bytes(broken)
    assert "is not a readable picture" in problem_of(directory)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_picture_is_one_line(tmp_path: Path, part: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 200)).astype(np.uint8)
    directory = folder(tmp_path, picture=Image.fromarray(noise))
    whole = (directory / "silhouette.png").read_bytes()
    (directory / "silhouette.png").write_bytes(whole[: int(len(whole) * part)])
    assert "is not a readable picture" in problem_of(directory)


def grey(width: int = 20, height: int = 10) -> np.ndarray:
    return np.linspace(0, 255, width * height).reshape(height, width)


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        (Image.fromarray((grey() * 257).astype(np.uint16)), "sixteen.png"),
        (Image.fromarray((grey() * 257).astype(np.int32)), "thirty-two.tif"),
        (Image.fromarray((grey() / 255).astype(np.float32)), "float.tif"),
        (Image.fromarray(grey().astype(np.uint8)), "eight.png"),
        (Image.fromarray(grey().astype(np.uint8)).convert("RGBA"), "alpha.png"),
        (Image.fromarray(grey().astype(np.uint8)).convert("LA"), "grey-alpha.png"),
        (Image.fromarray(grey().astype(np.uint8)).convert("P"), "palette.png"),
        (Image.fromarray(grey().astype(np.uint8)).convert("CMYK"), "cmyk.tif"),
    ],
)
def test_every_kind_of_picture_becomes_bytes(tmp_path: Path, picture: Image.Image, name: str) -> None:
    picture.save(tmp_path / name)
    view = load_view(tmp_path / name, 0.05)
    assert view.pixels.dtype == np.uint8
    plain = view.pixels if view.pixels.ndim == 2 else view.pixels[:, :, 1]
    assert float(np.abs(plain.astype(float) - grey()).max()) <= 3


def test_one_pixel_and_one_bit_are_pictures(tmp_path: Path) -> None:
    Image.new("1", (1, 1), 1).save(tmp_path / "dot.png")
    assert load_view(tmp_path / "dot.png", 0.05).pixels.tolist() == [[255]]


def test_a_hundred_megapixels_are_averaged_down_with_their_scale(tmp_path: Path) -> None:
    Image.new("L", (10_000, 10_000), 200).save(tmp_path / "wall.png")
    view = load_view(tmp_path / "wall.png", 0.01)
    assert view.pixels.size <= 26_000_000
    assert view.mm_per_px * view.pixels.shape[1] == pytest.approx(100.0)


def test_a_picture_that_claims_to_be_a_wall_is_refused_unopened(tmp_path: Path) -> None:
    header = bytearray((Path(_png(tmp_path))).read_bytes())
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(bytes(header))
    with pytest.raises(BadInput, match="too large a picture"):
        load_view(tmp_path / "bomb.png", 0.05)


def _png(tmp_path: Path) -> Path:
    Image.new("L", (4, 4)).save(tmp_path / "small.png")
    return tmp_path / "small.png"
