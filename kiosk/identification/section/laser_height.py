"""How high the blade is where the laser crosses it, by the two line views alone.

Responsible for: the height from spine to cut edge at the laser's station, on a scale of its own: nothing of the
silhouette goes into it, so the two can be held against each other. Not responsible for: where along the blade the
station is (a key lies as it was put, a few millimetres either way), or what follows from a disagreement (`identify`).
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.identification.section.line import LineReading, Lines

FACES_DIFFER_MM = 0.15
"""Both lines run over one blade: ends that differ by more are not the ends of the blade on one of them."""


@dataclass(frozen=True, repr=False)
class LaserHeight:
    """Spine to cut edge at the laser's station, as each face's line shows it; None where that line was not seen."""

    left_mm: float | None
    right_mm: float | None

    @property
    def height_mm(self) -> float | None:
        """What both faces say; None when they do not agree, or neither was seen."""
        seen = [each for each in (self.left_mm, self.right_mm) if each is not None]
        if not seen or max(seen) - min(seen) > FACES_DIFFER_MM:
            return None
        return sum(seen) / len(seen)


def laser_height(lines: Lines) -> LaserHeight:
    """Measure both lines. They end where they fade to half, so the width of the sheet does not count."""
    return LaserHeight(*(_height_mm(line) for line in lines))


def _height_mm(line: LineReading | None) -> float | None:
    return None if line is None else line.edge_mm - line.spine_mm
