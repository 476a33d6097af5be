"""Between kiosk and glass, without a glass: wishes go out, speech follows, a broken screen stops the machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.identification.outline.placement import Placement
from kiosk.session.intents import Credentials, Intent, SetLanguage, StaffKey, Start
from kiosk.session.snapshot import Guidance, Snapshot
from kiosk.session.states import State
from ui.gallery import sample_store
from ui.present.local import EnterTyped, Local, OpenHelp, Repeat, SetVolume, ToggleSpeech, Typed
from ui.present.samples import SAMPLES
from ui.present.shown import Shown
from ui.presenter import ScreenPresenter
from ui.speech import Espeak

WELCOME = SAMPLES["02-welcome"][0]
OFFER = SAMPLES["08-offer"][0]


class Kiosk:
    def __init__(self) -> None:
        self.wishes: list[Intent] = []
        self.stops = 0

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        listener(WELCOME)

    def post(self, intent: Intent, /) -> None:
        self.wishes.append(intent)

    def stop_now(self) -> None:
        self.stops += 1


class Listener:
    available = True
    speaking = False

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, int]] = []
        self.hushed = 0

    def say(self, text: str, language: str, volume: int) -> None:
        self.heard.append((text, language, volume))

    def hush(self) -> None:
        self.hushed += 1


class Room:
    def __init__(self) -> None:
        self.kiosk, self.voice = Kiosk(), Listener()
        self.seen: list[Shown] = []
        self.screen = ScreenPresenter(self.kiosk, sample_store("portrait"), self.voice, self._show)
        self.screen.receive(WELCOME)

    def _show(self, shown: Shown, local: Local) -> None:
        self.seen.append(shown)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_wish_goes_to_the_kiosk_and_help_stays_with_the_screen(room: Room) -> None:
    room.screen.send(OpenHelp("dnd"))
    assert room.seen[-1].page == "help"
    room.screen.send(Start())
    assert room.kiosk.wishes == [Start()]


def test_staff_number_and_pin_become_one_wish(room: Room) -> None:
    room.screen.receive(replace(WELCOME, state=State.STAFF_LOGIN))
    for act in (Typed("1"), Typed("2"), EnterTyped(), Typed("9"), Typed("8"), EnterTyped()):
        room.screen.send(act)
    assert room.kiosk.wishes == [Credentials("12", "98")]


def test_nothing_is_said_until_somebody_listens(room: Room) -> None:
    room.screen.receive(OFFER)
    assert room.voice.heard == []


def test_a_screen_is_said_once_whole_and_again_on_wish(room: Room) -> None:
    room.screen.send(ToggleSpeech())
    assert room.voice.heard[-1] == (f"{room.seen[-1].how} {room.seen[-1].spoken}", "en", 6)
    room.screen.receive(OFFER)
    said = len(room.voice.heard)
    room.screen.receive(replace(OFFER, price_from_minor=1))
    assert len(room.voice.heard) == said, "nothing on it has changed"
    room.screen.send(Repeat())
    assert len(room.voice.heard) == said + 1
    room.screen.send(SetVolume(9))
    assert room.voice.heard[-1][2] == 9
    room.screen.receive(replace(OFFER, language="fr"))
    assert room.voice.heard[-1][1] == "fr"
    room.screen.send(ToggleSpeech())
    assert room.voice.hushed >= 1


def test_how_to_go_on_without_seeing_is_said_first_and_once(room: Room) -> None:
    room.screen.send(ToggleSpeech())
    first = room.voice.heard[-1][0]
    for word in ("arrow", "Enter", "Star", "plus", "copied", "bring back"):
        assert word in first.partition("You can choose")[0]
    assert first.endswith(room.seen[-1].spoken)
    room.screen.receive(OFFER)
    assert "keypad" not in room.voice.heard[-1][0]


def test_a_headset_put_in_starts_speech_at_the_usual_volume_and_pulled_out_leaves_no_word(room: Room) -> None:
    room.screen.send(ToggleSpeech())
    room.screen.send(SetVolume(10))
    room.screen.headset(plugged=True)
    assert room.voice.heard[-1][2] == Local().volume
    room.screen.receive(OFFER)
    assert room.voice.heard[-1][0] == room.seen[-1].spoken
    heard, hushed = len(room.voice.heard), room.voice.hushed
    room.screen.headset(plugged=False)
    assert room.voice.hushed > hushed
    room.screen.receive(SAMPLES["04-place-key"][0])
    room.screen.say("Start")
    assert len(room.voice.heard) == heard
    assert not room.screen.local.speech


def test_how_to_lay_the_key_is_said_one_sentence_at_a_time_and_cuts_nothing_short(room: Room) -> None:
    def lies(placement: Placement, number: int) -> None:
        room.screen.receive(replace(again, guidance=Guidance(placement, number)))

    again, heard = SAMPLES["06-try-again"][0], room.voice.heard
    lies(Placement.TO_LEFT, 1)
    assert heard == [], "nobody listens"
    room.voice.speaking = True
    room.screen.send(ToggleSpeech())
    lies(Placement.TO_LEFT, 2)
    assert "little" not in heard[-1][0]
    room.voice.speaking = False
    lies(Placement.TURN, 3)
    assert heard[-1][0] == "Turn it a little: it should lie from left to right."
    said = len(heard)
    lies(Placement.TURN, 3)
    assert len(heard) == said
    lies(Placement.GOOD, 4)
    assert heard[-1][0] == "It lies well."
    room.screen.headset(plugged=False)
    lies(Placement.TO_LEFT, 5)
    assert heard[-1][0] == "It lies well."


def test_who_has_a_headset_in_listens_on_after_the_visit_as_loud_as_at_first(room: Room) -> None:
    room.screen.headset(plugged=True)
    room.screen.receive(OFFER)
    room.screen.send(SetVolume(9))
    room.screen.receive(WELCOME)
    assert room.voice.heard[-1] == (room.seen[-1].spoken, "en", Local().volume)
    room.screen.fail()
    assert room.voice.heard[-1][0] == room.seen[-1].spoken


def test_the_next_person_finds_speech_off(room: Room) -> None:
    room.screen.send(ToggleSpeech())
    room.screen.receive(OFFER)
    room.screen.receive(WELCOME)
    assert not room.screen.local.speech


def test_a_failing_screen_stops_the_machine_and_stays_out_of_order_until_staff_come(room: Room) -> None:
    room.screen.receive(OFFER)
    room.screen.fail()
    assert room.kiosk.stops == 1
    assert room.seen[-1].visit == "out_of_order"
    assert room.seen[-1].simulated, "still a simulated machine"
    room.screen.receive(OFFER)
    assert room.seen[-1].visit == "out_of_order", "what the session shows meanwhile is not shown"
    door = room.seen[-1].staff_door
    assert door is not None
    room.screen.send(door.does)
    assert room.kiosk.wishes[-1] == StaffKey()
    room.screen.receive(replace(WELCOME, state=State.STAFF_LOGIN))
    assert room.seen[-1].page == "keypad"
    room.screen.receive(WELCOME)
    assert room.seen[-1].page == "welcome"


def test_a_broken_screen_still_speaks_the_language_asked_for_and_calls_staff(room: Room) -> None:
    room.screen.receive(OFFER)
    room.screen.fail()
    room.screen.receive(replace(OFFER, language="fr", staff_called=True))
    assert room.seen[-1].visit == "out_of_order"
    assert room.seen[-1].voice == "fr"
    assert room.seen[-1].badge


def test_languages_can_be_chosen_on_every_screen(room: Room) -> None:
    for snapshot, _ in SAMPLES.values():
        room.screen.receive(snapshot)
        assert [action.does for action in room.seen[-1].languages] == [SetLanguage(c) for c in ("en", "es", "fr")]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed here")
def test_speech_is_interrupted_by_the_next_and_leaves_no_process() -> None:
    voice = Espeak()
    voice.say("A long sentence that takes a while to say. " * 20, "en", 5)
    first = voice._speaking
    voice.say("--version is not an option here", "fr", 1)
    assert first is not None
    assert first.poll() is not None
    voice.hush()
    assert voice._speaking is None


def test_a_kiosk_without_a_voice_is_silent_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    voice = Espeak("no-such-voice")
    assert not voice.available
    voice.say("anything", "en", 5)
    assert "not installed" in caplog.text


def test_importing_the_app_opens_no_window() -> None:
    code = "import sys, ui.app, ui.present.present; sys.exit(any(name.split('.')[0] == 'kivy' for name in sys.modules))"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
