"""When the tray's cameras were calibrated, as the machine file says it in a calibration's own words.

Responsible for: the first line of a calibration, written and read again. Not responsible for: its figures
(`kiosk.calibration.cameras`).
"""

from __future__ import annotations

import re
from datetime import date, datetime

FITTED = ("silhouette", "line_left", "line_right")
"""Views the gauge is measured in. The head view is registered with the silhouette, the check view sees no tray."""
_HEADING = "# Calibration against the step gauge, "


def heading(now: datetime) -> str:
    """The line that dates a calibration."""
    return f"{_HEADING}{now:%Y-%m-%d %H:%M} UTC."


def calibrated_on(text: str) -> date | None:
    """The newest day that a file's text is dated with; None of figures taken without their first line."""
    days = re.findall(rf"^{re.escape(_HEADING)}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}) ", text, re.M)
    try:
        return max(map(date.fromisoformat, days), default=None)
    except ValueError:
        return None
