"""Operations beside a whole session: what is sold is counted and sent; a disk that refuses ends the sale well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.data_paths import DataPaths
from kiosk.operations.counters import read_figures
from kiosk.operations.fleet.outbox import Outbox
from kiosk.operations.recorder import open_operations
from kiosk.operations.running import Running
from kiosk.records.database import DiskRefused
from kiosk.records.journal import SaleStep
from kiosk.session.intents import Confirm, Done, Start
from kiosk.session.states import State
from tests.session.parts import BAD_COPY, SETTINGS, Shop, shop

pytestmark = pytest.mark.usefixtures("own_logging")

FLEET = SETTINGS.fleet.model_copy(
    update={"enabled": True, "broker": SETTINGS.fleet.broker.model_copy(update={"port": 1})}
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def offer(kiosk: Shop) -> None:
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_to(State.OFFER)


def pay(kiosk: Shop) -> None:
    offer(kiosk)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)


def note_as_reported(places: DataPaths) -> None:
    """What somebody does who would have the office never hear of the sales to come."""
    with closing(open_operations(places.operations)) as connection:
        connection.executemany("INSERT INTO reported_sale (number) VALUES (?)", [(number,) for number in range(1, 50)])


@pytest.mark.parametrize("foreseen", ["", "before the start", "while it runs"])
def test_a_sale_with_a_recut_is_counted_reported_and_sent(foreseen: str, kiosk: Shop, tmp_path: Path) -> None:
    settings = type(SETTINGS)(**{**vars(SETTINGS), "fleet": FLEET})
    places = DataPaths(tmp_path)
    if foreseen == "before the start":
        note_as_reported(places)
    with Running(settings, places, kiosk.clock, notify=lambda text: None) as running:
        if foreseen == "while it runs":
            note_as_reported(places)
        kiosk.stage.controller.subscribe(running.on_snapshot)
        kiosk.reader.errors.append(BAD_COPY)
        kiosk.stage.begin()
        pay(kiosk)
        kiosk.scanner.key_in_tray = False
        kiosk.stage.run_to(State.THANK_YOU)
        kiosk.stage.post(Done())
        kiosk.stage.run_to(State.WELCOME)
    seen = read_figures(places)
    assert [(day.visits, day.test, day.paid, day.recut, day.scrapped) for day in seen.days] == [(1, 1, 0, 1, 1)]
    assert seen.first_time_right == (0, 1)
    assert [passed for _, _, passed in seen.errors_mm] == [False, True]
    assert seen.open_sales == 0
    with closing(open_operations(places.operations)) as connection:
        events = Outbox(connection).pending(0, 100)
    assert [event.kind for event in events if event.kind != "stock"] == ["started", "settings", "copy", "copy", "sale"]
    assert [event.facts["passed"] for event in events if event.kind == "copy"] == [False, True]
    sale = events[[event.kind for event in events].index("sale")]
    assert (sale.facts["status"], sale.facts["simulated"]) == ("captured", True)


def test_a_read_only_disk_after_the_money_was_reserved_takes_none_moves_nothing_and_closes_the_kiosk(
    kiosk: Shop,
) -> None:
    kiosk.stage.begin()
    pay(kiosk)
    moved = list(kiosk.cutter.diary)
    kiosk.stage.ports.journal._connection.execute("PRAGMA query_only = ON")
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert kiosk.terminal.taken_in_all_minor == 0
    assert "run" not in kiosk.cutter.diary[len(moved) :]
    assert kiosk.stage.now.fault is not None
    assert kiosk.stage.now.fault.code == "DISK_REFUSED"


def test_a_disk_that_is_full_closes_the_kiosk_and_never_takes_money_for_nothing(kiosk: Shop) -> None:
    kiosk.stage.begin()
    pay(kiosk)
    kiosk.stage.ports.journal._connection.execute("PRAGMA max_page_count = 1")
    fill(kiosk)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert kiosk.terminal.taken_in_all_minor <= 349 * kiosk.cutter.chute


def fill(kiosk: Shop) -> None:
    """Use up what room the database's free pages still give."""
    transaction = kiosk.stage.ports.journal.open_sales()[0].transaction
    try:
        while True:
            kiosk.stage.ports.journal.write(transaction, SaleStep.ANSWER_UNKNOWN, code="x" * 500)
    except DiskRefused:
        return
