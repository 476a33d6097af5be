"""`kiosk identify` as a technician types it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.catalogue import Catalogue
from hardware.camera.scan_folder import save_scan
from hardware.scan import ScanFrames
from kiosk.__main__ import main
from kiosk.commands.identify import _rival
from kiosk.key.reading import Candidate, Identification, Outcome
from tests.bench.drawn_faces import DrawnKey, Ground, Lying, drawn_scan
from tests.identification.drawing import Line, Sheet, blade_edge, drawn_key, laser_line, outline, silhouette
from tests.identification.test_stamp import head

KEYS = [
    "scan",
    "outcome",
    "keyway",
    "bitting",
    "depths_mm",
    "score",
    "margin",
    "stamp",
    "stamp_illegible",
    "verdict",
    "rules",
]
SMALL = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)


@pytest.fixture
def kw1(catalogue: Catalogue) -> ScanFrames:
    keyway, blank = catalogue.blank_of["KW1"]
    assert keyway.spec is not None
    return drawn_key(keyway.spec, "35244", catalogue.section_of["kwikset:kw1"], blank.blade_length_mm, SMALL)


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, list[str], list[str]]:
    monkeypatch.setattr("sys.argv", ["kiosk", "identify", *map(str, words)])
    status = 0
    try:
        main()
    except SystemExit as done:
        status = int(done.code or 0)
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err.splitlines()


def test_one_line_of_json_a_folder_with_exactly_these_keys(
    tmp_path: Path,
    kw1: ScanFrames,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save_scan(kw1, tmp_path / "kw1")
    medeco = catalogue.section_of["medeco:1515"]
    save_scan(
        replace(
            kw1,
            line_left=laser_line(medeco.left, medeco.height_mm, Line()),
            line_right=laser_line(medeco.right, medeco.height_mm, Line()),
        ),
        tmp_path / "medeco",
    )
    save_scan(replace(kw1, line_right=None), tmp_path / "one-face")
    folders = [tmp_path / name for name in ("kw1", "medeco", "one-face")]
    status, out, err = run(monkeypatch, capsys, "--json", *folders)
    assert (status, err) == (0, [])
    told = [json.loads(line) for line in out]
    assert [list(each) for each in told] == [KEYS] * 3
    assert [each["scan"] for each in told] == [str(path) for path in folders]
    assert (told[0]["outcome"], told[0]["keyway"], told[0]["bitting"]) == ("identified", "KW1", "35244")
    assert told[0]["depths_mm"] == pytest.approx([7.19, 6.02, 7.77, 6.6, 6.6], abs=0.05)
    assert told[1]["verdict"] == "refuse"
    assert told[1]["keyway"] is told[1]["bitting"] is None
    assert told[1]["rules"]
    assert (told[2]["outcome"], told[2]["verdict"], told[2]["bitting"]) == ("section_not_seen", "refuse", None)
    assert len(told[2]["depths_mm"]) == 5


def test_how_a_key_is_cut_whose_head_bears_a_sealed_mark_is_nobodys_business(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, words in (("sealed", ("PATENTED",)), ("asked", ("DO NOT", "DUPLICATE"))):
        save_scan(replace(kw1, head=head(words, 0)), tmp_path / name)
    _, out, _ = run(monkeypatch, capsys, "--json", tmp_path / "sealed", tmp_path / "asked")
    sealed, asked = (json.loads(line) for line in out)
    assert (sealed["stamp"], sealed["verdict"]) == (["patented"], "refuse")
    assert (sealed["outcome"], sealed["bitting"], sealed["depths_mm"]) == ("identified", None, [])
    assert (asked["bitting"], len(asked["depths_mm"])) == ("35244", 5)
    _, out, _ = run(monkeypatch, capsys, tmp_path / "sealed")
    assert not any("35244" in line or "roots" in line or "outline" in line for line in out)


def test_a_bad_folder_is_one_line_and_the_others_are_still_read(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(kw1, tmp_path / "good")
    save_scan(kw1, tmp_path / "bad")
    (tmp_path / "bad" / "silhouette.png").write_bytes(b"")
    status, out, err = run(monkeypatch, capsys, tmp_path / "bad", tmp_path / "nowhere", tmp_path / "good")
    assert status == 2
    assert len(err) == 2
    assert all(line.startswith("kiosk: ") for line in err)
    assert any("35244" in line for line in out)


def test_a_folder_of_scans_is_gone_through_with_a_bar_for_who_watches(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(kw1, tmp_path / "one")
    save_scan(kw1, tmp_path / "two")
    (tmp_path / "two" / "silhouette.png").write_bytes(b"")
    status, out, err = run(monkeypatch, capsys, "--json", tmp_path)
    assert (status, len(err)) == (2, 1)
    assert [json.loads(line)["scan"] for line in out] == [str(tmp_path / "one")]
    monkeypatch.setattr("kiosk.commands.identify.sys.stderr.isatty", lambda: True, raising=False)
    _, _, watched = run(monkeypatch, capsys, "--json", tmp_path)
    assert "100%" in "".join(watched)


def test_a_picture_on_paper_gives_outline_and_cuts_but_never_a_copy(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kw1.silhouette is not None
    Image.fromarray(kw1.silhouette.pixels).convert("RGB").save(tmp_path / "key.jpg", quality=92)
    status, out, _ = run(monkeypatch, capsys, "--json", "--mm-per-px", 0.06, tmp_path / "key.jpg")
    told = json.loads(out[0])
    assert (status, told["outcome"], told["verdict"]) == (0, "section_not_seen", "refuse")
    assert told["depths_mm"] == pytest.approx([7.19, 6.02, 7.77, 6.6, 6.6], abs=0.06)


def test_wrong_use_is_one_line(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(kw1, tmp_path / "kw1")
    picture = tmp_path / "kw1" / "silhouette.png"
    for words in ([picture], ["--mm-per-px", 7, picture], ["--mm-per-px", 0.06, tmp_path / "kw1"]):
        status, out, err = run(monkeypatch, capsys, *words)
        assert (status, out, len(err)) == (2, [], 1)


def test_a_half_written_scan_among_others_is_told_and_the_others_are_read(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(kw1, tmp_path / "good")
    save_scan(kw1, tmp_path / "half")
    (tmp_path / "half" / "scan.toml").unlink()
    status, out, err = run(monkeypatch, capsys, "--json", tmp_path)
    assert status == 2
    assert [json.loads(line)["scan"] for line in out] == [str(tmp_path / "good")]
    assert len(err) == 1
    assert str(tmp_path / "half") in err[0]
    assert "scan.toml" in err[0]


def test_a_section_that_fits_in_a_mirror_alone_is_called_so(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(replace(kw1, line_left=kw1.line_right, line_right=kw1.line_left), tmp_path / "mirrored")
    _, out, _ = run(monkeypatch, capsys, tmp_path / "mirrored")
    assert "nearest the mirror image of a known one" in out[1]


def test_a_blade_with_a_hole_through_it_is_no_ordinary_key(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kw1.silhouette is not None
    seen = kw1.silhouette.pixels.copy()
    seen[464:477, 794:807] = seen[0, 0]
    save_scan(replace(kw1, silhouette=replace(kw1.silhouette, pixels=seen)), tmp_path / "drilled")
    _, out, _ = run(monkeypatch, capsys, "--json", tmp_path / "drilled")
    told = json.loads(out[0])
    assert (told["outcome"], told["verdict"], told["depths_mm"]) == ("pierced", "refuse", [])


def test_a_hair_over_a_cut_drills_no_hole(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kw1.silhouette is not None
    seen = kw1.silhouette.pixels.copy()
    seen[395:398, 762:845] = 20
    save_scan(replace(kw1, silhouette=replace(kw1.silhouette, pixels=seen)), tmp_path / "hair")
    _, out, _ = run(monkeypatch, capsys, "--json", tmp_path / "hair")
    told = json.loads(out[0])
    assert told["outcome"] != "side_milled"
    assert told["bitting"] in (None, "35244")


def test_a_folder_without_any_scan_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, told = run(monkeypatch, capsys, tmp_path)
    assert status == 2
    assert told == [f"kiosk: {tmp_path}: no scan folder (no scan.toml) and no scans in it"]


@pytest.mark.parametrize(
    ("deep_mm", "said"),
    [
        (0.38, "  milled    seen in face above at "),
        (0.1, "  faces     a stain or milling, which is not clear: face above at "),
    ],
    ids=["milled", "not clear"],
)
def test_a_technician_hears_on_which_face_and_where_something_is_milled_or_not_clear(
    tmp_path: Path,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    deep_mm: float,
    said: str,
) -> None:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    section = catalogue.section_of[keyway.sections[0]]
    roots = [keyway.spec.root_mm_of[each.code] for each in keyway.spec.depths[2:7]]
    edge = blade_edge(keyway.spec, roots, blank.blade_length_mm, section.height_mm)
    key = DrawnKey(edge, section, {"right": (Ground("scallop", 15.0, 0.0, 6.0, 1.1, deep_mm),)}, "brass")
    frames = drawn_scan(key, Lying(3.0, (0.5, -0.5), True, False), np.random.default_rng(5))
    save_scan(replace(frames, face_above_far=None, face_below_far=None), tmp_path / "ground")
    _, out, _ = run(monkeypatch, capsys, tmp_path / "ground")
    (line,) = [each for each in out if each.startswith(said)]
    assert 9.0 < float(line.removeprefix(said).removesuffix(" mm from the stop")) < 21.0


FA2_OR_WR3 = Identification(
    Outcome.AMBIGUOUS,
    score=0.9,
    margin=0.02,
    ranked=tuple(Candidate(*each) for each in (("falcon:fa2", 0.9), ("weiser:wr3", 0.88), ("schlage:c", 0.4))),
)


@pytest.mark.parametrize(
    ("identification", "rival"),
    [
        (FA2_OR_WR3, "weiser:wr3"),
        (replace(FA2_OR_WR3, outcome=Outcome.UNKNOWN_SECTION), None),
        (replace(FA2_OR_WR3, keyway="FA2"), None),
        (replace(FA2_OR_WR3, margin=0.01), None),
    ],
    ids=["two sections", "another outcome", "two ways of cutting one section", "its own mirror image"],
)
def test_of_two_sections_too_alike_both_are_named(identification: Identification, rival: str | None) -> None:
    assert _rival(identification) == rival


def test_a_face_of_which_a_scan_has_no_picture_was_not_seen(
    tmp_path: Path, kw1: ScanFrames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_scan(kw1, tmp_path / "kw1")
    _, out, _ = run(monkeypatch, capsys, "--json", tmp_path / "kw1")
    told = json.loads(out[0])
    assert (told["outcome"], told["bitting"], told["verdict"]) == ("identified", "35244", "ask_staff")
    assert "FACE_NOT_SEEN" in told["rules"]
    _, out, _ = run(monkeypatch, capsys, tmp_path / "kw1")
    assert "  faces     not both looked at: whether one is milled was not seen" in out


@pytest.mark.parametrize(
    ("off_mm", "said"),
    [
        ((0.0, 0.0, 0.0, 0.0, 0.0), "  bitting   35244; like new"),
        ((-0.13, -0.13, -0.13, -0.13, -0.13), "  bitting   35244; up to 0.15 mm below its factory depths"),
        ((0.0, 0.0, -0.27, 0.0, 0.0), "  cuts      3 from the stop: off its depths, worn or made so"),
    ],
)
def test_what_is_said_of_wear_is_what_was_measured_and_names_the_cut(
    tmp_path: Path,
    kw1: ScanFrames,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    off_mm: tuple[float, ...],
    said: str,
) -> None:
    keyway, blank = catalogue.blank_of["KW1"]
    spec = keyway.spec
    assert spec is not None
    roots_mm = [spec.root_mm_of[code] + off for code, off in zip("35244", off_mm, strict=True)]
    edge = blade_edge(spec, roots_mm, blank.blade_length_mm, spec.blade_height_mm)
    worn = silhouette(outline(edge, spec.blade_height_mm, SMALL), SMALL)
    save_scan(replace(kw1, silhouette=worn), tmp_path / "kw1")
    _, out, _ = run(monkeypatch, capsys, tmp_path / "kw1")
    assert said in out
