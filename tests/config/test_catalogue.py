from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.catalogue import SHIPPED, Catalogue, load_catalogue
from config.keyway import SpacingStop, Standing
from config.keyway_checks import close_pairs, cut_findings, depth_findings
from config.problems import BadInput
from config.section_shape import RESOLVABLE_MM, section_distance_mm

KEYWAY = """
[spec.test]
unit = "in"
stop = "shoulder"
first_cut = 0.247
pitch = 0.150
step = 0.023
roots = { 1 = 0.329, 2 = 0.306, 3 = 0.283, 4 = 0.260, 5 = 0.237, 6 = 0.214, 7 = 0.191 }
flat = 0.084
angle_deg = 90.0
macs = 4
blade_height = 0.335
source = "a sheet"

[[keyway]]
code = "T1"
name = "Test"
maker = "Test"
spec = "test"
standing = { standing = "open", ground = "a test", source = "a test" }
blanks = [ { code = "T1", cuts = 5, blade_length = 1.093, source = "a sheet" } ]
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def problems_of(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    text = KEYWAY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "test.toml").write_text(text)
    try:
        load_catalogue(tmp_path)
    except BadInput as bad:
        return [f"{problem.field}: {problem.reason}" for problem in bad.problems]
    return []


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_file_loads_alone(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    assert load_catalogue(tmp_path).keyways


@pytest.mark.parametrize(
    ("blank", "cuts", "first_in", "pitch_in", "shallowest_in", "deepest_in", "height_in"),
    [
        ("KW1", 5, 0.247, 0.150, 0.329, 0.191, 0.335),
        ("KW5", 6, 0.247, 0.150, 0.329, 0.191, 0.335),
        ("SC1", 5, 0.231, 0.1562, 0.335, 0.200, 0.343),
        ("SC4", 6, 0.231, 0.1562, 0.335, 0.200, 0.343),
        ("M1", 4, 0.186, 0.125, 0.272, 0.1635, 0.281),
        ("Y2", 6, 0.200, 0.165, 0.320, 0.149, 8.30 / 25.4),
        ("WR4", 6, 0.237, 0.156, 0.315, 0.153, 8.72 / 25.4),
        ("AM7", 6, 0.156, 0.125, 0.284, 0.175, 7.87 / 25.4),
        ("AR4", 6, 0.265, 0.155, 0.312, 0.186, 0.336),
        ("S22", 6, 0.215, 0.156, 0.330, 0.150, 0.331),
        ("BEST-A-7", 7, 0.08, 0.150, 0.318, 0.2055, 0.330),
    ],
)
def test_figures_are_those_of_the_sheets_in_mm(
    catalogue: Catalogue,
    blank: str,
    cuts: int,
    first_in: float,
    pitch_in: float,
    shallowest_in: float,
    deepest_in: float,
    height_in: float,
) -> None:
    keyway, found = catalogue.blank_of[blank]
    spec = keyway.spec
    assert spec is not None
    assert found.cuts == cuts
    figures_mm = (
        spec.first_cut_mm,
        spec.pitch_mm,
        spec.depths[0].root_mm,
        spec.depths[-1].root_mm,
        spec.blade_height_mm,
    )
    expected_mm = [25.4 * each for each in (first_in, pitch_in, shallowest_in, deepest_in, height_in)]
    assert figures_mm == pytest.approx(expected_mm, abs=1e-4)


def test_the_ways_codes_run_are_kept_apart(catalogue: Catalogue) -> None:
    def codes(keyway: str) -> str:
        spec = catalogue.keyway_of[keyway].spec
        assert spec is not None
        return "".join(depth.code for depth in spec.depths)

    assert codes("SC1") == "0123456789"
    assert codes("KW1") == "1234567"
    assert codes("SARGENT-LA") == "1234567890"
    best = catalogue.keyway_of["BEST-A"].spec
    assert best is not None
    assert best.stop is SpacingStop.TIP


NO_CUTS_ON_FILE = {"master:m2", "master:m10", "national:na6", "ilco:in8"}


def test_every_open_section_whose_cuts_are_known_may_be_cut_and_no_other(catalogue: Catalogue) -> None:
    for section in catalogue.sections:
        for keyway in catalogue.keyways_with[section.id]:
            closed = section.id.startswith("medeco:") or (section.id.startswith("schlage:") and section.id[-1] == "p")
            assert (keyway.standing.standing is Standing.OPEN) is not closed
            assert bool(keyway.blanks) is (keyway.spec is not None)
            assert (keyway.spec is None) is (closed or section.id in NO_CUTS_ON_FILE)


def test_every_figure_has_a_source(catalogue: Catalogue) -> None:
    assert all(blank.source for keyway in catalogue.keyways for blank in keyway.blanks)
    derived = [blank.code for _, blank in catalogue.blank_of.values() if "derived" in blank.source]
    assert {"KW5", "Y2", "WR4", "AR4", "NA12"} <= set(derived)
    assert not {"KW1", "SC1", "SC4", "M1", "WR3", "Y1", "AR1"} & set(derived)


def test_no_two_sections_are_closer_than_the_reader_can_tell_unless_declared(catalogue: Catalogue) -> None:
    assert not list(close_pairs(catalogue.sections, catalogue.confusable))
    assert catalogue.confusable == {
        frozenset({"medeco:1515", "medeco:1542"}),
        frozenset({"national:na12", "national:na14"}),
    }


def test_section_distance_is_zero_to_itself_and_the_same_both_ways(catalogue: Catalogue) -> None:
    one, other = catalogue.section_of["schlage:c"], catalogue.section_of["schlage:cp"]
    assert section_distance_mm(one, one) == pytest.approx(0.0, abs=1e-9)
    assert section_distance_mm(one, other) == pytest.approx(section_distance_mm(other, one), abs=0.01)
    assert section_distance_mm(one, other) > RESOLVABLE_MM


def test_a_section_hardly_different_from_another_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    master = (SHIPPED / "master.toml").read_text()
    (tmp_path / "master.toml").write_text(master)
    section = "[[section]]" + master.split("[[section]]")[1].replace("master:k1", "master:k2").replace("1.28", "1.26")
    (tmp_path / "copy.toml").write_text(section)
    with pytest.raises(BadInput, match=r"master:k\d: only 0.0\d\d mm from master:k\d"):
        load_catalogue(tmp_path)
    declared = '\n[[confusable]]\nsections = ["master:k1", "master:k2"]\nground = "told so"\n'
    (tmp_path / "copy.toml").write_text(section + declared)
    assert {"master:k1", "master:k2"} <= set(load_catalogue(tmp_path).section_of)


def test_the_sheet_it_starts_from_is_good(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2 = 0.306", "2 = 0.336", "keyway.T1.roots: 2 is not deeper than 1"),
        ("2 = 0.306", "2 = 0.302", "keyway.T1.roots: from 1 to 2 is"),
        ("step = 0.023", "step = 0.015", "keyway.T1.roots: from 1 to 2 is"),
        ("blade_height = 0.335", "blade_height = 0.320", "keyway.T1.roots: 1 lies above the blade"),
        ("7 = 0.191", "7 = 0.091", "keyway.T1.roots: 7 would cut the blade nearly through"),
        ("pitch = 0.150", "pitch = 0.123", "keyway.T1.macs: a cut 4 steps deeper"),
        ("flat = 0.084", "flat = 0.152", "keyway.T1.flat: 3.86 mm does not fit"),
        ("macs = 4", "macs = 7", "keyway.T1.macs: 7 steps, but there are only 7 depths"),
        ("macs = 4", "macs = 0", "spec.test.macs: should be greater than or equal to 1"),
        ("cuts = 5", "cuts = 7", "keyway.T1.blanks.T1: the last of 7 cuts lies past the tip"),
        ("first_cut = 0.247", "first_cut = 2.47", "keyway.T1.first_cut_mm: should be less than 15"),
        ('unit = "in"', 'unit = "cm"', "spec.test.unit: should be 'in' or 'mm'"),
        ('spec = "test"', 'spec = "other"', "keyway.T1.spec: no table [spec.other]"),
        ('code = "T1"\nname', 'code = "T1"\nsections = ["a:b"]\nname', "keyway.T1: no section a:b"),
        ('standing = "open"', 'standing = "free"', "keyway[1].standing.standing: should be 'open'"),
        ('maker = "Test"', "", "keyway[1].maker: is missing"),
        ('maker = "Test"', 'maker = "Test"\nmakr = 1', "keyway[1].makr: is not a setting"),
    ],
)
def test_a_slip_in_a_sheet_is_found_and_named(tmp_path: Path, old: str, new: str, found: str) -> None:
    assert any(line.startswith(found) for line in problems_of(tmp_path, (old, new))), problems_of(tmp_path, (old, new))


def test_all_slips_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(KEYWAY.replace("2 = 0.306", "2 = 0.336").replace("cuts = 5", "cuts = 7"))
    (tmp_path / "b.toml").write_text("not toml at all")
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput) as caught:
        load_catalogue(tmp_path)
    assert {Path(problem.file).name for problem in caught.value.problems} == {"a.toml", "b.toml", "c.toml"}
    assert len(caught.value.problems) >= 4


def test_a_blank_without_a_spec_and_a_code_used_twice_are_refused(tmp_path: Path) -> None:
    assert any("has blanks but no spec" in line for line in problems_of(tmp_path, ('spec = "test"', "")))
    (tmp_path / "again.toml").write_text(KEYWAY)
    assert any("T1 also stands in" in line for line in problems_of(tmp_path))


def test_an_owner_adds_a_section_to_a_shipped_keyway(tmp_path: Path, catalogue: Catalogue) -> None:
    section = catalogue.section_of["schlage:c"]
    narrow = section.model_copy(
        update={
            "id": "taylor:own",
            "left": tuple((h, r / 3) for h, r in section.left),
            "right": ((0.0, 0.0), (8.5, 0.9)),
        }
    )
    text = f"""
[[section]]
id = "{narrow.id}"
thickness_mm = 1.91
height_mm = 8.5
left = {[list(point) for point in narrow.left if point[0] <= 8.5]}
right = {[list(point) for point in narrow.right]}
source = "enrolled"

[[extend]]
keyway = "TAYLOR"
sections = ["taylor:own"]
"""
    (tmp_path / "own.toml").write_text(text)
    known = load_catalogue(owner=tmp_path).keyway_of["TAYLOR"]
    assert not catalogue.keyway_of["TAYLOR"].height_known
    assert known.sections == ("taylor:own",)
    assert known.spec is not None
    assert known.spec.blade_height_mm == 8.5
    assert [blank.code for blank in known.blanks] == ["TAYLOR-5"]


def test_findings_need_nothing_but_the_figures(catalogue: Catalogue) -> None:
    for keyway in catalogue.keyways:
        if keyway.spec:
            step_mm = keyway.spec.depths[0].root_mm - keyway.spec.depths[1].root_mm
            assert not list(depth_findings(keyway.spec, step_mm))
            assert not list(cut_findings(keyway.spec))


def test_a_code_is_found_as_people_write_it_and_an_unknown_one_is_told(catalogue: Catalogue) -> None:
    assert catalogue.find(" sc4 ")[1] == catalogue.blank_of["SC4"][1]
    assert catalogue.find("medeco")[1] is None
    with pytest.raises(BadInput, match="not in the catalogue; did you mean SC1"):
        catalogue.find("SC11")


def test_the_revision_changes_with_any_byte(tmp_path: Path) -> None:
    (tmp_path / "test.toml").write_text(KEYWAY)
    before = load_catalogue(tmp_path).revision
    (tmp_path / "test.toml").write_text(KEYWAY + "\n")
    assert load_catalogue(tmp_path).revision != before


def test_grooves_that_meet_are_told(tmp_path: Path) -> None:
    master = (SHIPPED / "master.toml").read_text()
    (tmp_path / "master.toml").write_text(master.replace("1.28]", "1.9]"))
    with pytest.raises(BadInput, match="grooves of the two faces meet"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("code", "meant"),
    [("SCX", "SC1, SC4, SC8, SC9"), ("SC11", "SC1, SC10, SC15, SC19"), ("KWX", "KW1, KW5, KW10")],
)
def test_what_may_have_been_meant_comes_by_nearness_then_as_the_catalogue_has_it(
    catalogue: Catalogue, code: str, meant: str
) -> None:
    with pytest.raises(BadInput) as told:
        catalogue.find(code)
    assert told.value.problems[0].reason.endswith(f"did you mean {meant}?")
