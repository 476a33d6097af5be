from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from kiosk.command_line import app


def explained(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["policy", "explain", *arguments])
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_a_stamped_schlage_key_in_california_is_explained_as_a_person_would_read_it() -> None:
    told = explained("--keyway", "SC1", "--stamp", "do not duplicate", "--place", "US-CA", "--date", "2026-01-01")
    for words in (
        "Schlage SC1 (C section), open",
        "do_not_duplicate",
        "US-CA, on 2026-01-01",
        "Verdict: ASK STAFF",
        "1. DND_ASK_STAFF: ask staff; an associate or a manager may lift it",
        "usually its owner’s request",
        "Source:",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("arguments", "verdict", "rules"),
    [
        (["--keyway", "KW1"], "allow", []),
        (["--keyway", "sc4"], "allow", []),
        (["--keyway", "SC-E"], "refuse", ["BLANK_NOT_STOCKED"]),
        (["--keyway", "MEDECO"], "refuse", ["KEYWAY_RESTRICTED"]),
        (["--keyway", "MEDECO-M4", "--date", "2040-12-31"], "refuse", ["KEYWAY_PATENTED"]),
        (["--keyway", "MEDECO-M4", "--date", "2041-01-01"], "refuse", ["KEYWAY_RESTRICTED"]),
        (
            ["--keyway", "SCHLAGE-EVEREST-29", "--date", "2029-07-01"],
            "refuse",
            ["KEYWAY_PATENTED"],
        ),
        (["--keyway", "KW1", "--stamp", "U.S. Mail"], "refuse", ["STAMP_POSTAL", "US_POSTAL"]),
        (["--keyway", "KW1", "--stamp", "Do Not Duplicate", "--do-not-duplicate", "notice"], "notice", ["DND_NOTICE"]),
        (
            ["--keyway", "KW1", "--stamp", "NE PAS REPRODUIRE", "--name-and-phone", "--place", "US-CA"],
            "refuse",
            ["CA_MARK_WITH_NAME_AND_PHONE", "DND_ASK_STAFF"],
        ),
        (
            ["--keyway", "KW1", "--stamp", "NE PAS REPRODUIRE", "--name-and-phone", "--place", "FR"],
            "ask_staff",
            ["DND_ASK_STAFF"],
        ),
        (["--keyway", "MUL-T-LOCK"], "refuse", ["KEYWAY_RESTRICTED"]),
        (["--keyway", "LW4"], "refuse", ["KEYWAY_NOT_CUT_HERE"]),
        (["--seen", "dimple"], "refuse", ["KEY_OF_OTHER_KIND"]),
        (["--seen", "two_track"], "refuse", ["KEY_OF_OTHER_KIND"]),
        (["--seen", "side_milled"], "refuse", ["KEY_OF_OTHER_KIND"]),
        (["--seen", "double_sided"], "refuse", ["KEY_NEEDS_OTHER_MACHINE"]),
        (["--seen", "tubular"], "refuse", ["KEY_NEEDS_OTHER_MACHINE"]),
        (["--seen", "uncut"], "refuse", ["KEY_UNCUT"]),
        (["--seen", "pierced"], "refuse", ["KEY_OF_OTHER_KIND"]),
        (["--seen", "cut_filled"], "refuse", ["KEY_NOT_READ"]),
        (["--seen", "cuts_off_chart"], "refuse", ["KEY_OFF_CHART"]),
        (["--seen", "section_not_seen"], "refuse", ["KEY_NOT_READ"]),
        (["--keyway", "KW1", "--head-unseen"], "ask_staff", ["HEAD_NOT_SEEN"]),
        (["--keyway", "KW1", "--head-illegible"], "ask_staff", ["HEAD_ILLEGIBLE"]),
        (["--keyway", "KW1", "--quantity", "6"], "refuse", ["QUANTITY_OVER_LIMIT"]),
    ],
)
def test_cases_from_the_street(arguments: list[str], verdict: str, rules: list[str]) -> None:
    told = json.loads(explained(*arguments, "--json"))
    assert (told["verdict"], [rule["code"] for rule in told["rules"]]) == (verdict, rules)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give either --keyway or --seen"),
        (["--keyway", "KW1", "--seen", "dimple"], "give either"),
        (["--keyway", "KW99"], "not in the catalogue"),
        (["--seen", "shiny"], "must be one of nothing_there"),
        (["--keyway", "KW1", "--stamp", "hello"], "no phrase that any rule knows"),
        (["--keyway", "KW1", "--place", "California"], "must be a country"),
        (["--keyway", "KW1", "--place", "US-QQ"], "--place: US-QQ: US has no part 'QQ'"),
        (["--keyway", "KW1", "--place", "QQ"], "--place: QQ: 'QQ' is no country"),
        (["--keyway", "KW1", "--date", "tomorrow"], "YYYY-MM-DD"),
        (["--keyway", "KW1", "--do-not-duplicate", "maybe"], "refuse, ask-staff or notice"),
        (["--keyway", "KW1", "--language", "de"], "must be en, es or fr"),
        (["--keyway", "KW1", "--config", "/nowhere"], "no such directory"),
    ],
)
def test_mistakes_are_one_line_each(arguments: list[str], reason: str) -> None:
    result = CliRunner().invoke(app, ["policy", "explain", *arguments])
    assert isinstance(result.exception, BadInput)
    assert reason in str(result.exception)
    assert "\n" not in str(result.exception)


def test_every_rule_is_listed() -> None:
    assert "KEYWAY_PATENTED" in CliRunner().invoke(app, ["policy", "list"]).stdout


def test_check_config_prints_what_is_in_force_and_why(tmp_path: Path) -> None:
    (tmp_path / "store.toml").write_text("price_minor = 275\n")
    result = CliRunner().invoke(app, ["check-config", str(tmp_path)], env={"KIOSK_PORT": "/dev/ttyX"})
    assert result.exit_code == 0, result.exception
    line = next(line for line in result.stdout.splitlines() if line.startswith("store.price_minor "))
    assert line.split() == ["store.price_minor", "275", f"({tmp_path}/store.toml)"]
    assert '"/dev/ttyX"  (environment KIOSK_PORT)' in result.stdout
    assert "All settings are good." in result.stdout
    as_json = json.loads(CliRunner().invoke(app, ["check-config", str(tmp_path), "--json"]).stdout)
    assert as_json["settings"]["store.price_minor"]["value"] == 275


def test_check_config_tells_every_problem(tmp_path: Path) -> None:
    (tmp_path / "store.toml").write_text('price_minor = "cheap"\n')
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "x.toml").write_text("=")
    result = CliRunner().invoke(app, ["check-config", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert len(result.exception.problems) == 2
