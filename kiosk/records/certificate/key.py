"""The key a kiosk signs its certificates with: its own, made once, never leaving it.

Responsible for: making, keeping and reading it. Not responsible for: what is signed (`kiosk.records.certificate.text`).
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.ordinary_file import ordinary
from kiosk.records.database import DatabaseFault
from kiosk.records.private_file import replace_private

KEY_FILE = "certificate.key"


class KeyUnusable(DatabaseFault):
    """The key is there and cannot be used, or cannot be kept: another one is never put in its place unasked."""


def kept_key(folder: Path) -> Ed25519PrivateKey | None:
    """The key that lies in `folder`, or None.

    Raises:
        KeyUnusable: it cannot be read.
    """
    path = folder / KEY_FILE
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(ordinary(path).read_text("ascii")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeyUnusable(f"{path}: the certificates' key cannot be read: {type(error).__name__}") from error


def own_key(folder: Path) -> Ed25519PrivateKey:
    """The kiosk's key, made at the first start.

    Raises:
        KeyUnusable: it cannot be read or kept.
    """
    key = kept_key(folder)
    if key is None:
        key = Ed25519PrivateKey.generate()
        try:
            replace_private(folder / KEY_FILE, key.private_bytes_raw().hex())
        except OSError as error:
            raise KeyUnusable(f"{folder / KEY_FILE}: {error.strerror}") from error
    return key
