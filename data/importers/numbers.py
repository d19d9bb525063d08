"""Numbers as people of any country write them: 1234.5, 1234,5, 1,234.5, 1.234,5 and 1 234,5."""

from __future__ import annotations

from typing import Final

import polars as pl

_MINUS: Final = {"−": "-", "–": "-", "‐": "-", "‑": "-"}
_NOTHING: Final = ("", "null", "none", "n/a", "na")
_GROUPED_BY_COMMA: Final = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"
_GROUPED_BY_POINT: Final = r"^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$"
_DECIMAL_COMMA: Final = r"^[+-]?\d*,\d+$"
_ONE_GROUP: Final = r"^[+-]?[1-9]\d{0,2},\d{3}$"


def tidy(column: pl.Series) -> pl.Series:
    """Return a column as text with plain minus signs and no space around it; null where it says nothing."""
    text = column.cast(pl.String).str.strip_chars()
    nothing = text.str.to_lowercase().is_in(_NOTHING).fill_null(value=False)
    return text.set(nothing, None).str.replace_many(_MINUS)


def floats(column: pl.Series, *, groups: bool = True) -> pl.Series:
    """Return a column as numbers, null where it says none.

    A comma before three digits ("12,500") may group or part: the whole column decides, and where it does
    not, the comma groups. With groups=False, for angles, it always parts.
    """
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    text = tidy(column)
    value = text.cast(pl.Float64, strict=False)
    odd = value.is_null() & text.is_not_null()
    if not odd.any():
        return value
    mended = _mended(text.filter(odd), groups=groups)
    return value.scatter(odd.arg_true(), mended)


def _mended(text: pl.Series, *, groups: bool) -> pl.Series:
    """Return numbers with commas or spaces in them as numbers."""
    text = text.str.replace_all(r"(\d)[\s'’](\d{3})", "$1$2") if groups else text
    parts = text.str.contains(_DECIMAL_COMMA).fill_null(value=False)
    if groups and not (parts & ~text.str.contains(_ONE_GROUP)).any():
        parts = parts & False
    commas = text.str.replace(",", ".", literal=True)
    plain = text.str.replace_all(",", "", literal=True)
    if not groups:
        return commas.set(~parts, None).cast(pl.Float64, strict=False)
    points = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    by_point = text.str.contains(_GROUPED_BY_POINT) & text.str.contains(",", literal=True)
    by_comma = text.str.contains(_GROUPED_BY_COMMA)
    chosen = pl.select(
        pl.when(parts)
        .then(commas)
        .when(by_point)
        .then(points)
        .when(by_comma | ~text.str.contains(",", literal=True))
        .then(plain)
        .alias("n")
    )["n"]
    return chosen.cast(pl.Float64, strict=False)
