"""A read-only page of figures in the Prometheus text form. Off by default; loopback unless the settings say otherwise.

Responsible for: names, help and buckets of the figures, and the page. Not responsible for: the text form
(`prometheus_client`), or where figures come from (`counters`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from kiosk.operations.counters import Figures, summed

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = logging.getLogger(__name__)

SECONDS = (0.5, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300)
TOUCHES_MM = (-0.2, -0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2)
TRIES = (1, 2, 3, 4, 5, 7, 10)
DEVIATIONS_MM = (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.2)


def metrics_of(seen: Figures, *, fleet_up: bool | None = None) -> list[Metric]:
    """The figures as metrics. `fleet_up` is None where no link to an office is wanted."""
    days = seen.days
    copies = {kind: sum(getattr(day, kind) for day in days) for kind in ("paid", "free", "test")}
    stock, locked = (
        GaugeMetricFamily(f"keykiosk_{name}", words, labels=("slot", "blank", "finish"))
        for name, words in (("stock", "Blanks in a slot"), ("slot_locked", "Whether a slot is locked"))
    )
    for slot in seen.stock:
        names = (str(slot.number), slot.blank, slot.finish)
        stock.add_metric(names, slot.count)
        locked.add_metric(names, slot.locked)
    errors = {
        answer: [error for _, error, passed in seen.errors_mm if passed is (answer == "true")]
        for answer in ("true", "false")
    }
    found: list[Metric] = [
        _counters("copies", "Copies handed over", "kind", copies),
        CounterMetricFamily("keykiosk_taken_minor", "Money taken, minor units", sum(day.taken_minor for day in days)),
        CounterMetricFamily("keykiosk_recut", "Copies cut again", sum(day.recut for day in days)),
        CounterMetricFamily("keykiosk_scrapped", "Blanks scrapped", sum(day.scrapped for day in days)),
        _counters("refused", "Refusals by rule", "rule", summed(day.refused for day in days)),
        _counters("faults", "Faults by kind", "code", summed(day.faults for day in days)),
        _histogram("deviation_mm", "Largest error of a measured copy", "passed", errors, DEVIATIONS_MM),
        _histogram(
            "touch_off_error_mm", "Blank's edge from where it should be", "", {"": seen.touch_errors_mm}, TOUCHES_MM
        ),
        _histogram("identify_seconds", "How long a scan took", "", {"": seen.identified_s}, SECONDS),
        _histogram("scan_tries", "Scans a visit needed", "", {"": seen.scan_tries}, TRIES),
        stock,
        locked,
        GaugeMetricFamily("keykiosk_open_sales", "Sales not yet closed", seen.open_sales),
    ]
    if fleet_up is not None:
        found.append(GaugeMetricFamily("keykiosk_fleet_up", "Fleet link", fleet_up))
    return found


def _counters(name: str, words: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"keykiosk_{name}", words, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family


def _histogram(
    name: str, words: str, label: str, values: Mapping[str, Sequence[float]], bounds: Sequence[float]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(f"keykiosk_{name}", words, labels=(label,) if label else ())
    for value, measured in sorted(values.items()):
        below = [(f"{bound:g}", float(sum(each <= bound for each in measured))) for bound in bounds]
        family.add_metric((value,) if label else (), [*below, ("+Inf", float(len(measured)))], sum(measured))
    return family


class _Collected:
    """What the library asks for its figures: these and no others of the process."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterable[Metric]:
        """Each of them."""
        return self._metrics


def text_form(metrics: Iterable[Metric]) -> bytes:
    """The page."""
    return generate_latest(cast("CollectorRegistry", _Collected(metrics)))


class MetricsPage:
    """Serves GET /metrics in threads of its own until stopped.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, host: str, port: int, read: Callable[[], Iterable[Metric]]) -> None:
        class Handler(_Page):
            metrics = staticmethod(read)

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the page."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Page(BaseHTTPRequestHandler):
    timeout = 5
    server_version = "kiosk"
    sys_version = ""
    metrics: Callable[[], Iterable[Metric]]

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        try:
            page = text_form(self.metrics())
        except Exception:
            # The page may fail in any way its figures can; the kiosk goes on.
            log.exception("metrics cannot be read")
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        log.debug("metrics asked for")
