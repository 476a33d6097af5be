"""Whether milling on a face is found, and plain faces are left alone: `python -m tests.bench.bench_milling`.

Rows, single dimples and cuts of ten shapes on every open section, on either face, and as many plain keys, drawn by
`drawn_faces`; with `--by-hand` what somebody grinds into a blade with a hand tool instead. A fresh seed each time
unless one is given; what was missed is saved under out/bench/milling.png.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from config.keyway import Blank, Keyway, Standing
from config.settings import load_settings
from kiosk.identification import build_index, identify, read_key
from kiosk.key.reading import Outcome
from tests.bench.drawn_faces import FINISHES, GROUND, SHAPES, DrawnKey, Ground, Hollow, Lying, drawn_scan
from tests.identification.drawing import blade_edge

Result = tuple[bool, str, str, bool, np.ndarray | None]


@lru_cache(maxsize=1)
def world():
    cv2.setNumThreads(1)
    catalogue = load_settings().catalogue
    found: list[tuple[Keyway, Blank, str]] = []
    for keyway in catalogue.keyways:
        if keyway.standing.standing is Standing.OPEN and keyway.spec is not None and keyway.blanks:
            found += [(keyway, keyway.blanks[0], section) for section in keyway.sections]
    return catalogue, build_index(catalogue.sections), found


def drawn_key(
    number: int, seed: int, *, milled: bool, by_hand: bool = False
) -> tuple[DrawnKey, Lying, str, np.random.Generator]:
    """Key `number` of a seed: its section, code, finish, way of lying, and what is milled into it."""
    rng = np.random.default_rng([seed, number, milled])
    catalogue, _, kinds = world()
    keyway, blank, section_id = kinds[number % len(kinds)]
    spec, section = keyway.spec, catalogue.section_of[section_id]
    steps = rng.integers(len(spec.depths), size=blank.cuts)
    for at in range(1, steps.size):
        steps[at] = np.clip(steps[at], steps[at - 1] - spec.most_steps, steps[at - 1] + spec.most_steps)
    roots = [spec.root_mm_of[spec.depths[step].code] for step in steps]
    edge = blade_edge(spec, roots, blank.blade_length_mm, section.height_mm)
    hollows: dict[str, Sequence[Hollow | Ground]] = {}
    what = "plain"
    face = ("left", "right", "both")[int(rng.integers(3))]
    faces = ("left", "right") if face == "both" else (face,)
    if milled and by_hand:
        cut = int(rng.integers(blank.cuts))
        ground = ground_by_hand(number, spec.cut_positions_mm(blank.cuts)[cut], roots[cut], blank.blade_length_mm, rng)
        hollows, what = dict.fromkeys(faces, (ground,)), ground.kind
    elif milled:
        shape = list(SHAPES)[(number + number // len(kinds)) % len(SHAPES)]
        radius, depth = float(rng.uniform(0.45, 1.0)), float(rng.uniform(0.3, 0.8))
        count = int(rng.choice([1, 3, 5]))
        length = blank.blade_length_mm
        places = np.sort(rng.uniform(5.0, length - 5.0, count))
        y = float(rng.uniform(1.0 + radius / 2, max(min(roots) - 1.0 - radius / 2, 1.2 + radius / 2)))
        row = [Hollow(shape, float(x), y + float(rng.uniform(-0.3, 0.3)), radius, depth) for x in places]
        hollows = dict.fromkeys(faces, row)
        what = f"{count} {shape}"
    lying = Lying(
        float(rng.uniform(-10, 10)), (float(rng.uniform(-3, 3)), float(rng.uniform(-3, 3))), *(rng.random(2) < 0.5)
    )
    return DrawnKey(edge, section, hollows, list(FINISHES)[int(rng.integers(4))]), lying, what, rng


def ground_by_hand(number: int, cut_mm: float, root_mm: float, length_mm: float, rng: np.random.Generator) -> Ground:
    """One flat, dimple, groove, step, strip or scallop as a rotary tool leaves it."""
    kind = list(GROUND)[number % len(GROUND)]
    depth = float(rng.uniform(0.3, 0.7))
    if kind == "flat beside a cut":
        deep = float(rng.uniform(0.8, 1.6))
        return Ground(kind, cut_mm, root_mm - deep, float(rng.uniform(0.8, 1.8)), deep, depth)
    if kind == "dimple at the tip":
        size = float(rng.uniform(0.5, 0.9))
        return Ground(kind, length_mm - float(rng.uniform(2.2, 4.0)), float(rng.uniform(1.5, 2.5)), size, size, depth)
    if kind == "groove at the spine":
        along = float(rng.uniform(2.0, 7.0))
        middle = float(rng.uniform(along + 1.0, length_mm - along - 2.0))
        return Ground(kind, middle, float(rng.uniform(0.9, 1.5)), along, float(rng.uniform(0.35, 0.6)), depth)
    if kind == "step at the bow":
        return Ground(kind, 0.0, 0.0, float(rng.uniform(2.0, 6.0)), 1.0, depth)
    if kind == "strip out over the tip":
        return Ground(kind, float(rng.uniform(5.0, length_mm - 6.0)), 0.0, 1.0, float(rng.uniform(1.2, 1.8)), depth)
    if kind.startswith("slope out"):
        along = depth / math.tan(math.radians(rng.uniform(2.5, 6.0)))
        return Ground(kind, float(rng.uniform(5.0, length_mm - 5.0)), 0.0, along, 1.0, depth)
    along = float(rng.uniform(4.0, 6.0))
    middle = float(rng.uniform(along + 1.0, length_mm - along - 1.0))
    return Ground(kind, middle, 0.0, along, float(rng.uniform(1.0, 1.6)), depth)


def judged(job: tuple[int, int, bool, bool]) -> Result:
    """(was it milled, what it was, what was said, would it have been copied, its faces if that was wrong)."""
    number, seed, milled, by_hand = job
    key, lying, what, rng = drawn_key(number, seed, milled=milled, by_hand=by_hand)
    catalogue, index, _ = world()
    frames = drawn_scan(key, lying, rng)
    told = identify(read_key(frames), catalogue, index)
    copied = told.outcome is Outcome.IDENTIFIED and told.faces_seen and told.blank is not None
    said = told.outcome.value if told.outcome is not Outcome.IDENTIFIED or told.faces_seen else "face not seen"
    wrong = copied if milled else told.outcome is Outcome.SIDE_MILLED
    shown = np.concatenate([frames.face_above.pixels, frames.face_below.pixels], axis=1) if wrong else None
    return milled, f"{what}, {key.section.id}, {key.finish}", said, copied, shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--milled", type=int, default=2000)
    parser.add_argument("--plain", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after so long and say how many were done")
    parser.add_argument("--by-hand", action="store_true", help="ground by hand instead of milled")
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    asked = parser.parse_args()
    jobs = [(n, asked.seed, milled, asked.by_hand)
            for n in range(max(asked.milled, asked.plain)) for milled in (True, False)
            if n < (asked.milled if milled else asked.plain)]  # fmt: skip
    begun, done = time.monotonic(), []
    with ProcessPoolExecutor(asked.workers) as pool:
        for first in range(0, len(jobs), 40):
            done += pool.map(judged, jobs[first : first + 40])
            if asked.seconds and time.monotonic() - begun > asked.seconds:
                break
    milled, plain = [each for each in done if each[0]], [each for each in done if not each[0]]
    allowed = [each for each in milled if each[3]]
    accused = [each for each in plain if each[2] == Outcome.SIDE_MILLED.value]
    print(f"seed {asked.seed}, {len(done)} keys in {time.monotonic() - begun:.0f} s")
    print(f"milled {len(milled)}: allowed {len(allowed)}; said: {dict(Counter(each[2] for each in milled))}")
    print(f"plain  {len(plain)}: called milled {len(accused)}; said: {dict(Counter(each[2] for each in plain))}")
    for each in (*allowed, *accused):
        print(f"  wrong: {each[1]}: {each[2]}")
    pictures = [each[4] for each in (*allowed, *accused) if each[4] is not None][:40]
    if pictures:
        asked.out.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.concatenate(pictures)).save(asked.out / "milling.png")
    return int(bool(allowed) or len(accused) * 500 > max(len(plain), 500))


if __name__ == "__main__":
    sys.exit(main())
