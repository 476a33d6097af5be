"""What a board that matches the shipped machine file says, for transcript tests."""

from __future__ import annotations

from hardware.grbl.settings import wanted_settings
from tests.cutting.keys import machine

BANNER = b"\r\nGrbl 1.1h ['$' for help]\r\n"
LOCKED = b"[MSG:'$H'|'$X' to unlock]\r\n"
OK = b"ok\r\n"


def report(state: str = "Idle", at: tuple[float, float, float] = (-1.0, -1.0, -1.0), rest: str = "FS:0,0") -> bytes:
    return f"<{state}|MPos:{at[0]:.3f},{at[1]:.3f},{at[2]:.3f}|{rest}>\r\n".encode()


def settings(**changed: str) -> bytes:
    """`$$` of the reference machine; `changed` by number, such as `n100="250.000"`, or "" to leave one out."""
    values = {10: "1", 30: "10000", 31: "0"}
    values |= {number: f"{value:g}" for number, (_, value) in wanted_settings(machine()).items()}
    values |= {int(name[1:]): value for name, value in changed.items()}
    return b"".join(f"${number}={value}\r\n".encode() for number, value in sorted(values.items()) if value) + OK


def offsets(**changed: str) -> bytes:
    names = ("G54", "G55", "G56", "G57", "G58", "G59", "G28", "G30", "G92")
    values = dict.fromkeys(names, "0.000,0.000,0.000") | {"TLO": "0.000"} | changed
    return b"".join(f"[{name}:{value}]\r\n".encode() for name, value in values.items()) + OK


INFO = b"[VER:1.1h.20190830:]\r\n[OPT:V,15,128]\r\n" + OK
STARTUP = b"$N0=\r\n$N1=\r\n" + OK


def words(motion: str = "G0", wheel: str = "M5", rest: str = "F0 S0") -> bytes:
    return f"[GC:{motion} G54 G17 G21 G90 G94 {wheel} M9 T0 {rest}]\r\n".encode() + OK


def connecting(
    info: bytes = INFO, dollars: bytes | None = None, offset: bytes | None = None, startup: bytes = STARTUP
) -> list[tuple[bytes, bytes | None]]:
    """Reset, then every question of `connect`."""
    return [
        (b"\x18", BANNER),
        (b"$I\n", info),
        (b"$$\n", settings() if dollars is None else dollars),
        (b"$#\n", offsets() if offset is None else offset),
        (b"$N\n", startup),
    ]


def homing() -> list[tuple[bytes, bytes | None]]:
    """`$H` twice, the words put in force, and the first comparison."""
    return [(b"$H\n", OK), (b"$H\n", OK), (b"G21G90G94\n", OK), (b"G4P0\n", OK), (b"$G\n", words())]


def safe() -> list[tuple[bytes, bytes | None]]:
    """What making safe sends when the board lies at rest."""
    return [(b"!", b""), (b"\x18", BANNER)]
