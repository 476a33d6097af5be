"""Room on the disk: enough, little, or none.

Responsible for: asking before a sale begins whether it could be recorded to its end. Not responsible for: what a
session does when the disk refuses half way (`kiosk.records.database.DiskRefused`).
"""

from __future__ import annotations

import os
import shutil
from enum import StrEnum
from pathlib import Path

from config.operations import Disk


class DiskRoom(StrEnum):
    """How much the disk can still take."""

    ENOUGH = "enough"
    LITTLE = "little"
    """Sell on, and warn."""
    NONE = "none"
    """Begin no sale."""
    READ_ONLY = "read_only"
    """Nothing can be written: begin no sale."""

    @property
    def can_sell(self) -> bool:
        """Whether a sale may begin."""
        return self in (DiskRoom.ENOUGH, DiskRoom.LITTLE)


def room(folder: Path, disk: Disk) -> DiskRoom:
    """How much room `folder` has, by free bytes and by writing a byte and having it on disk."""
    probe = folder / f".room-{os.getpid()}"
    try:
        free_bytes = shutil.disk_usage(folder).free
        descriptor = os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, b"\0")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            probe.unlink(missing_ok=True)
    except OSError as error:
        return DiskRoom.NONE if error.errno in (28, 122) else DiskRoom.READ_ONLY  # ENOSPC, EDQUOT
    if free_bytes < disk.stop_free_bytes:
        return DiskRoom.NONE
    return DiskRoom.LITTLE if free_bytes < disk.warn_free_bytes else DiskRoom.ENOUGH
