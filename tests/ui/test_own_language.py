"""An owner adds a language, as docs/adding-a-language.md says, and the whole kiosk speaks it: glass, voice, paper."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ui.app
from config.languages import SHIPPED
from config.problems import BadInput, Problem
from config.settings import load_settings
from kiosk.launch.out_of_order import show_refusal
from kiosk.launch.receipts import PrintedReceipts
from kiosk.launch.start_options import StartOptions
from kiosk.session.states import State
from tests.support.paths import ROOT
from ui.consent import consent_screen
from ui.present.local import Local
from ui.present.present import present
from ui.present.samples import SAMPLES

WELCOME = SAMPLES["02-welcome"][0]


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    """A folder of settings with a language of its own: English, with a sign before each title."""
    folder = tmp_path / "owner"
    (folder / "languages").mkdir(parents=True)
    german = (SHIPPED / "en.po").read_text(encoding="utf-8")
    for word in ("Language-Team: English", "Language: en"):
        assert word in german
    german = german.replace("Language-Team: English", "Language-Team: Deutsch").replace("Language: en", "Language: de")
    (folder / "languages" / "de.po").write_text(german.replace('msgstr "Cancel"', 'msgstr "Abbrechen"'))
    (folder / "store.toml").write_text('languages = ["de", "en"]\n')
    return folder


def kiosk(what: str, *words: str, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[Any]]:
    command = [sys.executable, "-m", "tests.ui.own_language_run", what, "run", "--simulated", *words]
    surroundings = {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy", "KIVY_NO_ARGS": "1", **environment}
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **surroundings}, capture_output=True, text=True, timeout=500, check=False
    )
    return ended, [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]


def test_an_owner_adds_a_language_and_sells_a_key_in_it(owner: Path, tmp_path: Path) -> None:
    script = tmp_path / "one.toml"
    script.write_text('title = "one key"\n[[visit]]\nthink_s = 1.5\n')
    # The board answers by the clock of a computer that may be busy.
    (owner / "machine.toml").write_text("[wire]\nreply_timeout_s = 5.0\nsilence_timeout_s = 1.0\n")
    ended, seen = kiosk(
        "sells", "--script", str(script), "--data", str(tmp_path / "data"), "--speed", "5", KIOSK_CONFIG=str(owner)
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False), ended.stderr
    screens = [each for each in seen if "state" in each]
    assert {"welcome", "offer", "cutting", "thank_you"} <= {each["state"] for each in screens}
    assert {each["in"] for each in seen} == {"de"}, "every screen and every word said"
    assert any("said" in each for each in seen)
    assert any("Abbrechen" in each["buttons"] for each in screens)
    assert any({"Deutsch", "English"} <= set(each["buttons"]) for each in screens)


@pytest.mark.parametrize("state", ["02-welcome", "12-staff-login", "30-staff-stock", "35-technician"])
def test_shopper_and_staff_see_it(owner: Path, state: str) -> None:
    settings = load_settings(owner, {})
    snapshot = replace(SAMPLES[state][0], language="de")
    shown = present(snapshot, Local(), settings.store, settings.own_languages)
    assert (shown.voice, [each.label for each in shown.languages]) == ("de", ["Deutsch", "English"])


def test_whoever_is_asked_for_a_scan_is_asked_in_it(owner: Path) -> None:
    settings = load_settings(owner, {})
    asked = replace(WELCOME, state=State.PLACE_KEY, language="de")
    assert consent_screen(asked, Local(), settings.store, settings.own_languages).voice == "de"


def test_a_receipt_is_printed_in_it(owner: Path) -> None:
    slips: list[Any] = []

    class Paper:
        def print(self, slip: Any) -> None:
            slips.append(slip)

    thanks = next(each for each, _ in SAMPLES.values() if each.receipt is not None)
    assert thanks.receipt is not None
    receipts = PrintedReceipts(Paper(), load_settings(owner, {}), simulated=True)
    receipts.print(thanks.receipt, None, "de")
    assert slips


def test_a_start_refused_for_the_machine_alone_is_told_in_the_stores_own_languages(
    owner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def run_app(front: Any, store: Any, *, present: Any, **_: Any) -> int:
        front.subscribe(lambda snapshot: seen.append(present(snapshot, Local(), store)))
        return 0

    monkeypatch.setattr(ui.app, "run_app", run_app)
    bad = BadInput(Problem("kiosk", "DATABASE", "the disk is full"))
    assert show_refusal(StartOptions(config=owner), bad, "DATABASE") == 0
    assert [each.voice for each in seen] == ["de"]
    (owner / "languages" / "de.po").write_text("no language")
    assert show_refusal(StartOptions(config=owner), bad, "CONFIG") == 0
    assert seen[-1].voice != "de", "the shipped words, where the owner's are what is bad"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "languages[1]: there is no language file for 'de'; there are en, es, fr"),
        ("no language", "languages[1]: {owner}/languages/de.po cannot be read"),
    ],
)
def test_a_language_file_that_is_missing_or_broken_is_one_line_at_the_start(
    owner: Path, tmp_path: Path, content: str | None, said: str
) -> None:
    file = owner / "languages" / "de.po"
    file.unlink()
    if content is not None:
        file.write_text(content)
    ended, seen = kiosk("sells", "--config", str(owner), "--data", str(tmp_path / "data"))
    assert (ended.returncode, seen) == (2, [])
    assert said.format(owner=owner) in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
