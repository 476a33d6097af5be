"""Plain words for what a setting must look like, in place of the pattern it is held against.

Responsible for: one phrase a pattern, and one for days and lengths. Not responsible for: the patterns (the models).
"""

from __future__ import annotations

import re

_DAY = "must be a day such as 2026-03-01"
_KINDS = {
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
}
PATTERNS = {
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "must be a country, or country-part, in capitals, such as DE or US-CA",
    r"^[A-Z]{3}$": "must be a currency's three capital letters, such as USD",
    r"^[a-z]{2,3}$": "must be a language's two or three small letters, such as en",
    r"^(closed|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9])$": "must be such as 08:00-20:00, or closed",
    r"^(light|contrast)$": "must be light or contrast",
    r"^(debug|info|warning|error)$": "must be debug, info, warning or error",
    r"^[0-9]{6}$": "must be six digits",
    r"^([0-9]{12,13})?$": "must be an article number of 12 or 13 digits, or empty",
    r"^([0-9]{4,6})?$": "must be 4 to 6 digits, or empty",
    r"^[A-Za-z0-9+_-]{2,40}$": "must be 2 to 40 letters, digits or + _ -",
    r"^[a-z0-9][a-z0-9-]{0,62}$": "must be 1 to 63 small letters, digits or hyphens, such as store-1",
    r"^[a-z0-9][a-z0-9/-]{0,62}$": "must be 1 to 63 small letters, digits, hyphens or slashes, such as kiosks/north",
    r"^[A-Z0-9][A-Z0-9-]{1,15}$": "must be 2 to 16 capitals, digits or hyphens, such as KW1",
    r"^[A-Z0-9][A-Z0-9-]{1,31}$": "must be 2 to 32 capitals, digits or hyphens, such as KW1",
    r"^[A-Z][A-Z0-9_]{2,47}$": "must be 3 to 48 capitals, digits or underscores, such as MY_RULE",
    r"^[a-z0-9_]{2,40}$": "must be 2 to 40 small letters, digits or underscores",
    r"^[a-z0-9_-]{1,40}:[a-z0-9_+-]{1,40}$": "must be two names with a colon between, such as maker:section",
    r"^X?Y?Z?$": "must be axes in this order: X, Y, Z",
    r"^[A-Z]$": "must be one capital letter",
    r"^[0-9a-f]{64}$": "must be 64 digits or letters a to f, as kiosk writes them",
}
"""By the pattern as it stands in a model."""


def plain(kind: str, message: str) -> str | None:
    """A complaint of pydantic about a pattern, a day or a length, for whoever wrote the file; None of any other."""
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(message.partition("'")[2].removesuffix("'"))
    if kind in {"string_too_short", "string_too_long"}:
        return re.sub(r"^String should have", "must have", message)
    return _KINDS.get(kind)
