"""The words of one line: letters, numbers and modal groups, before they are held against each other. Pure.

Responsible for: every error a word can have of its own, in the order the board finds it. Not responsible for: what the
words mean together (`simulator.firmware.parser`).
"""

from __future__ import annotations

from simulator.firmware.gcode_state import END_M2, END_M30, FLOOD, MIST, PAUSE, PROBE_TOWARD, Block, GcodeError
from simulator.firmware.numbers import low_byte, read_number, round_half_away, single

MAX_TOOL = 255
_TOO_WIDE = 2.0**31

# Modal groups a line may name once each.
_G0, _G1, _G2, _G3, _G4, _G5, _G6, _G7, _G8, G12, _G13, _M4, _M7, _M8 = range(14)
JOG_GROUPS = frozenset({_G0, _G3, _G6})
"""What a jog may name."""
_VALUE_LETTERS = frozenset("FIJKLNPRSTXYZ")
_NEVER_NEGATIVE = frozenset("FNPTS")


def _hundredths(value: float) -> int:
    """Squeezed into sixteen bits; of what does not fit into thirty-two nothing is left."""
    return round_half_away(value) & 0xFFFF if abs(value) < _TOO_WIDE else 0


class LineWords:
    """The words of one line, before they are held against each other."""

    __slots__ = ("block", "groups", "values")
    mist = False
    """Whether M7 is known."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.groups: set[int] = set()
        self.values: dict[str, float] = {}

    def read(self, line: str, at: int) -> None:
        """Read from `at` to the end.

        Raises:
            Refused: with the number the board answers.
        """
        end = len(line)
        while at < end:
            letter = line[at]
            if not "A" <= letter <= "Z":
                raise GcodeError(1)
            number = read_number(line, at + 1)
            if number is None:
                raise GcodeError(2)
            value, at = number
            if letter == "G" or letter == "M":
                whole = low_byte(value)
                hundredths = _hundredths(single(100 * single(value - whole)))
                group = self._g(whole, hundredths) if letter == "G" else self._m(whole, hundredths)
                if group in self.groups:
                    raise GcodeError(21)
                self.groups.add(group)
            else:
                self._value(letter, value)

    def _value(self, letter: str, value: float) -> None:
        if letter not in _VALUE_LETTERS:
            raise GcodeError(20)
        if letter == "T" and value > MAX_TOOL:
            raise GcodeError(38)
        if letter in self.values:
            raise GcodeError(25)
        if value < 0 and letter in _NEVER_NEGATIVE:
            raise GcodeError(4)
        self.values[letter] = value

    def _claim_axes(self, use: int) -> None:
        if self.block.axes:
            raise GcodeError(24)
        self.block.axes = use

    def _g(self, whole: int, hundredths: int) -> int:
        block, modal = self.block, self.block.modal
        group: int
        if whole in (0, 1, 2, 3, 38, 80):
            if whole != 80:
                self._claim_axes(2)
            group = _G1
            modal.motion = whole
            if whole == 38:
                if hundredths not in (20, 30, 40, 50):
                    raise GcodeError(20)
                modal.motion = PROBE_TOWARD + hundredths // 10 - 2
                hundredths = 0
        elif whole in (4, 10, 28, 30, 53, 92):
            if whole not in (4, 53) and hundredths == 0:
                self._claim_axes(1)
            group = _G0
            block.action = whole
            if whole in (28, 30, 92):
                if hundredths not in (0, 10):
                    raise GcodeError(20)
                block.action += hundredths
                hundredths = 0
        elif whole in (17, 18, 19):
            group, modal.plane = _G2, whole - 17
        elif whole in (90, 91):
            if hundredths:
                if hundredths != 10 or whole == 90:
                    raise GcodeError(20)
                group, hundredths = _G4, 0
            else:
                group, modal.incremental = _G3, whole == 91
        elif whole in (93, 94):
            group, modal.inverse_time = _G5, whole == 93
        elif whole in (20, 21):
            group, modal.inches = _G6, whole == 20
        elif whole == 40:
            group = _G7
        elif whole in (43, 49):
            group = _G8
            self._claim_axes(3)
            if whole == 43 and hundredths != 10:
                raise GcodeError(20)
            modal.tool_offset = whole == 43
            hundredths = 0
        elif 54 <= whole <= 59:
            group, modal.system = G12, whole - 54
        elif whole == 61:
            group = _G13
            if hundredths:
                raise GcodeError(20)
        else:
            raise GcodeError(20)
        if hundredths:
            raise GcodeError(23)
        return group

    def _m(self, whole: int, hundredths: int) -> int:
        if hundredths:
            raise GcodeError(23)
        modal = self.block.modal
        if whole in (0, 1, 2, 30):
            self.block.flow = {0: PAUSE, 1: self.block.flow, 2: END_M2, 30: END_M30}[whole]
            return _M4
        if whole in (3, 4, 5):
            modal.spindle = whole
            return _M7
        if whole == 8 or (whole == 7 and self.mist):
            modal.coolant |= FLOOD if whole == 8 else MIST
            return _M8
        if whole == 9:
            modal.coolant = 0
            return _M8
        raise GcodeError(20)


class MistWords(LineWords):
    """Words of a board built with mist coolant."""

    __slots__ = ()
    mist = True
