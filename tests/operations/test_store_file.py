"""A manager changes prices and hours on the glass: the owner's file changes, with its comments, and no visit midway.

On the true path: the buttons the screen shows, the session behind them, the owner's folder on disk, the operations
database, and the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.data_paths import DataPaths
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, DocumentKind, Documents, Payload, sign
from kiosk.operations.fleet.signed import PART as DOCUMENT_PART
from kiosk.operations.office import with_store
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_in_force import settings_in_force
from kiosk.records.database import migrate
from kiosk.session.intents import ChangeSettings, Confirm, Done, Intent, Start
from kiosk.session.snapshot import ClosedReason, Snapshot
from kiosk.session.states import State
from tests.operations.fleet.parts import public_base64
from tests.session.parts import Shop, shop
from tests.session.test_people import to_menu
from ui.gallery import sample_store
from ui.present.shown import Action, Shown, StaffDetail
from ui.presenter import ScreenPresenter

OWNERS = """# Our shop on the corner.
name = "Corner"   # as on the sign
price_minor = 300  # Anna's price

finish_prices_minor = { black = 420 }

[till]
code = "transaction"
"""


class Silent:
    """A voice nobody hears."""

    available = False

    def say(self, text: str, language: str, volume: int) -> None:
        pass

    def hush(self) -> None:
        pass


class Glass:
    """What a kiosk of this owner shows, and a finger on it."""

    def __init__(self, kiosk: Shop, data: Path) -> None:
        self.kiosk, self.data = kiosk, data
        self.shown: Shown | None = None
        self.screen = ScreenPresenter(self, sample_store("portrait"), Silent(), self._show)
        kiosk.stage.watchers.append(self.screen.receive)

    def post(self, intent: Intent, /) -> None:
        self.kiosk.stage.post(intent)

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        pass

    def stop_now(self) -> None:
        pass

    def _show(self, shown: Shown, local: object) -> None:
        self.shown = shown

    @property
    def detail(self) -> StaffDetail:
        assert self.shown is not None
        assert isinstance(self.shown.detail, StaffDetail)
        return self.shown.detail

    @property
    def buttons(self) -> dict[str, Action]:
        assert self.shown is not None
        return {a.id: a for a in (*self.detail.tabs, *self.detail.rows, *self.detail.controls, *self.shown.actions)}

    def press(self, *names: str) -> None:
        for name in names:
            assert self.buttons[name].enabled, name
            self.screen.send(self.buttons[name].does)
            self.kiosk.stage.turn()

    def saves(self, name: str = "save") -> None:
        """Presses it and waits until the page says that it is saved."""
        self.press(name)
        self.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.saved_utc_s))

    def saves_in_vain(self) -> str:
        """Presses it and reads why not."""
        self.press("save")
        self.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.message))
        return self.detail.paragraphs[0]

    def audited(self) -> list[tuple[object, ...]]:
        return [
            (facts["setting"], facts["before"], facts["after"], facts.get("staff"))
            for kind, facts in self.kiosk.audit.records
            if kind == "setting_changed"
        ]


@pytest.fixture
def owner(etc: Path) -> Path:
    (etc / "store.toml").write_text(OWNERS)
    return etc


def in_force(owner: Path, data: Path) -> Settings:
    return settings_in_force(DataPaths(data), SystemClock(), owner, {}).settings


@pytest.fixture
def glass(owner: Path, tmp_path: Path) -> Iterator[Glass]:
    data = tmp_path / "data"
    with shop(data, in_force(owner, data)) as kiosk:
        yield Glass(kiosk, data)


def text_of(owner: Path) -> str:
    return (owner / "store.toml").read_text()


def test_a_price_changed_on_the_glass_is_in_the_file_with_its_comments_and_on_the_next_offer(
    glass: Glass, owner: Path
) -> None:
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_price__300", "price_more_100", "price_less_10")
    assert "$3.90" in glass.buttons["save"].label
    glass.saves()
    assert text_of(owner) == OWNERS.replace("price_minor = 300", "price_minor = 390")
    assert glass.audited() == [("store.price_minor", "300", "390", "2001")]
    assert glass.shown is not None
    assert any(line.startswith("Saved") for line in glass.shown.body)
    glass.press("cancel")
    glass.kiosk.stage.run_to(State.WELCOME)
    glass.kiosk.stage.post(Start())
    glass.kiosk.scanner.key_in_tray = True
    offer = glass.kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert (offer.price_each_minor, offer.finish) == (390, "brass")


def test_the_next_start_finds_nothing_changed_that_was_not_recorded(glass: Glass, owner: Path) -> None:
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_price_black_420", "price_more_1")
    glass.saves()
    again = settings_in_force(DataPaths(glass.data), SystemClock(), owner, {})
    assert again.changes == ()
    assert again.settings.store.finish_prices_minor == {"black": 421}
    assert (glass.data / "settings-good" / "store.toml").read_text() == text_of(owner)


def test_hours_of_a_day_and_of_the_week_close_the_kiosk_and_tell_when_it_opens(glass: Glass, owner: Path) -> None:
    # The shop's day is Monday, 1 June 2026, 10:00 UTC.
    to_menu(glass.kiosk)
    local = glass.kiosk.clock.utc().astimezone()
    glass.press("tab_kiosk", "settings", "set_hours", "set_hours_mon", "day_closed")
    glass.saves()
    assert 'mon = "closed"' in text_of(owner)
    assert glass.screen.snapshot is not None
    assert glass.screen.snapshot.staff is not None
    assert glass.screen.snapshot.staff.closed is ClosedReason.HOURS
    glass.press("cancel")
    shut = glass.kiosk.stage.run_to(State.CLOSED)
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (shut.closed_reason, shut.opens_utc_s) == (ClosedReason.HOURS, tomorrow.timestamp())
    assert glass.shown is not None
    assert "It opens again: Tue, Jun 2" in " ".join(glass.shown.body)
    glass.kiosk.stage.run_until(lambda now: now.state is State.WELCOME, 24 * 3600.0)
    late_s = glass.kiosk.clock.utc().timestamp() - tomorrow.timestamp()
    assert 0 <= late_s < 120


def test_the_whole_week_is_saved_at_once(glass: Glass, owner: Path) -> None:
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_hours", "set_hours_fri", "opens_later", "closes_later")
    glass.saves("save_week")
    hours = in_force(owner, glass.data).store.hours
    assert set(hours.week) == {"08:30-20:30"}
    assert len(glass.audited()) == 7


def test_closed_until_a_day_is_a_date_in_the_file_and_can_be_taken_out_again(glass: Glass, owner: Path) -> None:
    to_menu(glass.kiosk)
    today = glass.kiosk.clock.utc().astimezone().date()
    glass.press("tab_kiosk", "settings", f"set_until_{today + timedelta(days=1)}", "until_week_more", "until_day_less")
    glass.saves()
    until = today + timedelta(days=7)
    assert f"closed_until = {until}\n" in text_of(owner)
    assert glass.kiosk.stage.now.staff is not None
    assert glass.kiosk.stage.now.staff.closed is ClosedReason.HOURS
    glass.press("not_closed")
    glass.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.closed is None))
    assert text_of(owner) == OWNERS
    assert [each[:3] for each in glass.audited()] == [
        ("store.closed_until", "null", f'"{until}"'),
        ("store.closed_until", f'"{until}"', "null"),
    ]


def test_a_visit_ends_at_the_price_it_began_with(glass: Glass) -> None:
    """The file's worker may be slow, and a shopper quick."""
    kiosk = glass.kiosk
    to_menu(kiosk)
    kiosk.stage.post(ChangeSettings((("price_minor", 999),)))
    kiosk.stage.post(Done())
    kiosk.stage.post(Start())
    while kiosk.stage.now.state is not State.PLACE_KEY:
        kiosk.stage.controller.step()
    kiosk.scanner.key_in_tray = True
    offer = kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert offer.price_each_minor == 300
    assert ("store.price_minor", "300", "999", "2001") in glass.audited()
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert receipt.amount_minor == 300
    kiosk.stage.post(Done())
    assert kiosk.stage.run_to(State.WELCOME).price_from_minor == 420


@pytest.mark.parametrize("number", ["1001", "3001"])
def test_nobody_but_a_manager_changes_a_setting(glass: Glass, owner: Path, number: str) -> None:
    to_menu(glass.kiosk, number)
    glass.press("tab_kiosk")
    assert "settings" not in glass.buttons
    glass.post(ChangeSettings((("price_minor", 1),)))
    glass.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.message == "not_allowed"))
    assert text_of(owner) == OWNERS
    assert glass.audited() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((("price_minor", -1),), "settings_invalid"),
        ((("price_minor", 100_001),), "settings_invalid"),
        ((("price_minor", 350), ("hours.mon", "20:00-08:00")), "settings_invalid"),
        ((("hours.monday", "08:00-20:00"),), "settings_invalid"),
        ((("closed_until", "soon"),), "settings_invalid"),
        ((("finish_prices_minor.gold", 500),), "settings_invalid"),
        ((("do_not_duplicate", "notice"),), "settings_invalid"),
        ((("place", "US-TX"),), "settings_invalid"),
    ],
)
def test_what_would_be_bad_settings_changes_nothing(
    glass: Glass, owner: Path, changes: tuple[tuple[str, int | str | None], ...], says: str
) -> None:
    to_menu(glass.kiosk)
    glass.post(ChangeSettings(changes))
    glass.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.message == says))
    assert text_of(owner) == OWNERS
    assert glass.audited() == []
    assert glass.kiosk.stage.now.staff is not None
    assert glass.kiosk.stage.now.staff.settings is not None
    assert glass.kiosk.stage.now.staff.settings.price_minor == 300


def test_a_price_is_rehearsed_with_what_the_owner_wrote_since_the_start(glass: Glass, owner: Path) -> None:
    """Another file of the folder became bad meanwhile: nothing is built on it."""
    (owner / "machine.toml").write_text("[wheel]\nspeed = 'fast'\n")
    to_menu(glass.kiosk)
    glass.post(ChangeSettings((("price_minor", 350),)))
    glass.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.message == "settings_invalid"))
    assert text_of(owner) == OWNERS


def behind_a_link(owner: Path) -> Path:
    """The store file where the kiosk may write, and a link to it where the owner's others lie."""
    own = owner.parent / "var"
    own.mkdir()
    (owner / "store.toml").rename(own / "store.toml")
    (owner / "store.toml").symlink_to(own / "store.toml")
    return own


def test_a_file_that_cannot_be_written_is_told_and_left(glass: Glass, owner: Path) -> None:
    # Where the new text must lie first, somebody's folder lies: even root cannot put a file there.
    (behind_a_link(owner) / "store.toml.new~").mkdir()
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_price__300", "price_more_100")
    assert glass.saves_in_vain() == "The settings file cannot be written: nothing was changed."
    assert text_of(owner) == OWNERS
    assert glass.audited() == []


def test_a_link_leads_to_the_file_the_kiosk_may_write_and_stays_a_link(glass: Glass, owner: Path) -> None:
    own = behind_a_link(owner)
    (own / "store.toml").chmod(0o644)
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_price__300", "price_more_10")
    glass.saves()
    assert (owner / "store.toml").is_symlink()
    assert "price_minor = 310" in (own / "store.toml").read_text()
    assert (own / "store.toml").stat().st_mode & 0o777 == 0o644


def test_what_a_power_cut_leaves_beside_the_file_is_no_setting(glass: Glass, owner: Path) -> None:
    (owner / "store.toml.new~").write_text("price_minor = ")
    assert load_settings(owner, {}).store.price_minor == 300
    to_menu(glass.kiosk)
    glass.press("tab_kiosk", "settings", "set_price__300", "price_more_10")
    glass.saves()
    assert "price_minor = 310" in text_of(owner)


def test_a_kiosk_without_a_folder_of_its_own_says_so(tmp_path: Path) -> None:
    with shop(tmp_path, load_settings(environment={})) as kiosk:
        glass = Glass(kiosk, tmp_path)
        to_menu(kiosk)
        glass.press("tab_kiosk", "settings", "set_price__349", "price_more_10")
        assert "no settings folder" in glass.saves_in_vain()


def office_says(data: Path, key: Ed25519PrivateKey, body: dict[str, object]) -> None:
    now = SystemClock().utc()
    with closing(open_operations(DataPaths(data).operations)) as connection:
        migrate(connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        documents = Documents(connection, "kiosk-1", (public_base64(key),), {DocumentKind.SETTINGS: lambda body: None})
        payload = Payload(
            kiosk="kiosk-1",
            kind=DocumentKind.SETTINGS,
            version=1,
            issued_utc=now,
            # The shop's own clock stands in 2026-06.
            expires_utc=now + timedelta(days=9),
            body=body,
        )
        documents.offer(sign(payload, key), DocumentKind.SETTINGS, now)


def fleet(owner: Path, key: Ed25519PrivateKey) -> None:
    (owner / "fleet.toml").write_text(
        f'enabled = true\nkiosk = "kiosk-1"\ntrusted_keys = ["{public_base64(key)}"]\n[broker]\nhost = "b.example"\n'
    )


@pytest.mark.parametrize("before_the_start", [True, False])
def test_a_field_the_office_rules_is_not_changed_and_others_are(
    owner: Path, tmp_path: Path, before_the_start: bool
) -> None:
    """Also where its document came while the kiosk runs, and is in force only at the next start."""
    key, data = Ed25519PrivateKey.generate(), tmp_path / "data"
    fleet(owner, key)
    data.mkdir()
    if before_the_start:
        office_says(data, key, {"price_minor": 222})
    with shop(data, in_force(owner, data)) as kiosk:
        if not before_the_start:
            office_says(data, key, {"price_minor": 222})
        glass = Glass(kiosk, data)
        to_menu(kiosk)
        glass.press("tab_kiosk", "settings")
        if before_the_start:
            row = glass.buttons["set_price__222"]
            assert not row.enabled
            assert "The office sets this" in row.note
        for changes in ((("price_minor", 310),), (("hours.mon", "closed"), ("price_minor", 310))):
            glass.post(ChangeSettings(changes))
            kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.message == "settings_office"))
            assert text_of(owner) == OWNERS
        glass.press("set_hours", "set_hours_tue", "opens_later")
        glass.saves()
        assert 'tue = "08:30-20:00"' in text_of(owner)
        assert [each[0] for each in glass.audited()] == ["store.hours.tue"]


def test_an_account_disabled_before_the_file_was_written_changes_what_it_asked_for_and_is_signed_out(
    glass: Glass,
) -> None:
    """What was asked for while the account stood is theirs, on record."""
    to_menu(glass.kiosk)
    glass.post(ChangeSettings((("price_minor", 310),)))
    glass.kiosk.stage.run_until(lambda now: bool(now.staff and now.staff.saved_utc_s))
    glass.kiosk.stage.ports.staff.disabled.add("2001")
    glass.post(ChangeSettings((("price_minor", 999),)))
    glass.kiosk.stage.run_to(State.WELCOME)
    assert glass.audited() == [("store.price_minor", "300", "310", "2001")]


def test_a_document_of_the_office_still_fits_a_store_whose_hours_were_set_here(owner: Path) -> None:
    (owner / "store.toml").write_text(
        OWNERS.replace("[till]", 'closed_until = 2026-12-27\n[hours]\nmon = "closed"\n[till]')
    )
    settings = with_store(load_settings(owner, {}), {"price_minor": 222, "hours": {"sun": "10:00-16:00"}}, 3)
    assert (settings.store.price_minor, settings.store.closed_until) == (222, date(2026, 12, 27))
    assert (settings.store.hours.mon, settings.store.hours.sun) == ("closed", "10:00-16:00")
