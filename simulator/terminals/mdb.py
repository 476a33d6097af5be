"""A simulated MDB-USB adapter with a card reader: lines in, lines out. It takes no money; its faults have names.

Responsible for: the reader's states, what it charges, what goes wrong. Not responsible for: the pty
(`simulator.serve.terminal_ports`). It lives on when a kiosk dies.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ConfigDict, TypeAdapter

from hardware.payment.mdb_lines import LineSplitter, MdbError, amount_text, minor_of


class MdbFault(StrEnum):
    """What people do and what goes wrong; each strikes one request or end, those of `LASTING` stay."""

    DENIED = "denied"
    NO_CARD = "no_card"
    """Nobody brings one: the reader waits until it is called off."""
    RESET_IN_VEND = "reset_in_vend"
    """Approved, then the reader starts anew: it counts the vend as a success."""
    LAPSED = "lapsed"
    """Approved, and its time-out is shorter than the job: it lets go by itself."""
    LOST_BEFORE = "answer_lost_before"
    LOST_AFTER = "answer_lost_after"
    UNPLUGGED = "unplugged"
    """The adapter loses its power: as a reset, and the line drops."""
    CUT_IN_TWO = "lines_cut_in_two"
    ABSENT = "reader_absent"


LASTING = (MdbFault.CUT_IN_TWO, MdbFault.ABSENT)


@dataclass
class _Ledger:
    __pydantic_config__ = ConfigDict(extra="forbid")
    approved: int
    charged: list[int]


_LEDGER = TypeAdapter(_Ledger)


class MdbTerminal:
    """One adapter and reader. `charged` is all that was taken, in order."""

    def __init__(self, *, firmware: str = "3.8.0", result_timeout_s: int = 600) -> None:
        """A reader that is well, enabled by nobody yet."""
        self.charged: list[int] = []
        self.hung_up = False
        self._firmware, self._timeout_s = firmware, result_timeout_s
        self._faults: deque[MdbFault] = deque()
        self._lasting: set[MdbFault] = set()
        self._splitter = LineSplitter()
        self._state = "OFF"
        self._asked = 0
        self._approved = False
        self._ends: MdbFault | None = None

    def will(self, fault: MdbFault) -> None:
        """Let this go wrong next, or from now on."""
        if fault in LASTING:
            self._lasting.add(fault)
        else:
            self._faults.append(fault)

    def ledger_object(self) -> dict[str, object]:
        """What is approved and what was taken, for a file."""
        return {"approved": self.approved_minor, "charged": list(self.charged)}

    def know(self, ledger: bytes) -> None:
        """Begin with what a file has of it: its power was gone meanwhile, so a sale that was open counts as one.

        Raises:
            ValueError: it is no such ledger.
        """
        kept = _LEDGER.validate_json(ledger)
        self.charged = [*kept.charged, *([kept.approved] if kept.approved else [])]

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()
        self._lasting.clear()
        self._ends = None

    def connected(self) -> None:
        """Somebody opens the port; the reader does not notice."""
        self.hung_up = False
        self._splitter = LineSplitter()

    def sent(self) -> None:
        """What was answered is out."""

    @property
    def approved_minor(self) -> int:
        """What is approved and neither taken nor let go."""
        return self._asked if self._approved else 0

    def receive(self, data: bytes) -> list[bytes]:
        """What comes in, and what goes out for it, in segments."""
        try:
            lines = self._splitter.feed(data)
        except MdbError:
            return []
        out = b""
        for line in lines:
            if not self.hung_up:
                out += b"".join(f"{each}\r\n".encode() for each in self._heard(line))
        if MdbFault.CUT_IN_TWO in self._lasting and len(out) > 1:
            return [out[: len(out) // 2], out[len(out) // 2 :]]
        return [out] if out else []

    def _heard(self, line: str) -> list[str]:
        self.lapses()
        if self.hung_up:
            return []
        match line.split(","):
            case ["V"]:
                return [f"v,{self._firmware}"]
            case ["D", "STATUS"]:
                return [f"d,STATUS,{self._state},#,3,1978,1,2,{self._timeout_s},8,2"]
            case ["D", "2"]:
                self._reset()
                return ["d,STATUS,RESET"] if MdbFault.ABSENT in self._lasting else ["d,STATUS,RESET", "d,STATUS,INIT,1"]
            case ["D", "READER", "1"]:
                if MdbFault.ABSENT in self._lasting or self._state not in ("INIT", "IDLE"):
                    return ['d,ERR,"-1"']
                self._state = "IDLE"
                return ["d,STATUS,IDLE"]
            case ["D", "REQ", "-1"]:
                if self._state != "VEND" or self._approved:
                    return ['d,ERR,"-1"']
                self._state = "IDLE"
                return ["d,STATUS,RESULT,-1"]
            case ["D", "REQ", amount, _]:
                return self._request(amount)
            case ["D", "END", *product]:
                return self._end(product)
            case _:
                return ['d,ERR,"-1"']

    def _request(self, amount: str) -> list[str]:
        if self._state != "IDLE":
            return ['d,ERR,"-1"']
        fault = self._faults.popleft() if self._faults else None
        if fault is MdbFault.LOST_BEFORE:
            self.hung_up = True
            return []
        self._asked = minor_of(amount)
        if fault is MdbFault.DENIED:
            return ["d,STATUS,VEND", "d,STATUS,RESULT,-1"]
        self._state = "VEND"
        if fault is MdbFault.NO_CARD:
            return ["d,STATUS,VEND"]
        self._approved = True
        if fault is MdbFault.LOST_AFTER:
            self.hung_up = True
            return []
        if fault in (MdbFault.RESET_IN_VEND, MdbFault.UNPLUGGED, MdbFault.LAPSED):
            self._ends = fault
        return ["d,STATUS,VEND", f"d,STATUS,RESULT,1,{amount_text(self._asked)}"]

    def lapses(self) -> None:
        """What was to happen between approval and end happens: at the latest when the next line comes."""
        fault, self._ends = self._ends, None
        if fault is MdbFault.LAPSED:
            self._state, self._approved = "IDLE", False
        elif fault in (MdbFault.RESET_IN_VEND, MdbFault.UNPLUGGED):
            self._reset()
            self.hung_up = fault is MdbFault.UNPLUGGED

    def _end(self, product: list[str]) -> list[str]:
        failed = product == ["-1"]
        names_product = bool(product) and not failed
        if self._state != "VEND" or not self._approved:
            return ['d,ERR,"-1"']
        if not failed and names_product != (self._firmware >= "3.8"):
            return ['d,ERR,"-1"']
        fault = self._faults.popleft() if self._faults else None
        if fault is MdbFault.LOST_BEFORE:
            self.hung_up = True
            return []
        self._state, self._approved = "IDLE", False
        if not failed:
            self.charged.append(self._asked)
        if fault in (MdbFault.LOST_AFTER, MdbFault.UNPLUGGED):
            self.hung_up = True
            self._state = "OFF" if fault is MdbFault.UNPLUGGED else self._state
            return []
        return ["d,STATUS,IDLE"]

    def _reset(self) -> None:
        if self._approved:
            self.charged.append(self._asked)
        self._approved = False
        self._state = "INIT" if MdbFault.ABSENT not in self._lasting else "OFF"
