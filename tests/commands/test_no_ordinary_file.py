"""A pipe, a device, a folder or an empty file where a file of the kiosk's belongs: one line from every command, and no
command waits for what never comes.

Whoever does it: a script that went wrong, a half-made restore, or somebody who wants the kiosk to stand still.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from config.ordinary_file import ordinary, read_ordinary
from config.problems import BadInput
from hardware.camera.scan_folder import load_view
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.operations.recorder import Recorder
from kiosk.records.certificate import own_key
from kiosk.records.database import DatabaseFault, open_database
from kiosk.records.journal import Journal
from kiosk.records.private_file import settings_text

KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "link to itself": lambda path: path.symlink_to(path),
    "empty": Path.touch,
}
BOOT, BACKUP, STATUS, VERIFY = ("doctor", "--boot"), ("backup", "{new}"), ("status",), ("audit", "verify")
DISABLE = ("staff", "disable", "7")
OF_DATA = {
    "sales.db": (STATUS, BACKUP, ("check-code", "ABC")),
    "sales.db-journal": (STATUS,),
    "sales.db-wal": (STATUS,),
    "audit.db": (VERIFY, DISABLE, BOOT),
    "staff.db": (("staff", "list"), DISABLE),
    "operations.db": (STATUS, BACKUP, ("service", "visit")),
    "seal/audit.key": (VERIFY, DISABLE),
    "seal/audit.anchor": (VERIFY, DISABLE),
    "seal/certificate.key": (("certificate", "key"),),
    "log/kiosk.log": (("logs",),),
    "status.json": (STATUS,),
    "enrolled/KW1.json": (("catalogue", "list"),),
}
"""Each file of a kiosk's data, with the commands that read it."""
OF_SETTINGS = ("machine.toml", "store.toml", "fleet.toml", "keyways/own.toml", "policy/own.toml", "languages/de.po")
TOO_LONG_S = 60
"""Far beyond any command here, however busy the computer."""


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a kiosk's data and settings, every file of it in its place."""
    folder = tmp_path_factory.mktemp("kiosk")
    data, settings = folder / "data", folder / "settings"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PasswordHasher, "hash", lambda *_: "a hash")
        words = ["staff", "add", "7", "--name", "Ann", "--role", "manager", "--data", str(data)]
        assert CliRunner().invoke(app, words, input="583920\n").exit_code == 0
    Journal(data / "sales.db", SystemClock(), simulated=False).close()
    Recorder(data / "operations.db", data / "sales.db", SystemClock(), fleet=True).close()
    own_key(data / "seal")
    for name in (*OF_DATA, *OF_SETTINGS):
        path = (settings if name in OF_SETTINGS else data) / name
        path.parent.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    def waited(*_: object) -> None:
        raise AssertionError("the command waits")

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(TOO_LONG_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def said(*words: str) -> str:
    """What a command says of its input, if it has anything against it; it ends in order in any case."""
    ended = CliRunner().invoke(app, words)
    if isinstance(ended.exception, BadInput):
        assert all("\n" not in str(each) for each in ended.exception.problems)
        return str(ended.exception)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), (words, repr(ended.exception))
    assert ended.exit_code in (0, 1, 2)
    return ended.output


@pytest.fixture
def in_place_of(kiosk: Path) -> Iterator[Callable[[str, str], Path]]:
    """Lays something else where a file of the kiosk's was, and puts that back afterwards."""
    laid: list[tuple[Path, Path]] = []

    def lay(name: str, kind: str) -> Path:
        path = kiosk / ("settings" if name in OF_SETTINGS else "data") / name
        kept = kiosk / f"{path.name} kept"
        if path.exists():
            path.rename(kept)
        laid.append((path, kept))
        KINDS[kind](path)
        return path

    yield lay
    for path, kept in laid:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        if kept.exists():
            kept.rename(path)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "empty"])
@pytest.mark.parametrize("name", OF_DATA)
def test_every_command_ends_whatever_lies_where_a_file_of_its_data_belongs(
    name: str, kind: str, kiosk: Path, in_place_of: Callable[[str, str], Path], tmp_path: Path
) -> None:
    in_place_of(name, kind)
    for number, words in enumerate(OF_DATA[name]):
        said(*(each.format(new=tmp_path / f"{number}.tgz") for each in words), "--data", str(kiosk / "data"))


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize("name", OF_SETTINGS)
def test_settings_that_are_no_ordinary_file_are_named(
    name: str, kind: str, kiosk: Path, in_place_of: Callable[[str, str], Path]
) -> None:
    path = in_place_of(name, kind)
    if name.startswith("languages"):
        said("check-config", str(kiosk / "settings"))
    else:
        assert str(path) in said("check-config", str(kiosk / "settings"))


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "empty"])
def test_what_is_no_ordinary_file_is_not_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    KINDS[kind](path)
    for read in (ordinary, read_ordinary):
        with pytest.raises(OSError, match=r"ordinary|directory|symbolic"):
            read(path)
    with pytest.raises(BadInput, match="readable picture"):
        load_view(path, 0.05)
    with pytest.raises(DatabaseFault, match="file"):
        open_database(path, ())
    if kind != "link to itself":
        with pytest.raises(OSError, match=r"ordinary|directory"):
            settings_text(path)
