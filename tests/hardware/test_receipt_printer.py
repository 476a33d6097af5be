"""A receipt printer says what is wrong with it before anything is printed, and whether all of it came out."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.printer import Printer
from hardware import device_file
from hardware.clock import SystemClock
from hardware.device_file import DeviceFileLink
from hardware.errors import LinkLost, PortUnavailable
from hardware.link import SerialLink
from hardware.ports import ByteLink, PrinterStatus
from hardware.receipt_printer import EscPosPrinter, composed
from hardware.slip import Heading, Note, Qr, Row, Slip
from kiosk.operations import printer_device
from kiosk.operations.doctor import Grade
from tests.support.paper import COVER_OPEN, OFFLINE, PAPER_LOW, PAPER_OUT, STOPPED, Roll, RollLink

SLIP: Slip = (
    Heading("Ferretería José"),
    Row("Réservé sur la carte", "6,98\u202f€"),
    Note("Gardez ce code : si la copie ne marche pas, rapportez les deux."),
    Qr("KEY COPY CERTIFICATE 1"),
)
SETTINGS = Printer(port="socket://127.0.0.1:9100", answer_timeout_s=0.1)


class WaitedClock(SystemClock):
    """Its time is what was waited for on the link."""

    def __init__(self, link: RollLink) -> None:
        self._link = link

    def now_s(self) -> float:
        return self._link.waited_s


def printer_of(roll: Roll) -> EscPosPrinter:
    link = RollLink(roll)
    return EscPosPrinter(lambda: link, SETTINGS, WaitedClock(link))


@pytest.mark.parametrize(
    ("roll", "wanted"),
    [
        (Roll(), PrinterStatus.READY),
        (Roll(paper=PAPER_LOW), PrinterStatus.PAPER_LOW),
        (Roll(paper=PAPER_OUT), PrinterStatus.PAPER_OUT),
        (Roll(printer=OFFLINE, cause=STOPPED), PrinterStatus.PAPER_OUT),
        (Roll(printer=OFFLINE, cause=COVER_OPEN), PrinterStatus.COVER_OPEN),
        (Roll(printer=OFFLINE, cause=COVER_OPEN, paper=PAPER_OUT), PrinterStatus.COVER_OPEN),
        (Roll(printer=OFFLINE), PrinterStatus.OFFLINE),
        (Roll(silent=True), PrinterStatus.SILENT),
        # A byte that is no status byte was not meant for us.
        (Roll(printer=0xFF), PrinterStatus.SILENT),
        (Roll(printer=OFFLINE, cause=0x00), PrinterStatus.SILENT),
        (Roll(paper=0x00), PrinterStatus.SILENT),
    ],
)
def test_what_is_wrong_is_named_and_then_nothing_is_printed(roll: Roll, wanted: PrinterStatus) -> None:
    assert printer_of(roll).status() is wanted
    assert printer_of(roll).print(SLIP) is wanted
    assert bool(roll.printed) is wanted.prints


def test_a_roll_that_ends_on_the_way_is_not_called_printed() -> None:
    assert printer_of(Roll(ends_after=40)).print(SLIP) is PrinterStatus.PAPER_OUT


def test_letters_of_every_language_and_the_code_are_on_the_paper_and_it_is_cut() -> None:
    data = composed(SLIP, SETTINGS)
    assert "Ferretería José".encode("cp437") in data or "Ferretería José".encode("cp1252") in data
    # One line of 42 columns, the amount at its end, without the blank that no printer has.
    (line,) = [line for line in data.split(b"\n") if b"sur la carte" in line]
    assert line.endswith((b" 6,98 \x80", b"\xa4", b"\xd5"))
    assert b"1P0KEY COPY CERTIFICATE 1" in data
    assert b"\x1dV" in data
    assert b"?" not in data.replace(b"1P0", b"")


def test_what_is_too_long_for_a_line_goes_on_in_the_next() -> None:
    settings = Printer(columns=24)
    data = composed((Row("Largest error", "0.021 mm (limit 0.050 mm) ✓"), Note("word " * 12)), settings)
    lines = data.split(b"\n")[:-1]
    assert len(lines) > 5
    assert all(len(line.lstrip(b"\x1b!aEtMGd-{@\x00\x01")) <= 24 + 8 for line in lines)
    assert b"?" not in data


def test_one_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    for port in ("socket://127.0.0.1:1", str(tmp_path / "none")):
        found = printer_device.receipt_printer(Printer(port=port), SystemClock())
        assert found is not None
        assert found.status() is PrinterStatus.SILENT
        assert found.print(SLIP) is PrinterStatus.SILENT
    assert printer_device.receipt_printer(Printer(), SystemClock()) is None


@contextmanager
def over_tcp(roll: Roll) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    _answer(roll, caller.recv, caller.sendall)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@contextmanager
def over_pty(roll: Roll) -> Iterator[str]:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    thread = threading.Thread(
        target=_answer, args=(roll, lambda count: os.read(ours, count), lambda data: os.write(ours, data))
    )
    thread.start()
    yield os.ttyname(theirs)
    os.write(theirs, b"\xff")
    thread.join()
    os.close(theirs)
    os.close(ours)


def _answer(roll: Roll, receive: Callable[[int], bytes], send: Callable[[bytes], object]) -> None:
    kept = b""
    while data := receive(4096):
        if data == b"\xff":
            return
        kept += data
        if b"\x10\x04" in kept[-2:]:
            continue
        send(roll.receive(kept))
        kept = b""


@pytest.mark.parametrize("kind", ["tcp", "serial", "device file"])
def test_over_network_serial_port_and_device_file_the_same_comes_out(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll = Roll()
    if kind == "device file":
        monkeypatch.setattr(printer_device, "_USB", "/dev/pts/")
    with over_tcp(roll) if kind == "tcp" else over_pty(roll) as port:
        found = printer_device.receipt_printer(Printer(port=port, answer_timeout_s=10), SystemClock())
        assert found is not None
        assert found.status() is PrinterStatus.READY
        assert found.print(SLIP * 4) is PrinterStatus.READY
    assert bytes(roll.printed) == composed(SLIP * 4, Printer())


def test_a_device_that_takes_nothing_is_gone_and_one_that_says_nothing_is_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_file, "WRITE_TIMEOUT_S", 0.01)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link: ByteLink = DeviceFileLink(str(pipe))
    assert link.read(0.0) == b""
    with pytest.raises(LinkLost, match="takes nothing more"):
        link.write(bytes(1_000_000))
    link.close()
    link.close()
    with pytest.raises(PortUnavailable):
        DeviceFileLink(str(tmp_path / "none"))
    with pytest.raises(PortUnavailable):
        SerialLink(str(pipe), 9600)


@pytest.mark.parametrize("status", list(PrinterStatus))
def test_the_doctor_names_what_the_printer_needs_and_never_keeps_a_kiosk_from_selling(status: PrinterStatus) -> None:
    rolls = {
        PrinterStatus.READY: Roll(),
        PrinterStatus.PAPER_LOW: Roll(paper=PAPER_LOW),
        PrinterStatus.PAPER_OUT: Roll(paper=PAPER_OUT),
        PrinterStatus.COVER_OPEN: Roll(printer=OFFLINE, cause=COVER_OPEN),
        PrinterStatus.OFFLINE: Roll(printer=OFFLINE),
        PrinterStatus.SILENT: Roll(silent=True),
    }
    found = printer_device.look(printer_of(rolls[status]))
    assert found.grade is (Grade.PASS if status is PrinterStatus.READY else Grade.WARN)
    assert bool(found.next_step) is (status is not PrinterStatus.READY)
    assert not rolls[status].printed
    assert printer_device.look(None).grade is Grade.PASS
