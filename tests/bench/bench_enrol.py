"""Sections nobody has drawn, taught by three lays of a blank: known afterwards? `python -m tests.bench.bench_enrol`.

Made-up sections on one keyway's blade through the simulated cameras: each is enrolled as staff would, then keys of it
are read, and keys of its mirror image, of another made-up section and of one on file, none of which may open as it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from config.catalogue import Catalogue, load_catalogue
from config.enrolled import with_enrolled
from config.keyway import Section
from config.settings import load_settings
from kiosk.calibration.enrolment import EnrolmentRefusal
from kiosk.calibration.lesson import LAYS, LaySeen, enrol, judge_lay
from kiosk.identification import build_index, identify, read_key
from kiosk.key.reading import KeyReading, Outcome
from simulator.keys.key import PhysicalKey, blank_key
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import mirror_section, random_section
from simulator.optics import NORMAL, render_scan

HOST = "AR1"
VIEWS = load_settings(environment={}).machine.views


def seen(key: PhysicalKey, rng: np.random.Generator) -> KeyReading:
    """One look."""
    return read_key(render_scan(key, VIEWS, NORMAL, int(rng.integers(1 << 31))))


def made_up(height_mm: float, rng: np.random.Generator) -> Section:
    """A section nobody has, as high as the host's blade."""
    drawn = random_section(rng)
    share = height_mm / drawn.height_mm
    faces = {side: tuple((h * share, r) for h, r in getattr(drawn, side)) for side in ("left", "right")}
    return drawn.model_copy(update={**faces, "height_mm": height_mm})


def bare(catalogue: Catalogue) -> Catalogue:
    """The catalogue without the host's own section."""
    keyway, _ = catalogue.blank_of[HOST]
    return replace(
        catalogue,
        keyways=tuple(
            each.model_copy(update={"sections": ()}) if each.code == keyway.code else each for each in catalogue.keyways
        ),
        sections=tuple(each for each in catalogue.sections if each.id not in keyway.sections),
    )


def taught(catalogue: Catalogue, section: Section, rng: np.random.Generator) -> Catalogue | str:
    """The catalogue with the section in it, or why it was not enrolled."""
    keyway, blank = catalogue.blank_of[HOST]
    index = build_index(catalogue.sections)
    lays = [seen(blank_key(keyway, blank, section), rng) for _ in range(LAYS)]
    for lay in lays:
        found = judge_lay(lay, keyway, blank, catalogue, index)
        if found.seen is not LaySeen.FITS:
            return found.seen.value
    known = enrol(lays, keyway, blank, catalogue, datetime.now(UTC))
    return known.value if isinstance(known, EnrolmentRefusal) else with_enrolled(catalogue, [known.enrolled])


def main() -> None:
    """Run and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sections", type=int, default=40)
    parser.add_argument("--keys", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    catalogue = bare(load_catalogue())
    spec = catalogue.blank_of[HOST][0].spec
    height_mm = spec.blade_height_mm if spec else 8.5
    not_enrolled: list[str] = []
    known = other = missed = confused = strangers = 0
    for number in range(asked.sections):
        rng = np.random.default_rng([asked.seed, number])
        section = made_up(height_mm, rng)
        learnt = taught(catalogue, section, rng)
        if isinstance(learnt, str):
            not_enrolled.append(learnt)
            continue
        index = build_index(learnt.sections)
        for _ in range(asked.keys):
            wear = float(rng.uniform(0, 0.4))
            answer = identify(seen(cut_by_blank(catalogue, HOST, rng, section=section, wear=wear), rng), learnt, index)
            known += answer.keyway == HOST
            missed += answer.keyway is None
            other += answer.keyway not in (None, HOST)
        on_file = catalogue.sections[int(rng.integers(len(catalogue.sections)))]
        for stranger in (mirror_section(section), made_up(height_mm, rng), on_file):
            answer = identify(seen(cut_by_blank(catalogue, HOST, rng, section=stranger), rng), learnt, index)
            strangers += 1
            confused += answer.outcome is Outcome.IDENTIFIED and answer.keyway == HOST
    print(
        f"{asked.sections} sections, {asked.sections - len(not_enrolled)} enrolled (not: {not_enrolled or 'none'}); "
        f"{known} of {known + missed + other} keys known by their section, {other} as another; "
        f"{confused} of {strangers} strangers opened as it"
    )


if __name__ == "__main__":
    main()
