"""Running a kiosk: bounds of logs and disk, the metrics endpoint.

Responsible for: the settings of operations and reading them. Not responsible for: anything a shopper notices.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

from pydantic import Field, field_validator

from config.base import Frozen
from config.toml_files import checked, read_toml

SHIPPED = Path(__file__).with_name("operations.toml")


class Logs(Frozen):
    """Log files. At most `file_bytes` times (`files` + 1) lie on disk."""

    level: str = Field(pattern="^(debug|info|warning|error)$")
    file_bytes: int = Field(ge=10_000, le=100_000_000)
    files: int = Field(ge=1, le=50)


class Disk(Frozen):
    """Free space at which the kiosk warns, and below which it sells no more."""

    warn_free_bytes: int = Field(ge=1_000_000, le=10_000_000_000_000)
    stop_free_bytes: int = Field(ge=1_000_000, le=10_000_000_000_000)


class Metrics(Frozen):
    """The read-only metrics page. Loopback unless `host` names another address of this computer."""

    enabled: bool = False
    host: str = Field(default="127.0.0.1", min_length=1, max_length=253)
    port: int = Field(ge=0, le=65535)

    @field_validator("host")
    @classmethod
    def _is_one_address(cls, host: str) -> str:
        # The system takes "0" and "0x0" for every network this computer is on, so only plain addresses pass.
        if host != "localhost":
            try:
                address = IPv4Address(host)
            except ValueError:
                raise ValueError("must be localhost or one IPv4 address of this computer, such as 127.0.0.1") from None
            if address.is_unspecified:
                raise ValueError("would serve every network this computer is on: name one of its addresses")
        return host


class Health(Frozen):
    """What `kiosk doctor` expects. Ages in days."""

    calibration_max_age_days: int = Field(ge=1, le=3650)
    clock_max_error_s: float = Field(gt=0, le=3600)


class Operations(Frozen):
    """All of it."""

    logs: Logs
    disk: Disk
    metrics: Metrics
    health: Health


def load_operations(path: Path | None = None) -> Operations:
    """Read `path` (the shipped file by default).

    Raises:
        BadInput: with every problem of the file.
    """
    path = path or SHIPPED
    return checked(Operations, read_toml(path), str(path))
