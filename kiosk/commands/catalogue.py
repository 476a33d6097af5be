"""`kiosk catalogue`: what keys this kiosk knows, drawings of them, and teaching it another section.

Responsible for: asking and telling, and writing an enrolled section to the owner's settings. Not responsible for:
checks (`config`), learning (`kiosk.calibration.enrolment`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from config.catalogue import Catalogue
from config.enrolled import read_enrolled, unlike_drawing_mm, with_enrolled
from config.keyway import Blank, Keyway
from config.match_limits import require
from config.problems import BadInput, Problem
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from config.typed_paths import FOLDER, NEW_FILE
from hardware.camera.scan_folder import load_scan
from kiosk.calibration.enrolment import Enrolled, NotEnrolled, as_toml, learn_section
from kiosk.commands.catalogue_files import keep, keyways_folder, limits_path, load, write
from kiosk.commands.limits import extended, kept_limits
from kiosk.commands.options import ConfigOption, DataOption
from kiosk.data_paths import data_paths
from kiosk.extras import Extra, needing
from kiosk.identification import read_key


def list_keyways(config: ConfigOption = None, data: DataOption = None) -> None:
    """Every keyway: blanks, standing, how its section is known (drawn, enrolled here, both), whether it is cut."""
    catalogue = load(config)
    catalogue = with_enrolled(catalogue, read_enrolled(data_paths(data).enrolled))
    today = datetime.now(UTC).astimezone().date()
    for keyway in catalogue.keyways:
        blanks = ", ".join(blank.code for blank in keyway.blanks) or "no blank"
        known = _known_by(catalogue, keyway)
        cut = "cut here" if keyway.spec and keyway.blanks else "not cut here"
        typer.echo(
            f"{keyway.code:<20} {keyway.standing.on(today).value:<10} {known:<32} {cut:<12} {keyway.name}; {blanks}"
        )


def _known_by(catalogue: Catalogue, keyway: Keyway) -> str:
    """How its section is known, and by how much real metal differs from the drawing."""
    here = [each for each in keyway.sections if each in catalogue.enrolled]
    if not here:
        return "drawn" if keyway.sections else "no section"
    drawn = catalogue.drawing_of(here[0])
    if drawn is None:
        return "enrolled"
    unlike_mm, scale = unlike_drawing_mm(catalogue.section_of[here[0]], drawn)
    return f"both: {unlike_mm:.3f} mm apart, {100 * (scale - 1):+.0f} % deep"


def show(
    code: Annotated[str, typer.Argument(help="Keyway or blank, such as KW1 or SC4.")],
    svg: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="Write a drawing of section and blade as SVG.")
    ] = None,
    png: Annotated[Path | None, typer.Option(callback=NEW_FILE, help="The same as PNG.")] = None,
    config: ConfigOption = None,
) -> None:
    """One keyway in full: figures in mm and inches, sources, standing; and a drawing if asked for."""
    catalogue = load(config)
    keyway, blank = catalogue.find(code)
    for line in _described(keyway, blank):
        typer.echo(line)
    forms: list[tuple[Path | None, Literal["svg", "png"]]] = [(svg, "svg"), (png, "png")]
    for path, form in forms:
        if path is not None:
            # matplotlib costs a second or two that no other command should pay.
            with needing(Extra.REPORTS):
                from kiosk.commands.keyway_drawing import draw_keyway

            write(path, draw_keyway(catalogue, keyway, blank, form))
            typer.echo(f"drawing: {path}")


def check(config: ConfigOption = None) -> None:
    """Check every figure of every file against the others, and say how far apart the nearest sections are."""
    catalogue = load(config)
    counts = f"{len(catalogue.keyways)} keyways, {len(catalogue.sections)} sections, {len(catalogue.blank_of)} blanks"
    typer.echo(f"{counts}: all good. Revision {catalogue.revision[:12]}, sections {catalogue.sections_revision[:12]}")
    owner_limits = limits_path(config)
    limits = require(catalogue.limits, catalogue.sections_revision, owner_limits)
    typer.echo(
        f"Limits of a match: distance {limits.distance_mm} mm, local {limits.local_mm} mm, "
        f"doubtful height {limits.doubtful_mm} mm, margin {limits.margin_mm} mm"
    )
    pairs = [
        (section_distance_mm(one, other), one.id, other.id)
        for at, one in enumerate(catalogue.sections)
        for other in catalogue.sections[at + 1 :]
    ]
    typer.echo(f"Nearest sections (told apart from {RESOLVABLE_MM:.2f} mm on):")
    for distance_mm, one, other in sorted(pairs)[:5]:
        note = "; declared a confusable pair" if frozenset((one, other)) in catalogue.confusable else ""
        typer.echo(f"  {distance_mm:.3f} mm  {one}  {other}{note}")


def _no_folder(name: str) -> str:
    """The name of what is enrolled, which is easily left out before the folders."""
    if "/" in name or Path(name).is_dir():
        raise BadInput(
            Problem("command line", "NAME", f"is missing: {name} is a folder; say kiosk catalogue enrol Y1 --from …")
        )
    return name


def enrol(
    name: Annotated[
        str,
        typer.Argument(callback=_no_folder, help="Keyway such as Y1, or an id for the section such as yale:y1."),
    ],
    scans: Annotated[
        list[Path],
        typer.Option("--from", callback=FOLDER, help="Scan folders of the sample blank; three or more."),
    ],
    more: Annotated[list[Path] | None, typer.Argument(callback=FOLDER, help="More scan folders.")] = None,
    keyway: Annotated[str | None, typer.Option(help="Keyway the section belongs to, if NAME does not say it.")] = None,
    thickness_mm: Annotated[float | None, typer.Option(help="Full thickness of the blade, by calliper.")] = None,
    config: ConfigOption = None,
) -> None:
    """Learn a section from scans of an uncut sample blank, laid in the tray afresh for each."""
    catalogue = load(config)
    owner, section_id, target = _named(name, keyway, catalogue)
    folder = keyways_folder(config)
    problems: list[Problem] = []
    if section_id in catalogue.section_of:
        problems.append(Problem("NAME", section_id, "there is already a section of this id"))
    if thickness_mm is not None and not 0.5 < thickness_mm < 5:
        problems.append(Problem("--thickness-mm", str(thickness_mm), "must lie between 0.5 and 5"))
    if problems:
        raise BadInput(*problems)
    readings = []
    for scan in (*scans, *(more or ())):
        try:
            readings.append(read_key(load_scan(scan)))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(*problems)
    today = datetime.now(UTC).astimezone().date().isoformat()
    source = f"enrolled on {today} from {len(readings)} scans of a sample blank"
    learned = learn_section(section_id, readings, thickness_mm, catalogue, source)
    if isinstance(learned, NotEnrolled):
        raise BadInput(*(Problem("enrol", section_id, reason) for reason in learned.reasons))
    keep(folder / target, as_toml(learned.section, owner.code), config)
    try:
        limits = extended(section_id, catalogue, config)
    except BadInput:
        (folder / target).unlink()
        raise
    for line in _described_section(learned, owner.code):
        typer.echo(line)
    typer.echo(f"kept in {folder / target}")
    typer.echo(f"limits of a match measured with it and kept in {kept_limits(limits, config)}")


def _named(name: str, keyway: str | None, catalogue: Catalogue) -> tuple[Keyway, str, str]:
    """The keyway meant, the section's id, and the name of the file to keep it in."""
    maker, colon, part = name.lower().partition(":")
    code = (keyway or (part if colon else name)).upper()
    if code not in catalogue.keyway_of:
        reason = "no such keyway; see kiosk catalogue list, or name it with --keyway"
        raise BadInput(Problem("enrol", code, reason))
    owner = catalogue.keyway_of[code]
    if not colon:
        maker, part = re.sub("[^a-z0-9]+", "-", owner.maker.lower()), code.lower()
    section_id = f"{maker}:{part}"
    if not re.fullmatch(r"[a-z0-9_-]+:[a-z0-9_+-]+", section_id):
        raise BadInput(Problem("NAME", name, "write a keyway's code, or maker:name such as yale:y1"))
    return owner, section_id, f"{re.sub('[^a-z0-9]+', '-', section_id)}.toml"


def _described_section(learned: Enrolled, keyway: str) -> list[str]:
    section = learned.section
    lines = [
        f"{section.id} for {keyway}: {section.height_mm:.2f} mm high, {section.thickness_mm:.2f} mm thick; "
        f"scans agree within {learned.spread_mm:.3f} mm",
        "nearest on file:",
    ]
    for each in learned.neighbours:
        image = " (mirrored)" if each.mirrored else ""
        lines.append(
            f"  {each.distance_mm:.3f} mm  {each.section}{image}: differs most on the {each.face} face at "
            f"{each.at_height_mm:.1f} mm, by {each.difference_mm:+.2f} mm"
        )
    return lines


def _described(keyway: Keyway, blank: Blank | None) -> list[str]:
    record = keyway.standing
    until = f" until {record.until.isoformat()}" if record.until else ""
    after = ", restricted after" if record.restricted_after and record.until else ""
    lines = [
        f"{keyway.code}: {keyway.name}, {keyway.maker}",
        f"standing:  {record.standing.value}{until}{after}: {record.ground} ({record.source})",
        f"sections:  {', '.join(keyway.sections) or 'none on file'}",
    ]
    spec = keyway.spec
    if spec is None:
        return [*lines, "cutting:   not on file; this key is not cut here"]
    lines += [
        f"cutting:   first cut {_both(spec.first_cut_mm)} from the {spec.stop.value}, "
        f"then every {_both(spec.pitch_mm)}",
        f"           flat {_both(spec.flat_mm)}, angle {spec.angle_deg:g} degrees, MACS {spec.macs or 'unknown'}, "
        f"blade {_both(spec.blade_height_mm)} high",
        f"           source: {spec.source}",
        "depths:    " + "\n           ".join(f"{depth.code}  {_both(depth.root_mm)}" for depth in spec.depths),
    ]
    for each in keyway.blanks:
        mark = "*" if blank and each.code == blank.code else " "
        names = "/".join((each.code, *each.also))
        lines.append(
            f"blank:    {mark}{names}, {each.cuts} cuts, blade {_both(each.blade_length_mm)} long ({each.source})"
        )
    return lines


def _both(length_mm: float) -> str:
    return f"{length_mm:.3f} mm ({length_mm / 25.4:.4f} in)"
