r"""A wire as a file, figures and all: for a machine that cuts what somebody typed, never for a shopper's key.

Responsible for: writing each line with its time, reading such a file back. Not responsible for: what a technician may
see of any wire (`hardware.grbl.wire_log`), or what lines mean.

One line each: seconds since it was begun, `>` to the board or `<` from it, and the text; bytes that are no
text, real-time bytes among them, as `\xNN`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from hardware.clock import Clock
from hardware.grbl.wire import RealTimeByte
from hardware.ports import ByteLink

TO_BOARD, FROM_BOARD = ">", "<"
_LINE = re.compile(r"\s*(\d+(?:\.\d+)?) ([<>]) (.*)")
_REAL_TIME = bytes(RealTimeByte)


@dataclass(frozen=True, repr=False)
class RecordedLine:
    """One line or one real-time byte."""

    at_s: float
    way: str
    data: bytes


class WireRecording:
    """A file being written, readable by its owner alone."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Begin it.

        Raises:
            BadInput: it cannot be written.
        """
        self._clock, self._began_s = clock, clock.now_s()
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BadInput(Problem(str(path), "", f"cannot be written: {error.strerror}")) from error
        # Whole lines reach the file at once: it is read after something broke.
        self._file = os.fdopen(opened, "w", encoding="ascii", buffering=1)

    def __enter__(self) -> Self:
        """The recording itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Its end."""
        self._file.close()

    def factory(self, opens: Callable[[], ByteLink]) -> Callable[[], ByteLink]:
        """What opens the port, recorded from there on."""
        return lambda: RecordedLink(opens(), self.line)

    def line(self, way: str, data: bytes) -> None:
        """Write one down."""
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in data)
        if not self._file.closed:
            self._file.write(f"{self._clock.now_s() - self._began_s:9.3f} {way} {text}\n")


class RecordedLink:
    """A link that tells `hear` each line and each real-time byte that passes."""

    def __init__(self, link: ByteLink, hear: Callable[[str, bytes], None]) -> None:
        """Wraps an open link."""
        self._link, self._hear, self._half = link, hear, b""

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived."""
        data = self._link.read(timeout_s)
        *lines, self._half = (self._half + data).split(b"\n")
        for line in lines:
            self._write(FROM_BOARD, line.rstrip(b"\r"))
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        self._link.write(data)
        rest = b""
        for byte in data:
            if byte in _REAL_TIME:
                self._write(TO_BOARD, bytes((byte,)))
            else:
                rest += bytes((byte,))
        for line in rest.split(b"\n"):
            self._write(TO_BOARD, line.rstrip(b"\r"))

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()

    def _write(self, way: str, data: bytes) -> None:
        if data:
            self._hear(way, data)


def read_recording(path: Path) -> tuple[RecordedLine, ...]:
    """A recorded wire.

    Raises:
        BadInput: missing, empty, or naming the first line that is none.
    """
    try:
        texts = ordinary(path).read_text(encoding="ascii").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(Problem(str(path), "", "is no recorded wire")) from error
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {error.strerror}")) from error
    lines: list[RecordedLine] = []
    for number, text in enumerate(texts, start=1):
        found = _LINE.fullmatch(text)
        if found is None or (lines and float(found[1]) < lines[-1].at_s):
            reason = "must be seconds, not less than before, then > or < and the text"
            raise BadInput(Problem(f"{path}:{number}", "", reason))
        data = re.sub(r"\\x([0-9a-f]{2})", lambda hexed: chr(int(hexed[1], 16)), found[3]).encode("latin-1")
        lines.append(RecordedLine(float(found[1]), found[2], data))
    if not lines:
        raise BadInput(Problem(str(path), "", "holds no line of a wire"))
    return tuple(lines)
