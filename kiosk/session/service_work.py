"""What a technician's actions ask of machine and cameras: blocking work for a worker thread.

Responsible for: looks, jogs, the probe, the test cut and its pattern, the calibration of the tray's cameras. Not
responsible for: when an action is allowed (`kiosk.session.phases.single_actions`), or what its faults mean
(`kiosk.session.executor`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from config.keyway import Blank, CutSpec, Keyway, SpacingStop
from config.problems import BadInput
from hardware.errors import BlankFault, CameraFault, HardwareFault
from hardware.payment.check import check_terminal
from hardware.ports import VIEWS, JogEnd, MachineStatus
from hardware.scan import Pixels
from kiosk.calibration.cameras import Calibration, calibrate_frames, file_name, write
from kiosk.calibration.gauge import LineFit
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import PlanRefusal, plan_cuts
from kiosk.key.secrecy import wipe
from kiosk.records.journal import FailureKind
from kiosk.session.effects import OTHER_BLANK, edge_error_mm, take_blank
from kiosk.session.intents import ServiceTask
from kiosk.session.obstacle import SILENT
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import Calibrated, CamerasSeen, MachineSeen, ServiceDone, TrialCut
from kiosk.session.settle import scrap
from kiosk.session.snapshot import CalibrationView, FittedView, Preview, ServiceMessage, TrialView

PREVIEW_PX = (128, 96)
"""The box a preview fits into: enough to see light, focus and dirt, too little to measure a cut in."""
_JOG_ENDED = {
    JogEnd.DONE: ServiceMessage.DONE,
    JogEnd.LET_GO: ServiceMessage.LET_GO,
    JogEnd.BEYOND_TRAVEL: ServiceMessage.BEYOND_TRAVEL,
}


def look(ports: SessionPorts) -> MachineSeen:
    """Door, emergency stop and inputs, fresh, also of a machine that is latched; of a silent board nothing is known."""
    try:
        return MachineSeen(ports.cutter.look())
    except HardwareFault:
        return MachineSeen(MachineStatus(SILENT, None, 0.0, 0.0))


def jog(ports: SessionPorts, axis: str, distance_mm: float, held: Callable[[], bool]) -> ServiceDone:
    """Move one axis while the finger stays; says how it ended."""
    return ServiceDone(ServiceTask.JOG, _JOG_ENDED[ports.cutter.jog(axis, distance_mm, held)])


def see(ports: SessionPorts) -> CamerasSeen:
    """A small grey picture from each camera, or why there is none; the frames themselves are overwritten."""
    return CamerasSeen(tuple(_preview(ports, view) for view in VIEWS if view in ports.machine.views.named))


def _preview(ports: SessionPorts, view: str) -> Preview:
    try:
        frame = ports.scanner.look(view)
    except CameraFault as fault:
        return Preview(view, problem=str(fault))
    try:
        return Preview(view, small_grey(frame.pixels))
    finally:
        wipe(frame)


def small_grey(pixels: Pixels) -> Pixels:
    """A picture averaged down to fit `PREVIEW_PX`, grey."""
    height, width = pixels.shape[:2]
    step = max(1, -(-width // PREVIEW_PX[0]), -(-height // PREVIEW_PX[1]))
    rows, columns = max(1, height // step), max(1, width // step)
    part = pixels[: rows * step, : columns * step]
    if min(height, width) < step:
        part = pixels[:1, :1]
        rows = columns = step = 1
    blocks = part.reshape(rows, step, columns, step, -1)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3, 4))), dtype=np.uint8)


def terminal(ports: SessionPorts) -> ServiceDone:
    """Ask the card terminal and try it with one minor unit, which is let go of."""
    found = check_terminal(ports.machine.payment, ports.payment, reserve=True)
    seconds = f"{found.waits_s} s" if found.waits_s is not None else ""
    return ServiceDone(ServiceTask.TERMINAL, ServiceMessage(f"terminal_{found.state}"), seconds)


def probe(ports: SessionPorts, slot: int) -> ServiceDone:
    """Load from a slot, touch off, throw away; says how far the edge is off."""
    found = _blank_of(ports, slot)
    if found is None:
        return ServiceDone(ServiceTask.PROBE, ServiceMessage.NO_BLANK)
    _, spec, _ = found
    try:
        touch = take_blank(ports, slot, spec.blade_height_mm, by="probe")
    except BlankFault as fault:
        return _unfit(ServiceTask.PROBE, fault)
    scrap(ports)
    return ServiceDone(ServiceTask.PROBE, None, f"{touch.error_mm:+.3f} mm")


def _unfit(task: ServiceTask, fault: BlankFault) -> ServiceDone:
    """By how much a blank stood wrong tells shavings from a second blank, and both from a scale that is wrong."""
    if fault.error_mm is not None:
        return ServiceDone(task, ServiceMessage.BLANK_UNFIT, f"{fault.error_mm:+.3f} mm", fault.reason)
    other = fault.reason == OTHER_BLANK
    return ServiceDone(task, ServiceMessage.BLANK_OTHER if other else ServiceMessage.BLANK_MISSING, unfit=fault.reason)


def trial_cut(ports: SessionPorts, slot: int, progress: Callable[[float], None]) -> ServiceDone | TrialCut:
    """Cut the keyway's pattern on a blank, measure it, throw it into the locked bin whatever came of it."""
    found = _blank_of(ports, slot)
    if found is None:
        return ServiceDone(ServiceTask.TEST_CUT, ServiceMessage.NO_BLANK)
    keyway, spec, blank = found
    planned = plan_cuts(keyway, blank, pattern(spec, blank), ports.machine, edge_error_mm=edge_error_mm(ports))
    if isinstance(planned, PlanRefusal):
        return ServiceDone(ServiceTask.TEST_CUT, ServiceMessage.NOT_PLANNED)
    try:
        take_blank(ports, slot, spec.blade_height_mm, by="test_cut")
    except BlankFault as fault:
        return _unfit(ServiceTask.TEST_CUT, fault)
    ports.cutter.run(to_gcode(planned, ports.machine), progress)
    ports.cutter.present_to_check()
    # A camera that fails leaves it in the clamp, and in the record: it is scrapped when the machine is recovered.
    errors = ports.reader.measure(ports.scanner.check(), planned)
    if errors.passed:
        ports.machine_record.passed()
    else:
        ports.machine_record.failed(FailureKind.COPY, slot)
    scrap(ports)
    return TrialCut(
        TrialView(
            slot=slot,
            blank=blank.code,
            passed=errors.passed,
            largest_error_mm=errors.largest_mm,
            tolerance_mm=ports.machine.check.tolerance_mm,
            errors_mm=errors.cuts_mm,
        )
    )


def pattern(spec: CutSpec, blank: Blank) -> tuple[str, ...]:
    """The test pattern of a keyway: a staircase over its factory depths, shallowest at the shoulder.

    The same on every machine and taken from no key: it shows depths over the wheel's whole reach, in steps no larger
    than the maker allows between neighbours.
    """
    codes = [depth.code for depth in sorted(spec.depths, key=lambda depth: -depth.root_mm)]
    steps = max(1, blank.cuts - 1)
    stride = min((len(codes) - 1) / steps, float(spec.most_steps))
    stairs = tuple(codes[round(number * stride)] for number in range(blank.cuts))
    return stairs[::-1] if spec.stop is SpacingStop.TIP else stairs


def _blank_of(ports: SessionPorts, slot: int) -> tuple[Keyway, CutSpec, Blank] | None:
    """What a slot holds, if it holds something that can be cut and is not locked."""
    held = next((each for each in ports.inventory.slots() if each.number == slot), None)
    if held is None or not held.count or held.locked:
        return None
    keyway, blank = ports.catalogue.blank_of.get(held.blank, (None, None))
    return (keyway, keyway.spec, blank) if keyway and keyway.spec and blank else None


def calibrate(ports: SessionPorts) -> Calibrated | ServiceDone:
    """Measure the gauge in the tray and write what was found to a dated file; a bad fit writes nothing."""
    frames = ports.scanner.scan()
    try:
        found = calibrate_frames(frames, ports.machine.gauge)
    finally:
        wipe(frames)
    if not isinstance(found, Calibration):
        refused = tuple(FittedView(view, refused=why.code, figure=why.figure) for view, why in found.reasons)
        return Calibrated(CalibrationView(refused))
    views = tuple(
        FittedView(
            view,
            fit.mm_per_px,
            fit.residual_mm,
            abs(fit.tilt_deg),
            fit.laser_angle_deg if isinstance(fit, LineFit) else None,
        )
        for view, fit in found.fits
    )
    if ports.data is None:
        return Calibrated(CalibrationView(views))
    now = ports.clock.utc()
    path = _unused(ports.data / "calibrations" / file_name(now))
    try:
        write(found, path, now)
    except BadInput:
        return ServiceDone(ServiceTask.CALIBRATE, ServiceMessage.NOT_WRITTEN)
    return Calibrated(replace(CalibrationView(views), file=str(path)))


def _unused(path: Path) -> Path:
    """`path`, or the same with a number: a second calibration of a day keeps the first."""
    candidates = (path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, 1000)))
    return next((each for each in candidates if not each.exists()), path)
