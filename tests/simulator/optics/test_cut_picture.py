"""`simulate cut`: a typed bitting cut on the simulated machine, drawn and told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from config.catalogue import Catalogue
from config.machine import Machine
from config.problems import BadInput
from config.toml_files import checked, read_toml
from kiosk.command_line import app
from kiosk.cutting.plan import PlanRefusal
from kiosk.rehearsal import cut_rehearsal
from kiosk.rehearsal.cut_picture import CutRecord
from tests.simulator.optics.parts import MACHINE_FILE


@pytest.fixture(scope="module")
def machine() -> Machine:
    return checked(Machine, read_toml(MACHINE_FILE), str(MACHINE_FILE))


def rehearsed(catalogue: Catalogue, machine: Machine, code: str, bitting: str) -> CutRecord | PlanRefusal:
    return cut_rehearsal.rehearse_cut(*catalogue.blank_of[code][:2], tuple(bitting), machine, catalogue)


@pytest.mark.parametrize(("code", "bitting"), [("KW1", "35244"), ("SC4", "274365"), ("M1", "3265")])
def test_a_sound_machine_cuts_within_a_few_hundredths(
    catalogue: Catalogue, machine: Machine, code: str, bitting: str
) -> None:
    record = rehearsed(catalogue, machine, code, bitting)
    assert isinstance(record, CutRecord)
    assert len(record.root_errors_um()) == len(bitting)
    assert max(map(abs, record.root_errors_um())) < 25
    assert (record.after_mm <= record.before_mm).all()
    assert [step for step, _ in record.steps_s] == [
        "connect", "home", "load and touch off", "cut", "brush and check", "deliver",
    ]  # fmt: skip
    assert all(seconds > 0 for _, seconds in record.steps_s)
    assert "array" not in repr(record)


def test_a_worn_wheel_shows_as_an_error_in_every_cut(catalogue: Catalogue, machine: Machine) -> None:
    keyway, blank = catalogue.blank_of["KW1"]
    sound = rehearsed(catalogue, machine, "KW1", "35244")
    off = cut_rehearsal.rehearse_cut(
        keyway, blank, tuple("35244"), machine, catalogue,
        prepare=lambda sim: setattr(sim.world.wheel.faults, "runout_mm", 0.03),
    )  # fmt: skip
    assert isinstance(sound, CutRecord)
    assert isinstance(off, CutRecord)
    changes = [b - a for a, b in zip(sound.root_errors_um(), off.root_errors_um(), strict=True)]
    assert changes == pytest.approx([-30] * 5, abs=3)


def test_the_command_draws_and_tells_the_same_each_time(tmp_path: Path) -> None:
    told = []
    for name in ("one.png", "two.png"):
        result = CliRunner().invoke(
            app, ["simulate", "cut", "--keyway", "KW1", "--bitting", "35244", "--png", str(tmp_path / name)]
        )
        assert result.exit_code == 0, result.output
        told.append(result.output.replace(name, ""))
    assert told[0] == told[1]
    assert re.search(r"cut 5: [+-]\d+\.\d µm", told[0])
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.width > 800


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--keyway", "KW1", "--bitting", "3524"), "cuts"),
        (("--keyway", "KW1", "--bitting", "35249"), "depths"),
        (("--keyway", "KW1", "--bitting", "17171"), "MACS"),
        (("--keyway", "QX1", "--bitting", "35244"), "catalogue"),
        (("--keyway", "Y1", "--bitting", "35244"), "no slot"),
    ],
)
def test_a_bad_wish_is_told_and_nothing_is_drawn(tmp_path: Path, words: tuple[str, ...], reason: str) -> None:
    png = tmp_path / "cut.png"
    result = CliRunner().invoke(app, ["simulate", "cut", *words, "--png", str(png)])
    assert isinstance(result.exception, BadInput)
    assert reason in str(result.exception)
    assert not png.exists()


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    words = ["cut", "--keyway", "KW1", "--bitting", "35244", "--png", str(tmp_path / "no" / "where.png")]
    result = CliRunner().invoke(app, ["simulate", *words])
    assert isinstance(result.exception, BadInput)


def test_the_command_line_offers_every_made_up_picture() -> None:
    for command in ("frames", "photo", "keys", "cut"):
        result = CliRunner().invoke(app, ["simulate", command, "--help"])
        assert result.exit_code == 0, command
