"""Cameras and light of the simulated machine: keys in, frames out.

Responsible for: pictures drawn from geometry, as good or bad as asked for, the same for the same seed. Not
responsible for: reading them; nothing here is shared with the code that does.
"""

from simulator.optics.check import render_check
from simulator.optics.paper import render_on_paper
from simulator.optics.portrait import portrait_sheet, render_portrait
from simulator.optics.pose import Pose
from simulator.optics.scan import LaidKey, lay_out, pose_of, render_empty_tray, render_scan
from simulator.optics.settings import BAD, NAMED, NORMAL, PERFECT, Optics

__all__ = [
    "BAD",
    "NAMED",
    "NORMAL",
    "PERFECT",
    "LaidKey",
    "Optics",
    "Pose",
    "lay_out",
    "portrait_sheet",
    "pose_of",
    "render_check",
    "render_empty_tray",
    "render_on_paper",
    "render_portrait",
    "render_scan",
]
