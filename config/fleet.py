"""Many kiosks: where events go and whose documents are believed. Off as shipped.

Responsible for: the settings of the fleet link and reading them. Not responsible for: secrets, which come from the
environment (`KIOSK_MQTT_PASSWORD`, `KIOSK_COLLECTOR_DSN`).
"""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from config.base import Frozen, Name, PathText
from config.toml_files import checked, read_toml

SHIPPED = Path(__file__).with_name("fleet.toml")


class ConfirmBy(StrEnum):
    """When an event may leave the outbox."""

    COLLECTOR = "collector"
    """When the collector says it is stored: survives a broker that drops, fills up or loses its disk."""
    BROKER = "broker"
    """When the broker has acknowledged it: for other consumers than our collector."""


class Broker(Frozen):
    """The MQTT broker. Deadlines in seconds; file paths as the kiosk's user sees them."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65535)
    tls: bool = True
    ca_file: PathText = ""
    """Certificate authority of the broker; empty: the system's."""
    cert_file: PathText = ""
    key_file: PathText = ""
    keepalive_s: int = Field(ge=5, le=1200)
    connect_timeout_s: float = Field(gt=0.1, le=60)
    retry_min_s: float = Field(gt=0, le=600)
    retry_max_s: float = Field(gt=0, le=3600)
    session_expiry_s: int = Field(ge=60, le=31_536_000)
    """How long the broker keeps this client's session while it is away."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.retry_max_s < self.retry_min_s:
            raise ValueError("retry_max_s must not be below retry_min_s")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file and key_file are given together or not at all")
        if not self.tls and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("tls may be off only towards this machine itself")
        return self


KioskName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""What a kiosk may be called: part of topics at the broker."""


class Fleet(Frozen):
    """The fleet link of one kiosk. `kiosk` is its name at the broker, its user name there, and in every event."""

    enabled: bool = False
    kiosk: KioskName
    topic_root: str = Field(pattern=r"^[a-z0-9][a-z0-9/-]{0,62}$")
    confirm: ConfirmBy = ConfirmBy.COLLECTOR
    window: int = Field(ge=1, le=10_000)
    """Events on the way at once."""
    resend_after_s: float = Field(gt=0, le=86_400)
    """With confirm = "collector": send again what the collector has not confirmed for this long, the next time for
    twice as long, and so on."""
    trusted_keys: tuple[Name, ...] = Field(default=(), max_length=16)
    """Ed25519 public keys (base64, 32 bytes) whose documents are believed."""
    broker: Broker

    @field_validator("trusted_keys")
    @classmethod
    def _keys_are_ed25519(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        return are_keys(keys)


class Groups(Frozen):
    """The office's file of groups: a name, and the kiosks in it."""

    groups: dict[str, tuple[KioskName, ...]] = Field(min_length=1, max_length=1000)


def load_groups(path: Path) -> dict[str, tuple[str, ...]]:
    """The kiosks of each group.

    Raises:
        BadInput: with every problem of the file.
    """
    return dict(checked(Groups, read_toml(path), str(path)).groups)


def are_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """`keys`, each a public key.

    Raises:
        ValueError: one is none.
    """
    for key in keys:
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("a trusted key is not base64") from error
        if len(raw) != 32:
            raise ValueError("a trusted key must be 32 bytes")
    return keys


def load_fleet(path: Path | None = None) -> Fleet:
    """Read `path` over the shipped file.

    Raises:
        BadInput: with every problem of the file.
    """
    table = read_toml(SHIPPED)
    if path is not None:
        own = read_toml(path)
        broker = own.get("broker", {})
        # A broker that is no table is left for the model to complain of.
        below = {"broker": {**table["broker"], **broker}} if isinstance(broker, dict) else {}
        table = {**table, **own, **below}
    return checked(Fleet, table, str(path or SHIPPED))
