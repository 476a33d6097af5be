"""Cameras: fresh frames of the right size and colour, and every way of bringing no picture."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytest_mock import MockerFixture

from config.machine import CameraView, Views
from hardware import camera_device
from hardware.camera import CameraScanner, Capture
from hardware.clock import SystemClock
from hardware.errors import CameraFault

SIZE = (160, 120)


def stands_in(monkeypatch: pytest.MonkeyPatch, camera: Callable[[str], object]) -> None:
    """What OpenCV opens, and what the system says of a device, are made up: any path is a camera of its own."""
    monkeypatch.setattr(camera_device, "camera_number", hash)
    monkeypatch.setattr(cv2, "VideoCapture", lambda path, _backend: camera(path))
    monkeypatch.setattr(Capture, "_drop_stale", lambda *_: None)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbered pictures come as from cameras."""
    opened = cv2.VideoCapture
    stands_in(monkeypatch, lambda path: opened(path, cv2.CAP_IMAGES))


def view(device: Path | str, **other: object) -> CameraView:
    return CameraView(device=str(device), width_px=SIZE[0], height_px=SIZE[1], mm_per_px=0.05, **other)


def pictures(folder: Path, count: int, *, base: int = 200, key: bool = False, noise: bool = True) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i in range(count):
        picture = np.full((SIZE[1], SIZE[0], 3), base, np.uint8)
        if key:
            picture[40:80, 30:120] = 20
        if noise:
            picture[::7, ::5] = np.clip(picture[::7, ::5] + rng.integers(-9, 9, picture[::7, ::5].shape), 0, 255)
        cv2.imwrite(str(folder / f"shot_{i:03d}.png"), picture)
    return folder / "shot_%03d.png"


@pytest.mark.usefixtures("recorded")
def test_a_camera_gives_its_frames_in_order_and_then_is_unplugged(tmp_path: Path) -> None:
    capture = Capture("check", view(pictures(tmp_path / "a", 4)), SystemClock())
    frames = [capture.frame() for _ in range(4)]
    assert {frame.shape for frame in frames} == {(SIZE[1], SIZE[0], 3)}
    assert not np.array_equal(frames[0], frames[1])
    with pytest.raises(CameraFault, match="unplugged"):
        capture.frame()
    capture.close()


@pytest.mark.usefixtures("recorded")
def test_red_stays_red(tmp_path: Path) -> None:
    picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    picture[..., 2] = 250  # OpenCV writes blue first
    cv2.imwrite(str(tmp_path / "red_000.png"), picture)
    frame = Capture("head", view(tmp_path / "red_%03d.png"), SystemClock()).frame()
    assert tuple(frame[5, 5]) == (250, 0, 0)


@pytest.mark.usefixtures("recorded")
def test_a_picture_that_never_changes_is_a_frozen_camera(tmp_path: Path) -> None:
    capture = Capture("silhouette", view(pictures(tmp_path / "a", 5, noise=False)), SystemClock())
    capture.frame()
    with pytest.raises(CameraFault, match="frozen"):
        capture.frame()


@pytest.mark.usefixtures("recorded")
def test_nothing_of_a_picture_is_kept_to_know_it_again(tmp_path: Path) -> None:
    capture = Capture("silhouette", view(pictures(tmp_path / "a", 2)), SystemClock())
    capture.frame()
    held = [each for each in vars(capture).values() if isinstance(each, np.ndarray | bytes)]
    assert [len(each) for each in held] == [16]


def test_a_camera_that_is_not_there_is_a_fault_with_its_view() -> None:
    with pytest.raises(CameraFault, match=r"camera line_left: .*nothing-here is not there") as caught:
        Capture("line_left", view("/dev/v4l/by-id/nothing-here"), SystemClock()).frame()
    assert caught.value.view == "line_left"


@pytest.mark.parametrize("name", ["head.png", "head.avi", "tray-head", "fifo", "/dev/null"])
def test_a_recorded_clean_head_is_never_taken_for_the_key_in_the_tray(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dishonest technician names a file, a link to one, or any other device than a camera."""
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: pytest.fail("opened"))
    place = tmp_path / name
    if name == "tray-head":
        place.symlink_to(pictures(tmp_path / "a", 1).with_name("shot_000.png"))
    elif name == "fifo":
        os.mkfifo(place)
    elif not place.exists():
        place.write_bytes(b"a picture")
    with pytest.raises(CameraFault, match=f"camera head: {place} is no camera"):
        Capture("head", view(place), SystemClock()).frame()


@pytest.mark.parametrize(
    ("mode", "major", "camera"),
    [(stat.S_IFCHR, 81, True), (stat.S_IFBLK, 81, False), (stat.S_IFREG, 81, False), (stat.S_IFCHR, 116, False)],
)
def test_only_a_character_device_of_video4linux_is_a_camera(
    mode: int, major: int, camera: bool, mocker: MockerFixture
) -> None:
    number = os.makedev(major, 2)
    mocker.patch("hardware.camera_device.os.stat", return_value=mocker.Mock(st_mode=mode | 0o660, st_rdev=number))
    assert camera_device.camera_number("/dev/video2") == (number if camera else None)


def test_two_names_of_one_camera_are_no_two_views(monkeypatch: pytest.MonkeyPatch) -> None:
    stands_in(monkeypatch, lambda _: Living())
    monkeypatch.setattr(camera_device, "camera_number", lambda path: 5 if path in ("/dev/video0", "/dev/head") else 6)
    each = {name: view(f"/dev/{name}") for name in ("silhouette", "head", "line_left", "line_right")}
    cameras = CameraScanner(Views(laser_angle_deg=45, **each, check=view("/dev/video0")), SystemClock())
    with pytest.raises(CameraFault, match=r"camera check: /dev/video0 is the camera of another view \(/dev/head\)"):
        cameras.check()


@pytest.mark.usefixtures("recorded")
def test_another_size_than_the_machine_file_says_is_a_fault(tmp_path: Path) -> None:
    wrong = view(pictures(tmp_path / "a", 1)).model_copy(update={"width_px": 161})
    with pytest.raises(CameraFault, match="gives 160x120 pixels"):
        Capture("head", wrong, SystemClock()).frame()


def scanner(tmp_path: Path, *, base: int = 200, key: bool = False) -> CameraScanner:
    each = {
        name: view(pictures(tmp_path / name, 3, base=base, key=key))
        for name in ("silhouette", "head", "line_left", "line_right", "check")
    }
    return CameraScanner(Views(laser_angle_deg=45, **each), SystemClock())


@pytest.mark.usefixtures("recorded")
def test_four_views_come_with_their_scale_and_only_the_head_in_colour(tmp_path: Path) -> None:
    cameras = scanner(tmp_path, key=True)
    frames = cameras.scan()
    shapes = {name: getattr(frames, name).pixels.ndim for name in ("silhouette", "head", "line_left", "line_right")}
    assert shapes == {"silhouette": 2, "head": 3, "line_left": 2, "line_right": 2}
    assert frames.silhouette is not None
    assert frames.silhouette.mm_per_px == 0.05
    assert cameras.check().pixels.ndim == 2
    cameras.close()
    cameras.close()


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("key", [True, False])
def test_the_tray_is_empty_when_nothing_shades_its_light(tmp_path: Path, key: bool) -> None:
    assert scanner(tmp_path, key=key).tray_is_empty() is not key


@pytest.mark.usefixtures("recorded")
def test_a_dark_backlight_is_a_fault_and_no_empty_tray(tmp_path: Path) -> None:
    with pytest.raises(CameraFault, match="dark"):
        scanner(tmp_path, base=12).tray_is_empty()


class Living:
    """A camera that always has a new picture: noise on what lies before it."""

    def __init__(self) -> None:
        self.base, self.key, self.reads = 200, False, 0

    def read(self) -> tuple[bool, np.ndarray]:
        self.reads += 1
        picture = np.full((SIZE[1], SIZE[0], 3), self.base, np.uint8)
        if self.key:
            picture[40:80, 30:120] = 20
        return True, picture + np.random.default_rng(self.reads).integers(0, 9, picture.shape, np.uint8)

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def release(self) -> None: ...

    def grab(self) -> bool:
        return True

    def set(self, *_: object) -> bool:
        return True


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> tuple[CameraScanner, Living]:
    camera = Living()
    stands_in(monkeypatch, lambda _: camera)
    each = {name: view(f"/dev/{name}") for name in ("silhouette", "head", "line_left", "line_right", "check")}
    return CameraScanner(Views(laser_angle_deg=45, **each), SystemClock()), camera


def test_an_empty_tray_is_known_by_a_glance_and_a_key_in_it_stirs_it(living: tuple[CameraScanner, Living]) -> None:
    cameras, camera = living
    assert cameras.tray_stirs(), "nobody has looked yet"
    assert cameras.tray_is_empty()
    assert not cameras.tray_stirs()
    camera.key = True
    assert cameras.tray_stirs()
    assert not cameras.tray_is_empty()
    assert cameras.tray_stirs(), "a key never becomes what an empty tray looks like"


def test_daylight_that_changes_is_looked_into_once(living: tuple[CameraScanner, Living]) -> None:
    cameras, camera = living
    cameras.tray_stirs()
    cameras.tray_is_empty()
    camera.base = 160
    assert cameras.tray_stirs()
    assert cameras.tray_is_empty()
    assert not cameras.tray_stirs()


def test_a_key_laid_between_glance_and_look_is_not_taken_for_the_empty_tray(
    living: tuple[CameraScanner, Living],
) -> None:
    cameras, camera = living
    camera.key = True
    assert cameras.tray_stirs()
    glance = cameras._glance
    assert glance is not None
    assert not cameras.tray_is_empty()
    assert not glance.any(), "nothing of a key is kept"


def test_a_glance_that_sees_nothing_is_no_empty_tray(
    living: tuple[CameraScanner, Living], monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, camera = living
    cameras.tray_stirs()
    cameras.tray_is_empty()
    monkeypatch.setattr(camera, "read", lambda: (False, None))
    assert cameras.tray_stirs()
