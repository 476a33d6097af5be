"""Signed documents: only genuine, newer, sound ones for this kiosk are taken, and the last good one stays."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.operations.fleet.signed import (
    DOCUMENT_MIGRATIONS,
    PREFIX,
    Accepted,
    DocumentKind,
    DocumentRefusal,
    DocumentRefused,
    Documents,
    Payload,
    open_document,
    sign,
)
from kiosk.records.database import open_database
from tests.operations.fleet.parts import KioskEnd, price_is_a_number, public_base64, publish, until
from tests.operations.fleet.servers import Mosquitto

KEY = Ed25519PrivateKey.generate()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def document(version: int, body: dict[str, Any] | None = None, **changes: Any) -> bytes:
    key = changes.pop("key", KEY)
    fields = {
        "kiosk": "kiosk-1",
        "kind": DocumentKind.SETTINGS,
        "issued_utc": NOW,
        "body": body or {"price_minor": 399},
    }
    fields["expires_utc"] = changes.get("issued_utc", NOW) + timedelta(days=365)
    return sign(Payload(version=version, **(fields | changes)), key)


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    with closing(open_database(tmp_path / "d.db", DOCUMENT_MIGRATIONS)) as connection:
        yield Documents(connection, "kiosk-1", [public_base64(KEY)], {DocumentKind.SETTINGS: price_is_a_number})


def kept(documents: Documents) -> tuple[int, object]:
    held = documents.held(DocumentKind.SETTINGS, NOW)
    assert held is not None
    assert held.refusal is None
    return held.version, held.body


def refusal(answer: Accepted | DocumentRefused) -> DocumentRefusal | None:
    return answer.reason if isinstance(answer, DocumentRefused) else None


def test_a_genuine_document_is_taken_once_and_a_newer_one_replaces_it(documents: Documents) -> None:
    assert documents.offer(document(3), DocumentKind.SETTINGS, NOW) == Accepted(DocumentKind.SETTINGS, 3, news=True)
    assert documents.offer(document(3), DocumentKind.SETTINGS, NOW) == Accepted(DocumentKind.SETTINGS, 3, news=False)
    documents.offer(document(4, {"price_minor": 1}), DocumentKind.SETTINGS, NOW)
    assert kept(documents) == (4, {"price_minor": 1})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(9, key=Ed25519PrivateKey.generate()), DocumentRefusal.FORGED),
        (document(9, kiosk="kiosk-2"), DocumentRefusal.OTHER_KIOSK),
        (document(9, kind=DocumentKind.RESTRICTED), DocumentRefusal.OTHER_KIND),
        (document(1), DocumentRefusal.OLD),
        (document(2, {"price_minor": 1}), DocumentRefusal.SAME_VERSION_DIFFERS),
        (document(9, {"price_minor": "cheap"}), DocumentRefusal.UNSOUND),
        (document(1003), DocumentRefusal.VERSION_JUMPS),
        (document(2**53), DocumentRefusal.VERSION_JUMPS),
        (document(9, issued_utc=NOW - timedelta(days=365)), DocumentRefusal.EXPIRED),
        (b"x" * 300_000, DocumentRefusal.TOO_LARGE),
        (b"", DocumentRefusal.MALFORMED),
        (b"[]", DocumentRefusal.MALFORMED),
        (b'{"payload": 3, "signature": null}', DocumentRefusal.MALFORMED),
        (b"[" * 100_000, DocumentRefusal.MALFORMED),
    ],
)
def test_what_must_not_be_taken_changes_nothing(documents: Documents, data: bytes, reason: DocumentRefusal) -> None:
    documents.offer(document(2), DocumentKind.SETTINGS, NOW)
    assert refusal(documents.offer(data, DocumentKind.SETTINGS, NOW)) is reason
    assert kept(documents) == (2, {"price_minor": 399})


def test_an_old_document_stays_refused_after_a_restart(tmp_path: Path) -> None:
    for version, expected in ((5, None), (4, DocumentRefusal.OLD)):
        with closing(open_database(tmp_path / "d.db", DOCUMENT_MIGRATIONS)) as connection:
            held = Documents(connection, "kiosk-1", [public_base64(KEY)], {DocumentKind.SETTINGS: price_is_a_number})
            assert refusal(held.offer(document(version), DocumentKind.SETTINGS, NOW)) is expected


def test_a_signature_made_for_something_else_does_not_count(documents: Documents) -> None:
    raw = base64.b64decode(json.loads(document(2))["payload"])
    bare = base64.b64encode(KEY.sign(raw)).decode()
    data = json.dumps({"payload": base64.b64encode(raw).decode(), "signature": bare}).encode()
    assert not raw.startswith(PREFIX)
    assert refusal(documents.offer(data, DocumentKind.SETTINGS, NOW)) is DocumentRefusal.FORGED


def test_with_no_trusted_key_nothing_is_believed() -> None:
    assert open_document(document(1), []) == DocumentRefused(
        DocumentRefusal.FORGED, "no trusted key made this signature"
    )


@given(st.data())
def test_no_single_changed_byte_is_believed_as_something_else(data: st.DataObject) -> None:
    genuine = document(7)
    place = data.draw(st.integers(0, len(genuine) - 1))
    other = data.draw(st.integers(1, 255))
    changed = genuine[:place] + bytes([genuine[place] ^ other]) + genuine[place + 1 :]
    opened = open_document(changed, [public_base64(KEY)])
    assert isinstance(opened, DocumentRefused) or opened == open_document(genuine, [public_base64(KEY)])


@given(st.binary(max_size=400))
def test_no_bytes_crash_it(data: bytes) -> None:
    assert isinstance(open_document(data, [public_base64(KEY)]), DocumentRefused)


def test_documents_arrive_through_the_broker_retained_and_bad_ones_leave_the_last_good_one(
    broker: Mosquitto, tmp_path: Path
) -> None:
    fleet = broker.fleet("kiosk-1", trusted_keys=(public_base64(KEY),))
    topic = "keykiosk/kiosk-1/documents/settings"
    publish(broker, "office", [(topic, document(2))], retain=True)
    kiosk = KioskEnd(fleet, "one", tmp_path / "k.db")
    until(lambda: len(kiosk.said) == 1, kiosk)
    bad = [document(1), document(3, kiosk="kiosk-2"), document(3, key=Ed25519PrivateKey.generate()), b"junk"]
    publish(broker, "office", [(topic, data) for data in bad], retain=True)
    until(lambda: len(kiosk.said) == 5, kiosk)
    assert kiosk.said[0][1] == Accepted(DocumentKind.SETTINGS, 2, news=True)
    assert [refusal(answer) for _, answer in kiosk.said[1:]] == [
        DocumentRefusal.OLD,
        DocumentRefusal.OTHER_KIOSK,
        DocumentRefusal.FORGED,
        DocumentRefusal.MALFORMED,
    ]
    assert kept(kiosk.documents) == (2, {"price_minor": 399})
    kiosk.close()


def test_a_kiosk_cannot_publish_documents(broker: Mosquitto, tmp_path: Path) -> None:
    fleet = broker.fleet("kiosk-1", trusted_keys=(public_base64(KEY),))
    publish(broker, "kiosk-2", [("keykiosk/kiosk-1/documents/settings", document(2))], retain=True)
    publish(broker, "office", [("keykiosk/kiosk-1/documents/restricted", b"junk")], retain=True)
    kiosk = KioskEnd(fleet, "one", tmp_path / "k.db")
    until(lambda: len(kiosk.said) > 0, kiosk)
    assert [kind for kind, _ in kiosk.said] == [DocumentKind.RESTRICTED]
    kiosk.close()
