"""What runs beside a kiosk starts, is fed, and ends without a trace."""

from __future__ import annotations

import http.client
import json
import logging
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.data_paths import DataPaths
from kiosk.operations.running import Running
from kiosk.operations.status import read_status
from kiosk.operations.watchdog import CONTROLLER
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import State

pytestmark = pytest.mark.usefixtures("own_logging")


class Echo:
    """A link that says what it is told to."""

    def __init__(self, says: bytes) -> None:
        self.says = says

    def read(self, timeout_s: float) -> bytes:
        return self.says

    def write(self, data: bytes) -> None:
        self.says = data

    def close(self) -> None:
        self.says = b""


@pytest.fixture(scope="module")
def settings() -> Settings:
    settings = load_settings(None, {})
    metrics = settings.operations.metrics.model_copy(update={"enabled": True, "port": 0})
    operations = settings.operations.model_copy(update={"metrics": metrics})
    return Settings(**{**vars(settings), "operations": operations})


def shown(state: State, fault: str = "") -> Snapshot:
    return Snapshot(state, simulated=True, fault=FaultNotice(fault, "", 0.0) if fault else None)


def test_the_link_must_progress_only_while_a_copy_is_made(tmp_path: Path, settings: Settings) -> None:
    told: list[str] = []
    with Running(settings, DataPaths(tmp_path / "data"), SystemClock(), notify=told.append) as running:
        running.on_snapshot(shown(State.WELCOME))
        running.watchdog.beat(CONTROLLER)
        assert told == ["READY=1\nSTATUS=welcome", "WATCHDOG=1"]
        running.on_snapshot(shown(State.CUTTING))
        del told[:]
        running.watchdog.beat(CONTROLLER)
        silent, talking = (running.watched(lambda says=says: Echo(says))() for says in (b"", b"ok\r\n"))
        silent.read(0.1)
        assert told == []
        assert talking.read(0.1) == b"ok\r\n"
        assert told == ["WATCHDOG=1"]
        running.on_snapshot(shown(State.OUT_OF_ORDER, "LINK_LOST"))
        running.watchdog.beat(CONTROLLER)
        assert told[-2:] == ["STATUS=out_of_order", "WATCHDOG=1"]
    assert told[-1] == "STOPPING=1"


def test_status_log_and_metrics_tell_of_it(tmp_path: Path, settings: Settings) -> None:
    places = DataPaths(tmp_path / "data")
    with Running(settings, places, SystemClock(), notify=lambda text: None) as running:
        running.on_snapshot(shown(State.WELCOME))
        running.on_snapshot(shown(State.OUT_OF_ORDER, "LINK_LOST"))
        status = read_status(places.data)
        assert status is not None
        assert status.fault == "LINK_LOST"
        connection = http.client.HTTPConnection("127.0.0.1", running.metrics_port or 0, timeout=10)
        connection.request("GET", "/metrics")
        page = connection.getresponse().read().decode()
        connection.close()
        assert 'keykiosk_faults_total{code="LINK_LOST"} 1.0' in page
        logging.getLogger("kiosk.session.machine").warning("something")
    assert json.loads((places.logs / "kiosk.log").read_text().splitlines()[-1])["message"] == "something"
    assert read_status(places.data) is None
