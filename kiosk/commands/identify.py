"""`kiosk identify`: what the reader and the rules say of scan folders and pictures on disk.

Responsible for: reading them one by one, carrying on after a bad one, and printing the answers. A technician's
command: it prints the cuts it was asked for and keeps nothing. Not responsible for: reading keys or deciding.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.keyway import SpacingStop
from config.policy_rules import SEALED_KINDS
from config.problems import BadInput, Problem, print_problems
from config.settings import Settings, load_settings
from hardware.camera.scan_folder import MM_PER_PX_RANGE, SCAN_FILE, load_scan, load_view, scans_below
from hardware.scan import FACE_VIEWS, ScanFrames
from kiosk.commands.options import AsJson, ConfigOption
from kiosk.identification import SectionIndex, StampReader, build_index, cuts_by_outline, identify, notches, read_key
from kiosk.key.condition import Condition, condition_of
from kiosk.key.reading import Identification, KeyReading, Outcome, StampReading, Wear
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Decision
from kiosk.policy.request import CopyRequest

Paths = Annotated[
    list[Path], typer.Argument(help="Scan folders, folders of scan folders, or pictures of a key on white paper.")
]
"""Held to no rule beforehand: one that is bad is told in its place, and the others are still read."""
_CLEAR_LINE = "\r\x1b[K"
MmPerPx = Annotated[
    float | None,
    typer.Option("--mm-per-px", help="Scale of an ordinary photograph or flatbed scan; 25.4 / dpi for a scan."),
]


@dataclass(frozen=True, repr=False)
class _Findings:
    """Everything said of one path."""

    path: Path
    reading: KeyReading
    identification: Identification
    roots_mm: tuple[float, ...]
    outline_of: str | None
    stamp: StampReading
    decision: Decision
    one_lamp: bool
    """A face was looked at in light from one end alone."""


def identify_command(
    paths: Paths, as_json: AsJson = False, mm_per_px: MmPerPx = None, config: ConfigOption = None
) -> None:
    """Say what key each scan folder or picture shows and whether it may be copied."""
    settings = load_settings(config)
    _check_scale(paths, mm_per_px)
    index = build_index(settings.catalogue.sections)
    reader = StampReader(settings.policy.phrases)
    policy = Policy(settings.policy)
    bad_input = False
    scans = [scan for path in paths for scan in _scans_in(path)]
    watched = len(scans) > 1 and sys.stderr.isatty()
    with typer.progressbar(scans, label="identify", file=sys.stderr, hidden=not watched) as one_by_one:
        for path in one_by_one:
            if watched:
                sys.stderr.write(_CLEAR_LINE)
                sys.stderr.flush()
            try:
                frames = _frames(path, mm_per_px)
            except BadInput as bad:
                bad_input = True
                print_problems(bad)
                continue
            found = _examine(path, frames, settings, index, reader, policy)
            typer.echo(json.dumps(_as_object(found), ensure_ascii=False) if as_json else "\n".join(_as_text(found)))
    if bad_input:
        raise typer.Exit(2)


def _check_scale(paths: list[Path], mm_per_px: float | None) -> None:
    if mm_per_px is None:
        return
    low, high = MM_PER_PX_RANGE
    if not low <= mm_per_px <= high:
        raise BadInput(Problem("--mm-per-px", "", f"{mm_per_px} is not between {low:g} and {high:g}"))
    if all(path.is_dir() for path in paths):
        raise BadInput(Problem("--mm-per-px", "", "is for pictures; a scan folder has its scale in scan.toml"))


def _scans_in(path: Path) -> list[Path]:
    """The scan folders of a folder that is none itself, by name, half-written ones too; else the path as it is."""
    if not path.is_dir() or (path / SCAN_FILE).exists():
        return [path]
    try:
        return list(scans_below(path))
    except BadInput:
        return [path]


def _frames(path: Path, mm_per_px: float | None) -> ScanFrames:
    if path.is_dir() and not (path / SCAN_FILE).exists():
        raise BadInput(Problem(str(path), "", f"no scan folder (no {SCAN_FILE}) and no scans in it"))
    if not path.is_file():
        return load_scan(path)
    if mm_per_px is None:
        raise BadInput(Problem(str(path), "", "is a file, not a scan folder: a picture needs --mm-per-px"))
    view = load_view(path, mm_per_px)
    return ScanFrames(silhouette=view, head=view)


def _examine(
    path: Path, frames: ScanFrames, settings: Settings, index: SectionIndex, reader: StampReader, policy: Policy
) -> _Findings:
    reading = read_key(frames)
    identification = identify(reading, settings.catalogue, index)
    cuts, outline_of = identification.cuts, identification.blank
    may_be_cut = _may_be_cut(identification)
    if not cuts and may_be_cut:
        cuts, outline_of = cuts_by_outline(reading, settings.catalogue)
    roots = tuple(cut.measured_mm for cut in cuts)
    if (
        may_be_cut
        and not roots
        and reading.profile is not None
        and reading.blade_height_mm is not None
        and reading.problem is None
    ):
        roots = notches(reading.profile, reading.blade_height_mm)
    stamp = reader.read(frames.head, frames.silhouette if frames.head is not frames.silhouette else None)
    now = datetime.now(UTC)
    request = CopyRequest(
        identification,
        stamp,
        settings.store,
        settings.catalogue,
        place=settings.store.place,
        today=now.date(),
        now_utc_s=now.timestamp(),
        stocked=frozenset(slot.blank for slot in settings.machine.magazine.slots),
    )
    decision = decide(request, policy)
    if any(settings.policy.phrases.kind_of[each] in SEALED_KINDS for each in stamp.phrases):
        # A mark nobody may lift: how this key is cut is nobody's business, as with a kind that is never cut.
        identification, roots, outline_of = replace(identification, cuts=(), to_blame=()), (), None
        reading = replace(reading, milled={}, unclear={})
    lamps = [(getattr(frames, near) is None, getattr(frames, far) is None) for near, far in FACE_VIEWS]
    return _Findings(path, reading, identification, roots, outline_of, stamp, decision, one_lamp=(False, True) in lamps)


def _may_be_cut(identification: Identification) -> bool:
    """Whether its depths are anybody's business: never those of a key that is of no kind that is ever cut here."""
    if identification.outcome is Outcome.IDENTIFIED:
        return identification.blank is not None
    return identification.outcome not in _NEVER_CUT


_NEVER_CUT = frozenset(
    {
        Outcome.DIMPLE,
        Outcome.SIDE_MILLED,
        Outcome.PIERCED,
        Outcome.TWO_TRACK,
        Outcome.TUBULAR,
        Outcome.DOUBLE_SIDED,
        Outcome.UNKNOWN_SECTION,
        Outcome.MIRRORED_SECTION,
        Outcome.AMBIGUOUS,
    }
)


def _as_object(found: _Findings) -> dict[str, object]:
    identification = found.identification
    known = identification.outcome is Outcome.IDENTIFIED and bool(identification.cuts)
    return {
        "scan": str(found.path),
        "outcome": identification.outcome.value,
        "keyway": identification.blank if known else None,
        "bitting": identification.bitting if known else None,
        "depths_mm": [round(root, 3) for root in found.roots_mm],
        "score": round(identification.score, 4),
        "margin": round(identification.margin, 4),
        "stamp": list(found.stamp.phrases),
        "stamp_illegible": found.stamp.illegible,
        "verdict": found.decision.verdict.value,
        "rules": [rule.code for rule in found.decision.rules],
    }


_ABOUT_CUTS = {
    Outcome.CUTS_UNREADABLE: "no flat as this keyway's wheel leaves it",
    Outcome.CUT_FILLED: "wider than the wheel left the others: filled, or filed",
    Outcome.CUTS_OFF_CHART: "off its depths, as wear leaves no key",
    Outcome.WORN_PAST_TELLING: "off its depths, worn or made so",
}


def _as_text(found: _Findings) -> Iterator[str]:
    identification, reading = found.identification, found.reading
    yield f"{found.path}: {identification.outcome.value.replace('_', ' ')}"
    if identification.score > 0:
        nearest = identification.ranked[0].section if identification.ranked else "none"
        if identification.outcome is Outcome.MIRRORED_SECTION:
            nearest = "the mirror image of a known one"
        rival = _rival(identification)
        nearest += f" or {rival}, which cannot be told apart here" if rival else ""
        yield f"  section   nearest {nearest}, score {identification.score:.3f}, margin {identification.margin:.3f}"
    if identification.outcome is Outcome.IDENTIFIED:
        what = identification.blank or "no blank of it is cut here"
        yield f"  keyway    {identification.keyway}: {what}"
    if identification.cuts and identification.outcome is Outcome.IDENTIFIED:
        yield f"  bitting   {identification.bitting}; {_as_found(identification)}"
    elif found.outline_of:
        yield f"  outline   cut like {found.outline_of}; the section alone decides, so this is no answer"
    if reading.blade_height_mm is not None and reading.blade_length_mm is not None:
        stop = "shoulder to tip" if reading.stops.shoulder_seen else "as far as the bow"
        yield f"  blade     {reading.blade_height_mm:.2f} mm high, {reading.blade_length_mm:.2f} mm long ({stop})"
    if found.roots_mm:
        yield f"  roots     {' '.join(f'{root:.3f}' for root in found.roots_mm)} mm above the spine"
    if identification.outcome is Outcome.SIDE_MILLED and reading.milled:
        yield f"  milled    seen in {_by_view(reading.milled)}"
    if identification.outcome in _ABOUT_CUTS and identification.cuts:
        yield f"  cuts      {_blamed(identification)}"
    if reading.unclear:
        yield f"  faces     a stain or milling, which is not clear: {_by_view(reading.unclear)}"
    elif not identification.faces_seen:
        yield "  faces     not both looked at: whether one is milled was not seen"
    elif found.one_lamp:
        yield "  faces     lit from one end alone: a gentle slope was not told from a stain"
    unseen = f"not seen: {found.stamp.unseen.value.replace('_', ' ')}" if found.stamp.unseen else ""
    words = "; ".join(filter(None, (", ".join(found.stamp.phrases), unseen))) or "nothing on the list"
    more = "; a company name and telephone number" if found.stamp.name_and_phone else ""
    more += "; something that could not be made out" if found.stamp.illegible else ""
    yield f"  head      {words}{more}"
    rules = ", ".join(rule.code for rule in found.decision.rules)
    yield f"  verdict   {found.decision.verdict.value.replace('_', ' ')}{f' ({rules})' if rules else ''}"


def _rival(identification: Identification) -> str | None:
    """The section from which the nearest was not clear enough; its mirror image has no name."""
    if identification.outcome is not Outcome.AMBIGUOUS or identification.keyway is not None:
        return None
    score = identification.score - identification.margin
    return next((each.section for each in identification.ranked[1:] if abs(each.score - score) < 1e-9), None)


def _by_view(places_mm: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} at {x_mm:.1f} mm from the stop" for name, x_mm in places_mm.items())


def _as_found(identification: Identification) -> str:
    """How far it lies below its factory depths; whether by wear or by how it was cut no camera tells."""
    condition = condition_of(identification, SpacingStop.SHOULDER)
    if condition is None or condition.condition is Condition.LIKE_NEW:
        return "like new"
    advice = "; restoring to factory depths is advised" if identification.wear is Wear.WORN else ""
    return f"up to {condition.lost_mm:.2f} mm below its factory depths{advice}"


def _blamed(identification: Identification) -> str:
    if identification.to_blame:
        numbers = ", ".join(str(number) for number in identification.to_blame)
        return f"{numbers} from the stop: {_ABOUT_CUTS[identification.outcome]}"
    if identification.outcome is Outcome.CUTS_UNREADABLE:
        return "of none in particular: they do not stand as this keyway's do, or the blade is not as high or long"
    return "of none in particular: together they may be those of more than one code"
