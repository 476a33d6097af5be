"""A simulated ZVT terminal: bytes in, segments of bytes out. It takes no money, and its people and faults have names.

Responsible for: what a terminal and its bank keep, the order of its messages, what goes wrong. Not responsible for:
sockets and ptys (`simulator.serve.terminal_ports`). It lives on when a kiosk dies, and keeps its ledger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import ConfigDict, TypeAdapter

from hardware.payment.zvt_codec import (
    NO_RECEIPT,
    Apdu,
    Command,
    Field,
    ZvtError,
    bitmaps,
    fields_of,
)
from hardware.payment.zvt_frames import SerialFraming, TcpFraming

CANARY_PAN = bytes.fromhex("4929123456781234")
"""No real card's. Every status carries it, as real ones do, so that tests can hunt it."""
_CARD = b"\x22\xf0\xf8" + CANARY_PAN + b"\x0e\x27\x12" + b"\x8b\xf0\xf4VISA" + b"\x23\xf0\xf8" + CANARY_PAN
AS_SHIPPED = "0" * 6
_ACKNOWLEDGED = (Command.ACKNOWLEDGED, 0x8400)
NOT_SUPPORTED, WRONG_PASSWORD = 0x8483, 0x840D
CARD_TAKEN_AWAY, TIMED_OUT, OPEN_RESERVATION, NOT_THERE = 0x6C, 0x6E, 0xB8, 0xB4
DECLINED_RESULT, WRONG_PIN_RESULT = 0x05, 0x37


class ZvtFault(StrEnum):
    """What people do before the terminal, and what goes wrong with it.

    Each strikes one payment command and is over; those of `LASTING` stay.
    """

    CARD_LATE = "card_late"
    CARD_TAKEN_AWAY = "card_taken_away"
    DECLINED = "declined"
    WRONG_PIN = "wrong_pin"
    LOST_BEFORE = "answer_lost_before"
    """The line drops before anything was done."""
    LOST_AFTER = "answer_lost_after"
    """It was done; the line drops before a word of it."""
    ACKNOWLEDGEMENT_LOST = "acknowledgement_lost"
    """The line drops when the status went out; what was done stays done."""
    REVERSED_UNACKNOWLEDGED = "reversed_unacknowledged"
    """As before, and the terminal takes back what was not acknowledged."""
    REBOOT = "reboot"
    """The terminal starts anew in the middle: the line drops, what was done stays, the next command is refused."""
    RECEIPT_REPEATED = "receipt_repeated"
    """The next reservation gets the number of the last one."""
    TWO_IN_ONE = "two_in_one_segment"
    ONE_IN_MANY = "one_in_many_segments"
    NO_PARTIAL = "no_partial_booking"
    BUSY = "busy"


LASTING = (ZvtFault.TWO_IN_ONE, ZvtFault.ONE_IN_MANY, ZvtFault.NO_PARTIAL)
_PAYMENTS = (
    Command.RESERVATION,
    Command.BOOK_TOTAL,
    Command.RESERVATION_REVERSAL,
    Command.REVERSAL,
    Command.REFUND,
)


@dataclass
class ZvtLedger:
    """What the bank has: reservations by receipt number, then everything booked and given back, in order."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    reserved: dict[int, int] = field(default_factory=dict)
    booked: list[tuple[int, int]] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)

    @property
    def taken_minor(self) -> int:
        """What all shoppers have been charged."""
        return sum(amount for _, amount in self.booked) - sum(self.given_back)

    def as_object(self) -> dict[str, object]:
        """For a file."""
        return {
            "reserved": {str(receipt): amount for receipt, amount in self.reserved.items()},
            "booked": [list(each) for each in self.booked],
            "given_back": list(self.given_back),
        }


_LEDGER = TypeAdapter(ZvtLedger)


class ZvtTerminal:
    """One terminal. `receive` answers with segments; `hung_up` says that it has dropped the line."""

    def __init__(self, *, serial: bool = False, password: str = AS_SHIPPED, booked_is_sent: bool = False) -> None:
        """A terminal that is well, with nothing in its ledger.

        Args:
            serial: framed as on a serial line.
            password: what registration must bring.
            booked_is_sent: reads the amount of a partial booking as what is taken, not as what is let go.
        """
        self.ledger = ZvtLedger()
        self.hung_up = False
        self._serial, self._password, self._booked_is_sent = serial, bytes.fromhex(password), booked_is_sent
        self._faults: deque[ZvtFault] = deque()
        self._lasting: set[ZvtFault] = set()
        self._framing: TcpFraming | SerialFraming = self._new_framing()
        self._script: deque[Apdu] = deque()
        self._registered = False
        self._receipt = self._trace = 0
        self._last: dict[Field, int] = {}
        self._busy = 0
        self._drop_after_status = False

    def will(self, fault: ZvtFault) -> None:
        """Let this go wrong at the next payment command, or from now on."""
        if fault in LASTING:
            self._lasting.add(fault)
        else:
            self._faults.append(fault)

    def ledger_object(self) -> dict[str, object]:
        """What was reserved, taken and given back, for a file."""
        return self.ledger.as_object()

    def know(self, ledger: bytes) -> None:
        """Begin with what a file has of it: what is reserved can still be booked, and no receipt's number comes again.

        Raises:
            ValueError: it is no such ledger.
        """
        self.ledger = _LEDGER.validate_json(ledger)
        self._receipt = max((*self.ledger.reserved, *(receipt for receipt, _ in self.ledger.booked)), default=0)

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()
        self._lasting.clear()
        self._busy = 0

    def connected(self) -> None:
        """Somebody opens the line."""
        self.hung_up = False
        self._framing = self._new_framing()
        self._script.clear()
        self._registered = False

    def receive(self, data: bytes) -> list[bytes]:
        """What comes in, and what goes out for it, in segments."""
        try:
            apdus, answer = self._framing.feed(data)
        except ZvtError:
            self.hung_up = True
            return []
        segments = [answer] if answer else []
        for apdu in apdus:
            if self.hung_up:
                break
            segments += [self._framing.framed(each) for each in self._heard(apdu)]
        if ZvtFault.TWO_IN_ONE in self._lasting:
            return [b"".join(segments)] if segments else []
        if ZvtFault.ONE_IN_MANY in self._lasting:
            return [bytes([byte]) for byte in b"".join(segments)]
        return segments

    def _new_framing(self) -> TcpFraming | SerialFraming:
        return SerialFraming() if self._serial else TcpFraming()

    def _heard(self, apdu: Apdu) -> list[Apdu]:
        if apdu.command in _ACKNOWLEDGED or apdu.command >> 8 == 0x84:
            return [self._script.popleft()] if self._script else []
        self._script.clear()
        if self._busy:
            self._busy -= 1
            return [Apdu(0x849C)]
        acknowledged = Apdu(Command.ACKNOWLEDGED)
        try:
            answers = self._carry_out(apdu)
        except ZvtError:
            return [Apdu(NOT_SUPPORTED)]
        if self.hung_up:
            return []
        if len(answers) == 1 and answers[0].command >> 8 == 0x84:
            return answers
        self._script.extend(answers)
        # A terminal does not wait for an acknowledgement of its acknowledgement.
        return [acknowledged, self._script.popleft()]

    def _carry_out(self, apdu: Apdu) -> list[Apdu]:
        if apdu.command == Command.REGISTRATION:
            self._registered = apdu.body[:3] == self._password
            return [Apdu(Command.COMPLETION)] if self._registered else [Apdu(WRONG_PASSWORD)]
        if not self._registered:
            return [Apdu(NOT_SUPPORTED)]
        body = apdu.body
        if apdu.command in (Command.REPEAT_RECEIPT, Command.REVERSAL, Command.REFUND):
            body = body[3:]
        asked = fields_of(body)
        if apdu.command == Command.PARTIAL_REVERSAL and asked.get(Field.RECEIPT) == NO_RECEIPT:
            first = next(iter(self.ledger.reserved), NO_RECEIPT)
            return [Apdu(Command.ABORT, bytes([OPEN_RESERVATION]) + bitmaps({Field.RECEIPT: first}))]
        if apdu.command == Command.REPEAT_RECEIPT:
            if not self._last:
                return [Apdu(Command.ABORT, bytes([NOT_THERE]))]
            return [self._status(self._last), Apdu(Command.COMPLETION)]
        if apdu.command == Command.STATUS_ENQUIRY:
            return [Apdu(Command.COMPLETION)]
        if apdu.command in _PAYMENTS or apdu.command == Command.PARTIAL_REVERSAL:
            return self._payment(Command(apdu.command), asked)
        return [Apdu(NOT_SUPPORTED)]

    def _payment(self, command: Command, asked: Mapping[Field, int]) -> list[Apdu]:
        if command is Command.PARTIAL_REVERSAL and ZvtFault.NO_PARTIAL in self._lasting:
            return [Apdu(NOT_SUPPORTED)]
        fault = self._faults.popleft() if self._faults else None
        if fault is ZvtFault.BUSY:
            self._busy = 1
            return [Apdu(0x849C)]
        if fault is ZvtFault.LOST_BEFORE:
            self.hung_up = True
            return []
        if fault is ZvtFault.CARD_TAKEN_AWAY:
            return [self._intermediate(0x0A), Apdu(Command.ABORT, bytes([CARD_TAKEN_AWAY]))]
        if fault in (ZvtFault.DECLINED, ZvtFault.WRONG_PIN):
            result = DECLINED_RESULT if fault is ZvtFault.DECLINED else WRONG_PIN_RESULT
            return [self._status({Field.RESULT: result}), Apdu(Command.ABORT, bytes([result]))]
        before = (dict(self.ledger.reserved), list(self.ledger.booked), list(self.ledger.given_back))
        done = self._do(command, asked, repeated=fault is ZvtFault.RECEIPT_REPEATED)
        if done is None:
            return [Apdu(Command.ABORT, bytes([NOT_THERE]))]
        self._last = done
        answers = [self._status(done), Apdu(Command.COMPLETION)]
        if fault is ZvtFault.CARD_LATE:
            answers = [self._intermediate(0x0A)] * 5 + answers
        if fault in (ZvtFault.LOST_AFTER, ZvtFault.REBOOT):
            self.hung_up = True
            self._busy = 1 if fault is ZvtFault.REBOOT else 0
        if fault in (ZvtFault.ACKNOWLEDGEMENT_LOST, ZvtFault.REVERSED_UNACKNOWLEDGED):
            # The status goes out, and nothing more is heard.
            answers = [answers[0]]
            self._drop_after_status = True
            if fault is ZvtFault.REVERSED_UNACKNOWLEDGED:
                self.ledger.reserved, self.ledger.booked, self.ledger.given_back = before
                self._trace += 1
                self._last = {**done, Field.RESULT: DECLINED_RESULT, Field.TRACE: self._trace}
        return answers

    def sent(self) -> None:
        """What was answered is out: a line that was to drop then drops."""
        if self._drop_after_status:
            self._drop_after_status = False
            self.hung_up = True

    def _do(self, command: Command, asked: Mapping[Field, int], *, repeated: bool) -> dict[Field, int] | None:
        ledger, amount, receipt = self.ledger, asked.get(Field.AMOUNT, 0), asked.get(Field.RECEIPT, 0)
        match command:
            case Command.RESERVATION:
                if not (repeated and self._receipt and self._receipt not in ledger.reserved):
                    self._receipt = self._receipt % 9999 + 1
                receipt = self._receipt
                ledger.reserved[receipt] = amount
            case Command.BOOK_TOTAL | Command.PARTIAL_REVERSAL:
                if receipt not in ledger.reserved:
                    return None
                whole = command is Command.BOOK_TOTAL or self._booked_is_sent
                amount = amount if whole else ledger.reserved[receipt] - amount
                if not 0 <= amount <= ledger.reserved.pop(receipt):
                    return None
                ledger.booked.append((receipt, amount))
            case Command.RESERVATION_REVERSAL:
                if receipt not in ledger.reserved:
                    return None
                amount = ledger.reserved.pop(receipt)
            case Command.REVERSAL:
                found = [booked for number, booked in ledger.booked if number == receipt]
                if not found:
                    return None
                amount = found[-1]
                ledger.given_back.append(amount)
            case Command.REFUND:
                ledger.given_back.append(amount)
            case _:
                return None
        self._trace += 1
        return {Field.RESULT: 0, Field.AMOUNT: amount, Field.RECEIPT: receipt, Field.TRACE: self._trace}

    @staticmethod
    def _status(values: Mapping[Field, int]) -> Apdu:
        return Apdu(Command.STATUS, bitmaps(values) + _CARD)

    @staticmethod
    def _intermediate(text: int) -> Apdu:
        return Apdu(Command.INTERMEDIATE, bytes([text]))
