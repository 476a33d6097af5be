"""The board's `$` settings and the EEPROM that keeps them, byte for byte.

Responsible for: defaults, what a setting may be, where it lies in the EEPROM, its weak checksum, and how many bytes a
write really changes (each stops reception for 3.4 ms). Not responsible for: time, or printing.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from simulator.firmware.numbers import low_byte, single

VERSION = 10
SIZE = 1024
GLOBAL_AT, PARAMETERS_AT, STARTUP_AT, BUILD_INFO_AT = 1, 512, 768, 942
LINE_BYTES = 80
STARTUP_LINES_AT = (STARTUP_AT, STARTUP_AT + LINE_BYTES + 1)
_LAYOUT = struct.Struct("<12f5B4f2B2fHf")
_SETTING_IDS = (0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 32)
AXIS_IDS = (100, 110, 120, 130)
INTEGER_IDS = frozenset({0, 1, 2, 3, 4, 5, 6, 10, 13, 20, 21, 22, 23, 26, 32})
RPM_IDS = frozenset({30, 31})
_FLAGS = {13: 0, 32: 1, 4: 2, 21: 3, 22: 4, 20: 5, 5: 6, 6: 7}

FACTORY: dict[int, float] = {
    **dict.fromkeys(_SETTING_IDS, 0.0),
    0: 10, 1: 25, 10: 1, 11: 0.01, 12: 0.002, 24: 25, 25: 500, 26: 250, 27: 1, 30: 1000,
    **{base + i: value for base, value in ((100, 250.0), (110, 500.0), (120, 10.0), (130, 200.0)) for i in range(3)},
}  # fmt: skip
"""What a board from the shelf holds."""

BAD_STATEMENT, NEGATIVE, PULSE_TOO_SHORT, NO_SOFT_LIMITS = 3, 4, 6, 10


def _blank() -> bytearray:
    return bytearray(b"\xff" * SIZE)


@dataclass
class Eeprom:
    """1024 bytes that outlive a power cut."""

    data: bytearray = field(default_factory=_blank)

    def put(self, at: int, data: bytes) -> int:
        """Write; how many bytes had to change."""
        changed = 0
        for i, byte in enumerate(data, start=at):
            # Beyond its end the EEPROM begins again: `$N3=` lands there.
            if self.data[i % SIZE] != byte:
                self.data[i % SIZE] = byte
                changed += 1
        return changed

    def put_checked(self, at: int, data: bytes) -> int:
        """Write with the checksum behind; how many bytes had to change."""
        return self.put(at, data + bytes([_checksum(data)]))

    def get_checked(self, at: int, size: int) -> bytes | None:
        """Read; None if the checksum behind it says otherwise."""
        data = bytes(self.data[at : at + size])
        return data if len(data) == size and _checksum(data) == self.data[(at + size) % SIZE] else None

    def text(self, at: int) -> str | None:
        """A stored line, or None if its checksum is wrong."""
        data = self.get_checked(at, LINE_BYTES)
        return None if data is None else data.split(b"\0", 1)[0].decode("latin-1")

    def line(self, at: int) -> bytes:
        """A stored line with what lies behind its end, whatever its checksum."""
        return bytes(self.data[at : at + LINE_BYTES])

    def coordinates(self, index: int) -> tuple[float, float, float] | None:
        """Stored offsets: 0 to 5 for G54 to G59, 6 for G28, 7 for G30."""
        data = self.get_checked(PARAMETERS_AT + 13 * index, 12)
        if data is None:
            return None
        x, y, z = struct.unpack("<3f", data)
        return x, y, z

    def put_coordinates(self, index: int, values: tuple[float, ...]) -> int:
        """Store offsets; how many bytes had to change."""
        return self.put_checked(PARAMETERS_AT + 13 * index, struct.pack("<3f", *values))


def _checksum(data: bytes) -> int:
    """GRBL's own: a logical "or" where a rotation was meant, so it is little more than the last byte."""
    total = 0
    for byte in data:
        total = (int(bool((total << 1) or (total >> 7))) + byte) & 0xFF
    return total


class BoardSettings:
    """All `$` values by number, as the board holds them."""

    def __init__(self, values: dict[int, float] | None = None) -> None:
        self.values = dict(FACTORY)
        for number, value in (values or {}).items():
            self.values[number] = single(value)
        self._refresh()

    def _refresh(self) -> None:
        v = self.values
        self.steps_per_mm = tuple(max(v[100 + i], 1e-6) for i in range(3))
        self.max_rate_mm_s = tuple(max(v[110 + i], 1e-3) / 60 for i in range(3))
        self.acceleration_mm_s2 = tuple(max(v[120 + i], 1e-3) for i in range(3))
        self.travel_mm = tuple(v[130 + i] for i in range(3))
        self.homing = bool(v[22])
        self.hard_limits = bool(v[21])
        self.soft_limits = bool(v[20])
        self.inches = bool(v[13])
        self.laser = bool(v[32])

    def store(self, number: int, value: float) -> int:
        """Take one setting; 0, or the number of the error the board answers."""
        if value < 0:
            return NEGATIVE
        if number >= AXIS_IDS[0]:
            if number not in self.values:
                return BAD_STATEMENT
            # Kept a square minute: the way there and back rounds.
            self.values[number] = single(single(single(value * 60) * 60) / 3600) if 120 <= number < 130 else value
        elif number not in self.values:
            return BAD_STATEMENT
        elif number == 0 and low_byte(value) < 3:
            return PULSE_TOO_SHORT
        elif number == 20 and low_byte(value) and not self.homing:
            return NO_SOFT_LIMITS
        elif number in _FLAGS:
            self.values[number] = float(bool(low_byte(value)))
            if number == 22 and not low_byte(value):
                self.values[20] = 0.0
        else:
            self.values[number] = float(low_byte(value)) if number in INTEGER_IDS else value
        self._refresh()
        return 0

    def packed(self) -> bytes:
        """As they lie in the EEPROM."""
        v = self.values
        flags = sum(bool(v[number]) << bit for number, bit in _FLAGS.items())
        floats = [v[100 + i] for i in range(3)] + [v[110 + i] for i in range(3)]
        floats += [v[120 + i] * 3600 for i in range(3)] + [-v[130 + i] for i in range(3)]
        return _LAYOUT.pack(
            *map(single, floats),
            int(v[0]), int(v[2]), int(v[3]), int(v[1]), int(v[10]),
            v[11], v[12], v[30], v[31],
            flags, int(v[23]), v[24], v[25], int(v[26]), v[27],
        )  # fmt: skip

    @classmethod
    def unpacked(cls, data: bytes) -> BoardSettings:
        """From the bytes of the EEPROM."""
        raw = _LAYOUT.unpack(data)
        values: dict[int, float] = {100 + i: raw[i] for i in range(3)}
        values |= {110 + i: raw[3 + i] for i in range(3)}
        values |= {120 + i: raw[6 + i] / 3600 for i in range(3)}
        values |= {130 + i: -raw[9 + i] for i in range(3)}
        values |= dict(zip((0, 2, 3, 1, 10, 11, 12, 30, 31), raw[12:21], strict=True))
        values |= {number: float(raw[21] >> bit & 1) for number, bit in _FLAGS.items()}
        values |= dict(zip((23, 24, 25, 26, 27), raw[22:27], strict=True))
        return cls(values)

    def write(self, eeprom: Eeprom) -> int:
        """Store all; how many bytes had to change."""
        return eeprom.put(0, bytes([VERSION])) + eeprom.put_checked(GLOBAL_AT, self.packed())

    @classmethod
    def read(cls, eeprom: Eeprom) -> BoardSettings | None:
        """Load all; None when the EEPROM holds none."""
        data = eeprom.get_checked(GLOBAL_AT, _LAYOUT.size) if eeprom.data[0] == VERSION else None
        return None if data is None else cls.unpacked(data)


def restore(eeprom: Eeprom, *, settings: bool, parameters: bool, lines: bool) -> int:
    """Put the shelf's contents back; how many bytes had to change."""
    changed = 0
    if settings:
        changed += BoardSettings().write(eeprom)
    if parameters:
        for index in range(8):
            changed += eeprom.put_coordinates(index, (0.0, 0.0, 0.0))
    if lines:
        # Only an empty line and a checksum behind it: on a new board the real checksum is further on and wrong, and
        # each line says so once when it is read first.
        for at in (*STARTUP_LINES_AT, BUILD_INFO_AT):
            changed += eeprom.put(at, b"\0\0")
    return changed


def factory_eeprom(settings: BoardSettings | None = None) -> Eeprom:
    """An EEPROM that has seen its first start."""
    eeprom = Eeprom()
    restore(eeprom, settings=True, parameters=True, lines=True)
    for at in (*STARTUP_LINES_AT, BUILD_INFO_AT):
        eeprom.put_checked(at, bytes(LINE_BYTES))
    if settings is not None:
        settings.write(eeprom)
    return eeprom
