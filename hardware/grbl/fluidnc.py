"""What a FluidNC board tells of itself only by its own paths (`$/axes/x/homing/cycle`). Asks; writes nothing.

Responsible for: which path stands for which numbered setting, and what has no number and must be right all the same.
Not responsible for: comparing (`hardware.grbl.settings`), or pins: their place and polarity are text of the board's own
file (`$CD`), which a machine file names as not comparable.

From FluidNC's public documentation of its configuration file and commands; nobody here has run a board of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hardware.errors import BoardError
from hardware.grbl.board import GrblBoard
from hardware.grbl.events import PathSetting

PATHS: dict[int, tuple[str, ...]] = {
    0: ("stepping/pulse_us",),
    1: ("stepping/idle_ms",),
    24: ("axes/x/homing/feed_mm_per_min", "axes/y/homing/feed_mm_per_min", "axes/z/homing/feed_mm_per_min"),
    25: ("axes/x/homing/seek_mm_per_min", "axes/y/homing/seek_mm_per_min", "axes/z/homing/seek_mm_per_min"),
    26: ("axes/x/homing/settle_ms", "axes/y/homing/settle_ms", "axes/z/homing/settle_ms"),
    27: ("axes/x/motor0/pulloff_mm", "axes/y/motor0/pulloff_mm", "axes/z/motor0/pulloff_mm"),
}
"""Where settings that `$$` leaves out are answered; one that each axis has of its own must be the same on all."""
CLAMP_PIN = "coolant/flood_pin"
NO_PIN = "NO_PIN"
CYCLES = tuple(f"axes/{axis}/homing/cycle" for axis in "xyz")


@dataclass(frozen=True)
class PathAnswers:
    """What the paths say."""

    settings: dict[int, str] = field(default_factory=dict)
    differences: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()


def ask_paths(board: GrblBoard, known: Mapping[int, str], homing_cycles: tuple[str, ...]) -> PathAnswers:
    """Ask for whatever `$$` left out, for the order of homing, and whether the clamp's output has a pin."""
    settings: dict[int, str] = {}
    differences: list[str] = []
    unanswered: list[str] = []
    for number, paths in PATHS.items():
        if number in known:
            continue
        values = [_ask(board, path) for path in paths]
        answered = [value for value in values if value is not None]
        if len(set(answered)) > 1:
            differences.append(f"setting ${number} ({paths[0].rpartition('/')[2]}) is not the same on all axes")
        if len(answered) == len(paths):
            settings[number] = answered[0]
    cycles = [_ask(board, path) for path in CYCLES]
    for axis, said in zip("XYZ", cycles, strict=True):
        wanted = next((str(n) for n, axes in enumerate(homing_cycles, start=1) if axis in axes), "0")
        if said is None:
            unanswered.append(f"homing cycle of {axis}, should be {wanted}")
        elif said != wanted:
            differences.append(f"$/axes/{axis.lower()}/homing/cycle differs: is {said}, should be {wanted}")
    pin = _ask(board, CLAMP_PIN)
    if pin is None:
        unanswered.append("the clamp's output (M8: coolant/flood_pin), should have a pin")
    elif pin.upper() == NO_PIN:
        differences.append("the clamp's output (M8: coolant/flood_pin) has no pin")
    return PathAnswers(settings, tuple(differences), tuple(unanswered))


def _ask(board: GrblBoard, path: str) -> str | None:
    """The value at a path; None where the board knows no such path."""
    try:
        answers = board.command(f"$/{path}")
    except BoardError:
        return None
    return next((each.value for each in answers if isinstance(each, PathSetting) and each.path == path), None)
