"""The time, asked for in one place so that tests can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Clock(Protocol):
    """Anything that can be asked for the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands where it was set, for tests and reproducible scenarios."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.at


def to_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970 UTC; raise ValueError on a naive time."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {moment!r}")
    return (moment - EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """Return the aware UTC time of whole milliseconds since 1970."""
    return EPOCH + ms * _MS
