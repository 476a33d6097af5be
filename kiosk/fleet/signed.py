"""Signed documents from the owner's office: settings and restricted keyways for one kiosk.

Responsible for: whether a document is genuine, meant for this kiosk, newer than what it has, and sound; and for
keeping the last good one. Not responsible for: the network, or what settings do.

On the wire a document is JSON: `payload` (base64 of the exact bytes signed) and `signature` (base64, Ed25519 over a
fixed prefix and the payload). The payload is JSON: `kiosk`, `kind`, `version`, `issued_utc`, `body`. Versions rise;
the highest accepted is kept in the database, so that an old document stays refused after a restart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, Field, ValidationError

from config.base import Frozen
from config.problems import BadInput

PREFIX = b"keykiosk document 1\n"
MAX_BYTES = 262_144
PART = "documents"

DOCUMENT_MIGRATIONS = (
    """
    CREATE TABLE document (
        kind TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        digest TEXT NOT NULL,
        body TEXT NOT NULL,
        accepted_utc TEXT NOT NULL
    ) STRICT;
    """,
)


class Kind(StrEnum):
    """What a document carries."""

    SETTINGS = "settings"
    """Overrides of the store's settings."""
    RESTRICTED = "restricted"
    """Keyways that are restricted or patented beyond the shipped catalogue. It can only add to the list."""


class Refusal(StrEnum):
    """Why a document was not taken; stable codes for log and audit."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    FORGED = "forged"
    OTHER_KIOSK = "other_kiosk"
    OTHER_KIND = "other_kind"
    OLD = "old"
    SAME_VERSION_DIFFERS = "same_version_differs"
    UNSOUND = "unsound"


class Payload(Frozen):
    """What is signed."""

    kiosk: str
    kind: Kind
    version: int = Field(ge=1, le=2**53)
    issued_utc: AwareDatetime
    body: dict[str, Any]


@dataclass(frozen=True)
class Accepted:
    """A document that is now the good one; `news` is False for one we already had."""

    kind: Kind
    version: int
    news: bool


@dataclass(frozen=True)
class Refused:
    """A document that changed nothing."""

    reason: Refusal
    detail: str = ""


def sign(payload: Payload, key: Ed25519PrivateKey) -> bytes:
    """The document as it goes to the broker."""
    raw = payload.model_dump_json().encode()
    return json.dumps(
        {
            "payload": base64.b64encode(raw).decode(),
            "signature": base64.b64encode(key.sign(PREFIX + raw)).decode(),
        }
    ).encode()


def open_document(data: bytes, trusted_keys: Sequence[str]) -> Payload | Refused:
    """Check form and signature alone. Nothing of the payload is looked at before its signature holds."""
    if len(data) > MAX_BYTES:
        return Refused(Refusal.TOO_LARGE, f"{len(data)} bytes")
    try:
        envelope = json.loads(data)
        raw = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return Refused(Refusal.MALFORMED, "not a signed document")
    if not any(_holds(key, signature, raw) for key in trusted_keys):
        return Refused(Refusal.FORGED, "no trusted key made this signature")
    try:
        return Payload.model_validate_json(raw)
    except ValidationError as error:
        return Refused(Refusal.MALFORMED, str(error.errors()[0]["msg"]))


class Documents:
    """The documents this kiosk has accepted.

    `validators` look at a body before it is kept and raise `BadInput` when it could not be used.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        kiosk: str,
        trusted_keys: Sequence[str],
        validators: Mapping[Kind, Callable[[Mapping[str, Any]], object]],
    ) -> None:
        self._connection = connection
        self._kiosk = kiosk
        self._trusted_keys = tuple(trusted_keys)
        self._validators = validators

    def offer(self, data: bytes, kind: Kind, now: datetime) -> Accepted | Refused:
        """Take `data`, which arrived as a document of `kind`, or say why not. The last good one stays otherwise."""
        payload = open_document(data, self._trusted_keys)
        if isinstance(payload, Refused):
            return payload
        if payload.kiosk != self._kiosk:
            return Refused(Refusal.OTHER_KIOSK, payload.kiosk)
        if payload.kind is not kind:
            return Refused(Refusal.OTHER_KIND, payload.kind.value)
        body = json.dumps(payload.body, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(body.encode()).hexdigest()
        held = self._connection.execute("SELECT version, digest FROM document WHERE kind = ?", (kind,)).fetchone()
        if held is not None and payload.version == held[0]:
            if digest == held[1]:
                return Accepted(kind, payload.version, news=False)
            return Refused(Refusal.SAME_VERSION_DIFFERS, f"version {payload.version}")
        if held is not None and payload.version < held[0]:
            return Refused(Refusal.OLD, f"version {payload.version}, held {held[0]}")
        try:
            self._validators[kind](payload.body)
        except BadInput as bad:
            return Refused(Refusal.UNSOUND, str(bad.problems[0]))
        except KeyError:
            return Refused(Refusal.OTHER_KIND, kind.value)
        self._connection.execute(
            "INSERT INTO document (kind, version, digest, body, accepted_utc) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (kind) DO UPDATE SET version = excluded.version, digest = excluded.digest, "
            "body = excluded.body, accepted_utc = excluded.accepted_utc",
            (kind, payload.version, digest, body, now.astimezone(UTC).isoformat()),
        )
        return Accepted(kind, payload.version, news=True)

    def held(self, kind: Kind) -> tuple[int, dict[str, Any]] | None:
        """Version and body of the last good document of `kind`."""
        row = self._connection.execute("SELECT version, body FROM document WHERE kind = ?", (kind,)).fetchone()
        return (int(row[0]), json.loads(row[1])) if row else None


def _holds(key: str, signature: bytes, raw: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, PREFIX + raw)
    except (InvalidSignature, ValueError):
        return False
    return True
