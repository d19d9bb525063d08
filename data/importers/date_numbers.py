"""Dates that a file types as such, and dates written as one number: epochs, serial days, digits of a date."""

from __future__ import annotations

from typing import Final

import polars as pl

from data.importers.base import AmbiguousDates, Question, as_float
from data.model import TimePrecision

PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_MS_PER_DAY: Final = 86_400_000
# Serial day 25569 is 1970-01-01; a spreadsheet's day 60 is the 29 February 1900 that never was.
_EXCEL_EPOCH_DAYS: Final = 25_569


def of_native(column: pl.Series) -> pl.DataFrame:
    """Return the parts of a column that is typed as a date or a time."""
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


def of_numbers(text: pl.Series, order: str | None) -> tuple[pl.DataFrame, str, str]:
    """Return the parts of a column of numbers, their kind, and that kind in words."""
    value = text.cast(pl.Float64, strict=False)
    middle = value.median()
    told = order if order in ("epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd") else None
    guess = told or _scale(as_float(middle))
    if guess in ("yyyymm", "yyyymmdd"):
        whole = pl.col("v").cast(pl.Int64, strict=False)
        divisor = 100 if guess == "yyyymm" else 10_000
        parts = pl.DataFrame({"v": value}).select(
            (whole // divisor).cast(pl.Int32).alias("year"),
            (whole % 100 if guess == "yyyymm" else whole // 100 % 100).cast(pl.Int32).alias("month"),
            (pl.when(whole.is_not_null()).then(1) if guess == "yyyymm" else whole % 100)
            .cast(pl.Int32)
            .alias("day"),
            *[pl.lit(0, dtype=pl.Int32).alias(part) for part in PARTS[3:]],
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
    parts = of_native(moment)
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
