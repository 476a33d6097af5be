from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from config.settings import load_settings
from hardware.ports import PaymentAnswer, PaymentState
from kiosk.command_line import app
from kiosk.commands.scenario import SHIPPED
from kiosk.records.journal import BlankStatus, PaymentStatus, Sale
from kiosk.rehearsal.replay import replay
from kiosk.session import flight_record
from kiosk.session.flight_record import (
    Entry,
    EntryKind,
    FlightRecorder,
    facts_of,
    read_record,
    recording,
    switched_on,
)
from kiosk.session.intents import Credentials, EnterReceipt, Intent
from kiosk.session.reports import Answered, KeyIdentified, Report, SaleFound, Settled
from kiosk.session.states import State
from tests.support.lives import Life, one_copy


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def flown(name: str, folder: Path) -> Path:
    flight = folder / f"{name}.jsonl"
    result = CliRunner().invoke(app, ["scenario", "run", str(SHIPPED / f"{name}.toml"), "--flight", str(flight)])
    assert result.exit_code == 0, result.output
    return flight


@pytest.mark.parametrize("name", ["sell_worn_restored", "stop_while_cutting", "staff_technician", "head_illegible"])
def test_a_flight_record_becomes_a_scenario(name: str, tmp_path: Path) -> None:
    scenario = tmp_path / "again.toml"
    result = CliRunner().invoke(app, ["scenario", "record", str(flown(name, tmp_path)), "--out", str(scenario)])
    assert result.exit_code == 0, result.output


def test_a_record_says_what_kiosk_it_is_and_nothing_of_its_money_port_or_people(tmp_path: Path) -> None:
    life = Life(load_settings(environment={}), tmp_path)
    with life.kiosk() as made:
        ports = changed(made.stage.ports, store=made.stage.ports.store.model_copy(update={"help_phone": "555 0100"}))
        ports.inventory.refill(2, 3)
        ports.inventory.lock(1, "shavings")
        ports.machine_record.note_fault("DOOR_OPEN")
        setup = switched_on(ports)
    assert {(slot.number, slot.count, slot.locked) for slot in setup.slots} >= {(2, 3, False)}
    assert [slot.number for slot in setup.slots if slot.locked] == [1]
    assert setup.fault == "DOOR_OPEN"
    assert "555" not in setup.model_dump_json()
    assert not {"payment", "printer", "wire"} & set(setup.machine)


def test_a_timer_that_ends_a_visit_is_in_the_record_and_one_that_leads_nowhere_is_not(tmp_path: Path) -> None:
    timers = [each for each in read_record(flown("walks_away_in_offer", tmp_path)) if each.kind is EntryKind.TIMER]
    assert [(each.type, each.state) for each in timers] == [("waiting", "welcome")]


def test_a_record_of_a_plain_sale_plays_as_a_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "again.toml"
    CliRunner().invoke(app, ["scenario", "record", str(flown("dnd_approved", tmp_path)), "--out", str(scenario)])
    result = CliRunner().invoke(app, ["scenario", "run", str(scenario)])
    assert result.exit_code == 0, result.output


def test_a_changed_record_is_found_to_go_another_way(tmp_path: Path) -> None:
    flight = flown("sell_kw1", tmp_path)
    flight.write_text(flight.read_text().replace('"passed":true', '"passed":false'))
    result = CliRunner().invoke(app, ["scenario", "replay", str(flight)])
    assert result.exit_code == 1
    assert "the record says delivering" in result.output


def test_the_wire_is_told_beside_the_events_without_a_figure_of_any_motion(tmp_path: Path) -> None:
    wire = [entry for entry in read_record(flown("stop_while_cutting", tmp_path)) if entry.kind == "wire"]
    told = {(entry.type, entry.facts["meaning"]) for entry in wire}
    assert {
        (">", "home"),
        ("<", "banner"),
        (">", "clamp_closed"),
        (">", "wheel_on"),
        (">", "feed"),
        (">", "reset"),
    } <= told
    moves = [entry.facts["text"] for entry in wire if entry.facts["meaning"] in ("feed", "rapid", "probe")]
    assert moves
    assert not [text for text in moves if re.search(r"[XYZF]-?[.\d]", text)]


def recorded_sales(folder: Path, sales: int, limit_bytes: int) -> Path:
    """A record of so many sales of one copy each."""
    path = folder / "flight.jsonl"
    life = Life(load_settings(environment={}), folder)
    with life.kiosk() as made, path.open("w") as file:
        recorder = FlightRecorder(file, made.stage.ports, limit_bytes=limit_bytes, path=path)
        made.stage.controller.observe(recorder.event)
        made.cutter.hear_wire(recorder.wire)
        for _ in range(sales):
            one_copy(life, made)
            made.stage.run_to(State.WELCOME)
        recorder.close()
    return path


def test_a_record_that_grows_too_long_begins_anew_between_visits_and_replays_from_there(tmp_path: Path) -> None:
    path = recorded_sales(tmp_path, 4, limit_bytes=20_000)
    before = path.with_name("flight.jsonl.before")
    assert path.stat().st_mode & 0o077 == 0
    for each in (path, before):
        assert each.stat().st_size < 45_000
        assert replay(read_record(each), load_settings(environment={})) == ()


def test_a_visit_longer_than_a_whole_record_is_written_without_its_wire_and_not_to_its_end(tmp_path: Path) -> None:
    path = recorded_sales(tmp_path, 1, limit_bytes=700)
    sizes = [each.stat().st_size for each in tmp_path.glob("flight.jsonl*")]
    assert len(sizes) == 2
    assert max(sizes) < 9_000
    assert not [entry for entry in read_record(path) if entry.kind == "wire" and entry.facts["meaning"] == "wheel_on"]


def test_a_disk_that_refuses_ends_the_record_and_not_the_session(tmp_path: Path) -> None:
    life = Life(load_settings(environment={}), tmp_path)
    with life.kiosk() as made, open("/dev/full", "w", buffering=1) as full:
        recorder = FlightRecorder(full, made.stage.ports)
        made.stage.controller.observe(recorder.event)
        made.cutter.hear_wire(recorder.wire)
        one_copy(life, made)
        recorder.close()
    assert len(life.sim.chute) == 1


def test_a_record_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    life = Life(load_settings(environment={}), tmp_path)
    with (
        life.kiosk() as made,
        pytest.raises(BadInput, match="cannot be written"),
        recording(tmp_path / "no" / "flight.jsonl", made.stage.ports),
    ):
        pass


def test_neither_pin_nor_receipt_code_is_written() -> None:
    assert facts_of(Credentials("1001", "271828")) == {"number": "1001", "pin": ""}
    assert facts_of(EnterReceipt("ABCD2345")) == {"code": ""}


@pytest.mark.parametrize(
    ("type_", "facts"),
    [
        ("Refill", {"slot": 1}),
        ("Refill", {"slot": 1, "count": 2, "colour": "red"}),
        ("Refill", {"slot": 1, "count": "many"}),
        ("ServiceAction", {"name": "polish", "axis": "", "distance_mm": 0.0, "slot": 0}),
        ("TypeAlias", {}),
    ],
)
def test_an_event_no_session_knows_is_bad_input_and_not_played(type_: str, facts: dict[str, object]) -> None:
    entry = Entry(at_s=0.0, kind=EntryKind.INTENT, type=type_, facts=facts, state="welcome")
    with pytest.raises(BadInput, match=f"{type_}: is no event of this version"):
        replay((entry,), load_settings(environment={}))


def test_every_event_that_is_written_can_be_read_back() -> None:
    written = {*get_args(Intent), *get_args(Report)} - {*flight_record.UNWRITTEN, KeyIdentified}
    assert len(written) > 50
    for event in written:
        assert flight_record.form_of(event.__name__).core_schema


def test_no_code_that_is_worth_money_is_in_a_record() -> None:
    sale = Sale(
        "K1", "4820771366", "2026-06-01T10:00", False, "KW1", "brass", 1, 349, "USD", "register",
        PaymentStatus.CAPTURED, BlankStatus.NONE, 1, True,
    )  # fmt: skip
    answer = PaymentAnswer(PaymentState.REFUNDED, reference="K1-1", pay_code="K1-1-R0349")
    written = json.dumps([facts_of(each) for each in (SaleFound(sale, 1), Settled(sale, "K1-0349"), Answered(answer))])
    assert not [code for code in ("4820771366", "R0349", "K1-0349", "K1-1") if code in written]
    assert '"transaction": "K1"' in written


@pytest.mark.parametrize("name", ["return_refund_once", "return_recut", "return_other_key", "return_codes_closed"])
def test_copies_brought_back_replay_to_the_same_states(name: str, tmp_path: Path) -> None:
    flight = flown(name, tmp_path)
    assert replay(read_record(flight), load_settings(environment={})) == ()
    assert set(re.findall(r'"bring_back_code":"(.*?)"', flight.read_text())) <= {""}
    again = tmp_path / "again.toml"
    CliRunner().invoke(app, ["scenario", "record", str(flight), "--out", str(again)])
    played = CliRunner().invoke(app, ["scenario", "run", str(again)])
    assert played.exit_code == 0, played.output
