"""Wrong bittings: how often worn, tilted and wrongly scaled keys are taken for a code that is not theirs.

`python -m tests.bench.bench_bittings`; fresh seeds unless `--seed` is given. The keys are drawn by `drawn_keys`. Most
are handed over as outlines with the reader's own measured noise, which is what the naming of cuts gets to see; a part
is drawn to pixels and read from them. Fails when more wrong codes are accepted than promised.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache

import cv2
import numpy as np

from config.catalogue import Catalogue, load_catalogue
from kiosk.identification import SectionIndex, build_index, identify, match_section, read_key
from kiosk.key.reading import Identification, KeyReading, Outcome, SectionReading, Stops
from tests.bench.drawn_keys import (
    CHARTS,
    INCH,
    MASTER_BY_MACHINE,
    OLD_KWIKSET,
    Chart,
    Lie,
    Worn,
    cast,
    code_for,
    edge_of,
    frames_of,
    line_view,
)

CHUNK = 100
COMMON_NOISE_MM, CUT_NOISE_MM, STOP_NOISE_MM, HEIGHT_NOISE_MM = 0.005, 0.007, 0.03, 0.004
"""The reader's own, one standard deviation, as `bench_identify` measures it on pictures."""
SAME_ROOT_IN = 0.0015
"""Two charts' depths that are one: half of what a factory allows a new key."""


@lru_cache(maxsize=1)
def world() -> tuple[Catalogue, SectionIndex]:
    cv2.setNumThreads(1)
    catalogue = load_catalogue()
    # Outlines come with one reading of each section: matching it once is enough, and most of the time.
    sys.modules["kiosk.identification.identify"].__dict__["match_section"] = lru_cache(maxsize=16)(match_section)
    return catalogue, build_index(catalogue.sections)


@lru_cache(maxsize=8)
def section_seen(section: str) -> SectionReading:
    shape, rng = world()[0].section_of[section], np.random.default_rng(1)
    frames = frames_of(CHARTS[0], np.array([[0.0, 8.0], [20.0, 8.0]]), shape, 0.0, 1)
    lines = {
        "line_left": line_view(shape.left, shape.height_mm, rng),
        "line_right": line_view(shape.right, shape.height_mm, rng),
    }
    reading = read_key(type(frames)(silhouette=None, laser_angle_deg=45.0, **lines))
    assert reading.section is not None
    return reading.section


def unworn(chart: Chart, rng: np.random.Generator) -> Worn:
    return Worn(np.zeros(chart.cuts))


def on_a_ring(chart: Chart, rng: np.random.Generator) -> Worn:
    """A tenth of a millimetre at most, from all of the edge about alike."""
    lost = rng.uniform(0, 0.1)
    return Worn(np.clip(lost + rng.normal(0, 0.008, chart.cuts), 0, None), lost * rng.uniform(0.8, 1.1))


def evenly(chart: Chart, rng: np.random.Generator) -> Worn:
    """Up to 0.4 mm from all cuts, a third of it or more from the edge between."""
    lost = rng.uniform(0, 0.4)
    return Worn(np.clip(lost + rng.normal(0, 0.05 * lost, chart.cuts), 0, None), lost * rng.uniform(0.33, 1.0))


def up_to(chart: Chart, rng: np.random.Generator) -> Worn:
    return Worn(rng.uniform(0, 0.4, chart.cuts))


def at_random(chart: Chart, rng: np.random.Generator) -> Worn:
    return Worn(rng.exponential(rng.uniform(0.02, 0.4), chart.cuts))


def exponential(mean_in: float) -> Callable[[Chart, np.random.Generator], Worn]:
    return lambda chart, rng: Worn(rng.exponential(mean_in * INCH, chart.cuts))


def half_normal(mean_in: float) -> Callable[[Chart, np.random.Generator], Worn]:
    return lambda chart, rng: Worn(np.abs(rng.normal(0, mean_in * INCH * np.sqrt(np.pi / 2), chart.cuts)))


ANY_WEAR = (unworn, on_a_ring, evenly, up_to, at_random)


def normal_lie(rng: np.random.Generator) -> Lie:
    return Lie(rng.normal(1, 0.001), rng.normal(0, 0.4), rng.normal(0, 0.4), abs(rng.normal(0, 0.2)))


def any_lie(rng: np.random.Generator) -> Lie:
    """Each fault in half of the keys, so that every combination comes, and each one alone."""
    there = rng.random(4) < 0.5
    drawn = (rng.uniform(0.94, 1.06), rng.uniform(-15, 15), rng.uniform(-15, 15), rng.uniform(0, 10))
    sound = normal_lie(rng)
    plain = (sound.scale, sound.roll_deg, sound.pitch_deg, sound.lift_mm)
    return Lie(*(bad if is_bad else good for bad, good, is_bad in zip(drawn, plain, there, strict=True)))


def drawn(batch: str, rng: np.random.Generator) -> tuple[Chart, str, Worn, Lie]:
    chart = CHARTS[int(rng.integers(len(CHARTS)))]
    lie = normal_lie(rng)
    worn: Worn
    if batch == "anything":
        lie = any_lie(rng)
        worn = ANY_WEAR[int(rng.integers(len(ANY_WEAR)))](chart, rng)
    elif batch == "old kwikset":
        chart = OLD_KWIKSET
        worn = (unworn, on_a_ring)[int(rng.integers(2))](chart, rng)
    elif batch == "master by machine":
        chart = MASTER_BY_MACHINE
        worn = unworn(chart, rng)
    else:
        worn = WORN[batch](chart, rng)
    return chart, code_for(chart, rng), worn, lie


WORN: dict[str, Callable[[Chart, np.random.Generator], Worn]] = {
    "unworn": unworn,
    "on a ring": on_a_ring,
    "half-normal .005": half_normal(0.005),
    "half-normal .010": half_normal(0.010),
    "half-normal .015": half_normal(0.015),
    "exponential .005": exponential(0.005),
    "exponential .010": exponential(0.010),
    "exponential .015": exponential(0.015),
}


def by_outline(chart: Chart, code: str, worn: Worn, lie: Lie, rng: np.random.Generator) -> Identification:
    catalogue, index = world()
    section = catalogue.section_of[chart.section]
    seen = cast(edge_of(chart, code, worn), section, lie)
    off = rng.normal(0, STOP_NOISE_MM)
    x = np.arange(0.0, float(seen[-1, 0]), 0.05)
    wander = np.interp(x, np.arange(0, 60, 2.0), rng.normal(0, CUT_NOISE_MM, 30))
    top = np.interp(x + off, seen[:, 0], seen[:, 1]) + wander + rng.normal(0, COMMON_NOISE_MM)
    near = (x > 0.25) & (x < 1.0)
    uncut = chart.height * INCH - worn.edge_mm
    reading = KeyReading(
        profile=np.stack([x, top], axis=1),
        blade_height_mm=float(np.median(top[near])) + rng.normal(0, HEIGHT_NOISE_MM),
        blade_length_mm=float(seen[-1, 0]) - off,
        section=section_seen(chart.section),
        stops=Stops(cut_mm=0.0),
        # The laser crosses a cut as often as not, and then leaves the height open.
        laser_height_mm=uncut + rng.normal(0, 0.015) if rng.random() < 0.5 else None,
    )
    return identify(reading, catalogue, index)


def by_pixels(chart: Chart, code: str, worn: Worn, lie: Lie, rng: np.random.Generator) -> Identification:
    catalogue, index = world()
    section = catalogue.section_of[chart.section]
    seen = cast(edge_of(chart, code, worn), section, lie)
    return identify(read_key(frames_of(chart, seen, section, worn.edge_mm, int(rng.integers(2**31)))), catalogue, index)


def _is_the_key(told: Identification, chart: Chart, code: str) -> bool:
    """Whether a copy cut by what was told is this key."""
    if told.blank != chart.blank or len(told.bitting) != len(code):
        return False
    if chart is not OLD_KWIKSET:
        return told.bitting == code
    # The old series has no names of its own: what is told are the new one's, and their roots are what is cut.
    new = CHARTS[0].roots
    return all(abs(new[now] - chart.roots[then]) <= SAME_ROOT_IN for now, then in zip(told.bitting, code, strict=True))


def read_batch(job: tuple[str, int, int, int, bool]) -> Counter[str]:
    batch, first, last, seed, pixels = job
    tally: Counter[str] = Counter()
    for number in range(first, last):
        rng = np.random.default_rng([seed, number, sum(batch.encode())])
        chart, code, worn, lie = drawn(batch, rng)
        told = (by_pixels if pixels else by_outline)(chart, code, worn, lie, rng)
        if told.outcome is not Outcome.IDENTIFIED:
            tally[told.outcome.value] += 1
        elif _is_the_key(told, chart, code):
            tally["right"] += 1
        else:
            tally["wrong"] += 1
            print(
                f"    {batch}: {chart.blank} {code} told as {told.blank} {told.bitting}, {lie}, "
                f"lost {np.round(worn.roots_mm, 2)}",
                flush=True,
            )
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=20_000, help="in every state and place")
    parser.add_argument("--worn", type=int, default=4_000, help="of each kind of wear, and unworn")
    parser.add_argument("--pixels", type=int, default=1_000, help="of those in every state, drawn and read as pictures")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    batches = [
        ("anything", asked.keys, False, 1 / 5000),
        ("unworn", asked.worn, False, 0.0),
        ("on a ring", asked.worn, False, 1 / 2000),
        *((name, asked.worn, False, 1 / 2000) for name in WORN if name not in ("unworn", "on a ring")),
        ("old kwikset", asked.worn, False, 0.0),
        ("master by machine", asked.worn // 4, False, 0.0),
        ("anything", asked.pixels, True, 1 / 5000),
        ("unworn", asked.pixels // 2, True, 0.0),
    ]
    failed = 0
    with ProcessPoolExecutor(asked.workers) as pool:
        for batch, count, pixels, most in batches:
            tally: Counter[str] = Counter()
            jobs = [(batch, at, min(at + CHUNK, count), asked.seed, pixels) for at in range(0, count, CHUNK)]
            for each in pool.map(read_batch, jobs):
                tally += each
            wrong, right = tally.pop("wrong", 0), tally.pop("right", 0)
            rest = ", ".join(f"{name} {100 * n / max(count, 1):.2f} %" for name, n in tally.most_common())
            where = "pixels" if pixels else "outline"
            print(
                f"{batch:<18} {where:<7} {count:6d}  right {100 * right / max(count, 1):6.2f} %  wrong {wrong}  {rest}",
                flush=True,
            )
            failed += wrong > most * count
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
