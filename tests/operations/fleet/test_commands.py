"""`kiosk fleet`: keys, documents, and the collector's first connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.fleet.signed import Payload, open_document
from tests.operations.fleet.servers import Mosquitto, Postgres

RUNNER = CliRunner()


def test_a_document_signed_on_the_command_line_is_believed_with_the_key_it_printed(tmp_path: Path) -> None:
    key, body = tmp_path / "office.pem", tmp_path / "store.toml"
    public = RUNNER.invoke(app, ["fleet", "keygen", str(key)]).stdout.strip()
    assert key.stat().st_mode & 0o777 == 0o600
    body.write_text("price_minor = 299\n")
    words = [
        "fleet",
        "sign",
        str(body),
        "--key",
        str(key),
        "--kiosk",
        "kiosk-1",
        "--kind",
        "settings",
        "--version",
        "3",
    ]
    payload = open_document(RUNNER.invoke(app, words).stdout.encode(), [public])
    assert isinstance(payload, Payload)
    assert (payload.kiosk, payload.version, payload.body) == ("kiosk-1", 3, {"price_minor": 299})


def test_wrong_files_are_one_line_each(tmp_path: Path) -> None:
    key, body = tmp_path / "office.pem", tmp_path / "store.toml"
    body.write_text("price_minor = 299\n")
    words = ["fleet", "sign", str(body), "--key", str(key), "--kiosk", "k", "--kind", "settings", "--version", "1"]
    key.write_text("not a key")
    for wrong in (words, ["fleet", "keygen", str(key)], ["fleet", "sign", str(tmp_path / "no.toml"), *words[3:]]):
        answer = RUNNER.invoke(app, wrong)
        assert isinstance(answer.exception, BadInput), wrong
        assert "\n" not in str(answer.exception)


def test_the_collector_says_that_both_servers_answer(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text(
        f'enabled = true\n[broker]\nhost = "127.0.0.1"\nport = {broker.port}\nca_file = "{broker.certificates.ca}"\n'
    )
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", postgres.dsn)
    monkeypatch.setenv("KIOSK_MQTT_PASSWORD", "all")
    answer = RUNNER.invoke(app, ["fleet", "collect", "--config", str(config), "--check"])
    assert answer.exit_code == 0
    assert "broker and database answer" in answer.stdout
    monkeypatch.delenv("KIOSK_MQTT_PASSWORD")
    assert isinstance(RUNNER.invoke(app, ["fleet", "collect", "--config", str(config)]).exception, BadInput)
