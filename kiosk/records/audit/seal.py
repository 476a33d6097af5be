"""The audit's sealing key and anchor: two small files in a folder apart from the database.

Responsible for: that folder: making, reading and replacing the two at once and for good. Not responsible for: what is
sealed (`kiosk.records.audit.chain`), the book (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from config.ordinary_file import ordinary
from kiosk.records.audit.chain import FIRST_PREVIOUS, KEY_BYTES, Anchor, AuditKey, first_anchor
from kiosk.records.database import DatabaseFault
from kiosk.records.private_file import put_in_place, replace_private, write_beside

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
        """Whether a book was ever sealed from here; a beginning that was cut short leaves the anchor of none, alone."""
        if (self._folder / _KEY_FILE).exists():
            return True
        anchor = self.anchor()
        return anchor is not None and (anchor.number, anchor.hash) != (0, FIRST_PREVIOUS)

    def begin(self, secret: bytes | None = None) -> AuditKey:
        """A new key, and the anchor of a book without records; the key last, and nothing is begun without it.

        Raises:
            AuditFault: the folder refuses.
        """
        key = AuditKey(secret or secrets.token_bytes(KEY_BYTES))
        self.keep(first_anchor(key))
        with self._refusals(_KEY_FILE) as path:
            replace_private(path, key.secret.hex())
        return key

    def key(self) -> AuditKey:
        """The sealing key.

        Raises:
            AuditFault: it is gone or cannot be used.
        """
        path = self._folder / _KEY_FILE
        try:
            secret = bytes.fromhex(ordinary(path).read_text("ascii"))
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
            number, digest, seal = ordinary(self._folder / _ANCHOR_FILE).read_text("ascii").split()
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
        self.prepare(anchor)
        self.settle()

    def prepare(self, anchor: Anchor) -> None:
        """Have `anchor` on disk beside the one before, which stays in force until `settle`.

        Raises:
            AuditFault: the folder refuses.
        """
        with self._refusals(_ANCHOR_FILE) as path:
            write_beside(path, f"{anchor.number} {anchor.hash} {anchor.seal}\n")

    def settle(self) -> None:
        """What was prepared takes the place of the one before.

        Raises:
            AuditFault: the folder refuses.
        """
        with self._refusals(_ANCHOR_FILE) as path:
            put_in_place(path)

    @contextmanager
    def _refusals(self, name: str) -> Iterator[Path]:
        path = self._folder / name
        try:
            yield path
        except OSError as error:
            raise AuditFault(f"{path}: {error.strerror}") from error
