"""Keeping the shape of a key out of reach: wiping arrays where they lie, and no memory in a file.

Responsible for: overwriting every array a value holds, and asking the system never to write this process's memory
to disk as a core dump. Not responsible for: when a visit ends (`kiosk.session.visit`). Python's own numbers and texts
cannot be overwritten: they are let go of, and the session keeps as few of them as it can.
"""

from __future__ import annotations

import ctypes
import dataclasses
import logging
import resource
from collections.abc import Mapping

import numpy as np

_log = logging.getLogger(__name__)
_PR_SET_DUMPABLE = 4
OVERWRITTEN_WHEN_FREED = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
}
"""Environment in which the system overwrites whatever memory this program lets go of. The service sets it."""
_SPARE_NUMBERS, _SPARE_ARRAYS, _SPARE_ARRAY_BYTES = 2000, 8, 1025
"""More than Python keeps of numbers, and numpy of arrays of each size (seven of each below 1024 bytes)."""


def wipe(*values: object) -> int:
    """Overwrite with zeros every numpy array the values hold, however deep, read-only ones too.

    Returns:
        How many arrays were overwritten.
    """
    seen: set[int] = set()
    return sum(_wipe(value, seen) for value in values)


def overwrite_spare_memory() -> None:
    """Use again, filled with nothing, what Python and numpy keep of memory that was let go of.

    Both keep some of it for the next number or the next small array, as it was. What goes back to the system is
    overwritten by the system where the service has it do so (`OVERWRITTEN_WHEN_FREED`).
    """
    held: list[object] = [float(number) for number in range(_SPARE_NUMBERS)]
    held += [np.zeros(size, np.uint8) for size in range(4, _SPARE_ARRAY_BYTES, 4) for _ in range(_SPARE_ARRAYS)]
    for array in held[_SPARE_NUMBERS:]:
        _overwrite(array)  # type: ignore[arg-type] # arrays from there on
    held.clear()


def no_core_dumps() -> None:
    """Never let a crash write this process's memory to a file, nor let other users' debuggers look at it.

    Raises:
        OSError: the system refuses, and a kiosk that could spill a key must not start.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    # A core can also be piped to a program, which the limit does not stop; this does.
    if hasattr(libc, "prctl") and libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "core dumps could not be turned off")
    _log.info("core dumps are off")


def _wipe(value: object, seen: set[int]) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return _overwrite(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return sum(_wipe(getattr(value, each.name, None), seen) for each in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return sum(_wipe(each, seen) for each in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return sum(_wipe(each, seen) for each in value)
    return 0


def _overwrite(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> int:
    if not array.flags.writeable:
        try:
            array.flags.writeable = True
        except ValueError:
            # A view of memory that is not ours to write; its owner is wiped where it is held.
            base = array.base
            return _overwrite(base) if isinstance(base, np.ndarray) and base is not array else 0
    array.fill(0)
    return 1
