"""What is read on heads, what is missed, and what it costs: `python -m tests.bench.bench_heads`.

Prints recall by wear, false finds on plain and brand heads, and time on one core. Heads
come from two hands: the simulator's optics, and `drawn_heads`, which shares nothing with it. `--each` sets how many of
every kind; the default takes some five minutes.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from config.phrases import load_phrases
from config.settings import Settings, load_settings
from hardware.scan import Frame
from kiosk.identification import StampReader
from simulator.keys.key import Finish, Stamp, Strike
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import BAD, NORMAL, render_scan
from simulator.optics.lettering import FONTS
from tests.bench.drawn_heads import SHAPES, TYPEFACES, Mark, drawn_head, drawn_metal

MARKS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("DO NOT", "DUPLICATE"), "do_not_duplicate"),
    (("DO NOT DUPLICATE",), "do_not_duplicate"),
    (("DO", "NOT", "DUPLICATE"), "do_not_duplicate"),
    (("DO NOT COPY",), "do_not_duplicate"),
    (("NO", "DUPLICAR"), "do_not_duplicate"),
    (("NE PAS", "REPRODUIRE"), "do_not_duplicate"),
    (("UNLAWFUL TO", "DUPLICATE"), "unlawful_to_duplicate"),
    (("U.S. MAIL",), "us_mail"),
    (("U.S.P.S.",), "usps"),
    (("U.S. GOVT",), "us_government"),
    (("PATENTED",), "patented"),
    (("MEDECO",), "brand_medeco"),
)
BRANDS = ("KWIKSET", "SCHLAGE", "KW1", "SC1", "HOME", "MASTER", "YALE", "HILLMAN", "AXXESS", "ILCO", "HOUSE", "WEISER")
WORN = (0.0, 0.4, 0.7, 0.9)
_HEAD_ONLY = frozenset({"silhouette", "line_left", "line_right"})


@dataclass(frozen=True)
class Head:
    """One head, what should be found on it (None: nothing), and what is written."""

    kind: str
    view: Frame
    wanted: str | None
    written: tuple[str, ...]


@dataclass
class Tally:
    """Counts of one kind."""

    heads: int = 0
    right: int = 0
    other: int = 0
    illegible: int = 0
    seconds: list[float] = field(default_factory=list)


def simulated(settings: Settings, each: int, seed: int) -> Iterator[Head]:
    """Heads by the simulator's optics, one in four at twice as bad."""
    blanks = [blank for blank in ("KW1", "SC1", "M1") if blank in settings.catalogue.blank_of]
    for number in range(each):
        lines, wanted = MARKS[number % len(MARKS)]
        brand = (BRANDS[number % len(BRANDS)],)
        kinds: tuple[tuple[str, tuple[str, ...], Strike, str | None], ...] = (
            *((f"simulated {strike.value}", lines, strike, wanted) for strike in Strike),
            ("simulated brand", brand, Strike.ENGRAVED, None),
            ("simulated plain", (), Strike.ENGRAVED, None),
        )
        for kind, words, strike, found in kinds:
            rng = np.random.default_rng([seed, number, 1])
            cap_mm = min(rng.uniform(1.4, 2.2), 22 / max(map(len, words), default=1), 8.4 / max(len(words), 1))
            turn = float(rng.choice([0, 90, 180, 270])) + float(rng.normal(0, 3))
            font = FONTS[int(rng.integers(len(FONTS)))]
            stamp = Stamp(words, strike, float(cap_mm), turn, at_mm=(3.0, 0.0), font=font)
            key = cut_by_blank(
                settings.catalogue,
                blanks[number % len(blanks)],
                rng,
                stamps=(stamp,) if words else (),
                finish=list(Finish)[int(rng.integers(len(Finish)))],
                wear=float(rng.uniform(0, 0.5)),
            )
            optics = replace(NORMAL if number % 4 else BAD, missing=_HEAD_ONLY)
            head = render_scan(key, settings.machine.views, optics, seed * 10_000 + number).head
            assert head is not None
            yield Head(kind, head, found, words)


def drawn(each: int, seed: int) -> Iterator[Head]:
    """Heads by the other hand: any turn, any lamp, tarnish, glare, rims, arcs."""
    for number in range(each):
        lines, wanted = MARKS[number % len(MARKS)]
        brand = (BRANDS[number % len(BRANDS)],)
        kinds: tuple[tuple[str, tuple[str, ...], float, str | None], ...] = (
            *((f"drawn worn {worn}", lines, worn, wanted) for worn in WORN),
            ("drawn brand", brand, 0.2, None),
            ("drawn plain", (), 0.0, None),
        )
        for kind, words, worn, found in kinds:
            rng = np.random.default_rng([seed, number, 2])
            arc = len(words) == 2 and bool(rng.random() < 0.25)
            mark = Mark(
                words,
                cap_mm=float(rng.uniform(1.2, 2.1)),
                typeface=TYPEFACES[int(rng.integers(len(TYPEFACES)))],
                turn_deg=float(rng.uniform(0, 360)),
                raised=bool(rng.random() < 0.4),
                worn=worn,
                arc=arc,
                at_mm=(1.5, 0.0),
            )
            view = drawn_head(
                mark if words else None,
                drawn_metal(rng),
                seed * 10_000 + number,
                shape=SHAPES[int(rng.integers(len(SHAPES)))],
                turn_deg=float(rng.uniform(-15, 15)) + 180 * int(rng.integers(2)),
                mm_per_px=float(rng.choice([0.045, 0.06, 0.075])),
            )
            yield Head(kind, view, found, words)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=60, help="heads of every kind")
    parser.add_argument("--seed", type=int, default=71)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    reader = StampReader(load_phrases())
    began = time.perf_counter()
    reader.warm()
    print(f"models loaded in {time.perf_counter() - began:.1f} s")
    tallies: dict[str, Tally] = {}
    settings = load_settings(environment={})
    for source in (simulated(settings, asked.each, asked.seed), drawn(asked.each, asked.seed)):
        for head in source:
            tally = tallies.setdefault(head.kind, Tally())
            started = time.process_time()
            told = reader.read(head.view)
            tally.seconds.append(time.process_time() - started)
            tally.heads += 1
            tally.right += head.wanted in told.phrases if head.wanted else not told.phrases and not told.name_and_phone
            others = [phrase for phrase in told.phrases if phrase != head.wanted]
            tally.other += bool(others)
            tally.illegible += told.illegible
            if others or (head.wanted is None and told.name_and_phone):
                print(
                    f"  {head.kind}: {' / '.join(head.written) or 'nothing'} taken for {', '.join(others) or 'phone'}"
                )
    print(f"{'':22}{'heads':>6}{'right':>7}{'other':>7}{'illegible':>11}{'s median':>10}{'most':>7}")
    for kind, tally in tallies.items():
        print(
            f"{kind:22}{tally.heads:6}{tally.right:7}{tally.other:7}{tally.illegible:11}"
            f"{np.median(tally.seconds):10.3f}{max(tally.seconds):7.2f}"
        )
    print(f"resident {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
