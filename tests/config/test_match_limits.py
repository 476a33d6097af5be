"""Limits of a match belong to the sections they were measured for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from config.catalogue import load_catalogue
from config.match_limits import SHIPPED_LIMITS, LimitsFile, as_toml, read_limits, stricter_of
from config.problems import BadInput
from config.settings import load_settings
from config.toml_files import checked

SECTION = """
[[section]]
id = "yale:y9"
thickness_mm = 2.0
height_mm = 8.4
left = [[0.01, 0.0], [3.0, 0.0], [3.5, 0.9], [8.4, 0.9]]
right = [[0.01, 0.9], [5.0, 0.9], [5.5, 0.0], [8.4, 0.0]]
source = "made up"
"""


def owner(tmp_path: Path, keyways: str) -> Path:
    (tmp_path / "keyways").mkdir()
    (tmp_path / "keyways" / "own.toml").write_text(keyways)
    return tmp_path


def test_the_shipped_limits_are_for_the_shipped_sections() -> None:
    shipped = load_catalogue()
    file = read_limits(SHIPPED_LIMITS)
    assert file.sections_revision == shipped.sections_revision
    assert shipped.limits == file.limits


def test_limits_of_other_sections_are_refused_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        load_settings(owner(tmp_path, SECTION), {})
    (problem,) = refused.value.problems
    assert "kiosk catalogue calibrate-limits" in str(problem)
    assert load_catalogue(owner=tmp_path / "keyways").limits is None


def test_the_owners_limits_serve_the_owners_sections(tmp_path: Path) -> None:
    folder = owner(tmp_path, SECTION)
    own = read_limits(SHIPPED_LIMITS)
    grown = load_catalogue(owner=folder / "keyways").sections_revision
    tighter = own.limits.model_copy(update={"distance_mm": 0.02})
    (folder / "match_limits.toml").write_text(
        as_toml(own.model_copy(update={"sections_revision": grown, "limits": tighter}))
    )
    assert load_settings(folder, {}).catalogue.limits == tighter


def test_limits_are_void_when_blanks_are_made_in_other_thicknesses(tmp_path: Path) -> None:
    folder = owner(tmp_path, SECTION + "thicknesses_mm = [2.0, 2.1]\n")
    own = read_limits(SHIPPED_LIMITS)
    measured_for = load_catalogue(owner=folder / "keyways").sections_revision
    (folder / "match_limits.toml").write_text(as_toml(own.model_copy(update={"sections_revision": measured_for})))
    assert load_settings(folder, {}).catalogue.limits == own.limits
    for thicknesses in ("thicknesses_mm = [2.0, 2.3]\n", ""):
        (folder / "keyways" / "own.toml").write_text(SECTION + thicknesses)
        with pytest.raises(BadInput) as refused:
            load_settings(folder, {})
        (problem,) = refused.value.problems
        assert problem.field == "sections_revision"
        assert "kiosk catalogue calibrate-limits" in str(problem)


@pytest.mark.parametrize(
    ("field", "value"),
    [("distance_mm", 0.06), ("local_mm", 0.2), ("doubtful_mm", 0.9), ("margin_mm", 0.01), ("coverage", 0.4)],
)
def test_an_owner_may_ask_more_of_a_match_but_never_less(tmp_path: Path, field: str, value: float) -> None:
    own = read_limits(SHIPPED_LIMITS)
    looser = own.limits.model_copy(update={field: value})
    (tmp_path / "match_limits.toml").write_text(as_toml(own.model_copy(update={"limits": looser})))
    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path, {})
    assert [problem.field for problem in refused.value.problems] == [f"limits.{field}"]
    assert stricter_of(looser, own.limits) == stricter_of(own.limits, looser) == own.limits


def test_what_is_no_section_leaves_the_limits_alone(tmp_path: Path) -> None:
    folder = owner(tmp_path, "# nothing but a remark\n")
    assert load_settings(folder, {}).catalogue.limits == load_catalogue().limits


def test_a_limits_file_is_read_as_it_was_written() -> None:
    file = read_limits(SHIPPED_LIMITS)
    assert checked(LimitsFile, tomllib.loads(as_toml(file)), "again") == file


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("distance_mm = 0", "greater than 0"),
        ("distance_mm = 9.0", "less than 0.2"),
        ('distance_mm = "wide"', "number"),
        ("distance_mn = 0.03", "is missing"),
    ],
)
def test_an_ill_formed_limits_file_is_told_plainly(tmp_path: Path, line: str, reason: str) -> None:
    text = SHIPPED_LIMITS.read_text()
    start = text.index("distance_mm")
    path = tmp_path / "match_limits.toml"
    path.write_text(text[:start] + line + text[text.index("\n", start) :])
    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path, {})
    assert reason in str(refused.value)
