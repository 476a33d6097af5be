"""Another user of this computer, who takes the kiosk's local names or calls there. Needs root, as the kernel says who.

Responsible for: being one. Not responsible for: what must come of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ANOTHER_USER = 65534
_BECOME = f"""
import os, socket, sys
os.setuid({ANOTHER_USER})
end = socket.socket(socket.AF_UNIX)
name = bytes.fromhex(sys.argv[1])
"""
_SQUAT = """
end.bind(name)
end.listen(8)
print("sitting", flush=True)
while True:
    heard, _ = end.accept()
    try:
        heard.sendall(bytes.fromhex(sys.argv[2]))
    except OSError:
        pass
    heard.close()
"""
_CALL = """
end.settimeout(20)
try:
    end.connect(name)
    end.sendall(b"{}")
    end.shutdown(socket.SHUT_WR)
    sys.stdout.buffer.write(end.recv(64))
except OSError:
    pass
"""


@contextmanager
def squatted(name: bytes, answer: bytes) -> Iterator[int]:
    """Until the block ends, an abstract name is another user's, who answers so; its process."""
    command = [sys.executable, "-I", "-c", _BECOME + _SQUAT, name.hex(), answer.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "sitting\n"
            yield running.pid
        finally:
            running.kill()


def answer_to_another_user(name: bytes) -> bytes:
    """What another user is told at an abstract name."""
    command = [sys.executable, "-I", "-c", _BECOME + _CALL, name.hex()]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout
