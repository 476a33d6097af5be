"""A kiosk that refuses to start says so to the shopper, and why to whoever reads the log; the machine is untouched."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kiosk.__main__ as entry
import kiosk.launch.run as launching
import kiosk.operations.refused_start as refused_start
import ui.app
from config.settings import load_store
from config.store import Store
from hardware.clock import SystemClock
from kiosk.operations.refused_start import RefusedStart, supervised
from kiosk.operations.watchdog import Watchdog
from kiosk.session.intents import CallStaff, SetLanguage, StaffKey, Start, Stop
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from tests.support.paths import ROOT


class Glass:
    """In the window's place: keeps what was shown."""

    def __init__(self) -> None:
        self.shown: list[Snapshot] = []
        self.fullscreen = False

    def run(self, front: RefusedStart, store: Store, *, fullscreen: bool, **_: Any) -> int:
        front.subscribe(self.shown.append)
        self.fullscreen = fullscreen
        return 0


@pytest.fixture
def glass(monkeypatch: pytest.MonkeyPatch) -> Glass:
    glass = Glass()
    monkeypatch.setattr(ui.app, "run_app", glass.run)

    def touched(*_: object) -> None:
        raise AssertionError("the machine was touched")

    monkeypatch.setattr(launching, "real_devices", touched)
    return glass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., object]:
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    owner = tmp_path / "owner"
    owner.mkdir()
    (owner / "store.toml").write_text('place = "California"\nprice_minor = -1\n')

    def run(*more: str) -> object:
        arguments = ["kiosk", "run", "--config", str(owner), "--data", str(tmp_path / "data"), *more]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as left:
            entry.main()
        return left.value.code

    return run


def problem_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rsplit(": ", 2)[1] for line in capsys.readouterr().err.splitlines() if line.startswith("kiosk: ")]


def test_under_the_service_bad_settings_are_out_of_order_on_the_screen(
    run: Callable[..., object], glass: Glass, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--stay") == 0
    (shown,) = glass.shown
    assert (shown.state, shown.simulated) == (State.OUT_OF_ORDER, False)
    assert shown.fault is not None
    assert shown.fault.code == "CONFIG"
    assert glass.fullscreen
    assert problem_lines(capsys) == ["place", "price_minor"]


def test_at_a_terminal_bad_settings_are_a_line_each_and_status_2(
    run: Callable[..., object], glass: Glass, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 2
    assert glass.shown == []
    assert problem_lines(capsys) == ["place", "price_minor"]


def test_a_mistake_on_the_command_line_is_no_reason_to_stay(run: Callable[..., object], glass: Glass) -> None:
    assert run("--stay", "--pictures", "somewhere") == 2
    assert glass.shown == []


def test_records_that_cannot_be_kept_are_told_by_their_own_code(
    run: Callable[..., object], glass: Glass, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "operations.db").write_bytes(b"this is no database" * 100)
    run("--stay")
    assert [shown.fault.code for shown in glass.shown if shown.fault] == ["DATABASE_DAMAGED"]


def test_a_language_and_staff_are_all_that_can_be_asked_for() -> None:
    seen: list[Snapshot] = []
    front = RefusedStart(load_store(), "CONFIG", "", SystemClock(), simulated=False)
    front.subscribe(seen.append)
    for wish in (Start(), StaffKey(), Stop(), SetLanguage("xx")):
        front.post(wish)
    front.stop_now()
    assert len(seen) == 1
    front.post(SetLanguage("fr"))
    front.post(CallStaff())
    assert (seen[-1].language, seen[-1].staff_called, seen[-1].state) == ("fr", True, State.OUT_OF_ORDER)


def test_the_supervisor_hears_that_it_is_up_and_the_program_ends_to_be_tried_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refused_start, "BEAT_EVERY_S", 0.001)
    monkeypatch.setattr(refused_start, "TRY_AGAIN_AFTER_S", 0.003)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        told: list[str] = []
        with supervised(Watchdog(told.append), "out of order: CONFIG", lambda: theirs.sendall(b"!")):
            assert ours.recv(1) == b"!"
    assert told[0] == "READY=1\nSTATUS=out of order: CONFIG"
    assert told.count("WATCHDOG=1") >= 3
    assert told[-1] == "STOPPING=1"


def test_the_service_stays() -> None:
    unit = (ROOT / "deploy/systemd/kiosk.service").read_text()
    assert "ExecStart=/usr/local/bin/kiosk run --stay\n" in unit
