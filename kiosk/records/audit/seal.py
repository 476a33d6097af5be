"""The audit's sealing key and anchor: two small files in a folder apart from the database.

Responsible for: that folder: making, reading and replacing the two at once and for good. Not responsible for: what is
sealed (`kiosk.records.audit.chain`), the book (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import ClassVar

from kiosk.records.audit.chain import KEY_BYTES, Anchor, AuditKey, first_anchor
from kiosk.records.database import DatabaseFault
from kiosk.records.private_file import replace_private

_KEY_FILE = "audit.key"
_ANCHOR_FILE = "audit.anchor"


class AuditFault(DatabaseFault):
    """The book cannot be kept as it must: nothing may be sold that cannot be recorded."""

    code: ClassVar[str] = "AUDIT"


class SealFolder:
    """Key and anchor of one book."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made or read yet."""
        self._folder = folder

    @property
    def begun(self) -> bool:
        """Whether a book was ever sealed from here."""
        return (self._folder / _KEY_FILE).exists() or (self._folder / _ANCHOR_FILE).exists()

    def begin(self, secret: bytes | None = None) -> AuditKey:
        """A new key, and the anchor of a book without records.

        Raises:
            AuditFault: the folder refuses.
        """
        key = AuditKey(secret or secrets.token_bytes(KEY_BYTES))
        self._write(_KEY_FILE, key.secret.hex())
        self.keep(first_anchor(key))
        return key

    def key(self) -> AuditKey:
        """The sealing key.

        Raises:
            AuditFault: it is gone or cannot be used.
        """
        path = self._folder / _KEY_FILE
        try:
            secret = bytes.fromhex(path.read_text("ascii"))
        except FileNotFoundError:
            raise AuditFault(f"{path}: the audit's key is gone; put it back before going on") from None
        except (OSError, ValueError) as error:
            raise AuditFault(f"{path}: the audit's key cannot be read: {type(error).__name__}") from error
        if len(secret) != KEY_BYTES:
            raise AuditFault(f"{path}: not an audit key")
        return AuditKey(secret)

    def anchor(self) -> Anchor | None:
        """The anchor as it lies there; None if there is none. One that cannot be read vouches for nothing."""
        try:
            number, digest, seal = (self._folder / _ANCHOR_FILE).read_text("ascii").split()
            return Anchor(int(number), digest, seal)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return Anchor(0, "", "")

    def keep(self, anchor: Anchor) -> None:
        """Put `anchor` in place of the one before.

        Raises:
            AuditFault: the folder refuses.
        """
        self._write(_ANCHOR_FILE, f"{anchor.number} {anchor.hash} {anchor.seal}\n")

    def _write(self, name: str, text: str) -> None:
        """Replace a small file at once and for good, readable by its owner alone."""
        try:
            replace_private(self._folder / name, text)
        except OSError as error:
            raise AuditFault(f"{self._folder / name}: {error.strerror}") from error
