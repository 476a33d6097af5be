"""The carousel and the clamp: where blanks come from and where they go.

Responsible for: stock in each slot, what the feeder pushes into an open clamp (also the wrong thing), and what falls
where when the clamp opens. Not responsible for: motion, or metal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from config.machine import Machine
from hardware.grbl.modal import words_of
from simulator.machine.blade import Blade

_NEAR_MM = 1.0


class Drop(StrEnum):
    """Where something that fell out of the clamp lies."""

    CHUTE = "chute"
    REJECT = "reject"
    FLOOR = "floor"


@dataclass
class FeedFaults:
    """What goes wrong the next times a blank is drawn, by slot. Counts are used up."""

    misfeed: dict[int, int] = field(default_factory=dict)
    double: dict[int, int] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)
    bent_mm: dict[int, float] = field(default_factory=dict)
    shavings_mm: dict[int, float] = field(default_factory=dict)
    slip_mm: float = 0.0


@dataclass(frozen=True)
class StationPlaces:
    """Machine positions that mean something, read from the machine file's macros. mm."""

    feed_x_mm: float
    check_x_mm: float
    deliver_x_mm: float
    reject_x_mm: float


def station_places(machine: Machine) -> StationPlaces:
    """Where the clamp takes, shows and lets go, according to the macros."""
    macros = machine.macros
    return StationPlaces(
        _x_at(macros.feed, "M9"), _last_x(macros.check), _x_at(macros.deliver, "M8"), _x_at(macros.reject, "M8")
    )


def _x_at(lines: tuple[str, ...], code: str) -> float:
    """The x at which a macro says `code`; the last time it does after a move."""
    x = found = 0.0
    moved = False
    for line in lines:
        words = dict(words_of(line.replace("{z}", "0")) or ())
        if "X" in words:
            x, moved = words["X"], True
        if moved and any(f"{letter}{value:g}" == code for letter, value in words.items()):
            found = x
            break
    return found if moved else 0.0


def _last_x(lines: tuple[str, ...]) -> float:
    found = 0.0
    for line in lines:
        words = dict(words_of(line.replace("{z}", "0")) or ())
        found = words.get("X", found)
    return found


class Carousel:
    """Slots with blanks, one clamp, a chute and two places where things end up."""

    def __init__(self, machine: Machine, make: Callable[[str, str], Blade]) -> None:
        self._machine = machine
        self._make = make
        self.places = station_places(machine)
        self.stock = {slot.number: slot.capacity for slot in machine.magazine.slots}
        self.faults = FeedFaults()
        self.clamped: Blade | None = None
        self.clamp_open = False
        self.chute_holds = 20
        self.chute: list[Blade] = []
        self.rejects: list[Blade] = []
        self.floor: list[Blade] = []
        self.stuck = False
        """The copy stays between the jaws when the clamp opens."""
        self.slid_s = float("-inf")
        """When a copy last slid through the chute."""

    def slot_at(self, z_mm: float) -> int | None:
        """The slot that stands at the feeder."""
        magazine = self._machine.magazine
        for slot in magazine.slots:
            if abs(z_mm - magazine.first_z_mm + (slot.number - 1) * magazine.pitch_z_mm) <= _NEAR_MM:
                return slot.number
        return None

    def open_clamp(self, x_mm: float, now_s: float) -> None:
        """What was clamped falls."""
        self.clamp_open = True
        blade = self.clamped
        if blade is None or self.stuck:
            return
        if abs(x_mm - self.places.deliver_x_mm) <= _NEAR_MM:
            if len(self.chute) >= self.chute_holds:
                return
            self.chute.append(blade)
            self.slid_s = now_s
        elif abs(x_mm - self.places.reject_x_mm) <= _NEAR_MM:
            self.rejects.append(blade)
        else:
            self.floor.append(blade)
        self.clamped = None

    def close_clamp(self, x_mm: float, z_mm: float) -> None:
        """The jaws close: on a blank, if a slot and the clamp meet."""
        was_open, self.clamp_open = self.clamp_open, False
        if not was_open or self.clamped is not None or abs(x_mm - self.places.feed_x_mm) > _NEAR_MM:
            return
        number = self.slot_at(z_mm)
        if number is None or not self.stock.get(number):
            return
        faults = self.faults
        if faults.misfeed.get(number, 0) > 0:
            faults.misfeed[number] -= 1
            return
        slot = next(s for s in self._machine.magazine.slots if s.number == number)
        blade = self._make(faults.wrong.get(number, slot.blank), slot.finish)
        self.stock[number] -= 1
        if faults.double.get(number, 0) > 0:
            faults.double[number] -= 1
            self.stock[number] = max(0, self.stock[number] - 1)
            # The second blank rides up on the first.
            blade = replace(blade, doubled=True, lift_mm=1.2)
        blade.bend_mm = faults.bent_mm.get(number, 0.0)
        blade.lift_mm += faults.shavings_mm.get(number, 0.0)
        blade.shift_mm = faults.slip_mm
        self.clamped = blade

    def fallen(self) -> dict[Drop, int]:
        """How many blades lie where."""
        return {Drop.CHUTE: len(self.chute), Drop.REJECT: len(self.rejects), Drop.FLOOR: len(self.floor)}
