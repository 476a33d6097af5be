"""Reading a file that somebody named: an ordinary one, for a pipe, a device or a socket would keep the reader waiting.

Responsible for: whether a file is an ordinary one, and its bytes. Not responsible for: what is in it, or what its
refusal is called.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def ordinary(path: Path) -> Path:
    """`path` itself, for whoever opens it next. It is not opened here: a port that is opened resets what is behind it.

    Raises:
        OSError: it cannot be looked at, or is no ordinary file.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is no ordinary file", str(path))
    return path


def read_ordinary(path: Path) -> bytes:
    """All of a file.

    Raises:
        OSError: it cannot be read, or is no ordinary file; it is not opened then.
    """
    return ordinary(path).read_bytes()
