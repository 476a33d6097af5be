"""The proof that nothing of a key is kept: a canary key, a visit, and the search of everything afterwards.

Responsible for: the order: a kiosk in a process of its own that has sold before, a canary of which nothing is found
yet, one visit with it, the search. Not responsible for: the search itself (`kiosk.operations.nothing_kept`).
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from config.keyway import Blank, Keyway, Section
from config.settings import Settings
from kiosk.key.secrecy import OVERWRITTEN_WHEN_FREED
from kiosk.key.spellings import Quarry
from kiosk.operations.nothing_kept import ANYBODYS, Searched, search
from kiosk.rehearsal.canary_world import World, serve
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.keys.key import PhysicalKey, cut_key
from simulator.keys.sample_keys import random_bitting

BLANK = "SC4"
"""Six cuts of ten depths: few numbers look like it."""
TRIES = 8


class NoProof(Exception):
    """The visit did not come about, so its silence says nothing."""


@dataclass(frozen=True)
class Proof:
    """What the search found after a visit."""

    system: str
    cuts: int
    searched: Searched


class _Kiosk:
    """The other process."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self.folder = process, folder
        self.pid = process.pid

    def visit(self) -> str:
        """One visit; the state it ended in."""
        if self._process.stdin is None or self._process.stdout is None:
            raise NoProof("no line to the kiosk")
        self._process.stdin.write("visit\n")
        self._process.stdin.flush()
        ended = self._process.stdout.readline().strip()
        if not ended:
            raise NoProof("the kiosk is gone")
        return ended


def prove(
    settings: Settings,
    folder: Path,
    during: Callable[[Quarry, int], None] = lambda quarry, pid: None,
) -> Proof:
    """Run the proof below `folder`, which must be new and private.

    Args:
        settings: everything an owner sets.
        folder: gets the kiosk's data, logs, home and temporary files.
        during: called once with the canary and the kiosk's process, while the cut is sent to the machine.

    Raises:
        NoProof: no visit came about, or every canary looked like something that was there before.
    """
    keyway, blank = settings.catalogue.blank_of[BLANK]
    section = settings.catalogue.section_of[keyway.sections[0]]
    if keyway.spec is None:
        raise NoProof(f"{BLANK} is not cut here")
    rng = np.random.default_rng(secrets.randbits(64))
    spine_y_mm = settings.machine.clamp.spine_y_mm
    sim = SimulatedMachine(settings.machine, settings.catalogue, 1, baud=None)
    world = World(sim, _key(keyway, blank, section, rng)[0])
    with _kiosk(world, folder) as kiosk:
        # One before, with another key: what a kiosk loads and makes once is there before the canary comes.
        kiosk.visit()
        for _ in range(TRIES):
            world.key, codes = _key(keyway, blank, section, rng)
            canary = Quarry(codes, keyway.spec)
            if search(canary, [folder], [kiosk.pid], anybodys=(), spine_y_mm=spine_y_mm).traces:
                # It looks like something that is there already.
                continue
            began_s = time.time()
            world.in_the_cut = partial(during, canary, kiosk.pid)
            if kiosk.visit() == State.THANK_YOU:
                found = search(canary, [folder], [kiosk.pid], since_s=began_s, anybodys=ANYBODYS, spine_y_mm=spine_y_mm)
                return Proof(f"{keyway.name}, {blank.code}", len(codes), found)
    raise NoProof(f"none of {TRIES} canaries was copied and unlike anything there before")


def _key(
    keyway: Keyway, blank: Blank, section: Section, rng: np.random.Generator
) -> tuple[PhysicalKey, tuple[str, ...]]:
    """A key drawn by chance, of at least four different depths."""
    spec = keyway.spec
    while spec is not None:
        codes = tuple(random_bitting(spec, blank.cuts, rng))
        if len(set(codes)) >= 4:
            return cut_key(keyway, blank, codes, section, rng), codes
    raise NoProof(f"{blank.code} is not cut here")


@contextmanager
def _kiosk(world: World, folder: Path) -> Iterator[_Kiosk]:
    """A kiosk over `world` in a process of its own, everything it may write below `folder`."""
    for name in ("data", "tmp", "home"):
        (folder / name).mkdir(mode=0o700)
    address, secret = str(folder / "world"), secrets.token_bytes(32)
    server: Any = serve(world, address, secret).get_server()
    threading.Thread(target=server.serve_forever, name="world", daemon=True).start()
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "KIOSK_AUDIT_KEY_FOLDER": str(folder / "seal"),
        **OVERWRITTEN_WHEN_FREED,
        "PYTHONPATH": ":".join(path for path in sys.path if path),
    }
    command = [sys.executable, "-m", "kiosk.rehearsal.canary_visit", address, str(folder / "data")]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment
    ) as process:
        try:
            if process.stdin is not None:
                process.stdin.write(secret.hex() + "\n")
            yield _Kiosk(process, folder)
        finally:
            process.kill()
            server.listener.close()
