"""A simulated machine and the few moves tests make with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import config
from config.catalogue import Catalogue, load_catalogue
from config.machine import Machine
from config.toml_files import checked, read_toml
from hardware.ports import ByteLink
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.optics import PERFECT


@cache
def machine() -> Machine:
    file = Path(next(iter(config.__path__))) / "machine.toml"
    return checked(Machine, read_toml(file), file.name)


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


class Hand:
    """A hand on the board: lines in, last line of the answer out."""

    def __init__(self, seed: int = 1, build: FirmwareBuild = STOCK) -> None:
        self.sim = SimulatedMachine(machine(), catalogue(), seed, optics=PERFECT, build=build)
        self.world = self.sim.world
        self.carousel = self.sim.world.carousel
        self.link: ByteLink = self.sim.link()
        self.link.read(1)
        self.sim.clock.sleep(0.5)
        self.link.read(0)

    def say(self, *lines: str, limit_s: float = 60) -> str:
        heard = b""
        for line in lines:
            self.link.write(line.encode() + b"\n")
            heard = b""
            end_s = self.sim.clock.now_s() + limit_s
            while not any(m in heard for m in (b"ok\r\n", b"error:")) and self.sim.clock.now_s() < end_s:
                heard += self.link.read(end_s - self.sim.clock.now_s())
        return heard.decode("latin-1")

    def feed(self, slot: int = 1) -> None:
        z_mm = machine().magazine.first_z_mm - (slot - 1) * machine().magazine.pitch_z_mm
        self.say(*(line.replace("{z}", f"{z_mm:g}") for line in machine().macros.feed), "G4P0.01")

    def macro(self, name: str) -> None:
        self.say(*getattr(machine().macros, name), "G4P0.01")

    def over(self, x_mm: float, edge_mm: float) -> str:
        """Machine words of a point over the blade."""
        clamp = machine().clamp
        return f"X{clamp.shoulder_x_mm + x_mm:.3f}Y{clamp.spine_y_mm + edge_mm:.3f}"

    def cut(self, *points: tuple[float, float]) -> None:
        """A cut with the wheel turning, from above to above."""
        self.say("M3S6000", "G4P1", f"G90G53G0{self.over(points[0][0], 12)}")
        self.say(*(f"G1{self.over(x, h)}F400" for x, h in points))
        self.say(f"G1{self.over(points[-1][0], 12)}F400", "M5", "G4P0.01")

    def ready(self, slot: int = 1) -> None:
        self.say("$H")
        self.feed(slot)

    def probe(self) -> str:
        self.say(f"G90G53G0{self.over(2, 12)}", "G4P0.01")
        return self.say(f"G38.3{self.over(2, -3)}F60")

    def edge_found_mm(self) -> float | None:
        said = self.probe()
        if ":1]" not in said:
            return None
        y_mm = float(said.partition("[PRB:")[2].split(",")[1])
        return y_mm - machine().clamp.spine_y_mm
