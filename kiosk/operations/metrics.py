"""A read-only page of figures in the Prometheus text form. Off by default; loopback unless told otherwise.

Responsible for: the text form and the page. Not responsible for: where figures come from (`counters`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Metric:
    """One figure. `kind` is `counter` or `gauge`."""

    name: str
    help: str
    kind: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def text_form(metrics: Iterable[Metric]) -> str:
    """The page, each name's help and type once."""
    lines: list[str] = []
    said: set[str] = set()
    for metric in sorted(metrics, key=lambda each: each.name):
        if metric.name not in said:
            said.add(metric.name)
            lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(metric.labels.items()))
        lines.append(f"{metric.name}{{{labels}}} {metric.value:g}" if labels else f"{metric.name} {metric.value:g}")
    return "\n".join(lines) + "\n"


class MetricsPage:
    """Serves GET /metrics in threads of its own until stopped.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, host: str, port: int, read: Callable[[], Iterable[Metric]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = 5
            server_version = "kiosk"
            sys_version = ""

            def do_GET(self) -> None:
                if self.path != "/metrics":
                    self.send_error(404)
                    return
                try:
                    page = text_form(read()).encode()
                except Exception:
                    # The page may fail in any way its figures can; the kiosk goes on.
                    log.exception("metrics cannot be read")
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:
                log.debug("metrics asked for")

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


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
