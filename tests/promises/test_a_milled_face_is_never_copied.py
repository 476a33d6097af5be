"""A key that is milled on a face is never copied, and a face that nobody saw is not a plain one.

Who would break it: somebody with a key of a side-bar system on a common section (rows, dimples, cuts beside the
bitting), laid with the milling downwards; somebody who ground a strip along the spine on long gentle slopes, or the
whole face on one slope out over the tip or under the bow, of a tarnished key if they can, where a stain looks like a
slope; and somebody who covers the lower camera with tape, a marker or a strip of paper, shines a torch into it, or
breathes on its glass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest

from config.machine import Views
from config.policy_rules import Override, Verdict
from config.settings import Settings, load_settings
from hardware.scan import FACE_VIEWS, Frame, Pixels, ScanFrames
from kiosk.identification import build_index, identify, read_key
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Decision
from kiosk.policy.request import CopyRequest
from simulator.keys.key import Face, Hollow, PhysicalKey
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, Pose, render_scan
from tests.bench.drawn_faces import DrawnKey, Ground, Lying, drawn_scan
from tests.identification.drawing import blade_edge

LYING = Pose(rotation_deg=4.0)
"""The right face looks up, the left one down."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


def blank_cut(settings: Settings, *hollows: Hollow) -> PhysicalKey:
    return replace(cut_by_blank(settings.catalogue, "SC1", np.random.default_rng(3)), hollows=hollows)


def seen(settings: Settings, key: PhysicalKey, views: Views | None = None) -> ScanFrames:
    return render_scan(key, views or settings.machine.views, NORMAL, 11, LYING)


@pytest.fixture(scope="module")
def plain(settings: Settings) -> ScanFrames:
    return seen(settings, blank_cut(settings))


def told(frames: ScanFrames, settings: Settings) -> Identification:
    return identify(read_key(frames), settings.catalogue, build_index(settings.catalogue.sections))


def decided(identification: Identification, settings: Settings) -> Decision:
    request = CopyRequest(
        identification,
        StampReading(seen=True),
        settings.store,
        settings.catalogue,
        place=settings.store.place,
        today=date(2026, 11, 28),
        stocked=frozenset({"SC1"}),
    )
    return decide(request, Policy(settings.policy))


def test_a_key_with_two_plain_faces_is_named_and_both_were_seen(plain: ScanFrames, settings: Settings) -> None:
    answer = told(plain, settings)
    assert (answer.outcome, answer.keyway, answer.faces_seen) == (Outcome.IDENTIFIED, "SC1", True)
    assert decided(answer, settings).verdict is Verdict.ALLOW


@pytest.mark.parametrize("face", [Face.LEFT, Face.RIGHT])
@pytest.mark.parametrize(
    "row",
    [
        [Hollow(Face.LEFT, x, 4.1, 0.6, 0.4) for x in (8.0, 12.0, 16.0, 20.0)],
        [Hollow(Face.LEFT, 14.0, 4.0, 0.8, 0.6)],
        [Hollow(Face.LEFT, x, 1.6, 0.7, 1.2, 1.6) for x in (9.0, 15.0, 21.0)],
    ],
    ids=["a row of pins", "a single dimple", "cuts along the side"],
)
def test_milling_on_either_face_away_from_the_laser_is_refused_for_good(
    settings: Settings, row: list[Hollow], face: Face
) -> None:
    key = blank_cut(settings, *(replace(hollow, face=face) for hollow in row))
    answer = told(seen(settings, key), settings)
    assert (answer.outcome, answer.keyway is None or answer.blank is None) == (Outcome.SIDE_MILLED, True)
    decision = decided(answer, settings)
    assert (decision.verdict, decision.can_be_approved) == (Verdict.REFUSE, False)


def drawn_ground(
    settings: Settings, face: str | None, ground: Ground, *, bow_right: bool, finish: str = "brass"
) -> ScanFrames:
    """A key that is ground by hand on one face, drawn by code that shares nothing with the reader."""
    keyway = settings.catalogue.keyway_of["SC1"]
    assert keyway.spec is not None
    section = settings.catalogue.section_of[keyway.sections[0]]
    roots = [keyway.spec.root_mm_of[each.code] for each in keyway.spec.depths[2:7]]
    edge = blade_edge(keyway.spec, roots, keyway.blanks[0].blade_length_mm, section.height_mm)
    key = DrawnKey(edge, section, {} if face is None else {face: (ground,)}, finish)
    return drawn_scan(key, Lying(3.0, (0.5, -0.5), bow_right, False), np.random.default_rng(5))


@pytest.mark.parametrize("bow_right", [False, True], ids=["lamp at the bow", "lamp at the tip"])
@pytest.mark.parametrize("face", ["left", "right", None])
@pytest.mark.parametrize("kind", ["strip on long slopes", "scallop"])
def test_a_strip_along_the_spine_that_sinks_and_rises_gently_is_milling_from_whichever_end_it_is_lit(
    settings: Settings, kind: str, face: str | None, bow_right: bool
) -> None:
    frames = drawn_ground(settings, face, Ground(kind, 15.0, 0.0, 6.0, 1.1, 0.38), bow_right=bow_right)
    assert told(frames, settings).outcome is (Outcome.IDENTIFIED if face is None else Outcome.SIDE_MILLED)


def test_the_face_on_which_milling_was_seen_is_named(settings: Settings) -> None:
    scallop = Ground("scallop", 15.0, 0.0, 6.0, 1.1, 0.38)
    named = [read_key(drawn_ground(settings, face, scallop, bow_right=True)).milled for face in ("left", "right")]
    assert sorted(map(tuple, named)) == [("face_above",), ("face_below",)]
    # Its sides stand three millimetres from its middle, and the one that is darkest is named.
    assert all(abs(x_mm - 15.0) < 5.0 for each in named for x_mm in each.values())


@pytest.mark.parametrize("bow_right", [False, True], ids=["wall in the shade", "wall in the light"])
@pytest.mark.parametrize(("begins_mm", "face"), [(7.0, "left"), (16.0, "right")])
def test_a_strip_ground_along_the_spine_out_over_the_tip_is_milling_though_only_one_wall_of_it_is_there(
    settings: Settings, begins_mm: float, face: str, bow_right: bool
) -> None:
    # In the shade of one lamp a wall as low as this is no darker than metal's grain: the other lamp looks at it.
    ground = Ground("strip out over the tip", begins_mm, 0.0, 1.0, 1.4, 0.4)
    assert told(drawn_ground(settings, face, ground, bow_right=bow_right), settings).outcome is Outcome.SIDE_MILLED


@pytest.mark.parametrize("bow_right", [False, True], ids=["lamp at the bow", "lamp at the tip"])
@pytest.mark.parametrize("face", ["left", "right"])
@pytest.mark.parametrize(
    "ground",
    [
        Ground("slope out over the tip", 12.0, 0.0, 6.0, 1.0, 0.3),
        Ground("slope out over the tip", 18.0, 0.0, 20.0, 1.0, 1.0),
        Ground("slope out under the bow", 12.0, 0.0, 6.0, 1.0, 0.3),
    ],
    ids=["then level to the tip", "never level again", "out under the bow"],
)
def test_a_face_ground_on_one_slope_of_three_degrees_that_never_comes_back_is_milling(
    settings: Settings, ground: Ground, face: str, bow_right: bool
) -> None:
    finish = "tarnished" if face == "left" else "brass"
    frames = drawn_ground(settings, face, ground, bow_right=bow_right, finish=finish)
    assert told(frames, settings).outcome is Outcome.SIDE_MILLED


def test_a_face_ground_on_one_slope_is_milling_on_a_machine_with_one_lamp_and_under_either_lamp_alone(
    settings: Settings,
) -> None:
    frames = drawn_ground(settings, "right", Ground("slope out over the tip", 12.0, 0.0, 6.0, 1.0, 0.3), bow_right=True)
    one_lamp = replace(frames, face_above_far=None, face_below_far=None)
    assert told(one_lamp, settings).outcome is Outcome.SIDE_MILLED
    covered = {name: dark(frames, name) for name in ("face_above", "face_below")}
    assert told(replace(frames, **covered), settings).outcome is Outcome.SIDE_MILLED


def test_stains_that_both_lamps_show_are_no_slope_and_one_lamps_alone_would_be(settings: Settings) -> None:
    ground = Ground("slope out over the tip", 12.0, 0.0, 6.0, 1.0, 0.3)
    sloped = drawn_ground(settings, "right", ground, bow_right=True)
    # What the lamp at the left shows of a slope, shown by both: metal that is darker there.
    stained = replace(sloped, face_above_far=sloped.face_above, face_below_far=sloped.face_below)
    assert told(stained, settings).outcome is Outcome.IDENTIFIED


def test_a_hollow_too_gentle_to_be_sure_of_under_one_lamp_is_asked_about(settings: Settings) -> None:
    frames = drawn_ground(settings, "right", Ground("scallop", 15.0, 0.0, 6.0, 1.1, 0.1), bow_right=True)
    answer = told(replace(frames, face_above_far=None, face_below_far=None), settings)
    assert (answer.outcome, answer.faces_seen) == (Outcome.IDENTIFIED, False)
    assert decided(answer, settings).verdict is Verdict.ASK_STAFF


def blackened(frames: ScanFrames, *names: str) -> ScanFrames:
    """Three round spots on the lower face, as dark under any lamp: pits somebody inked, or a finger's dirt."""
    spotted: dict[str, Frame] = {}
    for name in names:
        view: Frame = getattr(frames, name)
        pixels = view.pixels.copy()
        right = int(np.nonzero((pixels > 60).any(axis=0))[0][-1])
        for from_tip_mm in (9.0, 12.0, 15.0):
            column = int(right - from_tip_mm / view.mm_per_px)
            rows = np.nonzero(pixels[:, column] > 60)[0]
            cv2.circle(pixels, (column, int(rows[0] + rows[-1]) // 2), round(0.5 / view.mm_per_px), 15, -1, cv2.LINE_AA)
        spotted[name] = Frame(pixels, view.mm_per_px)
    return replace(frames, **spotted)


@pytest.mark.parametrize("lamps", [1, 2])
def test_spots_that_may_be_inked_pits_or_dirt_are_asked_about_and_staff_may_lift_it(
    plain: ScanFrames, settings: Settings, lamps: int
) -> None:
    frames = plain if lamps == 2 else replace(plain, face_above_far=None, face_below_far=None)
    frames = blackened(frames, *("face_below", "face_below_far")[:lamps])
    assert list(read_key(frames).unclear) == ["face_below"]
    decision = decided(told(frames, settings), settings)
    assert [(rule.code, rule.override) for rule in decision.rules] == [("FACE_NOT_SEEN", Override.ASSOCIATE)]
    assert (decision.verdict, decision.can_be_approved) == (Verdict.ASK_STAFF, True)


@pytest.mark.parametrize("far_end", [0.5, 2.0], ids=["lamp at the bow", "lamp at the tip"])
def test_a_lamp_that_lights_one_end_of_the_blade_half_as_brightly_mills_no_face(
    plain: ScanFrames, settings: Settings, far_end: float
) -> None:
    def nearer(view: Frame | None) -> Frame:
        assert view is not None
        lit = np.nonzero((view.pixels > 60).mean(axis=0) > 0.02)[0]
        along = (np.arange(view.pixels.shape[1]) - lit[0]) / (lit[-1] - lit[0])
        # As the square of the distance, from a lamp a blade and a half away.
        falls = (1 + along.clip(-0.2, 1.2) * (1 / np.sqrt(far_end) - 1)) ** -2 / max(far_end, 1.0)
        return Frame(np.rint(view.pixels * falls).astype(np.uint8), view.mm_per_px)

    frames = replace(plain, **{name: nearer(getattr(plain, name)) for pair in FACE_VIEWS for name in pair})
    assert told(frames, settings).outcome is Outcome.IDENTIFIED


def black(pixels: Pixels) -> Pixels:
    return np.random.default_rng(1).normal(3, 2, pixels.shape).clip(0, 255).astype(np.uint8)


def dark(frames: ScanFrames, name: str) -> Frame:
    view: Frame = getattr(frames, name)
    return Frame(black(view.pixels), view.mm_per_px)


def grey(pixels: Pixels) -> Pixels:
    return np.random.default_rng(1).normal(120, 2, pixels.shape).clip(0, 255).astype(np.uint8)


def blinded(pixels: Pixels) -> Pixels:
    return np.clip(pixels.astype(np.float32) * 8, 0, 255).astype(np.uint8)


def breathed_on(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 12.0), dtype=np.uint8)


def strip_of_tape(pixels: Pixels) -> Pixels:
    """Black, across a quarter of the blade."""
    taped = pixels.copy()
    lit = np.nonzero((pixels > 60).mean(axis=0) > 0.02)[0]
    first = int(lit[0]) + (int(lit[-1]) - int(lit[0])) // 2
    taped[:, first + 60 : first + 160] = 4
    return taped


def paper(pixels: Pixels) -> Pixels:
    """White, over the half of the picture in which the blade lies."""
    covered = pixels.copy()
    covered[:, pixels.shape[1] // 2 :] = 210
    return covered


def elsewhere(pixels: Pixels) -> Pixels:
    """What an earlier key looked like, that lay a few millimetres off."""
    return np.roll(pixels, (28, 34), axis=(0, 1))


def nearly_dark(pixels: Pixels) -> Pixels:
    """A lamp that all but failed."""
    return np.rint(pixels * 0.06 + 2).astype(np.uint8)


def wider(pixels: Pixels) -> Pixels:
    """A larger key lying just there."""
    return np.asarray(cv2.dilate(pixels, np.ones((13, 13), np.uint8)), dtype=np.uint8)


HANDS = [black, grey, blinded, breathed_on, strip_of_tape, paper, elsewhere, nearly_dark, wider]


@pytest.mark.parametrize("camera", ["face_above", "face_below"])
@pytest.mark.parametrize("hands", HANDS, ids=lambda hands: str(hands.__name__))
def test_a_face_camera_that_does_not_see_this_blade_says_so_and_staff_look(
    plain: ScanFrames, settings: Settings, hands: Callable[[Pixels], Pixels], camera: str
) -> None:
    view: Frame = getattr(plain, camera)
    answer = told(replace(plain, **{camera: Frame(hands(view.pixels), view.mm_per_px)}), settings)
    assert answer.outcome in (Outcome.IDENTIFIED, Outcome.SIDE_MILLED)
    assert answer.faces_seen is False or answer.outcome is Outcome.SIDE_MILLED
    assert decided(answer, settings).verdict in (Verdict.ASK_STAFF, Verdict.REFUSE)


@pytest.mark.parametrize("camera", ["face_above_far", "face_below_far"])
def test_a_face_of_which_one_of_two_cameras_sees_nothing_was_not_seen(
    plain: ScanFrames, settings: Settings, camera: str
) -> None:
    answer = told(replace(plain, **{camera: dark(plain, camera)}), settings)
    assert (answer.outcome, answer.faces_seen) == (Outcome.IDENTIFIED, False)
    assert decided(answer, settings).verdict is Verdict.ASK_STAFF


def test_a_machine_with_one_lamp_a_face_sees_faces_by_it(plain: ScanFrames, settings: Settings) -> None:
    answer = told(replace(plain, face_above_far=None, face_below_far=None), settings)
    assert (answer.outcome, answer.faces_seen) == (Outcome.IDENTIFIED, True)


@pytest.mark.parametrize("missing", ["face_above", "face_below"])
def test_a_machine_without_a_face_camera_asks_staff_to_look_at_every_key(settings: Settings, missing: str) -> None:
    views = settings.machine.views.model_copy(update={missing: None})
    frames = seen(settings, blank_cut(settings), views)
    assert getattr(frames, missing) is None
    decision = decided(told(frames, settings), settings)
    assert [rule.code for rule in decision.rules] == ["FACE_NOT_SEEN"]
    assert (decision.verdict, decision.rules[0].override) == (Verdict.ASK_STAFF, Override.ASSOCIATE)


@pytest.mark.parametrize("camera", ["face_above", "face_below", "face_above_far", "line_left", "line_right"])
def test_a_dark_camera_is_named_when_the_others_see_the_key(plain: ScanFrames, camera: str) -> None:
    assert read_key(plain).blind == ()
    assert read_key(replace(plain, **{camera: dark(plain, camera)})).blind == (camera,)


def test_a_key_beside_the_laser_is_no_fault_of_the_cameras(plain: ScanFrames) -> None:
    dark = {name: Frame(black(getattr(plain, name).pixels), 0.02) for name in ("line_left", "line_right")}
    assert read_key(replace(plain, **dark)).blind == ()


def test_a_speck_of_dust_on_the_glass_is_no_dimple_but_a_hollow_of_that_size_is(
    plain: ScanFrames, settings: Settings
) -> None:
    assert plain.face_below is not None
    mm, pixels = plain.face_below.mm_per_px, plain.face_below.pixels
    column = int(np.nonzero((pixels > 60).any(axis=0))[0][-1] - 12.0 / mm)
    rows = np.nonzero(pixels[:, column] > 60)[0]
    spot = (column, int(rows[0] + rows[-1]) // 2)
    dusty, hollow = pixels.copy(), pixels.copy()
    cv2.circle(dusty, spot, round(0.3 / mm), 20, -1, cv2.LINE_AA)
    cv2.circle(hollow, spot, round(0.3 / mm), 20, -1, cv2.LINE_AA)
    cv2.circle(hollow, (spot[0] + round(0.6 / mm), spot[1]), round(0.3 / mm), 235, -1, cv2.LINE_AA)
    assert told(replace(plain, face_below=Frame(dusty, mm)), settings).outcome is Outcome.IDENTIFIED
    assert told(replace(plain, face_below=Frame(hollow, mm)), settings).outcome is Outcome.SIDE_MILLED


def painted(plain: ScanFrames, draw: Callable[[Pixels, int, int, int, float], None], from_tip_mm: float) -> ScanFrames:
    """The lower face with something drawn on it where the blade's first and last lit rows are known."""
    assert plain.face_below is not None
    mm, pixels = plain.face_below.mm_per_px, plain.face_below.pixels.copy()
    column = int(np.nonzero((pixels > 60).any(axis=0))[0][-1] - from_tip_mm / mm)
    rows = np.nonzero(pixels[:, column] > 60)[0]
    draw(pixels, column, int(rows[0]), int(rows[-1]), mm)
    return replace(plain, face_below=Frame(pixels, mm))


@pytest.mark.parametrize(
    ("share", "outcome"), [(1.0, Outcome.SIDE_MILLED), (0.5, Outcome.IDENTIFIED)], ids=["a step", "where grooves begin"]
)
def test_a_step_ground_at_the_bow_is_refused_and_the_wall_where_grooves_begin_is_not(
    plain: ScanFrames, settings: Settings, share: float, outcome: Outcome
) -> None:
    def wall(pixels: Pixels, column: int, top: int, bottom: int, mm: float) -> None:
        half = round((bottom - top) * share / 2)
        middle = (top + bottom) // 2
        cv2.line(pixels, (column, middle - half), (column, middle + half), 40, round(0.4 / mm))

    assert told(painted(plain, wall, 24.0), settings).outcome is outcome


@pytest.mark.parametrize(
    ("other_side", "outcome"), [(22, Outcome.SIDE_MILLED), (0, Outcome.IDENTIFIED)], ids=["a dimple", "a speck"]
)
def test_a_dimple_with_one_side_faint_is_still_a_dimple(
    plain: ScanFrames, settings: Settings, other_side: int, outcome: Outcome
) -> None:
    def dimple(pixels: Pixels, column: int, top: int, bottom: int, mm: float) -> None:
        middle, reach = (top + bottom) // 2, round(0.3 / mm)
        cv2.circle(pixels, (column, middle), reach, 60, -1, cv2.LINE_AA)
        lit = (slice(middle - reach // 2, middle + reach // 2 + 1), slice(column + 2 * reach, column + 3 * reach))
        pixels[lit] = np.clip(pixels[lit].astype(int) + other_side, 0, 255)

    assert told(painted(plain, dimple, 12.0), settings).outcome is outcome
