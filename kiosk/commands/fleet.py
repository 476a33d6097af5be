"""`kiosk fleet`: the collector, and making signed documents.

Responsible for: the office's side of the fleet. Not responsible for: a kiosk's own link, which `kiosk run` starts.
"""

from __future__ import annotations

import base64
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from config.fleet import load_fleet
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.settings import load_settings
from config.toml_files import checked, read_toml
from config.typed_paths import FILE, KEY_FILE
from hardware.clock import SystemClock
from kiosk.commands.books import owned_audit
from kiosk.commands.office import secret
from kiosk.commands.options import ConfigOption, DataOption, FleetFile
from kiosk.data_paths import data_paths
from kiosk.extras import Extra, needing
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, DocumentKind, DocumentRefused, Documents, Payload, sign
from kiosk.operations.fleet.signed import PART as DOCUMENT_PART
from kiosk.operations.logs import JsonLines
from kiosk.operations.office import validators
from kiosk.operations.recorder import open_operations
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.database import migrate

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from kiosk.operations.metrics import MetricsPage


def collect(
    config: FleetFile = None,
    name: Annotated[str, typer.Option(help="User name at the broker.")] = "collector",
    instance: Annotated[str, typer.Option(help="Tells collectors of one user apart; the host by default.")] = "",
    keep_days: Annotated[int, typer.Option(min=7, max=3650, help="How long events are kept.")] = 400,
    metrics_port: Annotated[int, typer.Option(min=0, max=65535, help="Serve figures here, loopback; 0: none.")] = 0,
    once: Annotated[bool, typer.Option("--check", help="Connect to both servers, say so, and leave.")] = False,
) -> None:
    """Take events from the broker into PostgreSQL, each exactly once, until ended; several share the work.

    The environment gives the password (KIOSK_MQTT_PASSWORD) and the database (KIOSK_COLLECTOR_DSN).
    """
    fleet = load_fleet(config)
    password, dsn = secret("KIOSK_MQTT_PASSWORD"), secret("KIOSK_COLLECTOR_DSN")
    clock = SystemClock()
    # The database client costs most of a second that no other command should pay.
    with needing(Extra.FLEET):
        import psycopg

        from kiosk.operations.fleet.collector import Collector

    collector = Collector(
        fleet,
        name,
        password,
        lambda: psycopg.connect(dsn, connect_timeout=max(2, round(fleet.broker.connect_timeout_s))),
        clock,
        instance=instance or gethostname(),
        keep_days=keep_days,
    )
    with ExitStack() as ending:
        ended = ending.enter_context(_asked_to_end())
        ending.callback(collector.close)
        ending.enter_context(_warnings_told())
        if metrics_port:
            ending.callback(_page_of(collector.metrics, metrics_port).stop)
        deadline_s = clock.now_s() + fleet.broker.connect_timeout_s
        said = "nothing"
        while not ended.is_set():
            collector.step(0.5)
            now = "connected" if collector.listening else collector.problem
            if once and not collector.listening and collector.problem:
                raise BadInput(Problem("fleet", "", collector.problem))
            if now and now != said:
                said = now
                typer.echo(f"collector: {said}", err=True)
            if once and collector.listening:
                typer.echo("broker and database answer")
                return
            if once and clock.now_s() > deadline_s:
                raise BadInput(Problem(f"broker {fleet.broker.host}:{fleet.broker.port}", "", "does not answer"))
            if not collector.listening:
                ended.wait(0.2)
    counts = collector.counts
    typer.echo(f"stored {counts.stored}, seen before {counts.duplicates}, rejected {counts.rejected}", err=True)


@contextmanager
def _asked_to_end() -> Iterator[Event]:
    """Set by Ctrl-C or a service manager; the batch being stored is finished first."""
    ended = Event()
    before = [(number, signal.signal(number, lambda *_: ended.set())) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield ended
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def _warnings_told() -> Iterator[None]:
    """A collector has no log of its own; its service's journal gets each warning with its reason."""
    told = logging.StreamHandler()
    told.setFormatter(JsonLines())
    collecting = logging.getLogger("kiosk.operations.fleet")
    collecting.addHandler(told)
    try:
        yield
    finally:
        collecting.removeHandler(told)


def _page_of(metrics: Callable[[], list[Metric]], port: int) -> MetricsPage:
    from kiosk.operations.metrics import MetricsPage

    try:
        return MetricsPage("127.0.0.1", port, metrics)
    except OSError as error:
        raise BadInput(Problem("--metrics-port", "", error.strerror or "cannot be used")) from error


def keygen(
    out: Annotated[Path, typer.Argument(callback=KEY_FILE, help="Private key file to make; never overwritten.")],
) -> None:
    """Make a signing key; prints the public key for `trusted_keys` in fleet.toml."""
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise BadInput(Problem(str(out), "", error.strerror or "cannot be made")) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    typer.echo(base64.b64encode(key.public_key().public_bytes_raw()).decode())


def sign_document(
    body: Annotated[
        Path,
        typer.Argument(callback=FILE, help="TOML: the settings, the restricted list, or keys = [...]."),
    ],
    key: Annotated[Path, typer.Option(callback=FILE, help="Private key made by keygen.")],
    kiosk: Annotated[str, typer.Option(help="The one kiosk it is for.")],
    kind: Annotated[DocumentKind, typer.Option(help="What it is.")],
    version: Annotated[int, typer.Option(min=1, help="Counts up from 1 with each document of its kind.")],
    days: Annotated[int, typer.Option(min=1, max=800, help="Days until it expires.")] = 365,
    config: ConfigOption = None,
) -> None:
    """Print a signed document, to be published retained to ROOT/KIOSK/documents/KIND.

    It is judged first as a kiosk with the settings of --config would (the shipped ones by default).
    """
    payload = judged_payload(read_toml(body), str(body), kiosk, kind, version, days, config)
    typer.echo(sign(payload, private_key(key)).decode())


def judged_payload(
    body: Mapping[str, Any],
    source: str,
    kiosk: str,
    kind: DocumentKind,
    version: int,
    days: int,
    config: Path | None,
) -> Payload:
    """What is to be signed, judged as a kiosk with the settings of `config` would.

    Raises:
        BadInput: no kiosk may be called so, or it would refuse the body; `source` names where that came from.
    """
    now = datetime.now(UTC)
    facts = {"kiosk": kiosk, "kind": kind, "version": version, "body": body, "issued_utc": now}
    payload = checked(Payload, {**facts, "expires_utc": now + timedelta(days=days)}, "command line")
    try:
        # As it will arrive: TOML knows days and infinities, JSON does not.
        arrived = Payload.model_validate_json(payload.model_dump_json())
        validators(load_settings(config), now.date)[kind](arrived.body)
    except BadInput as bad:
        raise BadInput(*(Problem(source, each.field, each.reason) for each in bad.problems)) from None
    return payload


def private_key(key: Path) -> Ed25519PrivateKey:
    """The office's key in a file.

    Raises:
        BadInput: it is none.
    """
    try:
        private = load_pem_private_key(ordinary(key).read_bytes(), None)
    except OSError as error:
        raise BadInput(Problem(str(key), "", error.strerror or "cannot be read")) from error
    except (ValueError, TypeError) as error:
        raise BadInput(Problem(str(key), "", "is not a private key without passphrase")) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise BadInput(Problem(str(key), "", "is not an Ed25519 key"))
    return private


def take(
    document: Annotated[
        Path, typer.Argument(callback=FILE, help="A signed document, as `kiosk fleet sign` prints it.")
    ],
    kind: Annotated[DocumentKind, typer.Option(help="What it is.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Take a document by hand, as if the broker had brought it; the kiosk must not run."""
    settings = load_settings(config)
    places = data_paths(data)
    try:
        signed = ordinary(document).read_bytes()
    except OSError as error:
        raise BadInput(Problem(str(document), "", error.strerror or "cannot be read")) from error
    now = datetime.now(UTC)
    with owned_audit(places) as audit, closing(open_operations(places.operations)) as connection:
        migrate(connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        fleet, sound = settings.fleet, validators(settings, now.date)
        answer = Documents(connection, fleet.kiosk, fleet.trusted_keys, sound).offer(signed, kind, now)
        if isinstance(answer, DocumentRefused):
            raise BadInput(Problem(str(document), answer.reason.value, answer.detail or "refused"))
        if answer.news:
            facts = {"document": kind.value, "version": answer.version, "digest": answer.digest, "key": answer.key}
            audit.record(AuditKind.DOCUMENT_TAKEN, facts)
    typer.echo(f"{kind.value}, version {answer.version}: in force from the next start")
