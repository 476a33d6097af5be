"""A card reader behind an MDB-USB adapter: one approved vend a copy, then its success or its failure.

Responsible for: what each request of the `Payment` port means at the reader, what is written before it, and what can be
told afterwards. Not responsible for: the grammar of lines (`hardware.payment.mdb_lines`), sales.

A reader keeps no list of payments and cannot be asked about one. Within its own time-out an approved vend is still
there after a crash and is ended; a reader that was reset meanwhile may have charged: that is for staff, never a void.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from config.payment import Mdb
from hardware.clock import Clock
from hardware.errors import LinkFault, PaymentFault
from hardware.payment.book import Entry, Standing, TerminalBook
from hardware.payment.mdb_lines import (
    Line,
    LineSplitter,
    MdbError,
    MdbState,
    OtherLine,
    ReaderStatus,
    Refused,
    VendResult,
    Version,
    amount_text,
    line_of,
)
from hardware.ports import ByteLink, PaymentAnswer, PaymentState

PRODUCT = 1
WANTS_PRODUCT = (3, 8)
"""From this firmware on a success names the product; before, it must not."""
_UNKNOWN = PaymentAnswer(PaymentState.UNKNOWN)


class MdbPayment:
    """The `Payment` port over one reader."""

    name = "mdb"

    def __init__(self, open_link: Callable[[], ByteLink], settings: Mdb, book: TerminalBook, clock: Clock) -> None:
        """Nothing is opened before the first request."""
        self._open_link, self._settings, self._book, self._clock = open_link, settings, book, clock
        self._link: ByteLink | None = None
        self._splitter = LineSplitter()
        self._arrived: list[Line] = []
        self._version: tuple[int, ...] = ()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the port. May be called twice."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def authorise(self, transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Ask the reader for the amount, and wait for a card."""
        with self._lock:
            if (known := self._book.entry(transaction)) is not None:
                return self._become_of(known)
            if self._ready().state is MdbState.VEND:
                if self._book.open_entries():
                    raise PaymentFault("the card reader has another payment open")
                self._ask("D,END,-1", self._settings.reply_timeout_s)
            entry = Entry(transaction, Standing.ASKING, amount_minor, begun_s=self._clock.utc().timestamp())
            self._book.write(entry)
            line = self._ask(f"D,REQ,{amount_text(amount_minor)},{PRODUCT}", self._settings.reply_timeout_s)
            if isinstance(line, ReaderStatus) and line.state is MdbState.VEND:
                line = self._next(self._settings.card_timeout_s)
                if line is None:
                    # Nobody brought a card in time: asked no longer.
                    return self._call_off(entry)
            return self._answered(entry, line)

    def capture(self, transaction: str, amount_minor: int) -> PaymentAnswer:
        """Tell the reader that the copy was delivered."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                return PaymentAnswer(PaymentState.DECLINED)
            answer = self._become_of(entry)
            if answer.state is not PaymentState.APPROVED:
                return answer
            if amount_minor != entry.reserved_minor:
                raise PaymentFault("a card reader takes all that it approved, or nothing")
            product = f",{PRODUCT}" if self._version >= WANTS_PRODUCT else ""
            taking = replace(entry, standing=Standing.TAKING, taken_minor=amount_minor)
            return self._end(taking, f"D,END{product}", Standing.TAKEN, PaymentState.CAPTURED)

    def void(self, transaction: str) -> PaymentAnswer:
        """Tell the reader that nothing was delivered."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                return PaymentAnswer(PaymentState.VOIDED)
            answer = self._become_of(entry)
            if answer.state is not PaymentState.APPROVED:
                return answer
            releasing = replace(entry, standing=Standing.RELEASING)
            return self._end(releasing, "D,END,-1", Standing.RELEASED, PaymentState.VOIDED)

    def refund(self, transaction: str, amount_minor: int, number: str) -> PaymentAnswer:
        """A reader gives nothing back: staff pay it out, once for each number, and it is recorded."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None or entry.standing is not Standing.TAKEN or amount_minor > entry.taken_minor:
                return PaymentAnswer(PaymentState.DECLINED)
            self._book.write(Entry(number, Standing.GIVEN_BACK, reserved_minor=amount_minor))
            return PaymentAnswer(PaymentState.REFUNDED, number, f"{number}-R{amount_minor:04d}")

    def query(self, transaction: str) -> PaymentAnswer:
        """What became of it, as far as the reader's state can tell."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                self._ready()
                return PaymentAnswer(PaymentState.DECLINED)
            return self._become_of(entry)

    def status(self) -> ReaderStatus:
        """The reader as it stands: for a technician.

        Raises:
            PaymentFault: it cannot be asked.
        """
        with self._lock:
            return self._ready()

    def _become_of(self, entry: Entry) -> PaymentAnswer:
        match entry.standing:
            case Standing.TAKEN:
                return PaymentAnswer(PaymentState.CAPTURED, entry.transaction)
            case Standing.RELEASED:
                return PaymentAnswer(PaymentState.VOIDED, entry.transaction)
            case Standing.GIVEN_BACK | Standing.GIVING_BACK:
                return PaymentAnswer(PaymentState.REFUNDED, entry.transaction)
            case Standing.DOUBT:
                return _UNKNOWN
            case Standing.ASKING | Standing.PROMISED | Standing.RESERVED | Standing.TAKING | Standing.RELEASING:
                return self._by_the_readers_state(entry)
            case _:
                assert_never(entry.standing)

    def _by_the_readers_state(self, entry: Entry) -> PaymentAnswer:
        status = self._ready()
        now = self._book.entry(entry.transaction) or entry
        if now.standing is Standing.DOUBT:
            return _UNKNOWN
        if status.state is MdbState.VEND:
            if entry.standing is Standing.ASKING:
                return self._call_off(entry)
            return PaymentAnswer(PaymentState.APPROVED, entry.transaction)
        elapsed_s = self._clock.utc().timestamp() - entry.begun_s
        lapsed = status.result_timeout_s is None or not 0 <= elapsed_s < status.result_timeout_s
        if lapsed or entry.standing is Standing.RESERVED:
            # The vend ended without us, and a reader tells nobody how.
            return self._doubt(entry)
        if entry.standing is Standing.TAKING:
            return self._settled(entry, Standing.TAKEN, PaymentState.CAPTURED)
        state = PaymentState.DECLINED if entry.standing is Standing.ASKING else PaymentState.VOIDED
        return self._settled(entry, Standing.RELEASED, state)

    def _call_off(self, entry: Entry) -> PaymentAnswer:
        """Ask no longer; a card that was approved at the same moment gets its vend failed."""
        line = self._ask("D,REQ,-1", self._settings.reply_timeout_s)
        if isinstance(line, Refused) or (isinstance(line, VendResult) and line.approved):
            line = self._ask("D,END,-1", self._settings.reply_timeout_s)
        if (isinstance(line, VendResult) and not line.approved) or _is_idle(line):
            return self._settled(entry, Standing.RELEASED, PaymentState.DECLINED)
        return _UNKNOWN

    def _answered(self, entry: Entry, line: Line | None) -> PaymentAnswer:
        if isinstance(line, VendResult) and line.approved and line.amount_minor in (None, entry.reserved_minor):
            now_s = self._clock.utc().timestamp()
            return self._settled(replace(entry, begun_s=now_s), Standing.RESERVED, PaymentState.APPROVED)
        if isinstance(line, VendResult) and line.approved:
            # Another amount than asked for: not this sale's.
            return self._end(
                replace(entry, standing=Standing.RELEASING), "D,END,-1", Standing.RELEASED, PaymentState.DECLINED
            )
        if isinstance(line, VendResult | Refused):
            return self._settled(entry, Standing.RELEASED, PaymentState.DECLINED)
        return _UNKNOWN

    def _end(self, entry: Entry, text: str, after: Standing, state: PaymentState) -> PaymentAnswer:
        self._book.write(entry)
        return (
            self._settled(entry, after, state)
            if _is_idle(self._ask(text, self._settings.reply_timeout_s))
            else _UNKNOWN
        )

    def _settled(self, entry: Entry, standing: Standing, state: PaymentState) -> PaymentAnswer:
        self._book.write(replace(entry, standing=standing))
        return PaymentAnswer(state, entry.transaction)

    def _doubt(self, entry: Entry) -> PaymentAnswer:
        self._book.write(replace(entry, standing=Standing.DOUBT))
        return _UNKNOWN

    def _ready(self) -> ReaderStatus:
        """The reader, enabled, and where it stands. One that was reset leaves every open payment in doubt.

        Raises:
            PaymentFault: the adapter or the reader does not answer.
        """
        if self._link is None:
            self._open()
        status = self._ask("D,STATUS", self._settings.reply_timeout_s)
        if isinstance(status, ReaderStatus) and status.state in (MdbState.IDLE, MdbState.VEND):
            return status
        if status is None:
            self.close()
            raise PaymentFault("the card reader's adapter does not answer")
        self._was_reset()
        self._ask("D,2", self._settings.reply_timeout_s, until=MdbState.INIT)
        if not _is_idle(self._ask("D,READER,1", self._settings.reply_timeout_s)):
            raise PaymentFault("the card reader cannot be enabled")
        status = self._ask("D,STATUS", self._settings.reply_timeout_s)
        if not isinstance(status, ReaderStatus):
            raise PaymentFault("the card reader does not say how it stands")
        return status

    def _open(self) -> None:
        try:
            self._link = self._open_link()
        except LinkFault as cause:
            raise PaymentFault("the card reader's adapter cannot be reached") from cause
        self._splitter = LineSplitter()
        self._arrived.clear()
        version = self._ask("V", self._settings.reply_timeout_s)
        while version is not None and not isinstance(version, Version | Refused):
            # Answers come in order: what comes before was meant for a kiosk that died.
            version = self._next(self._settings.reply_timeout_s)
        self._version = version.number if isinstance(version, Version) else ()

    def _was_reset(self) -> None:
        """Whoever was approved may have been charged: a reader commonly counts a reset as success."""
        for entry in self._book.open_entries():
            self._book.write(replace(entry, standing=Standing.DOUBT))

    def _ask(self, text: str, wait_s: float, until: MdbState | None = None) -> Line | None:
        """Send one line; the answer, or None if none came. What came before it was asked is looked through first.

        Raises:
            PaymentFault: the line was lost.
        """
        while self._arrived or (self._link is not None and self._read(0.0)):
            self._heed(self._arrived.pop(0))
        try:
            if self._link is None:
                raise PaymentFault("the card reader's adapter was lost")
            self._link.write(f"{text}\n".encode("ascii"))
        except LinkFault as cause:
            self.close()
            raise PaymentFault("the card reader's adapter was lost") from cause
        line = self._next(wait_s)
        while until is not None and isinstance(line, ReaderStatus) and line.state is not until:
            line = self._next(wait_s)
        return line

    def _next(self, wait_s: float) -> Line | None:
        until_s = self._clock.now_s() + wait_s
        while True:
            while self._arrived:
                line = self._arrived.pop(0)
                if not isinstance(line, OtherLine):
                    self._heed(line)
                    return line
            left_s = until_s - self._clock.now_s()
            if not self._read(max(0.0, left_s)) and left_s <= 0:
                return None

    def _heed(self, line: Line) -> None:
        if isinstance(line, ReaderStatus) and line.state is MdbState.RESET:
            self._was_reset()

    def _read(self, wait_s: float) -> bool:
        """Whether something came."""
        if self._link is None:
            raise PaymentFault("the card reader's adapter was lost")
        try:
            data = self._link.read(wait_s)
            self._arrived += [line_of(line) for line in self._splitter.feed(data)]
        except LinkFault as cause:
            self.close()
            raise PaymentFault("the card reader's adapter was lost") from cause
        except MdbError as cause:
            self.close()
            raise PaymentFault("the card reader's adapter says what nobody understands") from cause
        return bool(data)


def _is_idle(line: Line | None) -> bool:
    return isinstance(line, ReaderStatus) and line.state is MdbState.IDLE
