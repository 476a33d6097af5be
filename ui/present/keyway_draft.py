"""A keyway of the owner's own as far as it is typed.

Responsible for: holding it, and where its form is open. Not responsible for: its pages (`ui.present.own_keyway`), or
whether it is good (`kiosk`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.own_keyway import FIELDS, FIRST_DEPTH, STOPS, UNITS, KeywayEntry


@dataclass(frozen=True)
class KeywayDraft:
    """Text by field. `page` is a form's number, or the field whose keypad is open, `turned` to its other keys."""

    typed: KeywayEntry = (("unit", UNITS[0]), ("stop", STOPS[0]), (FIRST_DEPTH, "1"))
    page: str = "1"
    turned: bool = False

    def text(self, field: str) -> str:
        """What was typed of a field."""
        return dict(self.typed).get(field, "")

    def with_text(self, field: str, text: str) -> KeywayDraft:
        """The same with this text in a field."""
        return replace(self, typed=tuple({**dict(self.typed), field: text}.items()))

    def on(self, page: str, *, turned: bool = False) -> KeywayDraft:
        """The same with another page open."""
        return replace(self, page=page, turned=turned)

    @property
    def entry(self) -> KeywayEntry:
        """Every field that was filled in, in the order of the forms."""
        return tuple((field, text) for field in FIELDS if (text := self.text(field)))
