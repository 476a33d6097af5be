"""How the reader does on keys drawn by a path tracer: `python -m tests.bench.bench_traced`.

Brushed, polished and mirror-bright metal, light thrown from wall to wall of a groove, ambient light, perspective, tilt
and lift; pictures by `traced_scenes`, kept in `out/traced` for the next run. Whole keys say how far depths are off,
blades under the laser alone whether their section comes out; each pair of lines is shown the wrong way round as well,
which must open nothing. Fails when anything was taken for what it is not. Drawing wants the extra `traced`; pictures
that are there are read without it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from config.catalogue import Catalogue, load_catalogue
from config.keyway import Standing
from hardware.camera.scan_folder import load_scan, save_scan
from hardware.scan import ScanFrames
from kiosk.calibration.evaluation import Truth, trial
from kiosk.identification import build_index, identify, read_key
from kiosk.key.reading import Identification, Outcome
from tests.bench.drawn_keys import CHARTS, Chart, Worn, code_for, edge_of

WHERE = Path("out/traced")
STATION_MM = 2.0
"""So far from the shoulder the laser crosses a key."""
METALS = {  # along the blade, across it, refraction at 635 nm
    "dull brass": (0.30, 0.30, 0.45, 3.5),
    "brushed brass": (0.08, 0.30, 0.45, 3.5),
    "nickel": (0.15, 0.20, 2.0, 3.8),
    "polished brass": (0.05, 0.05, 0.45, 3.5),
}
MIRROR = {"mirror-bright brass": (0.02, 0.02, 0.45, 3.5)}
SPECKS = 14
"""Grains of metal beside a line."""
HARD = 6
"""Blades that shine like a mirror, and as many with grains."""
AGAIN = (Outcome.SECTION_NOT_SEEN, Outcome.DIRTY)


@dataclass(frozen=True, repr=False)
class Case:
    """One key to be drawn: a whole one where it has a chart and a code, else a blade under the laser."""

    name: str
    group: str
    section: str
    metal: str
    seed: int
    chart: Chart | None = None
    code: str = ""
    specks: int = 0


def cases(catalogue: Catalogue, seed: int, keys: int, blades: int) -> Iterator[Case]:
    """Mirror-bright blades and such with grains, blades of as many sections, whole keys."""
    metals = list(METALS)
    known = [section.id for section in catalogue.sections if catalogue.keyways_with.get(section.id)]
    drawn = [known[at] for at in np.random.default_rng(seed).permutation(len(known))]
    for at, section in enumerate(drawn[-HARD:]):
        yield Case(f"mirror{at:02}", "mirror-bright blades", section, *MIRROR, seed + 200 + at)
        metal = metals[at % len(metals)]
        yield Case(f"specks{at:02}", "grains beside the line", section, metal, seed + 300 + at, specks=SPECKS)
    for at, section in enumerate(drawn[:blades]):
        yield Case(f"blade{at:02}", "blades", section, metals[at % len(metals)], seed + 100 + at)
    rng = np.random.default_rng(seed)
    for at in range(keys):
        chart = CHARTS[at % len(CHARTS)]
        metal = metals[at % len(metals)]
        yield Case(f"key{at:02}", "whole keys", chart.section, metal, seed + at, chart, code_for(chart, rng))


def pictures(case: Case, catalogue: Catalogue, seed: int) -> ScanFrames:
    """As drawn by an earlier run, or drawn now."""
    folder = WHERE / str(seed) / case.name
    if not (folder / "scan.toml").exists():
        save_scan(_drawn(case, catalogue), folder)
    return load_scan(folder)


def _drawn(case: Case, catalogue: Catalogue) -> ScanFrames:
    try:
        from tests.bench import traced_scenes as scenes
    except ImportError:
        print("drawing needs the path tracer: pip install 'mitsuba>=3.6,<4'", file=sys.stderr)
        raise SystemExit(2) from None

    rng = np.random.default_rng(case.seed)
    section = catalogue.section_of[case.section]
    metal = scenes.Metal(case.metal, *(METALS | MIRROR)[case.metal])
    roll, pitch, turn = (float(rng.uniform(-most, most)) for most in (1, 1, 6))
    lying = scenes.Lay(roll, pitch, turn, float(rng.uniform(0, 0.3)))
    high_mm, shadow = section.height_mm, None
    if case.chart is not None:
        edge = edge_of(case.chart, case.code, Worn(np.zeros(case.chart.cuts)))
        high_mm = float(np.interp(STATION_MM, *edge.T))
        thick = section.thickness_mm
        shadow = scenes.silhouette(edge, section.left, section.right, thick, metal, lying, case.seed)
    sides = (section.left, section.right)
    left, right = (
        scenes.line_view(face, high_mm, metal, lying, case.seed + at, specks=case.specks)
        for at, face in enumerate(sides)
    )
    return ScanFrames(silhouette=shadow, line_left=left, line_right=right, laser_angle_deg=scenes.LASER_DEG)


def section_told(case: Case, answer: Identification, catalogue: Catalogue) -> str:
    """What the answer says of the section: right, wrong, or why nothing."""
    if answer.keyway is None:
        return "asked again" if answer.outcome in AGAIN else str(answer.outcome.value.replace("_", " "))
    keyway = next(each for each in catalogue.keyways if each.code == answer.keyway)
    alike = {other for pair in catalogue.confusable if case.section in pair for other in pair}
    return "right" if {case.section, *alike} & set(keyway.sections) else "wrong"


def opened(answer: Identification, catalogue: Catalogue) -> bool:
    """Whether a blank would be cut."""
    return any(each.code == answer.keyway and each.standing.standing is Standing.OPEN for each in catalogue.keyways)


def main() -> int:
    """Draw what is not drawn yet, read all, print the figures."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seed", type=int, default=20261128)
    ask.add_argument("--keys", type=int, default=8)
    ask.add_argument("--blades", type=int, default=14)
    ask.add_argument("-v", action="store_true", help="every answer")
    asked = ask.parse_args()
    catalogue = load_catalogue()
    index = build_index(catalogue.sections)
    said: dict[str, Counter[str]] = {}
    errors_mm: list[float] = []
    codes: Counter[str] = Counter()
    turned: Counter[str] = Counter()
    began = time.process_time()
    for case in cases(catalogue, asked.seed, asked.keys, asked.blades):
        frames = pictures(case, catalogue, asked.seed)
        answer = identify(read_key(frames), catalogue, index)
        told = section_told(case, answer, catalogue)
        said.setdefault(case.group, Counter())[told] += 1
        if case.chart is not None:
            tried = trial(Truth(case.name, case.chart.blank, case.code), answer, catalogue)
            codes[tried.verdict.value] += 1
            errors_mm += tried.errors_mm
        back = replace(frames, silhouette=None, line_left=frames.line_right, line_right=frames.line_left)
        other = identify(read_key(back), catalogue, index)
        turned["opened" if opened(other, catalogue) else str(other.outcome.value.replace("_", " "))] += 1
        if asked.v:
            print(f"{case.name:10} {case.section:22} {case.metal:20} {told:16} {answer.outcome.value}")
    print(f"{time.process_time() - began:.0f} s of processor time")
    for group, counts in said.items():
        print(f"{group}: section {_listed(counts)} of {counts.total()}")
    off = np.abs(errors_mm) if errors_mm else np.zeros(1)
    print(f"codes: {_listed(codes)}; depths read {len(errors_mm)}, error mean {off.mean():.4f} mm, "
          f"95 % {np.percentile(off, 95):.4f}, most {off.max():.4f}")  # fmt: skip
    print(f"lines the wrong way round: {_listed(turned)}")
    wrong = sum(counts["wrong"] for counts in said.values()) + codes["wrong"] + turned["opened"]
    return 1 if wrong else 0


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
