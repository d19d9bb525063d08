"""Parquet, plain or geographic (GeoParquet)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.errors import TooLarge, UnreadableFile
from data.importers.base import GeometryArray, Sheet, checked_columns

_MAX_CELLS = 2_000_000_000


def read(path: Path) -> Sheet:
    """Return the rows of a Parquet file with their own types; nested columns as JSON text."""
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows * file.metadata.num_columns > _MAX_CELLS:
            raise TooLarge("The file has more than two thousand million cells.", hint="Split it.")
        names = checked_columns(file.schema_arrow.names)
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"The Parquet file is damaged: {error}.", hint="Send it again.") from error
    geometry, crs, column = _geometry(table)
    if column:
        names.remove(column)
        table = table.drop_columns([column])
    frame = pl.from_arrow(table.rename_columns(names))
    if not isinstance(frame, pl.DataFrame):
        raise UnreadableFile("The Parquet file holds no table.")
    frame = frame.with_columns(_flat(name, dtype) for name, dtype in frame.schema.items())
    rows = np.arange(1, frame.height + 1, dtype=np.int64)
    return Sheet("parquet", frame, rows, geometry=geometry, crs=crs)


def _flat(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Struct):
        return pl.col(name).struct.json_encode()
    if isinstance(dtype, pl.List | pl.Array):
        return pl.col(name).map_elements(lambda v: json.dumps(list(v), default=str), return_dtype=pl.String)
    if dtype == pl.Binary:
        return pl.col(name).bin.encode("hex")
    return pl.col(name)


def _geometry(table: pa.Table) -> tuple[GeometryArray | None, str, str]:
    stored = (table.schema.metadata or {}).get(b"geo")
    if not stored:
        return None, "EPSG:4326", ""
    try:
        meta = json.loads(stored)
        column = meta["primary_column"]
        about = meta["columns"][column]
        wkb = table.column(column).to_numpy(zero_copy_only=False)
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"The geographic description of the file is damaged: {error}.") from error
    crs = about.get("crs")
    code = (crs or {}).get("id", {}) if isinstance(crs, dict) else {}
    named = f"{code['authority']}:{code['code']}" if "code" in code else "EPSG:4326"
    return shapes, "EPSG:4326" if named == "OGC:CRS84" else named, column
