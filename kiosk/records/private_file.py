"""A small file replaced at once and for good; unless it is said otherwise, one that only its owner may read.

Responsible for: writing it so that after a power cut the old text or the new one lies there, whole. Not responsible
for: what is in it (`kiosk.records.audit.seal`, `kiosk.records.certificate`, `kiosk.operations`).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config.ordinary_file import ordinary

NEW_SETTINGS_MODE = 0o640
ROOM_BYTES = 512 * 1024
"""Far more than an account and its record take with a database's first pages."""


def settings_text(path: Path) -> str:
    """An owner's file as it stands, with or without the mark some editors put before it; empty where there is none.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    return ordinary(path).read_text(encoding="utf-8-sig") if path.exists() else ""


def replace_settings(path: Path, text: str) -> None:
    """Put `text` in place of an owner's file, with the rights it has.

    A link leads to the one file that the kiosk's own user may write, where the rest of the folder is the owner's.

    Raises:
        OSError: the folder refuses.
    """
    place = path.resolve()
    replace_private(place, text, place.stat().st_mode & 0o777 if place.exists() else NEW_SETTINGS_MODE)


def require_room(folder: Path) -> None:
    """See that a change to records has room, in each of their files, before the first of them is written.

    Raises:
        OSError: there is none.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)


def replace_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Put `text` in place of what is there; the folder is made if need be.

    Raises:
        OSError: the folder refuses.
    """
    write_beside(path, text, mode)
    put_in_place(path)


def write_beside(path: Path, text: str, mode: int = 0o600) -> None:
    """The first half of `replace_private`, and the one that a full disk refuses: `text` is on disk, under another name.

    Raises:
        OSError: the folder refuses; nothing is left of it.
    """
    beside = _beside(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside.unlink(missing_ok=True)
    # A link that somebody left there is not followed.
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        # A file of Python's own writes on where a disk that is all but full takes only a part.
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def put_in_place(path: Path) -> None:
    """The second half: what was written beside `path` takes its place.

    Raises:
        OSError: the folder refuses.
    """
    _beside(path).replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Path:
    # Ended as an editor's own copy is: one left by a power cut is taken for no settings file.
    return path.with_name(f"{path.name}.new~")
