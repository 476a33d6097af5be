"""Where a picture of the panel goes.

Responsible for: a name nobody has yet, in a folder that can be written to. Not responsible for: taking the picture.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path


class PictureFailed(Exception):
    """A picture could not be kept."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def picture_path(folder: Path) -> Path:
    """A new file's path in `folder`, which is made if need be.

    Raises:
        PictureFailed: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise PictureFailed(folder, cause.strerror or "cannot be made") from cause
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PictureFailed(folder, "nothing may be written there")
    name = datetime.now().astimezone().strftime("panel-%Y%m%d-%H%M%S")
    path, count = folder / f"{name}.png", 1
    while path.exists():
        count += 1
        path = folder / f"{name}-{count}.png"
    return path.absolute()
