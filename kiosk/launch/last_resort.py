"""The last thing a kiosk can do for a shopper: a process of its own that says out of order, and nothing else.

Responsible for: taking this process's place, and keeping the supervisor content. Not responsible for: the page
(`ui.last_resort`). It reads no settings, no language file and no database, and touches no machine.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, NoReturn

from kiosk.operations.refused_start import supervised
from kiosk.operations.watchdog import Watchdog, notifier

WINDOW = "--window"


def become_last_resort(code: str, *, fullscreen: bool) -> NoReturn:
    """Never returns: whatever is broken in this process is left behind with it."""
    sys.stdout.flush()
    sys.stderr.flush()
    words = [sys.executable, "-m", "kiosk.launch.last_resort", code, *([] if fullscreen else [WINDOW])]
    os.execv(sys.executable, words)  # noqa: S606 - our own module


def main() -> None:
    """Show it until it is time to try again, or a signal ends it."""
    from ui.last_resort import show

    code, *more = sys.argv[1:]
    shown: list[Any] = []

    def end(*_: object) -> None:
        if shown:
            shown[0].stop()

    signal.signal(signal.SIGTERM, end)
    with supervised(Watchdog(notifier()), f"out of order: {code}", end):
        show(code, fullscreen=WINDOW not in more, on_started=shown.append)


if __name__ == "__main__":
    main()
