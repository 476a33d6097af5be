"""Pictures of a key are kept only after its owner has agreed, by a real window; whoever does not answer has said no."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.problems import BadInput
from hardware.camera.scan_folder import load_scan
from hardware.scan import Frame, ScanFrames
from kiosk.__main__ import main
from kiosk.operations.support_scan import keep
from kiosk.session.intents import Cancel, Confirm, MoreTime, SetLanguage
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from tests.support.paths import ROOT
from tests.ui.glass import gallery, labels_in, mistakes
from ui.consent import ConsentQuestion, consent_screen
from ui.gallery import SIZES, sample_store
from ui.present.local import Local
from ui.theme import make_theme


def asks(what: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "SDL_VIDEODRIVER")}
    surroundings |= {"SDL_AUDIODRIVER": "dummy", **environment}
    return subprocess.run(
        [sys.executable, "-m", "tests.ui.consent_run", what, "service", "scan", "--simulated", *arguments],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_held_yes_writes_a_private_folder_and_one_record_without_the_key(tmp_path: Path) -> None:
    out = tmp_path / "case"
    done = asks("agree", "--out", str(out), "--data", str(tmp_path / "data"), SDL_VIDEODRIVER="offscreen")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    assert load_scan(out).silhouette is not None
    with closing(sqlite3.connect(tmp_path / "data" / "audit.db")) as book:
        records = book.execute("SELECT kind, facts FROM audit").fetchall()
    assert [kind for kind, _ in records] == ["support_scan_agreed"]
    assert set(re.findall(r'"(\w+)":', records[0][1])) == {"language", "user", "simulated"}


def test_yes_let_go_early_escape_and_silence_write_nothing_and_the_language_is_the_one_touched(tmp_path: Path) -> None:
    done = asks(
        "nearly", "--out", str(tmp_path / "case"), "--data", str(tmp_path / "data"), SDL_VIDEODRIVER="offscreen"
    )
    assert done.returncode == 1, done.stderr
    assert "nothing was written" in done.stdout
    assert "let go" in done.stdout
    assert "Peut-on garder des images de votre clé ?" in done.stdout
    assert list(tmp_path.iterdir()) == []


def here(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["kiosk", "service", "scan", "--simulated", *arguments])
        with pytest.raises(SystemExit) as done:
            main()
    return int(done.value.code or 0)


@pytest.mark.parametrize("display", ["", ":7431"])
def test_without_a_display_nobody_is_asked_and_one_line_says_so(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    assert here("--out", str(tmp_path / "case")) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "display" in printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("made", ["full", "file"])
def test_a_folder_in_use_is_refused_before_anybody_is_asked(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kiosk.launch.scan.display", lambda *_: pytest.fail("asked"))
    out = tmp_path / "case"
    if made == "full":
        out.mkdir()
        (out / "something").touch()
    else:
        out.touch()
    assert here("--out", str(out)) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("broken_by", "raised"), [(OSError(28, "no space left"), BadInput), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_what_is_not_written_whole_is_taken_away(
    broken_by: BaseException, raised: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(frames: ScanFrames, directory: Path) -> None:
        (directory / "head.png").touch()
        raise broken_by

    monkeypatch.setattr("kiosk.operations.support_scan.save_scan", half)
    frames = ScanFrames(silhouette=Frame(np.zeros((4, 4), np.uint8), 0.05))
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "new", tmp_path / "empty"):
        with pytest.raises(raised):
            keep(frames, out)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


class Asked:
    """A question whose screen is a list."""

    def __init__(self) -> None:
        self.store = sample_store("portrait")
        self.answers = 0
        self.shown: list[Snapshot] = []
        self.question = ConsentQuestion(self.store, simulated=False, answered=self.count)
        self.question.subscribe(self.shown.append)

    def count(self) -> None:
        self.answers += 1


def test_silence_is_announced_and_then_a_no() -> None:
    asked = Asked()
    times = asked.store.timeouts
    for _ in range(int(times.idle_s)):
        asked.question.second_passed()
    assert asked.shown[-1].waiting is not None
    assert asked.answers == 0
    asked.question.post(MoreTime())
    assert asked.shown[-1].waiting is None
    for _ in range(int(times.idle_s + times.warning_s)):
        asked.question.second_passed()
    assert (asked.answers, asked.question.answer.agreed) == (1, False)


def test_the_first_answer_stands_and_a_failing_screen_is_a_no() -> None:
    asked = Asked()
    asked.question.post(SetLanguage("es"))
    asked.question.post(Cancel())
    asked.question.post(Confirm())
    assert (asked.answers, asked.question.answer.agreed, asked.question.answer.language) == (1, False, "es")
    failed = Asked()
    failed.question.stop_now()
    failed.question.post(Confirm())
    assert not failed.question.answer.agreed


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_the_question_fits_in_every_language_and_says_what_how_and_for_whom(size: str, theme: str) -> None:
    glass, store = gallery(), sample_store(size, theme)
    glass.resize((store.screen.width_px, store.screen.height_px))
    glass._look.theme = make_theme(store.screen, (store.screen.width_px, store.screen.height_px), theme)
    for language in ("en", "es", "fr"):
        snapshot = replace(Snapshot(State.PLACE_KEY, simulated=True), language=language)
        shown = consent_screen(snapshot, Local(), store)
        glass.frame.show(shown)
        glass.settle()
        assert mistakes(glass.frame, glass._look.theme) == []
        assert [bool(b.action.hold) for b in glass.frame.buttons() if b.action.id == "agree"] == [True]
        assert len(shown.body) == 3
        assert all(sentence in shown.spoken for sentence in shown.body)


def test_its_first_sentence_is_smaller_only_in_the_language_in_which_it_has_no_room() -> None:
    glass, store = gallery(), sample_store("landscape")
    glass.resize((store.screen.width_px, store.screen.height_px))
    theme = glass._look.theme = make_theme(store.screen, (store.screen.width_px, store.screen.height_px))
    for language, size_px in (("es", theme.statement_px), ("en", theme.text_px), ("fr", theme.statement_px)):
        shown = consent_screen(replace(Snapshot(State.PLACE_KEY, simulated=True), language=language), Local(), store)
        glass.frame.show(shown)
        glass.settle()
        first = next(label for label in labels_in(glass.frame) if label.text == shown.body[0])
        assert first.font_size == size_px
