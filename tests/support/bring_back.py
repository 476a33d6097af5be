"""People who bring copies back, drawn at random: which keys, which codes, how many, with staff, and crashes anywhere.

Responsible for: sequences of visits over one journal, machine and terminal, and what must hold after each of them. Not
responsible for: how many are played (`tests/promises`, `tests/bench/soak_claims.py`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.records.journal import PaymentStatus, Sale
from kiosk.rehearsal.ready import off_by
from kiosk.rehearsal.virtual_time import NothingHappens
from kiosk.session.intents import (
    Approve,
    BringBack,
    Cancel,
    ChooseFinish,
    ChooseRemedy,
    ChooseRepair,
    Confirm,
    Credentials,
    Done,
    EnterReceipt,
    Intent,
    KeyTaken,
    SetQuantity,
    StaffKey,
    Start,
)
from kiosk.session.states import FRONT, State
from simulator.terminals.card import TerminalFault
from tests.session.parts import Shop, identified, shop
from tests.support.staff_hands import recovers

STAFF_PIN = "190283"
CODES = ("35244", "12345", "24643")
OFF_MM = (0.0, 0.0, 0.15, 0.15, -0.15, 0.07)
MISHAPS = ("refund", "capture", "authorise", "query", "void")
_WRITES = ("open_sale", "write", "write_copy", "write_made", "claim_refund", "refund_done", "refund_all")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Wishes:
    """What one person has in mind."""

    purpose: str
    original: Identification
    copy: Identification
    code: str = ""
    quantity: int = 1
    remedy: str = "refund"
    do_not_duplicate: bool = False
    leaves_in: State | None = None
    dies_at_write: int = 0
    gave_up: bool = False
    """Left once already: goes home now, and asks for nobody."""


@dataclass
class Lived:
    """One sequence: what was done, and what came of it."""

    draw: random.Random
    codes: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)


def sequence(folder: Path, seed: int, visits: int = 8) -> Lived:
    """Play `visits` visits drawn by `seed`.

    Raises:
        AssertionError: more was given than was sold, or money is not where it must be.
    """
    lived = Lived(random.Random(seed))
    before: Shop | None = None
    left = visits
    while left > 0:
        with shop(folder, before=before) as kiosk:
            before = kiosk
            _open_again(kiosk, lived)
            while left > 0:
                left -= 1
                wishes = _drawn(lived)
                lived.wishes.append(repr(wishes))
                try:
                    with _dying(kiosk, wishes.dies_at_write):
                        _visit(kiosk, wishes)
                except Killed:
                    lived.ends["killed"] += 1
                    break
                kiosk.terminal.mend()
                kiosk.scanner.key_in_tray = False
                kiosk.stage.run_until(lambda _, kiosk=kiosk: not _open_money(kiosk), limit_s=3600)
                nothing_was_given_away(kiosk, lived)
        before.terminal.mend()
        before.scanner.key_in_tray = False
    with shop(folder, before=before) as kiosk:
        _open_again(kiosk, lived)
    return lived


def _open_again(kiosk: Shop, lived: Lived) -> None:
    """Switch on. What died with a sale open waits for staff: they look at inputs, clamp and chute, and say what is."""
    stage, cutter = kiosk.stage, kiosk.cutter
    before = len(cutter.moves)
    stage.begin()
    stage.run_to(*FRONT)
    if stage.now.state is State.OUT_OF_ORDER:
        assert cutter.moves[before:] == [], "nothing moves before staff are there"
        recovers(stage, pin=STAFF_PIN, received=lambda: cutter.chute > sum(sale.delivered for sale in _sales(kiosk)))
        stage.run_to(State.WELCOME, limit_s=1200)
        lived.ends["recovered"] += 1
    nothing_was_given_away(kiosk, lived)


def _sales(kiosk: Shop) -> tuple[Sale, ...]:
    return kiosk.stage.ports.journal.last_sales(1000)


def nothing_was_given_away(kiosk: Shop, lived: Lived) -> None:
    """Delivered at most what was paid and one claim a copy; refunded at most what was taken; nothing is left open."""
    journal = kiosk.stage.ports.journal
    sales = _sales(kiosk)
    story = "\n".join(lived.wishes)
    assert journal.open_sales() == (), story
    assert sum(sale.delivered for sale in sales) == kiosk.cutter.chute, story
    bought = sum(sale.delivered for sale in sales if not sale.recut_of)
    for sale in sales:
        recuts = sum(each.delivered for each in sales if each.recut_of == sale.transaction)
        assert sale.refunded + recuts <= (0 if sale.recut_of else sale.delivered), story
        taken = kiosk.terminal.taken_minor(sale.transaction)
        assert taken == (
            0 if sale.money in (PaymentStatus.VOIDED, PaymentStatus.DECLINED, PaymentStatus.NONE) else sale.kept_minor
        ), story
        assert sale.recut_of == "" or sale.delivered <= 1, story
        for recut in (each for each in sales if each.recut_of == sale.transaction):
            assert (recut.blank, recut.finish, recut.price_each_minor) == (sale.blank, sale.finish, 0), story
    assert kiosk.cutter.chute <= 2 * bought, story
    assert 0 <= kiosk.terminal.taken_in_all_minor <= sum(sale.due_minor for sale in sales), story
    lived.codes = [sale.bring_back_code for sale in sales if sale.delivered]
    lived.ends["refunded"] = sum(sale.refunded for sale in sales)
    lived.ends["recut"] = sum(sale.delivered for sale in sales if sale.recut_of)
    lived.ends["bought"] = bought


def _open_money(kiosk: Shop) -> bool:
    return bool(kiosk.stage.ports.journal.open_sales())


def _drawn(lived: Lived) -> Wishes:
    draw = lived.draw
    code = draw.choice(CODES)
    original = identified(bitting=code)
    other = draw.random() < 0.15
    copy = off_by(identified(bitting=draw.choice(CODES) if other else code), draw.choice(OFF_MM))
    if draw.random() < 0.15:
        original, copy = copy, original
    if draw.random() < 0.08:
        copy = Identification(Outcome.CUTS_UNREADABLE)
    known = lived.codes and draw.random() < 0.9
    return Wishes(
        purpose="bring_back" if lived.codes and draw.random() < 0.75 else "copy",
        original=original,
        copy=copy,
        code=draw.choice(lived.codes) if known else f"{draw.randrange(10**10):010d}",
        quantity=draw.choice((1, 1, 2, 3, 5)),
        remedy=draw.choice(("refund", "recut", "recut")),
        do_not_duplicate=draw.random() < 0.15,
        leaves_in=draw.choice(tuple(State)) if draw.random() < 0.15 else None,
        dies_at_write=draw.randrange(1, 40) if draw.random() < 0.3 else 0,
    )


@contextmanager
def _dying(kiosk: Shop, at: int) -> Iterator[None]:
    """Die before or after the nth write of the journal; 0: not."""
    journal: Any = kiosk.stage.ports.journal
    passed = 0

    def watched(real: Callable[..., object]) -> Callable[..., object]:
        def write(*args: object, **kwargs: object) -> object:
            nonlocal passed
            passed += 1
            if at and passed == at:
                raise Killed
            done = real(*args, **kwargs)
            passed += 1
            if at and passed == at:
                raise Killed
            return done

        return write

    for name in _WRITES:
        setattr(journal, name, watched(getattr(journal, name)))
    try:
        yield
    finally:
        for name in _WRITES:
            delattr(journal, name)


def _visit(kiosk: Shop, wishes: Wishes) -> None:
    """From the front to the front again."""
    stage = kiosk.stage
    stage.run_to(State.WELCOME)
    kiosk.reader.identifications = [wishes.original]
    kiosk.reader.head = StampReading(seen=True, phrases=("do_not_duplicate",) if wishes.do_not_duplicate else ())
    if wishes.leaves_in is State.SETTLING:
        kiosk.terminal.will("refund", TerminalFault.SILENT_DONE)
        kiosk.terminal.will("query", TerminalFault.SILENT_NOT_DONE)
    stage.post(BringBack() if wishes.purpose == "bring_back" else Start())
    stage.run_until(lambda now: now.state is not State.WELCOME)
    for _ in range(60):
        now = stage.now
        if now.state in FRONT:
            return
        seen = (now.state, now.return_message, now.offer and now.offer.stamp_pending)
        for intent in _deed(kiosk, wishes):
            stage.post(intent)
        try:
            stage.run_until(
                lambda now, seen=seen: (now.state, now.return_message, now.offer and now.offer.stamp_pending) != seen,
                limit_s=900,
            )
        except NothingHappens:
            stage.post(Cancel())
    raise AssertionError(f"never home again: {wishes}")


def _deed(kiosk: Shop, wishes: Wishes) -> tuple[Intent, ...]:
    now, scanner = kiosk.stage.now, kiosk.scanner
    if now.state is wishes.leaves_in:
        scanner.key_in_tray = False
        wishes.gave_up = True
        return (Cancel(),)
    match now.state:
        case State.PLACE_KEY | State.LAY_ORIGINAL:
            scanner.key_in_tray = True
        case State.LAY_COPY:
            scanner.key_in_tray = False
            for _ in range(8):
                kiosk.stage.turn()
            kiosk.reader.identifications = [wishes.copy]
            scanner.key_in_tray = True
        case State.TAKE_KEY_BACK:
            scanner.key_in_tray = False
            return (KeyTaken(),)
        case State.BRING_BACK:
            return (Cancel(),) if now.return_message else (EnterReceipt(wishes.code),)
        case State.RETURN_RESULT:
            return (ChooseRemedy(wishes.remedy), Confirm())
        case State.WORN:
            return (ChooseRepair(restore=True),)
        case State.OFFER:
            return (ChooseFinish("black"), SetQuantity(wishes.quantity), Confirm(), Confirm())
        case State.REFUSED:
            asks = (
                now.refusal is not None and now.refusal.can_be_approved and wishes.quantity < 3 and not wishes.gave_up
            )
            return (StaffKey(),) if asks else (Done(),)
        case State.STAFF_LOGIN:
            return (Credentials("2001", STAFF_PIN),)
        case State.STAFF_APPROVAL:
            return (Approve(now.staff.reasons[0] if now.staff and now.staff.reasons else None),)
        case State.THANK_YOU | State.FAILED:
            return (Done(),)
        case _:
            pass
    return ()
