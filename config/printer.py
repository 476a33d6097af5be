"""The receipt printer a machine may have.

Responsible for: how it is reached and what it is. Not responsible for: when it prints (`config.store`), talking to it
(`hardware.receipt_printer`).
"""

from __future__ import annotations

from pydantic import Field

from config.base import Frozen, PathText


class Printer(Frozen):
    """A printer that speaks ESC/POS.

    `port` is `socket://HOST:9100`, a serial device, or `/dev/usb/lp0`; empty: there is none. `profile` names it as
    python-escpos does, for its code pages.
    """

    port: PathText = ""
    baud: int = Field(default=19200, ge=1200, le=115200)
    profile: str = Field(default="default", pattern=r"^[A-Za-z0-9+_-]{2,40}$")
    columns: int = Field(default=42, ge=24, le=64)
    answer_timeout_s: float = Field(default=1.0, ge=0.1, le=10)
