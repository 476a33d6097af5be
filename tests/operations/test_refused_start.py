"""A kiosk that refuses to start says so to the shopper, and why to whoever reads the log; the machine is untouched."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kiosk.__main__ as entry
import kiosk.launch.out_of_order as out_of_order
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
from tests.support.books import PARTS_OF, begun, sql
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


LAST_TABLE = {"sales.db": "refund", "operations.db": "outbox", "audit.db": "audit", "staff.db": "staff"}


@pytest.mark.parametrize("book", PARTS_OF)
def test_a_book_with_a_trigger_put_in_is_told_by_its_own_code_and_nothing_is_sold(
    run: Callable[..., object], glass: Glass, tmp_path: Path, capsys: pytest.CaptureFixture[str], book: str
) -> None:
    (tmp_path / "owner" / "store.toml").write_text('place = "US-CA"\n')
    (tmp_path / "data").mkdir()
    path = begun(tmp_path / "data", book)
    sql(path, f"CREATE TRIGGER put_in BEFORE INSERT ON {LAST_TABLE[book]} BEGIN SELECT RAISE(IGNORE); END")
    run("--stay", "--simulated", "--no-panel")
    assert [shown.fault.code for shown in glass.shown if shown.fault] == ["DATABASE_ALTERED"]
    assert f"{book}: trigger put_in is not the kiosk's" in capsys.readouterr().err


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


class Became(Exception):
    """The process became the last resort."""


@pytest.fixture
def last_resort(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []

    def become(code: str, *, fullscreen: bool) -> None:
        told.append(code)
        raise Became

    for room in (launching, out_of_order):
        monkeypatch.setattr(room, "become_last_resort", become)
    return told


@pytest.mark.parametrize("fails", ["raises", "ends"])
def test_where_even_the_usual_screen_fails_the_last_resort_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, last_resort: list[str], fails: str
) -> None:
    def broken(*_: object, **__: object) -> int:
        if fails == "raises":
            raise KeyError("no words")
        return 1

    monkeypatch.setattr(ui.app, "run_app", broken)
    (tmp_path / "store.toml").write_text("price_minor = -1\n")
    asked = launching.StartOptions(config=tmp_path, data=tmp_path / "data", stay=True)
    with pytest.raises(Became):
        launching.start(asked)
    assert last_resort == ["CONFIG"]


def test_a_start_that_fails_in_a_way_nobody_foresaw_ends_in_the_last_resort(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, last_resort: list[str]
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(launching, "settings_in_force", broken)
    with pytest.raises(Became):
        launching.start(launching.StartOptions(data=tmp_path / "data", stay=True))
    assert last_resort == ["BROKEN"]
    with pytest.raises(RuntimeError):
        launching.start(launching.StartOptions(data=tmp_path / "data"))


def test_what_breaks_once_the_machine_may_move_ends_the_program_so_that_the_supervisor_stops_the_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, last_resort: list[str]
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise launching.MachineInUse from RuntimeError("in the middle of a cut")

    monkeypatch.setattr(launching, "_run", broken)
    with pytest.raises(RuntimeError, match="in the middle of a cut"):
        launching.start(launching.StartOptions(data=tmp_path / "data", stay=True))
    assert last_resort == []


def test_a_data_folder_that_cannot_be_made_is_out_of_order_too(tmp_path: Path, glass: Glass) -> None:
    (tmp_path / "file").write_text("")
    assert launching.start(launching.StartOptions(data=tmp_path / "file" / "data", stay=True)) == 0
    assert [shown.state for shown in glass.shown] == [State.OUT_OF_ORDER]


def test_the_last_resort_stands_without_settings_words_or_data(tmp_path: Path) -> None:
    """As somebody whose every file is gone would see it: a real process, told to end as the supervisor would."""
    child = """
import builtins, os, signal, sys, threading
real = builtins.open
def no_files_of_ours(file, *args, **more):
    if str(file).endswith((".po", ".toml", ".db")):
        raise AssertionError(file)
    return real(file, *args, **more)
builtins.open = no_files_of_ours
import ui.last_resort as page
shown = page.show
def show(code, **more):
    started = more["on_started"]
    def then(app):
        from kivy.clock import Clock
        from kivy.uix.label import Label
        print("SHOWN", [each.text for each in app.root.children if isinstance(each, Label)])
        started(app)
        Clock.schedule_once(lambda dt: os.kill(os.getpid(), signal.SIGTERM), 0.2)
    more["on_started"] = then
    shown(code, **more)
page.show = show
sys.argv = ["last_resort", "CONFIG", "--window"]
from kiosk.launch.last_resort import main
main()
"""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "SDL_VIDEODRIVER": "offscreen",
        "SDL_AUDIODRIVER": "dummy",
        "PYTHONPATH": str(ROOT),
    }
    ended = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert "Fuera de servicio" in ended.stdout
    assert "CONFIG" in ended.stdout
