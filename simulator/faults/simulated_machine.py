"""A whole simulated machine: board, machine, cameras, time.

Responsible for: putting the parts together from a machine file, the same for the same seed, and offering them at the
product's ports. Not responsible for: running in real time (`simulator.serve.pty`, `simulator.serve.tcp`) or being told
what to do from outside (`simulator.serve.control`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.catalogue import Catalogue
from config.machine import Machine
from hardware.clock import Clock
from hardware.errors import CameraFault
from hardware.grbl.settings import wanted_settings
from hardware.ports import ByteLink
from hardware.scan import Frame, ScanFrames
from simulator.firmware.board import BAUD, Firmware
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.firmware.core import HOMING
from simulator.firmware.settings import BoardSettings, factory_eeprom
from simulator.keys.key import PhysicalKey
from simulator.machine.blade import Blade
from simulator.machine.headset import SimulatedJack
from simulator.machine.world import Tray, World
from simulator.optics import NORMAL, LaidKey, Optics, lay_out, render_check
from simulator.terminals.card import SimulatedTerminal
from simulator.wire.damage import FaultyLink, WireDamage, WireFault
from simulator.wire.memory import MemoryLink, Timeline, VirtualClock

GOOD_BOARD = {0: 10.0, 1: 255.0, 4: 0.0, 10: 1.0, 21: 1.0, 24: 200.0, 25: 3000.0, 26: 25.0, 27: 1.0}
"""What a board of a well-built machine holds where its machine file says nothing: motors stay powered at rest, so that
nothing moves by hand unseen, and a limit switch stops a motion that should not reach it."""


def board_settings(machine: Machine) -> BoardSettings:
    """What the board holds after a technician has set it to the machine file."""
    values = GOOD_BOARD | {number: value for number, (_, value) in wanted_settings(machine).items()}
    return BoardSettings(values | {30: float(machine.wheel.speed_rpm)})


class SimulatedMachine:
    """Everything simulated, in virtual time. One lock (`timeline.lock`) guards it all."""

    def __init__(
        self,
        machine: Machine,
        catalogue: Catalogue,
        seed: int = 0,
        *,
        optics: Optics = NORMAL,
        build: FirmwareBuild = STOCK,
        baud: int | None = BAUD,
        factory_settings: bool = False,
    ) -> None:
        """Put it together.

        Args:
            machine: the machine file; the board's settings follow from it.
            catalogue: where the magazine's blanks come from.
            seed: draws everything that is left to chance.
            optics: how good the cameras are.
            build: which firmware runs on the board.
            baud: pace of the wire; None for none.
            factory_settings: the board as it comes from the shelf, not set to the machine file.
        """
        self.machine = machine
        self.catalogue = catalogue
        self.seed = seed
        self.optics = optics
        self.world = World(machine, catalogue)
        eeprom = factory_eeprom(None if factory_settings else board_settings(machine))
        self.firmware = Firmware(self.world, replace(build, tachometer=machine.wheel.tachometer), eeprom, baud)
        for number in self.firmware.core.extra_settings:
            if number in (wanted := wanted_settings(machine, "GrblHAL")):
                self.firmware.core.extra_settings[number] = wanted[number][1]
        self.world.changed = self.firmware.inputs_changed
        self.world.sync = self._sync
        self.world.homing = lambda: self.firmware.core.state == HOMING
        self.firmware.heard = self.world.heard
        self.timeline = Timeline(self.firmware)
        self.clock: Clock = VirtualClock(self.timeline)
        self.plugged_in = True
        self.wire = WireDamage(seed, self.firmware.power_cycle)
        self.scanner = SimulatedScanner(self)
        self.terminal = SimulatedTerminal()
        self.headset = SimulatedJack()

    @property
    def tray(self) -> Tray:
        """The open tray."""
        return self.world.tray

    @property
    def chute(self) -> list[Blade]:
        """What was delivered."""
        return self.world.carousel.chute

    @property
    def rejects(self) -> list[Blade]:
        """What lies in the locked bin."""
        return self.world.carousel.rejects

    def link(self) -> ByteLink:
        """Open the board's port (which resets the board).

        Raises:
            PortUnavailable: it was unplugged.
        """
        resets = self.wire.resets_at_open and not self.wire.wedged
        memory = MemoryLink(self.timeline, reset=resets, present=lambda: self.plugged_in)
        return FaultyLink(memory, self.wire, self.clock)

    def damage_wire(self, fault: WireFault) -> None:
        """Damage the traffic from here on."""
        with self.timeline.lock:
            self.wire.add(fault)

    def mend_wire(self) -> None:
        """No more damage; a port that was lost stays lost until it is opened again."""
        with self.timeline.lock:
            self.wire.mend()
            self.world.reachable(self.firmware.now_s)

    def _sync(self) -> None:
        self.firmware.sync()
        self.world.now_s = self.firmware.now_s


class SimulatedScanner:
    """The cameras, as a `KeyScanner`. Frames are drawn from the world as it is when asked."""

    def __init__(self, sim: SimulatedMachine) -> None:
        self._sim = sim
        self._looks = 0
        self._scene: tuple[PhysicalKey | None, int, Optics, LaidKey] | None = None
        """What lies in the tray, drawn once for all the looks at it."""
        self.unplugged: set[str] = set()
        """Views whose camera does not answer (also "check")."""
        self.dropped = 0
        """How many of the next looks bring no frame."""
        self.ready: ScanFrames | None = None
        """A look made beforehand, handed out instead of drawing (soak runs)."""

    def scan(self) -> ScanFrames:
        """A frame of the tray from every camera that looks at it."""
        with self._sim.timeline.lock:
            self._answering(*self._sim.machine.views.of_tray)
        return self._frames()

    def look(self, view: str) -> Frame:
        """One view of the tray, or the check camera's."""
        if view == "check":
            return self.check()
        with self._sim.timeline.lock:
            self._answering(view)
        seen: Frame | None = getattr(self._frames(), view)
        if seen is None:
            raise CameraFault(view, "no frame came")
        return seen

    def _frames(self) -> ScanFrames:
        with self._sim.timeline.lock:
            key, laid, optics = self._sim.tray.key, self._sim.tray.laid, self._sim.optics
            self._looks += 1
            look = self._looks
        if self.ready is not None and key is not None:
            return self.ready
        known = self._scene
        if known is None or known[0] is not key or known[1:3] != (laid, optics):
            # How a key lies changes when it is laid, not when it is looked at.
            known = key, laid, optics, lay_out(key, self._sim.machine.views, optics, self._seed(laid * 1009))
            self._scene = known
        return known[3].look(look)

    def tray_is_empty(self) -> bool:
        """Whether nothing lies on the backlight."""
        with self._sim.timeline.lock:
            self._answering("silhouette")
            return self._sim.tray.key is None

    def tray_stirs(self) -> bool:
        """Whether something came into the tray."""
        with self._sim.timeline.lock:
            return self._sim.tray.key is not None

    def check(self) -> Frame:
        """What the check camera sees."""
        sim = self._sim
        with sim.timeline.lock:
            self._answering("check")
            blade, off_mm = sim.world.at_check(), sim.world.check_off_mm
            self._looks += 1
            seed = self._seed(self._sim.tray.laid * 1009 + self._looks)
            if blade is None:
                nothing = np.zeros(0)
                return render_check(nothing, nothing, sim.machine.views.check, sim.optics, seed, off_mm=off_mm)
            x, top, bottom = blade.x_mm + blade.shift_mm, blade.top_mm.copy(), blade.bottom_mm
            lift, tilt = blade.lift_mm, blade.tilt_deg
        view = sim.machine.views.check
        return render_check(
            x, top, view, sim.optics, seed, bottom_mm=bottom, lift_mm=lift, tilt_deg=tilt, off_mm=off_mm
        )

    def _answering(self, *views: str) -> None:
        for view in views:
            if view in self.unplugged:
                raise CameraFault(view, "no such device")
        if self.dropped > 0:
            self.dropped -= 1
            raise CameraFault(views[0], "no frame came")

    def _seed(self, number: int) -> int:
        return (self._sim.seed * 1_000_003 + number) % 2**63


def lay(sim: SimulatedMachine, key: PhysicalKey) -> None:
    """Lay a key in the tray, from any thread."""
    with sim.timeline.lock:
        sim.tray.lay(key)


def take(sim: SimulatedMachine) -> None:
    """Take whatever lies in the tray, from any thread."""
    with sim.timeline.lock:
        sim.tray.take()
