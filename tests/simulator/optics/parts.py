"""What the optics' tests share: a whole reading of pictures that owes nothing to the product's reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import config
import config.machine as machine
from hardware.ports import VIEWS
from hardware.scan import Frame

MACHINE_FILE = Path(next(iter(config.__path__))) / "machine.toml"


def small(views: machine.Views, factor: int) -> machine.Views:
    """The same fields of view with fewer pixels."""
    changed = {
        name: view.model_copy(
            update={
                "width_px": view.width_px // factor,
                "height_px": view.height_px // factor,
                "mm_per_px": view.mm_per_px * factor,
            }
        )
        for name in VIEWS
        if isinstance(view := getattr(views, name), machine.CameraView)
    }
    return views.model_copy(update=changed)


def shadow(view: Frame) -> NDArray[np.float64]:
    """How dark each pixel is: 0 the light, 1 the key, from the picture's own extremes."""
    grey = view.pixels.astype(np.float64)
    bright, dark = np.percentile(grey, 99), grey.min()
    return (bright - grey) / (bright - dark)


def line_columns(view: Frame) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows where a laser line is seen, and the line's centre of light in each, in pixels from the left border."""
    light = np.maximum(view.pixels.astype(np.float64) - 30.0, 0.0)
    rows = np.flatnonzero(light.max(axis=1) > 60)
    columns = np.arange(light.shape[1]) + 0.5
    return rows, (light[rows] * columns).sum(axis=1) / light[rows].sum(axis=1)
