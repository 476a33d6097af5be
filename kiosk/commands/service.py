"""`kiosk service`: a technician's own tools. Never a sale.

Responsible for: a test cut from a code the technician typed, a drawing of a plan, stopping the machine safely, and
what these say. Not responsible for: sessions, money or journals.
"""

from __future__ import annotations

import contextlib
import getpass
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from config.keyway import Blank, Keyway
from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import load_settings
from config.typed_code import typed_cut
from config.typed_paths import NEW_FILE
from config.typed_paths import port as port_rule
from hardware.clock import SystemClock
from hardware.errors import FallUnseen, HardwareFault
from hardware.grbl.codes import alarm, error
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.recording import WireRecording
from hardware.grbl.stop_socket import stop_served
from hardware.grbl.wheel_off import COMMAND_S, WARNING, keep_stopping
from hardware.link import serial_link_factory
from hardware.ports import Fall
from kiosk.commands.books import owned_audit
from kiosk.commands.interruption import ended_like_ctrl_c
from kiosk.commands.options import PORT_HELP, ConfigOption, DataOption, MachineOption
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, PlanRefusal, plan_cuts
from kiosk.cutting.refusals import REFUSED
from kiosk.data_paths import DataPaths, machine_places
from kiosk.extras import Extra, needing
from kiosk.guardian import Guardian
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import MachineRecord
from kiosk.records.ownership import own_folders, own_machine
from kiosk.safe_stop import stop as safe_stop_now

KeywayOption = Annotated[str, typer.Option("--keyway", help="Keyway or blank, such as KW1 or SC4.")]
BittingOption = Annotated[
    str, typer.Option("--bitting", help="Depth codes from the stop, such as 35244; or 3,5,2,4,4.")
]
PortOption = Annotated[str, typer.Option("--port", callback=port_rule, help=PORT_HELP)]


def cut(
    keyway: KeywayOption,
    bitting: BittingOption,
    port: PortOption,
    slot: Annotated[int | None, typer.Option("--slot", help="Magazine slot; the first that holds the blank.")] = None,
    clamp_empty: Annotated[
        bool, typer.Option("--clamp-empty", help="You have looked into the clamp, and nothing is in it.")
    ] = False,
    wire_log: Annotated[
        Path | None,
        typer.Option(
            "--wire-log", callback=NEW_FILE, help="Write the whole wire here, the typed key's figures and all."
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Cut one test key from a typed code: home, load, touch off, cut, drop it into the chute.

    Whatever ends it with a blank in the clamp is remembered where this computer's kiosk looks, whatever folder --data
    names: the kiosk then waits for staff and scraps it first, and this command wants to be told that the clamp is
    empty.
    """
    # What the log would say, this command says itself.
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    loaded = load_settings(config)
    settings = loaded.machine
    found, blank, codes = typed_cut(loaded.catalogue, keyway, bitting)
    plan = _planned(found, blank, codes, settings)
    number = _slot(settings, blank, slot)
    own, *others = machine_places(data)
    with (
        ended_like_ctrl_c(),
        own_machine(port),
        own_folders(*(each.data for each in others)),
        owned_audit(own) as audit,
        _clamp_records(own, *others) as records,
        WireRecording(wire_log, SystemClock()) if wire_log is not None else nullcontext() as recording,
    ):
        if any(record.clamped_by for record in records) and not clamp_empty:
            reason = "a blank may be in the clamp: look, take it out with the power off, and say --clamp-empty"
            raise BadInput(Problem(port, "", reason))
        if clamp_empty:
            _emptied(records)
        opens = serial_link_factory(settings.wire, port)
        cutter = GrblCutter(recording.factory(opens) if recording else opens, settings, SystemClock())
        facts = {"by": getpass.getuser(), "action": "test_cut", "keyway": found.code, "blank": blank.code}
        # Before anything moves, and once more after: a command that was killed has left the first.
        audit.record(AuditKind.SERVICE, {**facts, "outcome": "begun"})
        outcome = "failed"
        try:
            _cut_one(
                cutter, settings, port, plan, number, lambda mm: _planned(found, blank, codes, settings, mm), records
            )
            outcome = "delivered"
        finally:
            audit.record(AuditKind.SERVICE, {**facts, "outcome": outcome})


def _cut_one(
    cutter: GrblCutter,
    machine: Machine,
    port: str,
    plan: CutPlan,
    slot: int,
    planned: Callable[[float], CutPlan],
    records: Sequence[MachineRecord],
) -> None:
    guardian: Guardian | None = None
    with stop_served(port, cutter.stop_and_confirm):
        try:
            board = cutter.connect()
            _say(f"{board.firmware} {board.version}, assurance {board.assurance.value}")
            guardian = Guardian(port, machine.wire.baud)
            cutter.home()
            _say("homed")
            for record in records:
                record.clamp_used("test_cut")
            touch = cutter.load(slot, plan.blade_height_mm)
            _say(f"slot {slot}: blank seated, edge {touch.error_mm:+.3f} mm")
            cutter.run(to_gcode(planned(touch.error_mm), machine), lambda _fraction: None)
            cutter.present_to_check()
            if cutter.deliver() is Fall.UNSEEN:
                raise FallUnseen("the copy left the clamp, and the chute's sensor saw nothing fall")
            # Whoever typed the command takes the key out of the tray, and sees whether it is there.
            _emptied(records)
            _say("cut and delivered")
        except HardwareFault as fault:
            raise _as_bad_input(port, fault) from fault
        finally:
            _leave_no_wheel_turning(cutter, port)
            cutter.close()
            if guardian is not None:
                guardian.leave(done=not cutter.wheel_may_turn)


@contextlib.contextmanager
def _clamp_records(*places: DataPaths) -> Iterator[tuple[MachineRecord, ...]]:
    with contextlib.ExitStack() as open_ones:
        yield tuple(open_ones.enter_context(closing(MachineRecord(each.journal, SystemClock()))) for each in places)


def _emptied(records: Sequence[MachineRecord]) -> None:
    for record in records:
        record.clamp_emptied()


def plan(
    keyway: KeywayOption,
    bitting: BittingOption,
    svg: Annotated[Path, typer.Option("--svg", callback=NEW_FILE, help="Where the drawing goes.")],
    config: ConfigOption = None,
) -> None:
    """Draw wanted profile, wheel path and remaining material to scale.

    A plan that would be refused for its MACS alone is drawn all the same, says so, and exits with status 2.
    """
    with needing(Extra.REPORTS):
        from kiosk.cutting.drawing import draw
    loaded = load_settings(config)
    settings = loaded.machine
    found, blank, codes = typed_cut(loaded.catalogue, keyway, bitting)
    made = plan_cuts(found, blank, codes, settings)
    refusal = made if isinstance(made, PlanRefusal) else None
    if refusal is PlanRefusal.MACS_BROKEN:
        made = plan_cuts(_without_macs(found), blank, codes, settings)
    if isinstance(made, CutPlan):
        title = f"{blank.code} {bitting}" + (f": refused, {REFUSED[refusal]}" if refusal else "")
        try:
            svg.write_bytes(draw(made, blank, settings, title))
        except OSError as cause:
            raise BadInput(Problem(str(svg), "", f"cannot be written: {cause.strerror}")) from cause
        _say(f"{svg}: {len(made.path)} points, {len(to_gcode(made, settings).lines)} lines of G-code")
    if refusal is not None:
        raise BadInput(Problem(f"{blank.code}", "bitting", f"refused: {REFUSED[refusal]}"))


def safe_stop(
    port: PortOption = "",
    config: ConfigOption = None,
    machine: MachineOption = None,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to try for a board that does not answer.")] = COMMAND_S,
) -> None:
    """Hold, soft reset, wheel off; nothing else. The service runs this after any exit."""
    safe_stop_now(port, config, machine, wait)


def _without_macs(keyway: Keyway) -> Keyway:
    if keyway.spec is None:
        return keyway
    return keyway.model_copy(update={"spec": keyway.spec.model_copy(update={"macs": len(keyway.spec.depths)})})


def _planned(
    keyway: Keyway, blank: Blank, codes: tuple[str, ...], machine: Machine, edge_error_mm: float = 0.0
) -> CutPlan:
    made = plan_cuts(keyway, blank, codes, machine, edge_error_mm=edge_error_mm)
    if isinstance(made, PlanRefusal):
        raise BadInput(Problem(blank.code, "bitting", f"refused: {REFUSED[made]}"))
    return made


def _slot(machine: Machine, blank: Blank, wanted: int | None) -> int:
    holding = [slot.number for slot in machine.magazine.slots if slot.blank == blank.code]
    if wanted is not None:
        if wanted not in [slot.number for slot in machine.magazine.slots]:
            raise BadInput(Problem("command line", "--slot", f"the magazine has no slot {wanted}"))
        return wanted
    if not holding:
        raise BadInput(Problem("machine file", "magazine", f"no slot holds {blank.code}"))
    return holding[0]


def _leave_no_wheel_turning(cutter: GrblCutter, port: str) -> None:
    """A board that was lost in use is tried for until it confirms a reset; people are told meanwhile."""
    if not cutter.wheel_may_turn or cutter.identity is None:
        return
    _warn(f"{port}: {WARNING}. Trying to reach the board for {COMMAND_S:g} s")
    off = keep_stopping(cutter.stop_wheel, SystemClock(), for_s=COMMAND_S)
    _warn(f"{port}: {'the board was reset: its wheel is off' if off else WARNING}")


def _as_bad_input(port: str, fault: HardwareFault) -> BadInput:
    """A fault as the one line a technician reads."""
    reason = str(fault).removeprefix(f"{port}: ")
    return BadInput(Problem(port, "", f"{reason}{_advice(fault)} [{fault.code}]"))


def _advice(fault: HardwareFault) -> str:
    number = getattr(fault, "number", None)
    if not isinstance(number, int):
        return ""
    meaning = alarm(number) if fault.code == "BOARD_ALARM" else error(number)
    return f". {meaning.next_step}"


def _warn(text: str) -> None:
    # The terminal may be gone: the wheel is stopped all the same.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"kiosk: {text}\n")
        sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
