"""The machine file's macros as checked steps. Pure.

Responsible for: filling in the slot, and refusing what a macro may not say. Not responsible for: sending.
"""

from __future__ import annotations

from config.machine import Machine
from config.problems import BadInput, Problem
from hardware.grbl.modal import target_of, words_of
from hardware.grbl.words import figure

_ALLOWED = frozenset({"G53", "G0", "G1", "G4", "G21", "G90", "G94", "M7", "M8", "M9", "M5"})


def slot_z_mm(machine: Machine, slot: int) -> float:
    """Where the carousel stands with this slot at the feeder, machine z."""
    return machine.magazine.first_z_mm - (slot - 1) * machine.magazine.pitch_z_mm


def filled(lines: tuple[str, ...], z_mm: float) -> tuple[str, ...]:
    """The macro with the slot's position put in."""
    return tuple(line.replace("{z}", figure(z_mm)) for line in lines)


def up_to_opening(lines: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A macro's lines before the clamp is commanded to open, and the rest."""
    opening = next((at for at, line in enumerate(lines) if {("M", 7.0), ("M", 8.0)} & set(words_of(line))), 0)
    return lines[:opening], lines[opening:]


def check_macros(machine: Machine) -> None:
    """Hold every macro to plain absolute moves, dwells and outputs inside the travel.

    Raises:
        BadInput: naming each line that is not.
    """
    problems = [
        Problem("machine.toml", f"macros.{name}[{number}]", reason)
        for name, lines in machine.macros
        for number, line in enumerate(filled(lines, slot_z_mm(machine, 1)), start=1)
        if (reason := _objection(line, machine)) is not None
    ]
    if problems:
        raise BadInput(*problems)


def _objection(line: str, machine: Machine) -> str | None:
    words = words_of(line)
    if not words:
        return "is not a plain line of G-code"
    codes = {f"{letter}{value:g}" for letter, value in words if letter in "GM"}
    if not codes <= _ALLOWED:
        return f"may not use {', '.join(sorted(codes - _ALLOWED))}"
    if set(dict(words)) - set("GMXYZFP"):
        return "has a word that is neither G, M, X, Y, Z, F nor P"
    target = target_of(line, (-1.0, -1.0, -1.0))
    if target is None:
        return None
    if "G53" not in codes or not codes & {"G0", "G1"}:
        return "must say G53 and G0 or G1 where it moves"
    if "G1" in codes and "F" not in dict(words):
        return "must say its feed"
    for value, axis, travel_mm in zip(
        target, "XYZ", (machine.x.travel_mm, machine.y.travel_mm, machine.z.travel_mm), strict=True
    ):
        if not -travel_mm <= value <= 0:
            return f"leaves the travel of {axis}"
    return None
