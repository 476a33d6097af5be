"""Never leave the wheel turning when nobody is in command: on start, on exit, on crash, on a lost port.

Who would break it: a cable that is pulled, a hub that suspends its port, a relay whose spark hangs a bridge, a
technician who runs `kiosk service safe-stop` while another program holds the port, an owner whose settings are broken,
whoever closes the terminal of a test cut, ends its process or kills it, another user of the computer who answers in
the kiosk's place.
The board keeps its power meanwhile, and the wheel turns.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from config.problems import BadInput
from hardware.clock import SystemClock
from hardware.errors import HardwareFault, LinkFault, LinkLost, Stopped
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.stop_socket import OFF, ask_to_stop, stop_name, stop_served
from hardware.grbl.wheel_off import WARNING, in_a_thread, keep_stopping, pause_s
from hardware.link import serial_link_factory
from kiosk.commands.interruption import ended_like_ctrl_c
from kiosk.safe_stop import stop_port
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.core import HOMING
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.wire.damage import Damage, Direction, WireFault
from tests.cutting.keys import catalogue, machine
from tests.support.another_user import ANOTHER_USER, answer_to_another_user, squatted
from tests.support.command_line import here
from tests.support.paths import ROOT
from tests.support.promise_machine import Hands
from tests.support.transcript import ManualClock


@pytest.fixture(autouse=True)
def a_terminal_that_can_be_closed() -> Iterator[None]:
    """A hangup that was ignored before the tests began (nohup) would stay ignored in all they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def turns(sim: SimulatedMachine) -> bool:
    """Whether the wheel is told to turn."""
    with sim.timeline.lock:
        return sim.firmware.core.spindle != 5


def unplugged_in_the_cut(hands: Hands, share: float) -> None:
    def progress(done: float) -> None:
        if done >= share:
            hands.sim.plugged_in = False

    with pytest.raises(LinkFault):
        hands.cutter.run(hands.job, progress)


@pytest.mark.parametrize("back_after_s", [0.3, 2.0, 45.0, 300.0])
def test_a_port_that_comes_back_is_opened_and_the_board_reset_however_late(back_after_s: float) -> None:
    hands = Hands(kept_on=True).loaded()
    unplugged_in_the_cut(hands, 0.5)
    assert turns(hands.sim)
    assert hands.cutter.wheel_may_turn
    hands.later(back_after_s, lambda: setattr(hands.sim, "plugged_in", True))
    (work,) = hands.beside
    lost_s = hands.sim.clock.now_s()
    work()
    assert not turns(hands.sim)
    assert not hands.cutter.wheel_may_turn
    assert hands.sim.clock.now_s() - lost_s < back_after_s + pause_s(back_after_s) + 1.0
    assert isinstance(hands.cutter.fault, LinkFault), "the wheel is off, and the fault stays until somebody recovers"
    assert b"G1" not in hands.sent[hands.sent.rindex(b"\x18") :]


def test_a_port_that_stays_and_passes_nothing_is_closed_opened_and_reset() -> None:
    hands = Hands().loaded()
    sim = hands.sim

    def progress(done: float) -> None:
        if done > 0.5 and not sim.wire.unplugged:
            sim.damage_wire(WireFault(Damage.SILENCE, Direction.TO_BOARD, 0))
            sim.damage_wire(WireFault(Damage.SILENCE, Direction.FROM_BOARD, 0))

    with pytest.raises(LinkFault):
        hands.cutter.run(hands.job, progress)
    assert hands.cutter.wheel_may_turn
    hands.later(20.0, sim.mend_wire)
    hands.beside[0]()
    assert not turns(sim)
    assert not hands.cutter.wheel_may_turn


def test_it_is_tried_every_half_second_at_first_then_every_five_and_never_given_up() -> None:
    clock, tried_s = ManualClock(), []

    def attempt() -> bool:
        tried_s.append(clock.now_s())
        return len(tried_s) > 200

    assert keep_stopping(attempt, clock)
    gaps = [b - a for a, b in pairwise(tried_s)]
    assert gaps[:120] == [0.5] * 120
    assert set(gaps[120:]) == {5.0}


def test_a_command_gives_up_after_its_minute_and_says_so() -> None:
    clock = ManualClock()
    assert not keep_stopping(lambda: False, clock, for_s=60.0)
    assert clock.now_s() == 60.0


def test_nobody_can_make_the_machine_move_before_the_lost_board_was_reset_and_recovered() -> None:
    hands = Hands(kept_on=True).loaded()
    unplugged_in_the_cut(hands, 0.5)
    for motion in (hands.cutter.home, hands.cutter.reject, hands.cutter.present_to_check):
        with pytest.raises(LinkFault):
            motion()
    hands.sim.plugged_in = True
    assert hands.cutter.look().state in ("Idle", "Alarm")
    assert not hands.cutter.wheel_may_turn, "looking resets too"
    assert not turns(hands.sim)
    with pytest.raises(LinkFault):
        hands.cutter.reject()
    hands.cutter.recover()


def test_a_stop_in_the_cut_is_no_lost_wheel() -> None:
    hands = Hands().loaded()
    seen: list[bool] = []

    def progress(done: float) -> None:
        seen.append(hands.cutter.wheel_may_turn)
        if done > 0.5:
            hands.press_stop()

    with pytest.raises(Stopped):
        hands.cutter.run(hands.job, progress)
    assert not any(seen)
    assert not hands.cutter.wheel_may_turn
    assert hands.beside == []


# Over a pseudo-terminal, with real pyserial.


@contextmanager
def port(path: Path) -> Iterator[SimulatedMachine]:
    sim = SimulatedMachine(machine(), catalogue(), 1)
    realtime = RealTimeRunner(sim.timeline, 1.0, sim.wire)
    realtime.start()
    pty = PtyPort(path, realtime)
    try:
        yield sim
    finally:
        pty.close()
        realtime.stop()


def until(done: Callable[[], bool], limit_s: float = 20.0, look_s: float = 0.02) -> bool:
    """Wait for something to come true; no longer than a machine could ever need."""
    waiting = threading.Event()
    for _ in range(round(limit_s / look_s)):
        if done():
            return True
        waiting.wait(look_s)
    return False


def spinning(sim: SimulatedMachine, path: Path) -> GrblCutter:
    """A driver in command of a turning wheel."""
    cutter = GrblCutter(serial_link_factory(machine().wire, str(path)), machine(), SystemClock(), in_a_thread)
    cutter.connect()
    assert cutter.latch.board is not None
    cutter.latch.board.command("$X")
    cutter.latch.board.command("M3S6000")
    assert until(lambda: turns(sim))
    return cutter


def lost(cutter: GrblCutter) -> bool:
    try:
        cutter.look()
    except LinkLost:
        return True
    return False


def plug(sim: SimulatedMachine, is_in: bool) -> None:
    sim.plugged_in, sim.wire.unplugged = is_in, not is_in


def test_a_real_port_that_vanishes_and_comes_back_is_reset_from_a_thread_of_the_driver(tmp_path: Path) -> None:
    path = tmp_path / "board"
    with port(path) as sim:
        cutter = spinning(sim, path)
        plug(sim, False)
        assert until(lambda: lost(cutter))
        assert cutter.wheel_may_turn
        plug(sim, True)
        assert until(lambda: not cutter.wheel_may_turn)
        assert not turns(sim)
        cutter.close()


def test_safe_stop_waits_for_a_port_that_is_not_there_and_tells_people_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "board"
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(here("service", "safe-stop", "--port", str(path))))
    thread.start()
    try:
        said: list[str] = []

        def told() -> bool:
            said.append(capsys.readouterr().err)
            return WARNING in "".join(said)

        assert until(told)
        assert ended == []
        with port(path) as sim:
            thread.join(timeout=30)
            assert not turns(sim)
    finally:
        thread.join(timeout=60)
    assert ended == [0]


def test_safe_stop_goes_through_the_program_that_holds_the_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "board"
    with port(path) as sim:
        cutter = spinning(sim, path)
        with stop_served(str(path), cutter.stop_and_confirm):
            assert here("service", "safe-stop", "--port", str(path)) == 0
        assert "the program that holds the port has stopped the machine" in capsys.readouterr().out
        assert not turns(sim)
        assert isinstance(cutter.fault, Stopped), "stopped from outside, it stays stopped until somebody recovers"
        with pytest.raises(Stopped):
            cutter.home()
        cutter.close()


def test_a_holder_that_serves_nobody_or_cannot_confirm_is_not_believed(tmp_path: Path) -> None:
    name = str(tmp_path / "board")
    assert not ask_to_stop(name)
    with stop_served(name, lambda: False):
        assert not ask_to_stop(name)
    with stop_served(name, lambda: True):
        with pytest.raises(BadInput, match="answers in its place"), stop_served(name, lambda: False):
            pass
        assert ask_to_stop(name), "who came first holds the port"
    assert not ask_to_stop(name)


def test_a_test_cut_that_another_user_could_keep_from_being_stopped_moves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "board"
    with port(path) as sim:
        place = sim.firmware.core.position()
        with squatted(stop_name(str(path)), OFF) as squatter:
            cut = ("service", "cut", "--keyway", "KW1", "--bitting", "35244", "--port", str(path))
            assert here(*cut, "--data", str(tmp_path / "data")) == 2
            assert not ask_to_stop(str(path)), "nor is what it answers believed"
        told = capsys.readouterr().err
        assert f"process {squatter} of user {pwd.getpwuid(ANOTHER_USER).pw_name} answers in its place" in told
        assert told.count("\n") == 1
        assert sim.firmware.core.position() == place


def test_another_user_stops_nothing_and_keeps_nobody_else_from_it(tmp_path: Path) -> None:
    name = str(tmp_path / "board")
    stopped: list[bool] = []
    with stop_served(name, lambda: not stopped.append(True)):
        assert answer_to_another_user(stop_name(name)) == b""
        assert stopped == []
        assert ask_to_stop(name)
    assert stopped == [True]


@pytest.mark.parametrize("asked", ["socket://127.0.0.1:{0}", "socket://localhost:{0}"])
def test_safe_stop_goes_through_the_program_that_holds_a_port_on_the_network(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing locks such a port: a second connection beside the holder's would reach nobody."""
    stopped: list[bool] = []

    def stop() -> bool:
        stopped.append(True)
        return True

    with socket.create_server(("127.0.0.1", 0)) as board:
        port = board.getsockname()[1]
        with stop_served(f"socket://127.0.0.1:{port}", stop):
            stop_port(asked.format(port), 115200, wait_s=0.0, say=sys.stdout)
        board.setblocking(False)
        with pytest.raises(BlockingIOError):
            board.accept()
    assert stopped == [True]
    assert "wheel is off" in capsys.readouterr().out


def test_safe_stop_loads_nothing_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "machine.toml").write_text("broken = [")
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, atexit\n"
            f"sys.argv = ['kiosk', 'service', 'safe-stop', '--wait', '0', '--port', '{tmp_path}/none',"
            f" '--config', '{tmp_path}']\n"
            "atexit.register(lambda: print(*sys.modules))\n"
            "from kiosk.__main__ import main\n"
            "main()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 2
    loaded = {name.split(".")[0] for name in told.stdout.split()}
    assert "serial" in loaded
    assert not loaded & {"simulator", "cv2", "kivy", "numpy", "pydantic", "typer", "shapely", "matplotlib"}


def test_a_fault_of_the_driver_with_no_port_at_all_says_that_the_wheel_may_turn() -> None:
    hands = Hands()
    hands.sim.plugged_in = False
    with pytest.raises(HardwareFault):
        hands.cutter.connect()
    assert hands.cutter.wheel_may_turn, "whatever ran before this program may have left it turning"


# A test cut whose process is ended from outside, at any moment.

NOTICED_S = 60.0
"""A limit of waiting, for processes that start on a busy computer."""


def homing(sim: SimulatedMachine) -> bool:
    return sim.firmware.core.state == HOMING


def clamp_opened(sim: SimulatedMachine) -> bool:
    return sim.world.carousel.clamp_open


def in_the_metal(sim: SimulatedMachine) -> bool:
    with sim.timeline.lock:
        core = sim.firmware.core
        return core.spindle != 5 and core.stepper.speed_mm_s(core.now_s) > 0 and sim.world.wheel.rpm(core.now_s) > 1000


def at_rest(sim: SimulatedMachine) -> bool:
    with sim.timeline.lock:
        core = sim.firmware.core
        return core.stepper.speed_mm_s(core.now_s) == 0 and sim.world.wheel.commanded_rpm == 0


@contextmanager
def trial_cut(path: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = [
        "service",
        "cut",
        "--keyway",
        "KW1",
        "--bitting",
        "35244",
        "--port",
        str(path),
        "--data",
        str(path.with_name(f"{path.name}-data")),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def ended_by(number: signal.Signals, moment: Callable[[SimulatedMachine], bool], path: Path) -> str:
    """End a test cut so, at that moment; what it said. Its machine is at rest then, and stays so."""
    with port(path) as sim, trial_cut(path) as running:
        assert until(lambda: moment(sim) or running.poll() is not None, NOTICED_S, 0.002)
        assert running.poll() is None, running.communicate()
        running.send_signal(number)
        assert until(lambda: at_rest(sim) and not clamp_opened(sim), NOTICED_S)
        said, _ = running.communicate(timeout=NOTICED_S)
        assert running.returncode != 0
        assert "delivered" not in said
        with sim.timeline.lock:
            place, now_s = sim.firmware.core.position(), sim.timeline.now_s
        assert until(lambda: sim.timeline.now_s > now_s + 5.0)
        assert sim.firmware.core.position() == place, "nothing moves by itself afterwards"
        assert at_rest(sim)
        assert not sim.world.incidents.counted()
        return said


ENDS: dict[str, tuple[signal.Signals, Callable[[SimulatedMachine], bool]]] = {
    "told to end while homing": (signal.SIGTERM, homing),
    "terminal closed in the metal": (signal.SIGHUP, in_the_metal),
    "quit from the keyboard in the metal": (signal.SIGQUIT, in_the_metal),
    "killed at spin-up": (signal.SIGKILL, turns),
    "killed in the metal": (signal.SIGKILL, in_the_metal),
}


def test_a_test_cut_that_is_ended_from_outside_at_any_moment_stops_the_machine(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(ENDS)) as hands:
        ended = {how: hands.submit(ended_by, *ENDS[how], tmp_path / how.replace(" ", "-")) for how in ENDS}
    for how, result in ended.items():
        assert result.exception() is None, (how, result.exception())


def test_only_the_first_signal_interrupts_so_that_none_interrupts_the_stop() -> None:
    stopped: list[signal.Signals] = []

    def work() -> None:
        with ended_like_ctrl_c():
            try:
                signal.raise_signal(signal.SIGHUP)
            finally:
                for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                    signal.raise_signal(number)
                    stopped.append(number)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert len(stopped) == 3
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["typed", "in a script's background"])
def test_every_way_to_end_a_command_from_the_keyboard_interrupts_it(
    number: signal.Signals, before: signal.Handlers
) -> None:
    kept = signal.signal(number, before)
    try:
        with pytest.raises(KeyboardInterrupt), ended_like_ctrl_c():
            signal.raise_signal(number)
        assert signal.getsignal(number) == before
    finally:
        signal.signal(number, kept)


def test_a_hangup_that_was_ignored_from_outside_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_like_ctrl_c():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_pipe_in_place_of_the_machine_file_keeps_no_wheel_turning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "machine.toml")
    with port(tmp_path / "board") as sim:
        spinning(sim, tmp_path / "board").close()
        assert here("service", "safe-stop", "--port", str(tmp_path / "board"), "--config", str(tmp_path)) == 0
        assert not turns(sim)
    assert "is no ordinary file" in capsys.readouterr().err
