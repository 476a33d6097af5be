"""Whoever runs many kiosks opens one page in the morning: what needs somebody is on top, and nothing else is."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from kiosk.command_line import app
from kiosk.operations.fleet.overview import Kind, KioskLine, Overview, Trouble, Urgency, read_overview
from kiosk.operations.fleet.page import fleet_files, fleet_lines, fleet_page
from kiosk.operations.fleet.rollout import SCHEMA as SENT_DOCUMENTS
from tests.operations.fleet.servers import Postgres
from tests.operations.fleet.test_collectors import opened
from tests.support.troubled_fleet import (
    BAD_BOX,
    BEHIND,
    BROKEN,
    DRIFTING,
    EMPTY,
    SILENT,
    store_fleet,
    troubled_fleet,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def seen(cluster: Postgres) -> Overview:
    """Twenty kiosks, five days, six of them in trouble."""
    with cluster.connect() as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    store = opened(cluster, now=NOW)
    store_fleet(store, troubled_fleet(20, 5, NOW, sales_a_day=24), NOW)
    found = read_overview(store._connection, NOW)
    store._connection.close()
    return found


def test_each_planted_trouble_is_told_at_its_kiosk_and_at_no_other(seen: Overview) -> None:
    told = {(each.urgency, each.kiosk): each.words for each in seen.troubles}
    assert "silent since 2026-11-26" in told[Urgency.NOW, SILENT]
    assert "CLAMP" in told[Urgency.NOW, BROKEN]
    assert "KW10 brass) is empty" in told[Urgency.TODAY, EMPTY]
    assert "drifts" in told[Urgency.TODAY, DRIFTING]
    assert "SC1" in told[Urgency.TODAY, BAD_BOX]
    assert "box of blanks" in told[Urgency.TODAY, BAD_BOX]
    assert "runs 0.1.0; others run 0.2.0" in told[Urgency.THIS_WEEK, BEHIND]
    assert {each.kiosk for each in seen.troubles} == {SILENT, BROKEN, EMPTY, DRIFTING, BAD_BOX, BEHIND}


def test_what_is_urgent_stands_first_and_troubled_kiosks_before_the_rest(seen: Overview) -> None:
    assert [each.urgency for each in seen.troubles] == sorted(each.urgency for each in seen.troubles)
    page = fleet_page(seen)
    kiosks = page[page.index("<h2>Kiosks</h2>") :]
    places = [kiosks.index(f"<td>{name}</td>") for name in (SILENT, BROKEN, DRIFTING, BEHIND, "store-001")]
    assert places[:2] == sorted(places[:2])
    assert max(places[:2]) < places[2] < places[3] < places[4]


def test_what_was_asked_for_and_not_sold_is_told_from_five_times_on_and_by_name_alone(
    postgres: Postgres, seen: Overview
) -> None:
    assert set(seen.lost) <= {"Y1", "WK2"}
    assert all(count >= 5 for count in seen.lost.values())
    store = opened(postgres, now=NOW)
    store_fleet(store, troubled_fleet(2, 2, NOW, sales_a_day=1), NOW)
    assert read_overview(store._connection, NOW).lost == {}
    store._connection.close()


def test_takings_and_first_cuts_are_those_of_the_events(seen: Overview) -> None:
    kiosk = next(each for each in seen.kiosks if each.name == "store-001")
    assert kiosk.copies == 5 * 24
    assert kiosk.taken == {"USD": 5 * 24 * 349}
    assert (kiosk.software, kiosk.rules, kiosk.settings) == ("0.2.0", "131a4226c8d0", "8")
    good, all_cut = seen.right_by_blank["KW1"]
    assert 0.9 < good / all_cut <= 1.0
    lines = fleet_lines(seen)
    assert lines[0].startswith("20 kiosks, 19 online;")
    assert len(lines) == 1 + len(seen.troubles)


def test_the_files_beside_the_page_hold_every_kiosk_and_the_same_figures(seen: Overview) -> None:
    rows = {name: list(csv.DictReader(StringIO(text))) for name, text in fleet_files(seen).items() if "csv" in name}
    kiosk = next(each for each in rows["kiosks.csv"] if each["kiosk"] == "store-001")
    assert (kiosk["state"], kiosk["copies"], kiosk["program"], kiosk["settings"]) == ("online", "120", "0.2.0", "8")
    assert len(rows["kiosks.csv"]) == 20
    assert sum(int(each["minor_units"]) for each in rows["takings.csv"]) == sum(seen.taken.values())
    assert [each["kiosk"] for each in rows["troubles.csv"]] == [each.kiosk for each in seen.troubles]
    empty = [(each["kiosk"], each["blank"]) for each in rows["slots.csv"] if each["left"] == "0"]
    assert empty == [(EMPTY, "KW10")]


def test_of_many_kiosks_with_one_trouble_the_first_are_shown_and_what_one_alone_has_is_not_hidden() -> None:
    kiosks = tuple(KioskLine(f"store-{number:05d}", False, NOW, NOW) for number in range(500))
    silent = [Trouble(each.name, Urgency.NOW, Kind.SILENT, "silent since yesterday") for each in kiosks]
    alone = Trouble("store-00499", Urgency.TODAY, Kind.EMPTY_SLOT, "slot 3 (KW1 brass) is empty")
    many = Overview(NOW, kiosks, (*silent, alone), {}, {}, {}, {})
    page, lines = fleet_page(many), fleet_lines(many)
    assert (page.count("silent since"), page.count("slot 3 (KW1 brass) is empty")) == (25, 1)
    assert 'silent: 475 more in <a href="troubles.csv">troubles.csv</a>' in page
    assert 'The first 200 of 500; all of them in <a href="kiosks.csv">kiosks.csv</a>' in page
    assert len(page) < 100_000
    assert lines[-2:] == [
        "Now        and 475 more: silent (all of them: --json)",
        "Today      store-00499      slot 3 (KW1 brass) is empty",
    ]
    assert fleet_files(many)["troubles.csv"].count("\n") == 502


def test_the_page_is_one_file_that_loads_nothing_and_runs_nothing(seen: Overview) -> None:
    page = fleet_page(seen)
    assert "http" not in page
    assert "<script" not in page
    assert 'name="viewport"' in page


def test_the_commands_write_the_page_whole_and_say_so_when_nobody_collects(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", postgres.dsn)
    assert isinstance(CliRunner().invoke(app, ["fleet", "status"]).exception, BadInput)
    store = opened(postgres, now=datetime.now(UTC))
    store_fleet(store, troubled_fleet(3, 2, datetime.now(UTC) - timedelta(minutes=1), sales_a_day=2), datetime.now(UTC))
    store._connection.close()
    answer = CliRunner().invoke(app, ["fleet", "page", "--out", str(tmp_path / "web")])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "web" / "index.html").read_text().endswith("</html>\n")
    names = {"index.html", "kiosks.csv", "slots.csv", "takings.csv", "troubles.csv"}
    assert {path.name for path in (tmp_path / "web").iterdir()} == names
    assert "3 kiosks" in CliRunner().invoke(app, ["fleet", "status"]).stdout


def test_a_kiosk_that_ought_to_be_there_and_never_spoke_is_told_before_all_others(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", postgres.dsn)
    store = opened(postgres, now=NOW)
    store_fleet(store, troubled_fleet(20, 2, NOW, sales_a_day=2), NOW)
    groups = tmp_path / "groups.toml"
    groups.write_text('[groups]\npilot = ["store-001", "store-900"]\nall = ["store-900"]\n')

    def unseen(*words: str) -> list[str]:
        lines = CliRunner().invoke(app, ["fleet", "status", *words]).stdout.splitlines()
        never = [line.split()[1] for line in lines if "never seen: no event" in line]
        assert [line.split()[1] for line in lines[1 : len(never) + 1]] == never, "they stand on top"
        assert (f"{len(never)} never seen" in lines[0]) is bool(never)
        return never

    assert unseen() == []
    assert unseen("--groups", str(groups)) == ["store-900"]
    store._connection.execute(SENT_DOCUMENTS)
    store._connection.execute("INSERT INTO fleet_document VALUES ('store-901', 'settings', 1, 'x', '{}')")
    assert unseen() == ["store-901"]
    monkeypatch.setenv("KIOSK_FLEET_GROUPS", str(groups))
    assert unseen() == ["store-900", "store-901"]
    assert CliRunner().invoke(app, ["fleet", "page", "--out", str(tmp_path / "web")]).exit_code == 0
    page = (tmp_path / "web" / "index.html").read_text()
    assert page.index("never seen: no event") < page.index("silent since")
    assert "store-901,never seen,," in (tmp_path / "web" / "kiosks.csv").read_text()
    store._connection.close()


@pytest.mark.parametrize(("count", "said"), [(0, "0 kiosks, 0"), (1, "1 kiosk, 0"), (2, "2 kiosks, 0")])
def test_one_kiosk_is_spoken_of_in_the_singular(count: int, said: str) -> None:
    kiosks = tuple(KioskLine(f"store-{number}", False, NOW, NOW) for number in range(count))
    assert fleet_lines(Overview(NOW, kiosks, (), {}, {}, {}, {}))[0].startswith(said)
