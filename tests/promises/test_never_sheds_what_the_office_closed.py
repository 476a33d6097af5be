"""Never let a keyway the office closed be opened by losing, switching off or altering the office's document.

Who would break it: a store manager who wants fewer refusals and switches the fleet link off, or asks the office for a
laxer price list that also relaxes *Do Not Duplicate*, or names himself as a landlord whose letters lift it; an intruder
with a shell as the kiosk's user who edits or deletes the document in operations.db; whoever found an old signing key.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from config.problems import BadInput
from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.commands import fleet as fleet_command
from kiosk.data_paths import DataPaths
from kiosk.operations import doctor_records, settings_change
from kiosk.operations.doctor import Grade
from kiosk.operations.fleet.signed import DocumentKind, Payload, sign
from kiosk.operations.office import with_restricted, with_store
from kiosk.operations.settings_change import InForce
from kiosk.operations.settings_in_force import settings_in_force
from kiosk.records.database import DatabaseFault

OLD, NEW, STRANGE = (Ed25519PrivateKey.generate() for _ in range(3))
CLOSED = {"keyways": [{"code": "SC1", "standing": "restricted", "ground": "letter", "source": "office"}]}


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same settings are read once: what is under test is what the office's documents do to them."""
    monkeypatch.setattr(settings_change, "load_usable", remembered)
    monkeypatch.setattr(fleet_command, "load_settings", remembered)


READ: dict[str, Settings] = {}


def remembered(owner: Path, *_: object) -> Settings:
    path = owner / "fleet.toml"
    text = path.read_text() if path.exists() else ""
    return READ.setdefault(text, READ.get(text) or load_settings(owner, {}))


class Store:
    """A kiosk whose office has closed SC1."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.owner, self.places = folder, folder / "owner", DataPaths(folder / "data")
        self.owner.mkdir()
        self.fleet(OLD)
        self.start()
        self.take(DocumentKind.RESTRICTED, CLOSED, 1)

    def fleet(self, *keys: Ed25519PrivateKey, enabled: bool = True) -> None:
        trusted = ", ".join(f'"{public(key)}"' for key in keys)
        lines = (f"enabled = {str(enabled).lower()}", 'kiosk = "kiosk-7"', f"trusted_keys = [{trusted}]")
        (self.owner / "fleet.toml").write_text("\n".join(lines) + "\n")

    def take(
        self,
        kind: DocumentKind,
        body: dict[str, Any],
        version: int,
        key: Ed25519PrivateKey = OLD,
        days: int = 300,
        age: int = 0,
    ) -> str:
        issued = SystemClock().utc() - timedelta(days=age)
        times = {"issued_utc": issued, "expires_utc": issued + timedelta(days=days)}
        path = self.folder / "document"
        path.write_bytes(sign(Payload(kiosk="kiosk-7", kind=kind, version=version, body=body, **times), key))
        where = ["--config", str(self.owner), "--data", str(self.places.data)]
        answer = CliRunner().invoke(app, ["fleet", "take", str(path), "--kind", kind.value, *where])
        return "" if answer.exit_code == 0 else str(answer.exception)

    def start(self) -> InForce:
        return settings_in_force(self.places, SystemClock(), self.owner, {})

    def closed(self) -> bool:
        return self.start().settings.catalogue.keyway_of["SC1"].standing.standing == "restricted"

    def said(self) -> str:
        return " ".join(map(str, self.start().problems))

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.places.operations)) as connection:
            connection.execute(statement)
            connection.commit()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    assert made.closed()
    assert made.said() == ""
    return made


def test_switching_the_link_off_leaves_closed_keyways_closed_and_says_so(store: Store) -> None:
    store.fleet(OLD, enabled=False)
    assert store.closed()
    assert "stays in force though the fleet link is off" in store.said()
    found = doctor_records.fleet_link(store.places, store.start().settings.fleet)
    assert (found.grade, "stays in force" in found.found) == (Grade.WARN, True)


def test_check_config_shows_what_the_next_start_takes_from_the_office_and_writes_nothing(store: Store) -> None:
    assert store.take(DocumentKind.SETTINGS, {"price_minor": 111, "hours": {"sun": "closed"}}, 3) == ""
    before = {path: path.read_bytes() for path in store.places.data.rglob("*.db")}
    words = ["check-config", str(store.owner), "--data", str(store.places.data)]
    shown = {line.split("  ")[0]: line for line in CliRunner().invoke(app, words).stdout.splitlines()}
    assert re.search(r" 111  \(office document, version 3\)$", shown["store.price_minor"])
    assert re.search(r' "closed"  \(office document, version 3\)$', shown["store.hours.sun"])
    assert "(built in)" in shown["store.hours.mon"]
    assert "catalogue: closed by an office document: SC1" in shown
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert told["settings"]["store.price_minor"] == {"value": 111, "origin": "office document, version 3"}
    assert (told["closed_by_office"], told["office"]) == (["SC1"], [])
    store.fleet(OLD, enabled=False)
    assert "office: office document: restricted: version 1 stays in force" in CliRunner().invoke(app, words).stdout
    assert {path: path.read_bytes() for path in store.places.data.rglob("*.db")} == before
    store.sql("DELETE FROM document")
    assert "which closes keyways, is gone" in str(CliRunner().invoke(app, words).exception)
    store.places.operations.write_text("no database")
    assert "office: documents were not looked at: " in CliRunner().invoke(app, words).stdout


def test_a_missing_fleet_file_leaves_closed_keyways_closed_and_says_so(store: Store) -> None:
    (store.owner / "fleet.toml").unlink()
    assert store.closed()
    assert "stays in force" in store.said()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM document",
        "DROP TABLE document",
        "UPDATE document SET envelope = ''",
        "UPDATE document SET envelope = replace(envelope, 'a', 'b')",
        "UPDATE document SET version = 9",
        "UPDATE document SET kind = 'settings'",
    ],
)
def test_a_list_that_was_deleted_or_altered_keeps_the_kiosk_out_of_order(statement: str, store: Store) -> None:
    store.sql(statement)
    for enabled in (True, False):
        store.fleet(OLD, enabled=enabled)
        with pytest.raises((BadInput, DatabaseFault)):
            store.start()
    (store.owner / "fleet.toml").unlink()
    with pytest.raises((BadInput, DatabaseFault)):
        store.start()


def test_the_body_that_counts_is_the_signed_one(store: Store) -> None:
    store.sql("""UPDATE document SET body = '{"keyways": []}'""")
    assert store.closed()
    (store.owner / "fleet.toml").unlink()
    assert store.closed()


def test_a_deleted_database_of_documents_keeps_the_kiosk_out_of_order_until_the_list_is_back(store: Store) -> None:
    for path in store.places.data.glob("operations.db*"):
        path.unlink()
    with pytest.raises(BadInput, match="version 1, which closes keyways, is gone"):
        store.start()
    assert store.take(DocumentKind.RESTRICTED, CLOSED, 1) == ""
    assert store.closed()


def test_an_older_list_put_back_keeps_the_kiosk_out_of_order(store: Store) -> None:
    with closing(sqlite3.connect(store.places.operations)) as connection:
        (old,) = connection.execute("SELECT envelope FROM document").fetchone()
    assert (
        store.take(
            DocumentKind.RESTRICTED, {"keyways": [*CLOSED["keyways"], {**CLOSED["keyways"][0], "code": "KW1"}]}, 2
        )
        == ""
    )
    store.sql(f"UPDATE document SET version = 1, envelope = '{old}'")
    with pytest.raises(BadInput, match="version 2, which closes keyways, is gone"):
        store.start()


def test_a_list_that_has_run_out_still_closes_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    later = SystemClock().utc() + timedelta(days=301)
    monkeypatch.setattr(SystemClock, "utc", lambda _clock: later)
    assert store.closed()
    assert "stays in force until the office sends a newer one" in store.said()


# Keys


def test_a_withdrawn_keys_documents_fall_and_it_is_said(store: Store) -> None:
    assert store.take(DocumentKind.SETTINGS, {"price_minor": 111}, 1) == ""
    assert store.start().settings.store.price_minor == 111
    store.fleet(NEW)
    assert store.start().settings.store.price_minor != 111
    assert not store.closed()
    assert "fell with the key that signed it" in store.said()
    assert "settings: version 1 is no longer in force (forged" in store.said()


def test_the_old_key_signs_the_new_and_counts_no_more(store: Store) -> None:
    assert "forged" in store.take(DocumentKind.RESTRICTED, CLOSED, 2, key=NEW)
    assert "forged" in store.take(DocumentKind.KEYS, {"keys": [public(STRANGE)]}, 1, key=STRANGE)
    assert store.take(DocumentKind.KEYS, {"keys": [public(OLD), public(NEW)]}, 1) == ""
    assert store.take(DocumentKind.RESTRICTED, CLOSED, 2, key=NEW) == ""
    assert store.take(DocumentKind.KEYS, {"keys": [public(NEW)]}, 2, key=NEW) == ""
    assert store.closed()
    assert store.said() == ""
    assert "forged" in store.take(DocumentKind.RESTRICTED, CLOSED, 3, key=OLD)


@pytest.mark.parametrize("statement", ["DELETE FROM document_keys", "UPDATE document_keys SET envelope = '{}'"])
def test_a_rotation_of_keys_that_was_deleted_keeps_the_kiosk_out_of_order(statement: str, store: Store) -> None:
    store.take(DocumentKind.KEYS, {"keys": [public(NEW)]}, 1)
    store.take(DocumentKind.RESTRICTED, CLOSED, 2, key=NEW)
    store.sql(statement)
    with pytest.raises(BadInput, match="rotated the trusted keys"):
        store.start()


@pytest.mark.parametrize("keys", [[], ["x"], [public(OLD)[:-8]], "all", [public(OLD)] * 9])
def test_keys_that_are_none_rotate_nothing(keys: Any, store: Store) -> None:
    assert store.take(DocumentKind.KEYS, {"keys": keys}, 1) != ""
    assert store.take(DocumentKind.RESTRICTED, CLOSED, 2) == ""


# What a document may not do


@pytest.mark.parametrize("version", [1002, 10**6, 2**53])
def test_a_version_that_jumps_absurdly_is_refused_and_the_next_one_is_taken(version: int, store: Store) -> None:
    assert "version_jumps" in store.take(DocumentKind.RESTRICTED, CLOSED, version)
    assert store.take(DocumentKind.RESTRICTED, CLOSED, 2) == ""


def test_a_document_that_has_run_out_is_refused(store: Store) -> None:
    assert "expired" in store.take(DocumentKind.RESTRICTED, CLOSED, 2, age=301)


@pytest.mark.parametrize("days", [0, -1, 801])
def test_a_document_without_a_fit_expiry_cannot_be_made(days: int, store: Store) -> None:
    with pytest.raises(ValueError, match="must expire"):
        store.take(DocumentKind.RESTRICTED, CLOSED, 2, days=days)


def test_an_until_in_the_past_is_refused_and_one_of_today_is_not() -> None:
    settings, today = load_settings(None, {}), date(2026, 3, 1)

    def closing_until(day: date) -> dict[str, Any]:
        return {"keyways": [{**CLOSED["keyways"][0], "standing": "patented", "until": day.isoformat()}]}

    with_restricted(settings, closing_until(today), 1, today)
    with pytest.raises(BadInput, match="has passed"):
        with_restricted(settings, closing_until(today - timedelta(days=1)), 1, today)


@pytest.mark.parametrize(
    ("own", "wanted", "taken"),
    [
        ("ask-staff", "notice", False),
        ("refuse", "notice", False),
        ("refuse", "ask-staff", False),
        ("refuse", "refuse", True),
        ("ask-staff", "refuse", True),
        ("notice", "ask-staff", True),
    ],
)
def test_an_office_document_makes_a_mark_stricter_and_never_laxer(
    own: str, wanted: str, taken: bool, tmp_path: Path
) -> None:
    (tmp_path / "store.toml").write_text(f'do_not_duplicate = "{own}"\n')
    settings = load_settings(tmp_path, {})
    if taken:
        assert with_store(settings, {"do_not_duplicate": wanted}, 1).store.do_not_duplicate == wanted
    else:
        with pytest.raises(BadInput, match="never laxer"):
            with_store(settings, {"do_not_duplicate": wanted}, 1)


def test_an_office_document_moves_no_kiosk_to_another_place() -> None:
    settings = load_settings(None, {})
    assert with_store(settings, {"place": settings.store.place}, 1).store.place == settings.store.place
    with pytest.raises(BadInput, match="laws follow from it"):
        with_store(settings, {"place": "US-NY" if settings.store.place != "US-NY" else "US-CA"}, 1)


@pytest.mark.parametrize(
    "letters",
    [{"kiosk": "C-1", "owners": {"H": public(STRANGE)}}, {"owners": {"H": public(STRANGE)}}, {"kiosk": "C-2"}],
)
def test_an_office_document_names_nobody_whose_letters_lift_a_mark(letters: dict[str, Any], tmp_path: Path) -> None:
    own = f'[letters]\nkiosk = "C-1"\nowners = {{ L = "{public(NEW)}" }}\n'
    (tmp_path / "store.toml").write_text(own)
    for settings in (load_settings(None, {}), load_settings(tmp_path, {})):
        with pytest.raises(BadInput, match="letters"):
            with_store(settings, {"letters": letters}, 1)


def test_a_document_with_letters_is_not_taken_and_one_that_was_is_out_of_force(store: Store) -> None:
    body = {"letters": {"kiosk": "C-1", "owners": {"H": public(STRANGE)}}}
    assert "letters: is the owner's own to set" in store.take(DocumentKind.SETTINGS, body, 1)
    assert store.take(DocumentKind.SETTINGS, {"price_minor": 111}, 1) == ""
    issued = SystemClock().utc()
    times = {"issued_utc": issued, "expires_utc": issued + timedelta(days=9)}
    taken = sign(Payload(kiosk="kiosk-7", kind=DocumentKind.SETTINGS, version=1, body=body, **times), OLD).decode()
    store.sql(f"UPDATE document SET envelope = '{taken}' WHERE kind = 'settings'")
    assert not store.start().settings.store.letters.owners
    assert "letters: is the owner's own to set" in store.said()
