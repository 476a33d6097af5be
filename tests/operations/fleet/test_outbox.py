"""The outbox: in the transaction of what it tells, numbered for good, and unable to carry a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.fleet import load_fleet
from config.problems import BadInput
from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, Outbox
from kiosk.records.database import open_database, transaction

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(open_database(tmp_path / "k.db", OUTBOX_MIGRATIONS, part="outbox")) as connection:
        yield Outbox(connection)


def test_an_event_of_a_transaction_that_failed_was_never_there(outbox: Outbox) -> None:
    def sale_with_too_much() -> None:
        with transaction(outbox._connection):
            outbox.append("sale", {"copies": 1}, NOW)
            outbox.append("sale", {"bitting": "12345"}, NOW)

    with pytest.raises(ValueError, match="not on the list"):
        sale_with_too_much()
    assert outbox.count() == 0


def test_a_number_is_never_given_out_twice_even_when_all_events_have_left(outbox: Outbox) -> None:
    numbers = [outbox.append("sale", {}, NOW) for _ in range(3)]
    outbox.discard_through(3)
    assert [*numbers, outbox.append("sale", {}, NOW)] == [1, 2, 3, 4]


def test_the_stream_lasts_with_the_file_and_is_new_in_a_new_file(tmp_path: Path) -> None:
    streams = []
    for name in ("a.db", "a.db", "b.db"):
        with closing(open_database(tmp_path / name, OUTBOX_MIGRATIONS, part="outbox")) as connection:
            streams.append(Outbox(connection).stream)
    assert streams[0] == streams[1] != streams[2]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [("gossip", {}), ("sale", {"cuts": "3"}), ("sale", {"depths_mm": 1.0}), ("fault", {"code": "x" * 81})],
)
def test_what_is_not_on_the_list_is_not_taken(outbox: Outbox, kind: str, facts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not on the list|too long"):
        outbox.append(kind, facts, NOW)


def test_the_shipped_settings_are_off() -> None:
    assert not load_fleet().enabled


def test_bad_settings_are_told_by_field(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(
        'kiosk = "Not a name"\ntopic_root = "k"\nwindow = 0\nresend_after_s = 1\ntrusted_keys = ["x"]\n'
        '[broker]\nhost = "far.example"\nport = 1\ntls = false\nkeepalive_s = 10\nconnect_timeout_s = 1\n'
        "retry_min_s = 1\nretry_max_s = 1\nsession_expiry_s = 60\n"
    )
    with pytest.raises(BadInput) as bad:
        load_fleet(path)
    assert [problem.field for problem in bad.value.problems] == ["kiosk", "window", "trusted_keys", "broker"]
