"""A covered, dark, blinded or frozen camera sees nothing, and says so: what it did not show is not "nothing there".

Who would break it: a shopper with a marked key, with tape for the head camera's window, a torch, a rubber cap or a
sleeve over the bow, a sticker over the words, or another key's head laid over it; and nobody at all, by a lamp that
fails or a lens that works loose. Each test does one of these to the picture of an honest key.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_mock import MockerFixture
from typer.testing import CliRunner

from config.machine import CameraView as ViewSettings
from config.phrases import load_phrases
from config.settings import Settings, load_settings
from hardware.camera import Capture
from hardware.camera.scan_folder import save_scan
from hardware.errors import CameraFault
from hardware.scan import Frame, ScanFrames
from kiosk.command_line import app
from kiosk.identification import StampReader, why_unseen
from kiosk.key.reading import StampReading, Unseen
from kiosk.session.states import State
from simulator.keys.key import Finish, Stamp
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, render_scan
from tests.bench.struck_heads import Metal, Process, Writing, struck_head
from tests.session.parts import TestClock, shop
from tests.session.test_refusing import lay_key

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(environment={})


@pytest.fixture(scope="module")
def honest(settings: Settings) -> ScanFrames:
    key = cut_by_blank(settings.catalogue, "SC1", np.random.default_rng(8), finish=Finish.BRASS)
    return render_scan(key, settings.machine.views, NORMAL, 8)


@pytest.fixture(scope="module")
def bow(honest: ScanFrames) -> tuple[int, int, int, int, NDArray[np.bool_]]:
    """Left, top, width and height of the bow in the head picture, and where its metal is."""
    assert honest.silhouette is not None
    assert honest.head is not None
    height, width = honest.head.pixels.shape[:2]
    small = cv2.resize(honest.silhouette.pixels, (width, height), interpolation=cv2.INTER_AREA)
    metal = np.asarray(small < 120, dtype=np.uint8)
    # What a blade's width has no room for, at a quarter of the scale: so large a disc is slow to slide.
    coarse = cv2.resize(metal, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_NEAREST)
    coarse = cv2.morphologyEx(coarse, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (51, 51)))
    bow = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    bow = cv2.dilate(bow, np.ones((15, 15), np.uint8)) * metal
    left, top, wide, high = cv2.boundingRect(bow)
    return left, top, wide, high, bow > 0


def seen_as(honest: ScanFrames, pixels: NDArray[np.floating]) -> Unseen | None:
    assert honest.silhouette is not None
    assert honest.head is not None
    return why_unseen(Frame(np.clip(pixels, 0, 255).astype(np.uint8), honest.head.mm_per_px), honest.silhouette)


def head_of(honest: ScanFrames) -> Floats:
    assert honest.head is not None
    return honest.head.pixels.astype(np.float32)


def noise(shape: tuple[int, ...], mean: float, deviation: float = 2.0) -> Floats:
    return np.random.default_rng(5).normal(mean, deviation, shape).astype(np.float32)


def test_an_honest_head_is_seen(honest: ScanFrames) -> None:
    assert seen_as(honest, head_of(honest)) is None


def test_tape_over_the_lens_is_dark(honest: ScanFrames) -> None:
    assert seen_as(honest, noise(head_of(honest).shape, 3)) is Unseen.DARK


@pytest.mark.parametrize("colour", [(128, 128, 128), (196, 166, 96)], ids=["grey", "brass"])
def test_thin_tape_or_paper_over_the_lens_shows_nothing(honest: ScanFrames, colour: tuple[int, int, int]) -> None:
    assert seen_as(honest, noise(head_of(honest).shape, 0) + np.array(colour)) is Unseen.NOTHING_SHOWN


@pytest.mark.parametrize("gain", [8.0, 100.0])
def test_a_torch_into_the_lens_blinds_it(honest: ScanFrames, gain: float) -> None:
    assert seen_as(honest, head_of(honest) * gain) is Unseen.BLINDED


def test_a_loose_lens_is_blurred(honest: ScanFrames) -> None:
    assert seen_as(honest, cv2.GaussianBlur(head_of(honest), (0, 0), 9.0)) is Unseen.BLURRED


def test_no_picture_is_no_head(honest: ScanFrames) -> None:
    assert honest.silhouette is not None
    assert why_unseen(None, honest.silhouette) is Unseen.NO_PICTURE


@pytest.mark.parametrize("side", ["left", "right", "upper", "lower"])
def test_tape_over_half_of_the_head_hides_its_outline(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]], side: str
) -> None:
    left, top, wide, high, _ = bow
    pixels = head_of(honest)
    x = slice(left - 40, left + wide // 2) if side == "left" else slice(left + wide // 2, left + wide + 40)
    y = slice(top - 40, top + high // 2) if side == "upper" else slice(top + high // 2, top + high + 40)
    part = (slice(None), x) if side in ("left", "right") else (y, slice(left - 40, left + wide + 40))
    pixels[part] = noise(pixels[part].shape, 95)
    assert seen_as(honest, pixels) is not None


def test_another_keys_head_is_not_this_keys(honest: ScanFrames, settings: Settings) -> None:
    other = cut_by_blank(settings.catalogue, "KW1", np.random.default_rng(2), finish=Finish.BRASS)
    frames = render_scan(other, settings.machine.views, NORMAL, 8)
    assert seen_as(honest, head_of(frames)) is Unseen.NOT_THIS_HEAD


def test_a_picture_from_before_the_key_was_turned_is_not_of_this_lay(honest: ScanFrames) -> None:
    assert seen_as(honest, np.roll(head_of(honest), 70, axis=0)) is not None


def test_a_close_view_without_an_outline_is_not_a_head_seen(honest: ScanFrames) -> None:
    height, width = head_of(honest).shape[:2]
    assert seen_as(honest, head_of(honest)[: height // 2, : width // 2]) is Unseen.NOT_THIS_HEAD


@pytest.mark.parametrize("colour", [(150, 40, 40), (60, 90, 170), (70, 66, 40)], ids=["red", "blue", "dark"])
def test_a_cap_over_the_bow_is_not_the_blades_metal(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]], colour: tuple[int, int, int]
) -> None:
    pixels, metal = head_of(honest), bow[4]
    pixels[metal] = noise((int(metal.sum()), 3), 0) + np.array(colour)
    assert seen_as(honest, pixels) is Unseen.COVERED


def test_a_sticker_within_the_bow_covers_it(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]]
) -> None:
    left, top, wide, high, metal = bow
    pixels = head_of(honest)
    patch = np.zeros_like(metal)
    patch[top + high // 4 : top + 3 * high // 4, left + wide // 4 : left + 3 * wide // 4] = True
    patch &= metal
    pixels[patch] = noise((int(patch.sum()), 3), 205)
    assert seen_as(honest, pixels) is Unseen.COVERED


def test_brass_coloured_tape_within_the_bow_has_no_grain(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]]
) -> None:
    left, top, wide, high, metal = bow
    pixels = head_of(honest)
    patch = np.zeros_like(metal)
    patch[top + high // 4 : top + 3 * high // 4, left + wide // 4 : left + 3 * wide // 4] = True
    patch &= metal
    pixels[patch] = np.median(pixels[metal], axis=0)
    assert seen_as(honest, pixels) is Unseen.COVERED


def strip_of(
    bow: tuple[int, int, int, int, NDArray[np.bool_]], wide_mm: float, long_mm: float, soft_px: float = 0.7
) -> Floats:
    """A strip across the middle of the bow where the words stand, 1 where it lies; the head is seen at 0.06 mm."""
    left, top, wide, high, metal = bow
    x, y, half_x, half_y = left + wide // 2, top + high // 2, round(wide_mm / 0.12), round(long_mm / 0.12)
    strip = np.zeros(metal.shape, np.float32)
    strip[y - half_y : y + half_y, x - half_x : x + half_x] = 1
    return cv2.GaussianBlur(strip, (0, 0), soft_px)[:, :, None]


@pytest.mark.parametrize("wide_mm", [1.5, 2.2])
@pytest.mark.parametrize("colour", ["white", "brass"])
def test_a_strip_just_wide_enough_for_one_line_of_letters_covers_it(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]], wide_mm: float, colour: str
) -> None:
    pixels, strip = head_of(honest), strip_of(bow, wide_mm, 8.0)
    paint = np.median(pixels[bow[4]], axis=0) if colour == "brass" else np.array((205.0, 205.0, 205.0))
    assert seen_as(honest, pixels * (1 - strip) + strip * paint) is Unseen.COVERED


@pytest.mark.parametrize("blur_px", [5.0, 8.0])
def test_grease_on_the_glass_over_the_words_covers_them_though_all_else_is_sharp(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]], blur_px: float
) -> None:
    pixels, smear = head_of(honest), strip_of(bow, 3.5, 9.0, soft_px=4.0)
    assert seen_as(honest, pixels * (1 - smear) + smear * cv2.GaussianBlur(pixels, (0, 0), blur_px)) is Unseen.COVERED


def test_a_cap_in_the_metals_own_colour_has_not_the_blades_grain(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]]
) -> None:
    pixels, metal = head_of(honest), bow[4]
    pixels[metal] = np.median(pixels[metal], axis=0) + noise((int(metal.sum()), 3), 0, 1.5)
    assert seen_as(honest, pixels) is Unseen.COVERED


def test_grease_on_one_side_of_the_holes_edge_lies_before_more_than_the_edge() -> None:
    key = struck_head(None, Metal.BRASS, "round", 2)
    shadow = cv2.resize(key.silhouette.pixels, key.view.pixels.shape[1::-1], interpolation=cv2.INTER_AREA) < 120
    contours, _ = cv2.findContours((~shadow).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    hole = min(contours, key=cv2.contourArea)
    smear = np.zeros(shadow.shape, np.float32)
    cv2.drawContours(smear, [np.asarray(hole)], -1, 1.0, 16)
    smear[:, : int(np.asarray(hole)[:, 0, 0].mean())] = 0
    smear = cv2.GaussianBlur(smear, (0, 0), 2.0)[:, :, None]
    pixels = key.view.pixels.astype(np.float32)
    greasy = (pixels * (1 - smear) + smear * cv2.GaussianBlur(pixels, (0, 0), 6.0)).astype(np.uint8)
    assert why_unseen(Frame(greasy, key.view.mm_per_px), key.silhouette) is Unseen.COVERED


def test_tape_of_the_metals_colour_with_a_grain_of_its_own_is_not_the_rest_of_the_bow(
    honest: ScanFrames, bow: tuple[int, int, int, int, NDArray[np.bool_]]
) -> None:
    grain = noise(head_of(honest).shape[:2], 0, 12.0)[:, :, None]
    assert seen_as(honest, head_of(honest) + strip_of(bow, 3.5, 10.0) * grain) is Unseen.COVERED


def test_a_printed_name_is_no_tape_for_all_its_edges() -> None:
    name = Writing(("KWIKSET", "KWIKSET", "KWIKSET"), 1.1, "DejaVu Sans Bold", Process.PRINTED, 0.0, at_mm=(2.0, 0.0))
    key = struck_head(name, Metal.NICKEL, "square", 6)
    assert why_unseen(key.view, key.silhouette) is None


@pytest.mark.parametrize(("share", "seen"), [(1.0, Unseen.COVERED), (0.75, None)], ids=["seam", "scratch"])
def test_a_dark_line_across_the_neck_is_where_a_cap_of_the_metals_own_colour_ends(
    share: float, seen: Unseen | None
) -> None:
    key = struck_head(None, Metal.BRASS, "round", 2)
    shadow = cv2.resize(key.silhouette.pixels, key.view.pixels.shape[1::-1], interpolation=cv2.INTER_AREA) < 120
    high = shadow.sum(axis=0)
    neck = next(x for x in range(int(high.argmax()), len(high)) if high[x] * key.view.mm_per_px < 12.5)
    rows = np.flatnonzero(shadow[:, neck])
    pixels = key.view.pixels.astype(np.float32)
    pixels[rows[0] : rows[0] + round(share * len(rows)), neck - 2 : neck + 2] *= 0.6
    assert why_unseen(Frame(pixels.astype(np.uint8), key.view.mm_per_px), key.silhouette) is seen


@pytest.mark.parametrize("turn_deg", [0.0, 9.0])
def test_grooves_that_shine_along_the_blade_are_no_grain_the_bow_lacks(turn_deg: float) -> None:
    key = struck_head(None, Metal.BRASS, "round", 3, key_turn_deg=turn_deg)
    pixels = key.view.pixels.astype(np.float32)
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]] * key.view.mm_per_px
    turn = np.radians(turn_deg)
    x, y = x - pixels.shape[1] / 2 * key.view.mm_per_px, y - pixels.shape[0] / 2 * key.view.mm_per_px
    along, across = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    grooves = np.where(along > 3, 1 + 0.4 * np.sin(across * 4.2), 1)
    shining = np.clip(pixels * grooves[:, :, None], 0, 255).astype(np.uint8)
    assert why_unseen(Frame(shining, key.view.mm_per_px), key.silhouette) is None


@pytest.mark.parametrize("finish", list(Finish))
def test_a_marked_head_of_any_metal_is_seen(settings: Settings, finish: Finish) -> None:
    key = cut_by_blank(settings.catalogue, "SC1", np.random.default_rng(4), finish=finish)
    frames = render_scan(replace(key, stamps=(Stamp("DO NOT"), Stamp("DUPLICATE"))), settings.machine.views, NORMAL, 4)
    assert seen_as(frames, head_of(frames)) is None


def test_staff_are_asked_about_a_key_whose_head_was_taped_over(honest: ScanFrames, tmp_path: Path) -> None:
    assert honest.head is not None
    black = Frame(np.clip(noise(honest.head.pixels.shape, 3), 0, 255).astype(np.uint8), honest.head.mm_per_px)
    taped = ScanFrames(honest.silhouette, black, honest.line_left, honest.line_right, honest.laser_angle_deg)
    save_scan(taped, tmp_path / "taped")
    told = json.loads(CliRunner().invoke(app, ["identify", str(tmp_path / "taped"), "--json"]).output)
    assert (told["outcome"], told["verdict"], told["rules"]) == (
        "identified",
        "ask_staff",
        ["HEAD_NOT_SEEN", "FACE_NOT_SEEN"],
    )


def test_writing_nobody_made_out_counts_though_the_head_is_covered_beside_it() -> None:
    writing = Writing(("TELEMACHUS",), 1.6, "single stroke", Process.ENGRAVED, 0.0, at_mm=(2.0, 0.0))
    key = struck_head(writing, Metal.BRASS, "round", 1)
    taped = key.view.pixels.copy()
    taped[230:290, 200:420] = 205
    stamp = StampReader(load_phrases()).read(Frame(taped, key.view.mm_per_px), key.silhouette)
    assert stamp == StampReading(seen=False, unseen=Unseen.COVERED, illegible=True)


@pytest.mark.parametrize("why", list(Unseen))
def test_staff_hear_of_unread_writing_also_where_the_head_was_not_seen(why: Unseen, tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.reader.head = StampReading(seen=False, unseen=why, illegible=True)
        lay_key(kiosk)
        refused = kiosk.stage.run_to(State.REFUSED)
        assert refused.refusal is not None
        assert [rule.code for rule in refused.refusal.rules] == ["HEAD_NOT_SEEN", "HEAD_ILLEGIBLE"]


@pytest.mark.parametrize("why", list(Unseen))
def test_the_technician_is_told_of_the_camera_where_the_camera_is_to_blame(why: Unseen, tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.reader.head = StampReading(seen=False, unseen=why)
        lay_key(kiosk)
        refused = kiosk.stage.run_to(State.REFUSED)
        assert refused.refusal is not None
        assert [rule.code for rule in refused.refusal.rules] == ["HEAD_NOT_SEEN"]
        told = any("CAMERA" in each for each in kiosk.stage.controller.context.recent_errors)
        assert told is (why not in (Unseen.NOT_THIS_HEAD, Unseen.COVERED))


@pytest.mark.parametrize("kept", [0, 3, 8, 9])
def test_a_picture_that_was_lying_in_the_driver_is_not_of_the_key_that_lies_there_now(
    mocker: MockerFixture, kept: int
) -> None:
    clock, waiting = TestClock(), [kept]

    def grab() -> bool:
        waiting[0] -= 1
        if waiting[0] < 0:
            clock.sleep(0.033)
        return True

    device = mocker.Mock()
    device.grab.side_effect = grab
    device.read.side_effect = lambda: (True, np.full((120, 160, 3), 100 if waiting[0] < 0 else 7, np.uint8))
    mocker.patch("cv2.VideoCapture", return_value=device)
    mocker.patch("hardware.camera_device.camera_number", return_value=1)
    camera = Capture("head", ViewSettings(device="/dev/video0", width_px=160, height_px=120, mm_per_px=0.05), clock)
    if kept > 8:
        with pytest.raises(CameraFault, match="before it was asked"):
            camera.frame()
    else:
        assert int(camera.frame()[0, 0, 0]) == 100


def test_a_thumb_over_half_of_the_bow_is_not_the_bows_own_colour() -> None:
    """Out of focus its edge is half skin, half metal, as far from the one as from the other: the blade tells."""
    key = struck_head(None, Metal.BRASS, "round", 5)
    rows, columns = np.mgrid[0 : key.view.pixels.shape[0], 0 : key.view.pixels.shape[1]] * key.view.mm_per_px
    skin = ((rows < 24.0).astype(np.float32) + (rows < 18.0)) * (columns < 31.0)
    pixels = key.view.pixels.astype(np.float32)
    pixels[:, :, 2] *= np.exp(0.17 * skin)
    covered = np.clip(pixels, 0, 255).astype(np.uint8)
    assert why_unseen(key.view, key.silhouette) is None
    assert why_unseen(Frame(covered, key.view.mm_per_px), key.silhouette) is Unseen.COVERED
