"""Limits of a match, measured for the sections on file: `kiosk catalogue calibrate-limits`, and what enrolling adds.

Responsible for: asking for the measurement and keeping its file. Not responsible for: the method
(`kiosk.calibration.match_limits`) or the drawn scans (`kiosk.rehearsal.calibrate_limits`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.catalogue import Catalogue
from config.match_limits import SHIPPED_LIMITS, LimitsFile, as_toml, read_limits, stricter_of
from config.problems import BadInput, Problem
from config.settings import OWNER_VARIABLE
from config.typed_paths import FILE, FOLDER, NEW_FILE
from hardware.camera.scan_folder import load_scan
from kiosk.calibration.evaluation import read_truths
from kiosk.calibration.match_limits import Inseparable, Reading, known_as
from kiosk.commands.catalogue_files import limits_path, load, machine_of, owner_of, write
from kiosk.commands.options import ConfigOption
from kiosk.identification import build_index, read_key

ENROL_SAMPLES = 8
"""Scans drawn of a new section and of each of its neighbours when it is enrolled: a few seconds' work."""
NOWHERE = Problem("--config", "", f"name the owner's settings directory (or set ${OWNER_VARIABLE}), or --out")


def calibrate_limits(
    samples: Annotated[int, typer.Option(min=4, max=1000, help="Scans drawn of each section, right and wrong.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Draws other scans.")] = 1,
    out: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="Write here instead of the owner's match_limits.toml.")
    ] = None,
    scans: Annotated[
        Path | None, typer.Option(callback=FOLDER, help="Folder of recorded scans of known keys, to count beside.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(callback=FILE, help="CSV of those: scan,blank,bitting, as for kiosk evaluate.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Measure, for the sections on file, when a match counts, and keep it with their revision. Takes minutes."""
    # The drawn scans come from the simulator, which no other command of the catalogue should pay for.
    from kiosk.rehearsal.calibrate_limits import calibrate

    if out is None and owner_of(config) is None:
        raise BadInput(NOWHERE)
    if (scans is None) != (truth is None):
        raise BadInput(Problem("command line", "--scans", "goes with --truth, which says what each scan shows"))
    catalogue = load(config, with_limits=False)
    known = recorded(scans, truth, catalogue) if scans is not None and truth is not None else ()
    limits = calibrate(catalogue, machine_of(config), samples, seed, known)
    if isinstance(limits, Inseparable):
        raise BadInput(Problem("calibrate-limits", "", limits.reason))
    for name, value in (limits.measured.model_dump() | limits.limits.model_dump()).items():
        typer.echo(f"{name:<18} {value}")
    typer.echo(f"kept in {kept_limits(limits, config, out)}")


def recorded(scans: Path, truth: Path, catalogue: Catalogue) -> tuple[Reading, ...]:
    """Sections of recorded scans of known keys, with what each is.

    Raises:
        BadInput: with every bad line of the truths, or a scan that shows no section.
    """
    index = build_index(catalogue.sections)
    found: list[Reading] = []
    for each in read_truths(truth, scans, catalogue):
        seen = read_key(load_scan(scans / each.scan)).section
        if seen is None:
            raise BadInput(Problem(str(scans / each.scan), "", "shows no laser line: it says nothing of a section"))
        keyway = None if each.blank is None else catalogue.blank_of[each.blank][0]
        reading = known_as(seen, keyway, catalogue, index)
        found += [] if reading is None else [reading]
    return tuple(found)


def extended(section_id: str, before: Catalogue, config: Path | None) -> LimitsFile:
    """Limits for the catalogue as it is now that the section is on file.

    Raises:
        BadInput: with the new section, sections could no longer be told apart.
    """
    # As above: only who enrols a section pays for loading the simulator.
    from kiosk.rehearsal.calibrate_limits import calibrate, extend

    own = limits_path(config)
    files = [read_limits(path) for path in (own, SHIPPED_LIMITS) if path is not None and path.exists()]
    known = next((file for file in files if file.sections_revision == before.sections_revision), None)
    catalogue, machine = load(config, with_limits=False), machine_of(config)
    limits = (
        calibrate(catalogue, machine, ENROL_SAMPLES, seed=1)
        if known is None
        else extend(catalogue, machine, section_id, known, ENROL_SAMPLES, seed=1)
    )
    if isinstance(limits, Inseparable):
        raise BadInput(Problem("enrol", section_id, f"with it keys could not be told apart: {limits.reason}"))
    return limits


def kept_limits(limits: LimitsFile, config: Path | None, out: Path | None = None) -> Path:
    """Write the limits beside the owner's other settings, or to `out`; returns where.

    Raises:
        BadInput: nowhere to write to.
    """
    path = out or limits_path(config)
    if path is None:
        raise BadInput(NOWHERE)
    if out is None:
        # An owner's limits are never looser than the shipped ones: they would be refused at the next start.
        floor = read_limits(SHIPPED_LIMITS).limits
        limits = limits.model_copy(update={"limits": stricter_of(limits.limits, floor)})
    write(path, as_toml(limits).encode())
    return path
