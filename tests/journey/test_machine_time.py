"""The simulated machine run faster than time, on a computer that is held up: waited for by the machine's clock."""

from __future__ import annotations

from kiosk.rehearsal.live import MachineTime, MachineTimeLink
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine
from tests.support.transcript import ManualClock

SPEED = 20.0


class SlowPort:
    """A port on which nothing comes until the machine's time has; `share` of its time passes while anybody waits."""

    def __init__(self, sim: SimulatedMachine, wall: ManualClock, share: float, says_at_s: float) -> None:
        self._sim, self._wall, self._share, self._says_at_s = sim, wall, share, says_at_s
        self.waits_s: list[float] = []

    def read(self, timeout_s: float) -> bytes:
        self.waits_s.append(timeout_s)
        self._wall.sleep(timeout_s)
        self._sim.clock.sleep(timeout_s * SPEED * self._share)
        return b"ok\r\n" if self._sim.clock.now_s() >= self._says_at_s else b""

    def write(self, data: bytes) -> None:
        """Nobody hears it."""

    def close(self) -> None:
        """Nothing is open."""


def port(share: float, says_at_s: float) -> tuple[SlowPort, MachineTimeLink, SimulatedMachine]:
    sim, wall = SimulatedMachine(machine(), catalogue()), ManualClock()
    slow = SlowPort(sim, wall, share, says_at_s)
    return slow, MachineTimeLink(slow, MachineTime(sim.timeline, RealTimeRunner(sim.timeline, SPEED)), wall), sim


def test_a_machine_twenty_times_as_fast_is_waited_for_a_twentieth_of_the_time() -> None:
    slow, link, sim = port(share=1.0, says_at_s=10.0)
    assert link.read(0.1) == b""
    assert sim.clock.now_s() >= 0.1
    assert sum(slow.waits_s) < 0.01


def test_a_machine_that_is_held_up_is_given_its_whole_time_to_answer() -> None:
    _, link, sim = port(share=0.25, says_at_s=0.4)
    assert link.read(0.5) == b"ok\r\n"
    assert sim.clock.now_s() < 0.5 + 0.1


def test_where_the_machine_s_time_stands_a_read_ends_all_the_same() -> None:
    slow, link, sim = port(share=0.0, says_at_s=10.0)
    assert link.read(0.1) == b""
    assert sim.clock.now_s() == 0.0
    assert sum(slow.waits_s) < 0.11
