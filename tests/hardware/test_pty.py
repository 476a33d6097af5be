"""The technician's test cut over a real pseudo-terminal with real pyserial, from the command line."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from hardware.clock import SystemClock
from hardware.errors import LinkLost, PortInUse, PortUnavailable
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.wheel_off import WARNING
from hardware.link import SerialLink, serial_link_factory
from hardware.port_holder import holder_of
from kiosk import safe_stop
from kiosk.commands import service
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import blank, catalogue, keeps_macs, machine
from tests.support.command_line import here
from tests.support.paths import ROOT


@contextmanager
def simulated_port(path: Path, seed: int = 1) -> Iterator[SimulatedMachine]:
    sim = SimulatedMachine(machine(), catalogue(), seed)
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(path, realtime)
    try:
        yield sim
    finally:
        port.close()
        realtime.stop()


def kiosk(*arguments: str, timeout_s: float = 90) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=timeout_s
    )


def random_key(code: str, seed: int) -> tuple[CutPlan, str]:
    keyway, chosen = blank(code)
    assert keyway.spec is not None
    draw = random.Random(seed)
    while True:
        bitting = [draw.choice(keyway.spec.depths).code for _ in range(chosen.cuts)]
        if keeps_macs(keyway, bitting):
            plan = plan_cuts(keyway, chosen, bitting, machine())
            assert isinstance(plan, CutPlan)
            return plan, "".join(bitting)


def test_a_kw1_and_an_sc1_of_random_bitting_are_cut_as_wanted_over_the_pty(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    told: dict[str, subprocess.CompletedProcess[str]] = {}
    keys = {code: random_key(code, seed + i) for i, code in enumerate(("KW1", "SC1"))}

    def cut(code: str) -> None:
        port = str(tmp_path / code)
        told[code] = kiosk(
            "service", "cut", "--keyway", code, "--bitting", keys[code][1], "--port", port, "--data", f"{port}-data"
        )

    with simulated_port(tmp_path / "KW1") as kw1, simulated_port(tmp_path / "SC1", 2) as sc1:
        threads = [threading.Thread(target=cut, args=(code,)) for code in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for code, sim in (("KW1", kw1), ("SC1", sc1)):
            assert told[code].returncode == 0, (seed, told[code].stderr)
            assert "cut and delivered" in told[code].stdout
            plan = keys[code][0]
            (piece,) = sim.chute
            for position, root in zip(plan.positions_mm, plan.roots_mm, strict=True):
                around = np.linspace(position - 0.15, position + 0.15, 11)
                assert float(np.interp(around, piece.x_mm, piece.top_mm).mean()) == pytest.approx(root, abs=0.05), seed
            assert not sim.world.incidents.counted()
            assert sim.world.wheel.rpm(sim.timeline.now_s + 10) == 0


# Ports that are no good: one line, status 2, no motion.

Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    def run(*arguments: str) -> str:
        assert here("service", *arguments) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1, lines
        return lines[0]

    return run


CUT = ("cut", "--keyway", "KW1", "--bitting", "35244", "--port")


def test_a_port_that_is_not_there_is_one_line(tmp_path: Path, refused: Refused) -> None:
    assert "No such file" in refused(*CUT, str(tmp_path / "nothing"))
    assert "No such file" in refused("safe-stop", "--wait", "0", "--port", str(tmp_path / "nothing"))
    assert "refused" in refused(*CUT, "socket://127.0.0.1:1").lower()


def test_the_command_as_a_process_ends_with_status_2_and_no_traceback(tmp_path: Path) -> None:
    told = kiosk("service", *CUT, str(tmp_path / "nothing"))
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"kiosk: {tmp_path / 'nothing'}: No such file or directory [LINK_PORT]\n"


@pytest.mark.parametrize(
    ("keyway", "bitting", "said"),
    [
        ("XX9", "35244", "XX9"),
        ("KW1", "3524", "4 cuts"),
        ("KW1", "35249", "only the depths"),
        ("SC1", "19191", "MACS"),
        ("MEDECO", "35244", ""),
    ],
)
def test_a_key_nobody_makes_is_one_line_and_the_port_is_never_opened(
    keyway: str, bitting: str, said: str, refused: Refused
) -> None:
    text = refused("cut", "--keyway", keyway, "--bitting", bitting, "--port", "/dev/never-opened")
    assert said in text
    assert "never-opened" not in text
    assert bitting not in text


def chatter(master: int, stop: threading.Event) -> None:
    while not stop.wait(0.02):
        try:
            os.write(master, b"\x9f\x00login: \xff\xfe\r\n")
        except (BlockingIOError, OSError):
            continue


def test_a_port_that_talks_garbage_is_one_line(refused: Refused, tmp_path: Path) -> None:
    soon = wire_file(tmp_path / "machine.toml", "/dev/none", "boot_timeout_s = 2\n")
    master, slave = os.openpty()
    os.set_blocking(master, False)
    stop = threading.Event()
    thread = threading.Thread(target=chatter, args=(master, stop))
    thread.start()
    try:
        assert "is the baud rate right (wire.baud)?" in refused(*CUT, os.ttyname(slave), "--config", str(soon.parent))
    finally:
        stop.set()
        thread.join()
        os.close(slave)
        os.close(master)


def test_a_port_that_vanishes_for_good_while_the_machine_moves_ends_with_the_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "COMMAND_S", 0.5)
    path = tmp_path / "board"
    told: list[int] = []
    with simulated_port(path) as sim:
        thread = threading.Thread(target=lambda: told.append(here("service", *CUT, str(path))))
        start = sim.world.position_mm
        thread.start()
        moved = threading.Event()
        while not moved.wait(0.05):
            if sim.world.position_mm != start:
                moved.set()
    thread.join()
    assert told == [2]
    said = capsys.readouterr().err.splitlines()
    assert [WARNING in line for line in said] == [True, True, False]
    assert "[LINK_LOST]" in said[2]


# The link itself.


def test_a_port_can_be_had_by_one_program_only(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        first = SerialLink(os.ttyname(slave), 115200)
        with pytest.raises(PortUnavailable, match="in use"):
            SerialLink(os.ttyname(slave), 115200)
        first.close()
        SerialLink(os.ttyname(slave), 115200).close()
    finally:
        os.close(slave)
        os.close(master)


def test_reading_waits_no_longer_than_told_and_closing_wakes_a_reader() -> None:
    master, slave = os.openpty()
    try:
        link = SerialLink(os.ttyname(slave), 115200)
        assert link.read(0.01) == b""
        os.write(master, b"ok\r\n")
        assert link.read(5).startswith(b"o")
        caught: list[Exception] = []

        def wait() -> None:
            try:
                while True:
                    link.read(60)
            except LinkLost as lost:
                caught.append(lost)

        reader = threading.Thread(target=wait)
        reader.start()
        link.close()
        reader.join(timeout=5)
        assert caught
        with pytest.raises(LinkLost):
            link.write(b"?")
        link.close()
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize("port", ["", "/dev/null", "/tmp", "nothing://here", "/etc/hostname"])  # noqa: S108 - refused
def test_what_is_no_serial_port_is_unavailable(port: str) -> None:
    with pytest.raises(PortUnavailable):
        SerialLink(port, 115200)


def test_a_socket_is_a_port_too_and_its_end_is_a_lost_link() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = SerialLink(f"socket://127.0.0.1:{server.getsockname()[1]}", 115200)
        peer, _ = server.accept()
        with peer:
            link.write(b"$I\n")
            assert peer.recv(10) == b"$I\n"
            peer.sendall(b"ok\r\n")
            assert link.read(5) == b"ok\r\n"
        with pytest.raises(LinkLost):
            link.read(5)
        link.close()


def test_safe_stop_stops_a_wheel_somebody_left_turning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "board"
    with simulated_port(path) as sim:
        cutter = GrblCutter(serial_link_factory(machine().wire, str(path)), machine(), SystemClock())
        cutter.connect()
        assert cutter.latch.board is not None
        cutter.latch.board.link.write(b"$X\nM3S6000\n")
        spinning = threading.Event()
        while not spinning.wait(0.02):
            if sim.world.wheel.rpm(sim.timeline.now_s) > 0:
                spinning.set()
        cutter.latch.board.link.close()  # as if the program had been killed
        assert here("service", "safe-stop", "--port", str(path)) == 0
        assert "wheel is off" in capsys.readouterr().out
        with sim.timeline.lock:
            assert sim.firmware.core.spindle == 5


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Port and speed of every board that was to be stopped."""
    asked: list[tuple[str, int]] = []

    for name in ("KIOSK_CONFIG", "KIOSK_PORT", "KIOSK_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(safe_stop, "SerialLink", lambda port, baud: asked.append((port, baud)))
    monkeypatch.setattr(safe_stop, "stop_board", lambda *_: True)
    return asked


def wire_file(path: Path, port: str, more: str = "") -> Path:
    path.write_text(f'[wire]\nport = "{port}"\nbaud = 57600\n{more}')
    return path


def test_safe_stop_takes_port_and_wire_from_the_owners_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: list[tuple[str, int]]
) -> None:
    wire_file(tmp_path / "machine.toml", "/dev/owner")
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path))
    assert here("service", "safe-stop") == 0
    assert stopped == [("/dev/owner", 57600)]
    monkeypatch.setenv("KIOSK_PORT", "/dev/environment")
    stopped.clear()
    assert here("service", "safe-stop") == 0
    assert stopped == [("/dev/environment", 57600)]


@pytest.mark.parametrize(
    ("machine_text", "expected"),
    [
        ('[wire]\nport = "/dev/owner"\nbaud = 57600\n[wheel]\nflat_mm = -3\n', ("/dev/owner", 57600)),
        ('[wire]\nport = "/dev/owner"\n', ("/dev/owner", 115200)),
        ("[wire]\nport = 7\n", ("/dev/good", 38400)),
        ('[wire]\nport = "/dev/owner"\nbaud = "fast"\n', ("/dev/good", 38400)),
        ('[wire]\nport = "/dev/owner"\nbaud = 1\n', ("/dev/good", 38400)),
        ("wire = 3\n", ("/dev/good", 38400)),
        ("nonsense = [", ("/dev/good", 38400)),
    ],
)
def test_safe_stop_stops_the_wheel_whatever_is_wrong_with_the_settings(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stopped: list[tuple[str, int]],
    machine_text: str,
    expected: tuple[str, int],
) -> None:
    (tmp_path / "store.toml").write_text("price_minor = -1\n")
    (tmp_path / "machine.toml").write_text(machine_text)
    good = tmp_path / "data" / "settings-good"
    good.mkdir(parents=True)
    (good / "machine.toml").write_text('[wire]\nport = "/dev/good"\nbaud = 38400\n')
    monkeypatch.setenv("KIOSK_DATA", str(tmp_path / "data"))
    assert here("service", "safe-stop", "--config", str(tmp_path)) == 0
    assert stopped == [expected]
    said = capsys.readouterr().err
    assert ("stopping the wheel all the same" in said) is (expected[0] == "/dev/good")


def test_safe_stop_without_any_settings_takes_the_shipped_machines_port(stopped: list[tuple[str, int]]) -> None:
    assert here("service", "safe-stop") == 0
    assert stopped == [(machine().wire.port, machine().wire.baud)]


def test_safe_stop_is_told_another_port_or_machine_file(tmp_path: Path, stopped: list[tuple[str, int]]) -> None:
    wire_file(tmp_path / "machine.toml", "/dev/owner")
    other = wire_file(tmp_path / "other", "/dev/other")
    assert here("service", "safe-stop", "--config", str(tmp_path), "--machine", str(other)) == 0
    assert here("service", "safe-stop", "--config", str(tmp_path), "--port", "/dev/named") == 0
    assert [port for port, _ in stopped] == ["/dev/other", "/dev/named"]
    assert here("service", "safe-stop", "--machine", str(tmp_path / "none")) == 2


def test_the_program_that_holds_the_port_is_named_with_its_process(tmp_path: Path) -> None:
    with simulated_port(tmp_path / "board"):
        hold = (
            "import sys, serial; port = serial.Serial(sys.argv[1], exclusive=True); print('open', flush=True); input()"
        )
        other = subprocess.Popen(
            [sys.executable, "-c", hold, str(tmp_path / "board")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"open\n"
            with pytest.raises(PortInUse, match=rf"in use by python\S* \(process {other.pid}\)") as caught:
                SerialLink(str(tmp_path / "board"), 115200)
            assert caught.value.code == "LINK_IN_USE"
        finally:
            other.communicate(b"\n")


def test_the_kiosk_service_that_holds_the_port_is_named_as_such(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    there = port.stat()
    process = tmp_path / "proc" / "77"
    process.mkdir(parents=True)
    (process / "comm").write_text("python3\n")
    (process / "cgroup").write_text("0::/system.slice/kiosk.service\n")
    device = f"{os.major(there.st_dev):02x}:{os.minor(there.st_dev):02x}:{there.st_ino}"
    (tmp_path / "proc" / "locks").write_text(f"1: FLOCK  ADVISORY  WRITE 77 {device} 0 EOF\n")
    assert holder_of(str(port), tmp_path / "proc").startswith("the kiosk service (process 77)")
    (process / "cgroup").write_text("0::/user.slice\n")
    assert holder_of(str(port), tmp_path / "proc") == "python3 (process 77)"
    (tmp_path / "proc" / "locks").write_text("")
    assert holder_of(str(port), tmp_path / "proc") == "another program"
    (process / "fd").mkdir()
    (process / "fd" / "3").symlink_to(port.resolve())
    assert holder_of(str(port), tmp_path / "proc") == "python3 (process 77)", "open, and not locked"
