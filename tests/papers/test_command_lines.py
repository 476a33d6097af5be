"""Whoever copies a command line from the papers finds that it works: its command takes it, and the quick ones run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import wraps
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kiosk.command_line as command_line
from config.problems import BadInput
from kiosk.command_line import COMMANDS, Group, app
from tests.support.paths import ROOT

PAPERS = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
LINE = re.compile(r"^(?:\.venv/bin/)?kiosk (?!= )(?P<shell>.*)$|`kiosk (?P<inline>[^`]+)`", re.MULTILINE)
MADE = re.compile(r"\.venv/bin/kiosk ([^;&>\\]+)")
"""A command line in the Makefile, as far as the shell gives it to the command."""
STANDS_FOR = {
    "P": "/dev/kiosk-board",
    "PATH": "board",
    "PORT": "7800",
    "HOST:PORT": "127.0.0.1:7777",
    "DIRECTORY": "folder",
    "DIR": "folder",
    "FOLDER": "new",
    "SCAN_DIR": "folder",
    "FILE": "file",
    "ARCHIVE": "file",
    "TARGET": "new",
    "DAY": "2026-03-01",
    "CODE": "1234",
    "NUMBER": "12",
    "CERTIFICATE": "CODE",
    "XX-YY": "US-NY",
}
"""What papers write where the reader's own word goes."""
THERE = (
    "file",
    "folder/",
    "scan1/",
    "scan2/",
    "scan3/",
    "drafts/store.toml",
    "office.pem",
    "groups.toml",
    "order.txt",
    "doc.json",
    "kiosk.tar.gz",
)
"""Files and folders the papers speak of as the reader's."""
ELSEWHERE = {"/somewhere/kiosk.tar.gz": "kiosk.tgz", "store.toml": "drafts/store.toml"}
QUICK = ("service plan", "policy explain", "catalogue show", "simulate faults", "policy list", "catalogue list")
"""Run as they stand; the others move a machine, ask people, open a window or take long, and are tested elsewhere."""


def lines() -> Iterator[tuple[str, str]]:
    for paper in PAPERS:
        for found in LINE.finditer((ROOT / paper).read_text(encoding="utf-8")):
            shell = found["shell"]
            # In a listing what stands far to the right explains.
            text = re.split(r"\s{2,}|\s+[#>] ", shell)[0] if shell is not None else found["inline"]
            yield paper, text.strip()
    for found in MADE.finditer((ROOT / "Makefile").read_text(encoding="utf-8")):
        yield "Makefile", found[1].strip()


def words_of(text: str) -> list[str]:
    words = shlex.split(text.replace("[", "").replace("]", "").replace("…", ""))
    return [ELSEWHERE.get(word, STANDS_FOR.get(word, word)) for word in words]


def command_of(words: list[str]) -> int:
    """How many words name the command; 0 if they name none."""
    entry = COMMANDS.get(words[0])
    if isinstance(entry, Group):
        return 2 if words[1:] and words[1] in entry.commands else 1 if entry.alone or len(words) == 1 else 0
    return 1 if entry else 0


LINES = sorted(set(lines()))
WITH_ARGUMENTS = [(paper, text) for paper, text in LINES if len(words_of(text)) > max(1, command_of(words_of(text)))]


@pytest.mark.parametrize(("paper", "text"), [line for line in LINES if line not in WITH_ARGUMENTS])
def test_every_command_the_papers_name_is_one(paper: str, text: str) -> None:
    words = words_of(text)
    assert words[0].startswith("--") or command_of(words)


@pytest.mark.parametrize(("paper", "text"), WITH_ARGUMENTS)
def test_every_command_line_of_the_papers_is_taken(
    paper: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in THERE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("")
    for folder in ("kiosk", "docs"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("KIOSK_DATA", str(tmp_path / "data"))
    words = words_of(text)
    taken: list[str] = []
    if " ".join(words[: command_of(words)]) not in QUICK:

        def only_taken(name: str, real=command_line.loaded):
            @wraps(real(name))
            def nothing(*_: object, **__: object) -> None:
                taken.append(name)

            return nothing

        monkeypatch.setattr(command_line, "loaded", only_taken)
    ended = CliRunner().invoke(app, words)
    assert not isinstance(ended.exception, BadInput), str(ended.exception)
    assert ended.exit_code == 0, ended.output
    assert taken or ended.output


def test_a_line_with_a_slip_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command_of(words_of("service cuts --port P")) == 0
    slip = CliRunner().invoke(app, words_of("policy explain --keyways SC1"))
    assert isinstance(slip.exception, BadInput)
