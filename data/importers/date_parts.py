"""Year, month, day and time of day out of what people write: one frame of parts per column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from data.importers.base import AmbiguousDates, Question
from data.importers.date_numbers import PARTS, of_numbers
from data.model import TimePrecision

_TIME = (
    r"(?:[T ,@]+(\d{1,2})[:.h]?(\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC: Final = rf"^\s*(\d{{1,4}})\s*([-/.])\s*(\d{{1,2}})(?:\s*[-/.]\s*(\d{{1,4}}))?{_TIME}\s*$"
_NAMED: Final = (
    rf"^\s*(?:[A-Za-z]{{3,9}},?\s+)?(\d{{1,2}}|[A-Za-z]{{3,9}})[-\s.,]+([A-Za-z]{{3,9}}|\d{{1,2}})"
    rf"[-\s.,]+(\d{{2,4}}){_TIME}\s*$"
)
_COMPACT: Final = r"^\s*(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(Z)?\s*$"
# Digits that can hardly be anything else: a year of our time, a month, a day, a time of day.
_STAMP: Final = (
    r"^\s*(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])[0-5]\d(?:[0-5]\d)?\s*$"
)
_NUMBER: Final = r"^\s*-?\d+(?:\.\d+)?\s*$"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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
        | text.str.contains(_STAMP)
    )
    return float(hit.sum()) / text.len()


def of_text(text: pl.Series, name: str, order: str | None, field: str) -> tuple[pl.DataFrame, str, str]:
    """Return the parts of a text column, the order of its numeric dates, and how that was found."""
    values = text.drop_nulls()
    numbers = values.str.contains(_NUMBER)
    stamps = order is None and bool(values.str.contains(_STAMP).all())
    if values.len() and numbers.mean() == 1.0 and not stamps:
        return of_numbers(text, order)
    unique = text.unique()
    table = pl.DataFrame({"text": unique})
    numeric, numeric_order, how = _numeric(table, name, order, field)
    stacked = _coalesce([numeric, _named(table), _compact(table)])
    joined = pl.DataFrame({"text": text}).join(
        table.hstack(stacked), on="text", how="left", maintain_order="left", nulls_equal=True
    )
    return joined.drop("text"), numeric_order, how


def _numeric(table: pl.DataFrame, name: str, order: str | None, field: str) -> tuple[pl.DataFrame, str, str]:
    groups = table.select(pl.col("text").str.extract_groups(_NUMERIC)).unnest("text")
    a, sep, b, c, *time = (f"{i}" for i in range(1, 10))
    parts = groups.with_columns(pl.col(a, b, c).cast(pl.Int32, strict=False).name.suffix("n"))
    year_first = pl.col(a).str.len_chars() == 4
    two = parts.filter(~year_first & pl.col(c).is_not_null())
    told = order if order in ("dmy", "mdy", "ymd") else None
    decided, how = _order_of(two, a=f"{a}n", b=f"{b}n", sep=sep, told=told, name=name, field=field)
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
    rows: pl.DataFrame, *, a: str, b: str, sep: str, told: str | None, name: str, field: str
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
        *[n[i].alias(PARTS[i]) for i in range(3)],
        *[n[i].fill_null(0).alias(PARTS[i]) for i in range(3, 6)],
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


def with_times(parts: pl.DataFrame, times: pl.Series) -> pl.DataFrame:
    """Return the parts with the time of day of another column, such as "2355" or "23:55:00"."""
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
