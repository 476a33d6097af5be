"""How the reader did on recorded scans whose keys are known: what a shop's engineer holds us to. Pure.

Responsible for: the file of truths, one verdict a scan, and the figures of all. Not responsible for: reading scans
(`kiosk.identification`), or what the page looks like (`kiosk.commands.evaluate`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from config.catalogue import Catalogue
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from kiosk.key.reading import Identification, Outcome

REFUSE = "-"
"""In place of a blank: a key that must be refused."""
COLUMNS = ("scan", "blank", "bitting")


@dataclass(frozen=True)
class Truth:
    """What one scan shows. `blank` None: something that must be refused."""

    scan: str
    blank: str | None
    bitting: str = ""


class Verdict(StrEnum):
    """What an answer is worth."""

    RIGHT = "right"
    """The key it is; or refused, as it had to be."""
    NOT_ANSWERED = "not answered"
    """Refused, or to be laid again: nothing is cut."""
    WRONG = "wrong"
    """Another key, or one that had to be refused: this must not be."""


@dataclass(frozen=True, repr=False)
class Trial:
    """One scan with its truth, the answer and how far its depths were off (mm, one a cut)."""

    truth: Truth
    answer: Identification
    errors_mm: tuple[float, ...]

    @property
    def verdict(self) -> Verdict:
        """What the answer is worth."""
        if self.answer.outcome is not Outcome.IDENTIFIED or self.answer.blank is None:
            return Verdict.RIGHT if self.truth.blank is None else Verdict.NOT_ANSWERED
        right = (self.answer.blank, self.answer.bitting) == (self.truth.blank, self.truth.bitting)
        return Verdict.RIGHT if right else Verdict.WRONG

    @property
    def said(self) -> str:
        """The blank it was taken for, or why it was not taken for any."""
        if self.answer.outcome is not Outcome.IDENTIFIED:
            return self.answer.outcome.value.replace("_", " ")
        return self.answer.blank or f"{self.answer.keyway}, not cut here"

    @property
    def worst_mm(self) -> float:
        """Largest error of a depth."""
        return max((abs(error) for error in self.errors_mm), default=0.0)


@dataclass(frozen=True)
class Evaluation:
    """The figures of all trials."""

    scans: int
    right: int
    not_answered: int
    wrong: int
    confusion: tuple[tuple[str, str, int], ...]
    """(what it is, what it was taken for, how often), most often first within each."""
    depth_mean_mm: float
    depth_p95_mm: float
    depth_most_mm: float
    depths: int


def read_truths(path: Path, scans: Path, catalogue: Catalogue) -> tuple[Truth, ...]:
    """The truths of a CSV file with the columns scan, blank, bitting; `-` for a blank that must be refused.

    Args:
        path: the file.
        scans: folder that holds every scan it names.
        catalogue: says which blanks there are.

    Raises:
        BadInput: every bad line.
    """
    try:
        text = ordinary(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {error}")) from error
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadInput(Problem(str(path), "line 1", f"must be: {','.join(COLUMNS)}"))
    problems: list[Problem] = []
    truths: list[Truth] = []
    for number, row in enumerate(rows, start=2):
        scan, blank, bitting = ((row[name] or "").strip() for name in COLUMNS)
        reason = _why_no_truth(scan, blank, bitting, catalogue)
        if any(each.scan == scan for each in truths):
            reason = f"{scan} stands twice"
        if not reason and not (scans / scan).is_dir():
            reason = f"no such folder in {scans}: {scan}"
        if reason:
            problems.append(Problem(str(path), f"line {number}", reason))
        truths.append(Truth(scan, None if blank == REFUSE else blank, bitting))
    if not truths and not problems:
        problems.append(Problem(str(path), "", "names no scan"))
    if problems:
        raise BadInput(*problems)
    return tuple(truths)


def _why_no_truth(scan: str, blank: str, bitting: str, catalogue: Catalogue) -> str:
    if not scan or Path(scan).is_absolute() or ".." in Path(scan).parts:
        return f"{scan!r} is no folder below the one named"
    if blank == REFUSE:
        return "a key that must be refused has no bitting here" if bitting else ""
    keyway, found = catalogue.blank_of.get(blank, (None, None))
    if keyway is None or keyway.spec is None or found is None:
        return f"{blank!r} is no blank of the catalogue; {REFUSE} stands for a key that must be refused"
    if len(bitting) != found.cuts or not set(bitting) <= set(keyway.spec.root_mm_of):
        return f"{blank} has {found.cuts} cuts of {' '.join(keyway.spec.root_mm_of)}"
    return ""


def trial(truth: Truth, answer: Identification, catalogue: Catalogue) -> Trial:
    """Hold one answer against its truth."""
    if truth.blank is None or len(answer.cuts) != len(truth.bitting):
        return Trial(truth, answer, ())
    spec = catalogue.blank_of[truth.blank][0].spec
    roots = [] if spec is None else [spec.root_mm_of[code] for code in truth.bitting]
    errors = tuple(cut.measured_mm - root for cut, root in zip(answer.cuts, roots, strict=False))
    return Trial(truth, answer, errors)


def evaluated(trials: Sequence[Trial]) -> Evaluation:
    """Count them. Depths count of every key that was read as the blank it is, however it was answered."""
    verdicts = Counter(each.verdict for each in trials)
    pairs = Counter((each.truth.blank or "must be refused", each.said) for each in trials)
    errors = np.abs([error for each in trials if each.answer.blank == each.truth.blank for error in each.errors_mm])
    return Evaluation(
        scans=len(trials),
        right=verdicts[Verdict.RIGHT],
        not_answered=verdicts[Verdict.NOT_ANSWERED],
        wrong=verdicts[Verdict.WRONG],
        confusion=tuple((*pair, count) for pair, count in sorted(pairs.items(), key=lambda at: (at[0][0], -at[1]))),
        depth_mean_mm=float(errors.mean()) if errors.size else 0.0,
        depth_p95_mm=float(np.percentile(errors, 95)) if errors.size else 0.0,
        depth_most_mm=float(errors.max()) if errors.size else 0.0,
        depths=int(errors.size),
    )


def worst(trials: Iterable[Trial], count: int) -> tuple[Trial, ...]:
    """Those one should look at first: wrong ones, then unanswered ones, then the largest depth errors."""
    order = [Verdict.WRONG, Verdict.NOT_ANSWERED, Verdict.RIGHT]
    ranked = sorted(trials, key=lambda each: (order.index(each.verdict), -each.worst_mm))
    return tuple(each for each in ranked if each.verdict is not Verdict.RIGHT or each.errors_mm)[:count]
