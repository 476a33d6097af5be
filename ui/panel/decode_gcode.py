"""A line of G-code in plain words.

Responsible for: the words a stock GRBL 1.1 board knows, as this machine uses them (flood output: the clamp). Not
responsible for: whether a board would take the line. Pure.
"""

from __future__ import annotations

import re

from ui.panel.translate import PanelTranslation

_WORD = re.compile(r"([A-Z])([+-]?(?:\d+\.?\d*|\.\d+))")
_MOTION = {
    "G0": "rapid", "G1": "linear", "G2": "cw", "G3": "ccw", "G38.2": "probe_to", "G38.3": "probe_to",
    "G38.4": "probe_from", "G38.5": "probe_from",
}  # fmt: skip
_SIMPLE = {
    "M3": "wheel.on", "M4": "wheel.back", "M5": "wheel.off", "M7": "mist", "M8": "clamp.open", "M9": "clamp.close",
    "G53": "machine_coords", "G21": "mm", "G20": "inches", "G90": "absolute", "G91": "incremental", "G93": "inverse",
    "G94": "per_minute", "G28": "go_home", "G30": "go_home", "G10": "set_offset", "G92.1": "forget_zero",
    "M0": "pause", "M1": "pause", "M2": "end", "M30": "end",
}  # fmt: skip
_PLANES = {"G17": "XY", "G18": "ZX", "G19": "YZ"}
_OFFSETS = ("G54", "G55", "G56", "G57", "G58", "G59")
_MUST = ("G38.2", "G38.4")


def gcode(line: str, translate: PanelTranslation) -> str:
    """The line in words, its phrases in the order of the line; what is no G-code is said to be none."""
    text = re.sub(r"\(.*?\)|;.*", "", line).replace(" ", "").upper()
    words = _WORD.findall(text)
    if not words or "".join(letter + value for letter, value in words) != text:
        return translate("wire.not_gcode")
    values = {letter: value for letter, value in words if letter not in "GM"}
    codes = [_code(letter, value) for letter, value in words if letter in "GM"]
    target = " ".join(f"{axis}{values[axis]}" for axis in "XYZ" if axis in values)
    phrases = [phrase for code in codes if (phrase := _phrase(code, values, target, translate))]
    moves = any(code in _MOTION or code in ("G4", "G92", "G28", "G30", "G10") for code in codes)
    if target and not moves:
        phrases.insert(0, translate("wire.same_motion", target=target))
    if "F" in values:
        phrases.append(translate("wire.feed", feed=values["F"]))
    if values.get("S"):
        phrases.append(translate("wire.speed", rpm=values["S"]))
    if "T" in values:
        phrases.append(translate("wire.tool", number=values["T"]))
    return ", ".join(phrases) or translate("wire.word", word=text)


def _code(letter: str, value: str) -> str:
    try:
        return f"{letter}{float(value):g}"
    except ValueError:
        return letter + value


def _phrase(code: str, values: dict[str, str], target: str, translate: PanelTranslation) -> str:
    if code in _MOTION:
        said = translate(f"wire.{_MOTION[code]}", target=target) if target else ""
        return f"{said} {translate('wire.must')}" if said and code in _MUST else said
    if code == "G4":
        return translate("wire.wait", s=values.get("P", "0"))
    if code == "G92":
        return translate("wire.set_zero", target=target)
    if code in _PLANES:
        return translate("wire.plane", plane=_PLANES[code])
    if code in _SIMPLE:
        return translate(f"wire.{_SIMPLE[code]}")
    if code in _OFFSETS:
        return translate("wire.offset", name=code)
    return translate("wire.word", word=code)
