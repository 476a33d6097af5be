"""Whoever asks what there is reads of switches, not of types, and has the shell finish the words."""

from __future__ import annotations

from typing import Any

import pytest
from rich.text import Text
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner

from kiosk.command_line import COMMANDS, Group, app
from tests.commands.test_paths_and_ports import commands

GROUPS = [(word,) for word, entry in COMMANDS.items() if isinstance(entry, Group)]


@pytest.mark.parametrize("words", [(), *GROUPS, *(words for words, _ in commands())])
def test_no_help_speaks_of_a_value_of_type_bool(words: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert ended.exit_code == 0
    assert "--help" in ended.output
    assert "bool" not in ended.output


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("kiosk serv", "service"), ("kiosk service sa", "safe-stop"), ("kiosk logs --si", "--since")],
)
def test_the_shell_finishes_commands_and_options(typed: str, offered: str) -> None:
    asked = {"_KIOSK_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    assert CliRunner().invoke(app, [], prog_name="kiosk", env=asked).stdout.split() == [offered]


@pytest.mark.parametrize("words", [words for words, _ in commands()])
def test_nothing_of_a_help_is_taken_for_markup(words: tuple[str, ...]) -> None:
    command: Any = get_command(app)
    for word in words:
        command = command.get_command(Context(command), word)
    for text in (command.help, *(getattr(each, "help", None) for each in command.params)):
        assert Text.from_markup(text or "").plain == (text or "")
