"""What passes on the wire, in plain words.

Responsible for: one line and its direction to a sentence, its kind and whether it means trouble. Not responsible for:
showing it, or what a kiosk makes of it (`hardware.grbl.session`). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from hardware.grbl.events import (
    Alarm,
    Echo,
    ErrorReply,
    Greeting,
    Info,
    Offset,
    Ok,
    ParserState,
    Probe,
    Setting,
    StartupLine,
    StatusReport,
)
from hardware.grbl.wire import parse_line
from hardware.job import Position
from simulator.wire.tap import Passage
from ui.panel.decode_gcode import gcode
from ui.panel.translate import PanelTranslation


class LineKind(StrEnum):
    """What a line is, for filters and colours."""

    POLL = "poll"
    OK = "ok"
    COMMAND = "command"
    REPLY = "reply"
    TROUBLE = "trouble"
    PORT = "port"


@dataclass(frozen=True)
class LineMeaning:
    """A line in plain words."""

    kind: LineKind
    text: str


_REALTIME = {
    0x18: "rt.reset", 0x84: "rt.door", 0x85: "rt.jog_cancel", 0x90: "rt.feed_100", 0x99: "rt.spindle_100",
    0x9E: "rt.spindle_stop", 0xA0: "rt.flood", 0xA1: "rt.mist",
}  # fmt: skip
_STEPS = {0x91: "+10", 0x92: "−10", 0x93: "+1", 0x94: "−1", 0x9A: "+10", 0x9B: "−10", 0x9C: "+1", 0x9D: "−1"}
_RAPID = {0x95: "100", 0x96: "50", 0x97: "25"}
_PLAIN = {
    "$H": "cmd.home", "$X": "cmd.unlock", "$$": "cmd.settings", "$G": "cmd.parser", "$#": "cmd.offsets",
    "$I": "cmd.build", "$N": "cmd.startup", "$C": "cmd.check", "$SLP": "cmd.sleep", "$": "cmd.help",
}  # fmt: skip
_ROOM = re.compile(r"\|Bf:\d+,(\d+)")
_TROUBLED_STATES = frozenset({"Alarm", "Door"})


def meaning(course: str, text: str, damaged: bool, translate: PanelTranslation) -> LineMeaning:
    r"""One line of the wire in plain words.

    Args:
        course: a `simulator.wire.tap.Course`.
        text: as it passed, bytes that cannot be printed as `\\x18`.
        damaged: whether the simulated wire changed it.
        translate: the language.
    """
    if course == Passage.PORT:
        return LineMeaning(LineKind.PORT, translate("wire.port.open"))
    found = _sent(text, translate) if course == Passage.TO_BOARD else _received(text, translate)
    if damaged:
        return LineMeaning(LineKind.TROUBLE, f"{translate('wire.damaged')} · {found.text}")
    return found


def at(position: Position) -> str:
    """Three coordinates, short."""
    return " ".join(f"{axis}{value:.3f}" for axis, value in zip("XYZ", position, strict=True))


def _sent(text: str, translate: PanelTranslation) -> LineMeaning:
    if text == "?":
        return LineMeaning(LineKind.POLL, translate("wire.rt.status"))
    if text in ("!", "~"):
        return LineMeaning(LineKind.COMMAND, translate("wire.rt.hold" if text == "!" else "wire.rt.resume"))
    if match := re.fullmatch(r"\\x([0-9a-f]{2})", text):
        return LineMeaning(LineKind.COMMAND, _single(int(match[1], 16), translate))
    plain = text.replace(" ", "").upper()
    if plain.startswith("$"):
        return LineMeaning(LineKind.COMMAND, _dollar(plain, translate))
    return LineMeaning(LineKind.COMMAND, gcode(text, translate))


def _single(byte: int, translate: PanelTranslation) -> str:
    if byte in _REALTIME:
        return translate(f"wire.{_REALTIME[byte]}")
    if byte in _STEPS:
        return translate("wire.rt.feed" if byte < 0x99 else "wire.rt.spindle", step=_STEPS[byte])
    if byte in _RAPID:
        return translate("wire.rt.rapid", to=_RAPID[byte])
    return translate("wire.rt.unknown")


def _dollar(plain: str, translate: PanelTranslation) -> str:
    if plain in _PLAIN:
        return translate(f"wire.{_PLAIN[plain]}")
    if plain.startswith("$J="):
        return f"{translate('wire.jog')}: {gcode(plain[3:], translate)}"
    if match := re.fullmatch(r"\$(\d{1,3})=(.+)", plain):
        number = int(match[1])
        return translate("wire.cmd.set", number=number, name=translate.setting(number), value=match[2])
    if match := re.fullmatch(r"\$N([01])=(.*)", plain):
        return translate("wire.cmd.store_startup", number=match[1])
    if match := re.fullmatch(r"\$RST=(.)", plain):
        return translate("wire.cmd.restore", what={"*": "$ # I"}.get(match[1], match[1]))
    return translate("wire.cmd.note" if plain.startswith("$I=") else "wire.cmd.unknown")


def _received(text: str, translate: PanelTranslation) -> LineMeaning:
    event = parse_line(text.encode("ascii", "replace"))
    match event:
        case Ok():
            return LineMeaning(LineKind.OK, translate("wire.ok"))
        case ErrorReply(number):
            return LineMeaning(LineKind.TROUBLE, translate("wire.error", meaning=translate.error(number)))
        case Alarm(number):
            return LineMeaning(LineKind.TROUBLE, translate("wire.alarm", meaning=translate.alarm(number)))
        case StatusReport():
            kind = LineKind.TROUBLE if event.state in _TROUBLED_STATES else LineKind.POLL
            room = _ROOM.search(text)
            return LineMeaning(kind, _status(event, room[1] if room else "", translate))
        case Probe(position, touched):
            return LineMeaning(
                LineKind.REPLY, translate("wire.touched" if touched else "wire.not_touched", target=at(position))
            )
        case Greeting(firmware, version):
            return LineMeaning(LineKind.REPLY, translate("wire.hello", firmware=firmware, version=version))
        case Setting(number, value):
            return LineMeaning(
                LineKind.REPLY, translate("wire.setting", number=number, name=translate.setting(number), value=value)
            )
        case Echo(line):
            return LineMeaning(LineKind.OK, translate("wire.echo", meaning=_sent(line, translate).text))
        case ParserState(words):
            return LineMeaning(LineKind.REPLY, translate("wire.parser", words=" ".join(words)))
        case Offset(name, values):
            target = " ".join(f"{value:.3f}" for value in values)
            return LineMeaning(LineKind.REPLY, translate("wire.offset.is", name=name, target=target))
        case Info(kind_, words):
            known = f"wire.info.{kind_}"
            said = (
                translate(known, text=words)
                if known in translate.ids
                else translate("wire.info", kind=kind_, text=words)
            )
            return LineMeaning(LineKind.REPLY, said)
        case StartupLine(ran=ran):
            return LineMeaning(LineKind.REPLY, translate("wire.startup.ran" if ran else "wire.startup"))
        case _:
            return LineMeaning(LineKind.TROUBLE, translate("wire.garbled"))


def _status(status: StatusReport, bytes_free: str, translate: PanelTranslation) -> str:
    where = status.machine_mm or status.work_mm
    name = status.state if status.substate is None else f"{status.state}:{status.substate}"
    parts = [translate("wire.st.at", state=translate.state(name), target=at(where)) if where else translate.state(name)]
    if status.feed_mm_min:
        parts.append(translate("wire.st.feed", feed=f"{status.feed_mm_min:g}"))
    if status.spindle_rpm:
        parts.append(translate("wire.speed", rpm=f"{status.spindle_rpm:g}"))
    if status.pins:
        pins = (f"wire.pin.{pin}" for pin in status.pins)
        names = ", ".join(translate(pin) if pin in translate.ids else pin[-1] for pin in pins)
        parts.append(translate("wire.st.pins", pins=names))
    if status.accessories:
        names = ", ".join(
            translate(f"wire.acc.{one}") for one in status.accessories if f"wire.acc.{one}" in translate.ids
        )
        parts.append(translate("wire.st.on", what=names))
    if status.overrides and status.overrides != (100, 100, 100):
        feed, rapid, wheel = status.overrides
        parts.append(translate("wire.st.overrides", feed=feed, rapid=rapid, wheel=wheel))
    if status.blocks_free is not None:
        parts.append(translate("wire.st.room", blocks=status.blocks_free, bytes=bytes_free))
    return " · ".join(parts)
