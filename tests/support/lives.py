"""A kiosk that dies at chosen places of a session, over a machine and a terminal that live on.

A place is just before or just after one write to journal or stock, or just after one line to the board. Whoever is
killed says not another word to anything: his links are dead, his records are dropped as they are.

The power goes in a fork of this process, which goes on from there with a copy of the records; here the session runs
on to its next place. Played anew for each, what led to a place would be most of the time.
"""

from __future__ import annotations

import os
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from config.settings import Settings
from hardware.errors import LinkLost
from hardware.ports import ByteLink, Payment
from kiosk.cutting.check import CopyErrors
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import StampReading
from kiosk.records.journal import BlankStatus, PaymentStatus
from kiosk.rehearsal.ready import ReadyKeyReader, ReadyScanner, RehearsalAudit, RehearsalStaff, identified, off_by
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, theatre
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.intents import BringBack, Cancel, Confirm, EnterReceipt, SetQuantity, Start
from kiosk.session.phases.paying import EMPTY_LOOKS
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.keys.sample_keys import sample_key
from simulator.terminals.card import SimulatedTerminal, TerminalFault
from tests.support.staff_hands import recovers

PRICE_MINOR = 349
SILENT_S = 20.0
"""Nobody is in command for this long; then the power comes back to the computer alone."""
_WRITES = {
    "journal": ("open_sale", "write", "write_copy", "write_made", "claim_refund", "refund_done"),
    "inventory": ("take", "lock"),
}


class MortalLink:
    """A link whose host can die: from then on nothing goes out and nothing comes in, as if nobody were there."""

    def __init__(self, link: ByteLink) -> None:
        """Alive."""
        self._link = link
        self.dead = False
        self.lines = 0
        """Lines sent so far."""
        self.on_line: Callable[[int], None] = lambda _: None
        """Called after each line sent, with its number."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; nothing ever after death."""
        if self.dead:
            raise LinkLost("the host is dead")
        return self._link.read(timeout_s)

    def write(self, data: bytes) -> None:
        """Send, unless dead."""
        if self.dead:
            return
        self._link.write(data)
        for _ in range(data.count(b"\n")):
            self.lines += 1
            self.on_line(self.lines)

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()


@dataclass(frozen=True)
class Place:
    """Where to die: at the nth half-step around writes (odd: before one, even: after it), or after the nth line."""

    what: str
    """`write` or `line`."""
    at: int


class Reader(ReadyKeyReader):
    """Finds fault with as many copies as it is told to, whatever they are like."""

    finds_bad = 0

    def measure(self, view: object, plan: CutPlan) -> CopyErrors:
        errors = super().measure(view, plan)
        if self.finds_bad:
            self.finds_bad -= 1
            return replace(errors, passed=False)
        return errors


@dataclass
class Life:
    """One machine and one terminal, and kiosks that die over them."""

    settings: Settings
    folder: Path
    sim: SimulatedMachine = field(init=False)
    terminal: SimulatedTerminal = field(default_factory=SimulatedTerminal)
    payment: Payment | None = None
    passed: dict[str, int] = field(default_factory=lambda: {"write": 0, "line": 0})

    def __post_init__(self) -> None:
        self.sim = SimulatedMachine(self.settings.machine, self.settings.catalogue, 1, baud=None)
        self._links: list[MortalLink] = []
        self._at_place: Callable[[Place], None] = lambda _: None

    @contextmanager
    def kiosk(self, at_place: Callable[[Place], None] = lambda _: None) -> Iterator[SimulatedKiosk]:
        """A kiosk from switching on; `at_place` is called at each place it comes to."""
        self._at_place, self.passed = at_place, {"write": 0, "line": 0}
        reader = Reader(self.sim, self.settings.machine.check)
        reader.next_key([identified(self.settings.catalogue, "KW1", 4)], StampReading(seen=True))
        with ExitStack() as stack:
            made = stack.enter_context(
                theatre(
                    self.settings,
                    self.folder,
                    sim=self.sim,
                    terminal=self.terminal,
                    payment=self.payment,
                    reader=reader,
                    scanner=ReadyScanner(self.sim),
                    staff=RehearsalStaff(),
                    audit=RehearsalAudit(),
                    wire=self._wire,
                )
            )
            for part, names in _WRITES.items():
                for name in names:
                    self._watch_writes(getattr(made.stage.ports, part), name)
            yield made

    def _wire(self) -> ByteLink:
        link = MortalLink(self.sim.link())
        link.on_line = lambda _: self._pass("line")
        self._links.append(link)
        return link

    def _watch_writes(self, book: object, name: str) -> None:
        real = getattr(book, name)

        def watched(*args: object, **kwargs: object) -> None:
            self._pass("write")
            real(*args, **kwargs)
            self._pass("write")

        setattr(book, name, watched)

    def die(self, folder: Path) -> None:
        """The process that ran the kiosk is gone; the next one finds its records in `folder`."""
        for link in self._links:
            link.dead = True
        self.folder = folder

    def _pass(self, what: str) -> None:
        self.passed[what] += 1
        self._at_place(Place(what, self.passed[what]))


@dataclass
class PowerCuts:
    """The power goes at every place of a life that is asked for, and `then` is what comes after."""

    life: Life
    where: Callable[[Place], bool]
    then: Callable[[Life], None]
    taken: list[Place] = field(default_factory=list)
    """Where it went."""
    found: list[str] = field(default_factory=list)
    """What went wrong afterwards."""

    def __call__(self, place: Place) -> None:
        """Let it go here if that is asked for."""
        if self.where(place):
            self.taken.append(place)
            found = _in_a_fork(self.life, self.then)
            if found:
                # Raised here it would be taken for a fault of the session that runs on.
                self.found.append(f"{place}: {found}")


def _in_a_fork(life: Life, then: Callable[[Life], None]) -> str:
    """Let a life end in a fork and see what comes then; its traceback if it ended badly."""
    records = life.folder.with_name(f"{life.folder.name}+")
    shutil.copytree(life.folder, records)
    ends_badly = records / "traceback"
    child = os.fork()
    if not child:
        status = 1
        try:
            life.die(records)
            then(life)
            status = 0
        except BaseException:
            ends_badly.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    found = ends_badly.read_text() if ends_badly.exists() else "" if not status else f"wait status {status}"
    shutil.rmtree(records)
    return found


Story = Callable[[Life, SimulatedKiosk], None]


def one_copy(life: Life, made: SimulatedKiosk) -> None:
    sell(life, made, 1)


def two_copies(life: Life, made: SimulatedKiosk) -> None:
    sell(life, made, 2)


def a_bad_copy_then_a_good_one(life: Life, made: SimulatedKiosk) -> None:
    made.stage.ports.reader.finds_bad = 1
    sell(life, made, 1)


def two_bad_copies(life: Life, made: SimulatedKiosk) -> None:
    made.stage.ports.reader.finds_bad = 2
    sell(life, made, 1, ends_in=State.FAILED)


def cancelled_after_paying(life: Life, made: SimulatedKiosk) -> None:
    stage = to_take_key_back(life, made, 1)
    stage.post(Cancel())
    stage.run_to(State.WELCOME)


def an_uncertain_terminal(life: Life, made: SimulatedKiosk) -> None:
    for request in ("authorise", "capture"):
        life.terminal.will(request, TerminalFault.SILENT_DONE)
        life.terminal.will("query", TerminalFault.SILENT_NOT_DONE)
    sell(life, made, 1)


def brought_back_and_refunded(life: Life, made: SimulatedKiosk) -> None:
    stage = made.stage
    sell(life, made, 1)
    stage.run_to(State.WELCOME)
    known = identified(life.settings.catalogue, "KW1", 4)
    reader: Any = made.stage.ports.reader
    reader.next_key([known], StampReading(seen=True))
    stage.post(BringBack())
    stage.run_to(State.BRING_BACK)
    stage.post(EnterReceipt(stage.ports.journal.last_sales(1)[0].bring_back_code))
    stage.run_to(State.LAY_ORIGINAL)
    lay(life.sim, sample_key("kwikset-new", life.settings.catalogue, 1))
    stage.run_to(State.LAY_COPY)
    life.sim.tray.take()
    stage.run_until(lambda _: stage.controller.context.here.tray_empty_seen >= EMPTY_LOOKS)
    reader.next_key([off_by(known, 0.15)], StampReading(seen=True))
    lay(life.sim, sample_key("kwikset-new", life.settings.catalogue, 1))
    stage.run_to(State.RETURN_RESULT)
    life.sim.tray.take()
    life.terminal.will("refund", TerminalFault.SILENT_DONE)
    life.terminal.will("query", TerminalFault.SILENT_NOT_DONE)
    stage.post(Confirm())
    stage.run_to(State.THANK_YOU)


STORIES: tuple[Story, ...] = (
    two_copies,
    a_bad_copy_then_a_good_one,
    two_bad_copies,
    cancelled_after_paying,
    an_uncertain_terminal,
    brought_back_and_refunded,
)


def sell(life: Life, made: SimulatedKiosk, copies: int, ends_in: State = State.THANK_YOU) -> None:
    """A sale to its end."""
    stage = to_take_key_back(life, made, copies)
    life.sim.tray.take()
    stage.run_to(ends_in)


def to_take_key_back(life: Life, made: SimulatedKiosk, copies: int) -> VirtualKiosk:
    """A sale, from switching on if need be, until the money is reserved and the key is to be taken back."""
    stage = made.stage
    if not stage.snapshots:
        stage.begin()
    stage.run_to(State.WELCOME)
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    lay(life.sim, sample_key("kwikset-new", life.settings.catalogue, 1))
    stage.run_to(State.OFFER)
    stage.post(SetQuantity(copies))
    stage.post(Confirm())
    stage.run_to(State.TAKE_KEY_BACK)
    return stage


def settle(life: Life, at_place: Callable[[Place], None] = lambda _: None) -> None:
    """Switch on and come to rest. The key is taken out by its owner meanwhile."""
    life.sim.timeline.advance(SILENT_S)
    life.sim.tray.take()
    with life.kiosk(at_place) as made:
        stage, world = made.stage, life.sim.world
        stood_mm = world.position_mm
        stage.begin()
        stage.run_to(State.WELCOME, State.OUT_OF_ORDER, limit_s=1200)
        if stage.now.state is State.OUT_OF_ORDER:
            assert world.position_mm == stood_mm, "after a restart in the middle of a sale nothing moves by itself"
            # Staff look behind the guard and into the tray: what they say is true.
            recovers(stage, received=lambda: len(life.sim.chute) > _delivered(stage))
            stage.run_to(State.WELCOME, limit_s=1200)
        nothing_is_owed(life, made)


def _delivered(stage: VirtualKiosk) -> int:
    return sum(sale.delivered for sale in stage.ports.journal.last_sales(10))


def nothing_is_owed(life: Life, made: SimulatedKiosk) -> None:
    """Delivered and paid, or neither; nothing in the clamp, the wheel off, and the journal says what happened."""
    journal = made.stage.ports.journal
    assert journal.open_sales() == ()
    assert life.terminal.reserved == ()
    assert life.sim.world.wheel.commanded_rpm == 0
    assert life.sim.world.carousel.clamped is None
    sales = journal.last_sales(10)
    assert sum(sale.delivered for sale in sales) == len(life.sim.chute), "\n".join(journal.story(sales[0].transaction))
    for sale in sales:
        story = journal.story(sale.transaction)
        owed = sale.kept_minor
        assert owed in (0, PRICE_MINOR * sale.delivered)
        assert life.terminal.taken_minor(sale.transaction) == owed, "\n".join(story)
        assert sale.money is PaymentStatus.CAPTURED or not sale.delivered or sale.money is PaymentStatus.REFUNDED, (
            "\n".join(story)
        )
        assert sale.closed
        assert sale.metal is BlankStatus.NONE
    assert life.terminal.taken_in_all_minor == sum(life.terminal.taken_minor(sale.transaction) for sale in sales)


def cut_off(
    settings: Settings,
    folder: Path,
    story: Story,
    where: Callable[[Place], bool],
    then: Callable[[Life], None] = settle,
) -> PowerCuts:
    """Play a story, its records in a new `folder`, during which the power goes at those places."""
    folder.mkdir()
    life = Life(settings, folder)
    cuts = PowerCuts(life, where, then)
    with life.kiosk(cuts) as made:
        story(life, made)
    return cuts


def settle_cut_off(life: Life, where: Callable[[Place], bool], then: Callable[[Life], None] = settle) -> None:
    """Switch on and come to rest, while the power goes at those places.

    Raises:
        AssertionError: it ended badly after one of them.
    """
    cuts = PowerCuts(life, where, then)
    settle(life, cuts)
    assert not cuts.found, "\n".join(cuts.found)
