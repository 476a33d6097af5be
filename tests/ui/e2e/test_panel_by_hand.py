"""The technician's panel by true clicks and keys on a real X server, before a machine that really runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hardware.link import SerialLink

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"),
]


@contextmanager
def display(size: str) -> Iterator[dict[str, str]]:
    """An X server of one's own, without a window manager."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{number}", "SDL_AUDIODRIVER": "dummy", "PYTHONUNBUFFERED": "1"}
    environment |= {"PYTHONPATH": str(ROOT), "LIBGL_ALWAYS_SOFTWARE": "1"}
    environment.pop("SDL_VIDEODRIVER", None)
    try:
        yield environment
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        started = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield started
        finally:
            if started.poll() is None:
                started.send_signal(signal.SIGTERM)
                try:
                    started.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    started.kill()
                    started.wait()


def waits(until: Callable[[], Any], patience_s: float = 90.0) -> Any:
    end = time.monotonic() + patience_s
    while True:
        found = until()
        if found:
            return found
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def port_in(log: Path) -> int:
    found = waits(lambda: re.search(r"control socket:? (?:on )?127\.0\.0\.1:(\d+)", log.read_text()))
    return int(found[1])


class Technician:
    """Sees the panel, clicks and types; asks the machine itself what became of it."""

    def __init__(self, out: Path, environment: dict[str, str], port: int) -> None:
        self.out, self._environment, self._port = out, environment, port
        self.left_px = 0

    def sees(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.out / "now.json").read_text()))
        except FileNotFoundError:
            return {}

    def waits(self, until: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        def seen() -> dict[str, Any] | None:
            now = self.sees()
            return now if now and until(now) else None

        return dict(waits(seen))

    def machine(self, **request: Any) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self._port), timeout=20) as line:
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = dict(json.loads(line.makefile().readline()))
        assert answer["ok"], answer
        return answer

    def finds(self, until: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until the machine's state is so."""

        def so() -> dict[str, Any] | None:
            state = self.machine(do="state")
            return state if until(state) else None

        return dict(waits(so))

    def shows(self, until: Callable[[dict[str, Any]], Any]) -> None:
        """Wait until it is so, for the machine and on the panel: who throws a switch looks before throwing it back."""
        self.finds(until)
        self.waits(lambda now: until(now["state"]))

    def xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True, timeout=20)

    def click(self, identity: str, *, beside: bool = False) -> None:
        """Click what is called so; `beside` at its left end rather than its middle or switch."""
        now = self.waits(lambda now: identity in now["taps"] and now["taps"][identity][4])
        x, y, left, low, _, _ = now["taps"][identity]
        if beside:
            x, y = left + 12, low + 20
        self.xdotool("mousemove", str(round(x) + self.left_px), str(round(now["height"] - y)), "click", "1")

    def types(self, key: str) -> None:
        self.xdotool("key", key)


@pytest.fixture
def technician(tmp_path: Path) -> Iterator[Technician]:
    with ExitStack() as stack:
        environment = stack.enter_context(display("1280x800"))
        environment["E2E_OUT"] = str(tmp_path)
        log = tmp_path / "machine.log"
        command = [sys.executable, "-m", "kiosk", "simulate", "--control", "0", "--pty", str(tmp_path / "board")]
        stack.enter_context(process(command, environment, log))
        port = port_in(log)
        command = [sys.executable, "-m", "tests.ui.e2e.panel_reporting", "--control", str(port)]
        command += ["--pictures", str(tmp_path / "pictures")]
        stack.enter_context(process(command, environment, tmp_path / "panel.log"))
        one = Technician(tmp_path, environment, port)
        one.waits(lambda now: now["state"] and now["drawn"] > 40)
        # Whoever clicks a window works in it: from here on its keys are the panel's.
        one.click("wire_clear")
        yield one


@pytest.mark.timeout(300)
def test_a_technician_drops_a_key_sets_a_fault_steps_through_time_and_keeps_a_picture(technician: Technician) -> None:
    # A key is dropped into the tray and taken out again.
    technician.click("key_kwikset-6")
    technician.shows(lambda state: state["tray"])
    technician.waits(lambda now: now["laid"] == "kwikset-6" and now["picture_in_tray"])
    technician.click("take")
    technician.finds(lambda state: not state["tray"])
    technician.waits(lambda now: not now["picture_in_tray"])

    # A fault is set with a parameter changed by hand, then mended; the emergency stop and the door by keys.
    technician.click("fault_double_feed", beside=True)
    technician.click("double_feed_slot_+1")
    technician.click("fault_double_feed")
    technician.finds(lambda state: state["faults"].get("double_feed", {}).get("slot") == 2)
    technician.waits(lambda now: "double_feed" in now["message"])
    technician.click("mend")
    technician.finds(lambda state: not state["faults"])
    technician.types("d")
    technician.shows(lambda state: state["door_open"])
    technician.types("d")
    technician.click("stop")
    technician.shows(lambda state: state["emergency_stop"] and not state["door_open"])
    technician.types("e")
    technician.shows(lambda state: not state["emergency_stop"])

    # Time: faster, paused, one step, on again.
    technician.click("x20")
    technician.shows(lambda state: state["speed"] == 20)
    technician.click("pause")
    technician.shows(lambda state: state["paused"])
    before = technician.machine(do="state")["time_s"]
    technician.click("step")
    after = technician.finds(lambda state: state["time_s"] > before)["time_s"]
    assert after - before == pytest.approx(0.1)
    technician.click("pause")
    technician.shows(lambda state: not state["paused"])
    technician.click("x1")

    # A program talks to the board: the panel shows what it says and what that means.
    link = SerialLink(str(technician.out / "board"), 115200)
    try:
        heard = b""
        while b"unlock" not in heard:
            heard += link.read(5)
        link.write(b"$X\nM64\n")
        now = technician.waits(lambda now: any(raw == "error:20" for raw, _ in now["lines"]))
    finally:
        link.close()
    assert ["$X", "unlock without homing"] in now["lines"]
    assert ["error:20", "refused: an unsupported command"] in now["lines"]
    technician.click("wire_hold")
    technician.waits(lambda now: now["held"])

    # The keyboard alone reaches everything; another language; a picture of it all.
    technician.types("Tab")
    technician.waits(lambda now: now["focus"] == "x1")
    technician.click("language_es")
    technician.waits(lambda now: now["language"] == "es" and "SIMULADA" in now["banner"])
    technician.click("shot")
    now = technician.waits(lambda now: ".png" in now["message"])
    path = Path(now["message"].split(" en ")[1])
    assert path.parent == technician.out / "pictures"
    with Image.open(path) as picture:
        assert picture.size == (1280, 800)
        colours = picture.convert("RGB").getcolors(1 << 24) or []
    yellow = sum(count for count, colour in colours if colour == (255, 214, 10) or colour == (255, 214, 0))
    assert yellow > 5000


@pytest.mark.timeout(300)
def test_the_panel_leaves_the_keyboard_to_the_shoppers_window_without_a_window_manager(tmp_path: Path) -> None:
    with ExitStack() as stack:
        environment = stack.enter_context(display("1920x1080"))
        environment["E2E_OUT"] = str(tmp_path)
        log = tmp_path / "kiosk.log"
        command = [sys.executable, "-m", "kiosk", "run", "--simulated", "--no-panel", "--data", str(tmp_path / "data")]
        kiosk = stack.enter_context(process(command, environment, log))
        port = port_in(log)

        def holder() -> str:
            assert kiosk.poll() is None, log.read_text()
            asked = ["xdotool", "getwindowfocus", "getwindowname"]
            found = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
            return found.stdout.strip()

        waits(lambda: holder() == "Key kiosk")
        command = [sys.executable, "-m", "tests.ui.e2e.panel_reporting", "--control", str(port), "--at", "560,0"]
        stack.enter_context(process(command, environment, tmp_path / "panel.log"))
        technician = Technician(tmp_path, environment, port)
        technician.waits(lambda now: now["drawn"] > 40)
        assert holder() == "Key kiosk"
        # Whoever works in the panel has its keyboard; who leaves it gives it back.
        technician.left_px = 560
        technician.click("wire_clear")
        waits(lambda: holder().startswith("SIMULATED MACHINE"))
        technician.xdotool("mousemove", "200", "1000")
        waits(lambda: holder() == "Key kiosk")
