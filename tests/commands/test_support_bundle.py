"""Whoever helps from afar gets all the kiosk says of itself, and nothing of a key, a person or a secret."""

from __future__ import annotations

import json
import logging
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.operations import load_operations
from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.logs import install_logs

PASSWORD, PERSON, CUTS = "918273", "Wilhelmina", "3,5,2,4,4"


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    owner, data = tmp_path / "owner", tmp_path / "data"
    owner.mkdir()
    (owner / "machine.toml").write_text(f'[payment]\nkind = "register"\n[payment.zvt]\npassword = "{PASSWORD}"\n')
    monkeypatch.setenv("KIOSK_CONFIG", str(owner))
    monkeypatch.setenv("KIOSK_AUDIT_KEY_FOLDER", str(tmp_path / "seal"))
    added = CliRunner().invoke(
        app, ["staff", "add", "1", "--name", PERSON, "--role", "manager", "--data", str(data)], input="482915\n"
    )
    assert added.exit_code == 0, added.exception
    handler = install_logs(data / "log", load_operations().logs)
    logging.getLogger("kiosk").warning("a test", extra={"cuts": CUTS, "slot": 3})
    handler.close()
    return data


def test_a_bundle_tells_everything_and_nothing_too_much(kiosk: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.tar.gz"
    ended = CliRunner().invoke(app, ["support-bundle", str(bundle), "--data", str(kiosk)])
    assert ended.exit_code == 0, ended.exception
    assert bundle.stat().st_mode & 0o777 == 0o600
    with tarfile.open(bundle) as archive:
        files = {each.name: archive.extractfile(each).read().decode() for each in archive}
    assert sorted(files) == [
        "doctor.json",
        "figures.json",
        "log/kiosk.log",
        "settings.json",
        "status.json",
        "system.json",
    ]
    assert any(finding["check"] == "settings" for finding in json.loads(files["doctor.json"]))
    assert json.loads(files["settings.json"])["machine.payment.zvt.password"]["value"] == "left out"
    assert "a test" in files["log/kiosk.log"]
    everything = "".join(files.values())
    for secret in (PASSWORD, PERSON, CUTS, "482915"):
        assert secret not in everything


def test_a_bundle_of_a_kiosk_whose_settings_are_bad_says_so(kiosk: Path, tmp_path: Path) -> None:
    (tmp_path / "owner" / "store.toml").write_text("price_minor = -1\n")
    ended = CliRunner().invoke(app, ["support-bundle", str(tmp_path / "b.tar.gz"), "--data", str(kiosk)])
    assert ended.exit_code == 0, ended.exception
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        settings = archive.extractfile("settings.json").read().decode()
    assert "price_minor" in settings


def test_a_bundle_goes_over_no_file(kiosk: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    ended = CliRunner().invoke(app, ["support-bundle", str(tmp_path / "b.tar.gz"), "--data", str(kiosk)])
    assert isinstance(ended.exception, BadInput)
    assert (tmp_path / "b.tar.gz").read_text() == "mine"
