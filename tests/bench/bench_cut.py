"""Simulated copies over all stocked blanks: accuracy, gouges, cutting time against its minimum, machine time by step.

`python -m tests.bench.bench_cut [--keys 2000] [--seed N]`; without a seed, a fresh one is drawn and printed.

Every key is cut by the driver, line by line, on the simulated board in virtual time; what is judged is the metal that
is left, never the plan. A wheel wears from new to `WORN_MM` over `WHEEL_LIFE` copies (far faster than brass wears one)
and is changed; the path follows the last touch-offs as in a sale. Play is drawn anew with every wheel, on each axis
from nothing to what the machine file allows. With `--blank-spread-mm 0.005` blanks differ in height as well. A share of
copies is also drawn and measured by the check camera. The kinematic minimum is `tests.support.least_time.least_s`.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from config.keyway import Blank, Keyway
from hardware.errors import BlankFault
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink
from kiosk.cutting.check import TOUCHES_WATCHED, check_copy, edge_correction_mm
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.measure import measure_copy
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.machine.blade import Blade
from tests.cutting.keys import blank, catalogue, machine
from tests.support.least_time import least_s

WORN_MM = 0.05
WHEEL_LIFE = 200
PICTURED = 20
"""Every so many copies is also measured by the camera."""


class DryTap:
    """Counts cutting lines that reached a board whose planner had run empty in mid-cut."""

    def __init__(self, link: ByteLink, sim: SimulatedMachine) -> None:
        self._link = link
        self._sim = sim
        self._cutting = False
        self.dry = self.lines = 0

    def read(self, timeout_s: float) -> bytes:
        return self._link.read(timeout_s)

    def write(self, data: bytes) -> None:
        if data.startswith(b"G1"):
            self.lines += 1
            self.dry += self._cutting and not self._sim.firmware.core.planner.blocks
            self._cutting = True
        elif data.endswith(b"\n"):
            self._cutting = False
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


@dataclass
class Found:
    """What was measured. mm and s."""

    cuts_mm: list[float] = field(default_factory=list)
    worst_mm: list[float] = field(default_factory=list)
    gouges_mm: list[float] = field(default_factory=list)
    camera_mm: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    moving_ratios: list[float] = field(default_factory=list)
    steps_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unfit = refused = delivered_bad = dry = lines = 0


class Wheel:
    """One wheel's life on one machine."""

    def __init__(self, draw: np.random.Generator, found: Found, spread_mm: float) -> None:
        self._draw, self._found, self._spread_mm = draw, found, spread_mm
        self.sim = SimulatedMachine(machine(), catalogue(), int(draw.integers(2**31)))
        make = self.sim.world.carousel._make
        self.sim.world.carousel._make = lambda code, finish: self._odd(make(code, finish))
        for slide, axis in zip(self.sim.world.slides, (machine().x, machine().y, machine().z), strict=True):
            slide.faults.backlash_mm = -float(draw.uniform(0, 1)) * axis.backlash_mm
        self._tap = DryTap(self.sim.link(), self.sim)
        self.cutter = GrblCutter(lambda: self._tap, machine(), self.sim.clock)
        self.cutter.connect()
        self.cutter.home()
        self._touches_mm: list[float] = []

    def _odd(self, made: Blade) -> Blade:
        made.top_mm = made.top_mm + float(np.clip(self._draw.normal(0, self._spread_mm), -0.05, 0.05))
        return made

    def end(self) -> None:
        self.cutter.close()
        self._found.dry += self._tap.dry
        self._found.lines += self._tap.lines

    def copy(self, slot: int, keyway: Keyway, chosen: Blank, bitting: list[str], worn_mm: float) -> CutPlan | None:
        """One copy; its plan if it was cut."""
        sim, found, clock = self.sim, self._found, self.sim.clock
        sim.world.wheel.faults.worn_mm = worn_mm
        sim.world.carousel.stock[slot] = 9
        sim.chute.clear()
        plan = plan_cuts(keyway, chosen, bitting, machine(), edge_error_mm=edge_correction_mm(self._touches_mm))
        assert isinstance(plan, CutPlan)
        begin_s = clock.now_s()
        try:
            touch = self.cutter.load(slot, plan.blade_height_mm)
        except BlankFault:
            # A low blank under a worn wheel, or a high one under a new one: not cut at all.
            found.unfit += 1
            return None
        loaded_s = clock.now_s()
        self._touches_mm = [*self._touches_mm, touch.error_mm][-TOUCHES_WATCHED:]
        job = to_gcode(plan, machine())
        place = self.cutter.status().position_mm
        assert place is not None
        start_s = clock.now_s()
        self.cutter.run(job, lambda _: None)
        cut_s = clock.now_s()
        self.cutter.present_to_check()
        seen_s = clock.now_s()
        least, spin_s = least_s(job, place, machine()), machine().wheel.spin_up_s
        found.ratios.append((cut_s - start_s) / least)
        found.moving_ratios.append((cut_s - start_s - spin_s) / (least - spin_s))
        found.steps_s["tray to clamp, touched off"].append(loaded_s - begin_s)
        found.steps_s["cut"].append(cut_s - start_s)
        found.steps_s["brush, show to camera"].append(seen_s - cut_s)
        return plan

    def judge(self, plan: CutPlan, pictured: bool) -> None:
        """Measure what is in the clamp; deliver it if it is good."""
        found = self._found
        blade = self.sim.world.at_check()
        assert blade is not None
        checked = check_copy(plan, np.stack([blade.x_mm, blade.top_mm], axis=1), machine().check)
        found.cuts_mm += checked.cuts_mm
        found.worst_mm.append(checked.largest_mm)
        wanted = np.interp(blade.x_mm, plan.wanted[:, 0], plan.wanted[:, 1])
        cut = blade.x_mm < max(plan.positions_mm) + 1
        found.gouges_mm.append(float((wanted - blade.top_mm)[cut & (wanted < plan.blade_height_mm - 0.1)].max()))
        passed = checked.passed
        if pictured:
            seen = check_copy(plan, measure_copy(self.sim.scanner.check(), machine().check), machine().check)
            found.camera_mm += [a - b for a, b in zip(seen.cuts_mm, checked.cuts_mm, strict=True)]
            passed = seen.passed
        since_s = self.sim.clock.now_s()
        if passed:
            self.cutter.deliver()
            found.steps_s["to the chute"].append(self.sim.clock.now_s() - since_s)
            found.delivered_bad += checked.largest_mm > 0.05
        else:
            found.refused += 1
            self.cutter.reject()


def random_bitting(draw: np.random.Generator, keyway: Keyway, chosen: Blank) -> list[str]:
    """A bitting that keeps to its MACS."""
    assert keyway.spec is not None
    codes = [depth.code for depth in sorted(keyway.spec.depths, key=lambda depth: -depth.root_mm)]
    at = [int(draw.integers(len(codes)))]
    while len(at) < chosen.cuts:
        low, high = max(0, at[-1] - keyway.spec.most_steps), min(len(codes) - 1, at[-1] + keyway.spec.most_steps)
        at.append(int(draw.integers(low, high + 1)))
    return [codes[i] for i in at]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--blank-spread-mm", type=float, default=0.0, help="standard deviation of a blank's height")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    draw = np.random.default_rng(asked.seed)
    stocked = {slot.blank: slot.number for slot in reversed(machine().magazine.slots)}
    found = Found()
    begin_s = time.monotonic()
    wheel: Wheel | None = None
    done = 0
    while done < asked.keys:
        age = done % WHEEL_LIFE
        if wheel is None or age == 0:
            if wheel is not None:
                wheel.end()
            wheel = Wheel(draw, found, asked.blank_spread_mm)
        code = str(draw.choice(list(stocked)))
        keyway, chosen = blank(code)
        bitting = random_bitting(draw, keyway, chosen)
        if not isinstance(plan_cuts(keyway, chosen, bitting, machine()), CutPlan):
            continue
        plan = wheel.copy(stocked[code], keyway, chosen, bitting, WORN_MM * age / WHEEL_LIFE)
        if plan is None:
            continue
        wheel.judge(plan, done % PICTURED == 0)
        done += 1
    if wheel is not None:
        wheel.end()
    return told(asked.seed, found, time.monotonic() - begin_s)


def told(seed: int, found: Found, spent_s: float) -> int:
    """Print it; 1 if a target is missed."""
    worst = np.array(found.worst_mm)
    keys = len(worst)
    inside = float(np.mean(worst <= 0.025))
    print(f"seed {seed}: {keys} keys, {len(found.cuts_mm)} cuts in {spent_s:.0f} s")
    print(f"error of a cut: mean {np.mean(found.cuts_mm):+.4f} mm, worst {worst.max():.4f} mm")
    print(f"keys within 0.025 mm: {100 * inside:.2f} %; within 0.05 mm: {100 * np.mean(worst <= 0.05):.2f} %")
    print(f"delivered beyond 0.05 mm: {found.delivered_bad}; not passed: {found.refused}", end="; ")
    print(f"blanks refused at the touch-off: {found.unfit}")
    print(f"gouge: worst {max(found.gouges_mm):.4f} mm, mean of each key's worst {np.mean(found.gouges_mm):+.4f} mm")
    camera = np.abs(found.camera_mm)
    print(f"camera against metal, {len(camera)} cuts: mean {camera.mean():.4f} mm, worst {camera.max():.4f} mm")
    ratios = np.array(found.ratios)
    print(f"cutting time over its kinematic minimum: mean {ratios.mean():.3f}, worst {ratios.max():.3f}")
    print(f"   the same without the wheel's start: mean {np.mean(found.moving_ratios):.3f}", end=", ")
    print(f"worst {max(found.moving_ratios):.3f}")
    print(f"planner ran dry before {found.dry} of {found.lines} cutting lines")
    for name, values in found.steps_s.items():
        print(f"   {name:28s} {np.mean(values):5.2f} s (longest {max(values):.2f})")
    total_s = sum(float(np.mean(values)) for values in found.steps_s.values())
    print(f"   {'one copy, tray to chute':28s} {total_s:5.2f} s")
    missed = inside < 0.999 or found.delivered_bad or ratios.max() > 1.05 or found.dry
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
