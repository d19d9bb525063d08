"""Road networks out of files: line layers of any format, with or without node ids, and OpenStreetMap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj
import shapely

from data.errors import Invalid, UnreadableFile
from layers.roads.network import CLASSES, RESIDENTIAL, Network

_GEOD: Final = pyproj.Geod(ellps="WGS84")
_SNAP_DEGREES: Final = 6  # decimals: ends within about 0.1 m are one junction
_MAX_EDGES: Final = 5_000_000
_ONEWAY: Final = ("oneway", "direction", "dirtravel", "onewaydir", "traveldir")
_FROM: Final = ("fromnode", "fnode", "startnode", "tnidf", "u", "source")
_TO: Final = ("tonode", "tnode", "endnode", "tnidt", "v", "target")
_CLASS: Final = ("highway", "fclass", "roadclass", "class")
_FORWARD: Final = frozenset({"1", "1.0", "yes", "true", "t", "y", "ft", "f", "forward"})
_BACKWARD: Final = frozenset({"-1", "-1.0", "reverse", "tf", "backward"})
# OpenStreetMap's classes, and what they count as here; the others are no roads to travel on.
OSM: Final[Mapping[str, str]] = {
    **{name: name for name in CLASSES},
    **{f"{name}_link": name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    **dict.fromkeys(("unclassified", "living_street", "service", "road"), "residential"),
    **dict.fromkeys(("footway", "pedestrian", "steps", "bridleway", "cycleway"), "path"),
}


def read_network(path: Path) -> Network:
    """Return the network in a file; raise UnreadableFile or Invalid, in words, for one that has none."""
    if path.name.lower().endswith((".osm.pbf", ".osm", ".pbf")):
        from layers.roads.osm import read_osm

        return read_osm(path)
    try:
        _check_size(path)
        frame = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as a layer of lines.",
            hint="Give GeoJSON, GeoPackage, a shapefile or .osm.pbf.",
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise Invalid(f"{path.name} has no lines.", hint="Give a file whose features are the roads' lines.")
    return from_lines(frame, name=path.name)


def from_lines(frame: gpd.GeoDataFrame, *, name: str) -> Network:
    """Return the network of a layer of lines; node ids are used where both ends have them."""
    if frame.crs is not None:
        frame = frame.to_crs("EPSG:4326")
    frame = frame.explode(index_parts=False, ignore_index=True)
    good = (frame.geometry.geom_type == "LineString") & ~frame.geometry.is_empty & frame.geometry.notna()
    frame = frame[good].reset_index(drop=True)
    bounds = frame.total_bounds
    if not len(frame) or not np.isfinite(bounds).all():
        raise Invalid(f"{name} has no lines.", hint="Give a file whose features are the roads' lines.")
    if (np.abs(bounds) > [180, 90, 180, 90]).any():
        raise Invalid(
            f"The coordinates of {name} are no degrees.",
            hint="Its coordinate reference system is missing; add it.",
        )
    columns = {_plain(column): column for column in frame.columns if column != "geometry"}
    shapes = frame.geometry.to_numpy()
    return assemble(
        shapes,
        ends=_given_ends(frame, columns),
        road_class=_classes(_first(frame, columns, _CLASS), len(frame)),
        oneway=_oneway(_first(frame, columns, _ONEWAY), len(frame)),
    )


def assemble(
    shapes: npt.NDArray[np.object_],
    *,
    ends: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None,
    road_class: npt.NDArray[np.uint8],
    oneway: npt.NDArray[np.int8],
) -> Network:
    """Return a network of lines in degrees; without `ends` (node ids), ends at one place are one junction."""
    first = shapely.get_coordinates(shapely.get_point(shapes, 0))
    last = shapely.get_coordinates(shapely.get_point(shapes, -1))
    both = np.concatenate([first, last])
    if ends is None:
        _, where, number = np.unique(
            np.round(both, _SNAP_DEGREES), axis=0, return_index=True, return_inverse=True
        )
    else:
        _, where, number = np.unique(np.concatenate(ends), return_index=True, return_inverse=True)
    number = number.ravel()
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


def _lengths(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the length of each line on the ellipsoid."""
    places, line = shapely.get_coordinates(shapes, return_index=True)
    same = line[1:] == line[:-1]
    _, _, step = _GEOD.inv(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])
    metres = np.asarray(step, dtype=np.float64)[same]
    return np.bincount(line[1:][same], weights=metres, minlength=len(shapes)).astype(np.float64)


def _check_size(path: Path) -> None:
    """Raise Invalid for more lines than are taken; asked before, since GDAL sets room aside for a limit."""
    if pyogrio.read_info(path)["features"] > _MAX_EDGES:
        raise Invalid(
            f"{path.name} has more than {_MAX_EDGES:,} lines.", hint="Cut it to the area in question."
        )


def _plain(column: str) -> str:
    return re.sub(r"[^a-z]", "", str(column).lower())


def _first(frame: gpd.GeoDataFrame, columns: Mapping[str, str], names: tuple[str, ...]) -> pd.Series | None:
    found = next((columns[name] for name in names if name in columns), None)
    return None if found is None else frame[found]


def _given_ends(
    frame: gpd.GeoDataFrame, columns: Mapping[str, str]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    start, end = _first(frame, columns, _FROM), _first(frame, columns, _TO)
    if start is None or end is None or start.isna().any() or end.isna().any():
        return None
    return start.astype(str).to_numpy(dtype=str), end.astype(str).to_numpy(dtype=str)


def _oneway(column: pd.Series | None, size: int) -> npt.NDArray[np.int8]:
    if column is None:
        return np.zeros(size, dtype=np.int8)
    words = column.astype("string").str.strip().str.lower().fillna("")
    way = np.zeros(size, dtype=np.int8)
    way[words.isin(_FORWARD).to_numpy()] = 1
    way[words.isin(_BACKWARD).to_numpy()] = -1
    return way


def _classes(column: pd.Series | None, size: int) -> npt.NDArray[np.uint8]:
    if column is None:
        return np.full(size, RESIDENTIAL, dtype=np.uint8)
    words = column.astype("string").str.strip().str.lower().fillna("")
    known = {name: CLASSES.index(stands_for) for name, stands_for in OSM.items()}
    return np.asarray(words.map(known).fillna(RESIDENTIAL), dtype=np.uint8)
