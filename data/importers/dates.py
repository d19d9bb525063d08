"""Dates as people write them: the order is found over the whole column, never row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

import polars as pl

from data.errors import Invalid
from data.importers.base import AmbiguousDates, Question
from data.model import TimePrecision

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2100
_MS_PER_DAY: Final = 86_400_000
# Serial day 25569 of a spreadsheet is 1970-01-01; its day 60 is the 29 February 1900 that never was.
_EXCEL_EPOCH_DAYS: Final = 25_569
_TIME = r"(?:[T ,@]+(\d{1,2})[:.h]?(\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_NUMERIC: Final = rf"^\s*(\d{{1,4}})\s*([-/.])\s*(\d{{1,2}})(?:\s*[-/.]\s*(\d{{1,4}}))?{_TIME}\s*$"
_NAMED: Final = rf"^\s*(?:[A-Za-z]{{3,9}},?\s+)?(\d{{1,2}}|[A-Za-z]{{3,9}})[-\s.,]+([A-Za-z]{{3,9}}|\d{{1,2}})[-\s.,]+(\d{{2,4}}){_TIME}\s*$"
_COMPACT: Final = r"^\s*(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(Z)?\s*$"
_NUMBER: Final = r"^\s*-?\d+(?:\.\d+)?\s*$"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates, understood. `ms` is null where a text is no date or no possible one (see `reason`)."""

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
        parts, found, how = _of_native(column), "ymd", "the file types it as a date"
    else:
        text = column.cast(pl.String).str.strip_chars()
        parts, found, how = _of_text(text, column.name, order, field)
    if times is not None:
        parts = _with_times(parts, times)
    return _moments(parts, column, zone=zone, zones=zones, order=found, how=how)


def check_zone(zone: str) -> None:
    """Raise Invalid unless the zone is one that the time zone database knows."""
    if zone not in available_timezones():
        raise Invalid(f"There is no time zone {zone[:60]!r}.", hint="Use a name such as America/New_York.")


def share_of_dates(sample: pl.Series) -> float:
    """Return the share of a sample's values that read as a date in some order."""
    if sample.dtype.is_temporal():
        return 1.0
    text = sample.cast(pl.String).drop_nulls()
    if not text.len():
        return 0.0
    hit = (
        text.str.contains(_NUMERIC)
        | text.str.contains(_NAMED)
        | (text.str.contains(_COMPACT) & ~text.str.contains(_NUMBER))
    )
    return float(hit.sum()) / text.len()


def _of_native(column: pl.Series) -> pl.DataFrame:
    moment = column.cast(pl.Datetime("ms")) if column.dtype == pl.Date else column
    zone = getattr(column.dtype, "time_zone", None)
    if zone:
        moment = moment.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    day_only = column.dtype == pl.Date
    kind = int(TimePrecision.DAY if day_only else TimePrecision.SECOND)
    offset = pl.lit(0 if zone else None, dtype=pl.Int32)
    name = moment.name
    return pl.DataFrame({name: moment}).select(
        pl.col(name).dt.year().cast(pl.Int32).alias("year"),
        pl.col(name).dt.month().cast(pl.Int32).alias("month"),
        pl.col(name).dt.day().cast(pl.Int32).alias("day"),
        pl.col(name).dt.hour().cast(pl.Int32).alias("hour"),
        pl.col(name).dt.minute().cast(pl.Int32).alias("minute"),
        pl.col(name).dt.second().cast(pl.Int32).alias("second"),
        offset.alias("offset_s"),
        pl.when(pl.col(name).is_not_null()).then(pl.lit(kind)).cast(pl.Int8).alias("precision"),
    )


def _of_text(text: pl.Series, name: str, order: str | None, field: str) -> tuple[pl.DataFrame, str, str]:
    values = text.drop_nulls()
    numbers = values.str.contains(_NUMBER)
    if values.len() and numbers.mean() == 1.0:
        return _of_numbers(text, order)
    unique = text.unique()
    table = pl.DataFrame({"text": unique})
    numeric, numeric_order, how = _numeric(table, name, order, field)
    stacked = _coalesce([numeric, _named(table), _compact(table)])
    joined = pl.DataFrame({"text": text}).join(
        table.hstack(stacked), on="text", how="left", maintain_order="left", nulls_equal=True
    )
    return joined.drop("text"), numeric_order, how


def _of_numbers(text: pl.Series, order: str | None) -> tuple[pl.DataFrame, str, str]:
    value = text.cast(pl.Float64, strict=False)
    middle = value.median()
    guess = (
        order
        if order in ("epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd")
        else _scale(float(middle or 0))
    )  # type: ignore[arg-type]  # a number
    if guess in ("yyyymm", "yyyymmdd"):
        whole = pl.col("v").cast(pl.Int64, strict=False)
        divisor = 100 if guess == "yyyymm" else 10_000
        parts = pl.DataFrame({"v": value}).select(
            (whole // divisor).cast(pl.Int32).alias("year"),
            (whole % 100 if guess == "yyyymm" else whole // 100 % 100).cast(pl.Int32).alias("month"),
            (pl.when(whole.is_not_null()).then(1) if guess == "yyyymm" else whole % 100)
            .cast(pl.Int32)
            .alias("day"),
            *[pl.lit(0, dtype=pl.Int32).alias(part) for part in _PARTS[3:]],
            pl.lit(None, dtype=pl.Int32).alias("offset_s"),
            pl.lit(int(TimePrecision.MONTH if guess == "yyyymm" else TimePrecision.DAY), dtype=pl.Int8).alias(
                "precision"
            ),
        )
        return parts, guess, f"numbers of the form {guess}"
    ms = {
        "epoch_s": value * 1000,
        "epoch_ms": value,
        "excel": (value - _EXCEL_EPOCH_DAYS) * _MS_PER_DAY,
    }.get(guess)
    if ms is None:
        raise AmbiguousDates(
            [
                Question(
                    "occurred",
                    f"The numbers in {text.name!r} are no dates of a known kind.",
                    ("epoch_s", "epoch_ms", "excel"),
                )
            ]
        )
    moment = ms.round().cast(pl.Int64, strict=False).cast(pl.Datetime("ms")).alias(text.name)
    parts = _of_native(moment)
    if guess != "excel":  # Serial numbers of spreadsheets are local time, epochs are UTC.
        parts = parts.with_columns(pl.lit(0, dtype=pl.Int32).alias("offset_s"))
    elif bool((value.drop_nulls() % 1 == 0).all()):
        parts = parts.with_columns(pl.lit(int(TimePrecision.DAY), dtype=pl.Int8).alias("precision"))
    return (
        parts,
        guess,
        {"epoch_s": "seconds since 1970", "epoch_ms": "milliseconds since 1970"}.get(
            guess, "spreadsheet days"
        ),
    )


def _scale(middle: float) -> str:
    for low, high, name in (
        (19_000_101, 21_001_231, "yyyymmdd"),
        (180_001, 210_012, "yyyymm"),
        (15_000, 80_000, "excel"),
        (2e8, 5e9, "epoch_s"),
        (1e11, 5e12, "epoch_ms"),
    ):
        if low <= middle <= high:
            return name
    return ""


def _numeric(table: pl.DataFrame, name: str, order: str | None, field: str) -> tuple[pl.DataFrame, str, str]:
    groups = table.select(pl.col("text").str.extract_groups(_NUMERIC)).unnest("text")
    a, sep, b, c, *time = (f"{i}" for i in range(1, 10))
    parts = groups.with_columns(pl.col(a, b, c).cast(pl.Int32, strict=False).name.suffix("n"))
    year_first = pl.col(a).str.len_chars() == 4
    two = parts.filter(~year_first & pl.col(c).is_not_null())
    decided, how = _order_of(
        two, f"{a}n", f"{b}n", sep, order if order in ("dmy", "mdy", "ymd") else None, name, field
    )
    dmy = pl.col(sep).replace_strict(decided, default="mdy", return_dtype=pl.String) == "dmy"
    # Within one column, a row that cannot be what the others are may be the other way round only if it must.
    dmy = (dmy & (pl.col(f"{b}n") <= 12)) | (pl.col(f"{a}n") > 12)
    year = pl.when(year_first).then(pl.col(f"{a}n")).otherwise(_full_year(pl.col(c)))
    out = parts.select(
        year.cast(pl.Int32).alias("year"),
        pl.when(year_first)
        .then(pl.col(f"{b}n"))
        .when(dmy)
        .then(pl.col(f"{b}n"))
        .otherwise(pl.col(f"{a}n"))
        .alias("month"),
        pl.when(year_first)
        .then(pl.col(f"{c}n").fill_null(1))
        .when(dmy)
        .then(pl.col(f"{a}n"))
        .otherwise(pl.col(f"{b}n"))
        .alias("day"),
        *_clock(time),
        pl.when(pl.col(c).is_null())
        .then(int(TimePrecision.MONTH))
        .otherwise(_precision(time))
        .cast(pl.Int8)
        .alias("precision"),
    )
    keep = parts[a].is_not_null() & (parts[c].is_not_null() | (parts[a].str.len_chars() == 4))
    out = out.select(pl.when(keep.fill_null(value=False)).then(pl.all()))
    orders = sorted(set(decided.values()))
    return out, orders[0] if len(orders) == 1 else (order or "ymd"), how


def _order_of(
    rows: pl.DataFrame, a: str, b: str, sep: str, told: str | None, name: str, field: str
) -> tuple[dict[str, str], str]:
    """Return for each separator whether day or month stands first: decided by what cannot be a month."""
    decided: dict[str, str] = {}
    for (separator,), part in rows.group_by(sep, maintain_order=True):
        if told in ("dmy", "mdy"):
            decided[str(separator)] = told
            continue
        first, second = int((part[a] > 12).sum()), int((part[b] > 12).sum())
        if (first and second) or not (first or second):
            example = part.select(pl.first(a), pl.first(b)).row(0)
            raise AmbiguousDates(
                [
                    Question(
                        field,
                        f"In {name!r} day and month cannot be told apart"
                        + (
                            " (the column mixes both orders)."
                            if first
                            else f" ({example[0]}{separator}{example[1]}…)."
                        ),
                        (f"{name}:dmy", f"{name}:mdy"),
                    )
                ]
            )
        decided[str(separator)] = "dmy" if first else "mdy"
    if not decided:
        return {}, "the year stands first"
    return decided, "as you said" if told else "numbers above 12 cannot be months"


def _named(table: pl.DataFrame) -> pl.DataFrame:
    groups = table.select(pl.col("text").str.extract_groups(_NAMED)).unnest("text")
    a, b, c, *time = (f"{i}" for i in range(1, 9))
    month = pl.coalesce(_month(pl.col(b)), _month(pl.col(a)))
    day = pl.coalesce(pl.col(a).cast(pl.Int32, strict=False), pl.col(b).cast(pl.Int32, strict=False))
    out = groups.select(
        _full_year(pl.col(c)).alias("year"),
        month.alias("month"),
        day.alias("day"),
        *_clock(time),
        _precision(time).cast(pl.Int8).alias("precision"),
    )
    return out.select(pl.when(pl.col("month").is_not_null() & pl.col("day").is_not_null()).then(pl.all()))


def _compact(table: pl.DataFrame) -> pl.DataFrame:
    groups = table.select(pl.col("text").str.extract_groups(_COMPACT)).unnest("text")
    n = [pl.col(str(i)).cast(pl.Int32, strict=False) for i in range(1, 7)]
    kind = (
        pl.when(pl.col("4").is_null())
        .then(int(TimePrecision.DAY))
        .when(pl.col("6").is_null())
        .then(int(TimePrecision.MINUTE))
        .otherwise(int(TimePrecision.SECOND))
    )
    out = groups.select(
        *[n[i].alias(_PARTS[i]) for i in range(3)],
        *[n[i].fill_null(0).alias(_PARTS[i]) for i in range(3, 6)],
        pl.when(pl.col("7").is_not_null()).then(0).cast(pl.Int32).alias("offset_s"),
        kind.cast(pl.Int8).alias("precision"),
    )
    return out.select(pl.when(pl.col("year").is_not_null()).then(pl.all()))


def _month(column: pl.Expr) -> pl.Expr:
    names: Mapping[str, int] = {name: i for i, name in enumerate(_MONTHS, start=1)}
    return (
        column.str.to_lowercase().str.slice(0, 3).replace_strict(names, default=None, return_dtype=pl.Int32)
    )


def _full_year(text: pl.Expr) -> pl.Expr:
    """Return four-digit years; two digits are 1969 to 2068, as POSIX has it; 0001 stays the year 1."""
    year = text.cast(pl.Int32, strict=False)
    short = text.str.len_chars() <= 2
    full = pl.when(short & (year < 69)).then(year + 2000).when(short).then(year + 1900).otherwise(year)
    return full.cast(pl.Int32)


def _clock(time: Sequence[str]) -> list[pl.Expr]:
    hour = pl.col(time[0]).cast(pl.Int32, strict=False).fill_null(0)
    half = pl.col(time[3]).str.to_lowercase().str.slice(0, 1)
    hour = (
        pl.when((half == "p") & (hour < 12))
        .then(hour + 12)
        .when((half == "a") & (hour == 12))
        .then(0)
        .otherwise(hour)
    )
    zone = pl.col(time[4])
    digits = zone.str.replace_all(":", "")
    sign = pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    offset = sign * (
        digits.str.slice(1, 2).cast(pl.Int32, strict=False) * 3600
        + digits.str.slice(3, 2).cast(pl.Int32, strict=False) * 60
    )
    return [
        hour.cast(pl.Int32).alias("hour"),
        pl.col(time[1]).cast(pl.Int32, strict=False).fill_null(0).alias("minute"),
        pl.col(time[2]).cast(pl.Int32, strict=False).fill_null(0).alias("second"),
        pl.when(zone.is_null())
        .then(None)
        .when(zone.str.contains("^[A-Za-z]"))
        .then(0)
        .otherwise(offset)
        .cast(pl.Int32)
        .alias("offset_s"),
    ]


def _precision(time: Sequence[str]) -> pl.Expr:
    return (
        pl.when(pl.col(time[0]).is_null())
        .then(int(TimePrecision.DAY))
        .when(pl.col(time[2]).is_null())
        .then(int(TimePrecision.MINUTE))
        .otherwise(int(TimePrecision.SECOND))
    )


def _coalesce(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    first = frames[0]
    known = [frame["year"].is_not_null() for frame in frames]
    out: dict[str, Any] = {}
    for name in first.columns:
        column = frames[0][name]
        taken = known[0]
        for frame, here in zip(frames[1:], known[1:], strict=True):
            column = frame[name].zip_with(here & ~taken, column)
            taken = taken | here
        out[name] = column
    return pl.DataFrame(out)


def _with_times(parts: pl.DataFrame, times: pl.Series) -> pl.DataFrame:
    digits = times.cast(pl.String).str.strip_chars().str.replace_all(r"[:.h]", "")
    ok = digits.str.contains(r"^\d{1,6}$").fill_null(value=False)
    padded = (
        pl.when(digits.str.len_chars() > 4).then(digits.str.zfill(6)).otherwise(digits.str.zfill(4) + "00")
    )
    clock = pl.select(padded.alias("t"))["t"]
    piece = {
        name: clock.str.slice(at, 2).cast(pl.Int32, strict=False)
        for name, at in (("hour", 0), ("minute", 2), ("second", 4))
    }
    kind = pl.Series([int(TimePrecision.MINUTE)], dtype=pl.Int8).new_from_index(0, len(clock))
    return parts.with_columns(
        *[value.zip_with(ok, parts[name]).alias(name) for name, value in piece.items()],
        kind.zip_with(ok, parts["precision"]).alias("precision"),
    )


def _moments(
    parts: pl.DataFrame, column: pl.Series, *, zone: str, zones: pl.Series | None, order: str, how: str
) -> Dates:
    possible = (
        pl.col("year").is_between(FIRST_YEAR, LAST_YEAR)
        & pl.col("month").is_between(1, 12)
        & pl.col("day").is_between(1, 31)
        & pl.col("hour").is_between(0, 23)
        & pl.col("minute").is_between(0, 59)
        & pl.col("second").is_between(0, 59)
    )
    naive = pl.when(possible).then(pl.datetime(*[pl.col(part) for part in _PARTS], time_unit="ms"))
    parts = (
        parts.with_columns(naive.alias("naive")) if _all_real(parts, possible) else _strictly(parts, possible)
    )
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
        for part in _PARTS
    ]
    naive = parts.select(*safe).select(
        pl.datetime(*[pl.col(part) for part in _PARTS], time_unit="ms").alias("naive")
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
            f"{gaps} times fall into the hour that daylight saving leaves out; they were read as an hour later"
        )
    if doubled:
        notes.append(f"{doubled} times fall into the hour that comes twice in autumn; the first was taken")
    return out, notes


def parse_order(text: str) -> tuple[str, str | None]:
    """Return column and date order of "col:dmy"; without a known order, all of it is the column."""
    column, colon, order = text.rpartition(":")
    known = ("ymd", "dmy", "mdy", "epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd")
    return (column, order) if colon and re.fullmatch("|".join(known), order) else (text, None)
