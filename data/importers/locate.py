"""The place of each row: from columns or geometry, in WGS 84, with what is wrong about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from data.importers import angles, places
from data.importers.base import GeometryArray, Sheet
from data.importers.numbers import floats, tidy
from data.importers.texts import Columns
from data.model import LocatedBy

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Located:
    """Longitude and latitude per row (NaN: none given), shapes that are more than a point, and faults."""

    lon: Floats
    lat: Floats
    shapes: GeometryArray | None
    reason: npt.NDArray[np.object_]  # "" where nothing is wrong
    repaired: int = 0
    accuracy_m: Floats | None = None  # of a grid reference, which names a cell; NaN: not said


def locate(sheet: Sheet, columns: Columns) -> Located:
    """Return where the rows are; a place that cannot be is a reason, not an error."""
    mapping = columns.mapping
    read = _read(sheet, columns)
    shapes, lon, lat, unreadable = read.shapes, read.lon, read.lat, read.unreadable
    repaired = 0
    if shapes is not None:
        shapes, repaired = _in_degrees(shapes, mapping.crs or sheet.crs)
        found = _representative(shapes)
        lon, lat = np.where(np.isnan(lon), found[0], lon), np.where(np.isnan(lat), found[1], lat)
        shapes = _more_than_points(shapes)
    else:
        lon, lat = places.to_degrees(lon, lat, mapping.crs or sheet.crs)
    half = np.isnan(lon) | np.isnan(lat)
    lon, lat = np.where(half, np.nan, lon), np.where(half, np.nan, lat)
    reason: npt.NDArray[np.object_] = np.full(len(lon), "", dtype=object)
    for name, flags in [
        ("unreadable_coordinates", unreadable),
        *places.faults(lon, lat, areas=mapping.areas),
    ]:
        reason[flags & (reason == "")] = name
    return Located(lon, lat, shapes, reason, repaired, read.accuracy_m)


@dataclass(frozen=True, slots=True)
class _Read:
    """The places as the file has them, in its own coordinate system."""

    shapes: GeometryArray | None
    lon: Floats
    lat: Floats
    unreadable: npt.NDArray[np.bool_]
    accuracy_m: Floats | None


def _read(sheet: Sheet, columns: Columns) -> _Read:
    height = sheet.frame.height
    nothing = np.full(height, np.nan)
    unreadable = np.zeros(height, dtype=np.bool_)
    lon, lat = nothing, nothing.copy()
    x, y = columns.raw("lon"), columns.raw("lat")
    if x is not None and y is not None:
        grid = (columns.mapping.crs or sheet.crs) not in ("", "EPSG:4326")
        lon, bad_x = _numbers(x, "lon", grid=grid)
        lat, bad_y = _numbers(y, "lat", grid=grid)
        unreadable |= bad_x | bad_y
    pair = columns.raw("latlon")
    accuracy = None
    if pair is not None:
        found = angles.pairs(pair)
        accuracy = found.accuracy_m
        unreadable |= tidy(pair).is_not_null().to_numpy() & np.isnan(found.lat) & np.isnan(lat)
        lat, lon = np.where(np.isnan(lat), found.lat, lat), np.where(np.isnan(lon), found.lon, lon)
    shapes = sheet.geometry
    wkt = columns.raw("wkt")
    if shapes is None and wkt is not None:
        text = wkt.cast(pl.String).str.replace(r"(?i)^\s*SRID=\d+;", "")
        shapes = shapely.from_wkt(text.to_numpy(allow_copy=True), on_invalid="ignore")
        unreadable |= wkt.is_not_null().to_numpy() & shapely.is_missing(shapes)
    return _Read(shapes, lon, lat, unreadable, accuracy)


def _numbers(column: pl.Series, axis: angles.Axis, *, grid: bool) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return a column as degrees, or as what a grid counts in, and which of its values cannot be read."""
    value = floats(column) if grid else angles.degrees(column, axis)
    if column.dtype.is_numeric():
        return value.fill_null(np.nan).to_numpy(), np.zeros(len(column), dtype=np.bool_)
    bad = (tidy(column).is_not_null() & (value.is_null() | value.is_nan())).fill_null(value=False)
    return value.fill_null(np.nan).to_numpy(), bad.to_numpy()


def _in_degrees(shapes: GeometryArray, crs: str) -> tuple[GeometryArray, int]:
    """Return the shapes in degrees, polygons made valid, and how many of them had to be mended."""
    shapes = shapely.force_2d(shapes)
    change = places.transformer(crs)
    if change is not None:

        def move(coordinates: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return np.column_stack(change.transform(coordinates[:, 0], coordinates[:, 1]))

        shapes = shapely.transform(shapes, move)
    kinds = shapely.get_type_id(shapes)
    invalid = np.isin(kinds, (3, 6, 7)) & ~shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    invalid &= finite
    if invalid.any():
        shapes = shapes.copy()
        shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    return shapes, int(invalid.sum())


def _representative(shapes: GeometryArray) -> tuple[Floats, Floats]:
    kinds = shapely.get_type_id(shapes)
    at = shapes.copy()
    wide = (kinds > 0) & np.isfinite(shapely.bounds(shapes)).all(axis=1)
    at[wide] = shapely.point_on_surface(shapes[wide])
    at[(kinds != 0) & ~wide] = None
    return shapely.get_x(at), shapely.get_y(at)


def _more_than_points(shapes: GeometryArray) -> GeometryArray:
    out = shapes.copy()
    out[shapely.get_type_id(shapes) <= 0] = None
    out[shapely.is_empty(shapes)] = None
    return out


def located_by(
    located: Located, default_point: npt.NDArray[np.bool_], columns: Columns, address: pl.Series
) -> pl.Series:
    """Return how each place was found: the profile's word, an intersection where the address says so."""
    mapping = columns.mapping
    usual = int(LocatedBy[mapping.located_by.upper()])
    if located.shapes is not None and mapping.located_by == "unknown":
        usual = int(LocatedBy.DRAWN)
    how = np.full(len(located.lon), usual, dtype=np.int8)
    if mapping.intersection_pattern:
        crossing = (
            address.str.to_lowercase().str.contains(mapping.intersection_pattern).fill_null(value=False)
        )
        how[crossing.to_numpy()] = int(LocatedBy.INTERSECTION)
    how[default_point] = int(LocatedBy.DEFAULT_POINT)
    how[np.isnan(located.lon)] = int(LocatedBy.UNKNOWN)
    return pl.Series("located_by", how)
