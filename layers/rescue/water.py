"""Where water is: a boat is of use on it and near it, and who searches on foot stays off it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from data.geo import metres_per_degree
from data.model import LonLat
from layers.hotspots.land import land_in, shore_in
from layers.rescue.grid import FloatArray

INLAND_M: Final = 500.0  # the shore of the map is about 80 m out
_FINE: Final = 600  # boxes along each side of the ground that is asked about
_WIDEST_DEG: Final = 2.0  # over more ground the map's shore is too coarse to say it


def by_boat(places: Sequence[LonLat]) -> npt.NDArray[np.bool_]:
    """Return at which places a boat is of use; at all where the map cannot say."""
    lon, lat = np.array([one.lon for one in places]), np.array([one.lat for one in places])
    if not len(places) or np.ptp(lon) > _WIDEST_DEG or np.ptp(lat) > _WIDEST_DEG:
        return np.ones(len(places), dtype=np.bool_)
    east, north = metres_per_degree(float(lat.mean()))
    margin = 2 * INLAND_M / min(east, north)
    shore = shore_in(
        shapely.box(lon.min() - margin, lat.min() - margin, lon.max() + margin, lat.max() + margin)
    )
    flat = shapely.transform(shore, lambda at: at * [east, north])
    near = shapely.distance(shapely.points(lon * east, lat * north), flat) <= INLAND_M
    # A place with no shore near it is land all round or water all round; not-a-number is no shore at all.
    return np.array(
        [bool(close) or not _on_land(one) for close, one in zip(np.atleast_1d(near), places, strict=True)],
        dtype=np.bool_,
    )


def touch_land(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Return which shapes in degrees have land in their boxes, by the map's own shore and its error."""
    if not len(shapes):
        return np.zeros(0, dtype=np.bool_)
    west, south, east, north = shapely.bounds(shapes).T
    left, right, top, bottom = _across(west), _across(east), _down(north), _down(south)
    x_edges = np.linspace(left.min(), right.max(), _FINE + 1)
    y_edges = np.linspace(top.min(), bottom.max(), _FINE + 1)
    # How much land lies to the left of and above each edge: any box is a sum of four of them.
    land = np.pad(land_in(x_edges, y_edges).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    x0, y0 = (np.searchsorted(e, at, "right") - 1 for e, at in ((x_edges, left), (y_edges, top)))
    x1, y1 = (np.searchsorted(e, at, "left") for e, at in ((x_edges, right), (y_edges, bottom)))
    return np.asarray(land[y1, x1] - land[y0, x1] - land[y1, x0] + land[y0, x0] > 0, dtype=np.bool_)


def _across(lon: FloatArray) -> FloatArray:
    return np.asarray(lon / 360 + 0.5)


def _down(lat: FloatArray) -> FloatArray:
    return np.asarray(0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi))


def _on_land(at: LonLat) -> bool:
    x, y = float(_across(np.array(at.lon))), float(_down(np.array(at.lat)))
    half = 1e-7
    return bool(land_in(np.array([x - half, x + half]), np.array([y - half, y + half])).any())
