"""Starts the installed kiosk as its service would, lets a scripted shopper buy a key, and listens where systemd would.

Run by the kiosk's user inside the test's own Debian. Status 0: it said it was ready, fed its watchdog, sold, ended.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

LIMIT_S = 240


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        address = str(Path(folder) / "notify")
        listener.bind(address)
        listener.settimeout(0.2)
        script = Path(str(files("kiosk") / "rehearsal" / "scenarios" / "sell_kw1.toml"))
        program = os.environ.get("KIOSK_PROGRAM", "/usr/local/bin/kiosk")
        command = [program, "run", "--simulated", "--script", str(script), "--speed", "1"]
        environment = {**os.environ, "NOTIFY_SOCKET": address, "SDL_VIDEODRIVER": "offscreen"}
        process = subprocess.Popen([*command, "--data", "/var/lib/kiosk"], env=environment)
        heard: list[str] = []
        waited_s = 0.0
        while process.poll() is None and waited_s < LIMIT_S:
            try:
                heard.append(listener.recv(1000).decode())
            except TimeoutError:
                waited_s += 0.2
        if process.poll() is None:
            process.kill()
            print(f"still running after {LIMIT_S} s; it said {heard[-5:]}", file=sys.stderr)
            return 1
    ready = any(text.startswith("READY=1") for text in heard)
    fed = heard.count("WATCHDOG=1")
    print(f"ready: {ready}, watchdog fed {fed} times, last word {heard[-1:]}, exit status {process.returncode}")
    return 0 if ready and fed and "STOPPING=1" in heard and process.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
