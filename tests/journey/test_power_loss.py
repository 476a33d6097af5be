"""The process is killed at every journal write and every line to the board: delivered and paid, or neither."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from hardware.ports import ByteLink
from kiosk.events import Confirm, SetQuantity, Start
from kiosk.reading import Stamp
from kiosk.rehearsal.ready import ReadyExpert, ReadyScanner, RehearsalAudit, RehearsalStaff, identified
from kiosk.rehearsal.theatre import MortalLink, Theatre, theatre
from kiosk.states import State
from simulator.gallery import gallery_key
from simulator.payment import SimulatedTerminal
from simulator.rig import SimulatedMachine, lay


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(environment={})


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Life:
    """One machine and terminal, and kiosks that die over them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.rig = SimulatedMachine(settings.machine, settings.catalogue, 1, baud=None)
        self.terminal = SimulatedTerminal()
        self.links: list[MortalLink] = []
        self.on_line: Callable[[int], None] = lambda _: None
        self.lines = 0
        self.writes = 0
        self.on_write: Callable[[int], None] = lambda _: None

    def wire(self) -> ByteLink:
        link = MortalLink(self.rig.link())
        link.on_line = self._line
        self.links.append(link)
        return link

    def _line(self, _: int) -> None:
        self.lines += 1
        self.on_line(self.lines)

    def die(self) -> None:
        for link in self.links:
            link.dead = True
        raise Killed

    def open(self, stack: ExitStack) -> Theatre:
        expert = ReadyExpert(self.rig, self.settings.machine.check)
        expert.next_key([identified(self.settings.catalogue, "KW1", 4)], Stamp(seen=True))
        made = stack.enter_context(
            theatre(
                self.settings,
                self.folder,
                rig=self.rig,
                terminal=self.terminal,
                expert=expert,
                scanner=ReadyScanner(self.rig),
                staff=RehearsalStaff(),
                audit=RehearsalAudit(),
                wire=self.wire,
            )
        )
        journal = made.stage.tools.journal
        for name in ("open_sale", "write", "write_copy"):
            self._count(journal, name)
        return made

    def _count(self, journal: object, name: str) -> None:
        real = getattr(journal, name)

        def counted(*args: object, **kwargs: object) -> None:
            self.writes += 1
            self.on_write(2 * self.writes)
            real(*args, **kwargs)
            self.on_write(2 * self.writes + 1)

        setattr(journal, name, counted)


def sell(life: Life, copies: int) -> None:
    """A sale up to the thanks."""
    with ExitStack() as stack:
        made = life.open(stack)
        stage = made.stage
        stage.begin()
        stage.run_to(State.WELCOME)
        stage.post(Start())
        stage.run_to(State.PLACE_KEY)
        lay(life.rig, gallery_key("kwikset-new", life.settings.catalogue, 1))
        stage.run_to(State.OFFER)
        stage.post(SetQuantity(copies))
        stage.post(Confirm())
        stage.run_to(State.TAKE_KEY_BACK)
        life.rig.tray.take()
        stage.run_to(State.THANK_YOU)


def start_again(life: Life) -> None:
    """Switch on, settle, and check that nothing is owed either way."""
    life.on_line = life.on_write = lambda _: None
    life.rig.tray.take()
    with ExitStack() as stack:
        made = life.open(stack)
        journal = made.stage.tools.journal
        made.stage.begin()
        made.stage.run_to(State.WELCOME, limit_s=1200)
        assert journal.open_sales() == ()
        sales = journal.last_sales(5)
        delivered = sum(sale.delivered for sale in sales)
        assert delivered == len(life.rig.chute), "\n".join(journal.story(sales[0].transaction))
        assert life.terminal.taken_in_all_minor == sum(sale.due_minor for sale in sales) == 349 * delivered
        assert life.terminal.reserved == ()
        assert life.rig.world.wheel.told_rpm == 0
        assert life.rig.world.carousel.clamped is None
        for sale in sales:
            assert journal.story(sale.transaction)[-1].endswith("the sale was closed")


def count(settings: Settings, folder: Path, copies: int) -> tuple[int, int]:
    """Journal writes and lines of a whole sale."""
    life = Life(settings, folder)
    sell(life, copies)
    assert len(life.rig.chute) == copies
    return life.writes, life.lines


def kill_at(settings: Settings, folder: Path, *, write: int = 0, line: int = 0, copies: int = 1) -> None:
    folder.mkdir()
    life = Life(settings, folder)
    if write:
        life.on_write = lambda at: life.die() if at == write else None
    else:
        life.on_line = lambda at: life.die() if at == line else None
    with pytest.raises(Killed):
        sell(life, copies)
    # Nobody is in command for a while; then the power comes back to the computer alone.
    life.rig.timeline.advance(20.0)
    start_again(life)


def test_killed_before_and_after_every_journal_write(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "count").mkdir()
    writes, _ = count(settings, tmp_path / "count", 2)
    assert writes > 15
    for at in range(2, 2 * writes + 2):
        kill_at(settings, tmp_path / f"write{at}", write=at, copies=2)


def test_killed_after_every_third_line_to_the_board(settings: Settings, tmp_path: Path) -> None:
    """Every single line is the business of the bench; here a third of them, the hand-over whole."""
    (tmp_path / "count").mkdir()
    _, lines = count(settings, tmp_path / "count", 1)
    hand_over = range(lines - 16, lines + 1)
    for at in sorted({*range(1, lines + 1, 3), *hand_over}):
        kill_at(settings, tmp_path / f"line{at}", line=at)
