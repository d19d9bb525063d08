"""When a brief that is made by itself is due: a time of day in a zone, on days of the week."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = 7


def next_due(at: str, zone: str, days: Collection[int], *, after: datetime) -> datetime:
    """Return the first moment after another one at which the wall clock of the zone says `at`."""
    start = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return next(one for one in _moments(at, zone, days, start=start, step=1) if one > after)


def last_due(at: str, zone: str, days: Collection[int], *, now: datetime) -> datetime:
    """Return the last such moment that is not after now: of many that were missed, this one is made good."""
    start = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return next(one for one in _moments(at, zone, days, start=start, step=-1) if one <= now)


def _moments(at: str, zone: str, days: Collection[int], *, start: date, step: int) -> Iterator[datetime]:
    clock = time.fromisoformat(at)
    for number in range(2 * _WEEK + 2):
        day = start + timedelta(days=step * number)
        if day.weekday() in days:
            # An hour that the change to summer time leaves out comes as much later; one that comes twice
            # counts the first time: once a day either way.
            yield datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
