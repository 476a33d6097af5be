"""Settings that change: dated, named once, and the last good ones kept when the new ones are bad."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.problems import BadInput
from config.settings import load_settings
from hardware.clock import SystemClock
from kiosk.data_paths import DataPaths
from kiosk.operations.fleet.signed import DocumentKind, Documents, Payload, sign
from kiosk.operations.office import with_restricted, with_store
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_change import MIGRATIONS, SettingsKeeper
from kiosk.operations.settings_in_force import record_changes, settings_in_force
from kiosk.records.database import open_database
from tests.operations.fleet.parts import public_base64


class Kept:
    """A keeper and its owner's folder."""

    def __init__(self, folder: Path) -> None:
        self.owner = folder / "owner"
        self.owner.mkdir()
        self.connection = open_database(folder / "s.db", MIGRATIONS, part="settings")
        self.keeper = SettingsKeeper(self.connection, folder / "good", SystemClock())

    def price(self, text: str) -> None:
        (self.owner / "store.toml").write_text(f"price_minor = {text}\n")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    with closing(kept.connection):
        yield kept


def test_a_change_is_dated_and_named_once(kept: Kept) -> None:
    assert kept.keeper.load(kept.owner, {}).changes == ()
    kept.price("399")
    changed = kept.keeper.load(kept.owner, {})
    assert changed.settings.store.price_minor == 399
    assert [(change.field, change.before, change.after) for change in changed.changes] == [
        ("store.price_minor", "349", "399")
    ]
    assert kept.keeper.load(kept.owner, {}).changes == ()
    row = kept.connection.execute("SELECT utc, field FROM settings_change").fetchone()
    assert row["field"] == "store.price_minor"
    assert row["utc"].endswith("+00:00")


def test_bad_settings_keep_the_last_good_ones_and_say_why(kept: Kept) -> None:
    kept.price("399")
    kept.keeper.load(kept.owner, {})
    kept.price('"a lot"')
    found = kept.keeper.load(kept.owner, {})
    assert found.settings.store.price_minor == 399
    assert [problem.field for problem in found.problems] == ["price_minor"]
    kept.price("299")
    found = kept.keeper.load(kept.owner, {})
    assert (found.settings.store.price_minor, found.problems) == (299, ())


def test_the_copy_of_good_settings_holds_no_secrets(kept: Kept) -> None:
    kept.price("399")
    (kept.owner / "environment").write_text("KIOSK_MQTT_PASSWORD=secret\n")
    kept.keeper.load(kept.owner, {})
    assert [path.name for path in kept.keeper._folder.iterdir()] == ["store.toml"]


def test_bad_settings_with_none_good_to_fall_back_to_are_refused(kept: Kept) -> None:
    kept.price("-1")
    with pytest.raises(BadInput):
        kept.keeper.load(kept.owner, {})


@pytest.mark.parametrize("folder", ["policy", "keyways"])
def test_a_bad_rule_or_keyway_is_never_replaced_by_older_ones(kept: Kept, folder: str) -> None:
    kept.keeper.load(kept.owner, {})
    (kept.owner / folder).mkdir()
    (kept.owner / folder / "mine.toml").write_text("nonsense = [")
    with pytest.raises(BadInput):
        kept.keeper.load(kept.owner, {})


RULE = """
[[rule]]
code = "MINE_NO_SCHLAGE"
verdict = "refuse"
override = "never"
ground = "the owner's wish"
source = "the owner"
when = {{ keyways = ["{keyway}"] }}
en = {{ meaning = "Not cut at this store.", next = "Ask the staff." }}
es = {{ meaning = "Not cut at this store.", next = "Ask the staff." }}
fr = {{ meaning = "Not cut at this store.", next = "Ask the staff." }}
"""
KEYWAY = """
[[keyway]]
code = "{code}"
name = "A test"
maker = "A test"
standing = {{ standing = "restricted", ground = "a test", source = "a test" }}
"""


@pytest.mark.parametrize(
    ("file", "bad"),
    [
        ("machine.toml", "[wire]\nbaud = -1\n"),
        ("machine.toml", "nonsense = ["),
        ("operations.toml", "[logs]\nlevel = 7\n"),
        ("fleet.toml", "enabled = 9\n"),
        ("store.toml", "price_minor = -1\n"),
    ],
)
def test_new_rules_and_keyways_stay_in_force_beside_the_last_good_file(kept: Kept, file: str, bad: str) -> None:
    rules, keyways = kept.owner / "policy", kept.owner / "keyways"
    rules.mkdir()
    keyways.mkdir()
    (rules / "mine.toml").write_text(RULE.format(keyway="KW1"))
    (kept.owner / "operations.toml").write_text('[logs]\nlevel = "debug"\n')
    (keyways / "mine.toml").write_text(KEYWAY.format(code="OLD"))
    kept.keeper.load(kept.owner, {})
    (rules / "mine.toml").write_text(RULE.format(keyway="SC1"))
    (keyways / "mine.toml").write_text(KEYWAY.format(code="FRESH"))
    (kept.owner / file).write_text(bad)
    found = kept.keeper.load(kept.owner, {})
    mine = next(rule for rule in found.settings.policy.rules if rule.code == "MINE_NO_SCHLAGE")
    assert mine.when.keyways == ("SC1",)
    assert "FRESH" in found.settings.catalogue.keyway_of
    assert "OLD" not in found.settings.catalogue.keyway_of
    assert found.settings.operations.logs.level == "debug"
    assert {problem.file for problem in found.problems} == {str(kept.owner / file)}


def test_a_bad_store_file_brings_back_no_older_place_or_do_not_duplicate(kept: Kept) -> None:
    store = kept.owner / "store.toml"
    store.write_text('place = "US-TX"\ndo_not_duplicate = "notice"\nprice_minor = 111\n')
    kept.keeper.load(kept.owner, {})
    store.write_text('place = "US-CA"\ndo_not_duplicate = "refuse"\nprice_minor = -1\n')
    found = kept.keeper.load(kept.owner, {})
    assert (found.settings.store.place, found.settings.store.do_not_duplicate) == ("US-CA", "refuse")
    assert found.settings.store.price_minor == 111
    assert {change.field for change in found.changes} == {"store.place", "store.do_not_duplicate"}
    origins = {each.field: each.origin for each in found.settings.effective if each.file == "store"}
    assert origins["place"] == str(store)
    # Left out means what is shipped, not what it was.
    store.write_text("price_minor = -1\n")
    assert kept.keeper.load(kept.owner, {}).settings.store.do_not_duplicate == "ask-staff"


@pytest.mark.parametrize(
    ("file", "bad"),
    [
        ("store.toml", 'do_not_duplicate = "refused"\n'),
        ("store.toml", 'place = "California"\n'),
        ("store.toml", 'do_not_duplicat = "refuse"\n'),
        ("store.toml", '[timeouts]\ndo_not_duplicate = "refuse"\n'),
        ("store.toml", 'do_not_duplicate = "refuse'),
        ("stor.toml", 'do_not_duplicate = "refuse"\n'),
    ],
)
def test_what_may_forbid_a_copy_but_cannot_be_understood_keeps_the_kiosk_closed(
    kept: Kept, file: str, bad: str
) -> None:
    kept.keeper.load(kept.owner, {})
    (kept.owner / file).write_text(bad)
    with pytest.raises(BadInput):
        kept.keeper.load(kept.owner, {})


def test_a_folder_of_settings_that_is_gone_is_not_replaced_by_its_copy(kept: Kept) -> None:
    kept.keeper.load(kept.owner, {})
    kept.owner.rmdir()
    with pytest.raises(BadInput):
        kept.keeper.load(kept.owner, {})


def test_an_office_document_overrides_store_fields_and_says_where_they_come_from() -> None:
    settings = with_store(load_settings(None, {}), {"price_minor": 299, "screen": {"theme": "contrast"}}, 7)
    assert (settings.store.price_minor, settings.store.screen.theme) == (299, "contrast")
    origins = {each.field: each.origin for each in settings.effective if each.file == "store"}
    assert origins["price_minor"] == origins["screen.theme"] == "office document, version 7"
    assert origins["currency"].endswith("store.toml")
    with pytest.raises(BadInput):
        with_store(settings, {"price": 1}, 8)


def test_an_office_document_closes_keyways_and_can_open_none() -> None:
    settings = load_settings(None, {})
    entry = {"standing": "restricted", "ground": "maker's letter", "source": "office"}
    closed = with_restricted(settings, {"keyways": [{"code": "KW1", **entry}]}, 1).catalogue
    assert closed.keyway_of["KW1"].standing.standing == "restricted"
    already = next(keyway for keyway in settings.catalogue.keyways if keyway.standing.standing != "open")
    same = with_restricted(settings, {"keyways": [{"code": already.code, **entry}]}, 1).catalogue
    assert same.keyway_of[already.code] == already
    for bad in ({"code": "KW1", **entry, "standing": "open"}, {"code": "NOPE", **entry}):
        with pytest.raises(BadInput):
            with_restricted(settings, {"keyways": [bad]}, 1)


def test_what_is_in_force_at_start_is_told_to_the_audit(tmp_path: Path) -> None:
    places, owner = DataPaths(tmp_path / "data"), tmp_path / "owner"
    owner.mkdir()
    recorded: list[tuple[str, object]] = []

    def started() -> int:
        found = settings_in_force(places, SystemClock(), owner, {})
        record_changes(found, lambda kind, facts: recorded.append((kind, facts["setting"])))
        return found.settings.store.price_minor

    started()
    (owner / "store.toml").write_text("price_minor = 111\n")
    assert started() == 111
    (owner / "store.toml").write_text("price_minor = -1\n")
    assert started() == 111
    assert recorded == [("setting_changed", "store.price_minor"), ("settings_refused", "price_minor")]


def test_office_documents_are_in_force_from_the_next_start(tmp_path: Path) -> None:
    places, owner = DataPaths(tmp_path / "data"), tmp_path / "owner"
    owner.mkdir()
    key = Ed25519PrivateKey.generate()
    (owner / "fleet.toml").write_text(f'enabled = true\nkiosk = "kiosk-1"\ntrusted_keys = ["{public_base64(key)}"]\n')
    settings_in_force(places, SystemClock(), owner, {})
    now = SystemClock().utc()
    bodies = {
        DocumentKind.SETTINGS: {"price_minor": 222},
        DocumentKind.RESTRICTED: {
            "keyways": [{"code": "SC1", "standing": "restricted", "ground": "letter", "source": "office"}]
        },
    }
    with closing(open_operations(places.operations)) as connection:
        documents = Documents(
            connection, "kiosk-1", [public_base64(key)], dict.fromkeys(DocumentKind, lambda body: None)
        )
        for kind, body in bodies.items():
            payload = Payload(
                kiosk="kiosk-1", kind=kind, version=1, issued_utc=now, expires_utc=now + timedelta(days=9), body=body
            )
            documents.offer(sign(payload, key), kind, now)
    settings = settings_in_force(places, SystemClock(), owner, {}).settings
    assert settings.store.price_minor == 222
    assert settings.catalogue.keyway_of["SC1"].standing.standing == "restricted"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"languages": ["xx"]}, "languages[1]: there is no language file"),
        ({"currency": "ZZZ"}, "currency: 'ZZZ' is nowhere legal tender"),
        ({"finish_prices_minor": {"gold": 5}}, "finish_prices_minor.gold: no slot holds this finish"),
        ({"name": "Corner\tHardware"}, "name: character 7 (U+0009) cannot be shown"),
    ],
)
def test_an_office_document_names_nothing_that_does_not_exist(body: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        with_store(load_settings(None, {}), body, 3)
    assert any(said in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("store.toml", 'languages = ["xx"]\n'),
        ("store.toml", 'currency = "ZZZ"\n'),
        ("machine.toml", '[macros]\ndeliver = ["G53 G0 X-140"]\n'),
    ],
)
def test_a_setting_that_would_only_fail_later_leaves_the_last_good_file_in_force(
    kept: Kept, file: str, text: str
) -> None:
    (kept.owner / file).write_text("")
    kept.keeper.load(kept.owner, {})
    (kept.owner / file).write_text(text)
    found = kept.keeper.load(kept.owner, {})
    assert {problem.file for problem in found.problems} == {str(kept.owner / file)}
    assert found.settings.store.languages == ("en", "es", "fr")
    assert found.settings.machine.macros.deliver[2] == "M8"
