"""Visits with canary keys in a process of their own: found while it cuts, or the search means nothing, and not after.

With --laid: as a technician does, by the command, at a kiosk that runs, whose tray lies in another process; then once
more with the code in a file of its data. Folders of the whole computer are left out: here they are other programs'.

python -m tests.bench.soak_nothing_kept [--runs N] [--laid]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from config.settings import load_settings
from kiosk.command_line import app
from kiosk.commands import prove as command
from kiosk.key.spellings import Quarry
from kiosk.operations.nothing_kept import search
from kiosk.operations.status import KioskStatus, status_path
from kiosk.rehearsal import prove as rehearsal
from kiosk.rehearsal.canary_world import World
from kiosk.rehearsal.prove import prove
from simulator.faults.simulated_machine import SimulatedMachine


def laid() -> int:
    """A known key is laid, copied, and looked for by `kiosk prove-nothing-kept --laid`; a planted leak is found."""
    settings = load_settings(None, {})
    keyway, blank = settings.catalogue.blank_of[rehearsal.BLANK]
    section, rng = settings.catalogue.section_of[keyway.sections[0]], np.random.default_rng()
    sim = SimulatedMachine(settings.machine, settings.catalogue, 1, baud=None)
    world = World(sim, rehearsal._key(keyway, blank, section, rng)[0])
    command.search = partial(search, anybodys=())
    with tempfile.TemporaryDirectory(prefix="kiosk-laid-") as folder, rehearsal._kiosk(world, Path(folder)) as kiosk:
        data = Path(folder) / "data"
        kiosk.visit()
        world.key, codes = rehearsal._key(keyway, blank, section, rng)
        ended = kiosk.visit()
        status = KioskStatus(kiosk.pid, "welcome", datetime.now(UTC).isoformat(), True, "", ())
        status_path(data).write_text(json.dumps(asdict(status)))
        os.environ["KIOSK_AUDIT_KEY_FOLDER"] = str(Path(folder) / "seal")
        asked = ["prove-nothing-kept", "--laid", blank.code, "--bitting", "".join(codes), "--data", str(data)]
        clean = CliRunner().invoke(app, asked)
        (data / "note.txt").write_text("".join(codes))
        leaky = CliRunner().invoke(app, asked)
    print(f"visit ended in {ended}\n{clean.output}\nwith a planted file:\n{leaky.output}")
    return int((ended, clean.exit_code, leaky.exit_code) != ("thank_you", 0, 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--laid", action="store_true")
    asked = parser.parse_args()
    if asked.laid:
        return laid()
    settings = load_settings(None, {})
    spine_y_mm = settings.machine.clamp.spine_y_mm
    bad = 0
    for run in range(1, asked.runs + 1):
        during: list[str] = []

        def look(canary: Quarry, pid: int, seen: list[str] = during) -> None:
            seen += sorted(
                {each.spelling for each in search(canary, (), [pid], anybodys=(), spine_y_mm=spine_y_mm).traces}
            )

        began_s = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as folder:
            found = prove(settings, Path(folder), look).searched
        bad += not found.clean or not during
        print(
            f"run {run}: while it cuts {', '.join(during) or 'NOT FOUND'}; after it {len(found.traces)} traces in "
            f"{found.files} files and {found.memory_bytes / 1e6:.0f} MB of memory, not searched "
            f"{found.not_searched or 'nothing'}; {time.perf_counter() - began_s:.0f} s",
            flush=True,
        )
        for trace in found.traces:
            print(f"  {trace.where}: {trace.spelling}", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
