from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from transitions import MachineError

from kiosk.session.diagram import block, mermaid, updated
from kiosk.session.machine import Session
from kiosk.session.phases import ENTER, HANDLE
from kiosk.session.states import TABLE, State

TRIGGERS = {row.trigger for row in TABLE}


def test_every_trigger_of_the_table_is_a_typed_method_and_the_reverse() -> None:
    declared = {
        name
        for name, value in vars(Session).items()
        if inspect.isfunction(value) and value.__name__ == "_of_the_table" and name != "_of_the_table"
    }
    assert declared == TRIGGERS


def test_every_state_can_be_reached_and_left() -> None:
    assert {row.dest for row in TABLE} >= set(State) - {State.STARTING}
    assert {source for row in TABLE for source in row.sources} == set(State)


def test_no_trigger_leads_two_ways_from_one_state() -> None:
    seen: dict[tuple[str, State], State] = {}
    for row in TABLE:
        for source in row.sources:
            assert seen.setdefault((row.trigger, source), row.dest) is row.dest


def test_a_trigger_the_table_does_not_allow_is_an_error_and_changes_nothing() -> None:
    session = Session(lambda _: None)
    with pytest.raises(MachineError):
        session.confirmed()
    assert session.state is State.STARTING


def test_nothing_bypasses_the_table() -> None:
    session = Session(lambda _: None)
    assert not [name for name in dir(session) if name.startswith("to_")]


def test_entering_is_told_once_for_each_state_entered() -> None:
    entered: list[State] = []
    session = Session(entered.append)
    session.ready()
    session.touched()
    assert entered == [State.WELCOME, State.PLACE_KEY]


def test_every_state_a_person_can_be_in_has_a_handler() -> None:
    assert set(HANDLE) == set(State)
    assert set(ENTER) <= set(State)


def test_cutting_is_reached_only_past_money_and_an_empty_tray() -> None:
    into_loading = {source for row in TABLE if row.dest is State.LOADING for source in row.sources}
    assert into_loading == {State.TAKE_KEY_BACK, State.LOADING, State.CHECKING, State.DELIVERING}
    assert {source for row in TABLE if row.dest is State.CUTTING for source in row.sources} == {State.LOADING}
    assert {source for row in TABLE if row.dest is State.TAKE_KEY_BACK for source in row.sources} == {State.PAYING}


def test_the_diagram_names_every_trigger() -> None:
    drawn = mermaid()
    assert all(trigger in drawn for trigger in TRIGGERS)


def test_a_page_keeps_its_other_text_when_its_diagram_is_renewed() -> None:
    page = "before\n<!-- states:begin -->old<!-- states:end -->\nafter"
    assert updated(page) == f"before\n{block()}\nafter"


def test_the_page_on_architecture_shows_the_table_as_it_is() -> None:
    page = Path(__file__).parents[2] / "docs" / "architecture.md"
    text = page.read_text(encoding="utf-8")
    assert updated(text) == text, "run: python -m kiosk.session.diagram --update docs/architecture.md"
