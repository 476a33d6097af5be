"""One cut on the simulated machine, from homing to the chute, in virtual time: what it did and how long it took.

Responsible for: running a technician's typed bitting through plan, driver, wire, board and metal, and the command that
draws it. Not responsible for: drawing (`kiosk.rehearsal.cut_picture`), or sessions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway
from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_code import typed_cut
from config.typed_paths import FILE, NEW_FILE
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import PlanRefusal, plan_cuts
from kiosk.cutting.refusals import REFUSED
from kiosk.rehearsal.cut_picture import CutRecord, draw_cut
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.machine.blade import new_blade


def rehearse_cut(
    keyway: Keyway,
    blank: Blank,
    codes: tuple[str, ...],
    machine: Machine,
    catalogue: Catalogue,
    *,
    seed: int = 0,
    prepare: Callable[[SimulatedMachine], None] = lambda _: None,
) -> CutRecord | PlanRefusal:
    """Cut one blank on a simulated machine.

    Args:
        keyway: whose figures are used.
        blank: the blank, which must stand in the magazine.
        codes: depth codes, first cut at the stop.
        machine: the machine file.
        catalogue: where blanks come from.
        seed: what is left to chance.
        prepare: called with the machine before power comes on, to set faults.

    Returns:
        What happened, or why there is no plan.

    Raises:
        HardwareFault: the simulated machine failed.
    """
    plan = plan_cuts(keyway, blank, codes, machine)
    if isinstance(plan, PlanRefusal):
        return plan
    slot = next(slot for slot in machine.magazine.slots if slot.blank == blank.code)
    sim = SimulatedMachine(machine, catalogue, seed)
    prepare(sim)
    fresh = new_blade(blank.code, catalogue, slot.finish)
    steps: list[tuple[str, float]] = []

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        start_s = sim.clock.now_s()
        yield
        steps.append((step, sim.clock.now_s() - start_s))

    cutter = GrblCutter(sim.link, machine, sim.clock)
    try:
        with timed("connect"):
            cutter.connect()
        with timed("home"):
            cutter.home()
        with timed("load and touch off"):
            touch = cutter.load(slot.number, plan.blade_height_mm)
        shifted = plan_cuts(keyway, blank, codes, machine, edge_error_mm=touch.error_mm)
        if isinstance(shifted, PlanRefusal):
            return shifted
        with timed("cut"):
            cutter.run(to_gcode(shifted, machine), lambda _: None)
        with timed("brush and check"):
            cutter.present_to_check()
        with timed("deliver"):
            cutter.deliver()
    finally:
        cutter.close()
    if not sim.chute:
        raise HardwareFault("the simulated machine delivered nothing")
    copy = sim.chute[-1]
    after = np.minimum(copy.top_mm, fresh.top_mm)
    title = f"SIMULATED  {blank.code} {','.join(codes) if any(len(code) > 1 for code in codes) else ''.join(codes)}"
    return CutRecord(title, shifted, fresh.x_mm, fresh.top_mm, after, fresh.bottom_mm, tuple(steps))


def cut(
    keyway: Annotated[str, typer.Option(help="Keyway or blank, such as KW1 or SC4.")],
    bitting: Annotated[str, typer.Option(help="Depth codes from the stop, such as 35244; or 3,5,2,4,4.")],
    png: Annotated[Path, typer.Option(callback=NEW_FILE, help="Where the picture goes.")],
    machine: Annotated[
        Path | None,
        typer.Option(callback=FILE, help="Machine file; else the owner's, else the shipped one."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="What is left to chance.")] = 0,
) -> None:
    """Cut a key on the simulated machine and draw blade, error, path and times."""
    settings = machine_in_force(named=machine)
    catalogue = catalogue_in_force()
    found, blank, codes = typed_cut(catalogue, keyway, bitting)
    if all(slot.blank != blank.code for slot in settings.magazine.slots):
        raise BadInput(Problem("machine file", "magazine", f"no slot holds {blank.code}"))
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    try:
        record = rehearse_cut(found, blank, codes, settings, catalogue, seed=seed)
    except HardwareFault as fault:
        raise BadInput(Problem("simulated machine", "", f"{fault} [{fault.code}]")) from fault
    if isinstance(record, PlanRefusal):
        raise BadInput(Problem(blank.code, "bitting", f"refused: {REFUSED[record]}"))
    try:
        draw_cut(record, png)
    except OSError as cause:
        raise BadInput(Problem(str(png), "", f"cannot be written: {cause.strerror or cause}")) from cause
    for number, error_um in enumerate(record.root_errors_um(), start=1):
        typer.echo(f"cut {number}: {error_um:+.1f} µm")
    for step, seconds in record.steps_s:
        typer.echo(f"{step}: {seconds:.1f} s")
    typer.echo(f"{png}: written")
