"""A broker, a database and kiosks for the fleet tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.fleet.parts import USERS
from tests.operations.fleet.servers import Mosquitto, Postgres


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker with TLS and passwords."""
    server = Mosquitto(tmp_path / "broker", USERS)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """One PostgreSQL cluster for the session; pytest's own folders are closed to the user it must run as."""
    with tempfile.TemporaryDirectory(prefix="kiosk-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "cluster")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postgres(cluster: Postgres) -> Postgres:
    """The cluster with nothing in it."""
    with cluster.connect() as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return cluster
