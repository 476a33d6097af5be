"""`kiosk fleet`: keys, documents, and the collector's first connection."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.fleet.collector import Collector
from kiosk.operations.fleet.signed import Payload, open_document
from tests.operations.fleet.servers import Mosquitto, Postgres

RUNNER = CliRunner()
CLOSES = '[[keyways]]\ncode = "KW1"\nstanding = "restricted"\nground = "a letter"\nsource = "the office"\n'


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


KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("kind", "kiosk", "body", "said"),
    [
        ("settings", "kiosk-1", 'price_minor = "299"', "price_minor: "),
        ("settings", "kiosk-1", "price_minor = -1", "price_minor: "),
        ("settings", "kiosk-1", "[screen]\nmm_per_px = inf", "screen.mm_per_px: "),
        ("settings", "kiosk-1", "price = 299", "price: is not a setting"),
        ("settings", "kiosk-1", 'languages = ["xx"]', "languages[1]: there is no language file"),
        ("settings", "kiosk-1", 'place = "US-NY"', "place: is the owner's own to set"),
        ("settings", "kiosk-1", 'do_not_duplicate = "notice"', "do_not_duplicate: an office document can make"),
        ("settings", "kiosk-1", f'[letters]\nkiosk = "C-1"\nowners = {{ H = "{KEY}" }}', "letters: is the owner's own"),
        ("settings", "kiosk-1", f'keys = ["{KEY}"]', "keys: is not a setting"),
        ("restricted", "kiosk-1", "price_minor = 299", "price_minor: is not a setting"),
        ("restricted", "kiosk-1", CLOSES.replace("KW1", "NONE"), "'NONE' is not a keyway"),
        ("restricted", "kiosk-1", CLOSES.replace("restricted", "open"), "cannot open a keyway"),
        ("keys", "kiosk-1", 'keys = ["no key"]', "keys: a trusted key is not base64"),
        ("keys", "kiosk-1", "keys = []", "keys: "),
        ("settings", "Kiosk 1", "price_minor = 299", "kiosk: "),
        ("settings", "kiosk/1", "price_minor = 299", "kiosk: "),
        ("settings", "-", "price_minor = 299", "kiosk: "),
        ("settings", "k" * 64, "price_minor = 299", "kiosk: "),
    ],
)
def test_nothing_is_signed_that_a_kiosk_would_refuse(
    tmp_path: Path, kind: str, kiosk: str, body: str, said: str
) -> None:
    key, file = tmp_path / "office.pem", tmp_path / "body.toml"
    RUNNER.invoke(app, ["fleet", "keygen", str(key)])
    file.write_text(body)
    answer = signed(file, key, kiosk, kind)
    assert isinstance(answer.exception, BadInput)
    # What was typed is blamed where it is at fault, and else the file.
    assert str(answer.exception).startswith("command line: kiosk: " if said == "kiosk: " else f"{file}: ")
    assert said in str(answer.exception)
    assert not answer.stdout


@pytest.mark.parametrize(
    ("kind", "body"), [("restricted", CLOSES + "until = 2099-01-01"), ("keys", f'keys = ["{KEY}"]')]
)
def test_what_a_kiosk_would_take_is_signed(tmp_path: Path, kind: str, body: str) -> None:
    key, file = tmp_path / "office.pem", tmp_path / "body.toml"
    RUNNER.invoke(app, ["fleet", "keygen", str(key)])
    file.write_text(body)
    assert signed(file, key, "kiosk-1", kind).stdout


def test_a_document_is_judged_by_the_settings_of_the_kiosk_it_is_for(tmp_path: Path) -> None:
    key, file, own = tmp_path / "office.pem", tmp_path / "body.toml", tmp_path / "own"
    RUNNER.invoke(app, ["fleet", "keygen", str(key)])
    file.write_text("[finish_prices_minor]\ngold = 999\n")
    assert isinstance(signed(file, key, "kiosk-1", "settings").exception, BadInput)
    own.mkdir()
    slot = '[[magazine.slots]]\nnumber = 1\nblank = "KW1"\nfinish = "gold"\ncapacity = 5\nlow_at = 1\n'
    (own / "machine.toml").write_text(slot)
    assert signed(file, key, "kiosk-1", "settings", "--config", str(own)).stdout


def test_a_kiosks_name_is_blamed_on_who_typed_it_and_not_on_the_file(tmp_path: Path) -> None:
    key, file = tmp_path / "office.pem", tmp_path / "body.toml"
    RUNNER.invoke(app, ["fleet", "keygen", str(key)])
    file.write_text("price_minor = 299\n")
    said = str(signed(file, key, "a/#", "settings").exception)
    assert said == "command line: kiosk: must be 1 to 63 small letters, digits or hyphens, such as store-1"


def signed(body: Path, key: Path, kiosk: str, kind: str, *more: str) -> Result:
    words = ["fleet", "sign", str(body), "--key", str(key), "--kiosk", kiosk, "--kind", kind, "--version", "1"]
    return RUNNER.invoke(app, [*words, *more])


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


@pytest.mark.parametrize("down", ["broker", "database"])
def test_a_server_that_is_down_is_named_at_the_first_try(
    down: str, broker: Mosquitto, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "fleet.toml"
    port = 1 if down == "broker" else broker.port
    config.write_text(
        f'[broker]\nhost = "127.0.0.1"\nport = {port}\nca_file = "{broker.certificates.ca}"\nconnect_timeout_s = 60\n'
    )
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", "host=127.0.0.1 port=1" if down == "database" else postgres.dsn)
    monkeypatch.setenv("KIOSK_MQTT_PASSWORD", "all")
    tries: list[float] = []
    step = Collector.step
    monkeypatch.setattr(Collector, "step", lambda self, timeout_s: (tries.append(timeout_s), step(self, timeout_s)))
    ended = RUNNER.invoke(app, ["fleet", "collect", "--config", str(config), "--check"])
    assert isinstance(ended.exception, BadInput)
    said = str(ended.exception)
    assert ("broker 127.0.0.1:1: " if down == "broker" else 'at "127.0.0.1", port 1') in said
    assert "\n" not in said
    assert len(tries) == 1
