"""`kiosk doctor`'s value: one finding a check, each pass, warn or fail, with what was found and what to do next.

Responsible for: the form of findings, running checks so that one that breaks does not hide the others. Not
responsible for: the checks (`doctor_machine`, `doctor_records`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad."""

    PASS = "pass"  # noqa: S105 - a grade, not a secret
    WARN = "warn"
    """Sells, but somebody should look."""
    FAIL = "fail"
    """Cannot sell, or must not."""


@dataclass(frozen=True)
class Finding:
    """One check's answer. `next_step` is empty only for a pass."""

    check: str
    grade: Grade
    found: str
    next_step: str = ""


def passed(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, Grade.PASS, found)


def warned(check: str, found: str, next_step: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Grade.WARN, found, next_step)


def failed(check: str, found: str, next_step: str) -> Finding:
    """Cannot sell."""
    return Finding(check, Grade.FAIL, found, next_step)


Check = Callable[[], Finding]


def examine(checks: Iterable[tuple[str, Check]]) -> list[Finding]:
    """Run every check, in order. One that breaks is a finding itself."""
    found = []
    for name, check in checks:
        try:
            found.append(check())
        except Exception as error:
            # A doctor must finish the round whatever one organ does; the text may be anybody's, so the type is told.
            step = "report this with `kiosk logs`"
            found.append(failed(name, f"the check itself broke: {type(error).__name__}", step))
    return found


def worst(findings: Iterable[Finding]) -> Grade:
    """The worst grade among them."""
    order = list(Grade)
    return max((finding.grade for finding in findings), key=order.index, default=Grade.PASS)


def for_people(findings: Iterable[Finding]) -> list[str]:
    """Lines for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.grade.value.upper():<5} {finding.check:<12} {finding.found}")
        if finding.next_step:
            lines.append(f"{'':<18} -> {finding.next_step}")
    return lines


def as_objects(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """For `--json`."""
    return [asdict(finding) for finding in findings]
