"""A world of its own process for a kiosk whose memory is to be searched: machine, cameras and a shopper's hands.

Responsible for: offering a simulated machine over a local socket, and the kiosk's side of it. Not responsible for: the
visit (`canary_visit`) or the search (`kiosk.operations.nothing_kept`). The key lies here alone, so whatever the other
process holds of it, it has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from multiprocessing.managers import BaseManager
from typing import Protocol, cast

from hardware.ports import ByteLink
from hardware.scan import Frame, ScanFrames
from simulator.faults.simulated_machine import SimulatedMachine, lay, take
from simulator.keys.key import PhysicalKey

FEEDS_OF_A_CUT = 20
"""Lines of feed moves after which a cut is well under way."""


class World:
    """What a kiosk can ask of a machine, its cameras and the hands before it; called from another process."""

    def __init__(self, sim: SimulatedMachine, key: PhysicalKey) -> None:
        self._sim = sim
        self.key = key
        self._link: ByteLink | None = None
        self._feeds = 0
        self.in_the_cut: Callable[[], None] = lambda: None
        """Called once, when the wheel has been sent some way along the blade."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return self._sim.clock.now_s()

    def utc(self) -> datetime:
        """Wall-clock time."""
        return self._sim.clock.utc()

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        self._sim.clock.sleep(duration_s)

    def open_link(self) -> None:
        """Open the board's port."""
        self._link = self._sim.link()

    def read(self, timeout_s: float) -> bytes:
        """What the board said."""
        return self._link.read(timeout_s) if self._link is not None else b""

    def write(self, data: bytes) -> None:
        """Say something to the board."""
        if b"F" in data and b"Y" in data:
            self._feeds += 1
            if self._feeds == FEEDS_OF_A_CUT:
                self.in_the_cut()
        if self._link is not None:
            self._link.write(data)

    def close_link(self) -> None:
        """Let go of the port."""
        if self._link is not None:
            self._link.close()

    def scan(self) -> ScanFrames:
        """The tray."""
        return self._sim.scanner.scan()

    def look(self, view: str) -> Frame:
        """One view."""
        return self._sim.scanner.look(view)

    def tray_is_empty(self) -> bool:
        """Whether nothing lies in the tray."""
        return self._sim.scanner.tray_is_empty()

    def tray_stirs(self) -> bool:
        """Whether something came into the tray."""
        return self._sim.scanner.tray_stirs()

    def check(self) -> Frame:
        """What the check camera sees."""
        return self._sim.scanner.check()

    def lay(self) -> None:
        """The shopper lays the key."""
        self._feeds = 0
        lay(self._sim, self.key)

    def take(self) -> None:
        """The shopper takes it."""
        take(self._sim)


class _Server(BaseManager):
    """The world's side of the socket, and the kiosk's."""


class Connected(Protocol):
    """What a connected manager offers."""

    def world(self) -> World:
        """A stand-in for the world."""


def serve(world: World, address: str, secret: bytes) -> _Server:
    """Offer the world at a socket's path, to be served from a thread (`get_server().serve_forever()`)."""
    _Server.register("world", callable=lambda: world)
    return _Server(address=address, authkey=secret)


def connect(address: str, secret: bytes) -> World:
    """The world at that path.

    Raises:
        OSError: nobody offers one.
    """
    _Server.register("world")
    server = _Server(address=address, authkey=secret)
    server.connect()
    return cast("Connected", server).world()


class WorldClock:
    """The world's time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now_s(self) -> float:
        """Monotonic seconds."""
        return self._world.now_s()

    def utc(self) -> datetime:
        """Wall-clock time."""
        return self._world.utc()

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        self._world.sleep(duration_s)


class WorldLink:
    """The world's port; opened when made."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.open_link()

    def read(self, timeout_s: float) -> bytes:
        """What the board said."""
        return self._world.read(timeout_s)

    def write(self, data: bytes) -> None:
        """Say something to the board."""
        self._world.write(data)

    def close(self) -> None:
        """Let go of it."""
        self._world.close_link()


class WorldScanner:
    """The world's cameras."""

    def __init__(self, world: World) -> None:
        self._world = world

    def scan(self) -> ScanFrames:
        """The tray."""
        return self._world.scan()

    def look(self, view: str) -> Frame:
        """One view."""
        return self._world.look(view)

    def tray_is_empty(self) -> bool:
        """Whether nothing lies in the tray."""
        return self._world.tray_is_empty()

    def tray_stirs(self) -> bool:
        """Whether something came into the tray."""
        return self._world.tray_stirs()

    def check(self) -> Frame:
        """What the check camera sees."""
        return self._world.check()
