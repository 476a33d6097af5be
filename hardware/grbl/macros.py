"""The machine file's macros as checked steps. Pure.

Responsible for: filling in the slot, and refusing what a macro may not say. Not responsible for: sending.
"""

from __future__ import annotations

from config.machine import Machine
from config.problems import BadInput, Problem
from hardware.grbl.modal import dwell_s, target_of, words_of
from hardware.grbl.words import figure

_ALLOWED = frozenset({"G53", "G0", "G1", "G4", "G21", "G90", "G94", "M7", "M8", "M9", "M5"})
_ON = frozenset({"M7", "M8"})
_APART_MM = 10.0
"""Chute and bin are two mouths for a blade 9 mm high that tumbles: nearer than this, either gets the other's."""
_LONGEST_DWELL_S = 30.0
"""Of a macro's dwells together: outputs and brushes need a second or two, and a shopper is waiting."""


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
        for reason in (_clamp_objection(name, lines, machine), _dwell_objection(lines))
        if reason is not None
    ]
    if (mixed := _places_objection(machine)) is not None:
        problems.append(Problem(file, "macros.reject", mixed))
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
        if said[-1] != "M9":
            return "does not close the clamp (M9)"
    elif clamp & set(said):
        return "opens the clamp: it would let go of the key"
    return None


def _dwell_objection(lines: tuple[str, ...]) -> str | None:
    waits_s = sum(abs(dwell_s(line)) for line in filled(lines, 0.0))
    return f"waits {waits_s:g} s, more than {_LONGEST_DWELL_S:g} s" if waits_s > _LONGEST_DWELL_S else None


def _places_objection(machine: Machine) -> str | None:
    """What `reject` gets wrong of where it lets go: a bad copy must never lie where a shopper takes a good one."""
    deliver, reject = machine.macros.deliver, machine.macros.reject
    clamp = set(_outputs(machine.macros.feed)) & _ON
    opening, dropping = clamp & set(_outputs(deliver)), clamp & set(_outputs(reject))
    if opening and dropping and opening != dropping:
        return f"opens with {', '.join(sorted(dropping))}, deliver with {', '.join(sorted(opening))}"
    for low, high in _open_between_mm(reject, clamp, machine):
        for least, most in _open_between_mm(deliver, clamp, machine):
            if low - most < _APART_MM and least - high < _APART_MM:
                return (
                    f"lets go between X{figure(low)} and X{figure(high)}, less than {_APART_MM:g} mm from "
                    f"where deliver does (X{figure(least)} to X{figure(most)})"
                )
    return None


def _open_between_mm(lines: tuple[str, ...], clamp: set[str], machine: Machine) -> list[tuple[float, float]]:
    """Stretches of X over which a macro holds the clamp open: a stuck key falls anywhere on the way.

    Until a macro has said X the clamp may be anywhere in the travel. A board switches a line's outputs before it moves.
    """
    at, opened = (-machine.x.travel_mm, 0.0), False
    stretches: list[tuple[float, float]] = []
    for line in filled(lines, 0.0):
        for code in _outputs((line,)):
            if code in clamp:
                opened = True
                stretches.append(at)
            elif code == "M9":
                opened = False
        if (target := target_of(line, (-1.0, -1.0, -1.0))) is not None and "X" in dict(words_of(line)):
            at = (target[0], target[0])
        if opened:
            low, high = stretches[-1]
            stretches[-1] = (min(low, at[0]), max(high, at[1]))
    return stretches


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
    if "G4" in codes and set("XYZ") & set(dict(words)):
        return "must say where it moves and how long it waits in two lines"
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
    lowest_mm = machine.clamp.spine_y_mm + machine.cutting.retract_height_mm
    if target[1] < lowest_mm and "Y" in dict(words):
        return f"brings the wheel below Y{figure(lowest_mm)}, where it is out of the blade: a macro does not cut"
    return None
