"""Which words a board should have in force, line by line. Pure.

Responsible for: following the lines sent, and comparing with what `$G` reports. A damaged line that still made sense
(`M5` heard as `M4`, `G90` as `G91`) shows here before the wheel goes down. Not responsible for: asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hardware.job import Position

_WORD = re.compile(r"([A-Z])(-?\d+(?:\.\d*)?|-?\.\d+)")
_LINE = re.compile(r"(?:[A-Z](?:-?\d+(?:\.\d*)?|-?\.\d+))+")

_GROUPS: dict[str, frozenset[str]] = {
    "motion": frozenset({"G0", "G1", "G2", "G3", "G80", "G38.2", "G38.3", "G38.4", "G38.5"}),
    "offset": frozenset({"G54", "G55", "G56", "G57", "G58", "G59"}),
    "plane": frozenset({"G17", "G18", "G19"}),
    "units": frozenset({"G20", "G21"}),
    "distance": frozenset({"G90", "G91"}),
    "feed mode": frozenset({"G93", "G94"}),
    "wheel": frozenset({"M3", "M4", "M5"}),
}
_GROUP_OF = {code: group for group, members in _GROUPS.items() for code in members}
_START = {
    "motion": "G0",
    "offset": "G54",
    "plane": "G17",
    "units": "G21",
    "distance": "G90",
    "feed mode": "G94",
    "wheel": "M5",
    "coolant": "M9",
    "F": "0",
    "S": "0",
}


def words_of(line: str) -> tuple[tuple[str, float], ...]:
    """The words of a line, or () when it is not plain G-code."""
    text = line.replace(" ", "").upper()
    if not _LINE.fullmatch(text):
        return ()
    return tuple((letter, float(value)) for letter, value in _WORD.findall(text))


def target_of(line: str, at: Position) -> Position | None:
    """Where an absolute move ends, from `at`; None when the line moves nothing."""
    words = dict(words_of(line))
    if "G4" in _codes(words_of(line)) or not set("XYZ") & words.keys():
        return None
    return (words.get("X", at[0]), words.get("Y", at[1]), words.get("Z", at[2]))


def dwell_s(line: str) -> float:
    """How long a `G4` waits, s; 0 for any other line."""
    words = words_of(line)
    return dict(words).get("P", 0.0) if "G4" in _codes(words) else 0.0


def _codes(words: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    return tuple(f"{letter}{value:g}" for letter, value in words if letter in "GM")


@dataclass(frozen=True)
class ModalWords:
    """Words in force, by group. A new one stands as a board does after a reset."""

    words: dict[str, str] = field(default_factory=lambda: dict(_START))

    def after(self, line: str) -> ModalWords:
        """Words in force when the board has read `line`."""
        now = dict(self.words)
        words = words_of(line)
        for code in _codes(words):
            if code in _GROUP_OF:
                now[_GROUP_OF[code]] = code
            if code == "M9":
                now["coolant"] = "M9"
            elif code in ("M7", "M8"):
                on = {word for word in now["coolant"].split() if word != "M9"} | {code}
                now["coolant"] = " ".join(sorted(on))
        for letter, value in words:
            if letter in "FS":
                now[letter] = f"{value:g}"
        return ModalWords(now)

    @property
    def outputs(self) -> frozenset[str]:
        """Letters of `A:` in a status report: wheel forwards S or backwards C, coolant F (M8) and M (M7)."""
        wheel = {"M3": "S", "M4": "C"}.get(self.words["wheel"], "")
        coolant = {"M8": "F", "M7": "M"}
        return frozenset(wheel).union(coolant[word] for word in self.words["coolant"].split() if word in coolant)

    def differences(self, reported: Iterable[str]) -> tuple[str, ...]:
        """Names of the groups in which `[GC:…]` says something else."""
        said: dict[str, str] = {}
        coolant: list[str] = []
        for word in reported:
            if word in ("M7", "M8", "M9"):
                coolant.append(word)
            elif word[0] in "FS":
                said[word[0]] = word[1:]
            elif word in _GROUP_OF:
                said[_GROUP_OF[word]] = word
        said["coolant"] = " ".join(sorted(coolant))
        return tuple(group for group, word in self.words.items() if not _same(group, word, said.get(group, "")))


def _same(group: str, expected: str, said: str) -> bool:
    if group not in ("F", "S"):
        return expected == said
    try:
        # GRBL prints these rounded to whole units.
        return abs(float(expected) - float(said or "nan")) <= 1.0
    except ValueError:
        return False
