"""`kiosk evaluate`: the reader over recorded scans of keys that are known, for whoever wants a proof of their own.

Responsible for: the command and its page, which shows pictures of the keys it was given: it is for keys that somebody
cut to try the kiosk. Not responsible for: what an answer is worth (`kiosk.calibration.evaluation`).
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from config.enrolled import read_enrolled, with_enrolled
from config.match_limits import MatchLimits
from config.settings import load_settings
from config.typed_paths import FILE, FOLDER, NEW_FILE
from hardware.camera.scan_folder import load_scan
from kiosk.calibration.evaluation import Evaluation, Trial, evaluated, read_truths, trial, worst
from kiosk.commands.catalogue_files import write
from kiosk.commands.options import ConfigOption, DataOption
from kiosk.data_paths import data_paths
from kiosk.identification import build_index, identify, read_key

WORST = 12
PICTURE_PX = 640
_STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse } th, td { padding: .3rem .7rem; border-bottom: 1px solid #ccc; text-align: left }
tr.wrong td { background: #fbe3e0 } figure { margin: 1.5rem 0 } img { max-width: 100%; border: 1px solid #ccc }
"""


def evaluate(
    scans: Annotated[Path, typer.Argument(metavar="DIR", callback=FOLDER, help="Folder that holds the scan folders.")],
    truth: Annotated[
        Path, typer.Option("--truth", callback=FILE, help="CSV: scan,blank,bitting; blank - for what must be refused.")
    ],
    page: Annotated[Path | None, typer.Option("--html", callback=NEW_FILE, help="Write a page with pictures.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Read recorded scans of known keys, and say how often the reader was right. Ends with 1 if it ever was wrong."""
    settings = load_settings(config)
    catalogue = with_enrolled(settings.catalogue, read_enrolled(data_paths(data).enrolled))
    truths = read_truths(truth, scans, catalogue)
    index = build_index(catalogue.sections)
    trials = tuple(
        trial(each, identify(read_key(load_scan(scans / each.scan)), catalogue, index), catalogue) for each in truths
    )
    found = evaluated(trials)
    for line in _lines(found, catalogue.limits):
        typer.echo(line)
    if page is not None:
        write(page, _page(found, trials, scans, catalogue.limits).encode())
        typer.echo(f"page: {page}")
    if found.wrong:
        raise typer.Exit(1)


def _lines(found: Evaluation, limits: MatchLimits | None) -> list[str]:
    lines = [
        f"{found.scans} scans: {found.right} right, {found.not_answered} not answered, {found.wrong} wrong",
        f"depths: {found.depths} read, error {found.depth_mean_mm:.4f} mm in the mean, 95 % within "
        f"{found.depth_p95_mm:.4f}, most {found.depth_most_mm:.4f}",
    ]
    if limits is not None:
        lines.append("limits: " + ", ".join(f"{name} {value}" for name, value in limits.model_dump().items()))
    return lines + [f"  {is_} -> {said}: {count}" for is_, said, count in found.confusion]


def _page(found: Evaluation, trials: Sequence[Trial], scans: Path, limits: MatchLimits | None) -> str:
    summary = "".join(f"<p>{html.escape(line)}</p>" for line in _lines(found, limits)[: 3 if limits else 2])
    rows = "".join(
        f"<tr><td>{html.escape(is_)}</td><td>{html.escape(said)}</td><td>{count}</td></tr>"
        for is_, said, count in found.confusion
    )
    every = "".join(
        f'<tr class="{each.verdict.value.replace(" ", "-")}">'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(each))
        + "</tr>"
        for each in trials
    )
    pictures = "".join(_figure(each, scans) for each in worst(trials, WORST))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Evaluation</title><style>{_STYLE}</style><body><h1>How the reader did</h1>{summary}"
        f"<h2>What was taken for what</h2><table><tr><th>Is</th><th>Taken for</th><th>Times</th></tr>{rows}</table>"
        f"<h2>Look at these first</h2>{pictures or '<p>None.</p>'}"
        f"<h2>Every scan</h2><table><tr><th>Scan</th><th>Is</th><th>Taken for</th><th>Verdict</th>"
        f"<th>Worst depth, mm</th></tr>{every}</table></body></html>\n"
    )


def _cells(each: Trial) -> tuple[str, ...]:
    is_ = f"{each.truth.blank} {each.truth.bitting}" if each.truth.blank else "must be refused"
    said = f"{each.said} {each.answer.bitting}" if each.answer.blank else each.said
    depth = f"{each.worst_mm:.4f}" if each.errors_mm else ""
    return each.truth.scan, is_, said, each.verdict.value, depth


def _figure(each: Trial, scans: Path) -> str:
    """The silhouette, small, with what was said of it."""
    words = html.escape(" · ".join(cell for cell in _cells(each) if cell))
    view = load_scan(scans / each.truth.scan).silhouette
    if view is None:
        return f"<figure><figcaption>{words}: no silhouette</figcaption></figure>"
    small, data = Image.fromarray(view.pixels), io.BytesIO()
    small.thumbnail((PICTURE_PX, PICTURE_PX))
    small.save(data, format="png")
    picture = f'<img alt="{words}" src="data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}">'
    return f"<figure>{picture}<figcaption>{words}</figcaption></figure>"
