"""Whoever runs the servers: dashboards and alerts ask for figures there are, and each alert rises when it should."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from config.fleet import load_fleet
from hardware.clock import SystemClock
from kiosk.operations.counters import HappeningRow, figures
from kiosk.operations.fleet.collector import Collector
from kiosk.operations.happenings import HappeningKind
from kiosk.operations.metrics import metrics_of, text_form
from kiosk.records.journal.reader import SlotRow
from tests.operations.fleet.servers import needed
from tests.support.paths import ROOT

WATCHING = ROOT / "deploy" / "grafana"
DASHBOARDS = sorted(WATCHING.glob("*.json"))


def metrics() -> list[Metric]:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    rows = [
        HappeningRow(now, HappeningKind.VISIT, "", "", None, None, False),
        HappeningRow(now, HappeningKind.IDENTIFIED, "try_again", "", None, None, False, 3.0),
        HappeningRow(now, HappeningKind.IDENTIFIED, "offer", "", None, None, False, 4.5),
        HappeningRow(now, HappeningKind.REFUSED, "PATENTED", "", None, None, False),
        HappeningRow(now, HappeningKind.FAULT, "BLANK", "", None, None, False),
    ]
    seen = figures([], [], rows, [SlotRow(1, "KW1", "brass", 7, False, "")])
    collector = Collector(load_fleet(), "collector", "", lambda: pytest.fail("not asked"), SystemClock())
    return [*metrics_of(seen, fleet_up=True), *collector.metrics()]


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Every name of the page, as Prometheus keeps it, whether it has a value yet or not."""
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {f"{metric.name}{end}" for metric in metrics() for end in ends[metric.type]}


def queries() -> Iterator[tuple[str, str]]:
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]
        for variable in board["templating"]["list"]:
            yield f"{path.name}: {variable['name']}", variable["query"]
    for number, line in enumerate((WATCHING / "alerts.yml").read_text().splitlines(), start=1):
        yield f"alerts.yml:{number}", line


def test_no_dashboard_and_no_alert_asks_for_a_figure_that_is_not_there(names: set[str]) -> None:
    asked = [(where, name) for where, query in queries() for name in re.findall(r"\bkeykiosk_\w+", query)]
    assert len(asked) > 40
    assert [each for each in asked if each[1] not in names] == []


def test_every_figure_a_kiosk_gives_is_on_a_dashboard(names: set[str]) -> None:
    shown = " ".join(query for where, query in queries() if "json" in where)
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in names}
    assert [name for name in sorted(families) if name not in shown] == []


def test_a_scan_is_counted_with_its_time_and_a_visit_with_its_tries() -> None:
    text = text_form(metrics()).decode()
    assert 'keykiosk_identify_seconds_bucket{le="2"} 0.0' in text
    assert 'keykiosk_identify_seconds_bucket{le="5"} 2.0' in text
    assert "keykiosk_identify_seconds_sum 7.5" in text
    assert 'keykiosk_scan_tries_bucket{le="1"} 0.0' in text
    assert 'keykiosk_scan_tries_bucket{le="2"} 1.0' in text


@pytest.mark.parametrize("words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_itself_takes_the_rules_and_each_alert_rises_when_it_should(words: tuple[str, ...]) -> None:
    program = needed("promtool", "prometheus")
    ran = subprocess.run([program, *words], cwd=WATCHING, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_prometheus_itself_can_read_the_question_of_every_panel(tmp_path: Path) -> None:
    filled = {"$instance": "store-1", "$__rate_interval": "5m", "$__range": "1h"}
    rules = []
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                expression = target["expr"]
                for variable, value in filled.items():
                    expression = expression.replace(variable, value)
                assert "$" not in expression, (path.name, panel["title"])
                rules.append({"record": f"panel:{len(rules)}", "expr": expression})
    assert len(rules) > 20
    # What is JSON is YAML.
    asked = tmp_path / "panels.yml"
    asked.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    program = needed("promtool", "prometheus")
    ran = subprocess.run([program, "check", "rules", str(asked)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_panels_stand_beside_each_other_and_each_has_a_number_of_its_own() -> None:
    for path in DASHBOARDS:
        panels = json.loads(path.read_text())["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        taken = [
            (x, y)
            for place in (panel["gridPos"] for panel in panels)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(set(taken)) == len(taken)
        assert max(x for x, _ in taken) < 24


def test_prometheus_finds_nothing_wrong_with_the_page(tmp_path: Path) -> None:
    ran = subprocess.run(
        [needed("promtool", "prometheus"), "check", "metrics"],
        input=text_form(metrics()),
        capture_output=True,
        check=False,
    )
    found = [line for line in ran.stderr.decode().splitlines() if "non-base unit" not in line]
    assert found == []
