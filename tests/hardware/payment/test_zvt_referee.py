"""Wireshark's own dissector of ZVT as a referee: it must understand every message as we meant it.

Both sides of our exchanges are ours, and could be wrong in the same way; tshark knows neither.
"""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

from config.payment import Zvt
from hardware.payment.zvt import ZvtPayment
from hardware.ports import PaymentState
from simulator.terminals.zvt import ZvtFault, ZvtTerminal
from tests.hardware.payment.desk import MemoryBook, TerminalLink, VirtualClock

KIOSK, TERMINAL = (b"\x7f\0\0\1", 40000), (b"\x7f\0\0\2", 20007)
RAW_IP = 101
RESERVATIONS = {"0622", "0623", "0625"}
"""What the dissector has no words for: it leaves such a message alone, and reads every answer to it."""


class Overheard(TerminalLink):
    """A link of which every segment is kept, with who sent it."""

    def __init__(self, terminal: ZvtTerminal, clock: VirtualClock) -> None:
        super().__init__(terminal, clock)
        self.segments: list[tuple[bool, bytes]] = []

    def write(self, data: bytes) -> None:
        self.segments.append((True, data))
        super().write(data)

    def read(self, timeout_s: float) -> bytes:
        data = super().read(timeout_s)
        if data:
            self.segments.append((False, data))
        return data


def capture(path: Path, segments: list[tuple[bool, bytes]]) -> None:
    """The segments as a capture of one TCP connection."""
    sequence = {True: 1, False: 1}
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for number, (ours, data) in enumerate(segments):
            (source, port), (target, to) = (KIOSK, TERMINAL) if ours else (TERMINAL, KIOSK)
            tcp = struct.pack(">HHIIBBHHH", port, to, sequence[ours], sequence[not ours], 0x50, 0x18, 8192, 0, 0)
            length = 40 + len(data)
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, number, 0, 64, 6, 0, source, target)
            file.write(struct.pack("<IIII", number, 0, length, length) + ip + tcp + data)
            sequence[ours] += len(data)


def dissected(path: Path) -> list[dict[str, Any]]:
    """What tshark makes of each packet, by protocol."""
    asked = ["tshark", "-r", str(path), "-d", "tcp.port==20007,zvt", "-T", "json", "--no-duplicate-keys"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    return [packet["_source"]["layers"] for packet in json.loads(done.stdout)]


def found(layer: Any, name: str) -> list[Any]:
    """Every value of a field, however deep."""
    if isinstance(layer, dict):
        here = [layer[name]] if name in layer else []
        return here + [each for value in layer.values() for each in found(value, name)]
    return [each for value in layer for each in found(value, name)] if isinstance(layer, list) else []


def test_a_sale_of_fewer_copies_and_a_cancelled_one_read_as_what_they_are(tmp_path: Path) -> None:
    terminal, clock, links = ZvtTerminal(), VirtualClock(), list[Overheard]()

    def open_link() -> Overheard:
        links.append(Overheard(terminal, clock))
        return links[-1]

    terminal.will(ZvtFault.CARD_LATE)
    payment = ZvtPayment(open_link, Zvt(), MemoryBook(), clock)
    assert payment.authorise("A1", 698, "EUR").state is PaymentState.APPROVED
    assert payment.capture("A1", 349).state is PaymentState.CAPTURED
    assert payment.refund("A1", 349, "A1-1").state is PaymentState.REFUNDED
    assert payment.authorise("A2", 1047, "EUR").state is PaymentState.APPROVED
    assert payment.void("A2").state is PaymentState.VOIDED
    segments = [segment for link in links for segment in link.segments]
    capture(tmp_path / "sale.pcap", segments)
    packets = dissected(tmp_path / "sale.pcap")

    assert len(packets) == len(segments)
    beyond = {data[:2].hex() for (_, data), layers in zip(segments, packets, strict=True) if "zvt" not in layers}
    assert beyond == RESERVATIONS
    assert "_ws.malformed" not in json.dumps(packets)
    read = [layers["zvt"] for layers in packets if "zvt" in layers]
    controls = {str(each) for layer in read for each in found(layer, "zvt.control_field")}
    assert {"0x0600", "0x0630", "0x040f", "0x04ff", "0x060f", "0x061e"} <= controls
    # What the terminal said it had done: reserved, taken for one copy, given back, reserved, let go.
    statuses = [layer for layer in read if found(layer, "zvt.control_field") == ["0x040f"]]
    amounts = [int(each) for layer in statuses for each in found(layer, "zvt.amount")]
    assert amounts[:4] == [698, 349, 349, 1047]
    assert {str(each) for layer in read for each in found(layer, "zvt.cc")} == {"0x0978"}
