"""Counting: from snapshots and the journal to counters, report, metrics and events."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from matplotlib.dates import date2num

import config
from config.machine import Magazine, Slot
from config.settings import load_settings
from kiosk.data_paths import DataPaths
from kiosk.key.reading import Outcome
from kiosk.operations.counters import Figures, read_figures
from kiosk.operations.fleet.outbox import Outbox
from kiosk.operations.happenings import Happening, HappeningKind, happened
from kiosk.operations.metrics import metrics_of, text_form
from kiosk.operations.recorder import Recorder, open_operations
from kiosk.operations.report_html import _sentence, report_html
from kiosk.operations.report_plots import _drift, _errors
from kiosk.operations.report_table import as_csv, money, plain
from kiosk.operations.report_words import refused_for
from kiosk.policy.decision import FiredRule, Override, Verdict
from kiosk.records.inventory import Inventory, SlotView
from kiosk.records.journal import Journal, NewSale, SaleStep
from kiosk.session.snapshot import CheckResult, FaultNotice, Offer, Receipt, Refusal, ServiceView, Snapshot
from kiosk.session.states import State
from tests.ui.test_words import rules_of_the_program


class Ticking:
    """A clock that moves one second each time it is read."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC)

    def now_s(self) -> float:
        return self.at.timestamp()

    def utc(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def sleep(self, duration_s: float) -> None:
        self.at += timedelta(seconds=duration_s)


MACHINE = load_settings().machine
POLICY = Path(config.__file__).parent / "policy"
MAGAZINE = Magazine(first_z_mm=-5, pitch_z_mm=15, slots=(Slot(number=1, blank="KW1", capacity=50, low_at=8),))
OFFER = Offer("KW1", "Kwikset KW1", 349, "USD", 1, 5, "brass", ("brass",))


def shown(state: State, **facts: object) -> Snapshot:
    return replace(Snapshot(state=state, simulated=False), **facts)


def rule(code: str, verdict: Verdict = Verdict.REFUSE) -> FiredRule:
    return FiredRule(code, verdict, Override.NEVER, "ground", "source")


@pytest.fixture
def places(tmp_path: Path) -> DataPaths:
    return DataPaths(tmp_path)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def journal(places: DataPaths, clock: Ticking) -> Iterator[Journal]:
    with closing(Journal(places.journal, clock, simulated=False)) as journal:
        yield journal


def sell(journal: Journal, name: str, *then: SaleStep, price_minor: int = 349) -> None:
    journal.open_sale(NewSale(name, f"B{name}", "KW1", "brass", 1, price_minor, "USD", "register"))
    for step in then:
        journal.write(name, step, slot=1, copy=1)


GOOD = (
    SaleStep.RESERVED,
    SaleStep.LOADING,
    SaleStep.CUTTING,
    SaleStep.CHECKING,
    SaleStep.PASSED,
    SaleStep.DELIVERING,
    SaleStep.DELIVERED,
)
RECUT = (*GOOD[:4], SaleStep.NOT_PASSED, SaleStep.REJECTED, *GOOD[1:])
PAID = (SaleStep.CAPTURING, SaleStep.CAPTURED, SaleStep.CLOSED)


def test_what_the_screen_showed_becomes_happenings() -> None:
    refusal = Refusal(rules=(rule("PATENTED"), rule("NOTE", Verdict.NOTICE)), outcome=None)
    fault = FaultNotice("LINK_LOST", "port vanished", 0.0)
    check = CheckResult(True, 0.012, 0.05, "T1", "KW1")
    receipt = Receipt("T1", 349, "USD", "reserved", 1)
    story = [
        shown(State.WELCOME),
        shown(State.PLACE_KEY),
        shown(State.TRY_AGAIN, try_again=Outcome.DIRTY),
        shown(State.REFUSED, refusal=refusal),
        shown(State.STAFF_LOGIN, refusal=refusal),
        shown(State.REFUSED, refusal=refusal),
        shown(State.STAFF_APPROVAL, refusal=refusal),
        shown(State.REFUSED, refusal=replace(refusal, denied=True)),
        # As real sessions show them: while copies are made there is neither an offer nor a receipt.
        shown(State.CHECKING),
        shown(State.CHECKING, check=check),
        shown(State.DELIVERING, check=check),
        shown(State.THANK_YOU, receipt=receipt, check=check),
        shown(State.OUT_OF_ORDER, fault=fault),
        shown(State.OUT_OF_ORDER, fault=replace(fault, attempt=1)),
        shown(State.CLOSED),
        shown(State.WELCOME),
    ]
    found = [each for before, after in zip([None, *story], story, strict=False) for each in happened(before, after)]
    assert found == [
        Happening(HappeningKind.VISIT),
        Happening(HappeningKind.NOT_TOLD, code="dirty"),
        Happening(HappeningKind.REFUSED, code="PATENTED"),
        Happening(HappeningKind.CHECKED, transaction="T1", blank="KW1", passed=True, largest_error_mm=0.012),
        Happening(HappeningKind.FAULT, code="LINK_LOST", transaction="T1"),
        Happening(HappeningKind.RECOVERED),
        Happening(HappeningKind.CLOSED),
        Happening(HappeningKind.OPENED),
    ]


def test_a_blank_that_runs_out_is_told_once_and_only_at_the_front(places: DataPaths, clock: Ticking) -> None:
    with closing(Recorder(places.operations, places.journal, clock, fleet=True)) as recorder:
        recorder.on_snapshot(shown(State.WELCOME, stocked=("KW1", "SC1")))
        recorder.on_snapshot(shown(State.PLACE_KEY))
        recorder.on_snapshot(shown(State.THANK_YOU))
        recorder.on_snapshot(shown(State.WELCOME, stocked=("SC1",)))
        recorder.on_snapshot(shown(State.PLACE_KEY))
        recorder.on_snapshot(shown(State.WELCOME, stocked=("SC1",)))
    with closing(open_operations(places.operations)) as connection:
        events = Outbox(connection).pending(0, 100)
    assert [(event.kind, event.facts["blank"]) for event in events] == [("stock", "KW1")]


def test_days_count_paid_free_recut_scrapped_refused_and_faults(
    places: DataPaths, clock: Ticking, journal: Journal
) -> None:
    sell(journal, "T1", *GOOD, *PAID)
    sell(journal, "T2", *RECUT, *PAID)
    sell(journal, "T3", *GOOD, SaleStep.CLOSED, price_minor=0)
    sell(
        journal, "T4", *GOOD[:3], SaleStep.FAULT, SaleStep.REJECTED, SaleStep.VOIDING, SaleStep.VOIDED, SaleStep.CLOSED
    )
    with closing(Recorder(places.operations, places.journal, clock, fleet=False)) as recorder:
        recorder.note(Happening(HappeningKind.REFUSED, code="PATENTED"))
        recorder.note(Happening(HappeningKind.REFUSED, code="PATENTED"))
        recorder.note(Happening(HappeningKind.FAULT, code="LINK_LOST"))
        recorder.note(Happening(HappeningKind.CHECKED, passed=True, largest_error_mm=0.01))
    Inventory(places.inventory, MAGAZINE).close()
    seen = read_figures(places)
    assert sum(day.paid for day in seen.days) == 2
    assert sum(day.free for day in seen.days) == 1
    assert sum(day.taken_minor for day in seen.days) == 698
    assert [sum(getattr(day, name) for day in seen.days) for name in ("recut", "scrapped", "given_back")] == [1, 2, 0]
    assert seen.days[-1].refused == {"PATENTED": 2}
    assert seen.days[-1].faults == {"LINK_LOST": 1}
    assert seen.first_time_right == (2, 3)
    text = text_form(metrics_of(seen)).decode()
    assert 'keykiosk_copies_total{kind="paid"} 2.0' in text
    assert 'keykiosk_refused_total{rule="PATENTED"} 2.0' in text
    assert 'keykiosk_stock{blank="KW1",finish="brass",slot="1"} 50.0' in text
    assert 'keykiosk_deviation_mm_bucket{le="0.005",passed="true"} 0.0' in text
    assert 'keykiosk_deviation_mm_bucket{le="0.01",passed="true"} 1.0' in text
    assert 'keykiosk_deviation_mm_sum{passed="true"} 0.01' in text
    assert "fleet" not in text
    assert "keykiosk_fleet_up 0.0" in text_form(metrics_of(seen, fleet_up=False)).decode()


def test_days_are_the_stores_and_a_span_includes_both_its_ends(
    places: DataPaths, clock: Ticking, journal: Journal
) -> None:
    Inventory(places.inventory, MAGAZINE).close()
    sell(journal, "T1", *GOOD, *PAID)  # 23:59 UTC on the first of March
    clock.at = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    sell(journal, "T2", *GOOD, *PAID)
    clock.at = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    sell(journal, "T3", *GOOD, *PAID)
    pacific = ZoneInfo("America/Los_Angeles")
    assert [(day.date, day.paid) for day in read_figures(places, zone=UTC).days] == [
        ("2026-03-01", 1),
        ("2026-03-02", 2),
    ]
    assert [(day.date, day.paid) for day in read_figures(places, zone=pacific).days] == [
        ("2026-03-01", 2),
        ("2026-03-02", 1),
    ]
    only = read_figures(places, date(2026, 3, 1), date(2026, 3, 1), pacific)
    assert [(day.date, day.paid) for day in only.days] == [("2026-03-01", 2)]


def test_one_refusal_counts_once_whatever_stood_in_its_way(places: DataPaths, clock: Ticking) -> None:
    rules = (rule("ASK", Verdict.ASK_STAFF), rule("PATENTED"), rule("RESTRICTED"))
    for refusal, code in (
        (Refusal(rules=rules, outcome=None), "PATENTED"),
        (Refusal(rules=rules[:1], outcome=None), "ASK"),
        (Refusal(rules=rules, outcome=Outcome.DIMPLE), "dimple"),
    ):
        found = happened(shown(State.SCANNING), shown(State.REFUSED, refusal=refusal))
        assert found == (Happening(HappeningKind.REFUSED, code=code),)
    with closing(Recorder(places.operations, places.journal, clock, fleet=False)) as recorder:
        # As a kiosk of the release before kept one refusal.
        recorder._keep((Happening(HappeningKind.REFUSED, code="PATENTED"), Happening(HappeningKind.REFUSED, code="X")))
        recorder.note(Happening(HappeningKind.REFUSED, code="PATENTED"))
    assert read_figures(places).days[-1].refused == {"PATENTED": 2}


def test_a_spreadsheet_gets_each_day_once_and_the_page_their_total(
    places: DataPaths, clock: Ticking, journal: Journal
) -> None:
    Inventory(places.inventory, MAGAZINE).close()
    sell(journal, "T1", *GOOD, *PAID)
    clock.at += timedelta(days=2)
    sell(journal, "T2", *RECUT, *PAID)
    seen = read_figures(places, zone=UTC)
    assert as_csv(seen).splitlines() == [
        "Day,Visits,Paid,Free,Test,Given back,Recut,Scrapped,Taken USD,Refused,Faults",
        "2026-03-01,0,1,0,0,0,0,0,3.49,0,0",
        "2026-03-03,0,1,0,0,0,1,1,3.49,0,0",
    ]
    page = report_html(seen, "Corner", "2026-03-01", "2026-03-03")
    assert "<tr class=total><td>Total</td>" in page
    assert "From 2026-03-01 to 2026-03-03, days of the store." in page
    assert 'name="viewport"' in page
    assert "6.98" in page


def test_money_has_the_digits_its_currency_has() -> None:
    assert [money(123_456, code) for code in ("USD", "JPY", "KWD", "")] == ["1234.56", "123456", "123.456", "1234.56"]
    assert plain("KEY_NOT_READ") == "Key not read"


def test_the_report_is_one_file_with_its_plots_inside(places: DataPaths, clock: Ticking, journal: Journal) -> None:
    sell(journal, "T1", *RECUT, *PAID)
    Inventory(places.inventory, MAGAZINE).close()
    with closing(Recorder(places.operations, places.journal, clock, fleet=False)) as recorder:
        for error_mm in (0.01, 0.02, 0.06):
            recorder.note(Happening(HappeningKind.CHECKED, passed=error_mm < 0.05, largest_error_mm=error_mm))
    page = report_html(read_figures(places), "Corner <Hardware>", "2026-03-01", machine=MACHINE)
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "Corner &lt;Hardware&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_error_axis_is_the_same_for_every_report_and_what_lies_beyond_is_said() -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    few, many = (Figures((), (0, 0), errors, (), {}, (), "USD", 0) for errors in (
        ((when, 0.004, True),), tuple((when, 0.003 * i, i < 16) for i in range(30)),
    ))  # fmt: skip
    spans = [_errors(seen, MACHINE).axes[0].get_xlim() for seen in (few, many)]
    assert spans[0] == spans[1] == pytest.approx((0, 0.052))
    said = [text.get_text() for text in _errors(many, MACHINE).axes[0].texts]
    assert said == [f"{sum(0.003 * i > 0.05 for i in range(30))} beyond"]


def test_refusals_are_told_in_a_sentence() -> None:
    days = [{"dimple": 2, "KEYWAY_RESTRICTED": 1}, {"dimple": 1}]
    assert "4 times refused: a dimple key (3 times); and a restricted keyway (once)." in _sentence(
        days, "refused", "None."
    )
    assert _sentence([{}], "refused", "None.") == "<p>None.</p>"


def test_a_kiosk_that_has_sold_nothing_has_a_report_too(places: DataPaths) -> None:
    page = report_html(read_figures(places), "New", "")
    assert "No copy was cut" in page
    assert "<img" not in page


def test_every_closed_sale_becomes_one_event_whenever_the_kiosk_dies(
    places: DataPaths, clock: Ticking, journal: Journal
) -> None:
    sell(journal, "T1", *GOOD, *PAID)
    sell(journal, "T2", *GOOD)
    for _ in range(3):
        Recorder(places.operations, places.journal, clock, fleet=True).close()
    for step in PAID:
        journal.write("T2", step)
    with closing(Recorder(places.operations, places.journal, clock, fleet=True)) as recorder:
        sell(journal, "T3", SaleStep.DECLINED, SaleStep.CLOSED)
        recorder.on_snapshot(shown(State.THANK_YOU, receipt=Receipt("T3", 0, "USD", "voided", 0)))
        recorder.on_snapshot(shown(State.WELCOME))
    with closing(open_operations(places.operations)) as connection:
        events = Outbox(connection).pending(0, 100)
    assert [(event.kind, event.facts["transaction"]) for event in events] == [
        ("sale", "T1"),
        ("sale", "T2"),
        ("sale", "T3"),
    ]
    assert [event.facts["amount_minor"] for event in events] == [349, 349, 0]


def test_a_recorder_whose_disk_refuses_says_so_and_does_not_raise(places: DataPaths, clock: Ticking) -> None:
    with closing(Recorder(places.operations, places.journal, clock, fleet=True)) as recorder:
        recorder._connection.execute("PRAGMA query_only = ON")
        recorder.on_snapshot(shown(State.WELCOME))
        recorder.on_snapshot(shown(State.PLACE_KEY))
        assert "DiskRefused" in recorder.problem
        recorder._connection.execute("PRAGMA query_only = OFF")
        recorder.on_snapshot(shown(State.OUT_OF_ORDER, fault=FaultNotice("DISK_REFUSED", "full", 0.0)))
        assert recorder.problem == ""


def test_a_key_left_in_the_tray_is_one_happening() -> None:
    at_rest = Snapshot(State.WELCOME, simulated=False)
    left = replace(at_rest, key_left=True)
    assert [each.what for each in happened(at_rest, left)] == [HappeningKind.KEY_LEFT]
    assert happened(left, replace(left, staff_called=True)) == ()
    assert happened(left, at_rest) == ()


def test_every_reason_the_kiosk_ships_is_told_as_a_person_says_it() -> None:
    shipped = {rule["code"] for path in POLICY.glob("*.toml") for rule in tomllib.loads(path.read_text())["rule"]}
    codes = shipped | rules_of_the_program() | {each.value for each in Outcome if each is not Outcome.IDENTIFIED}
    assert {code for code in codes if refused_for(code) is None} == set()


def test_money_let_go_is_not_given_back_and_a_refunded_copy_is_once(places: DataPaths, journal: Journal) -> None:
    Inventory(places.inventory, MAGAZINE).close()
    sell(journal, "T1", SaleStep.VOIDING, SaleStep.VOIDED, SaleStep.CLOSED)
    sell(journal, "T2", *GOOD, *PAID)
    journal.claim_refund("T2")
    for due in journal.open_refunds("T2"):
        journal.refund_done("T2", due)
    assert sum(day.given_back for day in read_figures(places).days) == 1


def test_every_blank_of_a_technicians_test_is_scrapped_also_one_that_was_never_cut() -> None:
    full = SlotView(1, "KW1", "brass", 50, 50, low=False, locked=False)
    before = shown(State.TECHNICIAN, service=ServiceView(slots=(full,)))
    after = shown(State.TECHNICIAN, service=ServiceView(slots=(replace(full, count=48, locked=True),)))
    scrapped = Happening(HappeningKind.SCRAPPED, blank="KW1", slot=1)
    assert happened(before, after) == (scrapped, scrapped)
    assert happened(after, before) == (), "filled up"


def test_copies_of_a_simulated_machine_are_said_to_be_tests(places: DataPaths, clock: Ticking) -> None:
    Inventory(places.inventory, MAGAZINE).close()
    with closing(Journal(places.journal, clock, simulated=True)) as journal:
        sell(journal, "T1", *GOOD, *PAID)
    page = report_html(read_figures(places), "Corner", "")
    assert "1 copy was sold by a simulated machine. It counts as Test; no money was taken." in page
    assert "simulated" not in report_html(Figures((), (0, 0), (), (), (), "USD", 0), "Corner", "")


def test_the_drift_of_one_day_stands_on_that_day_and_copies_are_counted_whole() -> None:
    when = datetime(2026, 3, 1, 9, tzinfo=UTC)
    seen = Figures((), (1, 1), ((when, 0.004, True),), ((when, 0.001), (when, 0.002)), (), "USD", 0)
    left, right = _drift(seen, MACHINE).axes[0].get_xlim()
    assert right - left == 1
    assert left <= float(date2num(when)) <= right  # type: ignore[no-untyped-call] # matplotlib types it in part
    ticks = _errors(seen, MACHINE).axes[0].get_yticks()
    assert [tick for tick in ticks if tick != int(tick)] == []
