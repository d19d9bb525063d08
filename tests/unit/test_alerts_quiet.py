"""Quiet hours and shifts by the clock on the wall, in weeks when summer time begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alert_rules import Daily
from layers.alerts.quiet import ends, within

MINUTE = timedelta(minutes=1)
# About the changes of 2026 in New York (8 March, 1 November) and on Lord Howe (half an hour).
moments = st.builds(
    lambda day, minute: day + minute * MINUTE,
    st.sampled_from([datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)]),
    st.integers(0, 2 * 1440),
)
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
dailies = st.builds(
    lambda start, end, zone: Daily.model_validate({"from": start, "to": end, "zone": zone}),
    clocks,
    clocks,
    st.sampled_from(["America/New_York", "America/St_Thomas", "Australia/Lord_Howe", "UTC"]),
)


@given(dailies, moments)
def test_quiet_is_what_the_wall_clock_says(daily: Daily, now: datetime) -> None:
    shown = now.astimezone(ZoneInfo(daily.zone)).strftime("%H:%M")
    start, end = daily.from_, daily.to
    inside = start <= shown < end if start < end else shown >= start or shown < end
    assert within(daily, now) == inside


@given(dailies, moments)
def test_it_ends_at_the_first_minute_that_is_not_quiet(daily: Daily, now: datetime) -> None:
    until = ends(daily, now)
    if daily.from_ == daily.to:
        assert until is None
        return
    assert until is not None
    assert not within(daily, until)
    assert now < until <= now + timedelta(hours=26)
    if within(daily, now):
        assert all(within(daily, until - step * MINUTE) for step in (1, 2, 3) if until - step * MINUTE > now)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-10T04:00:00+00:00", "2026-01-10T11:00:00+00:00"),  # 06:00 EST
        ("2026-07-10T04:00:00+00:00", "2026-07-10T10:00:00+00:00"),  # 06:00 EDT
        ("2026-03-08T04:00:00+00:00", "2026-03-08T10:00:00+00:00"),  # the night that is an hour shorter
        ("2026-11-01T04:00:00+00:00", "2026-11-01T11:00:00+00:00"),  # the night that is an hour longer
    ],
)
def test_a_night_ends_at_six_whatever_the_season(now: str, until: str) -> None:
    night = Daily.model_validate({"from": "22:00", "to": "06:00", "zone": "America/New_York"})
    assert ends(night, datetime.fromisoformat(now)) == datetime.fromisoformat(until)
