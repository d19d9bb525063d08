"""Road networks out of files: line layers of any format, with or without node ids, and OpenStreetMap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyproj
import shapely

from data.errors import Invalid, TooLarge
from data.importers import osm
from data.importers.base import Sheet
from data.importers.places import to_degrees
from data.importers.registry import read
from data.road_records import ROAD_CLASSES
from layers.roads.network import RESIDENTIAL, Network
from layers.roads.splitting import at_meetings, junctions

_GEOD: Final = pyproj.Geod(ellps="WGS84")
_MAX_LINES: Final = 5_000_000
_ONEWAY: Final = ("oneway", "direction", "dirtravel", "onewaydir", "traveldir")
_FROM: Final = ("fromnode", "fnode", "startnode", "tnidf", "u", "source")
_TO: Final = ("tonode", "tnode", "endnode", "tnidt", "v", "target")
_CLASS: Final = ("highway", "fclass", "roadclass", "class")
_FORWARD: Final = ("1", "1.0", "yes", "true", "t", "y", "ft", "f", "forward")
_BACKWARD: Final = ("-1", "-1.0", "reverse", "tf", "backward")

Ends = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclass(frozen=True)
class RoadFile:
    """The network in a file, and how many of its rows are no lines."""

    network: Network
    left_out: int


def sheet_of(path: Path) -> Sheet:
    """Return the rows of a file of roads, whatever its format."""
    return osm.read(path) if path.name.lower().endswith(".pbf") else read(path)


def read_network(path: Path, *, crossings: bool = False) -> RoadFile:
    """Return the network in a file; raise UnreadableFile or Invalid, in words, for one that has none.

    Without node ids, lines meet where their ends lie together or on another line; with `crossings` also where
    they cross.
    """
    return from_sheet(sheet_of(path), name=path.name, crossings=crossings)


def from_sheet(sheet: Sheet, *, name: str, crossings: bool = False) -> RoadFile:
    """Return the network in the rows of a file."""
    geometry = sheet.geometry if sheet.geometry is not None else np.zeros(0, dtype=object)
    if len(geometry) > _MAX_LINES:
        raise TooLarge(f"{name} has more than {_MAX_LINES:,} lines.", hint="Cut it to the area in question.")
    shapes, row = _lines(geometry, sheet.crs)
    left_out = sheet.read - len(np.unique(row))
    if not len(shapes):
        raise Invalid(
            f"{name} has no lines in degrees.",
            hint="Give a file whose features are the roads' lines, with its coordinate reference system.",
        )
    columns = {_plain(column): column for column in sheet.frame.columns}
    way = _oneway(_first(sheet, columns, _ONEWAY), len(geometry))[row]
    kind = _classes(_first(sheet, columns, _CLASS), len(geometry))[row]
    ends = _given_ends(_first(sheet, columns, _FROM), _first(sheet, columns, _TO), row)
    if ends is None or crossings:
        shapes, of = at_meetings(shapes, crossings=crossings)
        way, kind, ends = way[of], kind[of], None
    return RoadFile(assemble(shapes, ends=ends, road_class=kind, oneway=way), left_out)


def assemble(
    shapes: npt.NDArray[np.object_],
    *,
    ends: Ends | None,
    road_class: npt.NDArray[np.uint8],
    oneway: npt.NDArray[np.int8],
) -> Network:
    """Return a network of lines in degrees; without `ends` (node ids), ends at one place are one junction."""
    first = shapely.get_coordinates(shapely.get_point(shapes, 0))
    last = shapely.get_coordinates(shapely.get_point(shapes, -1))
    both = np.concatenate([first, last])
    given = junctions(both) if ends is None else np.concatenate(ends)
    _, where, number = np.unique(given, return_index=True, return_inverse=True)
    return Network(
        lon=both[where, 0],
        lat=both[where, 1],
        start=number[: len(shapes)].astype(np.int32),
        end=number[len(shapes) :].astype(np.int32),
        length_m=_lengths(shapes),
        road_class=road_class,
        oneway=oneway,
        shapes=shapes,
    )


def joined(networks: list[Network]) -> Network:
    """Return several networks as one: junctions of different ones that lie together are one."""
    if len(networks) == 1:
        return networks[0]
    lon, lat = (np.concatenate([getattr(one, axis) for one in networks]) for axis in ("lon", "lat"))
    before = np.cumsum([0, *(one.junctions for one in networks[:-1])])
    number = junctions(np.column_stack([lon, lat]))
    _, where = np.unique(number, return_index=True)
    start, end = (
        np.concatenate(
            [number[getattr(one, end) + shift] for one, shift in zip(networks, before, strict=True)]
        ).astype(np.int32)
        for end in ("start", "end")
    )
    return Network(
        lon=lon[where],
        lat=lat[where],
        start=start,
        end=end,
        length_m=np.concatenate([one.length_m for one in networks]),
        road_class=np.concatenate([one.road_class for one in networks]),
        oneway=np.concatenate([one.oneway for one in networks]),
        shapes=np.concatenate([one.shapes for one in networks]),
    )


def _lines(
    geometry: npt.NDArray[np.object_], crs: str
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return the lines in degrees, and the row that each is of; a row of several lines gives several."""
    several = shapely.get_type_id(geometry) == 5  # MultiLineString: pieces that meet are one line
    geometry = geometry.copy()
    geometry[several] = shapely.line_merge(geometry[several])
    parts, row = shapely.get_parts(geometry, return_index=True)
    usable = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    parts, row = shapely.force_2d(parts[usable]), row[usable]
    xy, of = shapely.get_coordinates(parts, return_index=True)
    lon, lat = to_degrees(xy[:, 0], xy[:, 1], crs)
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # degrees
    bad = np.unique(of[~good])
    parts = shapely.set_coordinates(parts, np.column_stack([lon, lat])) if len(parts) else parts
    return np.delete(parts, bad), np.delete(row, bad)


def _lengths(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the length of each line on the ellipsoid."""
    places, line = shapely.get_coordinates(shapes, return_index=True)
    same = line[1:] == line[:-1]
    _, _, step = _GEOD.inv(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])
    metres = np.asarray(step, dtype=np.float64)[same]
    return np.bincount(line[1:][same], weights=metres, minlength=len(shapes)).astype(np.float64)


def _plain(column: str) -> str:
    return re.sub(r"[^a-z]", "", column.lower())


def _first(sheet: Sheet, columns: dict[str, str], names: tuple[str, ...]) -> pl.Series | None:
    """Return the first column of these names, as words in lower case."""
    found = next((columns[name] for name in names if name in columns), None)
    if found is None:
        return None
    column = sheet.frame[found]
    if column.dtype.is_nested():
        return None
    return column.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()


def _given_ends(start: pl.Series | None, end: pl.Series | None, row: npt.NDArray[np.int64]) -> Ends | None:
    """Return the node ids of the ends of each line, None where a line has none.

    Of a row of several lines the first has its start and the last its end; between them is a gap.
    """
    if start is None or end is None:
        return None
    first, last = start.gather(row), end.gather(row)
    if any(one.is_null().any() or (one == "").any() for one in (first, last)):
        return None
    ends = first.to_numpy().astype(object), last.to_numpy().astype(object)
    again = np.flatnonzero(row[1:] == row[:-1])
    ends[0][again + 1] = [f"after part {number}" for number in again]
    ends[1][again] = [f"before part {number}" for number in again]
    return ends[0].astype(str), ends[1].astype(str)


def _oneway(column: pl.Series | None, size: int) -> npt.NDArray[np.int8]:
    if column is None:
        return np.zeros(size, dtype=np.int8)
    forward, backward = column.is_in(_FORWARD).fill_null(False), column.is_in(_BACKWARD).fill_null(False)
    way = forward.cast(pl.Int8) - backward.cast(pl.Int8)
    return np.asarray(way.to_numpy(), dtype=np.int8)


def _classes(column: pl.Series | None, size: int) -> npt.NDArray[np.uint8]:
    if column is None:
        return np.full(size, RESIDENTIAL, dtype=np.uint8)
    known = {name: ROAD_CLASSES.index(stands_for) for name, stands_for in osm.CLASSES.items()}
    return column.replace_strict(known, default=RESIDENTIAL, return_dtype=pl.UInt8).to_numpy()
