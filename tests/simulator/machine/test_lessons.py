"""A technician learns: the machine breaks, nobody says how, and the panel must not give it away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.problems import BadInput
from config.settings import load_settings
from kiosk.rehearsal.run_scenario import play
from kiosk.rehearsal.script import Scenario
from simulator.faults.injection import FAULTS, FaultPanel
from simulator.faults.lesson import FOLDER, Lesson, lessons, load_lesson
from simulator.serve.control import Control
from simulator.serve.realtime import RealTimeRunner
from tests.simulator.machine.parts import Hand
from ui.panel.translate import LANGUAGES

NUMBERS = range(1, len(lessons()) + 1)
TROUBLED = {"out_of_order", "failed", "try_again", "refused"}


class Learner:
    def __init__(self) -> None:
        self.hand = Hand()
        self.desk = Control(self.hand.sim, FaultPanel(self.hand.sim), RealTimeRunner(self.hand.sim.timeline))

    def ask(self, **request: object) -> dict[str, object]:
        return self.desk.handle(json.dumps(request))

    def seen(self) -> dict[str, object]:
        """What the panel is told, but for what the board itself says to whoever asks."""
        self.hand.sim.clock.sleep(5.0)
        return {name: value for name, value in self.ask(do="state").items() if name not in ("lesson", "board")}


def wrong(lesson: Lesson) -> tuple[str, ...]:
    return lesson.others[:3]


def test_there_are_twelve_from_easy_to_hard() -> None:
    levels = [lesson.level for lesson in lessons()]
    assert len(levels) == 12
    assert levels == sorted(levels, key=["easy", "middle", "hard"].index)
    assert len({lesson.answer for lesson in lessons()}) == 12


@pytest.mark.parametrize("number", NUMBERS)
def test_whoever_looks_at_the_panel_sees_a_sound_machine(number: int) -> None:
    sound, broken = Learner(), Learner()
    assert broken.ask(do="lesson", number=number)["ok"]
    whole = sound.seen()
    assert broken.seen() == {**whole, "position_mm": whole["commanded_mm"]}
    told = broken.ask(do="state")["lesson"]
    assert told == {"number": number, "wrong": [], "over": False}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_kiosk_itself_shows_that_something_is_wrong(number: int) -> None:
    lesson = lessons()[number - 1]
    parameters = dict(lesson.parameters) | ({"over_s": 5.0} if lesson.answer == "lamp_fading" else {})
    visit: dict[str, object] = {"quantity": 5} if lesson.answer == "steps_lost_later" else {}
    in_pictures = lesson.answer == "lamp_fading"
    if in_pictures:
        visit["key"] = {"sample": "kwikset-new"}
    table = {
        "title": "A shopper comes to a machine of a lesson",
        "frames": in_pictures,
        "visit": [visit, visit],
        "trouble": [{"fault": lesson.answer, "parameters": parameters}],
        "limit_s": 1200.0,
    }
    assert TROUBLED & {str(state) for state in play(Scenario.model_validate(table), load_settings(environment={})).path}


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.answer)
def test_complaint_and_evidence_are_said_in_every_language_and_the_complaint_does_not_name_the_fault(
    lesson: Lesson,
) -> None:
    for words in (lesson.complaint, lesson.evidence):
        assert set(words) == set(LANGUAGES)
        assert all(words.values())
    assert FAULTS[lesson.answer].description not in lesson.complaint["en"]


def test_the_first_answer_that_is_right_brings_a_hundred_points_and_then_what_showed_it() -> None:
    learner, lesson = Learner(), lessons()[1]
    learner.ask(do="lesson", number=2)
    assert learner.ask(do="answer", fault=lesson.answer)["lesson"] == {
        "number": 2, "wrong": [], "over": True, "answer": lesson.answer, "score": 100,
    }  # fmt: skip


def test_each_wrong_answer_costs_and_the_third_ends_the_lesson_with_nothing() -> None:
    learner, lesson = Learner(), lessons()[2]
    learner.ask(do="lesson", number=3)
    for name in wrong(lesson)[:2]:
        told = learner.ask(do="answer", fault=name)["lesson"]
        assert isinstance(told, dict)
        assert "answer" not in told
    assert learner.ask(do="answer", fault=lesson.answer)["lesson"]["score"] == 30
    learner.ask(do="lesson", number=3)
    for name in wrong(lesson):
        told = learner.ask(do="answer", fault=name)["lesson"]
    assert told == {"number": 3, "wrong": list(wrong(lesson)), "over": True, "answer": lesson.answer, "score": 0}


def test_what_is_no_choice_or_was_answered_already_costs_nothing() -> None:
    learner, lesson = Learner(), lessons()[2]
    assert not learner.ask(do="answer", fault=lesson.answer)["ok"]
    assert not learner.ask(do="lesson", number=13)["ok"]
    learner.ask(do="lesson", number=3)
    learner.ask(do="answer", fault=wrong(lesson)[0])
    for name in (wrong(lesson)[0], "brush_worn", "gremlins"):
        assert not learner.ask(do="answer", fault=name)["ok"]
    assert learner.ask(do="state")["lesson"]["wrong"] == [wrong(lesson)[0]]


def test_mending_all_ones_own_faults_leaves_the_lessons_and_finishing_mends_it() -> None:
    learner = Learner()
    learner.ask(do="lesson", number=3)
    learner.ask(do="clear")
    assert learner.hand.carousel.faults.shavings_mm
    learner.ask(do="end_lesson")
    assert not learner.hand.carousel.faults.shavings_mm
    assert learner.ask(do="state")["lesson"] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('answer = "door_open"', 'answer = "gremlins"'), "gremlins is no fault"),
        (('others = ["emergency_stop"', 'others = ["door_open"'), "each choice must stand there once"),
        (("fr = ", "it = "), "must be said in"),
        (('level = "easy"', 'level = "trivial"'), "level"),
    ],
)
def test_a_lesson_with_a_mistake_is_told_by_file_field_and_reason(
    change: tuple[str, str], reason: str, tmp_path: Path
) -> None:
    bad = tmp_path / "01_bad.toml"
    bad.write_text((FOLDER / "01_door.toml").read_text().replace(*change))
    with pytest.raises(BadInput, match=reason):
        load_lesson(bad)
