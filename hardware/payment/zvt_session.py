"""One ZVT command after the other over a link: acknowledgements, time-outs, what the terminal says in between.

Responsible for: one command at a time to its end, and registration after each connect. Not responsible for: what a
command means for a payment (`hardware.payment.zvt`). Nothing of a message's body is ever logged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from config.payment import Zvt
from hardware.clock import Clock
from hardware.errors import LinkFault, PaymentFault
from hardware.payment.zvt_codec import (
    NOT_ISSUED,
    Apdu,
    Command,
    Field,
    StatusInformation,
    ZvtError,
    abort_of,
    bitmaps,
    status_of,
    to_bcd,
)
from hardware.payment.zvt_frames import Framing, SerialFraming, TcpFraming
from hardware.ports import ByteLink

CONFIGURATION = 0x02 | 0x04 | 0x08
"""The kiosk shows receipts itself and wants to know of intermediate states."""
QUIET_S = 0.5
"""A serial line that was just opened is listened to until it has been quiet for so long."""
NOT_SUPPORTED = 0x8483
WRONG_PASSWORD = 0x840D
_ACKNOWLEDGED = (Command.ACKNOWLEDGED, 0x8400)


class AnswerLost(PaymentFault):
    """A command went out and its end did not come back: whether it was done is not known."""


class TerminalRefused(PaymentFault):
    """The terminal does not take the registration."""


@dataclass(frozen=True)
class Ended:
    """How a command ended. `refused`: not begun, with this code. `aborted`: reason, 0x06 1E."""

    refused: int | None = None
    aborted: int | None = None
    open_receipt: int | None = None
    """The receipt number that an abort named."""
    status: StatusInformation | None = None
    """The last status information."""

    @property
    def completed(self) -> bool:
        """It was carried through."""
        return self.refused is None and self.aborted is None


class ZvtSession:
    """The line to one terminal. One thread at a time."""

    def __init__(self, open_link: Callable[[], ByteLink], settings: Zvt, clock: Clock) -> None:
        """Nothing is opened yet."""
        self._open_link, self._settings, self._clock = open_link, settings, clock
        self._link: ByteLink | None = None
        self._framing: Framing = TcpFraming()
        self._arrived: list[Apdu] = []

    def close(self) -> None:
        """Hang up. May be called twice."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def command(
        self, command: Command, body: bytes = b"", heard: Callable[[StatusInformation], None] = lambda _: None
    ) -> Ended:
        """Have one command carried out.

        Args:
            command: which.
            body: its data.
            heard: called with each status information, before it is acknowledged.

        Raises:
            AnswerLost: it went out, and how it ended is not known.
            PaymentFault: the terminal cannot be reached; nothing went out.
        """
        self._connect()
        try:
            self._refuse_what_nobody_asked_for()
        except (LinkFault, ZvtError):
            # A line that was dropped in the meantime is found out here, before anything is asked.
            self.close()
            self._connect()
        return self._carry_out(Apdu(command, body), heard)

    def _connect(self) -> None:
        if self._link is not None:
            return
        try:
            self._link = self._open_link()
        except LinkFault as cause:
            raise PaymentFault("the payment terminal cannot be reached") from cause
        self._framing = TcpFraming() if "://" in self._settings.port else SerialFraming()
        self._arrived.clear()
        if isinstance(self._framing, SerialFraming):
            # A serial line keeps what was meant for a kiosk that died: an answer to nothing we asked.
            with suppress(LinkFault, ZvtError):
                self._refuse_what_nobody_asked_for(QUIET_S)
        body = bytes.fromhex(self._settings.password) + bytes([CONFIGURATION])
        body += to_bcd(self._settings.currency_number, 2)
        try:
            ended = self._carry_out(Apdu(Command.REGISTRATION, body), lambda _: None)
        except AnswerLost as cause:
            raise PaymentFault("the payment terminal does not answer the registration") from cause
        if not ended.completed:
            self.close()
            code = ended.refused if ended.refused is not None else ended.aborted
            raise TerminalRefused(f"the payment terminal refuses the registration ({code:04X}): password?")

    def _refuse_what_nobody_asked_for(self, quiet_s: float = 0.0) -> None:
        """A payment reported while no command runs was asked for by nobody: goods not issued."""
        while (apdu := self._next(quiet_s)) is not None:
            if apdu.command == Command.STATUS:
                self._send(Apdu(NOT_ISSUED))
            elif apdu.command not in _ACKNOWLEDGED:
                self._send(Apdu(Command.ACKNOWLEDGED))

    def _carry_out(self, apdu: Apdu, heard: Callable[[StatusInformation], None]) -> Ended:
        try:
            self._send(apdu)
            return self._end_of(heard)
        except (LinkFault, ZvtError) as cause:
            self.close()
            raise AnswerLost("the payment terminal's answer was lost") from cause
        except BaseException:
            # Whatever ended it: half an exchange is never gone on with.
            self.close()
            raise

    def _end_of(self, heard: Callable[[StatusInformation], None]) -> Ended:
        status: StatusInformation | None = None
        wait_s = self._settings.acknowledge_timeout_s
        acknowledged = False
        while True:
            apdu = self._next(wait_s)
            if apdu is None:
                raise AnswerLost("the payment terminal stays silent")
            if apdu.command in _ACKNOWLEDGED:
                acknowledged, wait_s = True, self._settings.command_timeout_s
                continue
            if apdu.command >> 8 == 0x84:
                return Ended(refused=apdu.command)
            if not acknowledged:
                # Of an earlier command: this one was not even received.
                self._send(Apdu(NOT_ISSUED if apdu.command == Command.STATUS else Command.ACKNOWLEDGED))
                continue
            if apdu.command == Command.STATUS:
                status = status_of(apdu)
                # Written down before the terminal is told that it was heard.
                heard(status)
            ended = None
            if apdu.command == Command.COMPLETION:
                ended = Ended(status=status)
            elif apdu.command == Command.ABORT:
                reason, receipt = abort_of(apdu)
                ended = Ended(aborted=reason, open_receipt=receipt, status=status)
            self._send(Apdu(Command.ACKNOWLEDGED))
            if ended is not None:
                return ended

    def _send(self, apdu: Apdu) -> None:
        if self._link is None:
            raise AnswerLost("the payment terminal hung up")
        self._link.write(self._framing.framed(apdu))

    def _next(self, wait_s: float) -> Apdu | None:
        """The next message, or None if none came in time."""
        if self._link is None:
            raise AnswerLost("the payment terminal hung up")
        until_s = self._clock.now_s() + wait_s
        while not self._arrived:
            left_s = until_s - self._clock.now_s()
            data = self._link.read(max(0.0, left_s))
            if data:
                apdus, answer = self._framing.feed(data)
                if answer:
                    self._link.write(answer)
                self._arrived += apdus
            elif left_s <= 0:
                return None
        return self._arrived.pop(0)


def receipt_and(receipt: int, amount_minor: int | None = None) -> bytes:
    """The body of a command about a receipt number."""
    values = {Field.RECEIPT: receipt}
    return bitmaps(values if amount_minor is None else {**values, Field.AMOUNT: amount_minor})
