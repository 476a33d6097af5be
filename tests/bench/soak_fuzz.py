"""Fuzzing what strangers can reach: the wire, scan folders, settings, scenarios, the control socket, documents.

    python -m tests.bench.soak_fuzz [--minutes 10] [--seed 1] [--only NAME]

Inputs are drawn by Hypothesis: mostly good ones damaged in a few places. A target fails on any exception but those it
is meant to raise, and on any input that takes longer than 20 s. Prints inputs tried by target; status 1 on a failure.
"""

from __future__ import annotations

import argparse
import base64
import logging
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.problems import BadInput
from config.settings import SHIPPED, load_settings
from hardware.camera.scan_folder import load_scan, save_scan
from hardware.errors import HardwareFault
from hardware.grbl.session import GrblSession
from hardware.grbl.wire import LineReader, LocalProtocolError
from hardware.scan import Frame, ScanFrames
from kiosk.operations.fleet.collector import Event
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, DocumentKind, Documents, Payload, sign
from kiosk.records.database import open_database
from kiosk.rehearsal.script import load_scenario
from simulator.faults.injection import FAULTS, FaultPanel, parse_fault
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.board import Firmware
from simulator.serve.control import Control

HANG_S = 20.0
BATCH = 100


class Hang(Exception):
    """An input took longer than it may."""


@dataclass(frozen=True)
class Target:
    """What is fuzzed: inputs, and what is done with each. `meant` are the exceptions it may raise."""

    name: str
    inputs: st.SearchStrategy[Any]
    run: Callable[[Any], object]
    meant: tuple[type[Exception], ...]


@st.composite
def damaged(draw: st.DrawFn, corpus: list[bytes], whole: tuple[bytes, ...] = ()) -> bytes:
    """One of `corpus` with a few bytes changed, lost, doubled, moved or added; now and then something else."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=300))
    data = bytearray(draw(st.sampled_from(corpus)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.integers(0, 5)):
            case 0 if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case 1:
                del data[at : at + draw(st.integers(1, 12))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case 3:
                data[at:at] = draw(st.binary(min_size=1, max_size=6))
            case 4:
                data[at:at] = draw(st.sampled_from((*whole, b"nan", b"-1", b"1e999", b"[[", b"{", b'"', b"\n", b"\0")))
            case _:
                other = draw(st.sampled_from(corpus))
                cut = draw(st.integers(0, max(len(other) - 1, 0)))
                data[at:] = other[cut:]
    return bytes(data)


def wire(_folder: Path) -> Target:
    """Bytes from a board, in chunks, into parser and session."""
    corpus = [
        b"\r\nGrbl 1.1h ['$' for help]\r\n",
        b"ok\r\n",
        b"error:22\r\n",
        b"ALARM:1\r\nok\r\n",
        b"<Idle|MPos:0.000,-1.000,2.500|Bf:15,128|FS:0,0|WCO:0.000,0.000,0.000>\r\n",
        b"<Run|MPos:-12.345,-9.876,0.000|FS:480,6000|Pn:PXD|Ov:100,100,100|A:S>\r\nok\r\n",
        b"<Hold:0|MPos:1,2,3|Bf:15,128>\r\n",
        b"$0=10\r\n$100=400.000\r\nok\r\n",
        b"[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\r\nok\r\n",
        b"[VER:1.1h.20190830:]\r\n[OPT:VL,15,128]\r\nok\r\n",
        b"[PRB:0.000,0.000,1.492:1]\r\n[echo: G1X1]\r\n[MSG:Reset to continue]\r\n>G54:ok\r\n",
    ]

    def run(chunks: list[bytes]) -> None:
        reader, session = LineReader(), GrblSession(0.5, 0.8)
        now_s = 0.0
        session.reset_sent()
        for number, chunk in enumerate(chunks):
            now_s += 0.01
            for event in reader.feed(chunk):
                session.receive(event, now_s)
            if number % 3 == 0:
                session.line_sent("G4 P0.01", now_s)
            session.answers()

    return Target("wire", st.lists(damaged(corpus), max_size=8), run, (HardwareFault, LocalProtocolError))


def scans(folder: Path) -> Target:
    """Scan folders whose files are damaged."""
    home = folder / "scan"
    pixels = np.full((90, 120), 220, np.uint8)
    pixels[30:60, 20:100] = 20
    view = Frame(pixels, 0.05)
    save_scan(ScanFrames(view, view, view, view), home)
    names = sorted(path.name for path in home.iterdir())
    good = {name: (home / name).read_bytes() for name in names}

    def run(found: tuple[str, bytes]) -> None:
        name, data = found
        for each, whole in good.items():
            (home / each).write_bytes(data if each == name else whole)
        load_scan(home)

    inputs = st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), damaged([good[name]])))
    return Target("scan files", inputs, run, (BadInput,))


def settings_files(folder: Path) -> Target:
    """An owner's settings, rules and keyways, damaged."""
    owner = folder / "owner"
    files = [SHIPPED / f"{name}.toml" for name in ("machine", "store", "fleet", "operations")]
    files += sorted((SHIPPED / "policy").glob("*.toml"))[:2] + sorted((SHIPPED / "keyways").glob("*.toml"))[:2]
    corpus = {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in files}

    def run(found: tuple[str, bytes]) -> None:
        name, data = found
        path = owner / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        try:
            load_settings(owner, {})
        finally:
            path.unlink()

    inputs = st.sampled_from(sorted(corpus)).flatmap(lambda name: st.tuples(st.just(name), damaged([corpus[name]])))
    return Target("settings", inputs, run, (BadInput,))


def documents(folder: Path) -> Target:
    """Documents from a broker, and events at the collector."""
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def made(version: int, body: dict[str, Any]) -> bytes:
        times = {"issued_utc": now, "expires_utc": now + timedelta(days=365)}
        return sign(Payload(kiosk="kiosk-1", kind=DocumentKind.SETTINGS, version=version, body=body, **times), key)

    corpus = [made(version, {"price_minor": version}) for version in (1, 2, 7)]
    path = folder / "documents.db"
    open_database(path, DOCUMENT_MIGRATIONS, part="documents").close()

    def run(data: bytes) -> None:
        with closing(open_database(path, DOCUMENT_MIGRATIONS, part="documents")) as connection:
            held = Documents(connection, "kiosk-1", [public], {DocumentKind.SETTINGS: lambda body: None})
            before = held.held(DocumentKind.SETTINGS, now)
            held.offer(data, DocumentKind.SETTINGS, now)
            after = held.held(DocumentKind.SETTINGS, now)
        if after != before and after is not None:
            assert after.body in ({"price_minor": 1}, {"price_minor": 2}, {"price_minor": 7}), "a made-up document"
        assert before is None or (after is not None and after.version >= before.version), "rolled back"

    return Target("signed documents", damaged(corpus), run, ())


def events(_folder: Path) -> Target:
    """Events at the collector."""
    good = (
        b'{"kiosk":"kiosk-1","stream":"0123456789abcdef","sequence":1,"first_kept":1,"happened_utc":'
        b'"2026-01-01T00:00:00Z","kind":"sale","facts":{"amount_minor":349,"blank":"KW1","simulated":false}}'
    )
    return Target("fleet events", damaged([good]), Event.model_validate_json, (ValidationError,))


def firmware(_folder: Path) -> Target:
    """Bytes to the simulated board: what a wrong host would send."""
    corpus = [b"$H\n", b"G0X-10\n", b"G1X-12.5F480\n", b"$$\n", b"?", b"!~\x18", b"G38.2Y-3F60\n", b"M3S6000\nG4P0.1\n"]

    def run(data: bytes) -> None:
        board = Firmware()
        board.receive(data)
        board.advance(2.0)
        board.take_output()

    return Target("simulated board", damaged(corpus), run, ())


def scenarios(folder: Path) -> Target:
    """Scenario files, damaged."""
    home = Path(__file__).parents[2] / "kiosk" / "rehearsal" / "scenarios"
    corpus = [path.read_bytes() for path in sorted(home.glob("*.toml"))]
    path = folder / "scenario.toml"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        load_scenario(path)

    return Target("scenarios", damaged(corpus), run, (BadInput,))


def fault_words(_folder: Path) -> Target:
    """Faults as typed on the command line."""
    words = [f"{name}:slot=1,mm=0.2".encode() for name in sorted(FAULTS)]

    def run(data: bytes) -> None:
        parse_fault(data.decode("utf-8", "replace"))

    return Target("fault words", damaged(words), run, (BadInput,))


def control(_folder: Path) -> Target:
    """Lines to the simulated machine's control socket. Every line is answered; none is an exception."""
    known = load_settings(None, {})
    sim = SimulatedMachine(known.machine, known.catalogue, 1)
    desk = Control(sim, FaultPanel(sim))
    corpus = [
        b'{"do": "state"}',
        b'{"do": "fault", "name": "shavings", "mm": 0.2}',
        b'{"do": "clear", "name": "shavings"}',
        b'{"do": "take"}',
        b'{"do": "door", "open": true}',
        b'{"do": "stop", "pressed": false}',
        b'{"do": "stock", "slot": 1, "blanks": 50}',
        b'{"do": "step", "s": 0.1}',
        b'{"do": "empty_chute"}',
    ]

    def run(data: bytes) -> None:
        answer = desk.handle(data.decode("utf-8", "replace"))
        assert "ok" in answer

    return Target("control socket", damaged(corpus), run, ())


MAKERS: tuple[Callable[[Path], Target], ...] = (
    wire,
    scans,
    settings_files,
    documents,
    events,
    firmware,
    scenarios,
    fault_words,
    control,
)


def hammer(target: Target, until_s: float, first_seed: int) -> tuple[int, str]:
    """Inputs tried until `until_s` (monotonic), and the first failure's story."""
    tried = 0

    def once(data: Any) -> None:
        nonlocal tried
        tried += 1
        signal.setitimer(signal.ITIMER_REAL, HANG_S)
        try:
            target.run(data)
        except target.meant:
            return
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    number = first_seed
    while time.monotonic() < until_s:
        batch = settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(seed(number)(given(target.inputs)(once)))
        try:
            batch()
        except Exception:
            # Of whatever kind: that is what is looked for.
            return tried, f"seed {number}\n{traceback.format_exc()}"
        number += 1
    return tried, ""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)

    def hang(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"longer than {HANG_S:g} s")

    signal.signal(signal.SIGALRM, hang)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="kiosk-fuzz-") as folder:
        targets = [make(Path(folder)) for make in MAKERS]
        targets = [target for target in targets if asked.only in target.name]
        began_s = time.monotonic()
        for target in targets:
            start_s = time.monotonic()
            until_s = start_s + asked.minutes * 60 / len(targets)
            tried, story = hammer(target, until_s, asked.seed)
            took_s = time.monotonic() - start_s
            print(f"{target.name:<18} {tried:>9} inputs in {took_s:6.1f} s  {'FAILED' if story else 'ok'}", flush=True)
            if story:
                failed += 1
                print(story, flush=True)
        print(f"seed {asked.seed}, {(time.monotonic() - began_s) / 60:.1f} min")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
