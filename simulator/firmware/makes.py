"""What boards of other makes say otherwise than stock GRBL: greeting, `$I`, `$$`, words in force, paths.

Responsible for: these texts. Not responsible for: motion and states, which are stock GRBL's here, or when anything is
said (`simulator.firmware.board`, `simulator.firmware.commands`). Sources: `simulator.firmware.profiles`.
"""

from __future__ import annotations

from typing import assert_never

from simulator.firmware.build import FirmwareBuild, Make

GRBLHAL_SETTINGS: dict[int, float] = {14: 0, 44: 4, 45: 3, 46: 0, 481: 0}
"""What a grblHAL board has beyond stock ones, of that what the driver compares."""
FLUIDNC_NUMBERS = frozenset(
    {10, 13, 20, 21, 22, 23, 30, 32, *(base + i for base in (100, 110, 120, 130) for i in (0, 1, 2))}
)
_AXIS_PATHS = {
    "steps_per_mm": 100, "max_rate_mm_per_min": 110, "acceleration_mm_per_sec2": 120, "max_travel_mm": 130,
}  # fmt: skip
_SHARED_PATHS = {
    "homing/feed_mm_per_min": 24, "homing/seek_mm_per_min": 25, "homing/settle_ms": 26, "motor0/pulloff_mm": 27,
}  # fmt: skip
_CYCLES = {"x": "2", "y": "2", "z": "1"}


def greeting(build: FirmwareBuild) -> str:
    """The line a board starts with."""
    return {
        Make.GRBL: f"Grbl {build.version} ['$' for help]",
        Make.GRBLHAL: "GrblHAL 1.1f ['$' or '$HELP' for help]",
        Make.FLUIDNC: "Grbl 4.0 [FluidNC v4.0.0 (wifi) '$' for help]",
    }[build.make]


def identity(build: FirmwareBuild, note: str) -> list[str]:
    """`$I`, with what its owner stored there."""
    size = f"{build.planner_blocks},{build.receive_bytes}"
    match build.make:
        case Make.GRBL:
            return [f"[VER:{build.version}.{build.revision}:{note}]", f"[OPT:{build.options},{size}]"]
        case Make.GRBLHAL:
            return [
                f"[VER:1.1f.20260818:{note}]", f"[OPT:VNMSL,{size},3,0]", "[AXS:3:XYZ]", "[NEWOPT:ENUMS,RT-,HOME]",
                "[FIRMWARE:grblHAL]", "[NVS STORAGE:*FLASH]", "[FREE MEMORY:96K]", "[DRIVER:Simulator]",
                "[DRIVER VERSION:260818]", "[BOARD:Simulated]",
            ]  # fmt: skip
        case Make.FLUIDNC:
            return [f"[VER:4.0 FluidNC v4.0.0:{note}]", "[OPT:PHS]", "[Machine: kiosk]", "[MSG:Mode=AP:SSID=FluidNC]"]
        case _:
            assert_never(build.make)


def words_in_force(build: FirmwareBuild, words: str) -> str:
    """`$G`: grblHAL names more groups and ends whole numbers with a point."""
    if build.make is not Make.GRBLHAL:
        return words
    return words.replace(" G94 ", " G94 G49 G98 G50 ", 1).replace("]", ".]", 1)


def at_path(path: str, values: dict[int, float]) -> str | None:
    """What FluidNC has at a path of its own file; None where it has nothing."""
    known = {"stepping/pulse_us": values[0], "stepping/idle_ms": values[1]}
    if path in known:
        return f"{known[path]:.0f}"
    if path == "coolant/flood_pin":
        return "gpio.25"
    first, _, rest = path.partition("/")
    axis, _, name = rest.partition("/")
    if first != "axes" or axis not in _CYCLES:
        return None
    if name == "homing/cycle":
        return _CYCLES[axis]
    number = _AXIS_PATHS.get(name)
    shared = _SHARED_PATHS.get(name)
    if number is not None:
        return f"{values[number + 'xyz'.index(axis)]:.3f}"
    return None if shared is None else f"{values[shared]:.3f}"
