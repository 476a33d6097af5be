"""What lies still in a simulated machine's tray: for commands that need its cameras and nothing else of it.

Responsible for: frames of the step gauge, and of a made-up key. Not responsible for: what is read in them.
"""

from __future__ import annotations

from config.machine import Machine
from config.settings import catalogue_in_force
from hardware.scan import ScanFrames
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.keys.gauge import step_gauge
from simulator.keys.sample_keys import sample_key

MADE_UP_KEY = "kwikset-new"


def frames_of_gauge(machine: Machine, seed: int = 1) -> ScanFrames:
    """One look at the gauge."""
    sim = SimulatedMachine(machine, catalogue_in_force(), seed)
    lay(sim, step_gauge(machine.gauge))
    return sim.scanner.scan()


def frames_of_key(machine: Machine, seed: int = 1) -> ScanFrames:
    """One look at a key nobody owns."""
    catalogue = catalogue_in_force()
    sim = SimulatedMachine(machine, catalogue, seed)
    lay(sim, sample_key(MADE_UP_KEY, catalogue, seed))
    return sim.scanner.scan()
