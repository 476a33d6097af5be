"""A small file replaced at once and for good; unless it is said otherwise, one that only its owner may read.

Responsible for: writing it so that after a power cut the old text or the new one lies there, whole. Not responsible
for: what is in it (`kiosk.records.audit.seal`, `kiosk.records.certificate`, `kiosk.operations`).
"""

from __future__ import annotations

import os
from pathlib import Path

NEW_SETTINGS_MODE = 0o640


def settings_text(path: Path) -> str:
    """An owner's file as it stands, with or without the mark some editors put before it; empty where there is none.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    return path.read_text(encoding="utf-8-sig") if path.exists() else ""


def replace_settings(path: Path, text: str) -> None:
    """Put `text` in place of an owner's file, with the rights it has.

    A link leads to the one file that the kiosk's own user may write, where the rest of the folder is the owner's.

    Raises:
        OSError: the folder refuses.
    """
    place = path.resolve()
    replace_private(place, text, place.stat().st_mode & 0o777 if place.exists() else NEW_SETTINGS_MODE)


def replace_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Put `text` in place of what is there; the folder is made if need be.

    Raises:
        OSError: the folder refuses.
    """
    # Ended as an editor's own copy is: one left by a power cut is taken for no settings file.
    beside = path.with_name(f"{path.name}.new~")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside.unlink(missing_ok=True)
    # A link that somebody left there is not followed.
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
