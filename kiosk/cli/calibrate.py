"""`kiosk service calibrate`: figures for the machine file from pictures of the step gauge.

Responsible for: reading the scan folder, refusing a bad fit, writing a dated file in the machine file's own words.
Not responsible for: the fit, or taking the pictures (`kiosk service scan`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import load_machine
from hardware.scan_folder import load_scan
from kiosk.identification.calibrate import LineFit, Refused, ScaleFit, calibrate_line, calibrate_silhouette

MOST_ANGLES_APART_DEG = 1.0
Fits = dict[str, ScaleFit | LineFit]


def calibrate(
    scan: Annotated[Path, typer.Option("--from", help="Scan folder of the gauge.")],
    out: Annotated[Path | None, typer.Option(help="File to write; calibration-DATE.toml by default.")] = None,
    machine: Annotated[Path | None, typer.Option("--machine", help="Machine file; the shipped one by default.")] = None,
) -> None:
    """Find scale, tilt and laser angle of each view from pictures of the step gauge."""
    gauge = load_machine(machine).gauge
    frames = load_scan(scan)
    fits: Fits = {}
    problems = []
    for name in ("silhouette", "line_left", "line_right"):
        view = getattr(frames, name)
        if view is None:
            continue
        fit = calibrate_silhouette(view, gauge) if name == "silhouette" else calibrate_line(view, gauge)
        if isinstance(fit, Refused):
            problems.append(Problem(str(scan), name, fit.reason))
        else:
            fits[name] = fit
    if not fits and not problems:
        problems.append(Problem(str(scan), "", "shows neither a silhouette nor a laser line"))
    angles = [fit.laser_angle_deg for fit in fits.values() if isinstance(fit, LineFit)]
    if angles and max(angles) - min(angles) > MOST_ANGLES_APART_DEG:
        problems.append(Problem(str(scan), "laser_angle_deg", "the two lasers stand more than a degree apart"))
    if problems:
        raise BadInput(*problems)
    now = datetime.now(UTC)
    text = _as_toml(fits, angles, now)
    path = out or Path(f"calibration-{now:%Y-%m-%d}.toml")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(path), "", error.strerror or "cannot be written")) from error
    typer.echo(text.rstrip())
    typer.echo(f"written to {path}: take these lines into the machine file")


def _as_toml(fits: Fits, angles: list[float], now: datetime) -> str:
    lines = [f"# Calibration against the step gauge, {now:%Y-%m-%d %H:%M} UTC.", "[views]"]
    if angles:
        lines.append(f"laser_angle_deg = {sum(angles) / len(angles):.3f}")
    for name, fit in fits.items():
        angle = f", laser at {fit.laser_angle_deg:.3f} degrees" if isinstance(fit, LineFit) else ""
        lines += [
            "",
            f"[views.{name}]",
            f"# steps fit to {fit.residual_mm:.4f} mm, {abs(fit.tilt_deg):.2f} degrees askance{angle}",
            f"mm_per_px = {fit.mm_per_px:.6f}",
        ]
    return "\n".join(lines) + "\n"
