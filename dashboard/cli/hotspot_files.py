"""Tables that the hotspot commands read and write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from data.errors import Invalid
from data.importers.registry import read
from layers.analytics.planar import PlanarGrid

FloatArray = npt.NDArray[np.float64]


def table(path: Path, *columns: str) -> pl.DataFrame:
    """Return a table of any importable format; raise Invalid where one of the columns is absent."""
    frame = read(path).frame
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise Invalid(
            f"{path.name} has no column {', '.join(absent)}.",
            hint=f"It has: {', '.join(frame.columns[:40])}.",
        )
    return frame


def numbers(frame: pl.DataFrame, column: str) -> FloatArray:
    """Return a column as numbers, NaN where it is empty; raise Invalid at the first text that is none."""
    given = frame[column]
    values = given.cast(pl.Float64, strict=False)
    wrong = values.is_null() & given.is_not_null() & (given.cast(pl.String).str.strip_chars() != "")
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise Invalid(f"Column {column}, row {row + 1}: {given[row]!r} is no number.", hint="Mend that row.")
    return values.fill_null(float("nan")).to_numpy()


def days(frame: pl.DataFrame, column: str) -> FloatArray:
    """Return a column of dates, times or numbers of days as days since 1970."""
    given = frame[column]
    if given.dtype == pl.String:
        as_number = given.cast(pl.Float64, strict=False)
        if as_number.null_count() == given.null_count():
            return as_number.to_numpy()
        stamps = given.str.to_datetime(strict=False, time_zone="UTC", exact=False)
    elif given.dtype.is_temporal():
        stamps = given.cast(pl.Datetime("us"))
    else:
        return given.cast(pl.Float64).to_numpy()
    if stamps.null_count() > given.null_count():
        raise Invalid(
            f"Column {column} holds times that cannot be read.", hint="Write them as 2026-11-22T14:30Z."
        )
    return stamps.dt.epoch("us").to_numpy() / 86_400e6


def plane(crs: str, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, Transformer]:
    """Return x and y in metres on an equal-area or the given projected plane, and the way back to degrees.

    `crs` is `lonlat` (then an equal-area projection true at the data's middle parallel) or `EPSG:n`.
    """
    try:
        given = CRS("EPSG:4326" if crs.lower() == "lonlat" else crs)
    except CRSError as error:
        raise Invalid(
            f"There is no coordinate system {crs!r}.", hint="Give lonlat or EPSG:number."
        ) from error
    if given.is_projected:
        return x, y, Transformer.from_crs(given, "EPSG:4326", always_xy=True)
    parallel = round(float(np.nanmean(y)) / 2) * 2 if len(y) else 0
    flat = CRS(f"+proj=cea +lat_ts={parallel} +ellps=WGS84")
    there = Transformer.from_crs(given, flat, always_xy=True)
    mx, my = there.transform(x, y)
    return np.asarray(mx), np.asarray(my), Transformer.from_crs(flat, "EPSG:4326", always_xy=True)


def write(
    path: Path, columns: Mapping[str, npt.NDArray[Any]], grid: PlanarGrid | None, back: Transformer | None
) -> None:
    """Write one row per cell as CSV or Parquet, or as GeoJSON squares where there is a grid."""
    frame = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    suffix = path.suffix.lower()
    if suffix == ".csv":
        frame.write_csv(path)
    elif suffix == ".parquet":
        frame.write_parquet(path)
    elif suffix in (".geojson", ".json") and grid is not None and back is not None:
        path.write_bytes(_geojson(frame, grid, back))
    else:
        raise Invalid(
            f"Results are not written as {suffix or 'a file without ending'}.",
            hint="Name the file .csv or .parquet; of a grid, .geojson too.",
        )


def _geojson(frame: pl.DataFrame, grid: PlanarGrid, back: Transformer) -> bytes:
    x, y = grid.corners()
    size = grid.cell_m
    # Counter-clockwise from the south-west, as RFC 7946 asks.
    ring = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    corners = [back.transform(x + dx, y + dy) for dx, dy in ring]
    lon, lat = (np.round([corner[axis] for corner in corners], 7) for axis in (0, 1))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [list(zip(lon[:, i], lat[:, i], strict=True))]},
            "properties": {key: _finite(value) for key, value in row.items()},
        }
        for i, row in enumerate(frame.iter_rows(named=True))
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return orjson.dumps(collection, option=orjson.OPT_SERIALIZE_NUMPY)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value
