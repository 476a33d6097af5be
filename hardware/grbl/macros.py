"""The machine file's macros as checked steps. Pure.

Responsible for: filling in the slot, and refusing what a macro may not say. Not responsible for: sending.
"""

from __future__ import annotations

from config.machine import Machine
from config.problems import BadInput, Problem
from hardware.grbl.modal import target_of, words_of
from hardware.grbl.words import figure

_ALLOWED = frozenset({"G53", "G0", "G1", "G4", "G21", "G90", "G94", "M7", "M8", "M9", "M5"})
_ON = frozenset({"M7", "M8"})


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


def check_macros(machine: Machine, file: str = "machine.toml") -> None:
    """Hold every macro to plain absolute moves, dwells and outputs inside the travel, and to what it does to the clamp.

    Raises:
        BadInput: naming each line that is not, and each macro that does not.
    """
    problems = [
        Problem(file, f"macros.{name}[{number}]", reason)
        for name, lines in machine.macros
        for number, line in enumerate(lines, start=1)
        if (reason := next(filter(None, (_objection(each, machine) for each in _at_slots(line, machine))), None))
    ]
    problems += [
        Problem(file, f"macros.{name}", reason)
        for name, lines in machine.macros
        if (reason := _clamp_objection(name, lines, machine)) is not None
    ]
    if problems:
        raise BadInput(*problems)


def _at_slots(line: str, machine: Machine) -> list[str]:
    """The line as it is sent, once for each slot if that makes a difference."""
    slots = machine.magazine.slots if "{z}" in line else machine.magazine.slots[:1]
    return [filled((line,), slot_z_mm(machine, slot.number))[0] for slot in slots]


def _clamp_objection(name: str, lines: tuple[str, ...], machine: Machine) -> str | None:
    """What a macro gets wrong of the clamp: that is whatever output `feed` switches on to let a blank in."""
    clamp = set(_outputs(machine.macros.feed)) & _ON
    said = _outputs(lines)
    if name in ("feed", "deliver", "reject"):
        if not clamp & set(said):
            return "never opens the clamp (M8)"
        if name == "feed" and said[-1] != "M9":
            return "does not close the clamp (M9) on the blank"
    elif clamp & set(said):
        return "opens the clamp: it would let go of the key"
    return None


def _outputs(lines: tuple[str, ...]) -> list[str]:
    """Outputs switched, in order."""
    codes = (f"{letter}{value:g}" for line in lines for letter, value in words_of(line.replace("{z}", "0")))
    return [code for code in codes if code in _ON or code == "M9"]


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
