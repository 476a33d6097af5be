"""Whoever sends settings to two thousand stores: a few first, the rest when those took them, and one step back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.fleet.rollout import Answer, Rollout, digest_of, first_of
from kiosk.operations.fleet.signed import Accepted, DocumentKind, DocumentRefused
from tests.operations.fleet.parts import USERS, KioskEnd, collector_end, public_base64, until
from tests.operations.fleet.servers import Mosquitto, Postgres

KIND = DocumentKind.SETTINGS
OF_SETTINGS = ("--kind", "settings")


class Office:
    """The office's desk: its files, and the commands as it types them."""

    def __init__(self, folder: Path, broker: Mosquitto, postgres: Postgres) -> None:
        self.folder, self.postgres = folder, postgres
        self.key = Ed25519PrivateKey.generate()
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "office.pem").write_bytes(private)
        (folder / "groups.toml").write_text('[groups]\npilot = ["kiosk-1", "kiosk-2"]\n')
        (folder / "fleet.toml").write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {broker.port}\nca_file = "{broker.certificates.ca}"\n'
        )

    def publish(self, price_minor: int | None, *more: str) -> Result:
        body = self.folder / "store.toml"
        body.write_text(f"price_minor = {price_minor}\n")
        words = ["fleet", "publish", *([str(body)] if price_minor is not None else ["--back"])]
        files = ["--groups", str(self.folder / "groups.toml"), "--key", str(self.folder / "office.pem")]
        fleet = ["--fleet", str(self.folder / "fleet.toml")]
        return CliRunner().invoke(app, [*words, *files, *fleet, "--group", "pilot", "--kind", "settings", *more])

    def answers(self) -> dict[str, tuple[int, Answer]]:
        with self.postgres.connect() as connection:
            connection.autocommit = True
            return {name: (each.version, each.answer) for name, each in Rollout(connection, KIND).sent().items()}


class AnsweringKiosk(KioskEnd):
    """Tells the office what it made of each document, as a running kiosk does."""

    def step(self, timeout_s: float) -> None:
        super().step(timeout_s)
        while self.said:
            kind, answer = self.said.pop(0)
            match answer:
                case Accepted():
                    facts = {"document": kind.value, "version": answer.version, "status": "taken"}
                case DocumentRefused():
                    facts = {"document": kind.value, "status": "refused", "reason": answer.reason.value}
            self.outbox.append("settings", facts, self.clock.utc())


@pytest.fixture
def office(broker: Mosquitto, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("KIOSK_MQTT_PASSWORD", "pen")
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", postgres.dsn)
    return Office(tmp_path, broker, postgres)


def test_a_document_goes_to_some_then_to_all_each_answer_is_kept_and_one_step_goes_back(
    office: Office, broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    trusted = (public_base64(office.key),)
    names = ("kiosk-1", "kiosk-2")
    ends = [AnsweringKiosk(broker.fleet(n, trusted_keys=trusted), USERS[n], tmp_path / f"{n}.db") for n in names]
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening and all(end.uplink.connected for end in ends), *ends, collector)

    def all_taken(versions: set[int]) -> bool:
        answers = office.answers()
        return {v for v, _ in answers.values()} == versions and {a for _, a in answers.values()} == {Answer.TAKEN}

    first = office.publish(299, "--percent", "50")
    assert "published to 1 of 2" in first.stdout, first.output
    wider = office.publish(299)
    assert isinstance(wider.exception, BadInput), "the first has not answered"
    assert "1 have not answered yet" in str(wider.exception)
    until(lambda: all_taken({1}), *ends, collector)
    assert "published to 1 of 2" in office.publish(299).stdout
    until(lambda: len(office.answers()) == 2 and all_taken({1}), *ends, collector)
    assert "published to 2 of 2" in office.publish(279).stdout
    until(lambda: all_taken({2}), *ends, collector)
    back = office.publish(None)
    assert "published to 2 of 2" in back.stdout, back.output
    until(lambda: all_taken({3}), *ends, collector)
    for end in ends:
        held = end.documents.held(KIND, end.clock.utc())
        assert held is not None
        assert held.body == {"price_minor": 299}
        end.close()
    collector.close()
    assert CliRunner().invoke(app, ["fleet", "rollout", "--kind", "settings"]).stdout.strip().endswith("taken    2")


def test_a_kiosk_that_refuses_stops_the_rest(
    office: Office, broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    stranger = (public_base64(Ed25519PrivateKey.generate()),)
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening, collector)
    assert "published to 1 of 2" in office.publish(299, "--percent", "1").stdout
    (name,) = office.answers()
    end = AnsweringKiosk(broker.fleet(name, trusted_keys=stranger), USERS[name], tmp_path / "k.db")
    until(lambda: office.answers()[name][1] is Answer.REFUSED, end, collector)
    wider = office.publish(299)
    assert isinstance(wider.exception, BadInput)
    assert "1 refused it" in str(wider.exception)
    assert "forged" in str(wider.exception)
    end.close()
    collector.close()


def test_what_no_kiosk_would_take_is_published_to_none(office: Office, broker: Mosquitto, postgres: Postgres) -> None:
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening, collector)
    collector.close()
    bad = office.publish(-5)
    assert isinstance(bad.exception, BadInput)
    assert office.answers() == {}
    back = office.publish(None)
    assert "to no kiosk of pilot: none was sent anything" in str(back.exception)


class Trouble:
    """Two ways in which a broker takes nothing of what the office publishes."""

    def __init__(self, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
        self.broker, self.monkeypatch = broker, monkeypatch

    def begins(self, how: str) -> tuple[str, ...]:
        if how == "down":
            self.broker.stop()
        if how == "other user":
            self.monkeypatch.setenv("KIOSK_MQTT_PASSWORD", USERS["kiosk-2"])
            return ("--name", "kiosk-2")
        return ()

    def ends(self, how: str) -> None:
        if how == "down":
            self.broker.start()
        self.monkeypatch.setenv("KIOSK_MQTT_PASSWORD", USERS["office"])


@pytest.mark.parametrize("how", ["down", "other user"])
def test_what_the_broker_did_not_take_is_unsent_and_goes_out_with_the_same_command_again(
    how: str, office: Office, broker: Mosquitto, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening, collector)
    collector.close()
    trouble = Trouble(broker, monkeypatch)
    user = trouble.begins(how)
    for _ in range(2):
        assert isinstance(office.publish(299, *user).exception, BadInput)
    assert {answer for _, answer in office.answers().values()} == {Answer.UNSENT}
    assert "kiosk-1              version 2 unsent" in CliRunner().invoke(app, ["fleet", "rollout", *OF_SETTINGS]).stdout
    trouble.ends(how)
    assert "published to 2 of 2" in office.publish(299).stdout
    assert office.answers() == dict.fromkeys(("kiosk-1", "kiosk-2"), (3, Answer.AWAITED))
    again = office.publish(299, "--anyway")
    assert "to no kiosk of pilot: the first 100 % were all sent this already" in str(again.exception)


def test_a_way_back_that_the_broker_took_in_part_goes_on_and_does_not_turn_round(
    office: Office, broker: Mosquitto, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening, collector)
    collector.close()
    for price in (299, 279):
        assert "published to 2 of 2" in office.publish(price).stdout
    trouble = Trouble(broker, monkeypatch)
    trouble.begins("down")
    assert isinstance(office.publish(259).exception, BadInput)
    assert isinstance(office.publish(None).exception, BadInput)
    trouble.ends("down")
    with postgres.connect() as connection:
        Rollout(connection, KIND).published("kiosk-1")
        connection.commit()
    assert "published to 1 of 2" in office.publish(None).stdout
    with postgres.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT ON (kiosk) kiosk, body FROM fleet_document ORDER BY kiosk, version DESC"
        ).fetchall()
    # 259 reached nobody, so what they had before it is 279.
    assert rows == [(name, {"price_minor": 279}) for name in ("kiosk-1", "kiosk-2")]


def test_the_first_of_a_group_are_among_every_larger_part_and_differ_by_document() -> None:
    kiosks = [f"store-{number}" for number in range(200)]
    one, other = digest_of({"price_minor": 299}), digest_of({"price_minor": 279})
    parts = [first_of(kiosks, percent, one) for percent in (1, 10, 50, 100)]
    assert [len(part) for part in parts] == [2, 20, 100, 200]
    assert all(set(small) <= set(large) for small, large in pairwise(parts))
    assert first_of(kiosks, 10, other) != parts[1]
    assert first_of(["only"], 1, one) == ["only"]
