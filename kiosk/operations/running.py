"""Everything that runs beside a kiosk: logs, recorder, status, metrics page, fleet link, watchdog.

Responsible for: starting these over one data folder, feeding them snapshots, ending them. Not responsible for: the
session; a kiosk without any of this would sell just the same.

    with Running(settings, places, clock, simulated=False) as running:
        kiosk.subscribe(running.on_snapshot)
        cutter = GrblCutter(running.watched(serial_link_factory(settings.machine.wire)), ...)
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Self, assert_never

from config.problems import BadInput, Problem
from config.settings import Settings
from hardware.clock import Clock
from hardware.ports import ByteLink
from kiosk.data_paths import DataPaths
from kiosk.extras import Extra, needing
from kiosk.operations.counters import read_figures
from kiosk.operations.fleet.signed import Accepted, DocumentKind, DocumentRefused, held_versions
from kiosk.operations.logs import install_logs
from kiosk.operations.office import validators
from kiosk.operations.recorder import Recorder
from kiosk.operations.service_visit import read_forecasts
from kiosk.operations.status import StatusFile
from kiosk.operations.watchdog import LINK, Watchdog, notifier
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.database import DatabaseFault
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import MAKING, State

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from kiosk.operations.fleet.runner import FleetThread
    from kiosk.operations.metrics import MetricsPage

log = logging.getLogger(__name__)

PASSWORD = "KIOSK_MQTT_PASSWORD"  # noqa: S105 - the name of a variable


class WatchedLink:
    """A link whose every received byte counts as progress."""

    def __init__(self, link: ByteLink, beat: Callable[[], None]) -> None:
        self._link = link
        self._beat = beat

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived."""
        data = self._link.read(timeout_s)
        if data:
            self._beat()
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        self._link.write(data)

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()


class Running:
    """What runs beside one kiosk. `audit` is told of documents from the office: kind and facts."""

    def __init__(
        self,
        settings: Settings,
        places: DataPaths,
        clock: Clock,
        *,
        audit: Callable[[AuditKind, dict[str, str | int]], None] | None = None,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._places = places
        self._clock = clock
        self._audit = audit or self._keep_for_the_audit
        self._unrecorded: list[tuple[AuditKind, dict[str, str | int]]] = []
        self._audit_lock = threading.Lock()
        self._closing = ExitStack()
        self._ready_sent = False
        self.watchdog = Watchdog(notify or notifier())
        self._status: StatusFile | None = None
        self._recorder: Recorder | None = None
        self.fleet: FleetThread | None = None
        self._due_told_on: date | None = None
        self.metrics_port: int | None = None

    def __enter__(self) -> Self:
        """Start all of it.

        Raises:
            DatabaseFault: the operations database cannot be used.
            BadInput: the metrics port is taken, or the fleet link is on without its password.
        """
        settings, places = self._settings, self._places
        with ExitStack() as starting:
            places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            install_logs(places.logs, settings.operations.logs)
            self._recorder = Recorder(places.operations, places.journal, self._clock, fleet=settings.fleet.enabled)
            starting.callback(self._recorder.close)
            self._status = StatusFile(places.data, self._clock)
            starting.callback(self._status.remove)
            if settings.operations.metrics.enabled:
                page = self._page()
                starting.callback(page.stop)
                self.metrics_port = page.port
            if settings.fleet.enabled:
                self._tell_what_is_held(self._recorder)
                self.fleet = self._link()
                self.fleet.start()
                starting.callback(self.fleet.stop)
            starting.callback(self.watchdog.stopping)
            self._closing = starting.pop_all()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End all of it."""
        self._closing.close()

    def record_in(self, audit: Callable[[AuditKind, dict[str, str | int]], None]) -> None:
        """The audit is open: what was kept for it is recorded, and all that comes goes there."""
        with self._audit_lock:
            kept, self._unrecorded = self._unrecorded, []
            self._audit = audit
            for kind, facts in kept:
                audit(kind, facts)

    def _keep_for_the_audit(self, kind: AuditKind, facts: dict[str, str | int]) -> None:
        self._unrecorded.append((kind, facts))

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """A snapshot of the session, from its thread."""
        if snapshot.state in MAKING and snapshot.fault is None:
            self.watchdog.expect(LINK)
        else:
            self.watchdog.excuse(LINK)
        if not self._ready_sent:
            self._ready_sent = True
            self.watchdog.ready(snapshot.state.value)
        else:
            self.watchdog.status(snapshot.state.value)
        if self._status is not None:
            self._status.on_snapshot(snapshot)
        if self._recorder is not None:
            self._recorder.on_snapshot(snapshot)
            today = self._clock.utc().date()
            if self.fleet is not None and snapshot.state is State.WELCOME and today != self._due_told_on:
                # Reading the figures takes a moment that the session's thread does not have.
                self._due_told_on = today
                threading.Thread(target=self._tell_what_is_due, args=(self._recorder,), name="due", daemon=True).start()

    def watched(self, open_link: Callable[[], ByteLink]) -> Callable[[], ByteLink]:
        """`open_link`, its links counting as progress."""
        return lambda: WatchedLink(open_link(), lambda: self.watchdog.beat(LINK))

    def _page(self) -> MetricsPage:
        # Off as shipped, so no kiosk without it loads what it needs.
        from kiosk.operations.metrics import MetricsPage, metrics_of

        def figures() -> list[Metric]:
            up = None if self.fleet is None else not self.fleet.problem
            return metrics_of(read_figures(self._places), fleet_up=up)

        metrics = self._settings.operations.metrics
        try:
            return MetricsPage(metrics.host, metrics.port, figures)
        except OSError as error:
            raise BadInput(Problem("operations", "metrics.port", error.strerror or "cannot be used")) from error

    def _acknowledge(self, facts: dict[str, str | int | float | bool | None]) -> None:
        if self._recorder is not None:
            self._recorder.tell("settings", facts)

    def _link(self) -> FleetThread:
        with needing(Extra.FLEET):
            from kiosk.operations.fleet.runner import FleetThread
        settings = self._settings
        return FleetThread(
            settings.fleet,
            os.environ.get(PASSWORD, ""),
            self._places.operations,
            self._clock,
            validators(settings, lambda: self._clock.utc().date()),
            self._document,
        )

    def _tell_what_is_held(self, recorder: Recorder) -> None:
        """What the office wants to know of each kiosk: the program, the rules, the documents in force, the stock."""
        recorder.tell("started", {"version": version("keykiosk")})
        rules = "".join(rule.model_dump_json() for rule in self._settings.policy.rules)
        recorder.tell("settings", {"document": "rules", "version": hashlib.sha256(rules.encode()).hexdigest()[:12]})
        for kind, number in held_versions(self._places.operations).items():
            recorder.tell("settings", {"document": kind, "version": number})
        recorder.report_stock()
        self._tell_what_is_due(recorder)

    def _tell_what_is_due(self, recorder: Recorder) -> None:
        """What will need a technician, at the start and once a day."""
        now = self._clock.utc()
        self._due_told_on = now.date()
        try:
            due = read_forecasts(self._places, self._settings.machine, now)
        except (DatabaseFault, ValueError):
            # The records say nothing just now; selling does not wait for them.
            log.exception("nothing can be foretold")
            return
        for each in due:
            left = {} if each.copies_left is None else {"count": each.copies_left}
            recorder.tell("service", {"code": each.part.value, "reason": each.evidence[:80], **left})

    def _document(self, kind: DocumentKind, answer: Accepted | DocumentRefused) -> None:
        match answer:
            case Accepted(news=True):
                log.info("office document taken; in force at the next start", extra={"document": kind.value})
                self._acknowledge({"document": kind.value, "version": answer.version, "status": "taken"})
                facts: dict[str, str | int] = {"document": kind.value, "version": answer.version}
                with self._audit_lock:
                    self._audit(AuditKind.DOCUMENT_TAKEN, {**facts, "digest": answer.digest, "key": answer.key})
            case Accepted():
                pass
            case DocumentRefused():
                log.warning("office document refused", extra={"document": kind.value, "reason": answer.reason.value})
                self._acknowledge({"document": kind.value, "status": "refused", "reason": answer.reason.value})
                with self._audit_lock:
                    self._audit(AuditKind.DOCUMENT_REFUSED, {"document": kind.value, "reason": answer.reason.value})
            case _:
                assert_never(answer)
