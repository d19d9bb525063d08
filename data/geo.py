"""Places as numbers: Web Mercator, Morton cells, distances. Vectorised; longitude before latitude."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from data.errors import BadCoordinates
from data.model import LonLat

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG
MAX_MERCATOR_LAT: Final = 85.05112877980659
CELL_BITS: Final = 31  # per axis; 2^31 steps round the equator are 1.9 cm
WORLD: Final = 1 << CELL_BITS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def mercator(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    """Return Web Mercator x and y as integers in [0, 2^31), y growing southward as in tiles.

    Latitudes beyond 85.05 degrees are clamped, as every web map does.
    """
    lon_deg = np.asarray(lon, dtype=np.float64)
    lat_rad = np.radians(np.clip(np.asarray(lat, dtype=np.float64), -MAX_MERCATOR_LAT, MAX_MERCATOR_LAT))
    x = (lon_deg + 180.0) / 360.0 * WORLD
    y = (0.5 - np.arcsinh(np.tan(lat_rad)) / (2.0 * math.pi)) * WORLD
    top = WORLD - 1
    return np.clip(x, 0, top).astype(np.int64), np.clip(y, 0, top).astype(np.int64)


def inverse_mercator(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude in degrees of integer Web Mercator coordinates (centre of the step)."""
    lon = (np.asarray(x, dtype=np.float64) + 0.5) / WORLD * 360.0 - 180.0
    turns = 0.5 - (np.asarray(y, dtype=np.float64) + 0.5) / WORLD
    return lon, np.degrees(np.arctan(np.sinh(turns * 2.0 * math.pi)))


def _spread(value: IntArray) -> npt.NDArray[np.uint64]:
    """Return each 32-bit value with a zero put between its bits (the usual magic-number dilation)."""
    v = value.astype(np.uint64)
    for shift, keep in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        v = (v | (v << np.uint64(shift))) & np.uint64(keep)
    return v


def _gather(code: npt.NDArray[np.uint64]) -> IntArray:
    """Return every second bit of each code, pressed together: the inverse of `_spread`."""
    v = code & np.uint64(0x5555555555555555)
    for shift, keep in (
        (1, 0x3333333333333333),
        (2, 0x0F0F0F0F0F0F0F0F),
        (4, 0x00FF00FF00FF00FF),
        (8, 0x0000FFFF0000FFFF),
        (16, 0x00000000FFFFFFFF),
    ):
        v = (v | (v >> np.uint64(shift))) & np.uint64(keep)
    return v.astype(np.int64)


def morton(x: IntArray, y: IntArray) -> IntArray:
    """Return the Morton code of integer coordinates; a tile of any zoom is one run of codes."""
    return (_spread(x) | (_spread(y) << np.uint64(1))).astype(np.int64)


def morton_xy(code: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    """Return the integer coordinates of Morton codes."""
    unsigned = np.asarray(code, dtype=np.int64).astype(np.uint64)
    return _gather(unsigned), _gather(unsigned >> np.uint64(1))


def morton_cells(lon: npt.ArrayLike, lat: npt.ArrayLike) -> IntArray:
    """Return the Morton cell of each place, as the store keeps it."""
    return morton(*mercator(lon, lat))


def cell_of(place: LonLat) -> int:
    """Return the Morton cell of one place."""
    return int(morton_cells([place.lon], [place.lat])[0])


def checked(lon: float, lat: float) -> LonLat:
    """Return the place, or raise BadCoordinates where the numbers are no place on Earth."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadCoordinates(
            "The coordinates are not numbers.", hint="Give longitude and latitude in degrees."
        )
    if abs(lat) > 90 or abs(lon) > 180:
        raise BadCoordinates(
            f"Longitude {lon:g}, latitude {lat:g} is outside the Earth.",
            hint="Longitude is within ±180 and latitude within ±90; are the two swapped, or in metres?",
        )
    return LonLat(lon, lat)


def distance_m(here: LonLat, lon: npt.ArrayLike, lat: npt.ArrayLike) -> FloatArray:
    """Return great-circle distances in metres (haversine formula on the mean sphere, within 0.5 %)."""
    lat1, lat2 = math.radians(here.lat), np.radians(np.asarray(lat, dtype=np.float64))
    half_lat = (lat2 - lat1) / 2
    half_lon = np.radians(np.asarray(lon, dtype=np.float64) - here.lon) / 2
    h = np.sin(half_lat) ** 2 + math.cos(lat1) * np.cos(lat2) * np.sin(half_lon) ** 2
    metres: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return metres


def bearing_deg(here: LonLat, there: LonLat) -> float:
    """Return the initial true bearing from `here` to `there`, in degrees clockwise from north."""
    lat1, lat2 = math.radians(here.lat), math.radians(there.lat)
    dlon = math.radians(there.lon - here.lon)
    east = math.sin(dlon) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(dlon)
    return math.degrees(math.atan2(east, north)) % 360


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Return how many metres one degree of longitude and of latitude are at this latitude."""
    per_lat = math.radians(1) * EARTH_RADIUS_M
    return per_lat * math.cos(math.radians(lat)), per_lat
