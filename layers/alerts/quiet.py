"""Quiet hours and shifts: by the clock on the wall, whatever summer time does to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from data.alert_rules import Daily

_MINUTE = timedelta(minutes=1)
_LONGEST = 60 * 27  # minutes: a day with an hour put in, and some


def within(daily: Daily, now: datetime) -> bool:
    """Return whether the wall clock shows a time of this stretch of the day; equal ends are the whole day."""
    start, end = daily.ends
    shown = now.astimezone(ZoneInfo(daily.zone)).time()
    if start == end:
        return True
    return start <= shown < end if start < end else shown >= start or shown < end


def ends(daily: Daily, now: datetime) -> datetime | None:
    """Return the first whole minute after now at which the stretch is over; None when it never is.

    Walks minute by minute: twice a year a wall time comes twice or not at all, and nothing is shorter.
    """
    at = now.replace(second=0, microsecond=0)
    for _ in range(_LONGEST):
        at += _MINUTE
        if not within(daily, at):
            return at
    return None
