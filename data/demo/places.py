"""Where demo incidents happen: towns, low spots on the shore, and the land under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from data.demo.files import read_json
from data.geo import EARTH_RADIUS_M, FloatArray, IntArray
from data.model import LonLat
from data.reference import areas

_TRIES = 8
_REPEAT_SHARE = 0.12  # some addresses call again and again
_REPEAT_SPOTS = 7


@dataclass(frozen=True, slots=True)
class Places:
    """Named places with a weight, a radius to scatter in, and what is known of each; all arrays align."""

    names: tuple[str, ...]
    regions: tuple[str, ...]
    streets: tuple[str, ...]  # empty: any street will do
    lon: FloatArray
    lat: FloatArray
    weight: FloatArray
    radius_m: FloatArray
    shore_km: FloatArray

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self.names)

    def within(self, ground: BaseGeometry) -> Places:
        """Return the places whose middle lies on this ground; their weights stay as they are."""
        here = np.flatnonzero(shapely.contains_xy(ground, self.lon, self.lat))

        def named(column: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(column[i] for i in here.tolist())

        return Places(
            names=named(self.names),
            regions=named(self.regions),
            streets=named(self.streets),
            lon=self.lon[here],
            lat=self.lat[here],
            weight=self.weight[here],
            radius_m=self.radius_m[here],
            shore_km=self.shore_km[here],
        )

    def at(self, index: int) -> LonLat:
        """Return the middle of a place."""
        return LonLat(float(self.lon[index]), float(self.lat[index]))


def land_of(state_fips: str) -> BaseGeometry:
    """Return the land of a state, prepared for many tests."""
    land = next(areas(kinds=("state",), states=(state_fips,))).geometry
    shapely.prepare(land)
    return land


def towns(file: str, *, shore: Places | None) -> Places:
    """Return the towns of a demo file, with the distance to the nearest of the shore places."""
    rows = read_json(file)["towns"]
    lon, lat, people = _column(rows, "lon"), _column(rows, "lat"), _column(rows, "people")
    return Places(
        names=tuple(row["name"] for row in rows),
        regions=tuple(row["region"] for row in rows),
        streets=("",) * len(rows),
        lon=lon,
        lat=lat,
        weight=people / people.sum(),
        radius_m=np.clip(5.5 * np.sqrt(people), 300.0 if shore is None else 1200.0, 2200.0),
        shore_km=_nearest_km(lon, lat, shore) if shore is not None else np.zeros(len(rows)),
    )


def shore(file: str) -> Places:
    """Return the low spots on the shore of a demo file, all of the same weight."""
    rows = read_json(file)["spots"]
    count = len(rows)
    return Places(
        names=tuple(row["town"] for row in rows),
        regions=tuple(row["region"] for row in rows),
        streets=tuple(row["street"] for row in rows),
        lon=_column(rows, "lon"),
        lat=_column(rows, "lat"),
        weight=np.full(count, 1.0 / count),
        radius_m=np.full(count, 380.0),
        shore_km=np.zeros(count),
    )


def scatter(
    rng: np.random.Generator, places: Places, index: IntArray, *, land: BaseGeometry
) -> tuple[FloatArray, FloatArray]:
    """Return a point on land near each of the indexed places.

    Most are scattered round the middle; a share stands on one of a few repeating spots of the place.
    What would lie in the sea is drawn again, and at last put on the nearest shore.
    """
    seeds = rng.standard_normal((len(places), _REPEAT_SPOTS, 2))
    # heavier in the tails than the normal: a town has farms at its edge
    offset = 0.8 * rng.standard_t(4, size=(len(index), 2))
    repeat = rng.random(len(index)) < _REPEAT_SHARE
    offset[repeat] = seeds[index[repeat], rng.integers(0, _REPEAT_SPOTS, int(repeat.sum()))]
    lon, lat = _shifted(places, index, offset)
    for _ in range(_TRIES):
        sea = np.flatnonzero(~shapely.contains_xy(land, lon, lat))
        if not len(sea):
            break
        lon[sea], lat[sea] = _shifted(places, index[sea], 0.7 * rng.standard_normal((len(sea), 2)))
    return _ashore(lon, lat, land)


def _shifted(places: Places, index: IntArray, offset: FloatArray) -> tuple[FloatArray, FloatArray]:
    per_degree = np.radians(1.0) * EARTH_RADIUS_M
    north = offset[:, 1] * places.radius_m[index] / per_degree
    east = offset[:, 0] * places.radius_m[index] / (per_degree * np.cos(np.radians(places.lat[index])))
    return places.lon[index] + east, places.lat[index] + north


def _ashore(lon: FloatArray, lat: FloatArray, land: BaseGeometry) -> tuple[FloatArray, FloatArray]:
    sea = np.flatnonzero(~shapely.contains_xy(land, lon, lat))
    for at in sea:
        nearest = shapely.ops.nearest_points(land, shapely.Point(lon[at], lat[at]))[0]
        # a step inland: a point on the very outline counts as neither side
        lon[at] = nearest.x + (nearest.x - lon[at]) * 0.05
        lat[at] = nearest.y + (nearest.y - lat[at]) * 0.05
    return np.round(lon, 6), np.round(lat, 6)


def _nearest_km(lon: FloatArray, lat: FloatArray, shore: Places) -> FloatArray:
    dx = (lon[:, None] - shore.lon[None, :]) * np.cos(np.radians(lat))[:, None]
    dy = lat[:, None] - shore.lat[None, :]
    nearest: FloatArray = np.sqrt(dx * dx + dy * dy).min(axis=1)
    return nearest * float(np.radians(1.0)) * EARTH_RADIUS_M / 1000.0


def _column(rows: list[dict[str, Any]], name: str) -> npt.NDArray[np.float64]:
    return np.array([row[name] for row in rows], dtype=np.float64)
