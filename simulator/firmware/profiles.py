"""The boards `kiosk simulate --board` knows: each a build with what its maker's documentation says of it.

Responsible for: naming them, their source and the day they were last held against it. Not responsible for: behaving
(`simulator.firmware.makes`, `simulator.firmware.board`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from simulator.firmware.build import ECHO, GUARDED, STOCK, FirmwareBuild, Make


@dataclass(frozen=True)
class BoardProfile:
    """One board: how it was built, where that is written, and when this was last compared."""

    build: FirmwareBuild
    source: str
    conformance: date


_ON = date(2026, 11, 28)
_GRBL = "GRBL 1.1h: gnea/grbl wiki (interface, commands, settings), and exchanges recorded on a real one"
_CAFE = "[MSG:INFO: Connecting to STA SSID:Caf\u00e9]"

PROFILES: dict[str, BoardProfile] = {
    "grbl": BoardProfile(replace(STOCK, alarm_race=True), _GRBL, _ON),
    "grbl-echo": BoardProfile(replace(ECHO, alarm_race=True), _GRBL + "; REPORT_ECHO_LINE_RECEIVED", _ON),
    "grbl-door": BoardProfile(replace(GUARDED, alarm_race=True), _GRBL + "; ENABLE_SAFETY_DOOR_INPUT_PIN", _ON),
    "grblhal": BoardProfile(
        FirmwareBuild(make=Make.GRBLHAL, receive_bytes=1024, blocks=35, boot_s=0.3, mist=True),
        "grblHAL core, report.c and settings.c of 2026-08, and its wiki; its own simulator run once",
        _ON,
    ),
    "fluidnc": BoardProfile(
        FirmwareBuild(
            make=Make.FLUIDNC,
            receive_bytes=128,
            blocks=15,
            boot_s=2.5,
            boot_chatter=(
                "ets Jul 29 2019 12:21:46",
                "[MSG:INFO: FluidNC v4.0.0 https://github.com/bdring/FluidNC]",
                "[MSG:INFO: Local filesystem type is littlefs]",
                _CAFE,
                "[MSG:INFO: Machine kiosk]",
            ),
            noise=_CAFE,
            mist=True,
        ),
        "FluidNC 4 wiki (commands, configuration file, compatibility with GRBL); nobody here ran a board of it",
        _ON,
    ),
}
"""By name, as the command line has them."""
