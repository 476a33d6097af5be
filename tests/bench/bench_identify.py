"""How often the reader is right, and how often it refuses what it must: `python -m tests.bench.bench_identify`.

Prints one table and saves plots under out/bench. Fixed seeds. `--keys` and `--foreign` set how many; the full
5,000 and 20,000 take about half an hour on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from config.catalogue import Catalogue
from config.keyway import Section, Standing
from config.settings import load_settings
from hardware.scan import TRAY_VIEWS, ScanFrames
from kiosk.identification import build_index, identify, match_section, read_key
from kiosk.key.reading import Outcome, SectionReading
from simulator.keys.key import Finish, PhysicalKey, cut_key, positions_mm
from simulator.keys.sample_keys import cut_by_blank, random_bitting
from simulator.keys.sections import mirror_section, nearly, plain_section, random_section
from simulator.optics import BAD, NORMAL, Optics, render_scan

CHUNK = 50
REINSERT = {
    Outcome.DIRTY,
    Outcome.MOVED,
    Outcome.OUT_OF_FOCUS,
    Outcome.CUT_OFF,
    Outcome.SECTION_NOT_SEEN,
    Outcome.UNKNOWN_SECTION,
    Outcome.AMBIGUOUS,
    Outcome.CUTS_UNREADABLE,
    Outcome.CUT_FILLED,
    Outcome.SEVERAL_OBJECTS,
    Outcome.UNREADABLE_IMAGE,
    Outcome.NOT_A_KEY,
    Outcome.NOTHING_THERE,
    Outcome.MIRRORED_SECTION,
    Outcome.UNCUT,
    Outcome.DOUBLE_SIDED,
    Outcome.TUBULAR,
    Outcome.DIMPLE,
}
OPTICS = {"normal": NORMAL, "twice as bad": BAD}


@dataclass
class Tally:
    """Counts and errors of one batch."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors_mm: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    right: int = 0

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.errors_mm += other.errors_mm
        self.seconds += other.seconds
        self.wrong += other.wrong
        self.right += other.right


@lru_cache(maxsize=1)
def world():
    cv2.setNumThreads(1)
    settings = load_settings()
    return settings.machine, settings.catalogue, build_index(settings.catalogue.sections)


def cuttable() -> list[str]:
    _, catalogue, _ = world()
    return sorted(code for code, (keyway, _) in catalogue.blank_of.items() if keyway.sections)


def drawn_key(number: int, seed: int, code: str | None = None) -> tuple[str, str, PhysicalKey]:
    """Key `number` of a seed: its blank, its code, and the key, new or worn, dirty, bent, of any finish.

    The blank is `code`, or each that can be cut in its turn.
    """
    _, catalogue, _ = world()
    rng = np.random.default_rng([7, seed, number])
    if code is None:
        blanks = cuttable()
        code = blanks[number % len(blanks)]
    keyway, blank = catalogue.blank_of[code]
    assert keyway.spec is not None
    bitting = random_bitting(keyway.spec, blank.cuts, rng)
    key = cut_key(
        keyway,
        blank,
        bitting,
        catalogue.section_of[keyway.sections[0]],
        rng,
        wear=float(rng.uniform(0, 0.4)),
        dirt=float(rng.choice([0.0, 0.0, 0.0, 0.05])),
        bend_mm=float(rng.choice([0.0, 0.0, rng.uniform(-0.3, 0.3)])),
        finish=list(Finish)[int(rng.integers(len(Finish)))],
    )
    return code, "".join(bitting), key


def photographed(number: int, seed: int, key: PhysicalKey, optics: Optics) -> ScanFrames:
    """Its pictures, the head's left out."""
    machine, _, _ = world()
    return render_scan(key, machine.views, replace(optics, missing=frozenset({"head"})), seed * 1_000_000 + number)


def read_batch(job: tuple[str, int, int, int]) -> Tally:
    """Keys first..last of one optics: cut, photographed, read."""
    name, first, last, seed = job
    _, catalogue, index = world()
    tally = Tally()
    for number in range(first, last):
        code, bitting, key = drawn_key(number, seed)
        keyway, blank = catalogue.blank_of[code]
        assert keyway.spec is not None
        frames = photographed(number, seed, key, OPTICS[name])
        started = time.process_time()
        told = identify(read_key(frames), catalogue, index)
        tally.seconds.append(time.process_time() - started)
        accepted = told.outcome is Outcome.IDENTIFIED
        right = accepted and told.blank == code and told.bitting == bitting
        tally.right += right
        tally.wrong += accepted and not right
        tally.outcomes[code, told.blank or "?" if accepted else told.outcome.value] += 1
        if right:
            truth = key.roots_mm(positions_mm(keyway.spec, blank, blank.cuts))
            tally.errors_mm += [cut.measured_mm - root for cut, root in zip(told.cuts, truth, strict=True)]
    return tally


def foreign_sections(catalogue: Catalogue, first: int, seed: int) -> Iterator[tuple[str, Section, np.random.Generator]]:
    """Sections to be refused, by turns: restricted, mirrored, unknown, nearly right, without grooves."""
    closed = [s for k in catalogue.keyways if k.standing.standing is not Standing.OPEN for s in k.sections]
    opened = [s for k in catalogue.keyways if k.standing.standing is Standing.OPEN for s in k.sections]
    number = first
    while True:
        rng = np.random.default_rng([11, seed, number])
        which = number % 5
        any_open = catalogue.section_of[opened[int(rng.integers(len(opened)))]]
        if which == 0:
            yield "restricted", catalogue.section_of[closed[(number // 5) % len(closed)]], rng
        elif which == 1:
            yield "mirrored", mirror_section(any_open), rng
        elif which == 2:
            yield "unknown", random_section(rng), rng
        elif which == 3:
            yield "nearly", _neighbour(any_open, rng), rng
        else:
            yield "dimple", plain_section(float(rng.uniform(7, 9)), float(rng.uniform(1.9, 3.0))), rng
        number += 1


def _neighbour(section: Section, rng: np.random.Generator) -> Section:
    """The section with a groove moved by a few tenths; its mirror image where no groove can move that far."""
    try:
        return nearly(section, rng, float(rng.uniform(0.3, 0.8)))
    except ValueError:
        return mirror_section(section)


def refuse_batch(job: tuple[str, int, int, int]) -> Tally:
    """Foreign keys first..last: only the lines are drawn, so the section alone must refuse them."""
    name, first, last, seed = job
    machine, catalogue, index = world()
    optics = replace(OPTICS[name], missing=frozenset(TRAY_VIEWS) - {"line_left", "line_right"})
    tally = Tally()
    for number, (kind, section, rng) in enumerate(
        islice(foreign_sections(catalogue, first, seed), last - first), start=first
    ):
        key: PhysicalKey = cut_by_blank(catalogue, "SC1", rng, section=section, wear=float(rng.uniform(0, 0.4)))
        told = identify(read_key(render_scan(key, machine.views, optics, seed * 1_000_000 + number)), catalogue, index)
        # With no silhouette nothing is ever identified; a section taken for an open keyway's is what counts.
        keyway = catalogue.keyway_of.get(told.keyway or "")
        taken = keyway is not None and keyway.standing.standing is Standing.OPEN
        tally.wrong += taken
        tally.right += not taken
        tally.outcomes[kind, f"taken for {told.keyway}" if taken else told.outcome.value] += 1
    return tally


def run(pool: ProcessPoolExecutor, work, name: str, numbers: range, seed: int) -> Tally:
    jobs = [(name, first, min(first + CHUNK, numbers.stop), seed) for first in numbers[::CHUNK]]
    total = Tally()
    for tally in pool.map(work, jobs):
        total.add(tally)
    return total


def say_keys(name: str, tally: Tally, count: int) -> None:
    if not count:
        return
    errors = np.abs(np.array(tally.errors_mm)) if tally.errors_mm else np.zeros(1)
    again = sum(n for (_, outcome), n in tally.outcomes.items() if outcome in {o.value for o in REINSERT})
    worn = sum(
        n
        for (_, outcome), n in tally.outcomes.items()
        if outcome in (Outcome.WORN_PAST_TELLING, Outcome.CUTS_OFF_CHART)
    )
    answered = tally.right + tally.wrong
    print(f"{name:<14} keys {count:6d}   answered {answered:6d}   right {100 * tally.right / max(answered, 1):8.3f} %")
    shares = f"asked again {100 * again / count:.2f} %   worn out {100 * worn / count:.2f} %"
    print(f"{'':<14} wrong accepted {tally.wrong}   {shares}")
    spread = f"95 % {np.percentile(errors, 95):.4f}, most {errors.max():.4f}"
    print(f"{'':<14} depth error: mean {errors.mean():.4f} mm, {spread}")
    ms = np.array(tally.seconds) * 1000
    print(f"{'':<14} frames to answer: median {np.median(ms):.0f} ms, 95 % {np.percentile(ms, 95):.0f} ms of one core")


def say_foreign(name: str, tally: Tally, count: int) -> None:
    if not count:
        return
    print(f"{name:<14} foreign {count:6d}   taken for an open keyway {tally.wrong}")
    for kind in sorted({kind for kind, _ in tally.outcomes}):
        counts = {outcome: n for (k, outcome), n in tally.outcomes.most_common() if k == kind}
        print(f"{'':<14}   {kind:<11} {', '.join(f'{outcome} {n}' for outcome, n in counts.items())}")


def pairs() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Score of every section read perfectly against every other, and each one's margin."""
    _, catalogue, index = world()
    names = [section.id for section in catalogue.sections]
    scores = np.zeros((len(names), len(names)))
    for at in range(len(names)):
        reading = SectionReading(
            height_mm=np.arange(index.fine.shape[2]) * 0.05,
            left_mm=_cut_off(index.fine[0, at], index.heights_mm[at]),
            right_mm=_cut_off(index.fine[1, at], index.heights_mm[at]),
        )
        for other in range(len(names)):
            one = match_section(reading, build_index([catalogue.sections[other]]))
            scores[at, other] = max((m.score for m in one if not m.mirrored), default=0.0)
    rest = scores - 2 * np.eye(len(names))
    return names, scores, np.diag(scores) - rest.max(axis=1)


def _cut_off(face: np.ndarray, height_mm: float) -> np.ndarray:
    heights = np.arange(face.size) * 0.05
    return np.where(heights <= height_mm, face.astype(np.float64), np.nan)


def matching_ms(count: int = 10_000) -> float:
    """Median time to match one reading against `count` sections."""
    _, catalogue, _ = world()
    rng = np.random.default_rng(3)
    many = [*catalogue.sections, *(random_section(rng) for _ in range(count - len(catalogue.sections)))]
    index = build_index(many)
    reading = SectionReading(
        np.arange(index.fine.shape[2]) * 0.05,
        _cut_off(index.fine[0, 0], index.heights_mm[0]),
        _cut_off(index.fine[1, 0], index.heights_mm[0]),
    )
    times = []
    for _ in range(15):
        started = time.process_time()
        match_section(reading, index)
        times.append(time.process_time() - started)
    return float(np.median(times) * 1000)


def plots(keys: Tally, out: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    out.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(7, 4))
    axes.hist(np.array(keys.errors_mm) * 1000, bins=120)
    axes.set(xlabel="measured minus true root depth (µm)", ylabel="cuts")
    figure.savefig(out / "identify_depth_error.png", dpi=110, bbox_inches="tight")
    names, scores, margins = pairs()
    figure, axes = plt.subplots(figsize=(9, 8))
    image = axes.imshow(scores, vmin=0, vmax=1, cmap="magma")
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), [f"{n}  margin {m:.2f}" for n, m in zip(names, margins, strict=True)])
    axes.set_title("score of each section (row) against each on file (column)")
    figure.colorbar(image, shrink=0.7)
    figure.savefig(out / "identify_ambiguity.png", dpi=110, bbox_inches="tight")
    rows = sorted({true for true, _ in keys.outcomes})
    columns = [*rows, *sorted({said for _, said in keys.outcomes} - set(rows))]
    table = np.array([[keys.outcomes[true, said] for said in columns] for true in rows])
    figure, axes = plt.subplots(figsize=(1.2 * len(columns) + 2, 0.7 * len(rows) + 2))
    axes.imshow(np.log1p(table), cmap="Blues")
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            axes.text(x, y, str(value), ha="center", va="center")
    figure.savefig(out / "identify_confusion.png", dpi=110, bbox_inches="tight")
    plt.close("all")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=5000)
    parser.add_argument("--bad-keys", type=int, default=1000)
    parser.add_argument("--foreign", type=int, default=20000)
    parser.add_argument("--bad-foreign", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="another seed: other keys, other pictures")
    parser.add_argument("--first", type=int, default=0, help="number of the first key, to run a long proof in parts")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    asked = parser.parse_args()
    limits = world()[1].limits
    print(f"limits: {limits}")
    with ProcessPoolExecutor(asked.workers) as pool:
        keys = run(pool, read_batch, "normal", range(asked.first, asked.first + asked.keys), asked.seed)
        say_keys("normal", keys, asked.keys)
        bad = run(pool, read_batch, "twice as bad", range(asked.first, asked.first + asked.bad_keys), asked.seed)
        say_keys("twice as bad", bad, asked.bad_keys)
        met = run(pool, refuse_batch, "normal", range(asked.first, asked.first + asked.foreign), asked.seed)
        say_foreign("normal", met, asked.foreign)
        met_badly = run(
            pool, refuse_batch, "twice as bad", range(asked.first, asked.first + asked.bad_foreign), asked.seed
        )
        say_foreign("twice as bad", met_badly, asked.bad_foreign)
    print(f"matching one reading against 10,000 sections: {matching_ms():.1f} ms")
    if asked.keys:
        plots(keys, asked.out)
        print(f"plots: {asked.out}/identify_*.png")
    return int(keys.wrong + met.wrong + bad.wrong + met_badly.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
