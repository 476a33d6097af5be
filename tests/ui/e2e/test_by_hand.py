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
