"""Gathers loose records into one frame batch by batch, so that they do not all stay as Python objects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from shapely.geometry.base import BaseGeometry

from data.importers.base import MAX_COLUMNS, GeometryArray, checked_columns

NO_PROPERTIES: Final = "no properties"
_BATCH_ROWS: Final = 20_000


class Gathered:
    """Rows with a number and an outline each; any row may have any names."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._batch: list[Mapping[str, Any]] = []
        self._batches: list[dict[str, pl.Series]] = []
        self._heights: list[int] = []
        self._shapes: list[BaseGeometry | None] = []
        self._numbers: list[int] = []

    def take(self, number: int, record: Mapping[str, Any], shape: BaseGeometry | None) -> None:
        """Keep a row; raise TooLarge when there are too many names by now."""
        self._batch.append(record)
        self._shapes.append(shape)
        self._numbers.append(number)
        if len(self._batch) >= _BATCH_ROWS:
            self._flush()

    def rows(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the rows."""
        return np.asarray(self._numbers, dtype=np.int64)

    def geometry(self) -> GeometryArray:
        """Return the outlines as an object array, one element each."""
        return as_array(self._shapes)

    def frame(self) -> pl.DataFrame:
        """Return the rows as text columns, in the order in which the names first occurred."""
        self._flush()
        columns = checked_columns(list(self._names))
        if not columns:
            # A frame without columns has no height: features without properties still count.
            nothing = pl.Series(NO_PROPERTIES, [None], dtype=pl.String)
            return nothing.new_from_index(0, sum(self._heights)).to_frame()
        return pl.DataFrame(
            {column: self._column(name, column) for name, column in zip(self._names, columns, strict=True)}
        )

    def _column(self, name: str, column: str) -> pl.Series:
        nothing = pl.Series([None], dtype=pl.String)
        parts = [
            batch.get(name, nothing.new_from_index(0, height))
            for batch, height in zip(self._batches, self._heights, strict=True)
        ]
        return pl.concat(parts).alias(column)

    def _flush(self) -> None:
        if not self._batch and self._batches:
            return
        names = dict.fromkeys(name for record in self._batch for name in record)
        self._names |= names
        if len(self._names) > MAX_COLUMNS:
            checked_columns(list(self._names))
        self._batches.append(
            {
                name: pl.Series(name, [_text(record.get(name)) for record in self._batch], dtype=pl.String)
                for name in names
            }
        )
        self._heights.append(len(self._batch))
        self._batch = []


def as_array(shapes: Sequence[BaseGeometry | None]) -> GeometryArray:
    """Return geometries as an object array, one element each."""
    out: GeometryArray = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def frame_of(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return loose records as a frame of text columns, in the order in which the names first occur."""
    gathered = Gathered()
    for number, record in enumerate(records, start=1):
        gathered.take(number, record, None)
    return gathered.frame()


def as_text(record: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a record with its values as the frame has them."""
    return {name: _text(value) for name, value in record.items()}


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
