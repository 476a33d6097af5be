"""The watchdog is fed by what gets done."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kiosk.operations.watchdog import CONTROLLER, LINK, Watchdog, notifier


def test_it_is_fed_only_when_controller_and_link_have_both_progressed() -> None:
    told: list[str] = []
    watchdog = Watchdog(told.append, expected=(CONTROLLER, LINK))
    for _ in range(50):
        watchdog.beat(CONTROLLER)
    assert told == []
    watchdog.beat(LINK)
    assert told == ["WATCHDOG=1"]
    watchdog.beat(LINK)
    assert told == ["WATCHDOG=1"], "one part's progress alone must not feed it twice"


def test_a_silent_link_is_excused_while_a_fault_stands_but_the_controller_never_is() -> None:
    told: list[str] = []
    watchdog = Watchdog(told.append, expected=(CONTROLLER, LINK))
    watchdog.excuse(LINK)
    watchdog.beat(CONTROLLER)
    assert told == ["WATCHDOG=1"]
    watchdog.expect(LINK)
    watchdog.beat(CONTROLLER)
    assert told == ["WATCHDOG=1"]
    with pytest.raises(ValueError, match="never excused"):
        watchdog.excuse(CONTROLLER)


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_it_on_its_socket(tmp_path: Path, abstract: bool) -> None:
    name = f"@kiosk-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name[1:] if abstract else name)
        watchdog = Watchdog(notifier({"NOTIFY_SOCKET": name}))
        watchdog.ready("welcome")
        watchdog.beat(CONTROLLER)
        watchdog.stopping()
        heard = [listener.recv(100).decode() for _ in range(3)]
    assert heard == ["READY=1\nSTATUS=welcome", "WATCHDOG=1", "STOPPING=1"]


def test_without_systemd_it_says_nothing(tmp_path: Path) -> None:
    Watchdog(notifier({})).beat(CONTROLLER)
    Watchdog(notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})).beat(CONTROLLER)
