"""Figures of the simulated machine: wire lines a second, virtual against real time, and that one seed is one course.

`python -m tests.bench.bench_simulator`. Times are processor time of one core, so that a busy computer does not count.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

import config
from config.catalogue import load_catalogue
from config.machine import Machine
from config.toml_files import checked, read_toml
from hardware.grbl.cutter import GrblCutter
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import PlanRefusal, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.board import Firmware
from simulator.firmware.settings import BoardSettings, factory_eeprom
from simulator.firmware.wiring import LooseBoard
from simulator.keys.sample_keys import sample_key
from simulator.wire.memory import MemoryLink, Timeline

FAST = {110 + i: 3000.0 for i in range(3)} | {120 + i: 500.0 for i in range(3)}
LINES = 6000
WANTED_LINES_S, WANTED_TIMES = 2000, 200


def lines_a_second(check_mode: bool) -> float:
    """One line in flight through the link in memory."""
    firmware = Firmware(LooseBoard(), eeprom=factory_eeprom(BoardSettings(FAST)))
    link = MemoryLink(Timeline(firmware), reset=False)
    link.read(1)
    if check_mode:
        link.write(b"$C\n")
        link.read(1)
        link.read(1)
    start_s = time.process_time()
    for i in range(LINES):
        link.write(b"G1X%.3fY%.3fF900\n" % (i % 7 * 0.21, i % 5 * 0.13))
        while b"ok" not in link.read(5):
            pass
    return LINES / (time.process_time() - start_s)


def machine() -> Machine:
    """The shipped machine file."""
    file = Path(next(iter(config.__path__))) / "machine.toml"
    return checked(Machine, read_toml(file), file.name)


def one_copy(seed: int, frames: bool) -> tuple[float, float, str]:
    """Connect, home, draw, touch, cut, show, deliver: real s, virtual s, digest of all that was said and seen."""
    catalogue = load_catalogue()
    keyway, blank = catalogue.blank_of["KW1"]
    assert keyway.spec is not None
    sim = SimulatedMachine(machine(), catalogue, seed)
    plan = plan_cuts(keyway, blank, "35244", sim.machine)
    assert not isinstance(plan, PlanRefusal)
    digest = hashlib.sha256()
    heard = sim.firmware.take_output

    def overheard() -> bytes:
        data = heard()
        digest.update(data)
        return data

    sim.firmware.take_output = overheard
    start_s = time.process_time()
    if frames:
        sim.tray.lay(sample_key("kwikset-new", catalogue, seed))
        for _ in range(2):
            view = sim.scanner.scan().silhouette
            assert view is not None
            digest.update(view.pixels.tobytes())
        sim.tray.take()
    cutter = GrblCutter(sim.link, sim.machine, sim.clock)
    cutter.connect()
    cutter.home()
    cutter.load(1, keyway.spec.blade_height_mm)
    cutter.run(to_gcode(plan, sim.machine), lambda _: None)
    cutter.present_to_check()
    if frames:
        digest.update(sim.scanner.check().pixels.tobytes())
    cutter.deliver()
    cutter.close()
    assert len(sim.chute) == 1
    return time.process_time() - start_s, sim.clock.now_s(), digest.hexdigest()


def main() -> int:
    """Print the figures; the status is the number of misses."""
    misses = 0
    for name, check_mode in (("check mode", True), ("short moves", False)):
        rate = lines_a_second(check_mode)
        misses += rate < WANTED_LINES_S
        print(f"wire lines a second in memory, {name}: {rate:,.0f} (wanted {WANTED_LINES_S:,})")
    for name, frames in (("without frames", False), ("with two scans and the check picture drawn", True)):
        one_copy(0, frames)
        runs = [one_copy(seed, frames) for seed in range(1, 9)]
        real_s, virtual_s = sum(r[0] for r in runs) / len(runs), sum(r[1] for r in runs) / len(runs)
        wanted = "" if frames else f" (wanted {WANTED_TIMES})"
        misses += not frames and virtual_s / real_s < WANTED_TIMES
        print(f"one copy {name}: {virtual_s:.1f} s in {real_s * 1000:.0f} ms, {virtual_s / real_s:.0f} x{wanted}")
    same = one_copy(5, True)[2] == one_copy(5, True)[2]
    misses += not same
    print(f"the same seed gives the same bytes and frames: {'yes' if same else 'NO'}")
    return misses


if __name__ == "__main__":
    sys.exit(main())
