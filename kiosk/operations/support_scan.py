"""Pictures of a key for a support case: the one way in which any may be kept, and only with its owner's leave.

Responsible for: what an answer is, a folder nobody else can read, leaving nothing half written. Not responsible for:
asking (`ui.consent`), or what the pictures are used for.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.problems import BadInput, Problem
from hardware.camera.scan_folder import save_scan
from hardware.scan import ScanFrames

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class Answer:
    """What the owner of the key said, and in which language they were asked. No answer is a no."""

    agreed: bool
    language: str


def require_unused(out: Path) -> None:
    """Refuse a folder that holds anything: nothing is written beside or over something else.

    Raises:
        BadInput: it is no folder, holds something, or cannot be looked at.
    """
    try:
        if not os.path.lexists(out):
            return
        if not out.is_dir():
            raise BadInput(Problem(str(out), "", "is not a folder"))
        if any(out.iterdir()):
            raise BadInput(Problem(str(out), "", "is not empty"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise BadInput(Problem(str(out), "", f"cannot be looked at: {reason}")) from error


def keep(frames: ScanFrames, out: Path) -> None:
    """Write the frames as a scan folder that only this user can read. What cannot be written whole is removed.

    Raises:
        BadInput: it cannot be written.
    """
    require_unused(out)
    made = not out.exists()
    before = os.umask(0o077)
    try:
        out.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        out.chmod(PRIVATE_FOLDER)
        save_scan(frames, out)
        for file in out.iterdir():
            file.chmod(PRIVATE_FILE)
    except BaseException as error:
        # Also when it is interrupted: half of the pictures serve nobody, and show the key all the same.
        _take_away(out, whole=made)
        if isinstance(error, OSError):
            raise BadInput(Problem(str(out), "", f"cannot be written: {error.strerror}")) from error
        raise
    finally:
        os.umask(before)


def _take_away(out: Path, *, whole: bool) -> None:
    if whole:
        shutil.rmtree(out, ignore_errors=True)
    elif out.is_dir():
        for file in out.iterdir():
            file.unlink(missing_ok=True)
