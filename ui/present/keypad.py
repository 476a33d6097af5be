"""What the keys of a keypad or keyboard mean here. Pure.

Responsible for: telling a key's name and the character it types, and one stroke from two. Not responsible for: what
follows (`ui.window`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

NEXT_KEYS = frozenset({"tab", "down", "right"})
BACK_KEYS = frozenset({"up", "left"})
PRESS_KEYS = frozenset({"enter", "numpadenter", "spacebar"})
KEYS = {
    9: "tab",
    13: "enter",
    271: "numpadenter",
    32: "spacebar",
    273: "up",
    274: "down",
    275: "right",
    276: "left",
    8: "backspace",
    268: "speech",
    270: "louder",
    269: "quieter",
    267: "repeat",
}
"""Kivy's key codes of the keys that do something here: on a keypad, * speaks, + and - set how loud, / says it again."""
SHIFTED = {56: "speech", 61: "louder"}
"""The same on a desk's keyboard, where * is shift and 8, + is shift and =."""
NUMPAD_0 = 256
_ON_DESKS = ("tab", "spacebar", "backspace")
"""Keys that a keyboard has and a keypad has not."""
DOUBLE_STRIKE_S = 0.5
"""The same key again this soon after it went down or up is a hand that trembles, or a key that repeats itself."""


@dataclass
class Strokes:
    """Takes a key of the keypad struck twice for one stroke. What a desk's keyboard or a scanner types is not asked."""

    _last_s: dict[int, float] = field(default_factory=dict)

    def takes(self, code: int, now_s: float) -> bool:
        """A key went down; whether that is a stroke of its own."""
        before_s = self._last_s.get(code)
        self._last_s[code] = now_s
        return not _on_keypad(code) or before_s is None or now_s - before_s >= DOUBLE_STRIKE_S

    def lifted(self, code: int, now_s: float) -> None:
        """It came up."""
        self._last_s[code] = now_s


def _on_keypad(code: int) -> bool:
    return (code in KEYS and KEYS[code] not in _ON_DESKS) or 0 <= code - NUMPAD_0 <= 9


def meaning_of(code: int, modifiers: list[str]) -> tuple[str, str, bool]:
    """Name of a key (empty if it has none here), the character it types, and whether it moves the focus back.

    Args:
        code: Kivy's code of the key.
        modifiers: keys held with it, such as `shift`.
    """
    name = SHIFTED.get(code, "") if "shift" in modifiers else ""
    name = name or KEYS.get(code, "")
    text = str(code - NUMPAD_0) if 0 <= code - NUMPAD_0 <= 9 else chr(code) if 32 < code < 127 else ""
    return name, text, name in BACK_KEYS or (name == "tab" and "shift" in modifiers)
