"""Dates of imported files: the order is found over the whole column, zones are kept, the impossible told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import from_ms
from data.errors import Invalid
from data.importers.base import AmbiguousDates
from data.importers.dates import parse
from data.model import TimePrecision

BOSTON = "America/New_York"


def naive(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


def moments(*texts: str | None, zone: str = "UTC", order: str | None = None) -> list[datetime | None]:
    found = parse(pl.Series("when", list(texts), dtype=pl.String), zone=zone, order=order)
    return [None if ms is None else from_ms(ms) for ms in found.ms.to_list()]


def reasons(*texts: str | None) -> list[str | None]:
    return parse(pl.Series("when", list(texts), dtype=pl.String), zone="UTC").reason.to_list()


def test_a_day_above_twelve_decides_the_whole_column() -> None:
    assert moments("19/01/2010", "02/01/2010") == [
        datetime(2010, 1, 19, tzinfo=UTC),
        datetime(2010, 1, 2, tzinfo=UTC),
    ]
    assert moments("01/19/2010", "02/01/2010") == [
        datetime(2010, 1, 19, tzinfo=UTC),
        datetime(2010, 2, 1, tzinfo=UTC),
    ]


def test_a_column_that_nothing_decides_is_asked_about() -> None:
    with pytest.raises(AmbiguousDates) as caught:
        moments("01/02/2010", "03/04/2010")
    assert caught.value.questions[0].choices == ("when:dmy", "when:mdy")


def test_a_column_that_mixes_both_orders_is_asked_about() -> None:
    with pytest.raises(AmbiguousDates):
        moments("19/01/2010", "01/19/2010")


def test_what_the_person_says_wins_over_the_question() -> None:
    assert moments("01/02/2010", order="dmy") == [datetime(2010, 2, 1, tzinfo=UTC)]


def test_four_formats_in_one_column_are_all_read() -> None:
    same = datetime(2021, 8, 14, 15, 30, tzinfo=UTC)
    assert (
        moments("2021-08-14 15:30", "14/08/2021 15:30", "14-Aug-2021 3:30 PM", "20210814T1530") == [same] * 4
    )


def test_years_one_and_9999_are_no_dates_of_incidents() -> None:
    assert reasons("0001-01-01", "9999-12-31", "2020-02-29") == ["impossible_date", "impossible_date", None]


def test_days_that_no_month_has_are_impossible_and_words_unreadable() -> None:
    assert reasons("2019-02-29", "31/04/2019", "yesterday", None) == [
        "impossible_date",
        "impossible_date",
        "unreadable_date",
        "missing_date",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1320105600", datetime(2011, 11, 1, tzinfo=UTC)),
        ("1320105600000", datetime(2011, 11, 1, tzinfo=UTC)),
        ("43831.5", datetime(2020, 1, 1, 12, tzinfo=UTC)),
        ("20210801", datetime(2021, 8, 1, tzinfo=UTC)),
        ("202108", datetime(2021, 8, 1, tzinfo=UTC)),
    ],
)
def test_numbers_are_epochs_serial_days_or_digits_of_a_date(text: str, expected: datetime) -> None:
    assert moments(text) == [expected]


def test_spreadsheet_serials_count_from_the_1900_that_was_no_leap_year() -> None:
    # Day 61 is 1 March 1900 in every spreadsheet; day 36526 is 1 January 2000.
    assert moments("36526", "36527") == [datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)]


def test_a_month_alone_is_kept_as_a_month() -> None:
    found = parse(pl.Series("when", ["2018-10"]), zone="Europe/London")
    assert found.precision.to_list() == [TimePrecision.MONTH]


def test_local_times_take_the_zone_and_stated_offsets_keep_theirs() -> None:
    assert moments("2011-08-28 10:00", "2011-08-28T10:00:00+02:00", "2011-08-28T10:00:00Z", zone=BOSTON) == [
        datetime(2011, 8, 28, 14, tzinfo=UTC),
        datetime(2011, 8, 28, 8, tzinfo=UTC),
        datetime(2011, 8, 28, 10, tzinfo=UTC),
    ]


def test_the_hour_that_spring_leaves_out_is_read_as_an_hour_later_and_told() -> None:
    found = parse(pl.Series("when", ["2018-03-11 02:30"]), zone=BOSTON)
    assert from_ms(found.ms[0]) == datetime(2018, 3, 11, 7, 30, tzinfo=UTC)
    assert "1 times" in found.notes[0]


def test_the_first_of_the_two_hours_of_autumn_is_taken_and_told() -> None:
    found = parse(pl.Series("when", ["2018-11-04 01:30"]), zone=BOSTON)
    assert from_ms(found.ms[0]) == datetime(2018, 11, 4, 5, 30, tzinfo=UTC)
    assert found.notes


def test_rows_may_have_zones_of_their_own() -> None:
    zones = pl.Series(["America/Chicago", None])
    found = parse(pl.Series("when", ["2015-01-03 05:50:00"] * 2), zone=BOSTON, zones=zones)
    assert found.ms[0] - found.ms[1] == 3_600_000


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid):
        moments("2020-01-01", zone="Mars/Olympus")


@given(
    st.lists(st.datetimes(naive(1900, 1, 1), naive(2099, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M:%S"]),
)
def test_every_way_of_writing_gives_back_the_moment(times: list[datetime], form: str) -> None:
    times = [when.replace(microsecond=0) for when in times] + [naive(2000, 1, 31), naive(2001, 2, 28)]
    read = moments(*[when.strftime(form) for when in times])
    assert read == [when.replace(tzinfo=UTC) for when in times]


@given(st.datetimes(naive(1990, 1, 1), naive(2035, 1, 1)))
def test_local_time_agrees_with_the_standard_library(when: datetime) -> None:
    when = when.replace(microsecond=0)
    zone = ZoneInfo(BOSTON)
    there = when.replace(tzinfo=zone)
    # In the gap of spring the library's fold=0 is an hour on as well: one expectation serves both.
    assert moments(when.isoformat(sep=" "), zone=BOSTON) == [there.astimezone(UTC)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2021-08-14 24:00",
            datetime(2021, 8, 15, tzinfo=UTC),
        ),  # the end of a day is the next one's beginning
        ("31/12/2021 24:00:00", datetime(2022, 1, 1, tzinfo=UTC)),
        ("20210814153000", datetime(2021, 8, 14, 15, 30, tzinfo=UTC)),
        ("202108141530", datetime(2021, 8, 14, 15, 30, tzinfo=UTC)),  # and no milliseconds of 1976
        ("202402292400", datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_day_and_digits_that_run_together_are_read(text: str, expected: datetime) -> None:
    assert moments(text) == [expected]


@pytest.mark.parametrize(
    "text", ["2021-08-14 24:01", "2021-08-14 25:00", "2021-02-29 24:00", "20210231120000"]
)
def test_a_time_after_the_end_of_the_day_is_impossible(text: str) -> None:
    assert reasons(text) == ["impossible_date"]


def test_what_the_person_says_of_digits_wins_over_how_they_look() -> None:
    (told,) = moments("202108141530", order="epoch_ms")
    assert told is not None
    assert told.year == 1976
