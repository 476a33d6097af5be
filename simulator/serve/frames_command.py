"""`simulate frames`: a scan folder of any key, through any optics.

Responsible for: the command line of made-up scans. Not responsible for: drawing (`simulator.optics`) or the folder's
form (`hardware.camera.scan_folder`). A technician asks for these by hand; no shopper's key is ever in them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from config.catalogue import Catalogue
from config.keyway import Keyway, Section
from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_code import typed_bitting, typed_blank
from config.typed_paths import FILE, NEW_FILE, OUTPUT_FOLDERS
from hardware.camera.scan_folder import SCAN_FILE, save_scan
from hardware.scan import TRAY_VIEWS, Pixels
from simulator.keys.key import Finish, PhysicalKey, Stamp, Strike, cut_key
from simulator.keys.sample_keys import SAMPLE_KEYS, sample_key
from simulator.keys.sections import mirror_section
from simulator.optics import NAMED, Pose, portrait_sheet, pose_of, render_on_paper, render_scan


def keys(
    png: Annotated[Path | None, typer.Option(callback=NEW_FILE, help="Draw them all on one sheet, too.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed cuts other codes.")] = 0,
) -> None:
    """List the sample keys: what can be laid in the tray by name."""
    width = max(map(len, SAMPLE_KEYS))
    for sample in SAMPLE_KEYS.values():
        typer.echo(f"{sample.name:<{width}}  {sample.description}")
    if png is not None:
        catalogue = catalogue_in_force()
        sheet = portrait_sheet([(name, _sample_key(name, catalogue, seed)) for name in SAMPLE_KEYS])
        _written(sheet, png)


def photo(
    out: Annotated[Path, typer.Option(callback=NEW_FILE, help="Picture to write, PNG or JPEG by its name.")],
    key: Annotated[str, typer.Option(help="A sample key: see `kiosk simulate keys`.")],
    mm_per_px: Annotated[float, typer.Option(min=0.01, max=0.5, help="Scale.")] = 0.0423,
    optics: Annotated[str, typer.Option(help=f"One of {', '.join(NAMED)}.")] = "normal",
    seed: Annotated[int, typer.Option(min=0, help="The same seed writes the same bytes.")] = 0,
    shadow: Annotated[float, typer.Option(min=0, max=1, help="0 as from a flatbed scanner.")] = 0.35,
) -> None:
    """Write a made-up photograph of a key on white paper, as somebody without a kiosk would take it."""
    problems = _one_of("--optics", optics, tuple(NAMED))
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        problems.append(Problem("command line", "--out", "must end in .png or .jpg"))
    if problems:
        raise BadInput(*problems)
    what = _sample_key(key, catalogue_in_force(), seed)
    _written(render_on_paper(what, mm_per_px, NAMED[optics], seed, shadow=shadow).pixels, out)
    typer.echo(f"{out}: {mm_per_px:g} mm a pixel")


def frames(
    out: Annotated[Path, typer.Option(callback=OUTPUT_FOLDERS, help="Folder to write; made if need be.")],
    keyway: Annotated[str | None, typer.Option(help="Blank or keyway, such as KW1.")] = None,
    bitting: Annotated[str | None, typer.Option(help="Factory code; codes of two digits apart by commas.")] = None,
    key: Annotated[str | None, typer.Option(help="A sample key instead: see `kiosk simulate keys`.")] = None,
    optics: Annotated[str, typer.Option(help=f"One of {', '.join(NAMED)}.")] = "normal",
    seed: Annotated[int, typer.Option(min=0, help="The same seed writes the same bytes.")] = 0,
    wear: Annotated[float, typer.Option(min=0, max=1, help="0 new to 1 worn out.")] = 0.0,
    dirt: Annotated[float, typer.Option(min=0, max=1, help="0 clean to 1 filthy.")] = 0.0,
    bend_mm: Annotated[float, typer.Option(min=-3, max=3, help="How far the tip is bent.")] = 0.0,
    finish: Annotated[Finish, typer.Option(help="Surface of the metal.")] = Finish.BRASS,
    stamp: Annotated[list[str] | None, typer.Option(help="A line of words on the head; may be given again.")] = None,
    strike: Annotated[Strike, typer.Option(help="How the words were struck.")] = Strike.ENGRAVED,
    section: Annotated[str | None, typer.Option(help="Another blade section, such as schlage:e.")] = None,
    mirrored: Annotated[bool, typer.Option("--mirrored", help="The section in a mirror.")] = False,
    rotation_deg: Annotated[
        float | None, typer.Option(min=-180, max=180, help="Turn; chosen by the seed if absent.")
    ] = None,
    bow: Annotated[str | None, typer.Option(help="Side of the bow: left or right.")] = None,
    cuts: Annotated[str | None, typer.Option(help="Side of the cuts: up or down.")] = None,
    machine: Annotated[Path | None, typer.Option(callback=FILE, help="Machine file, for other cameras.")] = None,
) -> None:
    """Write the four frames a kiosk's cameras would see of a key, as a scan folder."""
    catalogue = catalogue_in_force()
    problems = [
        *_one_of("--optics", optics, tuple(NAMED)),
        *_one_of("--bow", bow, ("left", "right")),
        *_one_of("--cuts", cuts, ("up", "down")),
    ]
    if (key is None) == (keyway is None and bitting is None):
        problems.append(Problem("command line", "--key", "give either --key NAME or --keyway with --bitting"))
    if problems:
        raise BadInput(*problems)
    rng = np.random.default_rng(seed)
    if key is not None:
        what = _sample_key(key, catalogue, seed)
    else:
        chosen = typed_blank(catalogue, keyway)
        what = cut_key(
            *chosen,
            typed_bitting(*chosen, bitting),
            _section(catalogue, chosen[0], section, mirrored),
            rng,
            wear=wear,
            dirt=dirt,
            bend_mm=bend_mm,
            finish=finish,
            stamps=(Stamp(tuple(stamp), strike, 1.7, 90.0, (3.0, 0.0)),) if stamp else (),
        )
    pose = _pose(what, optics, seed, rotation_deg, bow, cuts)
    views = machine_in_force(named=machine).views
    save_scan(render_scan(what, views, NAMED[optics], seed, pose), _fresh(out))
    typer.echo(f"{out}: {', '.join(sorted(p.name for p in out.iterdir() if p.suffix in ('.png', '.toml')))}")


def _section(catalogue: Catalogue, keyway: Keyway, wanted: str | None, mirrored: bool) -> Section:
    if wanted is None and not keyway.sections:
        raise BadInput(Problem("command line", "--section", f"{keyway.code} has no section on file: name one"))
    found = catalogue.section_of.get(wanted if wanted is not None else keyway.sections[0])
    if found is None:
        raise BadInput(Problem("command line", "--section", f"{wanted!r} is not known"))
    return mirror_section(found) if mirrored else found


def _sample_key(name: str, catalogue: Catalogue, seed: int) -> PhysicalKey:
    if name not in SAMPLE_KEYS:
        raise BadInput(Problem("command line", "--key", f"{name!r} is no sample key; try {', '.join(SAMPLE_KEYS)}"))
    try:
        return sample_key(name, catalogue, seed)
    except KeyError as error:
        raise BadInput(Problem("catalogue", str(error.args[0]), f"is needed for {name} and not on file")) from error


def _pose(
    key: PhysicalKey, optics: str, seed: int, rotation_deg: float | None, bow: str | None, cuts: str | None
) -> Pose | None:
    """The pose the seed would draw, with what was asked for put in its place."""
    if rotation_deg is None and bow is None and cuts is None:
        return None
    pose = pose_of(key, NAMED[optics], seed)
    return replace(
        pose,
        rotation_deg=pose.rotation_deg if rotation_deg is None else rotation_deg,
        bow_right=pose.bow_right if bow is None else bow == "right",
        cuts_down=pose.cuts_down if cuts is None else cuts == "down",
    )


def _one_of(option: str, value: str | None, allowed: tuple[str, ...]) -> list[Problem]:
    if value is None or value in allowed:
        return []
    return [Problem("command line", option, f"{value!r} is not one of {', '.join(allowed)}")]


def _fresh(directory: Path) -> Path:
    """Take away the views of an earlier scan, so that a view which is missing now is missing there."""
    for name in (*(f"{view}.png" for view in TRAY_VIEWS), SCAN_FILE):
        try:
            (directory / name).unlink(missing_ok=True)
        except OSError as error:
            raise BadInput(Problem(str(directory), "", f"cannot be written: {error.strerror or error}")) from error
    return directory


def _written(pixels: Pixels, path: Path) -> None:
    try:
        kind = "JPEG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG"
        Image.fromarray(pixels).save(path, format=kind, quality=92)
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be written: {error.strerror or error}")) from error
