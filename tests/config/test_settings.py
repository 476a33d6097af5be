from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.plain_words import PATTERNS
from config.problems import BadInput
from config.settings import SHIPPED, load_machine, load_settings, load_store
from config.toml_files import read_toml


def owner(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


def lines(directory: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load_settings(directory, environment or {})
    return [str(problem).replace(f"{directory}/", "") for problem in caught.value.problems]


def origins(directory: Path | None, environment: dict[str, str]) -> dict[str, tuple[object, str]]:
    settings = load_settings(directory, environment)
    return {f"{each.file}.{each.field}": (each.value, each.origin) for each in settings.effective}


def test_the_shipped_settings_are_good() -> None:
    settings = load_settings(None, {})
    assert settings.machine == load_machine()
    assert settings.store == load_store()
    assert settings.policy.rules
    assert settings.catalogue.blank_of["KW1"]


def test_the_owners_file_lies_over_the_shipped_one_value_by_value(tmp_path: Path) -> None:
    directory = owner(tmp_path, store="price_minor = 499\n[timeouts]\nidle_s = 60\n")
    store = load_settings(directory, {}).store
    assert (store.price_minor, store.timeouts.idle_s) == (499, 60)
    assert (store.name, store.timeouts.warning_s) == (load_store().name, load_store().timeouts.warning_s)


def test_each_value_in_force_says_where_it_came_from(tmp_path: Path) -> None:
    directory = owner(tmp_path, store="price_minor = 499\n")
    found = origins(directory, {"KIOSK_PORT": "/dev/ttyX"})
    assert found["store.price_minor"] == (499, str(directory / "store.toml"))
    assert found["store.currency"][1].endswith("config/store.toml")
    assert found["machine.wire.port"] == ("/dev/ttyX", "environment KIOSK_PORT")


def test_the_owners_directory_may_be_named_by_the_environment(tmp_path: Path) -> None:
    owner(tmp_path, store="price_minor = 1\n")
    assert load_settings(None, {"KIOSK_CONFIG": str(tmp_path)}).store.price_minor == 1


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    directory = owner(
        tmp_path,
        store='currency = "dollars"\nprice_minor = -1\ncolour = "red"\n',
        machine="[x]\ntravel_mm = 0\nbacklash_mm = inf\n",
        fleet="this is not toml",
        stroe="price_minor = 1\n",
    )
    (directory / "policy").mkdir()
    (directory / "policy" / "mine.toml").write_text('[[rule]]\ncode = "MINE"\n')
    found = lines(directory)
    for start in (
        "store.toml: currency:",
        "store.toml: price_minor:",
        "store.toml: colour: is not a setting",
        "machine.toml: x.travel_mm:",
        "machine.toml: x.backlash_mm:",
        "fleet.toml: not TOML",
        "stroe.toml: is read by nobody",
        "policy/mine.toml: MINE.verdict: is missing",
    ):
        assert any(line.startswith(start) for line in found), (start, found)


@pytest.mark.parametrize(
    ("slots", "reason"),
    [
        ('[[magazine.slots]]\nnumber = 1\nblank = "KW9"\ncapacity = 5\nlow_at = 1\n', "'KW9' is not a blank"),
        ('[[magazine.slots]]\nnumber = 1\nblank = "MEDECO"\ncapacity = 5\nlow_at = 1\n', "'MEDECO' is not a blank"),
        ('[[magazine.slots]]\nnumber = 1\nblank = "KW1"\ncapacity = 5\nlow_at = 9\n', "9 is more than the slot holds"),
        ('[[magazine.slots]]\nnumber = 1\nblank = "KW1"\ncapacity = 5\nlow_at = 1\n' * 2, "slot 1 stands 2 times"),
    ],
)
def test_a_magazine_that_cannot_be_is_refused(tmp_path: Path, slots: str, reason: str) -> None:
    assert any(reason in line for line in lines(owner(tmp_path, machine=slots)))


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert lines(tmp_path / "none")[0].endswith("none: no such directory")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.toml").mkdir()
    assert any("is a directory, not a file" in line for line in lines(tmp_path))


def test_a_rule_about_a_keyway_that_is_not_on_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "mine.toml").write_text(
        '[[rule]]\ncode = "MINE"\nverdict = "refuse"\noverride = "never"\nground = "mine"\nsource = "mine"\n'
        'when = { keyways = ["NONE"] }\nen = { meaning = "It is mine alone.", next = "Leave it." }\n'
    )
    assert any("MINE.when.keyways: 'NONE' is not a keyway" in line for line in lines(tmp_path))


@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_the_reader_fail_otherwise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("toml") / "any.toml"
    path.write_bytes(data)
    told = ""
    try:
        read_toml(path)
    except BadInput as bad:
        told = str(bad.problems[0])
    assert "\n" not in told


def test_a_folder_that_cannot_be_looked_at_is_one_problem_and_not_an_absent_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path / ("a" * 3000), {})
    assert len({problem.reason for problem in refused.value.problems}) == 1
    assert "cannot be looked at" in refused.value.problems[0].reason


def test_files_in_a_folder_that_cannot_be_looked_at_are_not_taken_for_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path, {})
    assert {problem.reason for problem in refused.value.problems} == {"cannot be looked at: Permission denied"}


def test_what_is_ill_formed_hides_nothing_that_is_nowhere(tmp_path: Path) -> None:
    text = 'price_minor = -1\ncurrency = "ZZZ"\nplace = "US-XX"\nlanguages = ["xx", "en"]\n'
    assert {line.split(":")[1].strip() for line in lines(owner(tmp_path, store=text))} == {
        "price_minor",
        "currency",
        "place",
        "languages[1]",
    }


def test_what_the_shipped_file_says_is_not_blamed_on_the_owner(tmp_path: Path) -> None:
    told = lines(owner(tmp_path, store='price_minor = -1\nlanguages = ["en", "EN"]\n'))
    assert {line.split(":")[1].strip() for line in told} == {"price_minor", "languages[2]"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('place = "Bavaria"', "must be a country, or country-part, in capitals, such as DE or US-CA"),
        ('currency = "dollars"', "must be a currency's three capital letters, such as USD"),
        ('languages = ["en", "English"]', "must be a language's two or three small letters, such as en"),
        ('closed_until = "tomorrow"', "must be a day such as 2026-03-01"),
        ("closed_until = 2026-03-01T10:00:00", "must be a day such as 2026-03-01"),
        ('hours = { mon = "8-20" }', "must be such as 08:00-20:00, or closed"),
        (f'help_phone = "{"5" * 41}"', "must have at most 40 characters"),
        ('name = ""', "must have at least 1 character"),
    ],
)
def test_a_shopkeeper_reads_words_and_no_patterns(tmp_path: Path, text: str, said: str) -> None:
    (line,) = lines(owner(tmp_path, store=text + "\n"))
    assert line.endswith(said)


def test_every_pattern_of_a_setting_has_plain_words() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.py"))
    used = set(re.findall(r'pattern=r?"([^"]+)"', source))
    assert used == set(PATTERNS)


def test_what_one_reader_does_with_a_file_no_other_reader_sees(tmp_path: Path) -> None:
    """Of the tests too, which parse a text once a worker."""
    file = tmp_path / "store.toml"
    file.write_text("[opening]\nmonday = ['09:00']\n")
    first = read_toml(file)
    first["opening"]["monday"].clear()
    assert read_toml(file) == {"opening": {"monday": ["09:00"]}}
