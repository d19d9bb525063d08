"""Columns as clean text: joined, unescaped, without the words that stand for nothing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import polars as pl

from data.importers.base import as_float
from data.importers.mapping import Mapping, columns_of, folded

TITLE_CHARS: Final = 300
_MANY_ROWS: Final = 50_000
_NOTHING: Final = frozenset(
    {"", "n/a", "na", "null", "none", "nan", "-", "--", "not available", "not applicable"}
)


class Columns:
    """A file's columns, asked for by the names of our fields."""

    def __init__(self, frame: pl.DataFrame, mapping: Mapping) -> None:
        self.frame, self.mapping = frame, mapping
        self._own = {folded(name): name for name in reversed(frame.columns)}
        self._nothing = _NOTHING | {word.lower() for word in mapping.nulls}

    def of(self, field: str) -> list[str]:
        """Return the file's columns that feed a field."""
        return columns_of(self.mapping, field, self._own)

    def named(self, name: str) -> str | None:
        """Return the file's own spelling of a column, or None."""
        return self._own.get(folded(name))

    def raw(self, field: str) -> pl.Series | None:
        """Return the first column of a field as the file has it, or None."""
        names = self.of(field)
        return self.frame[names[0]] if names else None

    def text(self, field: str, *, separator: str = ", ") -> pl.Series:
        """Return a field as clean text, null where it says nothing; a fixed value fills what is missing."""
        names = self.of(field)
        fixed = self.mapping.values.get(field)
        if not names:
            return pl.Series(field, [fixed], dtype=pl.String).new_from_index(0, self.frame.height)
        cleaned = [self._clean(name) for name in names]
        if len(names) == 1:
            out = cleaned[0].alias(field)
        else:
            joined = pl.select(pl.concat_str(cleaned, separator=separator, ignore_nulls=True).alias(field))[
                field
            ]
            out = joined.set(joined == "", None)
        if self.mapping.unescape:
            out = _unescaped(out)
        return out.fill_null(fixed) if fixed else out

    def used(self) -> set[str]:
        """Return the columns that feed any field."""
        return {name for field in self.mapping.fields for name in self.of(field)}

    def _clean(self, name: str) -> pl.Series:
        column = self.frame[name]
        # A column of few different texts is cleaned once per text, not once per row.
        few = (
            column.unique()
            if column.dtype == pl.Categorical or (column.dtype == pl.String and self._few(name))
            else None
        )
        if few is None:
            return self._cleaned(column)
        own = few.cast(pl.String)
        return column.cast(pl.String).replace_strict(own, self._cleaned(own), return_dtype=pl.String)

    def _few(self, name: str) -> bool:
        height = self.frame.height
        return height > _MANY_ROWS and as_float(self.frame[name].approx_n_unique()) < height / 8

    def _cleaned(self, column: pl.Series) -> pl.Series:
        value = column.cast(pl.String)
        if column.dtype.is_float():
            value = value.str.strip_suffix(".0")
        value = value.str.replace_all(r"[ \t\u00a0]+", " ").str.strip_chars()
        kept = value.set(value.str.to_lowercase().is_in(list(self._nothing)).fill_null(value=False), None)
        return _postal(kept) if folded(column.name) in ("zip", "zip_code", "zipcode", "postal_code") else kept


def _postal(value: pl.Series) -> pl.Series:
    """Return US postal codes with the leading zeros that spreadsheets take away."""
    digits = value.str.strip_suffix(".0")
    return digits.str.zfill(5).zip_with(digits.str.contains(r"^\d{3,4}$").fill_null(value=False), digits)


def _unescaped(column: pl.Series) -> pl.Series:
    def mend(text: str) -> str:
        return html.unescape(text).replace("\\'", "'").replace('\\"', '"').replace("\0", "")

    hit = column.str.contains(r"&\w+;|&#|\\['\"]").fill_null(value=False)
    if not hit.any():
        return column
    mended = pl.Series(
        column.name, [mend(text) if text else text for text in column.to_list()], dtype=pl.String
    )
    return mended.zip_with(hit, column)


def titles(title: pl.Series, narrative: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return titles of at most 300 characters; what is longer moves, whole, into the narrative."""
    long = title.str.len_chars() > TITLE_CHARS
    if not long.any():
        return title, narrative
    whole = pl.select(
        pl.when(narrative == "")
        .then(title)
        .otherwise(pl.concat_str([title, narrative], separator="\n\n"))
        .alias("n")
    )["n"]
    cut = title.str.slice(0, TITLE_CHARS - 1) + "…"
    return cut.zip_with(long, title), whole.zip_with(long, narrative)


def kept(columns: Columns) -> pl.Series:
    """Return what is kept beside the record, as a JSON object of the columns that feed no field."""
    frame = columns.frame
    wanted: Sequence[str | None]
    if columns.mapping.keep is None:
        used = columns.used()
        wanted = [name for name in frame.columns if name not in used]
    else:
        wanted = [columns.named(name) for name in columns.mapping.keep]
    names = [name for name in wanted if name is not None and frame[name].null_count() < frame.height]
    if not names:
        return pl.Series("extra", [None], dtype=pl.String).new_from_index(0, frame.height)
    parts = [_jsonable(name, frame.schema[name]) for name in names]
    return frame.select(pl.struct(parts).struct.json_encode().alias("extra"))["extra"]


def _jsonable(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float():
        # JSON has no NaN, and PostgreSQL refuses it.
        return pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)
    if dtype.is_integer() or dtype == pl.Boolean:
        return pl.col(name)
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)
