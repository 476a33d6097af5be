"""Wheels and axes worn out over 2,000 copies, and kiosks that stay well: how early it is told, how often for nothing.

    python -m tests.bench.wear_out [--wheels 200] [--well 200] [--copies 2000]

Every tenth copy the kiosk forecasts from what it has measured so far. Status 1 if one was foretold less than 100 copies
before the kiosk would close itself, or more than one false alarm in 5,000 copies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from statistics import median

from config.settings import load_settings
from kiosk.cutting.check import TOUCHES_WATCHED, has_drifted, wheel_is_worn
from kiosk.operations.forecast import Evidence, forecasts
from kiosk.session.outlook import Part
from tests.support.wear_out import means_mm, touches_mm

EVERY = 10
SETTINGS = load_settings(None, {})
CHECK, EDGE_MM = SETTINGS.machine.check, SETTINGS.machine.clamp.edge_tolerance_mm


def first_told(seen: Callable[[int], Evidence], copies: int, part: Part) -> int | None:
    """The copy after which `part` is foretold."""
    for count in range(EVERY, copies + 1, EVERY):
        if any(each.part is part for each in forecasts(seen(count), CHECK, EDGE_MM)):
            return count
    return None


def closes_at(closed: Callable[[int], bool], copies: int) -> int | None:
    return next((count for count in range(20, copies + 1) if closed(count)), None)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheels", type=int, default=200)
    parser.add_argument("--well", type=int, default=200)
    parser.add_argument("--copies", type=int, default=2000)
    asked = parser.parse_args()
    copies = asked.copies
    ahead: dict[Part, list[int]] = {Part.WHEEL: [], Part.AXIS: []}
    missed = 0
    for seed in range(asked.wheels):
        touches, means = touches_mm(copies, 0.8 * EDGE_MM * 1.08, seed), means_mm(copies, 0.033, seed)
        ends = {
            Part.WHEEL: closes_at(lambda n, of=touches: wheel_is_worn(of[n - TOUCHES_WATCHED : n], EDGE_MM), copies),
            Part.AXIS: closes_at(lambda n, of=means: has_drifted(of[:n], CHECK), copies),
        }
        told = {
            Part.WHEEL: first_told(lambda n, of=touches: Evidence(touch_errors_mm=of[:n]), copies, Part.WHEEL),
            Part.AXIS: first_told(lambda n, of=means: Evidence(mean_errors_mm=of[:n]), copies, Part.AXIS),
        }
        for part, found in told.items():
            end = ends[part] or copies
            if found is None or found >= end:
                missed += 1
            else:
                ahead[part].append(end - found)
    false = 0
    for seed in range(asked.well):
        touches, means = touches_mm(copies, 0.015, 5000 + seed), means_mm(copies, 0.006, 5000 + seed)
        before: set[Part] = set()
        for count in range(EVERY, copies + 1, EVERY):
            seen = Evidence(touch_errors_mm=touches[:count], mean_errors_mm=means[:count])
            now = {each.part for each in forecasts(seen, CHECK, EDGE_MM)}
            false += len(now - before)
            before = now
    for part, numbers in ahead.items():
        least = min(numbers, default=0)
        most, half = max(numbers, default=0), median(numbers)
        print(f"{part}: {len(numbers)} foretold, {least} to {most} copies ahead, half {half:.0f}")
    print(f"not foretold: {missed} of {2 * asked.wheels}")
    print(f"false alarms: {false} in {asked.well * copies} copies of {asked.well} kiosks that stay well")
    good = not missed and all(min(numbers) >= 100 for numbers in ahead.values())
    return 0 if good and false * 5000 <= asked.well * copies else 1


if __name__ == "__main__":
    sys.exit(main())
