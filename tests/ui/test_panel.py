"""The technician's panel: what it says of the wire, what its buttons ask for, where its pictures go, how it starts."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.problems import BadInput
from hardware.grbl.codes import ALARMS, ERRORS
from kiosk.rehearsal import panel as panel_command
from simulator.faults.injection import FAULTS, FaultPanel
from simulator.faults.model import Parameter, Required
from simulator.keys.sample_keys import SAMPLE_KEYS
from simulator.serve import requests as ask
from simulator.serve.requests import line_of, request_of
from simulator.wire.tap import Passage
from tests.simulator.machine.parts import Hand
from ui.panel.__main__ import _something_to_show_it_on
from ui.panel.cpu_budget import SHARE, CpuBudget
from ui.panel.decode import LineKind, meaning
from ui.panel.pictures import PictureFailed, picture_path
from ui.panel.requests import (
    PanelState,
    door_request,
    fault_request,
    outcome_message,
    parameters_of,
    pause_request,
    slot_request,
    stepped,
    stop_request,
)
from ui.panel.style import DESIGN_PX, PALETTES, panel_theme
from ui.panel.translate import FOLDER, LANGUAGES, load_translation
from ui.panel.wire_lines import ShownWire
from ui.theme import contrast

ROOT = Path(__file__).resolve().parents[2]
NARROW_PX = (846, 736)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# -- words -----------------------------------------------------------------------------------------------------


def test_every_sentence_stands_in_every_language() -> None:
    english = load_translation("en").ids
    for code in LANGUAGES:
        own = {
            key
            for key in load_translation(code).ids
            if not key.startswith(("fault.", "key.", "error.", "alarm.", "outc"))
        }
        assert own == english, code


@pytest.mark.parametrize("code", ["es", "fr"])
def test_faults_keys_outcomes_and_numbers_are_load_translation_other_languages_too(code: str) -> None:
    wanted = {f"fault.{name}" for name in FAULTS} | {f"key.{name}" for name in SAMPLE_KEYS}
    wanted |= {f"outcome.{each.name.lower()}" for each in Required}
    wanted |= {f"error.{number}" for number in ERRORS} | {f"alarm.{number}" for number in ALARMS}
    assert not wanted - load_translation(code).ids


def test_words_are_read_on_their_ground() -> None:
    for palette in PALETTES.values():
        pairs = [*palette.text_pairs(), ("accent on card", palette.accent, palette.card)]
        assert not [name for name, ink, ground in pairs if contrast(ink, ground) < 4.5], palette.name
        assert not [name for name, ink, ground in palette.graphic_pairs() if contrast(ink, ground) < 3], palette.name


def test_what_one_touches_is_large_enough_and_grows_with_the_window() -> None:
    small, large = panel_theme(DESIGN_PX, "dark"), panel_theme((1920, 1080), "dark")
    assert small.target_px >= 38
    assert small.text_px >= 13
    assert large.target_px > small.target_px


# -- the wire in plain words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("course", "raw", "kind", "said"),
    [
        ("from_board", "error:20", LineKind.TROUBLE, "refused: an unsupported command"),
        ("from_board", "ALARM:1", LineKind.TROUBLE, "locked: a limit switch was hit"),
        ("from_board", "ok", LineKind.OK, "line taken (not yet done)"),
        ("from_board", "<Idle|MPos:-60.000,-2.000,-5.000|Bf:15,128|FS:0,0>", LineKind.POLL,
         "Idle at X-60.000 Y-2.000 Z-5.000 · room for 15 moves, 128 bytes"),
        ("from_board", "<Door:1|MPos:0.000,0.000,0.000|Pn:D>", LineKind.TROUBLE,
         "Door 1 at X0.000 Y0.000 Z0.000 · inputs: door"),
        ("from_board", "[PRB:-88.000,-20.123,-5.000:1]", LineKind.REPLY, "touched at X-88.000 Y-20.123 Z-5.000"),
        ("from_board", "$110=4000.000", LineKind.REPLY, "$110 (X max mm/min) is 4000.000"),
        ("from_board", "Grbl 1.1h ['$' for help]", LineKind.REPLY, "Grbl 1.1h has started"),
        ("from_board", "[echo: G1X3]", LineKind.OK, "heard: in a line to X3"),
        ("from_board", "o\\x93", LineKind.TROUBLE, "cannot be understood: damaged?"),
        ("to_board", "?", LineKind.POLL, "report the state"),
        ("to_board", "!", LineKind.COMMAND, "feed hold: slow down and stand"),
        ("to_board", "\\x18", LineKind.COMMAND, "soft reset"),
        ("to_board", "\\x85", LineKind.COMMAND, "cancel jogging"),
        ("to_board", "\\x91", LineKind.COMMAND, "feed override +10 %"),
        ("to_board", "\\x96", LineKind.COMMAND, "rapid override: 50 %"),
        ("to_board", "$H", LineKind.COMMAND, "find the home switches"),
        ("to_board", "$J=G91X1.5F200", LineKind.COMMAND, "jog: to X1.5, incremental, at 200 mm/min"),
        ("to_board", "G38.2Y-12.5F60", LineKind.COMMAND,
         "towards Y-12.5 until the wheel touches (else alarm), at 60 mm/min"),
        ("to_board", "G53 G0 X-60", LineKind.COMMAND, "in machine coordinates, quickly to X-60"),
        ("to_board", "M3S6000", LineKind.COMMAND, "wheel on, 6000 rpm"),
        ("to_board", "M8", LineKind.COMMAND, "clamp open"),
        ("to_board", "G4P0.3", LineKind.COMMAND, "wait 0.3 s"),
        ("to_board", "hello", LineKind.COMMAND, "is no G-code"),
        ("port", "open", LineKind.PORT, "a program opened the port: the board starts anew"),
    ],
)  # fmt: skip
def test_a_line_is_load_translation_plain_words(course: str, raw: str, kind: LineKind, said: str) -> None:
    found = meaning(course, raw, False, load_translation("en"))
    assert (found.kind, found.text) == (kind, said)


def test_a_damaged_line_is_trouble_whatever_it_looks_like() -> None:
    found = meaning("from_board", "ok", True, load_translation("en"))
    assert found.kind is LineKind.TROUBLE
    assert found.text.startswith("damaged on the way")


@given(st.sampled_from(list(Passage)), st.text(max_size=80), st.booleans(), st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_anything_on_the_wire_is_described_somehow(course: Passage, raw: str, damaged: bool, code: str) -> None:
    assert meaning(course, raw, damaged, load_translation(code)).text


def rows(*texts: str, first: int = 1, course: str = "to_board") -> list[list[object]]:
    return [[first + i, 0.1 * i, course, text, False] for i, text in enumerate(texts)]


def test_polls_and_acknowledgements_are_hidden_until_they_are_asked_for_and_trouble_can_be_seen_alone() -> None:
    log = ShownWire(load_translation("en"))
    log.add(rows("?", "G0X-1"), 0)
    log.add(rows("ok", "error:1", first=3, course="from_board"), 0)
    assert [line.raw for line in log.shown(9)] == ["G0X-1", "error:1"]
    log.filter.oks = True
    assert [line.raw for line in log.shown(9)] == ["G0X-1", "ok", "error:1"]
    log.filter.oks = False
    log.filter.polls = True
    assert [line.raw for line in log.shown(2, back=1)] == ["?", "G0X-1"]
    log.filter.only_trouble = True
    assert [line.raw for line in log.shown(9)] == ["error:1"]


def test_a_log_that_is_held_still_shows_the_same_lines_while_others_come_and_counts_them() -> None:
    log = ShownWire(load_translation("en"))
    log.add(rows("G0X-1"), 0)
    log.hold(True)
    log.add(rows("G0X-2", "G0X-3", first=2), 7)
    assert [line.raw for line in log.shown(9)] == ["G0X-1"]
    assert (log.newer(), log.lost, log.seen) == (2, 7, 3)
    log.speak(load_translation("es"))
    assert log.shown(9)[0].meaning.text == "rápido a X-1"
    log.hold(False)
    assert [line.raw for line in log.shown(2)] == ["G0X-2", "G0X-3"]


# -- what buttons ask for --------------------------------------------------------------------------------------


def test_buttons_ask_for_what_they_will_do_next() -> None:
    assert door_request({"door_open": True}) == ask.MoveDoor(open=False)
    assert stop_request({}) == ask.PressStop(pressed=True)
    assert (pause_request({"paused": True}), pause_request({})) == (ask.Go(), ask.Pause())
    machine: dict[str, Any] = {"slots": [{"number": 2, "capacity": 50}]}
    assert slot_request(machine, {"stock": {"2": 4}}, 2) == ask.StockSlot(slot=2, blanks=0)
    assert slot_request(machine, {"stock": {"2": 0}}, 2) == ask.StockSlot(slot=2, blanks=50)
    assert line_of(ask.MendFault()) == '{"do":"clear"}'


@given(st.sampled_from(sorted(FAULTS)), st.lists(st.tuples(st.integers(0, 9), st.sampled_from((-10, -1, 1, 10)))))
@settings(max_examples=120, deadline=None)
def test_whatever_one_steps_to_is_taken_by_the_fault(name: str, taps: list[tuple[int, int]]) -> None:
    fault = FAULTS[name]
    parameters = parameters_of(fault)
    values = {key: parameter.default for key, parameter in parameters.items()}
    for which, steps in taps:
        key = list(parameters)[which % len(parameters)]
        values[key] = stepped(parameters[key], values[key], steps)
    request = fault_request(fault, values)
    assert fault.values(values, "panel") == values
    assert request_of(line_of(request)) == request


def test_a_step_is_one_in_the_last_place_of_the_default_and_comes_back() -> None:
    shavings = Parameter(0.18, 0, 1, unit=" mm")
    assert stepped(shavings, 0.18, 1) == 0.19
    assert stepped(shavings, stepped(shavings, 0.18, 10), -10) == 0.18
    assert stepped(shavings, 0.05, -10) == 0
    assert stepped(Parameter("x", choices=("x", "y", "z")), "z", 1) == "x"


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_be_set_as_the_panel_sets_it(name: str) -> None:
    fault = FAULTS[name]
    panel = FaultPanel(Hand().sim)
    values = {key: parameter.default for key, parameter in parameters_of(fault).items()}
    request = request_of(line_of(fault_request(fault, values)))
    assert isinstance(request, ask.SetFault)
    panel.set(request.name, request.model_extra)
    assert name in panel.active()


def test_every_answer_is_described(language: str) -> None:
    translate = load_translation(language)
    asked: list[tuple[ask.ControlRequest, dict[str, Any]]] = [
        (ask.LayKey(key="dimple"), {}),
        (ask.TakeKey(), {"taken": True}),
        (ask.TakeKey(), {"taken": False}),
        (ask.SetFault(name="shavings"), {}),
        (ask.MendFault(name="shavings"), {}),
        (ask.MendFault(), {}),
        (ask.MoveDoor(open=True), {}),
        (ask.PressStop(pressed=False), {}),
        (ask.PlugHeadset(plugged=True), {}),
        (ask.PlugHeadset(plugged=False), {}),
        (ask.StockSlot(slot=1, blanks=5), {}),
        (ask.EmptyChute(), {"taken": 3}),
        (ask.SetSpeed(times=5), {"speed": 5.0}),
        (ask.Pause(), {"paused": True}),
        (ask.Go(), {}),
        (ask.StepTime(s=0.1), {}),
        (ask.BeginLesson(number=3), {"lesson": {"over": False}}),
        (ask.AnswerLesson(fault="shavings"), {"lesson": {"over": False}}),
        (ask.AnswerLesson(fault="shavings"), {"lesson": {"over": True}}),
        (ask.EndLesson(), {}),
    ]
    for request, answer in asked:
        said, troubled = outcome_message(request, {"ok": True, **answer}, translate)
        assert said
        assert not troubled
    refused = {"ok": False, "problems": [{"line": 1, "field": "mm", "reason": "must be a number"}]}
    assert outcome_message(ask.SetFault(name="shavings"), refused, translate) == ("mm: must be a number", True)


def test_a_slide_that_is_not_where_the_board_believes_is_shown_only_once_the_board_knows_where_it_is() -> None:
    translate = load_translation("en")
    panel = PanelState(
        translate,
        ShownWire(translate),
        state={"board": "Idle", "position_mm": [-60.3, -2, -5], "commanded_mm": [-60, -2, -5]},
    )
    assert panel.apart_mm()[0] == pytest.approx(-0.3)
    panel.state["board"] = "Alarm"
    assert panel.apart_mm() == (0, 0, 0)


@pytest.mark.parametrize("deed", [ask.SetSpeed(times=5), ask.MoveDoor(open=True), ask.EndLesson()])
def test_what_is_pressed_before_the_first_look_leaves_nothing_half_known_to_be_drawn(deed: ask.ControlRequest) -> None:
    translate = load_translation("en")
    panel = PanelState(translate, ShownWire(translate))
    panel.done(deed, {"ok": True, "speed": 5.0})
    assert panel.state == {}


def test_the_past_shows_its_own_lines_alone_and_the_present_comes_back_whole() -> None:
    log = ShownWire(load_translation("en"))
    log.add(rows("G0X-1", "G0X-2"), 0)
    log.past(rows("M3S6000", first=9))
    log.add(rows("G0X-3", first=3), 0)
    assert [line.raw for line in log.shown(9)] == ["M3S6000"]
    log.past(None)
    assert [line.raw for line in log.shown(9)] == ["G0X-1", "G0X-2", "G0X-3"]


# -- what may not be worked on from here ------------------------------------------------------------------------

DEEDS: tuple[ask.ControlRequest, ...] = (
    ask.SetFault(name="shavings"), ask.MendFault(), ask.LayKey(key="kwikset-new"), ask.TakeKey(),
    ask.MoveDoor(open=True), ask.PressStop(pressed=True), ask.StockSlot(slot=1, blanks=0), ask.EmptyChute(),
    ask.PlugHeadset(plugged=True),
    ask.SetSpeed(times=5), ask.Pause(), ask.Go(), ask.StepTime(s=0.1),
    ask.BeginLesson(number=1), ask.AnswerLesson(fault="shavings"), ask.EndLesson(),
)  # fmt: skip


def panel_that_shows(job: dict[str, Any], lesson: dict[str, Any] | None) -> PanelState:
    translate = load_translation("en")
    return PanelState(translate, ShownWire(translate), state={"lesson": lesson}, job=job)


def test_the_deeds_tried_here_are_all_there_are() -> None:
    assert {type(deed) for deed in DEEDS} == set(get_args(ask.Deed))


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: type(deed).__name__)
def test_while_the_past_is_shown_nothing_pressed_reaches_the_machine_of_now(deed: ask.ControlRequest) -> None:
    past, now = panel_that_shows({"count": 9, "at": 3}, None), panel_that_shows({}, None)
    assert past.refuses(deed) is not isinstance(deed, ask.AnswerLesson)
    assert not now.refuses(deed)
    assert "You are looking at the past" in past.translate(past.locked)
    assert "Back to now" in past.translate(past.locked)


def test_while_the_past_is_shown_one_may_look_on_and_come_back() -> None:
    past = panel_that_shows({"count": 9, "at": 3}, None)
    assert not any(past.refuses(look()) for look in get_args(ask.LookRequest))


def test_a_lesson_locks_what_its_panel_could_not_show_truly_until_it_is_answered() -> None:
    blind = panel_that_shows({}, {"number": 1, "wrong": [], "over": False})
    refused = [type(deed) for deed in DEEDS if blind.refuses(deed)]
    assert refused == [ask.MoveDoor, ask.PressStop, ask.StockSlot]
    assert "sound machine" in blind.translate(blind.locked)
    answered = panel_that_shows({}, {"number": 1, "wrong": [], "over": True})
    assert not any(answered.refuses(deed) for deed in DEEDS)
    assert answered.locked == ""


# -- pictures --------------------------------------------------------------------------------------------------


def test_a_picture_gets_a_name_nobody_has_in_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    first = picture_path(folder)
    first.touch()
    second = picture_path(folder)
    assert first.parent == folder
    assert first != second
    assert second.suffix == ".png"


def test_a_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PictureFailed):
        picture_path(tmp_path / "file")


# -- starting --------------------------------------------------------------------------------------------------


def started_with(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.panel", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def stranger() -> Iterator[int]:
    """Something that is no simulated machine, at a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(100)
                client.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(timeout=10)


def test_a_port_where_nobody_listens_is_one_line_and_status_2() -> None:
    done = started_with("--control", "9")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--control" in done.stderr


def test_a_port_of_something_else_is_one_line_and_status_2(stranger: int) -> None:
    done = started_with("--control", str(stranger))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no simulated machine" in done.stderr


def test_a_size_nobody_can_work_in_is_one_line_and_status_2() -> None:
    for size in ("big", "10x10", "1280", "1280x"):
        done = started_with("--control", "9", "--size", size)
        assert done.returncode == 2
        assert done.stderr.startswith("panel: command line: --size")


def test_without_a_display_it_says_so_rather_than_draw_unseen(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="none to show"):
        _something_to_show_it_on({}, tmp_path)
    (tmp_path / "card0").touch()
    _something_to_show_it_on({}, tmp_path)
    _something_to_show_it_on({"DISPLAY": ":0"}, tmp_path / "none")


@given(st.lists(st.floats(0.0, 0.3), min_size=50, max_size=200))
@settings(max_examples=80, deadline=None)
def test_looking_is_skipped_until_no_more_than_its_share_was_spent(costs_s: list[float]) -> None:
    budget, wall_s, cpu_s = CpuBudget(0.0, 0.0), 0.0, 0.0
    for cost_s in costs_s:
        wall_s += 1 / 12
        if budget.may(wall_s, cpu_s):
            cpu_s += cost_s
            wall_s += cost_s
    assert cpu_s <= SHARE * wall_s + 0.15 + 0.3


def test_every_language_of_the_panel_has_its_words_and_can_be_asked_for() -> None:
    assert sorted(LANGUAGES) == sorted(path.stem for path in FOLDER.glob("*.po"))
    assert panel_command.LANGUAGES == LANGUAGES


# -- the list of faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wide_px", [380, 560])
def test_every_fault_stands_under_what_the_kiosk_must_do_about_it_and_no_heading_is_cut_off(
    language: str, wide_px: int
) -> None:
    from tests.ui.glass import box_of, gallery
    from ui.panel import ink
    from ui.panel.faults_view import FaultsCard
    from ui.widgets.look import look

    glass, before = gallery(), look.theme
    glass.resize(DESIGN_PX)
    look.theme = panel_theme(DESIGN_PX, "dark")
    translate = load_translation(language)
    card = FaultsCard(
        PanelState(translate, ShownWire(translate)),
        lambda _: None,
        lambda: None,
        size_hint=(None, None),
        size=(wide_px, 700),
    )
    glass.window.add_widget(card)
    try:
        card.again()
        glass.settle(8)
        down = sorted([*card.groups, *card.rows.values()], key=lambda each: -each.top)
        under, boxes = None, [box_of(each, "") for each in down]
        for each in down:
            if each in card.groups:
                under = each.faults[0].outcome
                said = " ".join(each.words)
                assert said.lower() == translate.outcome(each.faults[0]).lower()
                assert all(
                    ink.width(line, round(look.theme.small_px), ink.SEMIBOLD) <= each.width for line in each.words
                )
                assert each.height >= len(each.words) * look.theme.small_px
            else:
                assert each.fault.outcome is under, each.fault.name
        assert {each.fault.name for each in card.rows.values()} == set(FAULTS)
        assert not [(one, other) for one, other in pairwise(boxes) if one.meets(other)]
    finally:
        glass.window.remove_widget(card)
        look.theme = before


# -- a narrow window -------------------------------------------------------------------------------------------


@pytest.fixture
def narrow_panel(language: str) -> Iterator[Any]:
    """The panel of a simulated machine beside the shopper's window on a desk of 1280x800."""
    from config.catalogue import load_catalogue
    from config.settings import machine_in_force
    from simulator.faults.simulated_machine import SimulatedMachine
    from simulator.serve.control import Control
    from tests.ui.glass import gallery
    from ui.panel.layout import PanelLayout
    from ui.panel.top_bar import Acts
    from ui.widgets.look import look

    glass, before, catalogue = gallery(), look.theme, load_catalogue()
    sim = SimulatedMachine(machine_in_force(), catalogue, 0)
    control = Control(sim, FaultPanel(sim))
    translate = load_translation(language)
    panel = PanelState(translate, ShownWire(translate))
    panel.machine, panel.state = control.handle('{"do":"machine"}'), control.handle('{"do":"state"}')
    glass.resize(NARROW_PX)
    look.theme = panel_theme(NARROW_PX, "dark")
    acts = Acts(*[lambda *_: None] * 5)
    layout = PanelLayout(panel, lambda _: None, acts, catalogue)
    layout.size_hint, layout.size = (None, None), NARROW_PX
    glass.window.add_widget(layout)
    try:
        glass.settle(8)
        yield layout
    finally:
        glass.window.remove_widget(layout)
        look.theme = before


def cut_off(layout: Any) -> list[str]:
    """What does not stand whole in the window, cannot say all it says, or covers something else."""
    from tests.ui.glass import box_of
    from ui.panel import ink
    from ui.panel.tap import PanelButton
    from ui.widgets.look import look

    window = box_of(layout, "window")
    cards = [box_of(card, type(card).__name__) for card in layout.cards]
    found = [f"{one.name} meets {other.name}" for one, other in combinations(cards, 2) if one.meets(other, 0.5)]
    found += [f"{card.name} leaves the window" for card in cards if not card.inside(window, 0.5)]
    for card, box in zip(layout.cards, cards, strict=True):
        buttons = [each for each in card.children if isinstance(each, PanelButton) and each.width > 0]
        boxes = [box_of(button, button.identity) for button in buttons]
        found += [f"{one.name} leaves {box.name}" for one in boxes if not one.inside(box, 0.5)]
        found += [f"{one.name} meets {other.name}" for one, other in combinations(boxes, 2) if one.meets(other, 0.5)]
        for button in buttons:
            size, most = round(look.theme.text_px), button.width - look.theme.mm(3)
            if ink.fitted(button.label, size, ink.SEMIBOLD, most) != button.label:
                found.append(f"{button.identity} cannot say {button.label!r}")
    return found


def test_in_a_narrow_window_two_tabs_hold_all_that_a_wide_one_holds_and_nothing_is_cut_off(narrow_panel: Any) -> None:
    from tests.ui.glass import gallery

    reached = set()
    for tab, act in ((0, None), (1, None), (1, narrow_panel.teach), (0, narrow_panel.go_back)):
        narrow_panel.tabs.buttons[tab].press()
        if act is not None:
            act(True)
        gallery().settle(8)
        assert narrow_panel.tabs.buttons[tab].chosen
        assert cut_off(narrow_panel) == []
        reached |= {each.identity for each in narrow_panel.taps()}
        assert narrow_panel.move_focus(1) in narrow_panel.taps()
    narrow_panel.teach(False)
    narrow_panel.go_back(False)
    narrow_panel.size = DESIGN_PX
    gallery().settle(8)
    assert narrow_panel.tabs.parent is None
    assert {each.identity for each in narrow_panel.taps()} <= reached


def test_words_of_a_narrow_window_are_as_large_as_those_of_a_wide_one() -> None:
    assert panel_theme(NARROW_PX, "dark").text_px == panel_theme(DESIGN_PX, "dark").text_px
