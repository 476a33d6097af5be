"""Marks on heads drawn by another hand: `python -m tests.bench.bench_marks --marked 2000 --plain 1000`.

Prints how many marked heads would pass in silence, at ordinary contrast and rubbed to half, how many were told as the
right class, how many unmarked heads are sent to staff, and what a head costs; saves a sheet of what was missed to
out/bench/marks_missed.png. The seed is fresh unless one is given.
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from config.phrases import PhraseKind, Phrases, load_phrases
from config.policy_rules import SEALED_KINDS
from kiosk.identification import StampReader
from kiosk.key.reading import StampReading
from tests.bench.struck_heads import BOWS, Head, Metal, Writing, a_writing, struck_head

MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dnd", ("DO NOT", "DUPLICATE")),
    ("dnd", ("DO NOT DUPLICATE",)),
    ("dnd", ("DO", "NOT", "DUPLICATE")),
    ("dnd", ("DO NOT", "COPY")),
    ("dnd", ("NO", "DUPLICAR")),
    ("dnd", ("NE PAS", "REPRODUIRE")),
    ("sealed", ("UNLAWFUL TO", "DUPLICATE")),
    ("sealed", ("U.S. MAIL",)),
    ("sealed", ("U.S.P.S.", "DO NOT", "DUPLICATE")),
    ("sealed", ("U.S.", "GOVERNMENT")),
    ("sealed", ("PROPERTY OF", "U.S. GOVERNMENT")),
    ("sealed", ("PATENTED", "DO NOT DUPLICATE")),
    ("sealed", ("MEDECO",)),
    ("other", ("STATE", "UNIVERSITY")),
    ("other", ("RETURN TO", "OFFICE")),
    ("sealed", ("HERACLES",)),
    ("other", ("HERMES HALL",)),
    ("other", ("ROOM KEY", "NOT FOR SALE")),
)
HARMLESS = ((), ("KWIKSET",), ("KW1",), ("SCHLAGE",), (), ("SC1",), ("74351",), ("YALE",), ("HILLMAN",), (),
            ("MASTER",), ("HOUSE",), ("ILCO", "1176"), ("WEISER",), ("AXXESS",), ("M1",), (), ("MADE IN", "U.S.A."),
            ("HOME",), ("4-1187",))  # fmt: skip


@dataclass
class Tally:
    """Counts of one kind of head."""

    heads: int = 0
    silent: int = 0
    right: int = 0
    unseen: int = 0
    flagged: int = 0
    seconds: list[float] = field(default_factory=list)


def class_of(stamp: StampReading, known: Phrases) -> str:
    """What the rules make of it: sealed wins over a request, a request over anything else."""
    kinds = {known.kind_of[phrase] for phrase in stamp.phrases}
    if kinds & SEALED_KINDS:
        return "sealed"
    if PhraseKind.DND in kinds:
        return "dnd"
    if kinds or stamp.illegible or stamp.name_and_phone:
        return "other"
    return "nothing" if stamp.seen else "unseen"


def heads(marked: int, plain: int, seed: int) -> Iterator[tuple[str, str, Writing | None, Head]]:
    """(kind of head, class wanted, writing, picture), every third marked head rubbed to half."""
    # Both kinds by turns, so that a run that is cut short has tried both.
    places = {number: (number + 0.5) / marked for number in range(marked)}
    places |= {marked + number: (number + 0.5) / plain for number in range(plain)}
    for number in sorted(places, key=lambda each: places[each]):
        rng = np.random.default_rng([seed, number])
        metal, bow = tuple(Metal)[int(rng.integers(4))], BOWS[int(rng.integers(len(BOWS)))]
        turn_deg = float(rng.uniform(-14, 14)) + 180 * int(rng.integers(2))
        if number < marked:
            wanted, lines = MARKS[number % len(MARKS)]
            rubbed = number % 3 == 2
            writing: Writing | None = a_writing(lines, rng, 0.5 if rubbed else 1.0)
            kind, logo = "rubbed to half" if rubbed else "ordinary contrast", False
        else:
            lines = HARMLESS[(number - marked) % len(HARMLESS)]
            writing = a_writing(lines, rng, float(rng.uniform(0.5, 1.0))) if lines else None
            kind, wanted, logo = "unmarked or brand", "nothing", bool(rng.random() < 0.25)
        yield (
            kind,
            wanted,
            writing,
            struck_head(writing, metal, bow, seed * 100_003 + number, logo=logo, key_turn_deg=turn_deg),
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marked", type=int, default=120)
    parser.add_argument("--plain", type=int, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--seconds", type=float, default=3.0e4, help="stop after so long and say how many were read")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    known = load_phrases()
    reader = StampReader(known)
    reader.warm()
    tallies: dict[str, Tally] = {}
    missed: list[tuple[str, Head]] = []
    began_s = time.monotonic()
    for kind, wanted, writing, head in heads(asked.marked, asked.plain, asked.seed):
        if time.monotonic() - began_s > asked.seconds:
            print("stopped: out of time")
            break
        started = time.process_time()
        stamp = reader.read(head.view, head.silhouette)
        tally = tallies.setdefault(kind, Tally())
        tally.seconds.append(time.process_time() - started)
        told = class_of(stamp, known)
        tally.heads += 1
        tally.silent += wanted != "nothing" and told == "nothing"
        tally.unseen += not stamp.seen
        tally.flagged += told != "nothing"
        tally.right += told == wanted
        if told != wanted:
            how = f"{writing.typeface}, {writing.process.value}, {head.cap_mm:.1f} mm" if writing else "no writing"
            words = " / ".join(writing.lines) if writing else ""
            missed.append((f"{kind}: {words} ({how}) told as {told} {' '.join(stamp.phrases)}", head))
            print(f"  {missed[-1][0]}", flush=True)
    print(f"seed {asked.seed}")
    for kind, tally in tallies.items():
        print(
            f"{kind:20} {tally.heads:5} heads: silently allowed {tally.silent}, right class {tally.right}"
            f" ({tally.right / tally.heads:.2%}), not seen {tally.unseen}, to staff or refused {tally.flagged},"
            f" CPU s median {np.median(tally.seconds):.2f}, most {max(tally.seconds):.2f}"
        )
    if missed:
        print(f"what was missed: {_sheet(missed)}")


def _sheet(missed: list[tuple[str, Head]]) -> Path:
    """A contact sheet with the caption under each head."""
    wide, high, across = 420, 300, 4
    shown = missed[:80]
    sheet = Image.new("RGB", (wide * across, (high + 20) * -(-len(shown) // across)))
    draw = ImageDraw.Draw(sheet)
    for number, (caption, head) in enumerate(shown):
        at = (number % across * wide, number // across * (high + 20))
        sheet.paste(Image.fromarray(head.view.pixels).resize((wide, high)), at)
        draw.text((at[0] + 2, at[1] + high + 4), caption[:74], fill=(255, 255, 255))
    path = Path("out/bench/marks_missed.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    return path


if __name__ == "__main__":
    main()
