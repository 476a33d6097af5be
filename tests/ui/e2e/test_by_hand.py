"""Whole purchases by true clicks and keys: X server, window, session, pyserial on a pty, simulated machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ui.e2e.person import ROOT, Person

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
    ),
]

OUT = ROOT / "out" / "e2e"
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 800)


def test_a_key_is_bought_by_touch_and_nothing_gets_out_of_the_screen(tmp_path: Path) -> None:
    with Person(OUT / "touch", tmp_path, PORTRAIT, "--speed", "40") as person:
        person.waits_for("welcome")
        person.types("Escape", "F1", "F11", "F12", "ctrl+e", "alt+F4", "ctrl+c", "super")
        person.touches("language_fr")
        person.waits(lambda now: now["language"] == "fr")
        person.touches("language_en")
        person.waits(lambda now: now["language"] == "en")
        person.touches("start")
        now = person.waits_for("place_key", "offer")
        while now["state"] != "offer":
            if now["state"] == "place_key":
                person.touches("key_laid")
            now = person.waits_for("place_key", "offer")
        person.touches("confirm")
        now = person.waits_for("take_key_back", "loading", "cutting", "checking", "delivering", "thank_you")
        if now["state"] == "take_key_back":
            person.touches("key_taken")
        now = person.waits_for("thank_you")
        assert "Paid: $3.49" in now["text"]
        assert now["receipt"].isdigit()
        person.touches("done")
        person.waits_for("welcome")
        assert "Traceback" not in person.log()
    pictures = {path.stem.split("-", 1)[1] for path in (OUT / "touch").glob("*.png")}
    assert {"welcome", "place_key", "offer", "thank_you"} <= pictures


def test_a_key_is_bought_by_keypad_and_speech_alone(tmp_path: Path) -> None:
    def choose(person: Person, button: str) -> None:
        """Walk the focus to a button and press it."""
        person.waits(lambda now: now["settled"] and now["buttons"].get(button, [0, 0, False])[2])
        for _ in range(20):
            if person.sees()["focus"] == button:
                break
            before = person.sees()["focus"]
            person.types("Tab")
            person.waits(lambda now, before=before: now["focus"] != before)  # type: ignore[misc]
        assert person.sees()["focus"] == button
        person.types("Return")

    with Person(OUT / "keys", tmp_path, PORTRAIT, "--speed", "40") as person:
        person.waits_for("welcome")
        # A click beside everything gives the window the keyboard, as a kiosk's only window has it anyway.
        person.xdotool("mousemove", "540", "600", "click", "1")
        person.types("KP_Multiply")
        person.waits(lambda now: "aid_repeat" in now["buttons"])
        choose(person, "start")
        now = person.waits_for("place_key", "offer")
        while now["state"] != "offer":
            if now["state"] == "place_key":
                choose(person, "key_laid")
            now = person.waits_for("place_key", "offer")
        choose(person, "confirm")
        now = person.waits_for("take_key_back", "loading", "cutting", "checking", "delivering", "thank_you")
        if now["state"] == "take_key_back":
            choose(person, "key_taken")
        person.waits_for("thank_you")
        choose(person, "done")
        person.waits_for("welcome")
