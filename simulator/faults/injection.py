"""The faults of one machine: set, at once or later, cleared, listed.

Responsible for: naming, checking and undoing them. Not responsible for: which there are (`simulator.faults.table`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.problems import BadInput, Problem
from simulator.faults.model import Undo, Value
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.faults.table import FAULTS

__all__ = ["FAULTS", "FaultPanel", "parse_fault"]


@dataclass
class _Active:
    values: dict[str, Value]
    undo: Undo | None = None
    cleared: bool = False


class FaultPanel:
    """The faults of one machine: set, cleared, listed."""

    def __init__(self, sim: SimulatedMachine) -> None:
        self._sim = sim
        self._active: dict[str, _Active] = {}

    def set(self, name: str, given: Mapping[str, object] | None = None, source: str = "fault") -> None:
        """Make something go wrong, at once or `after_s` from now. Setting it again replaces it.

        Raises:
            BadInput: no such fault, or a parameter it does not take.
        """
        fault = FAULTS.get(name)
        if fault is None:
            raise BadInput(Problem(source, name, "is no fault; `kiosk simulate faults` lists them"))
        values = fault.values(given or {}, source)
        with self._sim.timeline.lock:
            self.clear(name, source)
            active = self._active[name] = _Active(values)

            def begin() -> None:
                if not active.cleared:
                    active.undo = fault.act(self._sim, values)

            after_s = float(values["after_s"])
            if after_s > 0:
                self._sim.timeline.at(self._sim.timeline.now_s + after_s, begin)
                return
            try:
                begin()
            except BadInput:
                del self._active[name]
                raise

    def clear(self, name: str, source: str = "fault") -> None:
        """Mend it. Nothing happens if it is not set.

        Raises:
            BadInput: no such fault.
        """
        if name not in FAULTS:
            raise BadInput(Problem(source, name, "is no fault; `kiosk simulate faults` lists them"))
        with self._sim.timeline.lock:
            active = self._active.pop(name, None)
            if active is not None:
                active.cleared = True
                if active.undo is not None:
                    active.undo()

    def clear_all(self) -> None:
        """Mend everything."""
        for name in list(self._active):
            self.clear(name)

    def active(self) -> dict[str, dict[str, Value]]:
        """What is set, with its parameters."""
        return {name: dict(active.values) for name, active in self._active.items()}


def parse_fault(text: str, source: str = "--fault") -> tuple[str, dict[str, object]]:
    """`NAME` or `NAME:parameter=value,…` as a name and its parameters.

    Raises:
        BadInput: it has another form.
    """
    name, _, rest = text.partition(":")
    given: dict[str, object] = {}
    for part in rest.split(",") if rest else ():
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise BadInput(Problem(source, text, "must be NAME or NAME:parameter=value,parameter=value"))
        given[key.strip()] = value.strip()
    return name.strip(), given
