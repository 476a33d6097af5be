"""Whoever mistypes a command, an option or a value is told so in one line, in plain words, and nothing begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.__main__ import main
from kiosk.command_line import app

SLIPS = {
    "rnu": "command line: No such command 'rnu'",
    "simulate bogus": "command line: No such command 'bogus'",
    "run --pictres x": "command line: No such option: --pictres (Possible options: --pictures)",
    "run --speed": "command line: Option '--speed' requires an argument",
    "simulate keys x": "command line: Got unexpected extra argument(s) (x)",
    "service scan": "command line: --out: is missing",
    "service check-order": "command line: ORDER: is missing",
    "simulate lesson run abc": "command line: NUMBER: must be a whole number",
    "simulate --speed abc": "command line: --speed: must be a number",
    "simulate lesson lst": "command line: WISH: 'lst' is not one of 'list', 'run'",
    "run --speed 500": "command line: --speed: should be less than or equal to 200",
    "simulate --tcp 99": "99: --tcp: must be HOST:PORT with a port from 0 to 65535",
    "certificate verify garbage": "'garbage': is no certificate, and no file that can be read",
    "certificate verify folder": "'folder': is no certificate, and no file that can be read",
    "simulate shadow --from words": "words: is no recorded wire",
    "run --simulated --port nothing/board": "nothing/board: --port: with --simulated it must be a path in a folder that"
    " is there",
    "run --simulated --port socket://here:1 --pictures new": "socket://here:1: --port: with --simulated it must be a"
    " path in a folder that is there",
    "simulate lesson run 1": "display: none here (DISPLAY is not set): a lesson needs the kiosk's screen",
}


@pytest.mark.parametrize(("typed", "said"), SLIPS.items())
def test_a_slip_is_one_line_and_status_2(
    typed: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "words").write_text("Größe\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("sys.argv", ["kiosk", *typed.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capfd.readouterr() == ("", f"kiosk: {said}\n")


def test_a_word_that_stands_for_many_commands_names_them() -> None:
    assert "safe-stop" in CliRunner().invoke(app, ["service"]).output
