"""Times are aware, in UTC, and whole milliseconds in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import FixedClock, SystemClock, from_ms, to_ms

# Hypothesis takes the limits without a zone and adds it.
moments = st.datetimes(
    min_value=datetime.fromisoformat("0001-01-02"),
    max_value=datetime.fromisoformat("9999-12-30"),
    timezones=st.just(UTC),
)


@given(st.integers(-(10**13), 10**13))
def test_milliseconds_come_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


@given(moments)
def test_a_moment_comes_back_to_the_millisecond(moment: datetime) -> None:
    assert timedelta() <= moment - from_ms(to_ms(moment)) < timedelta(milliseconds=1)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_the_zone_does_not_change_the_moment(moment: datetime, minutes: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert to_ms(elsewhere) == to_ms(moment)


def test_a_naive_time_cannot_be_stored() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_ms(datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_a_fixed_clock_stands_until_it_is_set() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.at += timedelta(hours=1)
    assert clock.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)
