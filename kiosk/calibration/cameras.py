"""One calibration of the tray's cameras: from frames of the step gauge to a dated file for the machine file.

Responsible for: which views are fitted, what a whole calibration must hold, its text. Not responsible for: the fit
(`kiosk.calibration.gauge`), taking the frames, or words in any language but the file's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from config.machine import Gauge
from config.problems import BadInput, Problem
from hardware.scan import ScanFrames
from kiosk.calibration.dated import FITTED, heading
from kiosk.calibration.gauge import GaugeRefused, LineFit, ScaleFit, calibrate_line, calibrate_silhouette

MOST_ANGLES_APART_DEG = 1.0
MOST_LAYS_APART = 0.005
"""Share by which the scales of two lays differ when nothing moved between them: askance by two degrees, and a hair."""


@dataclass(frozen=True)
class Calibration:
    """What was found: a fit for each view seen."""

    fits: tuple[tuple[str, ScaleFit | LineFit], ...]

    @property
    def laser_angle_deg(self) -> float | None:
        """Mean of both lasers; None when neither line was seen."""
        angles = [fit.laser_angle_deg for _, fit in self.fits if isinstance(fit, LineFit)]
        return sum(angles) / len(angles) if angles else None


@dataclass(frozen=True)
class NotCalibrated:
    """Why there is no calibration: (view, reason), one for each view that does not serve."""

    reasons: tuple[tuple[str, GaugeRefused], ...]


def calibrate_frames(frames: ScanFrames, gauge: Gauge) -> Calibration | NotCalibrated:
    """Fit every view that was seen; one that does not serve refuses them all."""
    fits: list[tuple[str, ScaleFit | LineFit]] = []
    refused: list[tuple[str, GaugeRefused]] = []
    for name in FITTED:
        view = getattr(frames, name)
        if view is None:
            continue
        fit = calibrate_silhouette(view, gauge) if name == "silhouette" else calibrate_line(view, gauge)
        if isinstance(fit, GaugeRefused):
            refused.append((name, fit))
        else:
            fits.append((name, fit))
    if not fits and not refused:
        refused.append(("", GaugeRefused("shows neither a silhouette nor a laser line", "not_seen")))
    angles = [fit.laser_angle_deg for _, fit in fits if isinstance(fit, LineFit)]
    if angles and max(angles) - min(angles) > MOST_ANGLES_APART_DEG:
        refused.append(
            ("laser_angle_deg", GaugeRefused("the two lasers stand more than a degree apart", "lasers_apart"))
        )
    return NotCalibrated(tuple(refused)) if refused else Calibration(tuple(fits))


def joined(lays: Sequence[Calibration], source: str) -> Calibration:
    """One calibration from several lays of the gauge: the mean of each figure, the worst of what does not fit.

    Raises:
        BadInput: lays of one view are further apart than one camera's can be.
    """
    views = dict.fromkeys(view for each in lays for view, _ in each.fits)
    together = {view: [fit for each in lays for name, fit in each.fits if name == view] for view in views}
    problems = [
        Problem(source, view, f"the scales of its lays are {100 * apart:.1f} % apart: something moved between them")
        for view, fits in together.items()
        if (apart := max(fit.mm_per_px for fit in fits) / min(fit.mm_per_px for fit in fits) - 1) > MOST_LAYS_APART
    ]
    if problems:
        raise BadInput(*problems)
    return Calibration(tuple((view, _mean(fits)) for view, fits in together.items()))


def _mean(fits: Sequence[ScaleFit | LineFit]) -> ScaleFit | LineFit:
    figures = {each.name: [getattr(fit, each.name) for fit in fits] for each in fields(fits[0])}
    means = {name: sum(values) / len(values) for name, values in figures.items()}
    return replace(fits[0], **means | {"residual_mm": max(figures["residual_mm"])})


def as_toml(found: Calibration, now: datetime) -> str:
    """The calibration in the machine file's own words, with its date and residuals."""
    lines = [heading(now), "[views]"]
    if found.laser_angle_deg is not None:
        lines.append(f"laser_angle_deg = {found.laser_angle_deg:.3f}")
    for name, fit in found.fits:
        angle = f", laser at {fit.laser_angle_deg:.3f} degrees" if isinstance(fit, LineFit) else ""
        lines += [
            "",
            f"[views.{name}]",
            f"# steps fit to {fit.residual_mm:.4f} mm, {abs(fit.tilt_deg):.2f} degrees askance{angle}",
            f"mm_per_px = {fit.mm_per_px:.6f}",
        ]
    return "\n".join(lines) + "\n"


def file_name(now: datetime) -> str:
    """The dated name of a calibration's file."""
    return f"calibration-{now:%Y-%m-%d}.toml"


def write(found: Calibration, path: Path, now: datetime) -> str:
    """Write the dated file; returns its text.

    Raises:
        BadInput: it cannot be written.
    """
    text = as_toml(found, now)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(path), "", error.strerror or "cannot be written")) from error
    return text
