"""A time too coarse to tell how long a cut took, which says something of the key that was cut.

Responsible for: the quarter of an hour a moment lies in. Not responsible for: which records bear no more than that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

QUARTER_MIN = 15


def quarter_of(moment: datetime) -> datetime:
    """When the quarter of an hour began in which `moment` lies."""
    past_min = moment.minute % QUARTER_MIN
    return moment - timedelta(minutes=past_min, seconds=moment.second, microseconds=moment.microsecond)
