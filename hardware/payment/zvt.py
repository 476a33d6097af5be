"""A card terminal that speaks ZVT: reserve, book what was delivered, let go of the rest.

Responsible for: what each request of the `Payment` port means at the terminal, what is written before it, and finding
out afterwards what became of one whose answer was lost. Not responsible for: messages and time-outs
(`hardware.payment.zvt_session`), sales.

The terminal is the kiosk's alone: a reservation that is not in the book is a stray and is let go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from config.payment import PartialBooking, Zvt
from hardware.clock import Clock
from hardware.errors import PaymentFault
from hardware.payment.book import Entry, Standing, TerminalBook
from hardware.payment.zvt_codec import NO_RECEIPT, Command, Field, StatusInformation, bitmaps
from hardware.payment.zvt_session import NOT_SUPPORTED, AnswerLost, ZvtSession, receipt_and
from hardware.ports import ByteLink, PaymentAnswer, PaymentState

MOST_STRAYS = 20
"""A terminal that still names another reservation after so many were let go does not let go of them."""
_UNKNOWN = PaymentAnswer(PaymentState.UNKNOWN)


class AnotherAmount(PaymentFault):
    """The terminal booked another amount than it was asked for: its reading of partial bookings is the other one."""


class ZvtPayment:
    """The `Payment` port over one terminal."""

    name = "zvt"

    def __init__(self, open_link: Callable[[], ByteLink], settings: Zvt, book: TerminalBook, clock: Clock) -> None:
        """Nothing is opened before the first request."""
        self._session = ZvtSession(open_link, settings, clock)
        self._settings, self._book, self._clock = settings, book, clock
        self._lock = threading.Lock()

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def authorise(self, transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Reserve the amount; its receipt number is in the book before the terminal hears that it was heard."""
        with self._lock:
            if (known := self._book.entry(transaction)) is not None:
                return self._query(known)
            self._release_strays()
            asking = Entry(transaction, Standing.ASKING, amount_minor, begun_s=self._clock.utc().timestamp())
            self._book.write(asking)

            def heard(status: StatusInformation) -> None:
                if status.good and status.receipt is not None:
                    self._number_is_taken_by(transaction, status.receipt)
                    promised = replace(asking, standing=Standing.PROMISED, receipt=status.receipt, trace=status.trace)
                    self._book.write(promised)

            body = bitmaps({Field.AMOUNT: amount_minor, Field.CURRENCY: self._settings.currency_number})
            try:
                ended = self._session.command(Command.RESERVATION, body, heard)
            except AnswerLost:
                return _UNKNOWN
            entry = self._known(transaction)
            if ended.completed and entry.receipt is not None:
                if ended.status is not None and ended.status.amount_minor not in (None, amount_minor):
                    # Less than asked for was promised: not enough, and let go.
                    return self._release(entry)
                self._book.write(replace(entry, standing=Standing.RESERVED))
                return _answer(PaymentState.APPROVED, entry)
            if not ended.completed and entry.receipt is None:
                self._book.write(replace(entry, standing=Standing.RELEASED))
                return _answer(PaymentState.DECLINED, entry)
            return _UNKNOWN

    def capture(self, transaction: str, amount_minor: int) -> PaymentAnswer:
        """Book so much of what is reserved; the rest is let go with it."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                return PaymentAnswer(PaymentState.DECLINED)
            if entry.standing is not Standing.RESERVED:
                answer = self._query(entry)
                if answer.state is not PaymentState.APPROVED:
                    return answer
                entry = self._known(transaction)
            if entry.receipt is None or amount_minor > entry.reserved_minor:
                raise PaymentFault("more was to be booked than is reserved")
            return self._take(entry, entry.receipt, amount_minor)

    def void(self, transaction: str) -> PaymentAnswer:
        """Let go of a reservation."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                return PaymentAnswer(PaymentState.VOIDED)
            if entry.standing is Standing.RESERVED:
                return self._release(entry)
            answer = self._query(entry)
            return self._release(self._known(transaction)) if answer.state is PaymentState.APPROVED else answer

    def refund(self, transaction: str, amount_minor: int, number: str) -> PaymentAnswer:
        """Give back: the whole booking by its receipt number, a part or an older one by its amount."""
        with self._lock:
            done = self._book.entry(number)
            if done is not None:
                answer = self._query(done)
                if answer.state is not PaymentState.DECLINED:
                    return answer
            entry = self._book.entry(transaction)
            if entry is None or entry.standing is not Standing.TAKEN or amount_minor > entry.taken_minor:
                return PaymentAnswer(PaymentState.DECLINED)
            giving = Entry(number, Standing.GIVING_BACK, reserved_minor=amount_minor)
            self._book.write(giving)

            def heard(status: StatusInformation) -> None:
                if status.good:
                    self._book.write(replace(giving, trace=status.trace))

            password = bytes.fromhex(self._settings.password)
            whole = entry.receipt is not None and amount_minor == entry.taken_minor
            requests = [(Command.REVERSAL, password + receipt_and(entry.receipt or 0))] if whole else []
            requests.append((Command.REFUND, password + bitmaps({Field.AMOUNT: amount_minor})))
            for command, body in requests:
                try:
                    ended = self._session.command(command, body, heard)
                except AnswerLost:
                    return _UNKNOWN
                if ended.completed:
                    if ended.status is None or not ended.status.good:
                        return _UNKNOWN
                    self._book.write(replace(self._known(number), standing=Standing.GIVEN_BACK))
                    return _answer(PaymentState.REFUNDED, giving)
            return PaymentAnswer(PaymentState.DECLINED)

    def query(self, transaction: str) -> PaymentAnswer:
        """What became of it. Strays are let go on the way."""
        with self._lock:
            entry = self._book.entry(transaction)
            if entry is None:
                # The terminal is asked all the same: one that cannot be reached has said nothing.
                self._release_strays()
                return PaymentAnswer(PaymentState.DECLINED)
            return self._query(entry)

    def _take(self, entry: Entry, receipt: int, amount_minor: int) -> PaymentAnswer:
        taking = replace(entry, standing=Standing.TAKING, taken_minor=amount_minor, trace=None)
        self._book.write(taking)

        def heard(status: StatusInformation) -> None:
            if status.good and status.receipt in (None, receipt):
                right = status.amount_minor in (None, amount_minor)
                standing = Standing.TAKING if right else Standing.DOUBT
                self._book.write(replace(taking, standing=standing, trace=status.trace))

        command, body = Command.BOOK_TOTAL, receipt_and(receipt, amount_minor)
        if amount_minor < entry.reserved_minor:
            released = self._settings.partial_booking is PartialBooking.RELEASED
            sent_minor = entry.reserved_minor - amount_minor if released else amount_minor
            command, body = Command.PARTIAL_REVERSAL, receipt_and(receipt, sent_minor)
        try:
            ended = self._session.command(command, body, heard)
        except AnswerLost:
            return _UNKNOWN
        now = self._known(entry.transaction)
        if now.standing is Standing.DOUBT:
            raise AnotherAmount("the terminal booked another amount than it was asked for: payment.zvt.partial_booking")
        last = ended.status
        if ended.completed and last is not None and last.good and last.receipt in (None, receipt):
            self._book.write(replace(now, standing=Standing.TAKEN))
            return _answer(PaymentState.CAPTURED, now)
        if ended.refused == NOT_SUPPORTED:
            # It cannot take less, and more than was delivered is never taken: the store bears it.
            return self._release(replace(now, taken_minor=0))
        return _UNKNOWN

    def _release(self, entry: Entry) -> PaymentAnswer:
        if entry.receipt is None:
            return _UNKNOWN
        releasing = replace(entry, standing=Standing.RELEASING)
        self._book.write(releasing)
        try:
            ended = self._session.command(Command.RESERVATION_REVERSAL, receipt_and(entry.receipt))
        except AnswerLost:
            return _UNKNOWN
        status = ended.status
        if not ended.completed or status is None or not status.good or status.receipt not in (None, entry.receipt):
            return _UNKNOWN
        trace = status.trace
        self._book.write(replace(releasing, standing=Standing.RELEASED, trace=trace))
        return _answer(PaymentState.VOIDED, entry)

    def _query(self, entry: Entry) -> PaymentAnswer:
        try:
            return self._become_of(entry)
        except AnswerLost:
            return _UNKNOWN

    def _become_of(self, entry: Entry) -> PaymentAnswer:
        match entry.standing:
            case Standing.TAKEN:
                return _answer(PaymentState.CAPTURED, entry)
            case Standing.RELEASED:
                return _answer(PaymentState.VOIDED, entry)
            case Standing.GIVEN_BACK:
                return _answer(PaymentState.REFUNDED, entry)
            case Standing.DOUBT:
                return _UNKNOWN
            case Standing.GIVING_BACK:
                return self._was_given_back(entry)
            case Standing.ASKING:
                # No receipt number was heard of: whatever is open and in no book is let go, this one too.
                self._release_strays()
                self._book.write(replace(entry, standing=Standing.RELEASED))
                return _answer(PaymentState.DECLINED, entry)
            case Standing.PROMISED | Standing.RESERVED | Standing.TAKING | Standing.RELEASING:
                return self._is_open(entry)
            case _:
                assert_never(entry.standing)

    def _is_open(self, entry: Entry) -> PaymentAnswer:
        open_receipt = self._release_strays()
        if open_receipt is not None and open_receipt == entry.receipt:
            self._book.write(replace(entry, standing=Standing.RESERVED, taken_minor=0))
            return _answer(PaymentState.APPROVED, entry)
        if open_receipt is not None:
            # Another of ours is named first, and the terminal names only one.
            return _UNKNOWN
        if entry.standing is not Standing.TAKING:
            self._book.write(replace(entry, standing=Standing.RELEASED))
            return _answer(PaymentState.VOIDED, entry)
        last = self._last_receipt()
        if last is None or not last.good or not self._is_news(last, entry):
            return _UNKNOWN
        if (last.receipt, last.amount_minor) != (entry.receipt, entry.taken_minor):
            return _UNKNOWN
        self._book.write(replace(entry, standing=Standing.TAKEN, trace=last.trace))
        return _answer(PaymentState.CAPTURED, entry)

    def _is_news(self, last: StatusInformation, entry: Entry) -> bool:
        """Whether what the terminal did last is not something we knew of before this request."""
        if last.trace is None:
            return False
        return last.trace == entry.trace or not self._book.knows_trace(last.trace)

    def _was_given_back(self, entry: Entry) -> PaymentAnswer:
        last = self._last_receipt()
        if last is None or last.trace is None:
            return _UNKNOWN
        if not self._is_news(last, entry):
            # The last thing it did is one we knew of before: this was not done.
            return PaymentAnswer(PaymentState.DECLINED)
        if not last.good or last.amount_minor != entry.reserved_minor:
            return _UNKNOWN
        self._book.write(replace(entry, standing=Standing.GIVEN_BACK, trace=last.trace))
        return _answer(PaymentState.REFUNDED, entry)

    def _last_receipt(self) -> StatusInformation | None:
        """What the terminal did last, or None if it does not say."""
        ended = self._session.command(Command.REPEAT_RECEIPT, bytes.fromhex(self._settings.password))
        return ended.status if ended.completed else None

    def _release_strays(self) -> int | None:
        """Let go of every open reservation that is in no book; the one of ours that is named first, or None.

        Raises:
            PaymentFault: the terminal cannot say.
        """
        ours = {entry.receipt for entry in self._book.open_entries()}
        for _ in range(MOST_STRAYS):
            ended = self._session.command(Command.PARTIAL_REVERSAL, receipt_and(NO_RECEIPT))
            if ended.refused is not None:
                raise PaymentFault(f"the payment terminal does not name open reservations ({ended.refused:04X})")
            if ended.open_receipt is None or ended.open_receipt in ours:
                return ended.open_receipt
            released = self._session.command(Command.RESERVATION_REVERSAL, receipt_and(ended.open_receipt))
            if not released.completed:
                raise PaymentFault("the payment terminal does not let go of a reservation")
        raise PaymentFault("the payment terminal does not let go of its reservations")

    def _number_is_taken_by(self, transaction: str, receipt: int) -> None:
        """A number given out anew belongs to the newer payment: the older one can no longer be asked about by it."""
        for entry in self._book.open_entries():
            if entry.receipt == receipt and entry.transaction != transaction:
                self._book.write(replace(entry, standing=Standing.DOUBT, receipt=None))

    def _known(self, transaction: str) -> Entry:
        entry = self._book.entry(transaction)
        if entry is None:
            raise LookupError("an entry that was never written")
        return entry


def _answer(state: PaymentState, entry: Entry) -> PaymentAnswer:
    reference = f"{entry.receipt:04d}" if entry.receipt is not None else entry.transaction
    return PaymentAnswer(state, reference=reference)
