"""The wire's lines as the panel keeps and shows them.

Responsible for: the last lines, what the filters let through, holding still. Not responsible for: words
(`ui.panel.decode`) or drawing. No I/O.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.wire.tap import Passage
from ui.panel.decode import LineKind, LineMeaning, meaning
from ui.panel.translate import PanelTranslation

LINES_SHOWN = 600


@dataclass(frozen=True)
class ShownWireLine:
    """One line of the wire, with its meaning in the chosen language."""

    number: int
    at_s: float
    course: str
    raw: str
    damaged: bool
    meaning: LineMeaning


@dataclass
class Filter:
    """What is shown."""

    polls: bool = False
    oks: bool = False
    only_trouble: bool = False

    def lets(self, kind: LineKind) -> bool:
        """Whether a line of this kind is shown."""
        if self.only_trouble:
            return kind is LineKind.TROUBLE
        return (self.polls or kind is not LineKind.POLL) and (self.oks or kind is not LineKind.OK)


class ShownWire:
    """The last lines. What came after `seen` is to be asked for."""

    def __init__(self, translate: PanelTranslation) -> None:
        self._translate = translate
        self._lines: deque[ShownWireLine] = deque(maxlen=LINES_SHOWN)
        self._held: list[ShownWireLine] | None = None
        self.filter = Filter()
        self.seen = 0
        """Number of the newest line that came."""
        self.lost = 0
        """Lines that went by too fast to be fetched."""

    def add(self, rows: Sequence[Sequence[object]], lost: int) -> None:
        """Rows of the control socket's `wire`."""
        self.lost += lost
        for row in rows:
            line = self._row(row)
            self._lines.append(line)
            self.seen = line.number

    def _row(self, row: Sequence[object]) -> ShownWireLine:
        number, at_s, course, raw, damaged = row
        return self._line(int(str(number)), float(str(at_s)), str(course), str(raw), bool(damaged))

    def _line(self, number: int, at_s: float, course: str, raw: str, damaged: bool) -> ShownWireLine:
        return ShownWireLine(number, at_s, course, raw, damaged, meaning(course, raw, damaged, self._translate))

    def speak(self, translate: PanelTranslation) -> None:
        """Another language: the same lines, translated anew."""
        self._translate = translate
        again = [self._line(x.number, x.at_s, x.course, x.raw, x.damaged) for x in self._lines]
        self._lines = deque(again, maxlen=LINES_SHOWN)
        if self._held is not None:
            self._held = [self._line(x.number, x.at_s, x.course, x.raw, x.damaged) for x in self._held]

    def past(self, rows: Sequence[Sequence[object]] | None) -> None:
        """Show these rows alone while others come; None: the present again, where it runs on."""
        self._held = None if rows is None else [self._row(row) for row in rows]

    @property
    def held(self) -> bool:
        """Whether the view stands still while the wire goes on."""
        return self._held is not None

    def hold(self, held: bool) -> None:
        """Stand still, or run on."""
        self._held = list(self._lines) if held else None

    def clear(self) -> None:
        """Forget what was seen."""
        self._lines.clear()
        self._held = [] if self.held else None
        self.lost = 0

    def newer(self) -> int:
        """How many lines came since it stands still."""
        if not self._held:
            return 0
        return self.seen - self._held[-1].number

    def shown(self, most: int, back: int = 0) -> list[ShownWireLine]:
        """The newest `most` lines the filter lets through, oldest first, leaving out the `back` newest of them."""
        found: list[ShownWireLine] = []
        for line in reversed(self._lines if self._held is None else self._held):
            if self.filter.lets(line.meaning.kind):
                found.append(line)
                if len(found) >= most + back:
                    break
        return found[back:][::-1] if len(found) > back else found[-most:][::-1]


def arrow(line: ShownWireLine) -> str:
    """An arrow for the direction: towards the board, from it, or the port itself."""
    return {Passage.TO_BOARD: "→", Passage.FROM_BOARD: "←"}.get(Passage(line.course), "•")
