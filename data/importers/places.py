"""Where rows say they are, and what gives that away as wrong.

A row is put into quarantine when its place cannot be: 0,0; outside the Earth or the declared area; swapped
axes; metres in a degrees column. Rows without coordinates are kept, unlocated. Default points are kept too.

**Default point**: one exact spot on which a source puts records that have nothing to do with each other.
The sign of it is what the records say of their own place: a station or a retirement home has many records
with one address, a default point has many records with many addresses. A spot is a default point when

* at least 30 records are on exactly it, and
* they give at least 10 different addresses, and at least one for every 20 records; or,
  where fewer than half of its records give an address, it holds at least 2 % of all located records and
  20 times the median of the ten spots that follow it.

So 2,978 Boston records with 835 addresses are found, and the motorway points of a 911 geocoder; the UK's
snap points (one name each, by design) and a police station (214 records, one street) are not. The centroid
of a town that a report could not be placed in any better is a default point by the same sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from data.errors import Invalid

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]

DEFAULT_LEAST_ROWS: Final = 30
DEFAULT_LEAST_ADDRESSES: Final = 10
DEFAULT_ROWS_PER_ADDRESS: Final = 20
DEFAULT_SHARE: Final = 0.02
DEFAULT_CONTRAST: Final = 20
_MERCATOR_MAX_M: Final = 20_048_967.0
_BULK_LEAST_ROWS: Final = 20


def transformer(crs: str) -> Transformer | None:
    """Return what turns x, y of a coordinate system into degrees, or None where they are degrees already.

    Taken are "EPSG:2249", and "local:-71.06,42.36" for a metre grid whose origin is at that place.
    """
    if crs in ("", "EPSG:4326"):
        return None
    try:
        if crs.startswith("local:"):
            lon, lat = (float(part) for part in crs.removeprefix("local:").split(","))
            system = CRS.from_dict(
                {"proj": "aeqd", "lon_0": lon, "lat_0": lat, "datum": "WGS84", "units": "m"}
            )
        elif crs.upper().startswith("EPSG:"):
            system = CRS.from_epsg(int(crs[5:]))
        elif crs.startswith(("GEOGCS[", "PROJCS[", "GEOGCRS[", "PROJCRS[", "COMPD_CS[", "COMPOUNDCRS[")):
            system = CRS.from_wkt(crs)  # as a .prj file states it
        else:
            raise ValueError(crs)
    except (CRSError, ValueError) as error:
        raise Invalid(
            f"The coordinate system {crs[:60]!r} is not known.",
            hint="Use EPSG:… or local:longitude,latitude.",
        ) from error
    return Transformer.from_crs(system, CRS.from_epsg(4326), always_xy=True)


def to_degrees(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return longitude and latitude; what cannot be transformed becomes infinite, as pyproj has it."""
    change = transformer(crs)
    if change is None:
        return x, y
    lon, lat = change.transform(x, y)
    gone = np.isnan(x) | np.isnan(y)
    return np.where(gone, np.nan, lon), np.where(gone, np.nan, lat)


def faults(lon: Floats, lat: Floats, *, areas: Sequence[Box]) -> list[tuple[str, Flags]]:
    """Return reasons for quarantine with the rows they hold for, the first reason that fits a row first.

    NaN stands for "no coordinate" and is no fault; the caller has told apart what was unreadable.
    """
    given = ~(np.isnan(lon) | np.isnan(lat))
    finite = given & np.isfinite(lon) & np.isfinite(lat)
    zero = finite & (lon == 0) & (lat == 0)
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    off = finite & ~on_earth
    fits_swapped = off & (_inside(lat, lon, areas) if areas else (np.abs(lon) <= 90) & (np.abs(lat) <= 180))
    metres = (
        off
        & (np.maximum(np.abs(lon), np.abs(lat)) > 360)
        & (np.maximum(np.abs(lon), np.abs(lat)) < _MERCATOR_MAX_M)
    )
    found: list[tuple[str, Flags]] = [
        ("zero_coordinates", zero),
        ("swapped_axes", fits_swapped),
        ("metres_in_degrees", metres),
        ("outside_earth", (given & ~finite) | off),
    ]
    rest = finite & on_earth & ~zero
    if areas:
        outside = rest & ~_inside(lon, lat, areas)
        found += [("swapped_axes", outside & _inside(lat, lon, areas)), ("outside_area", outside)]
    else:
        found.append(("swapped_axes", rest & _swapped_against_bulk(lon, lat, rest)))
    return found


def _inside(lon: Floats, lat: Floats, areas: Sequence[Box]) -> Flags:
    out: Flags = np.zeros(lon.shape, dtype=np.bool_)
    for west, south, east, north in areas:
        out |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return out


def _swapped_against_bulk(lon: Floats, lat: Floats, rest: Flags) -> Flags:
    """Return rows far from where nearly all others are, that would be among them with their axes swapped."""
    if int(rest.sum()) < _BULK_LEAST_ROWS:
        return np.zeros(lon.shape, dtype=np.bool_)
    west, east = np.quantile(lon[rest], [0.05, 0.95])
    south, north = np.quantile(lat[rest], [0.05, 0.95])
    pad_x, pad_y = max(1.0, east - west), max(1.0, north - south)
    bulk = [(west - pad_x, south - pad_y, east + pad_x, north + pad_y)]
    return ~_inside(lon, lat, bulk) & _inside(lat, lon, bulk)


def default_points(lon: Floats, lat: Floats, address: pl.Series | None) -> tuple[Flags, pl.DataFrame]:
    """Return which rows are on a default point, and the points: lon, lat, rows, addresses."""
    said = address if address is not None else pl.Series([None], dtype=pl.String).new_from_index(0, len(lon))
    rows = pl.DataFrame({"lon": lon, "lat": lat, "address": said}).with_row_index("row")
    located = rows.filter(pl.col("lon").is_not_nan() & pl.col("lat").is_not_nan())
    counts = located.group_by("lon", "lat").len("rows").sort("rows", descending=True)
    busy = counts.filter(pl.col("rows") >= DEFAULT_LEAST_ROWS)
    if not busy.height:
        return np.zeros(len(lon), dtype=np.bool_), busy.with_columns(addresses=pl.lit(0, dtype=pl.UInt32))
    spots = _with_addresses(located, busy)
    usual = float(counts["rows"].slice(1, 10).median() or 0)  # type: ignore[arg-type]  # a column of counts
    varied = (pl.col("addresses") >= DEFAULT_LEAST_ADDRESSES) & (
        pl.col("addresses") * DEFAULT_ROWS_PER_ADDRESS >= pl.col("rows")
    )
    lonely = (
        (pl.col("addressed") * 2 < pl.col("rows"))
        & (pl.col("rows") >= DEFAULT_SHARE * located.height)
        & (pl.col("rows") >= DEFAULT_CONTRAST * max(usual, 1.0))
    )
    points = (
        spots.filter(varied | lonely).select("lon", "lat", "rows", "addresses").sort("rows", descending=True)
    )
    flagged = located.join(points, on=["lon", "lat"], how="semi")["row"].to_numpy()
    out = np.zeros(len(lon), dtype=np.bool_)
    out[flagged] = True
    return out, points


def _with_addresses(located: pl.DataFrame, busy: pl.DataFrame) -> pl.DataFrame:
    # Two spellings of one address are one: case and everything but letters and digits do not count.
    spelled = pl.col("address").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
    return (
        located.join(busy.select("lon", "lat"), on=["lon", "lat"], how="semi")
        .with_columns(spelled.alias("address"))
        .with_columns(pl.when(pl.col("address") != "").then(pl.col("address")).alias("address"))
        .group_by("lon", "lat")
        .agg(
            pl.len().alias("rows"),
            pl.col("address").drop_nulls().n_unique().alias("addresses"),
            pl.col("address").is_not_null().sum().alias("addressed"),
        )
    )
