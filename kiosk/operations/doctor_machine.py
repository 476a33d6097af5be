"""The doctor's look at the machine: display, touch, cameras, serial port, board settings, calibration.

Responsible for: these checks, none of which moves anything. Not responsible for: records (`doctor_records`).
"""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from config.machine import Machine
from config.operations import Health
from config.ordinary_file import ordinary
from config.store import Screen
from config.toml_files import read_toml
from hardware.camera_device import camera_objection
from hardware.clock import SystemClock
from hardware.errors import BoardMismatch, HardwareFault, LinkSetup, PortInUse, PortUnavailable
from hardware.grbl.cutter import GrblCutter
from hardware.link import serial_link_factory
from hardware.scan import FACE_VIEWS
from kiosk.calibration.dated import FITTED, calibrated_on
from kiosk.operations.doctor import Finding, failed, passed, warned
from kiosk.records.ownership import Owned, own_machine


def display(screen: Screen, environment: Mapping[str, str], system: Path = Path("/")) -> Finding:
    """Is there something to draw on, and is it the size the store file says?"""
    named = environment.get("DISPLAY", "")
    if named:
        if not _x_answers(named):
            return failed("display", f"X server {named} does not answer", "systemctl status kiosk-display")
        return _size(screen, system, f"X server {named} answers")
    cards = sorted((system / "dev/dri").glob("card*"))
    if not cards:
        return failed("display", "no DISPLAY and no graphics card", "connect the screen; systemctl start kiosk-display")
    return _size(screen, system, f"{cards[0].name} is there; no X server in this shell")


def touch(system: Path = Path("/")) -> Finding:
    """Is there a touchscreen (a direct input device), or at least a mouse?"""
    try:
        text = (system / "proc/bus/input/devices").read_text(errors="replace")
    except OSError:
        return failed("touch", "input devices cannot be listed", "run as root or in the group input")
    pointers = []
    for block in text.split("\n\n"):
        name = re.search(r'^N: Name="(.*)"', block, re.M)
        properties = re.search(r"^B: PROP=([0-9a-f ]+)", block, re.M)
        handlers = re.search(r"^H: Handlers=(.*)", block, re.M)
        if name is None:
            continue
        if properties and int(properties.group(1).split()[-1], 16) & 2:
            return passed("touch", name.group(1))
        if handlers and "mouse" in handlers.group(1):
            pointers.append(name.group(1))
    if pointers:
        return warned("touch", f"no touchscreen, but {pointers[0]}", "connect the touchscreen's USB plug")
    return failed("touch", "no touchscreen and no mouse", "connect the touchscreen's USB plug")


def cameras(machine: Machine) -> Finding:
    """Is every camera of the machine file there, a camera of its own, and may we read it?"""
    missing, wrong, closed = [], [], []
    devices = {view: camera.device for view, camera in machine.views.named.items()}
    for view, device in devices.items():
        others = [each for other, each in devices.items() if other != view]
        if not Path(device).exists():
            missing.append(f"{view} ({device})")
        elif (objection := camera_objection(device, others)) is not None:
            wrong.append(f"{view}: {objection}")
        elif not os.access(device, os.R_OK | os.W_OK):
            closed.append(f"{view} ({device})")
    if missing:
        step = "check plugs; `ls -l /dev/v4l/by-id` and the views of machine.toml must agree"
        return failed("cameras", f"missing: {', '.join(missing)}", step)
    if wrong:
        return failed("cameras", "; ".join(wrong), "name each view's own camera in the views of machine.toml")
    if closed:
        return failed("cameras", f"may not be opened: {', '.join(closed)}", "the user needs the group video")
    count = f"{len(devices)} of {len(devices)} there"
    blind, single = ([view for view in views if view not in devices] for views in zip(*FACE_VIEWS, strict=True))
    if blind:
        step = "without it a key milled on that face cannot be told, and staff are asked about every key"
        return warned("cameras", f"{count}; the machine file names no {' and no '.join(blind)}", step)
    if single:
        step = "without it a face ground on a gentle slope is not told from a stain on tarnished metal"
        return warned("cameras", f"{count}; the machine file names no {' and no '.join(single)}", step)
    return passed("cameras", count)


def serial_port(machine: Machine) -> Finding:
    """Is the board's port there, and may we use it?"""
    port = machine.wire.port
    if "://" in port:
        return passed("serial", f"{port} (a network port; tried with the board)")
    path = Path(port)
    if not path.exists():
        step = "plug in the board; the udev rule makes the name (deploy/udev)"
        return failed("serial", f"{port} is not there", step)
    if not stat.S_ISCHR(path.stat().st_mode):
        return failed("serial", f"{port} is not a serial port", "correct wire.port in machine.toml")
    if not os.access(path, os.R_OK | os.W_OK):
        return failed("serial", f"{port} may not be opened", "the user needs the group dialout")
    return passed("serial", f"{port} -> {path.resolve()}")


def board(machine: Machine, running: bool) -> Finding:
    """Does the board answer, and are its settings those of the machine file? Resets it; moves nothing."""
    if running:
        return passed("board", "in use by the running kiosk, which compared its settings at connect")
    try:
        with own_machine(machine.wire.port):
            return _asked(machine)
    except Owned as owned:
        return warned("board", str(owned), "look again when that program has ended")


def _asked(machine: Machine) -> Finding:
    cutter = GrblCutter(serial_link_factory(machine.wire), machine, SystemClock())
    try:
        identity = cutter.connect()
    except PortInUse as fault:
        return failed("board", str(fault), "end that program, then look again")
    except PortUnavailable as fault:
        return failed("board", str(fault), "see the serial check above")
    except BoardMismatch as fault:
        step = "compare board and machine.toml; nothing is ever rewritten by the kiosk"
        return failed("board", str(fault), step)
    except LinkSetup as fault:
        return failed("board", str(fault), "the cable is well: set it right, then look again")
    except HardwareFault as fault:
        return failed("board", f"{fault.code}: {fault}", "check power, emergency stop and cable")
    finally:
        cutter.close()
    named = f"{identity.firmware} {identity.version}, assurance {identity.assurance.value}"
    if identity.not_compared:
        step = "compare these by hand in the board's own file (docs/technician.md)"
        return warned("board", f"{named}; not comparable here: {'; '.join(identity.not_compared)}", step)
    return passed("board", named)


def calibration(machine_file: Path | None, health: Health, now: datetime) -> Finding:
    """How long ago were the scales measured that the machine file holds?"""
    step = "kiosk service calibrate --from SCAN (docs/technician.md)"
    own = machine_file is not None and machine_file.exists()
    views = read_toml(machine_file).get("views", {}) if own and machine_file else {}
    never = [view for view in FITTED if "mm_per_px" not in views.get(view, {})]
    if machine_file is None or len(never) == len(FITTED):
        return warned("calibration", "never calibrated: the shipped scales are in force", step)
    if never:
        return warned("calibration", f"never calibrated: {', '.join(never)}, with the shipped scale", step)
    day = calibrated_on(ordinary(machine_file).read_text(encoding="utf-8"))
    if day is None:
        return warned("calibration", "machine.toml does not say when: the calibration's first line is missing", step)
    age_days = (now.date() - day).days
    if age_days < 0:
        return warned("calibration", f"dated {day}, which is yet to come", "set the clock, or calibrate again")
    if age_days > health.calibration_max_age_days:
        return warned("calibration", f"{age_days} days old", step)
    return passed("calibration", f"{age_days} days old")


def _x_answers(named: str) -> bool:
    number = named.partition(":")[2].partition(".")[0]
    if not number.isdigit():
        return False
    for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):  # noqa: S108 - where X listens
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            if probe.connect_ex(address) == 0:
                return True
    return False


def _size(screen: Screen, system: Path, found: str) -> Finding:
    wanted = {(screen.width_px, screen.height_px), (screen.height_px, screen.width_px)}
    for modes in sorted((system / "sys/class/drm").glob("card*-*/modes")):
        first = modes.read_text().split("\n", 1)[0]
        size = re.fullmatch(r"(\d+)x(\d+)i?", first)
        if size and (int(size.group(1)), int(size.group(2))) not in wanted:
            step = "set screen.width_px, height_px and mm_per_px in store.toml"
            sizes = f"{found}; the screen is {first}, store.toml says {screen.width_px}x{screen.height_px}"
            return warned("display", sizes, step)
    return passed("display", found)
