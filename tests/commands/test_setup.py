"""Whoever opens a store answers a dozen questions and has settings a kiosk can run with, or none at all."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_mock import MockerFixture
from typer.testing import CliRunner, Result

from config.problems import BadInput
from config.settings import load_settings
from kiosk.command_line import app
from kiosk.commands import setup as command
from kiosk.data_paths import DataPaths
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_records import audit

STORE = ["Schlüssel Müller", "de-by", "eur", "en fr", "0231 555", "KW1 brass 40", "sc1", "KW1 black 20", "-"]
PRICES = ["4,50", "5.5"]
MANAGER = ["7", "Anna", "482915"]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    monkeypatch.setenv("KIOSK_AUDIT_KEY_FOLDER", str(tmp_path / "seal"))
    monkeypatch.setattr(command, "doctor", lambda data, config: print(f"the doctor looked at {config}"))
    return tmp_path


def answered(places: Path, *answers: str) -> Result:
    words = ["setup", str(places / "own"), "--data", str(places / "data")]
    return CliRunner().invoke(app, words, input="\n".join(answers) + "\n")


def test_a_dozen_answers_are_a_store(places: Path) -> None:
    ended = answered(places, *STORE, *PRICES, *MANAGER)
    assert ended.exit_code == 0, ended.exception
    settings = load_settings(places / "own", {})
    store, slots = settings.store, settings.machine.magazine.slots
    assert (store.name, store.place, store.currency, store.price_minor) == ("Schlüssel Müller", "DE-BY", "EUR", 450)
    assert (store.languages, store.help_phone, store.finish_prices_minor["black"]) == (("en", "fr"), "0231 555", 550)
    assert [(each.number, each.blank, each.finish, each.capacity) for each in slots] == [
        (1, "KW1", "brass", 40),
        (2, "SC1", "brass", 50),
        (3, "KW1", "black", 20),
    ]
    assert "manager 7 (Anna) may sign in" in ended.output
    assert f"the doctor looked at {places / 'own'}" in ended.output


def test_empty_answers_are_the_shipped_store(places: Path) -> None:
    ended = answered(places, *[""] * 14, "", "", *MANAGER)
    assert ended.exit_code == 0, ended.exception
    settings, shipped = load_settings(places / "own", {}), load_settings(None, {})
    assert settings.store == shipped.store.model_copy(update={"finish_prices_minor": {"brass": 349, "black": 449}})
    assert [slot.blank for slot in settings.machine.magazine.slots] == [
        slot.blank for slot in shipped.machine.magazine.slots
    ]


@pytest.mark.parametrize(
    ("slots", "black"),
    [
        (["KW1 brass", "KW1 black", "-"], ""),
        (["KW1 brass", "KW1 black", "-"], "5.10"),
        (["KW1 black", "-"], "9"),
        (["KW1 black", "KW1", "-"], ""),
    ],
)
def test_a_copy_costs_what_the_owner_saw_and_confirmed(places: Path, slots: list[str], black: str) -> None:
    finishes = list(dict.fromkeys("black" if "black" in slot else "brass" for slot in slots[:-1]))
    ended = answered(places, *STORE[:5], *slots, *(black if each == "black" else "5.10" for each in finishes), *MANAGER)
    assert ended.exit_code == 0, ended.exception
    store = load_settings(places / "own", {}).store
    shown = re.findall(r"Price of a copy in (\w+), in EUR \[(.+?)\]", ended.output)
    confirmed = {finish: (black if finish == "black" else "5.10") or default for finish, default in shown}
    assert list(confirmed) == finishes
    assert len(shown) == len(finishes)
    for finish, price in confirmed.items():
        assert store.finish_prices_minor.get(finish, store.price_minor) == Decimal(price) * 100
    if not black:
        assert confirmed["black"] == "4.49"


def test_nothing_to_pay_is_asked_about_once_more(places: Path) -> None:
    ended = answered(places, *STORE, "0", "n", "4", "0", "y", *MANAGER)
    assert ended.exit_code == 0, ended.exception
    assert load_settings(places / "own", {}).store.finish_prices_minor == {"brass": 400, "black": 0}


@pytest.mark.parametrize(
    ("place", "answer", "said"),
    [
        (0, "Corner\tHardware", "cannot be shown"),
        (1, "Bavaria", "must be a country, or country-part"),
        (1, "US-XX", "US has no part 'XX'"),
        (1, "XX", "'XX' is no country"),
        (2, "ZZZ", "nowhere legal tender"),
        (3, "en xx", "xx: there are en, es, fr"),
        (3, "en fr en", "'en' stands more than once"),
        (0, '"Corner Hardware"', "without quotation marks"),
        (4, "'0231 555'", "without quotation marks"),
        (4, '""', "Enter alone takes what is offered"),
        (5, "KW1 brass ²", "'²' is no number from 1 to 500"),
        (5, "KW9 brass 50", "'KW9' is not a blank of the catalogue"),
        (5, "KW1 purple 50", "'purple' is no finish the screens have a word for: brass, black, nickel"),
        (5, "KW1 50", "'50' is no finish"),
        (5, "KW1 brass 50 60", "is more than blank, finish and number"),
        (5, "KW1 brass many", "'many' is no number from 1 to 500"),
        (5, "-", "a kiosk without blanks sells nothing"),
        (9, "free", "is no price such as 3.99"),
        (9, "-1", "is no price"),
        (9, "4.505", "is no price"),
    ],
)
def test_an_answer_that_cannot_be_is_told_and_nothing_is_written(
    places: Path, place: int, answer: str, said: str
) -> None:
    answers = [*STORE[:place], answer]
    ended = answered(places, *answers)
    assert isinstance(ended.exception, BadInput), ended.output
    assert said in str(ended.exception)
    assert not (places / "own").exists()


@pytest.mark.parametrize("bad", [(1, "US-XX"), (2, "ZZZ"), (3, "en en"), (4, '""'), (9, "free")])
def test_at_a_terminal_a_slip_costs_one_question_and_no_answer(
    places: Path, monkeypatch: pytest.MonkeyPatch, bad: tuple[int, str]
) -> None:
    monkeypatch.setattr(command, "sys", SimpleNamespace(stdin=Terminal()))
    answers = [*STORE, *PRICES]
    answers.insert(*bad)
    assert answered(places, *answers, *MANAGER).exit_code == 0
    assert load_settings(places / "own", {}).store.place == "DE-BY"


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        (0, "Name of the store"),
        (1, "Place"),
        (3, "Languages"),
        (4, "Telephone number"),
        (6, "Slot 2"),
        (9, "Price of a copy in brass"),
    ],
)
def test_who_stops_is_told_at_which_question_and_that_nothing_is_written(
    places: Path, answers: int, question: str
) -> None:
    words = ["setup", str(places / "own"), "--data", str(places / "data")]
    ended = CliRunner().invoke(app, words, input="".join(f"{each}\n" for each in STORE[:answers]))
    assert ended.exit_code != 0
    assert f"Stopped at: {question}" in ended.stderr
    assert "Nothing is written" in ended.stderr
    assert not (places / "own").exists()


def test_who_answers_something_else_to_a_free_copy_is_told_what_is_wanted(places: Path) -> None:
    said = str(answered(places, *STORE, "0", "4.50").exception)
    assert "'4.50' is neither y (copies are free) nor n (type another price)" in said


def test_at_a_terminal_a_question_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(["Bavaria", "de-by"])
    monkeypatch.setattr(command.sys, "stdin", Terminal())
    monkeypatch.setattr(command.typer, "prompt", lambda *_, **__: next(said))
    store = load_settings(None, {}).store
    assert command._ask("Place", "", command._field(store, "place", str.upper)) == "DE-BY"


def test_a_manager_whose_pins_differ_or_are_too_short_is_asked_again_at_a_terminal(
    places: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    said, pins = iter(["7", "Anna"] * 3), iter(["482915", "482951", "12", "12", "482915", "482915"])
    monkeypatch.setattr(command.sys, "stdin", Terminal())
    monkeypatch.setattr(command.typer, "prompt", lambda *_, **__: next(said))
    mocker.patch("getpass.getpass", side_effect=lambda _: next(pins))
    command._first_manager(places / "data")
    told = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in told] == [
        "PIN: the two were not the same",
        "PIN: must be 6 to 12 digits",
        "manager 7 (Anna) may sign in.",
    ]


class Terminal:
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("manager", [[], ["7"], ["7", "Anna"], ["seven", "Anna", "482915"]])
def test_who_stops_at_the_manager_is_told_how_to_go_on(places: Path, manager: list[str]) -> None:
    ended = answered(places, *STORE, *PRICES, *manager)
    assert ended.exit_code != 0
    go_on = "kiosk staff add NUMBER --name NAME --role manager"
    assert f"no manager is made yet. Go on with: {go_on} --data {places / 'data'}" in ended.stderr
    assert go_on in str(answered(places, *STORE).exception)
    made = ["staff", "add", "7", "--name", "Anna", "--role", "manager", "--data", str(places / "data")]
    assert CliRunner().invoke(app, made, input="482915\n").exit_code == 0


def test_what_is_said_of_slots_is_what_enter_does(places: Path) -> None:
    ended = answered(places, *STORE[:5], "KW1 brass 40", " ", "-", *PRICES[:1], *MANAGER)
    assert "Enter takes what stands in brackets; - says that there are no more slots" in ended.output
    second = load_settings(None, {}).machine.magazine.slots[1]
    assert f"[{second.blank} {second.finish} {second.capacity}]" in ended.output
    taken = load_settings(places / "own", {}).machine.magazine.slots
    assert [(each.blank, each.capacity) for each in taken] == [("KW1", 40), (second.blank, second.capacity)]


def test_what_is_there_is_not_written_over(places: Path) -> None:
    (places / "own").mkdir()
    (places / "own" / "store.toml").write_text("price_minor = 1\n")
    assert "is there already" in str(answered(places, *STORE).exception)
    assert (places / "own" / "store.toml").read_text() == "price_minor = 1\n"


def test_accounts_made_before_the_first_start_are_no_lost_sales(places: Path) -> None:
    assert answered(places, *STORE, *PRICES, *MANAGER).exit_code == 0
    assert audit(DataPaths(places / "data")).grade is Grade.PASS
