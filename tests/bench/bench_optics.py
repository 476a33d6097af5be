"""How long drawing takes: a whole scan at the machine's own sizes, an empty tray, a check picture. One core."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np

from config.catalogue import load_catalogue
from config.machine import Machine
from config.toml_files import checked, read_toml
from simulator.keys.sample_keys import SAMPLE_KEYS, sample_key
from simulator.optics import BAD, NORMAL, render_check, render_empty_tray, render_scan
from tests.simulator.optics.parts import MACHINE_FILE


def main() -> None:
    cv2.setNumThreads(1)
    catalogue = load_catalogue()
    machine = checked(Machine, read_toml(MACHINE_FILE), str(MACHINE_FILE))
    keys = [sample_key(name, catalogue) for name in SAMPLE_KEYS]
    blade = keys[0]
    silhouette = machine.views.silhouette
    print(f"silhouette {silhouette.width_px}x{silhouette.height_px}; ms of one core's time: median, 95 %, most")
    report("scan, normal optics", lambda n: render_scan(keys[n % len(keys)], machine.views, NORMAL, n))
    report("scan, twice as bad", lambda n: render_scan(keys[n % len(keys)], machine.views, BAD, n))
    report("empty tray", lambda n: render_empty_tray(machine.views, NORMAL, n))
    report(
        "check picture",
        lambda n: render_check(blade.x_mm, blade.top_mm, machine.views.check, NORMAL, n, bottom_mm=blade.bottom_mm),
    )


def report(what: str, draw: Callable[[int], object], times: int = 90) -> None:
    """Draw often and print the spread; the first few fill the caches and do not count."""
    spent_ms = []
    for number in range(times + 3):
        start = time.process_time()
        draw(number)
        spent_ms.append((time.process_time() - start) * 1000)
    taken = np.array(spent_ms[3:])
    print(f"{what:<20} {np.median(taken):6.1f} {np.percentile(taken, 95):6.1f} {taken.max():6.1f}")


if __name__ == "__main__":
    main()
