"""A simulated card terminal: takes no money, and says so in its name.

Responsible for: the states of a transaction as a terminal keeps them, and named misbehaviour. Not responsible for:
what the kiosk makes of it. A terminal keeps its transactions over a power loss of the kiosk: in a file, if it is given
one, by the kiosk's own number of each and nothing else. It knows no card.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from config.problems import BadInput, Problem
from hardware.errors import PaymentFault
from hardware.ports import PaymentAnswer, PaymentState


class TerminalFault(StrEnum):
    """What can go wrong with one request."""

    DECLINE = "decline"
    """The bank says no."""
    SILENT_DONE = "silent_done"
    """It was done, but the answer was lost: UNKNOWN."""
    SILENT_NOT_DONE = "silent_not_done"
    """It was not done, and no answer came: UNKNOWN."""
    UNREACHABLE = "unreachable"
    """The terminal cannot be asked at all."""


@dataclass
class _Account:
    state: PaymentState
    reserved_minor: Annotated[int, Field(ge=0)] = 0
    taken_minor: Annotated[int, Field(ge=0)] = 0


_BOOK = TypeAdapter(dict[str, _Account])
FILE = "simulated card terminal"


class SimulatedTerminal:
    """Repeating a request with the same transaction changes nothing, as on a real terminal."""

    name = "simulated"

    def __init__(self) -> None:
        """A terminal with no transactions and nothing wrong with it."""
        self._accounts: dict[str, _Account] = {}
        self._mishaps: deque[tuple[str, TerminalFault]] = deque()
        self._path: Path | None = None
        self.wait_for_card: Callable[[], None] = lambda: None
        """Called whenever a card is asked for, and returns when it is there."""

    def keep_in(self, path: Path) -> None:
        """Know what was paid before this kiosk began, and keep what is paid from now on.

        Raises:
            BadInput: the file is no such book.
        """
        try:
            self._accounts |= _BOOK.validate_json(path.read_bytes()) if path.exists() else {}
        except (OSError, ValidationError) as error:
            reason = "cannot be read" if isinstance(error, OSError) else "is no book of payments"
            raise BadInput(Problem(FILE, str(path), reason)) from error
        self._path = path

    def will(self, request: str, mishap: TerminalFault, times: int = 1) -> None:
        """Let the next `times` requests named `request` (`authorise`, `capture`, ... or `any`) go wrong."""
        self._mishaps.extend((request, mishap) for _ in range(times))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self._mishaps.clear()

    def taken_minor(self, transaction: str) -> int:
        """What the shopper has been charged for a transaction."""
        account = self._accounts.get(transaction)
        return account.taken_minor if account else 0

    @property
    def taken_in_all_minor(self) -> int:
        """What all shoppers have been charged."""
        return sum(account.taken_minor for account in self._accounts.values())

    @property
    def reserved(self) -> tuple[str, ...]:
        """Transactions whose money is still reserved."""
        return tuple(name for name, account in self._accounts.items() if account.state is PaymentState.APPROVED)

    def authorise(self, transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Reserve, unless the bank says no."""
        self.wait_for_card()
        mishap = self._mishap("authorise")
        account = self._accounts.get(transaction)
        if mishap is TerminalFault.SILENT_NOT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        if account is None:
            declined = mishap is TerminalFault.DECLINE
            account = _Account(PaymentState.DECLINED if declined else PaymentState.APPROVED)
            account.reserved_minor = 0 if declined else amount_minor
            # A declined request leaves nothing behind: the shopper may try another card.
            if not declined:
                self._accounts[transaction] = account
        return self._answer(transaction, account, mishap)

    def capture(self, transaction: str, amount_minor: int) -> PaymentAnswer:
        """Take up to what was reserved."""
        mishap = self._mishap("capture")
        account = self._accounts.get(transaction)
        if mishap is TerminalFault.SILENT_NOT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        if account is None or mishap is TerminalFault.DECLINE:
            return PaymentAnswer(PaymentState.DECLINED)
        if account.state is PaymentState.APPROVED and amount_minor <= account.reserved_minor:
            account.state, account.taken_minor = PaymentState.CAPTURED, amount_minor
        return self._answer(transaction, account, mishap)

    def void(self, transaction: str) -> PaymentAnswer:
        """Let go of what is reserved; of a transaction never heard of there is nothing to let go."""
        mishap = self._mishap("void")
        if mishap is TerminalFault.SILENT_NOT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        account = self._accounts.setdefault(transaction, _Account(PaymentState.VOIDED))
        if account.state is PaymentState.APPROVED:
            account.state = PaymentState.VOIDED
        return self._answer(transaction, account, mishap)

    def refund(self, transaction: str, amount_minor: int, number: str) -> PaymentAnswer:
        """Give back part of what was taken or all of it, once for each number."""
        mishap = self._mishap("refund")
        account = self._accounts.get(transaction)
        if mishap is TerminalFault.SILENT_NOT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        refund = self._accounts.get(number)
        if refund is None:
            taken = account is not None and account.state is PaymentState.CAPTURED
            if account is None or not taken or mishap is TerminalFault.DECLINE or amount_minor > account.taken_minor:
                return PaymentAnswer(PaymentState.DECLINED)
            account.taken_minor -= amount_minor
            if account.taken_minor == 0:
                account.state = PaymentState.REFUNDED
            refund = self._accounts[number] = _Account(PaymentState.REFUNDED)
        return self._answer(number, refund, mishap)

    def query(self, transaction: str) -> PaymentAnswer:
        """What became of it."""
        mishap = self._mishap("query")
        account = self._accounts.get(transaction)
        if mishap is TerminalFault.SILENT_NOT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        if account is None:
            return PaymentAnswer(PaymentState.DECLINED)
        return self._answer(transaction, account, mishap)

    def _answer(self, transaction: str, account: _Account, mishap: TerminalFault | None) -> PaymentAnswer:
        self._write()
        if mishap is TerminalFault.SILENT_DONE:
            return PaymentAnswer(PaymentState.UNKNOWN)
        return PaymentAnswer(account.state, reference=f"SIM-{transaction}")

    def _write(self) -> None:
        """Whole at every moment."""
        if self._path is not None:
            draft = self._path.with_suffix(".new")
            draft.write_bytes(_BOOK.dump_json(self._accounts))
            draft.replace(self._path)

    def _mishap(self, request: str) -> TerminalFault | None:
        for i, (named, mishap) in enumerate(self._mishaps):
            if named in (request, "any"):
                del self._mishaps[i]
                if mishap is TerminalFault.UNREACHABLE:
                    raise PaymentFault("the simulated terminal does not answer")
                return mishap
        return None
