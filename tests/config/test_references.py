"""A setting that is well formed and names nothing in the world is refused before a kiosk takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.languages import SHIPPED
from config.problems import BadInput
from config.settings import catalogue_in_force, load_settings
from tests.config.test_settings import lines, owner
from ui.present.language import language_name, load_words


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ('languages = ["xx"]', "languages[1]: there is no language file for 'xx'; there are en, es, fr"),
        ('languages = ["en", "zz"]', "languages[2]: there is no language file for 'zz'"),
        ('languages = ["en", "en"]', "languages[2]: 'en' stands more than once"),
        ('currency = "ZZZ"', "currency: 'ZZZ' is nowhere legal tender"),
        ('currency = "XXX"', "currency: 'XXX' is nowhere legal tender"),
        ('currency = "DEM"', "currency: 'DEM' is nowhere legal tender"),
        ('place = "ZZ"', "place: 'ZZ' is no country"),
        ('place = "EU"', "place: 'EU' is no country"),
        ('place = "UK"', "place: 'UK' is no country"),
        ('place = "US-XX"', "place: US has no part 'XX'"),
        ('place = "CA-CA"', "place: CA has no part 'CA'"),
        ('place = "AU-NSX"', "place: AU has no part 'NSX'"),
        ("[finish_prices_minor]\nblakc = 449", "finish_prices_minor.blakc: no slot holds this finish"),
        ('name = "Corner\\u0007Hardware"', "name: character 7 (U+0007) cannot be shown"),
        ('name = "Corner\\u202eerawdraH"', "name: character 7 (U+202E) cannot be shown"),
        ('name = "Corner\\nHardware"', "name: character 7 (U+000A) cannot be shown"),
        ('help_phone = "555\\u001b[2J"', "help_phone: character 4 (U+001B) cannot be shown"),
        ("[screen]\nwidth_px = 800\nheight_px = 480", "is too small for 20 mm targets"),
    ],
)
def test_a_store_setting_that_names_nothing_is_refused(tmp_path: Path, store: str, said: str) -> None:
    found = lines(owner(tmp_path, store=store))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    "store",
    [
        'place = "GB"\ncurrency = "GBP"',
        'place = "GB-SCT"\ncurrency = "GBP"',
        'place = "DE-BY"\ncurrency = "EUR"\nname = "Schlüssel-Müller"',
        'place = "AU-NSW"\ncurrency = "AUD"',
        'place = "US-PR"',
        'place = "CH"\ncurrency = "CHF"',
        'place = "IN"\ncurrency = "INR"\nname = "क्\u200dष"',
    ],
)
def test_what_exists_is_taken(tmp_path: Path, store: str) -> None:
    assert load_settings(owner(tmp_path, store=store), {})


def test_a_shipped_price_of_a_finish_that_is_not_stocked_is_no_mistake_of_the_owners(tmp_path: Path) -> None:
    slot = '[[magazine.slots]]\nnumber = 1\nblank = "KW1"\ncapacity = 5\nlow_at = 1\n'
    assert load_settings(owner(tmp_path, machine=slot), {}).store.finish_prices_minor == {"black": 449}


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "0x0", "0.0", "::", "::1", "kiosk-7", "*"])  # noqa: S104 - refused
def test_figures_are_served_on_one_address_of_this_computer_alone(tmp_path: Path, host: str) -> None:
    assert any("metrics.host" in line for line in lines(owner(tmp_path, operations=f'[metrics]\nhost = "{host}"')))


def test_a_machine_that_ignores_its_switches_is_none(tmp_path: Path) -> None:
    assert any("board.hard_limits" in line for line in lines(owner(tmp_path, machine="[board]\nhard_limits = false")))


def with_language(tmp_path: Path, text: str) -> Path:
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "sv.po").write_text(text)
    return owner(tmp_path, store='languages = ["sv", "en"]')


SWEDISH = (
    (SHIPPED / "en.po")
    .read_text()
    .replace("Language-Team: English", "Language-Team: Svenska")
    .replace("Language: en", "Language: sv")
)


def test_a_language_of_the_owners_is_one_file(tmp_path: Path) -> None:
    settings = load_settings(with_language(tmp_path, SWEDISH), {})
    assert settings.store.languages == ("sv", "en")
    assert settings.own_languages == tmp_path / "languages"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('msgid "cancel"\nmsgstr "Cancel"', "", "sv.po has no words for cancel"),
        ('msgid "cancel"\nmsgstr "Cancel"', 'msgid "cancel"\nmsgstr ""', "sv.po has no words for cancel"),
        ("Language-Team: Svenska", "Language-Team: ", "sv.po must say in its Language-Team header"),
        ('msgstr "Cancel"', 'msgstr "Avbryt {nu}"', "something else than the English words of cancel"),
        ('msgstr "Cancel"', 'msgstr "Avbryt {"', "something else than the English words of cancel"),
        ("msgid", "msg\0id", "sv.po cannot be read"),
        ('msgid "cancel"', '#, fuzzy\nmsgid "cancel"', "sv.po says itself that it is not sure (fuzzy) of cancel"),
        ('msgid "cancel"', 'msgctxt "tray"\nmsgid "cancel"', "sv.po has no words for cancel"),
        ("charset=utf-8", "charset=CHARSET", "sv.po cannot be read: unknown encoding"),
        ("plural=(n != 1)", "plural=(n != ", "sv.po cannot count by its Plural-Forms header"),
        ("plural=(n != 1)", "plural=(n > 1 ? 2 : 0)", "sv.po cannot count by its Plural-Forms header"),
        ("plural=(n != 1)", "plural=(1 / n)", "sv.po cannot count by its Plural-Forms header"),
        ("Language-Team: Svenska", "Language-Team: LANGUAGE <LL@li.org>", "sv.po must say in its Language-Team header"),
        ("{count}", "{count:%}", "something else than the English words of"),
    ],
)
def test_a_language_that_would_leave_a_screen_without_words_is_refused(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in SWEDISH
    found = lines(with_language(tmp_path, SWEDISH.replace(before, after)))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "\ufeff"),
        ("\n", "\r\n"),
        ('"Language-Team: Svenska\\n"\n"', '"Language-Team: Sven"\n"ska\\n'),
        ('"Language-Team: Svenska\\n"', '"Language-Team:   Svenska  \\n"'),
    ],
)
def test_a_header_as_any_editor_writes_it_names_the_language(tmp_path: Path, before: str, after: str) -> None:
    settings = load_settings(with_language(tmp_path, SWEDISH.replace(before, after, -1 if before else 1)), {})
    assert language_name("sv", settings.own_languages) == "Svenska"
    assert load_words("sv", "", settings.own_languages)("cancel") == "Cancel"


def test_a_language_file_elsewhere_in_the_folder_is_not_left_unread(tmp_path: Path) -> None:
    (tmp_path / "sv.po").write_text(SWEDISH)
    with pytest.raises(BadInput, match=r"sv\.po: is read by nobody"):
        load_settings(tmp_path, {})


def test_keyways_of_the_owners_are_there_for_the_simulator_too(tmp_path: Path) -> None:
    (tmp_path / "keyways").mkdir()
    (tmp_path / "keyways" / "mine.toml").write_text(
        '[[keyway]]\ncode = "MINE"\nname = "Mine"\nmaker = "Mine"\n'
        'standing = { standing = "restricted", ground = "a test", source = "a test" }\n'
    )
    assert "MINE" in catalogue_in_force({"KIOSK_CONFIG": str(tmp_path)}).keyway_of
    assert "MINE" not in catalogue_in_force({}).keyway_of


def test_a_slot_written_by_another_trade_name_is_told_the_name_it_goes_by_here(tmp_path: Path) -> None:
    slots = '[[magazine.slots]]\nnumber = 1\nblank = "WR5"\nfinish = "brass"\ncapacity = 5\nlow_at = 1\n'
    (tmp_path / "machine.toml").write_text(slots)
    assert any("'WR5' has the blade of WR3: write 'WR3'" in line for line in lines(tmp_path))


@pytest.mark.parametrize(
    "device", ["/var/lib/head.png", "head.avi", "head_%03d.png", "/dev/../tmp/head.png", "rtsp://head"]
)
def test_a_picture_or_a_recording_is_no_camera(tmp_path: Path, device: str) -> None:
    found = lines(owner(tmp_path, machine=f'[views.head]\ndevice = "{device}"'))
    assert found == [f"machine.toml: views.head.device: {device!r} is no device (/dev/…)"]


@pytest.mark.parametrize("device", ["/dev/v4l/by-id/tray-head", "/dev//v4l/by-id/../by-id/tray-head"])
def test_no_two_views_share_a_camera(tmp_path: Path, device: str) -> None:
    found = lines(owner(tmp_path, machine=f'[views.check]\ndevice = "{device}"'))
    assert found == [
        f"machine.toml: views.check.device: {device!r} is the camera of head as well: each view has its own"
    ]
