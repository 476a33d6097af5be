"""Whoever mistypes a path or a port is told so in one line by every command, before it does or makes anything."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import typing
from collections.abc import Iterator
from contextlib import closing
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.models import ArgumentInfo, OptionInfo
from typer.testing import CliRunner

from config.machine import Wire
from config.payment import Mdb, Zvt
from config.problems import BadInput, Problem
from config.settings import OWNER_VARIABLE, load_machine
from config.toml_files import checked
from config.typed_paths import (
    FILE,
    FILE_OR_FOLDER,
    FOLDER,
    KEPT_FILES,
    KEPT_FOLDERS,
    KEY_FILE,
    NEW_ARCHIVE,
    NEW_FILE,
    NEW_FOLDER,
    OUTPUT_FOLDER,
    OUTPUT_FOLDERS,
    SETTINGS_FILES,
)
from hardware.errors import PortUnavailable
from hardware.link import SerialLink
from kiosk.command_line import COMMANDS, Group, app, loaded
from kiosk.data_paths import DATA_VARIABLE, DataPaths
from kiosk.records.audit.log import KEY_FOLDER_VARIABLE
from kiosk.records.certificate.key import KEY_FILE as KEY_FILE_NAME
from tests.support.paths import ROOT

RULES = (FILE, FOLDER, FILE_OR_FOLDER, NEW_FILE, NEW_ARCHIVE, KEY_FILE, NEW_FOLDER, OUTPUT_FOLDER, OUTPUT_FOLDERS)
OUTPUTS = (NEW_FILE, NEW_ARCHIVE, OUTPUT_FOLDER, OUTPUT_FOLDERS)
KIOSKS_OWN = {("setup", "directory"), ("restore", "target")}
"""Folders that are made to be a kiosk's own, beside every `--data`."""
NEEDED = {
    "port": ["--port", "/dev/kiosk-nothing"],
    "keyway": ["--keyway", "KW1"],
    "bitting": ["--bitting", "35244"],
    "name": ["KW1"],
    "archive": [__file__],
    "code": ["KW1"],
}
"""What else a command wants before it looks at a path, by the parameter's name."""


def commands() -> Iterator[tuple[tuple[str, ...], str]]:
    """Words and function of every command."""
    for word, entry in COMMANDS.items():
        if isinstance(entry, Group):
            yield from (((word, each), function) for each, function in entry.commands.items())
            if entry.alone:
                yield (word,), entry.alone
        else:
            yield (word,), entry


def given(function: str) -> Iterator[tuple[str, Any, OptionInfo | ArgumentInfo, bool]]:
    """Name, type, declaration and whether it is required, of everything a command may be given."""
    made = loaded(function)
    hints = typing.get_type_hints(made, include_extras=True)
    for name, parameter in signature(made).parameters.items():
        if typing.get_origin(hints[name]) is typing.Annotated:
            kind, *more = typing.get_args(hints[name])
            info = next(each for each in more if isinstance(each, OptionInfo | ArgumentInfo))
            yield name, kind, info, parameter.default is parameter.empty


def is_path(kind: Any) -> bool:
    return kind is Path or any(is_path(each) for each in typing.get_args(kind))


def spelled(name: str, info: OptionInfo | ArgumentInfo) -> list[str]:
    if isinstance(info, ArgumentInfo):
        return []
    # Inside Annotated, what is written first stands where a default would.
    written = info.default if isinstance(info.default, str) else f"--{name.replace('_', '-')}"
    return [next(iter(info.param_decls or ()), written)]


PATHS = [
    (words, name, info, function)
    for words, function in commands()
    for name, kind, info, _ in given(function)
    # One bad scan of many is told in its place, and the others are still read.
    if is_path(kind) and (words, name) != (("identify",), "paths")
]
PORTS = [(words, function) for words, function in commands() if any(name == "port" for name, *_ in given(function))]


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A folder with a file, a folder, a pipe and a device in it."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "device").symlink_to("/dev/zero")
    return tmp_path


def wrong(rule: object) -> Iterator[tuple[str, str]]:
    """Paths that are not as the rule says, and what is said of each."""
    if rule in (FILE, FOLDER, FILE_OR_FOLDER):
        yield "nothing", "no such"
        yield "file/below", ""
    if rule in (FILE, NEW_FILE, NEW_ARCHIVE):
        yield "fifo", "is no ordinary file"
        yield "device", "is no ordinary file"
    if rule in (FILE, NEW_FILE, NEW_ARCHIVE, KEY_FILE):
        yield "folder", "is a directory, not a file"
    if rule in (FOLDER, NEW_FOLDER, OUTPUT_FOLDER, OUTPUT_FOLDERS):
        yield "file", "is a file, not a directory"
    if rule in (NEW_FILE, NEW_ARCHIVE, KEY_FILE, NEW_FOLDER, OUTPUT_FOLDER):
        yield "nothing/new", "its folder does not exist"
    if rule is OUTPUT_FOLDERS:
        yield "file/below/it", "file is a file, not a directory"
    yield "x" * 5000, "cannot be looked at: File name too long"


@pytest.mark.parametrize(("words", "name", "info", "function"), PATHS, ids=[f"{' '.join(p[0])} {p[1]}" for p in PATHS])
def test_every_path_of_every_command_is_held_to_one_rule(
    words: tuple[str, ...], name: str, info: OptionInfo | ArgumentInfo, function: str, there: Path
) -> None:
    assert info.callback in RULES, f"{' '.join(words)} {name} is held to no rule"
    for path, said in wrong(info.callback):
        problem = refused([*words, *before_it(name, function), *spelled(name, info), str(there / path)])
        assert said in problem.reason
        assert "\n" not in str(problem)
    assert sorted(each.name for each in there.iterdir()) == ["device", "fifo", "file", "folder"]


WRITTEN = [each for each in PATHS if each[2].callback in OUTPUTS]


@pytest.mark.parametrize(
    ("words", "name", "info", "function"), WRITTEN, ids=[f"{' '.join(p[0])} {p[1]}" for p in WRITTEN]
)
def test_no_command_writes_over_a_book_or_among_what_a_kiosk_keeps(
    words: tuple[str, ...], name: str, info: OptionInfo | ArgumentInfo, function: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    (kept / "log").mkdir(parents=True)
    (kept / "audit.db").write_bytes(b"SQLite format 3\0")
    (tmp_path / "link").symlink_to(kept)
    (tmp_path / "moved-book").write_bytes(b"SQLite format 3\0 and more")
    (tmp_path / "office").write_bytes(b"-----BEGIN PRIVATE KEY-----")
    (tmp_path / "some.key").write_text("00")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "name").symlink_to(kept / "audit.db")
    before = files_in(tmp_path)
    tried = {
        "kept/new": "holds a kiosk's own",
        "kept/log/new": "holds a kiosk's own",
        "link/new": "holds a kiosk's own",
    }
    if info.callback in (NEW_FILE, NEW_ARCHIVE):
        over = "is a book or a key"
        tried |= dict.fromkeys(("kept/audit.db", "name", "moved-book", "office", "some.key"), over)
        tried |= {"fifo": "is no ordinary file"}
    for path, said in tried.items():
        problem = refused([*words, *before_it(name, function), *spelled(name, info), str(tmp_path / path)])
        assert said in problem.reason
    assert files_in(tmp_path) == before


def test_an_upgrade_backs_up_into_the_kiosks_own_folder_of_backups_and_over_no_book_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "sales.db")) as book:
        book.execute("CREATE TABLE told (what TEXT)")
    script = tmp_path / "backup-before"
    # Whoever runs the tests may be root, which the script refuses to be.
    script.write_text(
        re.sub(r"^\[ .*id -u.*\n", "", (ROOT / "deploy" / "backup-before").read_text(), flags=re.MULTILINE)
    )
    kiosk = [sys.executable, "-m", "kiosk", "backup", "--data", str(data)]
    for name in ("20260101T000000Z", "20260102T000000Z"):
        ran = subprocess.run(["sh", str(script), str(data), name, *kiosk], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    assert [each.name for each in sorted((data / "backup").iterdir())] == [
        "before-20260101T000000Z.tar.gz",
        "before-20260102T000000Z.tar.gz",
    ]
    (data / "backup" / "sales.tar.gz").write_bytes((data / "sales.db").read_bytes())
    assert "is a book" in refused(["backup", str(data / "backup" / "sales.tar.gz"), "--data", str(data)]).reason


def files_in(folder: Path) -> dict[Path, tuple[int, int]]:
    seen = {each: each.lstat() for each in folder.rglob("*")}
    return {each: (found.st_mtime_ns, found.st_size) for each, found in seen.items()}


def test_every_path_that_is_made_is_an_output_but_a_kiosks_own() -> None:
    own = {(" ".join(words), name) for words, name, info, _ in PATHS if info.callback is NEW_FOLDER}
    assert {each for each in own if each[1] != "data"} == KIOSKS_OWN


@pytest.mark.parametrize("kept", sorted(KEPT_FILES))
def test_a_folder_is_known_by_each_file_a_kiosk_keeps_there(kept: str, tmp_path: Path) -> None:
    (tmp_path / kept).write_text("")
    report = ["report", "--html", str(tmp_path / "report.html")]
    assert "holds a kiosk's own" in refused(report).reason


@pytest.mark.parametrize("name", sorted(SETTINGS_FILES))
def test_no_output_is_written_over_a_file_of_settings_and_any_may_lie_beside_it(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("as the owner wrote it")
    assert "is a file of settings" in refused(["report", "--html", str(tmp_path / name)]).reason
    assert (tmp_path / name).read_text() == "as the owner wrote it"
    data = tmp_path / "elsewhere"
    assert (
        "holds a kiosk's own"
        not in refused(["report", "--html", str(tmp_path / "report.html"), "--data", str(data)]).reason
    )


@pytest.mark.parametrize("variable", KEPT_FOLDERS)
def test_a_folder_is_known_by_the_variable_that_names_it(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    assert "holds a kiosk's own" in refused(["report", "--html", str(tmp_path / "report.html")]).reason


def test_what_a_kiosk_keeps_is_what_its_own_parts_write() -> None:
    assert {each.name for each in DataPaths(Path()).databases} | {KEY_FILE_NAME} <= KEPT_FILES
    assert {DATA_VARIABLE, OWNER_VARIABLE, KEY_FOLDER_VARIABLE} == set(KEPT_FOLDERS)


def test_an_ordinary_report_may_be_written_anew(tmp_path: Path) -> None:
    drawing = tmp_path / "plan.svg"
    for _ in range(2):
        plan = ["service", "plan", "--keyway", "KW1", "--bitting", "35244", "--svg", str(drawing)]
        assert CliRunner().invoke(app, plan).exit_code == 0
    assert drawing.stat().st_size


def refused(words: list[str]) -> Problem:
    """What a command line is refused for."""
    ended = CliRunner().invoke(app, words)
    assert isinstance(ended.exception, BadInput), (words, ended.output, ended.exception)
    (problem,) = ended.exception.problems
    return problem


def before_it(name: str, function: str) -> list[str]:
    """Other arguments by place, which come first."""
    others = [other for other, _, info, needed in given(function) if needed and isinstance(info, ArgumentInfo)]
    return (
        [word for other in others[: others.index(name)] for word in NEEDED[other]]
        if name in others
        else [word for other in others for word in NEEDED.get(other, [])]
    )


NO_PORTS = (
    "socket://bad",
    "socket://bad:0",
    "socket://bad:99999",
    "socket://:7700",
    "socket://bad:7700/x",
    "socket://bad:port",
    "socket://a@bad:7700",
    "socket://bad:7700?logging=debug",
    "foo://bad:7700",
    "loop://",
    "rfc2217://bad:7700",
    "/dev/tty\nUSB0",
)


@pytest.mark.parametrize(("words", "function"), PORTS, ids=[" ".join(words) for words, _ in PORTS])
def test_every_port_of_every_command_is_held_to_one_rule(words: tuple[str, ...], function: str) -> None:
    more = [word for name, _, _, required in given(function) if required for word in NEEDED[name] if name != "port"]
    for port in NO_PORTS:
        problem = refused([*words, *more, "--port", port])
        assert problem.reason.startswith(("must be socket://host:port", "is no port"))
        assert "\n" not in str(problem)


@pytest.mark.parametrize("port", NO_PORTS)
def test_settings_and_links_hold_ports_to_the_same_rule(port: str) -> None:
    wire = load_machine().wire.model_dump(mode="json")
    for model, table in ((Wire, wire), (Zvt, {}), (Mdb, {})):
        with pytest.raises(BadInput, match=r"port: (must be socket|is no port)"):
            checked(model, {**table, "port": port}, "machine.toml")
    with pytest.raises(PortUnavailable, match=r"must be socket|is no port"):
        SerialLink(port, 115200)


def test_a_data_folder_that_is_only_read_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (
        ("status",),
        ("report",),
        ("logs",),
        ("doctor",),
        ("backup", str(tmp_path / "b.tgz")),
        ("staff", "list"),
        ("audit", "verify"),
        ("audit", "export"),
    ):
        named = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "misspelt")])
        monkeypatch.setenv("KIOSK_DATA", str(tmp_path / "misspelt"))
        from_environment = CliRunner().invoke(app, list(words))
        monkeypatch.delenv("KIOSK_DATA")
        for ended in (named, from_environment):
            assert isinstance(ended.exception, BadInput), (words, ended.output)
            assert ended.exception.problems[0].reason == "no such directory"
    assert not list(tmp_path.iterdir())


def test_a_name_left_out_before_scan_folders_is_what_is_missing(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    folders = [str(tmp_path / name) for name in "abc"]
    ended = CliRunner().invoke(app, ["catalogue", "enrol", "--from", *folders])
    assert isinstance(ended.exception, BadInput)
    assert "NAME: is missing" in str(ended.exception)
