"""Is anything left of a known key: the search of files, open ones too, core dumps, temporary folders and memory.

Responsible for: looking everywhere a program of this computer can leave something, and saying where it could not look.
Not responsible for: what a key may be spelled like (`kiosk.key.spellings`), or the visit before (`kiosk.rehearsal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from config.ordinary_file import ordinary
from kiosk.key.spellings import Quarry, Trace, hunt_bytes

ANYBODYS = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/var/crash", "/var/lib/systemd/coredump")))  # noqa: S108 - read
"""Where programs and the system itself put what belongs nowhere."""
MEASURED_MM = 0.06
"""How far a measured depth may be from the key's own; less than half a step of any keyway."""
STEPS = 8
"""Words of memory between two numbers, at most."""
LARGEST_BYTES = 512_000_000
_EMPTY = re.compile(rb"\0{512,}")
_CHUNK, _OVERLAP = 16_000_000, 4096


@dataclass
class Searched:
    """What was looked at, and what was found."""

    files: int = 0
    memory_bytes: int = 0
    bytes_in_files: int = 0
    traces: list[Trace] = field(default_factory=list)
    not_searched: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing was found, and nothing was left out."""
        return not self.traces and not self.not_searched


def search(
    quarry: Quarry,
    folders: Iterable[Path],
    pids: Iterable[int] = (),
    *,
    since_s: float | None = None,
    anybodys: Iterable[Path] = ANYBODYS,
    spine_y_mm: float | None = None,
) -> Searched:
    """Look for the key everywhere.

    Args:
        quarry: the key.
        folders: searched whole.
        pids: processes whose memory, swap and open files are searched.
        since_s: of `anybodys` only what was changed since this time; None: all of it.
        anybodys: folders of the whole computer.
        spine_y_mm: of the machine, to know G-code by.
    """
    found = Searched()
    for path in _files(folders, found):
        _search_file(quarry, path, str(path), found, spine_y_mm)
    for path in _files((place for place in anybodys if place.is_dir()), Searched()):
        if since_s is None or _changed_since(path, since_s):
            _search_file(quarry, path, str(path), found, spine_y_mm)
    for pid in pids:
        _search_process(quarry, pid, found, spine_y_mm)
    return found


def _files(places: Iterable[Path], found: Searched) -> Iterator[Path]:
    for place in places:
        try:
            yield from sorted(path for path in place.rglob("*") if path.is_file() and not path.is_symlink())
        except OSError as error:
            found.not_searched.append(f"{place}: {error.strerror}")


def _changed_since(path: Path, since_s: float) -> bool:
    try:
        return path.stat().st_mtime >= since_s
    except OSError:
        return False


def _search_file(quarry: Quarry, path: Path, name: str, found: Searched, spine_y_mm: float | None) -> None:
    found.traces += hunt_bytes(quarry, path.name.encode(errors="replace"), f"name of {name}", spine_y_mm)
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            found.not_searched.append(f"{name}: {size} bytes are too many")
            return
        data = ordinary(path).read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        found.not_searched.append(f"{name}: {error.strerror}")
        return
    found.files += 1
    found.bytes_in_files += len(data)
    found.traces += _in_pieces(quarry, data, name, spine_y_mm)


def _search_process(quarry: Quarry, pid: int, found: Searched, spine_y_mm: float | None) -> None:
    """Its memory as it stands, what of it lies in swap, and files it holds open, deleted ones too."""
    process = Path("/proc") / str(pid)
    try:
        status = (process / "status").read_text()
        maps = (process / "maps").read_text().splitlines()
        with (process / "mem").open("rb", buffering=0) as memory:
            for start, end, what in _own_memory(maps):
                memory.seek(start)
                data = memory.read(end - start)
                found.memory_bytes += len(data)
                found.traces += [Trace(f"memory of {pid} {what}".strip(), name) for name in near_numbers(quarry, data)]
                found.traces += _in_pieces(quarry, data, f"memory of {pid} {what}".strip(), spine_y_mm)
        opened = list((process / "fd").iterdir())
    except OSError as error:
        found.not_searched.append(f"memory of process {pid}: {error.strerror}")
        return
    swapped = re.search(r"^VmSwap:\s+(\d+) kB", status, re.MULTILINE)
    if swapped is None or int(swapped[1]):
        # What lies in swap was read back through its memory; the disk keeps a copy that nobody can wipe from here.
        found.not_searched.append(f"swap of process {pid}: {swapped[1] if swapped else '?'} kB on disk")
    for link in opened:
        if link.is_file():
            _search_file(quarry, link, f"{link.readlink()} (open)", found, spine_y_mm)


def near_numbers(quarry: Quarry, data: bytes) -> list[str]:
    """Numbers in memory that are the key's depths or roots as a camera measures them, at an even distance.

    A list of Python's numbers lies in memory as an array does, only further apart.
    """
    words = np.nan_to_num(np.frombuffer(data[: len(data) // 8 * 8], np.float64))
    found = []
    height_mm = quarry.spec.blade_height_mm
    for what, values in (("roots", quarry.roots_mm), ("depths", tuple(height_mm - mm for mm in quarry.roots_mm))):
        first = np.flatnonzero(np.abs(words - values[0]) < MEASURED_MM)
        for step in (*range(-STEPS, 0), *range(1, STEPS + 1)):
            at = first
            for number, value in enumerate(values[1:], start=1):
                at = at[(at + number * step >= 0) & (at + number * step < len(words))]
                at = at[np.abs(words[at + number * step] - value) < MEASURED_MM]
            if len(at):
                found.append(f"{what} as measured, {abs(step) * 8} bytes apart{' reversed' if step < 0 else ''}")
    return found


def _own_memory(maps: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """What a process can have written: every readable and writable mapping."""
    for line in maps:
        span, rights, _, _, _, *name = line.split(None, 5)
        if rights.startswith("rw") and "[vvar]" not in line:
            start, end = (int(edge, 16) for edge in span.split("-"))
            yield start, end, name[0].strip() if name else "heap"


def _in_pieces(quarry: Quarry, data: bytes, where: str, spine_y_mm: float | None) -> list[Trace]:
    """Traces in stretches between long runs of nothing, each of a size that is searched quickly."""
    found: dict[str, Trace] = {}
    for stretch in _EMPTY.split(data):
        for begin in range(0, max(len(stretch), 1), _CHUNK):
            piece = stretch[begin : begin + _CHUNK + _OVERLAP]
            for trace in hunt_bytes(quarry, piece, where, spine_y_mm) if len(piece) >= 4 else []:
                found.setdefault(trace.spelling, trace)
    return list(found.values())
