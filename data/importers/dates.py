"""Dates as people write them: the order is found over the whole column, never row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

import polars as pl

from data.errors import Invalid
from data.importers.date_numbers import PARTS, of_native
from data.importers.date_parts import of_text, share_of_dates, with_times

__all__ = ["Dates", "check_zone", "parse", "parse_order", "share_of_dates"]

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates, understood. `ms` is null where there is none; `reason` says why."""

    ms: pl.Series
    precision: pl.Series
    reason: pl.Series  # null, "missing_date", "unreadable_date", "impossible_date"
    order: str
    how: str
    notes: Sequence[str] = ()


def parse(
    column: pl.Series,
    *,
    zone: str,
    order: str | None = None,
    times: pl.Series | None = None,
    zones: pl.Series | None = None,
    field: str = "occurred",
) -> Dates:
    """Return the moments of a column; raise AmbiguousDates where nothing tells day from month.

    `zone` is that of times without one; `zones` (one name per row) overrides it; `times` holds the time
    of day when it stands in a column of its own, such as "2355".
    """
    check_zone(zone)
    if column.dtype.is_temporal():
        parts, found, how = of_native(column), "ymd", "the file types it as a date"
    else:
        text = column.cast(pl.String).str.strip_chars()
        parts, found, how = of_text(text, column.name, order, field)
    if times is not None:
        parts = with_times(parts, times)
    return _moments(parts, column, zone=zone, zones=zones, order=found, how=how)


def check_zone(zone: str) -> None:
    """Raise Invalid unless the zone is one that the time zone database knows."""
    if zone not in available_timezones():
        raise Invalid(f"There is no time zone {zone[:60]!r}.", hint="Use a name such as America/New_York.")


def parse_order(text: str) -> tuple[str, str | None]:
    """Return column and date order of "col:dmy"; without a known order, all of it is the column."""
    column, colon, order = text.rpartition(":")
    known = ("ymd", "dmy", "mdy", "epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd")
    return (column, order) if colon and re.fullmatch("|".join(known), order) else (text, None)


def _moments(
    parts: pl.DataFrame, column: pl.Series, *, zone: str, zones: pl.Series | None, order: str, how: str
) -> Dates:
    parts = _midnights(parts)
    possible = (
        pl.col("year").is_between(FIRST_YEAR, LAST_YEAR)
        & pl.col("month").is_between(1, 12)
        & pl.col("day").is_between(1, 31)
        & pl.col("hour").is_between(0, 23)
        & pl.col("minute").is_between(0, 59)
        & pl.col("second").is_between(0, 59)
    )
    naive = pl.when(possible).then(pl.datetime(*[pl.col(part) for part in PARTS], time_unit="ms"))
    parts = (
        parts.with_columns(naive.alias("naive")) if _all_real(parts, possible) else _strictly(parts, possible)
    )
    if parts["next_day"].any():
        late = parts["naive"].dt.offset_by("1d")
        parts = parts.with_columns(late.zip_with(parts["next_day"], parts["naive"]).alias("naive"))
    local, notes = _localised(parts, zone=zone, zones=zones)
    ms = pl.select(
        pl.when(parts["offset_s"].is_not_null())
        .then(parts["naive"].cast(pl.Int64) - parts["offset_s"].cast(pl.Int64) * 1000)
        .otherwise(local)
        .alias("ms")
    )["ms"]
    missing = (
        column.is_null() if column.dtype != pl.String else column.is_null() | (column.str.strip_chars() == "")
    )
    reason = pl.select(
        pl.when(missing)
        .then(pl.lit("missing_date"))
        .when(parts["year"].is_null())
        .then(pl.lit("unreadable_date"))
        .when(ms.is_null())
        .then(pl.lit("impossible_date"))
        .alias("reason")
    )["reason"]
    return Dates(ms, parts["precision"], reason, order, how, notes)


def _midnights(parts: pl.DataFrame) -> pl.DataFrame:
    """Return the parts with 24:00, the end of a day in ISO 8601, as 0:00 of the next day."""
    end = (pl.col("hour") == 24) & (pl.col("minute") == 0) & (pl.col("second") == 0)
    end = end.fill_null(value=False)
    return parts.with_columns(
        pl.when(end).then(0).otherwise(pl.col("hour")).alias("hour"), end.alias("next_day")
    )


def _all_real(parts: pl.DataFrame, possible: pl.Expr) -> bool:
    # pl.datetime raises on 31 April; asking first keeps the quick way for the files that are whole.
    return not parts.filter(possible & (pl.col("day") > 28)).height


def _strictly(parts: pl.DataFrame, possible: pl.Expr) -> pl.DataFrame:
    last = (
        pl.when(pl.col("month") == 2)
        .then(
            pl.when((pl.col("year") % 4 == 0) & ((pl.col("year") % 100 != 0) | (pl.col("year") % 400 == 0)))
            .then(29)
            .otherwise(28)
        )
        .when(pl.col("month").is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    real = possible & (pl.col("day") <= last)
    # A stand-in keeps the constructor from seeing days that are not; those rows become null afterwards.
    safe = [
        pl.when(real).then(pl.col(part)).otherwise(pl.lit(1 if part != "year" else 2000)).alias(part)
        for part in PARTS
    ]
    naive = parts.select(*safe).select(
        pl.datetime(*[pl.col(part) for part in PARTS], time_unit="ms").alias("naive")
    )
    return parts.with_columns(pl.when(real).then(naive["naive"]).alias("naive"))


def _localised(parts: pl.DataFrame, *, zone: str, zones: pl.Series | None) -> tuple[pl.Series, list[str]]:
    """Return UTC milliseconds of local times: the first of two in autumn, an hour on in the gap of spring."""
    naive = parts["naive"]
    names = zones.fill_null(zone) if zones is not None else None
    wanted = [zone] if names is None else [str(name) for name in names.unique().to_list()]
    out = pl.Series("ms", [None], dtype=pl.Int64).new_from_index(0, naive.len())
    gaps = doubled = 0
    for name in wanted:
        check_zone(name)
        here = naive if names is None else naive.set(names != name, None)
        first = here.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null")
        in_gap = first.is_null() & here.is_not_null()
        if in_gap.any():
            later = here.dt.offset_by("1h").dt.replace_time_zone(
                name, ambiguous="earliest", non_existent="null"
            )
            first = later.zip_with(in_gap, first)
        last = here.dt.replace_time_zone(name, ambiguous="latest", non_existent="null")
        own = parts["offset_s"].is_null()
        gaps += int((in_gap & own).sum())
        doubled += int(((first != last).fill_null(value=False) & ~in_gap & own).sum())
        out = first.dt.epoch("ms").zip_with(here.is_not_null(), out)
    notes = []
    if gaps:
        notes.append(
            f"{gaps} times fall into the hour that daylight saving leaves out; read as an hour later"
        )
    if doubled:
        notes.append(f"{doubled} times fall into the hour that comes twice in autumn; the first was taken")
    return out, notes
