"""Every spelling of a known key, and the search for them in bytes and files.

Responsible for: every spelling in which a key's cuts could have slipped into a file, a log or memory, and searching
bytes for them (also packed ones). Not responsible for: running sessions. Give keys whose numbers are nobody else's:
`35244` may be a price, so spellings of single figures are hunted only together. A cut's duration is no spelling, though
it says something of the key: that none is kept, `kiosk.records.coarse_time` sees to.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.keyway import CutSpec
from config.ordinary_file import ordinary

_SEPARATORS = ("", " ", "-", ",", ", ", "/", ".", ";", "|", "_", "\t", "\n", '", "', "', '")


@dataclass(frozen=True)
class Quarry:
    """One known key: its codes, first cut first, and how its keyway is cut."""

    codes: tuple[str, ...]
    spec: CutSpec

    @property
    def roots_mm(self) -> tuple[float, ...]:
        """Root depths, first cut first."""
        return tuple(self.spec.root_mm_of[code] for code in self.codes)


@dataclass(frozen=True)
class Trace:
    """Where something was found, and which spelling."""

    where: str
    spelling: str


def spellings(quarry: Quarry) -> dict[str, bytes]:
    """Every way of writing the whole key down, by name, as bytes."""
    found: dict[str, bytes] = {}
    for direction, codes in (("", quarry.codes), (" reversed", quarry.codes[::-1])):
        for separator in _SEPARATORS:
            found[f"codes with {separator!r}{direction}"] = separator.join(codes).encode()
        found[f"codes in UTF-16{direction}"] = "".join(codes).encode("utf-16-le")
        found[f"codes as bytes{direction}"] = bytes(int(code) for code in codes if code.isdigit())
        ordered = quarry.roots_mm if not direction else quarry.roots_mm[::-1]
        found[f"doubles{direction}"] = struct.pack(f"<{len(ordered)}d", *ordered)
        found[f"floats{direction}"] = struct.pack(f"<{len(ordered)}f", *ordered)
    # Packed figures this short stand in any file by chance.
    return {name: text for name, text in found.items() if len(text) >= 5}


def figure_patterns(quarry: Quarry) -> dict[str, re.Pattern[bytes]]:
    """Root depths or cut depths, in mm, inches or thousandths, in their order and near each other."""
    height_mm = quarry.spec.blade_height_mm
    quantities = {"roots": quarry.roots_mm, "depths": tuple(height_mm - root for root in quarry.roots_mm)}
    units = {"mm": (1.0, (4, 3, 2)), "inches": (1 / 25.4, (4, 3)), "thousandths": (1 / 0.0254, (1, 0))}
    patterns = {}
    for what, values_mm in quantities.items():
        for direction, values in (("", values_mm), (" reversed", values_mm[::-1])):
            for unit, (scale, places) in units.items():
                # Anything up to 60 bytes may stand between two figures.
                figures = [_figure(value * scale, places) for value in values]
                patterns[f"{what} in {unit}{direction}"] = re.compile(rb"(?s)" + rb".{0,60}?".join(figures))
    return patterns


def _figure(value: float, places: tuple[int, ...]) -> bytes:
    """One figure as any of its roundings; .329, 0.329 and 0.3290 are one."""
    texts = {f"{value:.{digits}f}".removeprefix("0") for digits in places}
    texts |= {text.rstrip("0") for text in texts if "." in text}
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return rb"(?:" + b"|".join(re.escape(text.encode()) for text in longest_first) + rb")(?!\d)"


def gcode_patterns(quarry: Quarry, spine_y_mm: float) -> dict[str, re.Pattern[bytes]]:
    """Feed moves to the roots, in the machine's coordinates, in order along the blade or back."""
    words = [
        re.escape(f"Y{spine_y_mm + root:.3f}".rstrip("0").rstrip(".").encode()) + rb"0*" for root in quarry.roots_mm
    ]
    return {
        "G-code words": re.compile(rb"(?s)" + rb".{0,400}?".join(words)),
        "G-code words reversed": re.compile(rb"(?s)" + rb".{0,400}?".join(words[::-1])),
    }


def hunt(quarry: Quarry, places: Iterable[Path], spine_y_mm: float | None = None) -> list[Trace]:
    """Every trace of the key in every file below `places`."""
    traces = []
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                traces += hunt_bytes(quarry, ordinary(path).read_bytes(), str(path), spine_y_mm)
            traces += hunt_bytes(quarry, path.name.encode(), f"name of {path}", spine_y_mm)
    return traces


def hunt_bytes(quarry: Quarry, data: bytes, where: str, spine_y_mm: float | None = None) -> list[Trace]:
    """Every trace of the key in `data`, as it stands and unpacked."""
    patterns = figure_patterns(quarry)
    if spine_y_mm is not None:
        patterns |= gcode_patterns(quarry, spine_y_mm)
    traces = []
    for layer, content in _layers(data):
        at = f"{where}{layer}"
        traces += [Trace(at, name) for name, text in spellings(quarry).items() if text in content]
        traces += [Trace(at, name) for name, pattern in patterns.items() if pattern.search(content)]
    return traces


def hunt_texts(quarry: Quarry, texts: Sequence[str], where: str, spine_y_mm: float | None = None) -> list[Trace]:
    """Every trace in log lines, words on the screen, reprs."""
    return hunt_bytes(quarry, "\n".join(texts).encode(), where, spine_y_mm)


def _layers(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", data
    if data[:2] == b"\x1f\x8b":
        yield " (unzipped)", gzip.decompress(data)
    elif data[:1] == b"\x78":
        try:
            yield " (inflated)", zlib.decompress(data)
        except zlib.error:
            return
