"""The file form of one look at the tray: a folder with `scan.toml` and a picture a view, those that there are.

Responsible for: reading pictures of any kind a person may hand over into grey or RGB bytes, and the few figures
that go with them; writing the same. Not responsible for: what the pictures show, or whose leave is needed to
write them (a scan holds the shape of a key: only a consented support case writes one).
"""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from config.ordinary_file import ordinary, read_ordinary
from config.problems import BadInput, Problem
from hardware.scan import TRAY_VIEWS, Frame, Pixels, ScanFrames

SCAN_FILE = "scan.toml"
MM_PER_PX_RANGE = (0.001, 1.0)
ANGLE_RANGE_DEG = (5.0, 85.0)

_MOST_PIXELS = 150_000_000
"""A picture beyond this is refused before it is unpacked: a few bytes can claim to be a whole wall."""
_WORKING_PIXELS = 26_000_000
"""A picture beyond this is averaged down by whole pixels; its scale goes with it."""


def load_scan(directory: Path) -> ScanFrames:
    """Read a scan folder. A view whose picture is absent was not seen.

    Raises:
        BadInput: every problem of the folder, one line each.
    """
    document = _read_document(directory)
    problems: list[Problem] = []
    views: dict[str, Frame] = {}
    for name in TRAY_VIEWS:
        picture = directory / f"{name}.png"
        if not picture.exists():
            continue
        table = document.get("views", {}) if isinstance(document.get("views", {}), dict) else {}
        entry = table.get(name)
        scale = entry.get("mm_per_px") if isinstance(entry, dict) else None
        try:
            views[name] = load_view(picture, _number(scale, MM_PER_PX_RANGE, picture.parent, f"views.{name}.mm_per_px"))
        except BadInput as bad:
            problems.extend(bad.problems)
    angle_deg = 45.0
    if "laser_angle_deg" in document or "line_left" in views or "line_right" in views:
        try:
            angle_deg = _number(document.get("laser_angle_deg"), ANGLE_RANGE_DEG, directory, "laser_angle_deg")
        except BadInput as bad:
            problems.extend(bad.problems)
    if not problems and not views:
        names = ", ".join(f"{name}.png" for name in TRAY_VIEWS)
        problems.append(Problem(str(directory), "", f"holds none of {names}"))
    if problems:
        raise BadInput(*problems)
    return ScanFrames(**views, laser_angle_deg=angle_deg)


def scans_below(directory: Path) -> tuple[Path, ...]:
    """The folder itself, where it is a scan; else the scans it holds, by name.

    Raises:
        BadInput: there are none.
    """
    if _is_scan(directory):
        return (directory,)
    found = tuple(sorted(each for each in directory.iterdir() if each.is_dir() and _is_scan(each)))
    if not found:
        raise BadInput(Problem(str(directory), "", "is no scan, and holds no folder that is one"))
    return found


def _is_scan(directory: Path) -> bool:
    return any((directory / name).exists() for name in (SCAN_FILE, *(f"{view}.png" for view in TRAY_VIEWS)))


def save_scan(frames: ScanFrames, directory: Path) -> None:
    """Write `frames` as a scan folder, creating it. Only with the leave of the key's owner, or for a made-up key.

    Raises:
        BadInput: the folder cannot be written.
    """
    lines = [f"laser_angle_deg = {float(frames.laser_angle_deg)!r}"]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in TRAY_VIEWS:
            view: Frame | None = getattr(frames, name)
            if view is None:
                continue
            Image.fromarray(view.pixels).save(directory / f"{name}.png")
            lines += ["", f"[views.{name}]", f"mm_per_px = {float(view.mm_per_px)!r}"]
        (directory / SCAN_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(directory), "", f"cannot be written: {error.strerror or error}")) from error


def load_view(picture: Path, mm_per_px: float) -> Frame:
    """Read one picture of any format, depth or colour model as a view.

    A very large picture comes back averaged down, with `mm_per_px` scaled to match.

    Raises:
        BadInput: not a picture, broken, or too large to be unpacked.
    """
    try:
        with warnings.catch_warnings():
            # The limit on size is ours, checked before unpacking; Pillow's would only warn.
            warnings.simplefilter("ignore")
            return _load_view(picture, mm_per_px)
    except BadInput:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise BadInput(Problem(str(picture), "", "is too large a picture")) from error
    except Exception as error:
        # Decoders of foreign files raise anything (struct.error, SyntaxError, IndexError ...): all mean one thing.
        reason = "is not there" if isinstance(error, FileNotFoundError) else "is not a readable picture"
        raise BadInput(Problem(str(picture), "", reason)) from error


def _load_view(picture: Path, mm_per_px: float) -> Frame:
    with Image.open(ordinary(picture)) as image:
        count = image.width * image.height
        if count == 0 or count > _MOST_PIXELS:
            raise BadInput(Problem(str(picture), "", f"{image.width}x{image.height} pixels is too large a picture"))
        factor = 1
        while count / factor**2 > _WORKING_PIXELS:
            factor += 1
        eight_bit = _eight_bit(image)
        if factor > 1:
            eight_bit = eight_bit.reduce(factor)
        pixels = np.ascontiguousarray(np.asarray(eight_bit, dtype=np.uint8))
    return Frame(pixels=pixels, mm_per_px=mm_per_px * factor)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey or RGB with 8 bits a channel; what is transparent counts as white paper."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("L", "RGB"):
        return upright
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        return Image.fromarray(_scaled_to_bytes(np.asarray(upright, dtype=np.float64)))
    if upright.mode in ("1", "L;1"):
        return upright.convert("L")
    if "A" in upright.mode or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return upright.convert("RGB")


def _scaled_to_bytes(values: np.ndarray[Any, np.dtype[np.float64]]) -> Pixels:
    """16-bit counts, or any other numbers, as bytes: full scale is 65535, 255 or 1, whichever just holds them."""
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    most = float(finite.max(initial=0.0))
    full_scale = next((scale for scale in (1.0, 255.0, 65535.0) if most <= scale), most)
    return np.asarray(np.clip(np.rint(finite * (255.0 / full_scale)), 0, 255), dtype=np.uint8)


def _read_document(directory: Path) -> dict[str, Any]:
    path = directory / SCAN_FILE
    if not directory.is_dir():
        raise BadInput(Problem(str(directory), "", "is not a folder" if directory.exists() else "is not there"))
    try:
        return tomllib.loads(read_ordinary(path).decode())
    except FileNotFoundError as error:
        raise BadInput(Problem(str(path), "", "is not there")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {type(error).__name__}")) from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(Problem(str(path), "", f"is not TOML: {error}")) from error


def _number(value: object, allowed: tuple[float, float], directory: Path, field: str) -> float:
    file = str(directory / SCAN_FILE)
    if value is None:
        raise BadInput(Problem(file, field, "is missing"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(Problem(file, field, "must be a number"))
    if not allowed[0] <= value <= allowed[1]:
        raise BadInput(Problem(file, field, f"{value} is not between {allowed[0]:g} and {allowed[1]:g}"))
    return float(value)
