from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from config.catalogue import Catalogue, load_catalogue
from config.keyway import Section
from config.keyway_checks import solid_findings
from config.machine import Views
from config.problems import BadInput
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from config.settings import load_machine, load_settings
from hardware.camera.scan_folder import save_scan
from hardware.scan import ScanFrames
from kiosk.calibration.enrolment import Enrolled, NotEnrolled, learn_section
from kiosk.command_line import app
from kiosk.identification import identify, read_key
from kiosk.key.reading import KeyReading, Outcome
from simulator.keys.key import uncut_key
from simulator.keys.sections import nearly, random_section
from simulator.optics import NAMED, render_scan


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def views() -> Views:
    """The machine's own, but for coarser pictures of outline and head: a section is seen by its lines."""
    views = load_machine().views
    coarse = {"width_px": 1296, "height_px": 972, "mm_per_px": 0.06}
    return views.model_copy(
        update={name: getattr(views, name).model_copy(update=coarse) for name in ("silhouette", "head")}
    )


@cache
def yale_like() -> Section:
    """A stranger as high as a blade of a large pin tumbler."""
    drawn = random_section(np.random.default_rng(5))
    return drawn.model_copy(
        update={"height_mm": 8.41, "left": stretched(drawn.left, 8.41), "right": stretched(drawn.right, 8.41)}
    )


def stretched(face: tuple[tuple[float, float], ...], height_mm: float) -> tuple[tuple[float, float], ...]:
    scale = height_mm / face[-1][0]
    return tuple((height * scale, recess) for height, recess in face)


@cache
def frames(section: Section, seed: int) -> ScanFrames:
    return render_scan(uncut_key(28.0, section), views(), NAMED["normal"], seed)


@cache
def scans(section: Section, first_seed: int = 1, count: int = 3) -> tuple[KeyReading, ...]:
    return tuple(read_key(frames(section, first_seed + n)) for n in range(count))


def learn(
    readings: tuple[KeyReading, ...], known: Catalogue | None = None, thickness_mm: float | None = None
) -> Enrolled | NotEnrolled:
    return learn_section("taylor:taylor", readings, thickness_mm, known or catalogue(), "a test")


def test_a_section_is_learnt_as_it_is_and_its_neighbours_are_named() -> None:
    learned = learn(scans(yale_like()))
    assert isinstance(learned, Enrolled)
    assert section_distance_mm(learned.section, yale_like()) < RESOLVABLE_MM
    assert abs(learned.section.height_mm - 8.41) < 0.05
    assert len(learned.neighbours) == 3
    assert min(each.distance_mm for each in learned.neighbours) > RESOLVABLE_MM
    assert all(abs(each.difference_mm) > 0.1 for each in learned.neighbours)


def test_a_key_on_the_learnt_section_is_known_and_others_are_still_themselves(tmp_path: Path) -> None:
    learned = learn(scans(yale_like()))
    assert isinstance(learned, Enrolled)
    grown = Catalogue(
        tuple(
            keyway.model_copy(update={"sections": ("taylor:taylor",)}) if keyway.code == "Y1" else keyway
            for keyway in catalogue().keyways
        ),
        (*catalogue().sections, learned.section),
        "",
        limits=catalogue().limits,
    )
    again = identify(read_key(frames(yale_like(), 77)), grown)
    assert (again.keyway, again.outcome) == ("Y1", Outcome.UNCUT)
    assert identify(read_key(frames(yale_like(), 77)), catalogue()).keyway is None
    for section, keyway in (("kwikset:kw1", "KW1"), ("schlage:c", "SC1")):
        assert identify(read_key(frames(catalogue().section_of[section], 5)), grown).keyway == keyway


@pytest.mark.parametrize("section", ["kwikset:kw1", "schlage:c"])
def test_a_section_that_is_on_file_is_not_enrolled_again(section: str) -> None:
    refused = learn(scans(catalogue().section_of[section]))
    assert isinstance(refused, NotEnrolled)
    assert any(f"from {section}: it would be confused with it" in reason for reason in refused.reasons)


@pytest.mark.parametrize("name", ["kwikset:kw1", "weiser:wr3", "national:na12"])
def test_a_drawn_section_is_learnt_from_real_metal_beside_its_nearest_neighbours(name: str) -> None:
    section = catalogue().section_of[name]
    others = tuple(each for each in catalogue().sections if each.id != name)
    learned = learn_section(name, scans(section), section.thickness_mm, replace(catalogue(), sections=others), "a test")
    assert isinstance(learned, Enrolled)


def test_a_section_hardly_different_from_one_on_file_is_refused() -> None:
    near = nearly(catalogue().section_of["schlage:c"], np.random.default_rng(1), 0.05)
    assert isinstance(learn(scans(near)), NotEnrolled)


def test_two_scans_are_too_few_and_scans_of_two_blanks_do_not_mix() -> None:
    good = scans(yale_like())
    assert isinstance(learn(good[:2]), NotEnrolled)
    other = yale_like().model_copy(update={"left": yale_like().right, "right": yale_like().left})
    mixed = learn((*good[:2], *scans(other, 9, 1)))
    assert isinstance(mixed, NotEnrolled)
    assert any("are they of one blank?" in reason for reason in mixed.reasons)


def test_scans_without_a_line_are_refused() -> None:
    blind = tuple(KeyReading(blade_height_mm=8.4) for _ in range(3))
    assert isinstance(learn(blind), NotEnrolled)


def test_the_command_keeps_what_it_learnt_and_the_kiosk_knows_it_afterwards(tmp_path: Path) -> None:
    run = CliRunner()
    owner = tmp_path / "owner"
    owner.mkdir()
    folders = []
    for seed in (1, 2, 3):
        folders.append(str(tmp_path / f"scan{seed}"))
        save_scan(frames(yale_like(), seed), Path(folders[-1]))
    command = ["catalogue", "enrol", "TAYLOR", "--from", *folders, "--config", str(owner)]
    done = run.invoke(app, command)
    assert done.exit_code == 0, done.exception
    assert "taylor:taylor for TAYLOR" in done.stdout
    assert load_catalogue(owner=owner / "keyways").keyway_of["TAYLOR"].sections == ("taylor:taylor",)
    # The limits of a match were measured with it: the kiosk starts, and without them it would not.
    grown = load_settings(owner, {}).catalogue
    assert grown.limits is not None
    assert "limits of a match" in done.stdout
    told = identify(read_key(frames(yale_like(), 78)), grown)
    assert (told.keyway, told.outcome) == ("TAYLOR", Outcome.UNCUT)
    limits = (owner / "match_limits.toml").read_text()
    (owner / "match_limits.toml").unlink()
    with pytest.raises(BadInput, match="calibrate-limits"):
        load_settings(owner, {})
    (owner / "match_limits.toml").write_text(limits)
    again = run.invoke(app, command)
    assert isinstance(again.exception, BadInput)
    assert "already a section" in str(again.exception)


def test_limits_are_not_measured_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    result = CliRunner().invoke(app, ["catalogue", "calibrate-limits"])
    assert isinstance(result.exception, BadInput)
    assert "--out" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["TAYLOR", "--from", "/nowhere"], "no such directory"),
        (["TAYLOR", "--from", "/usr"], "scan.toml: is not there"),
        (["nobody:x9", "--from", "/usr"], "no such keyway"),
        (["TAYLOR", "--from", "/usr", "--thickness-mm", "9"], "between 0.5 and 5"),
        (["no such", "--keyway", "TAYLOR", "--from", "/usr"], ""),
    ],
)
def test_mistakes_on_the_command_line_are_told_plainly(tmp_path: Path, arguments: list[str], reason: str) -> None:
    result = CliRunner().invoke(app, ["catalogue", "enrol", *arguments, "--config", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert reason in str(result.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", ["KW1", "SC4", "BEST-A", "MEDECO", "Y1", "CR-Z"])
def test_every_keyway_can_be_shown_and_drawn(tmp_path: Path, code: str) -> None:
    png, svg = tmp_path / "k.png", tmp_path / "k.svg"
    shown = CliRunner().invoke(app, ["catalogue", "show", code, "--png", str(png), "--svg", str(svg)])
    assert shown.exit_code == 0, shown.exception
    assert png.read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in svg.read_bytes()


def test_the_list_names_every_keyway_and_check_is_content() -> None:
    run = CliRunner()
    listed = run.invoke(app, ["catalogue", "list"]).stdout
    assert len(listed.splitlines()) == len(catalogue().keyways)
    assert "all good" in run.invoke(app, ["catalogue", "check"]).stdout


def test_a_blade_thinner_than_its_grooves_is_refused_and_an_unmeasured_one_is_made_thick_enough() -> None:
    thin = learn(scans(yale_like()), thickness_mm=1.0)
    assert isinstance(thin, NotEnrolled)
    assert "measure its thickness again" in thin.reasons[0]
    assumed = learn(scans(yale_like()))
    assert isinstance(assumed, Enrolled)
    assert "assumed" in assumed.section.source
    assert not list(solid_findings(assumed.section))
