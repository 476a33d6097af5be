"""Reading a file that somebody named: an ordinary one, for a pipe, a device or a socket would keep the reader waiting.

Responsible for: bytes of an ordinary file. Not responsible for: what is in it, or what its refusal is called.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_ordinary(path: Path) -> bytes:
    """All of a file.

    Raises:
        OSError: it cannot be read, or is no ordinary file; it is not opened then.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is no ordinary file", str(path))
    return path.read_bytes()
