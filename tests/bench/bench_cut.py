"""Simulated copies over all stocked blanks: accuracy, machine time by step, cutting time against its minimum.

`python -m tests.bench.bench_cut [--keys 400] [--seed 1]`. Wheels worn by up to 0.05 mm, backlash as the machine file
says, every copy measured by the check camera's own reading of the metal (no picture noise: the optics have a bench).
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import defaultdict

import numpy as np

from hardware.cutter import GrblCutter
from hardware.duration import least_s
from hardware.ports import ByteLink
from kiosk.copy_check import check_copy
from kiosk.cut_plan import CutPlan, plan_cuts
from kiosk.gcode import to_gcode
from simulator.rig import SimulatedMachine
from tests.cut.keys import blank, catalogue, machine

WORN_MM = 0.05


class DryTap:
    """Counts cutting lines that reached a board whose planner had run empty in mid-cut."""

    def __init__(self, link: ByteLink, rig: SimulatedMachine) -> None:
        self._link = link
        self._rig = rig
        self._cutting = False
        self.dry = self.lines = 0

    def read(self, timeout_s: float) -> bytes:
        return self._link.read(timeout_s)

    def write(self, data: bytes) -> None:
        if data.startswith(b"G1"):
            self.lines += 1
            self.dry += self._cutting and not self._rig.firmware.core.planner.blocks
            self._cutting = True
        elif data.endswith(b"\n"):
            self._cutting = False
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    rng = np.random.default_rng(asked.seed)
    stocked = {slot.blank: slot.number for slot in reversed(machine().magazine.slots)}
    errors: list[float] = []
    steps: dict[str, list[float]] = defaultdict(list)
    ratios: list[float] = []
    outside = delivered_outside = dry = lines = 0
    begin = time.monotonic()
    for i in range(asked.keys):
        code = str(rng.choice(list(stocked)))
        keyway, chosen = blank(code)
        assert keyway.spec is not None
        plan = None
        while not isinstance(plan, CutPlan):
            bitting = [str(rng.choice([depth.code for depth in keyway.spec.depths])) for _ in range(chosen.cuts)]
            plan = plan_cuts(keyway, chosen, bitting, machine())
        rig = SimulatedMachine(machine(), catalogue(), asked.seed * 100_000 + i)
        rig.world.wheel_faults.worn_mm = float(rng.uniform(0, WORN_MM))
        tap = DryTap(rig.link(), rig)
        cutter = GrblCutter(lambda tap=tap: tap, machine(), rig.clock)  # type: ignore[misc]
        clock = rig.clock

        def timed(name: str, since_s: float, clock: object = clock) -> float:
            now_s: float = clock.now_s()  # type: ignore[attr-defined]
            steps[name].append(now_s - since_s)
            return now_s

        cutter.connect()
        cutter.home()
        at_s = clock.now_s()
        touch = cutter.load(stocked[code], plan.blade_height_mm)
        at_s = timed("load and touch off", at_s)
        followed = plan_cuts(keyway, chosen, bitting, machine(), edge_error_mm=touch.error_mm)
        assert isinstance(followed, CutPlan)
        job = to_gcode(followed, machine())
        place = cutter.status().position_mm
        assert place is not None
        at_s = clock.now_s()
        cutter.run(job, lambda _: None)
        spent_s = clock.now_s() - at_s
        ratios.append(spent_s / least_s(job, place, machine()))
        at_s = timed("cut", at_s)
        cutter.present_to_check()
        at_s = timed("brush and present", at_s)
        blade = rig.world.at_check()
        assert blade is not None
        checked = check_copy(followed, np.stack([blade.x_mm, blade.top_mm], axis=1), machine().check)
        if checked.passed:
            cutter.deliver()
            timed("deliver", at_s)
        worst = max(abs(error) for error in checked.cuts_mm)
        outside += worst > 0.025
        delivered_outside += checked.passed and worst > 0.05
        errors += checked.cuts_mm
        dry, lines = dry + tap.dry, lines + tap.lines
        cutter.close()
    spread = np.abs(errors)
    print(f"{asked.keys} keys, {len(errors)} cuts in {time.monotonic() - begin:.0f} s")
    print(f"error of a cut: mean {np.mean(errors):+.4f} mm, worst {spread.max():.4f} mm")
    inside = 100 * (1 - outside / asked.keys)
    print(f"within 0.025 mm: {inside:.2f} % of keys; delivered beyond 0.05 mm: {delivered_outside}")
    print(f"cutting time over its kinematic minimum: mean {np.mean(ratios):.3f}, worst {max(ratios):.3f}")
    print(f"planner ran dry before {dry} of {lines} cutting lines")
    for name, values in steps.items():
        print(f"   {name:20s} {np.mean(values):5.2f} s (longest {max(values):.2f})")
    print(f"   one copy, tray to chute {sum(np.mean(values) for values in steps.values()):5.2f} s")
    return 1 if delivered_outside or outside > asked.keys / 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
