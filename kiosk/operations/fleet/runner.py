"""The fleet link in a thread of its own, beside selling and never in its way.

Responsible for: opening the link's own database connection, stepping it, and surviving whatever goes wrong there.
Not responsible for: what is sent or believed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from config.fleet import Fleet
from hardware.clock import Clock
from kiosk.operations.fleet.mqtt import Uplink
from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, PART, Outbox
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, Accepted, DocumentKind, DocumentRefused, Documents
from kiosk.operations.fleet.signed import PART as DOCUMENT_PART
from kiosk.records.database import migrate, open_database

log = logging.getLogger(__name__)

TURN_S = 0.5
AFTER_TROUBLE_S = 30.0


class FleetThread:
    """Runs the uplink of one kiosk until stopped. `on_document` is called from this thread."""

    def __init__(
        self,
        fleet: Fleet,
        password: str,
        database: Path,
        clock: Clock,
        validators: Mapping[DocumentKind, Callable[[Mapping[str, Any]], object]],
        on_document: Callable[[DocumentKind, Accepted | DocumentRefused], None],
    ) -> None:
        self._fleet = fleet
        self._password = password
        self._database = database
        self._clock = clock
        self._validators = validators
        self._on_document = on_document
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
        self.problem = ""
        """Why the link is down; empty when all is well."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye to the broker and end the thread."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._serve()
            except Exception as error:
                # The one catch-all of this thread: the link may fail in any way, and selling goes on.
                self.problem = f"{type(error).__name__}: {error}"
                log.exception("fleet link failed")
                self._stop.wait(AFTER_TROUBLE_S)

    def _serve(self) -> None:
        with closing(open_database(self._database, OUTBOX_MIGRATIONS, part=PART)) as connection:
            migrate(connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
            documents = Documents(connection, self._fleet.kiosk, self._fleet.trusted_keys, self._validators)
            uplink = Uplink(self._fleet, self._password, Outbox(connection), documents, self._clock, self._on_document)
            try:
                while not self._stop.is_set():
                    uplink.step(TURN_S)
                    self.problem = uplink.problem
                    if not uplink.connected:
                        self._stop.wait(TURN_S)
            finally:
                uplink.close()
