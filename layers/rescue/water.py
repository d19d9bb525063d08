"""Where a boat is of use: on water, and as far inland as its crew walks and sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from data.geo import metres_per_degree
from data.model import LonLat
from layers.hotspots.land import land_in, shore_in

INLAND_M: Final = 500.0  # the shore of the map is about 80 m out
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


def _on_land(at: LonLat) -> bool:
    x = at.lon / 360 + 0.5
    y = 0.5 - float(np.arcsinh(np.tan(np.radians(at.lat)))) / (2 * np.pi)
    half = 1e-7
    return bool(land_in(np.array([x - half, x + half]), np.array([y - half, y + half])).any())
