"""The step gauge as a thing that lies in the tray.

Responsible for: its shape, from the machine file's figures: a staircase against the light, and one up each face. Not
responsible for: what is measured from it.
"""

from __future__ import annotations

import numpy as np

from config.keyway import Section
from config.machine import Gauge
from simulator.keys.key import OUTLINE_GRID_MM, Finish, PhysicalKey

STEP_GAUGE = "step-gauge"
"""Its name beside the sample keys."""
_RISER_MM = 0.01
"""Height over which a face steps back."""
_THICKNESS_MM = 4.9


def step_gauge(gauge: Gauge) -> PhysicalKey:
    """The gauge, its tallest end where a key has its shoulder; ground from steel, so without wear or dirt."""
    length_mm = gauge.steps * gauge.tread_mm
    x_mm = np.append(np.arange(0.0, length_mm, OUTLINE_GRID_MM), length_mm)
    step = np.minimum((x_mm / gauge.tread_mm + 1e-9).astype(np.int64), gauge.steps - 1)
    top_mm = gauge.height_mm - gauge.rise_mm * step
    return PhysicalKey(
        section=_section(gauge),
        x_mm=x_mm,
        top_mm=top_mm,
        bottom_mm=np.zeros_like(x_mm),
        finish=Finish.NICKEL,
    )


def _section(gauge: Gauge) -> Section:
    points = [(0.001, 0.0)]
    for number in range(1, gauge.face_steps):
        height_mm, recess_mm = number * gauge.face_tread_mm, number * gauge.face_recess_mm
        points += [(height_mm, recess_mm - gauge.face_recess_mm), (height_mm + _RISER_MM, recess_mm)]
    points.append((gauge.height_mm, points[-1][1]))
    return Section(
        id="unknown:step-gauge",
        thickness_mm=_THICKNESS_MM,
        height_mm=gauge.height_mm,
        left=tuple(points),
        right=tuple(points),
        source="the machine file's [gauge]",
    )
