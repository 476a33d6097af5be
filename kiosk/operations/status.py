"""How the kiosk is right now: a small file the running kiosk writes, and what `kiosk status` makes of it.

Responsible for: that file and its reading. Not responsible for: history (`counters`).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from config.ordinary_file import ordinary
from hardware.clock import Clock
from kiosk.operations.happenings import SAYS_STOCK
from kiosk.session.snapshot import Snapshot

NAME = "status.json"


@dataclass(frozen=True)
class KioskStatus:
    """What the running kiosk last said of itself."""

    pid: int
    state: str
    since_utc: str
    simulated: bool
    fault: str = ""
    stocked: tuple[str, ...] | None = None
    """What is for sale, where that is said."""


class StatusFile:
    """Writes the status whenever the state changes. It lies in memory (`/run`) where systemd gives us a place there."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = status_path(folder)
        self._clock = clock
        self._last: KioskStatus | None = None

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Note a snapshot. A disk that refuses is passed over: others tell of it."""
        fault = snapshot.fault.code if snapshot.fault else ""
        stocked = snapshot.stocked if snapshot.state in SAYS_STOCK else None
        now = KioskStatus(os.getpid(), snapshot.state.value, "", snapshot.simulated, fault, stocked)
        if now == self._last:
            return
        self._last = now
        # No finer than it is told: seconds would say how long a key was cut.
        status = replace(now, since_utc=self._clock.utc().replace(second=0, microsecond=0).isoformat())
        beside = self._path.with_suffix(".new")
        try:
            beside.unlink(missing_ok=True)
            beside.touch(mode=0o600, exist_ok=False)
            beside.write_text(json.dumps(asdict(status)))
            beside.replace(self._path)
        except OSError:
            return

    def remove(self) -> None:
        """The kiosk ends on purpose."""
        self._path.unlink(missing_ok=True)


def status_path(folder: Path) -> Path:
    """Where the status lies: in systemd's runtime folder if there is one, else in `folder`."""
    runtime = os.environ.get("RUNTIME_DIRECTORY", "")
    if runtime:
        return Path(runtime) / NAME
    installed = Path("/run/kiosk")
    return (installed if (installed / NAME).exists() else folder) / NAME


def read_status(folder: Path) -> KioskStatus | None:
    """The last status, or None if no kiosk runs (its process is gone, or it never started)."""
    try:
        said = json.loads(ordinary(status_path(folder)).read_text())
        status = KioskStatus(**{**said, "stocked": None if said["stocked"] is None else tuple(said["stocked"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return status if Path(f"/proc/{status.pid}").exists() else None


def for_people(status: KioskStatus | None, now: datetime | None = None) -> str:
    """One line."""
    if status is None:
        return "not running"
    try:
        since_s = ((now or datetime.now(UTC)) - datetime.fromisoformat(status.since_utc)).total_seconds()
        since = f" for {since_s / 60:.0f} min"
    except (ValueError, TypeError):
        since = ""
    fault = f" ({status.fault})" if status.fault else ""
    simulated = " [simulated]" if status.simulated else ""
    stock = "" if status.stocked is None else f", selling {', '.join(status.stocked) or 'nothing'}"
    return f"{status.state}{fault}{since}{stock}{simulated}"
