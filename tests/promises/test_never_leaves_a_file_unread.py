"""Never leave out in silence what the owner wrote: a rule in a file nobody reads forbids nothing.

Who would break it: an owner who names a folder `policies` or a file `ban.TOML` and believes the law is in force; an
update tool that leaves a link to a file it moved; a manager who wants fewer questions and renames the rule file.
"""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from config.settings import load_settings
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations.settings_in_force import settings_in_force

STRAYS = (
    "policies/x.toml",
    "policy/ban.TOML",
    "policy/ban.toml.bak",
    "policy/ban",
    "policy/extra/ban.toml",
    "policy/extra.toml/ban.toml",
    "Policy/ban.toml",
    "keyway/mine.toml",
    "keyways/mine.tom",
    "store.tml",
    "Store.toml",
    "STORE.TOML",
    "store.toml.dpkg-new",
    "store",
    "settings.ini",
    ".store.toml",
    "machine/machine.toml",
)


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of a kiosk that started with good settings."""
    data = tmp_path_factory.mktemp("kiosk") / "data"
    owner = data.with_name("owner")
    owner.mkdir()
    settings_in_force(DataPaths(data), SystemClock(), owner, {})
    return data


@pytest.fixture
def owner(yesterday: Path, tmp_path: Path) -> Path:
    copytree(yesterday, tmp_path / "data")
    folder = tmp_path / "owner"
    folder.mkdir()
    return folder


def refused(owner: Path) -> str:
    """What keeps a kiosk with good settings of yesterday out of order."""
    with pytest.raises(BadInput) as bad:
        settings_in_force(DataPaths(owner.parent / "data"), SystemClock(), owner, {})
    return str(bad.value)


@pytest.mark.parametrize("name", STRAYS)
def test_a_file_nobody_reads_keeps_the_kiosk_out_of_order_and_is_named(name: str, owner: Path) -> None:
    path = owner / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    named = owner / Path(name).parts[0]
    inside = owner / Path(*Path(name).parts[:2])
    said = refused(owner)
    assert str(named) in said
    assert str(inside) in said or named.name not in ("policy", "keyways")
    with pytest.raises(BadInput, match=named.name):
        load_settings(owner, {})
    checked = CliRunner().invoke(app, ["check-config", str(owner)])
    assert isinstance(checked.exception, BadInput)


@pytest.mark.parametrize(
    "name", ["store.toml", "machine.toml", "fleet.toml", "policy", "keyways", "policy/ban.toml", "note.txt"]
)
@pytest.mark.parametrize("to", ["gone", "itself"])
def test_a_link_that_leads_nowhere_keeps_the_kiosk_out_of_order_and_is_named(name: str, to: str, owner: Path) -> None:
    path = owner / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(path if to == "itself" else owner / "gone.toml")
    assert f"{path}: is a link that leads nowhere" in refused(owner)


def test_what_lies_beside_the_settings_on_purpose_is_left_alone(owner: Path) -> None:
    for name in ("environment", "README.md", "broker-ca.pem", "store.toml~", ".store.toml.swp"):
        (owner / name).write_text("")
    (owner / "policy").mkdir()
    (owner / "policy" / "notes.txt").write_text("why we refuse")
    (owner / "elsewhere.txt").write_text("price_minor = 111\n")
    (owner / "store.toml").symlink_to(owner / "elsewhere.txt")
    assert load_settings(owner, {}).store.price_minor == 111
