"""Signed documents from the owner's office: settings and restricted keyways for one kiosk.

Responsible for: whether a document is genuine, meant for this kiosk, newer than what it has, and sound; and for
keeping the last good one. Not responsible for: the network, or what settings do.

On the wire a document is JSON: `payload` (base64 of the exact bytes signed) and `signature` (base64, Ed25519 over a
fixed prefix and the payload). The payload is JSON: `kiosk`, `kind`, `version`, `issued_utc`, `expires_utc`, `body`.
Versions count up from 1; the highest accepted is kept in the database, so that an old document stays refused after a
restart. The document is kept as it came and its signature is checked at every load: a key that is trusted no more takes
its documents with it. Keys are rotated by a document of the old key that names those trusted from then on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, Field, ValidationError, model_validator

from config.base import Frozen
from config.fleet import KioskName, are_keys
from config.problems import BadInput, Problem
from config.toml_files import checked
from kiosk.records.database import open_database, transaction, write

PREFIX = b"keykiosk document 1\n"
MAX_BYTES = 262_144
PART = "documents"
LONGEST = timedelta(days=800)
"""From issue to expiry, at most."""
MOST_VERSIONS_AHEAD = 1000
"""A version further on than this is a slip or an attempt to shut the kiosk off from every document to come."""

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
    """
    ALTER TABLE document ADD COLUMN envelope TEXT NOT NULL DEFAULT '';
    CREATE TABLE document_keys (
        version INTEGER PRIMARY KEY,
        envelope TEXT NOT NULL
    ) STRICT;
    """,
)


class DocumentKind(StrEnum):
    """What a document carries."""

    SETTINGS = "settings"
    """Overrides of the store's settings."""
    RESTRICTED = "restricted"
    """Keyways that are restricted or patented beyond the shipped catalogue. It can only add to the list."""
    KEYS = "keys"
    """The keys trusted from now on, signed by one trusted until now."""


class DocumentRefusal(StrEnum):
    """Why a document was not taken; stable codes for log and audit."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    FORGED = "forged"
    OTHER_KIOSK = "other_kiosk"
    OTHER_KIND = "other_kind"
    OLD = "old"
    SAME_VERSION_DIFFERS = "same_version_differs"
    UNSOUND = "unsound"
    EXPIRED = "expired"
    VERSION_JUMPS = "version_jumps"
    ALTERED = "altered"
    """What is kept is not what was accepted."""


class Payload(Frozen):
    """What is signed."""

    kiosk: KioskName
    kind: DocumentKind
    version: int = Field(ge=1, le=2**53)
    issued_utc: AwareDatetime
    expires_utc: AwareDatetime
    body: dict[str, Any]

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not self.issued_utc < self.expires_utc <= self.issued_utc + LONGEST:
            raise ValueError(f"must expire after it is issued, within {LONGEST.days} days")
        return self


class TrustedKeys(Frozen):
    """Body of a document that rotates keys."""

    keys: tuple[str, ...] = Field(min_length=1, max_length=8)


@dataclass(frozen=True)
class Accepted:
    """A document that is now the good one; `news` is False for one we already had.

    `digest` is of the document as it came, `key` names the key that signed it: for the audit.
    """

    kind: DocumentKind
    version: int
    news: bool
    digest: str = field(default="", compare=False)
    key: str = field(default="", compare=False)


@dataclass(frozen=True)
class Held:
    """A document as it is kept. `refusal` says why it may not be used; `digest` and `key` as in `Accepted`."""

    version: int
    body: Mapping[str, Any]
    expires: datetime | None
    digest: str
    key: str
    refusal: DocumentRefused | None = None


@dataclass(frozen=True)
class DocumentRefused:
    """A document that changed nothing."""

    reason: DocumentRefusal
    detail: str = ""


def sign(payload: Payload, key: Ed25519PrivateKey) -> bytes:
    """The document as it goes to the broker.

    Raises:
        BadInput: it is larger than any kiosk takes.
    """
    raw = payload.model_dump_json().encode()
    envelope = {
        "payload": base64.b64encode(raw).decode(),
        "signature": base64.b64encode(key.sign(PREFIX + raw)).decode(),
    }
    document = json.dumps(envelope).encode()
    if len(document) > MAX_BYTES:
        raise BadInput(Problem("document", "", f"has {len(document)} bytes signed; kiosks take {MAX_BYTES}"))
    return document


def open_document(data: bytes, trusted_keys: Sequence[str]) -> Payload | DocumentRefused:
    """Check form and signature alone. Nothing of the payload is looked at before its signature holds."""
    opened = _opened(data, trusted_keys)
    return opened if isinstance(opened, DocumentRefused) else opened[0]


def key_name(key: str) -> str:
    """A public key as audit and screens name it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _opened(data: bytes, trusted_keys: Sequence[str]) -> tuple[Payload, str] | DocumentRefused:
    """The payload, and the key that signed it."""
    if len(data) > MAX_BYTES:
        return DocumentRefused(DocumentRefusal.TOO_LARGE, f"{len(data)} bytes")
    try:
        envelope = json.loads(data)
        raw = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return DocumentRefused(DocumentRefusal.MALFORMED, "not a signed document")
    signer = next((key for key in trusted_keys if _holds(key, signature, raw)), None)
    if signer is None:
        return DocumentRefused(DocumentRefusal.FORGED, "no trusted key made this signature")
    try:
        return Payload.model_validate_json(raw), signer
    except ValidationError as error:
        return DocumentRefused(DocumentRefusal.MALFORMED, str(error.errors()[0]["msg"]))


class Documents:
    """The documents this kiosk has accepted.

    `validators` look at a body before it is kept and raise `BadInput` when it could not be used.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        kiosk: str,
        trusted_keys: Sequence[str],
        validators: Mapping[DocumentKind, Callable[[Mapping[str, Any]], object]],
    ) -> None:
        self._connection = connection
        self._kiosk = kiosk
        self._named_keys = tuple(trusted_keys)
        self._validators = {DocumentKind.KEYS: keys_of, **validators}

    @property
    def trusted_keys(self) -> tuple[str, ...]:
        """The owner's keys, or those they have led to: each document of keys counts if a key before it signed it."""
        trusted = self._named_keys
        for row in self._connection.execute("SELECT version, envelope FROM document_keys ORDER BY version").fetchall():
            opened = open_document(row[1].encode(), trusted)
            if isinstance(opened, DocumentRefused) or opened.kind is not DocumentKind.KEYS or opened.version != row[0]:
                break
            trusted = keys_of(opened.body)
        return trusted

    def keys_kept(self) -> dict[int, str]:
        """Version and digest of each document of keys."""
        rows = self._connection.execute("SELECT version, envelope FROM document_keys").fetchall()
        return {int(row[0]): hashlib.sha256(row[1].encode()).hexdigest() for row in rows}

    def offer(self, data: bytes, kind: DocumentKind, now: datetime) -> Accepted | DocumentRefused:
        """Take `data`, which arrived as a document of `kind`, or say why not. The last good one stays otherwise."""
        opened = _opened(data, self.trusted_keys)
        if isinstance(opened, DocumentRefused):
            return opened
        payload, signer = opened
        refused = self._not_for_us(payload, kind, now)
        if refused is not None:
            return refused
        data = _as_kept(data)
        digest = hashlib.sha256(data).hexdigest()
        body = json.dumps(payload.body, sort_keys=True, separators=(",", ":"))
        body_digest = hashlib.sha256(body.encode()).hexdigest()
        row = self._connection.execute("SELECT version, digest FROM document WHERE kind = ?", (kind,)).fetchone()
        version = int(row[0]) if row else 0
        if row and payload.version == version:
            if body_digest != row[1]:
                return DocumentRefused(DocumentRefusal.SAME_VERSION_DIFFERS, f"version {payload.version}")
            current = self.held(kind, now)
            if current is not None and current.refusal is None:
                return Accepted(kind, payload.version, news=False)
            # What is kept can no longer be believed and this can: the same version comes home.
        if payload.version < version:
            return DocumentRefused(DocumentRefusal.OLD, f"version {payload.version}, held {version}")
        if payload.version > version + MOST_VERSIONS_AHEAD:
            return DocumentRefused(DocumentRefusal.VERSION_JUMPS, f"version {payload.version}, held {version}")
        try:
            self._validators[kind](payload.body)
        except BadInput as bad:
            return DocumentRefused(DocumentRefusal.UNSOUND, str(bad.problems[0]))
        except KeyError:
            return DocumentRefused(DocumentRefusal.OTHER_KIND, kind.value)
        with transaction(self._connection):
            write(
                self._connection,
                "INSERT INTO document (kind, version, digest, body, accepted_utc, envelope) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (kind) DO UPDATE SET version = excluded.version, digest = excluded.digest, "
                "body = excluded.body, accepted_utc = excluded.accepted_utc, envelope = excluded.envelope",
                (kind, payload.version, body_digest, body, now.astimezone(UTC).isoformat(), data.decode("ascii")),
            )
            if kind is DocumentKind.KEYS:
                write(
                    self._connection,
                    "INSERT OR REPLACE INTO document_keys (version, envelope) VALUES (?, ?)",
                    (payload.version, data.decode("ascii")),
                )
        return Accepted(kind, payload.version, news=True, digest=digest, key=key_name(signer))

    def held(self, kind: DocumentKind, now: datetime) -> Held | None:
        """The last document of `kind` as it is kept, its signature checked again; None if there is none."""
        row = self._connection.execute(
            "SELECT version, body, envelope FROM document WHERE kind = ?", (kind,)
        ).fetchone()
        if row is None:
            return None
        data = row[2].encode()
        digest = hashlib.sha256(data).hexdigest()
        opened = _opened(data, self.trusted_keys)
        if isinstance(opened, DocumentRefused):
            return Held(int(row[0]), _unchecked_body(row[2] or row[1]), None, digest, "", opened)
        payload, signer = opened
        refusal = self._not_for_us(payload, kind, now)
        if payload.version != row[0]:
            refusal = DocumentRefused(DocumentRefusal.ALTERED, f"version {payload.version} kept as {row[0]}")
        return Held(payload.version, payload.body, payload.expires_utc, digest, key_name(signer), refusal)

    def _not_for_us(self, payload: Payload, kind: DocumentKind, now: datetime) -> DocumentRefused | None:
        if payload.kiosk != self._kiosk:
            return DocumentRefused(DocumentRefusal.OTHER_KIOSK, payload.kiosk)
        if payload.kind is not kind:
            return DocumentRefused(DocumentRefusal.OTHER_KIND, payload.kind.value)
        if now >= payload.expires_utc:
            return DocumentRefused(DocumentRefusal.EXPIRED, f"on {payload.expires_utc:%Y-%m-%d}")
        return None


def held_versions(operations: Path) -> dict[str, int]:
    """Version of each kind of document that is kept."""
    with closing(open_database(operations, DOCUMENT_MIGRATIONS, part=PART)) as connection:
        rows = connection.execute("SELECT kind, version FROM document ORDER BY kind").fetchall()
    return {str(row[0]): int(row[1]) for row in rows}


def keys_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys a document of keys names.

    Raises:
        BadInput: they are none.
    """
    keys = checked(TrustedKeys, body, "office document").keys
    try:
        return are_keys(keys)
    except ValueError as error:
        raise BadInput(Problem("office document", "keys", str(error))) from error


def _as_kept(data: bytes) -> bytes:
    """A document that was opened, without whatever else lay in its envelope."""
    envelope = json.loads(data)
    return json.dumps({"payload": envelope["payload"], "signature": envelope["signature"]}).encode()


def _unchecked_body(text: str) -> Mapping[str, Any]:
    """The body of a kept document whose signature does not count; whoever asks knows by its digest that it is genuine.

    One kept before documents were kept whole is its body alone.
    """
    try:
        found = json.loads(text)
        if "payload" in found:
            found = json.loads(base64.b64decode(found["payload"]))["body"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _holds(key: str, signature: bytes, raw: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, PREFIX + raw)
    except (InvalidSignature, ValueError):
        return False
    return True
