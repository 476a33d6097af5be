"""What a GRBL 1.1 board's alarm and error numbers mean, and the one safe next step for each. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A number in words, and what a technician does first."""

    text: str
    next_step: str


_REHOME = "Clear the way, then recover: reset, wheel off, home again."

ALARMS: dict[int, Meaning] = {
    1: Meaning("a limit switch was hit", "Look for what moved too far, then recover: home again."),
    2: Meaning("a move would leave the travel", "Compare the machine file's travel with the board's, then recover."),
    3: Meaning("reset while moving", _REHOME),
    4: Meaning(
        "the probe was closed before probing", "Look for metal between wheel and clamp; clean the probe's wire."
    ),
    5: Meaning("the probe met nothing", "Look whether a blank is in the clamp and the probe's wire is on."),
    6: Meaning("homing was ended by a reset", _REHOME),
    7: Meaning("homing was ended by the door", "Close the door, then recover: home again."),
    8: Meaning("a home switch stayed closed", "Look for shavings on the switch, then recover: home again."),
    9: Meaning("a home switch was not found", "Look at the switch's wire and the travel, then recover."),
    10: Meaning("the second home switch was not found", "Look at both switches of the axis, then recover."),
    11: Meaning("homing is required", "Recover: home."),
    12: Meaning("a limit switch is closed at start", "Move the axis off its switch by hand, then recover."),
    13: Meaning("the emergency stop is open", "Find why it was pressed, release it, then recover."),
    14: Meaning("homing is required before moving", "Recover: home."),
    15: Meaning("a move would leave the travel", "Compare the machine file's travel with the board's, then recover."),
    16: Meaning("power to the motors is off", "Look at the emergency stop and the supply, then recover."),
    17: Meaning("a motor driver reports a fault", "Switch off and look at the driver and its motor."),
}

_SEND = "A damaged or wrong line: look at the cable and its shield, then recover."
_SETTING = "Compare the board's settings with the machine file."

ERRORS: dict[int, Meaning] = {
    1: Meaning("a word without a letter", _SEND),
    2: Meaning("a number in the wrong form", _SEND),
    3: Meaning("an unknown $ command", _SEND),
    4: Meaning("a negative value where none may be", _SEND),
    5: Meaning("homing is not enabled", "Enable homing on the board ($22=1): the machine file needs it."),
    6: Meaning("step pulse too short", _SETTING),
    7: Meaning("the settings memory was unreadable: defaults are in force", "Restore the board's settings."),
    8: Meaning("a $ command while not idle", "Recover."),
    9: Meaning("locked by an alarm or while jogging", "Recover: home."),
    10: Meaning("soft limits need homing", "Enable homing on the board ($22=1)."),
    11: Meaning("line too long", _SEND),
    12: Meaning("step rate too high", _SETTING),
    13: Meaning("the door is open", "Close the door, then recover."),
    14: Meaning("a stored line is too long", _SEND),
    15: Meaning("a jog would leave the travel", "Jog less far."),
    16: Meaning("a jog in the wrong form", _SEND),
    17: Meaning("laser mode needs a variable wheel speed", "Switch laser mode off ($32=0)."),
    20: Meaning("an unsupported command", "Look at the macros in the machine file."),
    21: Meaning("two commands of one group in a line", _SEND),
    22: Meaning("no feed was set", _SEND),
    23: Meaning("a whole number was needed", _SEND),
    24: Meaning("two commands that both want axis words", _SEND),
    25: Meaning("a word twice in a line", _SEND),
    26: Meaning("axis words are missing", _SEND),
    27: Meaning("a line number out of range", _SEND),
    28: Meaning("a value is missing", _SEND),
    29: Meaning("an unknown work offset", _SEND),
    30: Meaning("G53 without G0 or G1", _SEND),
    31: Meaning("axis words nothing uses", _SEND),
    32: Meaning("an arc without axis words", _SEND),
    33: Meaning("a motion with an impossible target", _SEND),
    34: Meaning("an arc with an impossible radius", _SEND),
    35: Meaning("an arc without its centre", _SEND),
    36: Meaning("words nothing uses", _SEND),
    37: Meaning("a tool offset for an axis that has none", _SEND),
    38: Meaning("a tool number too large", _SEND),
}

_UNKNOWN = Meaning("not a number this program knows", "Look it up in the board's own manual; then recover.")


def alarm(number: int) -> Meaning:
    """Meaning of `ALARM:number`."""
    return ALARMS.get(number, _UNKNOWN)


def error(number: int) -> Meaning:
    """Meaning of `error:number`."""
    return ERRORS.get(number, _UNKNOWN)
