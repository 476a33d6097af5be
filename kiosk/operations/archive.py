"""One private archive of named pieces.

Responsible for: a file nobody else may read, never over another. Not responsible for: what goes in
(`kiosk.operations.backup`, `kiosk.operations.support_bundle`).
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from config.problems import BadInput, Problem


def write_archive(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write `contents` by name (mode 0600, never over an existing file).

    Raises:
        BadInput: `target` exists or cannot be written.
    """
    try:
        target.touch(mode=0o600, exist_ok=False)
        with tarfile.open(target, "w:gz") as archive:
            for name, data in contents.items():
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(data), 0o600
                archive.addfile(info, io.BytesIO(data))
    except OSError as error:
        raise BadInput(Problem(str(target), "", error.strerror or "cannot be written")) from error
