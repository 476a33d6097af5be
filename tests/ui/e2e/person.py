"""A person before the glass: a real X server, real clicks and keys, no knowledge of what is behind it."""

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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Account:
    """What somebody types to sign in."""

    number: str
    pin: str


MANAGER, TECHNICIAN = Account("2001", "482913"), Account("3001", "735192")


def hire(data: Path, account: Account, role: str) -> None:
    """Make an account the way an owner does; the first must be a manager's."""
    command = [sys.executable, "-m", "kiosk", "staff", "add", account.number, "--name", "R. Alvarez", "--role", role]
    done = subprocess.run(
        [*command, "--data", str(data)], input=f"{account.pin}\n", cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


class Person:
    """Starts an X server and the kiosk on it; looks, touches, types."""

    def __init__(self, out: Path, data: Path, size: tuple[int, int], *arguments: str) -> None:
        self.out, self.data = out, data
        self._seen_before: set[Path] = set()
        self._said_before = 0
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(write),
                "-screen",
                "0",
                f"{size[0]}x{size[1]}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            pass_fds=(write,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            display = pipe.readline().strip()
        self._environment = {
            **os.environ,
            "DISPLAY": f":{display}",
            "SDL_AUDIODRIVER": "dummy",
            "PYTHONUNBUFFERED": "1",
            "E2E_OUT": str(out),
            "PYTHONPATH": str(ROOT),
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        self._environment.pop("SDL_VIDEODRIVER", None)
        command = [sys.executable, "-m", "tests.ui.e2e.reporting", "run", "--simulated", "--full-screen"]
        # The technician's panel is a second window: with no window manager it would take the keyboard.
        command.append("--no-panel")
        self._log = (out / "kiosk.log").open("wb")
        self.kiosk = subprocess.Popen(
            [*command, "--data", str(data), *arguments],
            env=self._environment,
            cwd=ROOT,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.kiosk, self._server):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self._log.close()

    def comes(self) -> None:
        """Begin a visit: what was shown and said before was others'."""
        self._seen_before, self._said_before = set(self.out.glob("*.png")), len(self.sees()["said"])

    # --- looking ----------------------------------------------------------------------------------------
    def sees(self) -> dict[str, Any]:
        """What is on the glass now."""
        try:
            return dict(json.loads((self.out / "now.json").read_text()))
        except FileNotFoundError:
            return {"state": "", "settled": False, "buttons": {}, "text": "", "title": ""}

    def waits(self, until: Callable[[dict[str, Any]], bool], patience_s: float = 90.0) -> dict[str, Any]:
        """Look until it is so."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            now = self.sees()
            if until(now):
                return now
            assert self.kiosk.poll() is None, f"the kiosk ended: {(self.out / 'kiosk.log').read_text()[-3000:]}"
            time.sleep(0.05)
        raise AssertionError(f"still {self.sees()['state']!r}: {self.sees()['title']!r}\n{self.log()[-2000:]}")

    def waits_for(self, *states: str, patience_s: float = 90.0) -> dict[str, Any]:
        """Look until one of these screens stands still."""
        return self.waits(lambda now: now["state"] in states and now["settled"], patience_s)

    def pictures(self) -> set[str]:
        """The screens of this visit."""
        return {path.stem.split("-", 1)[1] for path in set(self.out.glob("*.png")) - self._seen_before}

    def heard(self) -> str:
        """What was said in this visit."""
        return " ".join(self.sees()["said"][self._said_before :])

    def log(self) -> str:
        """What the kiosk has printed."""
        return (self.out / "kiosk.log").read_text()

    # --- doing ------------------------------------------------------------------------------------------
    def xdotool(self, *words: str) -> None:
        """One act of the X server's."""
        subprocess.run(["xdotool", *words], env=self._environment, check=True, timeout=20)

    def touches(self, button: str) -> None:
        """Click the button of that id, once it can be pressed."""
        now = self.waits(lambda now: now["settled"] and now["buttons"].get(button, [0, 0, False])[2])
        x, y, _ = now["buttons"][button]
        self.xdotool("mousemove", str(round(x)), str(round(now["height"] - y)), "click", "1")

    def holds(self, button: str, until: Callable[[dict[str, Any]], bool] | None = None) -> None:
        """Press and hold until it is so, or for as long as any button asks for."""
        now = self.waits(lambda now: now["settled"] and now["buttons"].get(button, [0, 0, False])[2])
        x, y, _ = now["buttons"][button]
        self.xdotool("mousemove", str(round(x)), str(round(now["height"] - y)), "mousedown", "1")
        if until is None:
            time.sleep(2.0)
        else:
            self.waits(until)
        self.xdotool("mouseup", "1")

    def presses_twice(self, button: str) -> None:
        """Press what must be held otherwise, see that it asks for a second press, and press again."""
        self.touches(button)
        self.waits(lambda now: now["labels"].get(button) == "Press again to confirm")
        # Sooner it would be a hand that trembles.
        time.sleep(0.6)
        self.touches(button)

    def types(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.xdotool("key", key)
            time.sleep(0.06)

    def chooses(self, button: str) -> None:
        """Walk the focus to a button and press it."""
        for _ in range(25):
            # Tab means nothing on a screen that has only just appeared.
            now = self.waits(lambda now: now["settled"] and now["buttons"].get(button, [0, 0, False])[2])
            before = now["focus"]
            if before == button:
                self.types("Return")
                return
            self.types("Tab")
            self.waits(lambda now, before=before: now["focus"] != before)
        raise AssertionError(f"the focus never came to {button!r}")

    def signs_in(self, account: Account) -> None:
        """From the welcome screen, or one that staff are called to, to behind it."""
        self.touches("staff_door")
        self.waits_for("staff_login")
        self.enters(account.number)
        self.enters(account.pin)

    def enters(self, number: str) -> None:
        """Touch the digits of the keypad on the glass, then its check."""
        for digit in number:
            self.touches(f"digit_{digit}")
        self.touches("enter")

    # --- what a technician does behind the kiosk ---------------------------------------------------------
    def machine(self, **request: object) -> dict[str, Any]:
        """One request to the simulated machine's control socket."""
        port = int(re.search(r"control socket on 127\.0\.0\.1:(\d+)", self.log())[1])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = dict(json.loads(line.makefile().readline()))
        assert answer["ok"], answer
        return answer

    def lays(self, key: str) -> None:
        """Lay a sample key before the simulated shopper lays one of their own, and see that it stays."""
        self.machine(do="lay", key=key)
        # Whoever clears the tray when the welcome screen comes does so within two seconds.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if not self.machine(do="state")["tray"]:
                self.machine(do="lay", key=key)
            time.sleep(0.1)
