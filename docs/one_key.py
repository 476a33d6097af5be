"""The way of one key: from a scan of the simulated tray to a measured copy. Run it: `python docs/one_key.py`.

Responsible for: showing the core with nothing around it. Not responsible for: shoppers, staff, money, what goes wrong.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from config.settings import load_settings
from hardware.grbl.cutter import GrblCutter
from kiosk.cutting.check import CopyErrors, check_copy
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.measure import measure_copy
from kiosk.cutting.plan import PlanRefusal, plan_cuts
from kiosk.identification import StampReader, build_index, identify, read_key
from kiosk.policy.decide import Policy, decide
from kiosk.policy.request import CopyRequest
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.keys.sample_keys import sample_key


def copy_one_key(name: str = "schlage-new") -> CopyErrors:
    """Lay a key in the tray, identify it, ask the rules, cut a copy and measure it."""
    settings = load_settings()
    machine, catalogue, store = settings.machine, settings.catalogue, settings.store
    sim = SimulatedMachine(machine, catalogue)
    sim.tray.lay(sample_key(name, catalogue))

    frames = sim.scanner.scan()
    key = identify(read_key(frames), catalogue, build_index(catalogue.sections))
    stamp = StampReader(settings.policy.phrases).read(frames.head, frames.silhouette)
    request = CopyRequest(key, stamp, store, catalogue, store.place, datetime.now(UTC).astimezone().date())
    decision = decide(request, Policy(settings.policy))
    if decision.verdict.blocks or request.keyway is None or request.blank is None:
        raise SystemExit(f"{key.outcome}: {', '.join(rule.code for rule in decision.rules)}")
    plan = plan_cuts(request.keyway, request.blank, [cut.code for cut in key.cuts], machine)
    if isinstance(plan, PlanRefusal):
        raise SystemExit(plan.value)

    slot = next(slot.number for slot in machine.magazine.slots if slot.blank == request.blank.code)
    cutter = GrblCutter(sim.link, machine, sim.clock)
    cutter.connect()
    cutter.home()
    cutter.load(slot, plan.blade_height_mm)
    cutter.run(to_gcode(plan, machine), progress=lambda _: None)
    cutter.present_to_check()
    errors = check_copy(plan, measure_copy(sim.scanner.check(), machine.check), machine.check)
    (cutter.deliver if errors.passed else cutter.reject)()
    cutter.close()
    return errors


if __name__ == "__main__":
    copy = copy_one_key()
    sys.stdout.write(f"largest error {copy.largest_mm:.3f} mm: {'delivered' if copy.passed else 'to the bin'}\n")
