"""A technician goes back over what was just made, line by line, and forwards again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hardware.ports import ByteLink
from simulator.faults.injection import FaultPanel
from simulator.serve.control import Control
from simulator.serve.realtime import RealTimeRunner
from simulator.wire.tap import Passage, WireTap
from tests.simulator.machine.parts import Hand


class Tapped:
    """A link whose traffic passes by a tap, as it does on a port."""

    def __init__(self, link: ByteLink, tap: WireTap, hand: Hand) -> None:
        self.link, self.tap, self.hand = link, tap, hand

    def read(self, timeout_s: float) -> bytes:
        data = self.link.read(timeout_s)
        self.tap.passed(Passage.FROM_BOARD, data, data, self.hand.sim.clock.now_s())
        return data

    def write(self, data: bytes) -> None:
        self.tap.passed(Passage.TO_BOARD, data, data, self.hand.sim.clock.now_s())
        self.link.write(data)

    def close(self) -> None:
        self.link.close()


class Bench:
    def __init__(self) -> None:
        self.hand = Hand()
        realtime = RealTimeRunner(self.hand.sim.timeline)
        self.desk = Control(self.hand.sim, FaultPanel(self.hand.sim), realtime)
        self.hand.link = Tapped(self.hand.link, realtime.tap, self.hand)

    def job(self, at: int = -1) -> dict[str, Any]:
        return self.desk.handle(json.dumps({"do": "job", "at": at}))

    def make_one(self) -> None:
        self.hand.ready()
        self.hand.say("M3S6000", "G4P2", f"G53G1{self.hand.over(10, 6)}F300", "G4P0.01")
        self.hand.say(f"G53G0{self.hand.over(10, 12)}", "M5", "G4P0.01")
        self.hand.macro("reject")


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = Bench()
    assert made.job() == {"ok": True, "count": 0}
    made.make_one()
    return made


def lowest_um(moment: dict[str, Any]) -> int:
    return int(min(moment["metal"]["top_um"][100:300]))


def test_it_begins_with_the_whole_blank_and_ends_with_an_empty_clamp(bench: Bench) -> None:
    first, last = bench.job(0), bench.job()
    assert first["metal"]["top_um"] == first["metal"]["uncut_um"]
    assert last["at"] == last["count"] - 1
    assert last["state"]["clamped"] is None


def test_at_every_line_stand_the_wheel_the_metal_and_the_wire_of_that_line(bench: Bench) -> None:
    moments = [bench.job(at) for at in range(bench.job()["count"])]
    feed = next(i for i, each in enumerate(moments) if "F300" in each["lines"][-1][3])
    done = next(i for i, each in enumerate(moments) if each["lines"][-1][3] == "M5")
    assert moments[feed]["state"]["wheel_rpm"] > 5000
    assert lowest_um(moments[feed]) > lowest_um(moments[done]) == pytest.approx(6000, abs=30)
    assert moments[feed]["state"]["position_mm"] != moments[done]["state"]["position_mm"]
    times = [each["state"]["time_s"] for each in moments]
    assert times == sorted(times)


def test_backwards_is_as_it_was_forwards_and_beyond_the_end_is_the_end(bench: Bench) -> None:
    count = bench.job()["count"]
    forwards = [bench.job(at) for at in range(count)]
    assert [bench.job(at) for at in reversed(range(count))] == forwards[::-1]
    assert bench.job(10**6) == bench.job()


def test_the_next_job_takes_the_place_of_the_last(bench: Bench) -> None:
    before = bench.job()["lines"][-1][0]
    bench.make_one()
    assert bench.job(0)["lines"][0][0] > before


def test_while_a_fault_is_to_be_found_the_past_does_not_show_it_either(bench: Bench) -> None:
    bench.desk.handle('{"do": "lesson", "number": 12}')
    state = bench.job(0)["state"]
    assert state["position_mm"] == state["commanded_mm"]
    bench.desk.handle('{"do": "end_lesson"}')
