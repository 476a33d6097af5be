"""Never two masters: one process owns a data folder and a machine.

Who would break it: a technician who starts `kiosk run` in a terminal while the service runs; a supervisor that restarts
what has not ended; an owner whose second kiosk was given the first one's folder; whoever deletes a lock file to "free"
a kiosk. How: a second process settles the first one's open sale, voids its money, and sends its own bytes to the board.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kiosk.launch.run as launching
from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.requests import address, answering
from kiosk.records.ownership import Owned, machine_owner, own_folders, own_machine
from tests.support.another_user import answer_to_another_user, squatted
from tests.support.paths import ROOT

MASTER = """
import sys
from pathlib import Path
from kiosk.records.ownership import Owned, own_folders, own_machine
try:
    with own_folders(Path(sys.argv[1])), own_machine(sys.argv[2]):
        print("master", flush=True)
        sys.stdin.read()
except Owned as owned:
    print(f"owned {owned.pid}", flush=True)
    raise SystemExit(2)
"""


class Process:
    """Another process that wants to be master, and lives until it is ended."""

    def __init__(self, data: Path, port: str) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-P", "-c", MASTER, str(data), port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.ended = False
        assert self.running.stdout is not None
        self.said = self.running.stdout.readline().strip()

    @property
    def pid(self) -> int:
        return self.running.pid

    def end(self, how: str = "well") -> int:
        self.ended = True
        if how == "well":
            self.running.communicate()
        else:
            self.running.send_signal(getattr(signal, how))
            self.running.communicate()
        return self.running.returncode


@pytest.fixture
def start() -> Iterator[Callable[[Path, str], Process]]:
    started: list[Process] = []

    def one(data: Path, port: str) -> Process:
        started.append(Process(data, port))
        return started[-1]

    yield one
    for each in started:
        if not each.ended:
            each.end("SIGKILL")


Starts = Callable[[Path, str], Process]


def folder_owner(folder: Path) -> int | None:
    """Whoever stands in the way of owning the folder."""
    try:
        with own_folders(folder):
            return None
    except Owned as owned:
        return owned.pid


@pytest.mark.parametrize("how", ["well", "SIGTERM", "SIGKILL"])
def test_the_second_says_which_process_is_first_and_follows_only_when_that_is_dead(
    how: str, start: Starts, tmp_path: Path
) -> None:
    port = str(tmp_path / "port")
    first = start(tmp_path / "data", port)
    assert first.said == "master"
    assert folder_owner(tmp_path / "data") == machine_owner(port) == first.pid
    second = start(tmp_path / "data", port)
    assert second.said == f"owned {first.pid}"
    assert second.end() == 2
    assert folder_owner(tmp_path / "data") == first.pid, "the loser took nothing with it"
    first.end(how)
    assert folder_owner(tmp_path / "data") is None
    assert machine_owner(port) is None
    third = start(tmp_path / "data", port)
    assert third.said == "master"
    assert start(tmp_path / "data", port).said == f"owned {third.pid}"


def test_two_that_start_at_the_same_moment_are_never_both_master(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", MASTER, str(tmp_path / "data"), "port"]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) for _ in range(4)]
    said = [each.stdout.readline().strip() for each in both if each.stdout is not None]
    assert sorted(text.split()[0] for text in said) == ["master", "owned", "owned", "owned"]
    for each in both:
        each.communicate()


def test_another_folder_does_not_make_another_machine(start: Starts, tmp_path: Path) -> None:
    first = start(tmp_path / "one", "/dev/null")
    assert first.said == "master"
    (tmp_path / "board").symlink_to("/dev/null")
    assert start(tmp_path / "two", str(tmp_path / "board")).said == f"owned {first.pid}"
    assert start(tmp_path / "three", "/dev/zero").said == "master"


def test_a_folder_by_another_name_is_the_same_folder(start: Starts, tmp_path: Path) -> None:
    first = start(tmp_path / "data", "one")
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert start(tmp_path / "link", "two").said == f"owned {first.pid}"


def test_no_file_can_be_deleted_to_free_an_owned_folder(start: Starts, tmp_path: Path) -> None:
    first = start(tmp_path / "data", "one")
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    assert start(tmp_path / "data", "two").said == f"owned {first.pid}"


def everything(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
        if path.is_file()
    }


def written(folder: Path) -> dict[str, str]:
    """What anybody has written: SQLite's own empty side files of a reader are nothing."""
    empty = hashlib.sha256(b"").hexdigest()
    there = {name: digest for name, (_, digest) in everything(folder).items() if not name.endswith("-shm")}
    return {name: digest for name, digest in there.items() if digest != empty}


def test_a_second_kiosk_ends_with_status_2_and_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sales.db").write_bytes(b"the first one's")
    before = everything(tmp_path)
    command = [sys.executable, "-P", "-m", "kiosk", "run", "--simulated", "--stay", "--data", str(tmp_path / "data")]
    with own_folders(tmp_path / "data"):
        second = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
        )
    assert second.returncode == 2
    assert f"in use by process {os.getpid()}" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert everything(tmp_path) == before


def test_a_kiosk_whose_machine_another_has_does_not_open_its_devices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(*_: object) -> None:
        raise AssertionError("the machine was touched")

    monkeypatch.setattr(launching, "real_devices", touched)
    asked = launching.StartOptions(port="/dev/zero", data=tmp_path / "data", stay=True)
    with own_machine("/dev/zero"), pytest.raises(Owned):
        launching.start(asked)


PIN = "583920"


def told(*words: str, pin: str = "") -> str:
    answer = CliRunner().invoke(app, [*words], input=f"{pin}\n")
    return answer.stdout if answer.exit_code == 0 else f"{type(answer.exception).__name__}: {answer.exception}"


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "accept-break", "--break", "x", "--reason", "x", "--manager", "7"),
        ("staff", "add", "9", "--name", "Bo", "--role", "manager"),
        ("staff", "disable", "7"),
        ("staff", "reset-pin", "7"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_command_that_writes_does_so_only_as_the_one_master(words: tuple[str, ...], tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert "may sign in" in told("staff", "add", "7", "--name", "Ann", "--role", "manager", *data, pin=PIN)
    before = everything(tmp_path)
    with own_folders(tmp_path):
        assert f"process {os.getpid()}" in told(*words, *data, pin=PIN)
    assert everything(tmp_path) == before


def test_what_a_command_wants_of_a_running_kiosk_the_kiosk_does_itself(tmp_path: Path) -> None:
    asked: list[object] = []

    def answer(request: object) -> str:
        asked.append(request)
        return "done by the kiosk"

    def refuse(request: object) -> str:
        raise BadInput(launching.Problem("staff", "7", "is the last manager; add another first"))

    disable = ("staff", "disable", "7", "--data", str(tmp_path))
    with own_folders(tmp_path):
        with answering(tmp_path, answer):
            assert told(*disable) == "done by the kiosk\n"
        with answering(tmp_path, refuse):
            assert told(*disable) == "BadInput: staff: 7: is the last manager; add another first"
    assert asked == [{"action": "staff_disable", "number": "7"}]


def test_nobody_but_the_owner_of_the_folder_is_told_a_pin(start: Starts, tmp_path: Path) -> None:
    heard: list[object] = []
    first = start(tmp_path, "one")
    with answering(tmp_path, lambda request: str(heard.append(request))):
        # This process answers at the name, but does not own the folder.
        assert f"process {first.pid}" in told("staff", "reset-pin", "7", "--data", str(tmp_path), pin=PIN)
    assert heard == []


def test_a_kiosk_whose_requests_another_user_would_answer_does_not_start_and_says_who_it_is(tmp_path: Path) -> None:
    with squatted(address(tmp_path), b"") as squatter:
        said = told("run", "--simulated", "--no-panel", "--data", str(tmp_path))
        with own_folders(tmp_path):
            assert "does not answer" in told("staff", "disable", "7", "--data", str(tmp_path))
    assert said.startswith("BadInput: requests to")
    assert f"process {squatter} of user" in said


def test_another_user_has_nothing_done_by_the_kiosk(tmp_path: Path) -> None:
    heard: list[object] = []
    with answering(tmp_path, lambda request: str(heard.append(request))):
        assert answer_to_another_user(address(tmp_path)) == b""
    assert heard == []


@pytest.mark.parametrize("words", [("audit", "verify"), ("audit", "export"), ("staff", "list"), ("doctor",)])
def test_a_command_that_only_looks_may_look_at_a_running_kiosk_and_writes_nothing(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    data = ("--data", str(tmp_path))
    told("staff", "add", "7", "--name", "Ann", "--role", "manager", *data, pin=PIN)
    before = written(tmp_path)
    with own_folders(tmp_path):
        assert "in use" not in told(*words, *data)
    assert written(tmp_path) == before


@pytest.mark.parametrize("spelled", ["socket://localhost:5331", "socket://127.0.0.1:5331", "SOCKET://LOCALHOST:05331"])
def test_a_machine_on_the_network_has_one_master_however_its_host_is_spelled(spelled: str) -> None:
    with own_machine("socket://127.0.0.1:5331"), own_machine("socket://127.0.0.1:5332"):
        with pytest.raises(Owned), own_machine(spelled):
            pass
        assert machine_owner(spelled) is not None
    with own_machine(spelled):
        pass
