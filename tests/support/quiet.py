"""A command of ours run where nothing can be reached, and what it asked the kernel for: connections and written files.

Responsible for: running it under strace in a network namespace of its own, and reading the trace. Not responsible for:
what is allowed. Needs root (namespaces) and strace; without them the tests fail, as a promise not looked at is none.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

_CALLS = "connect,sendto,sendmsg,sendmmsg,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,symlink"
_REACHES = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(.*sa_family=(AF_INET6?)\b.*")
_WRITES = re.compile(r'\bopen(at)?\((AT_FDCWD, |\d+(<[^>]*>)?, )?"(?P<path>[^"]+)", [^)]*\bO_(WRONLY|RDWR|CREAT)\b')
_MAKES = re.compile(r'\b(creat|mkdir|mkdirat|rename|renameat|renameat2|link|symlink)\(.*"(?P<path>[^"]+)"')


@dataclass(frozen=True)
class Traced:
    """What a command did."""

    status: int
    said: str
    reached: tuple[str, ...]
    """Calls towards an address of a network, as the trace has them."""
    written: frozenset[str]
    """Files made or opened for writing."""


def traced(folder: Path, *words: str, loopback: bool = False) -> Traced:
    """Run `kiosk WORDS` with an empty home and working folder below `folder`, without any network interface.

    Args:
        folder: an empty folder; gets `home`, `here` and the trace.
        words: the command's.
        loopback: whether 127.0.0.1 is there, as a simulated machine's control socket wants it.
    """
    home, here, trace = folder / "home", folder / "here", folder / "trace"
    home.mkdir()
    here.mkdir()
    kiosk = [sys.executable, "-P", "-m", "kiosk", *words]
    command = ["strace", "-f", "--seccomp-bpf", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(trace), *kiosk]
    up = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"] if loopback else []
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "KIOSK_", "ORT_"))}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        ["unshare", "--net", *up, *command], cwd=here, env=environment, capture_output=True, text=True, check=False
    )
    lines = trace.read_text(errors="replace").splitlines()
    failed = re.compile(r"= -1 E(NOENT|EXIST|ROFS|ACCES|PERM|NOTDIR|NXIO)\b")
    written = [
        found for line in lines if not failed.search(line) for found in (_WRITES.search(line), _MAKES.search(line))
    ]
    return Traced(
        ended.returncode,
        ended.stdout + ended.stderr,
        tuple(line for line in lines if _REACHES.search(line)),
        frozenset(found["path"] for found in written if found),
    )


def outside(written: frozenset[str], *allowed: Path) -> list[str]:
    """Of the files written, those below none of the folders allowed; devices and the kernel's own are no files."""
    system = ("/dev/", "/proc/", "/sys/")
    memory = "/dev/shm/"  # noqa: S108 - a folder like others
    return sorted(
        path
        for path in written
        if path.startswith(memory) or not path.startswith(system)
        if not any(Path(path).is_relative_to(each) for each in allowed)
    )
