"""What a place is called: by landmark and town from the gazetteer, and by sites that the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from data.gazetteer.places import Gazetteer, Place, load
from data.geo import EARTH_RADIUS_M, FloatArray, distance_m
from data.mirror import View
from data.model import LonLat

_LANDMARKS: Final = frozenset({"airport", "landmark", "neighborhood", "island", "bay", "water", "place"})
_LANDMARK_M, _TOWN_M, _SITES_M = 2_500.0, 60_000.0, 2_000.0
_CLOSE_M, _WIDE_M = 4_000.0, 8_000.0  # how large a hotspot may be that is called by a landmark, or one town
_CITY_M, _CITY_PEOPLE = 15_000.0, 50_000
_TOWNS_ASKED = 64
_SITES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name to put into a list, and the town alone."""

    name: str
    place: str


class Names:
    """Finds the landmark and the town nearest to a place; made once of a gazetteer that does not change."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        known = [place for place in gazetteer.places if place.kind in _LANDMARKS]
        towns = [place for place in gazetteer.places if place.kind == "town"]
        self._landmarks, self._towns = _Near(known), _Near(towns)

    def of(self, at: LonLat, *, reach_m: float) -> PlaceName:
        """Return what a place is called; what is larger than a quarter of a town is called by the town."""
        town = self._town(at)
        near = self._landmarks.within(at, metres=_LANDMARK_M, limit=1) if reach_m <= _CLOSE_M else []
        if near:
            city = self._city(at, other_than=near[0].name)
            name = f"Near {_short(near[0].name)}"
            whole = city or town
            return PlaceName(f"{name}, {city.name}" if city else name, _place(whole) if whole else name)
        if town is None:
            degrees = f"{abs(at.lat):.2f}°{'NS'[at.lat < 0]} {abs(at.lon):.2f}°{'EW'[at.lon < 0]}"
            return PlaceName(f"At {degrees}", degrees)
        if reach_m > _WIDE_M:
            return PlaceName(f"Around {town.name}", _place(town))
        away = float(distance_m(at, [town.at.lon], [town.at.lat])[0])
        inside = away <= town.accuracy_m + reach_m
        return PlaceName(town.name if inside else f"Near {town.name}", _place(town))

    def _town(self, at: LonLat) -> Place | None:
        """Return the town that a place is likely to be in; a hamlet reaches as far as 500 people would."""
        return _likeliest(at, self._towns.within(at, metres=_TOWN_M, limit=_TOWNS_ASKED), least=500)

    def _city(self, at: LonLat, *, other_than: str) -> Place | None:
        """Return the city that a landmark is likely to be in; lists of towns hold its quarters too."""
        near = self._towns.within(at, metres=_CITY_M, limit=_TOWNS_ASKED)
        large = [town for town in near if town.population >= _CITY_PEOPLE and town.name != other_than]
        return _likeliest(at, large, least=_CITY_PEOPLE)


def _likeliest(at: LonLat, towns: list[Place], *, least: int) -> Place | None:
    """Return the town nearest for its size: of a hundred times the people, it reaches ten times as far."""
    if not towns:
        return None
    away = distance_m(at, [town.at.lon for town in towns], [town.at.lat for town in towns])
    return towns[int(np.argmin(away / np.sqrt([max(town.population, least) for town in towns])))]


class _Near:
    def __init__(self, places: list[Place]) -> None:
        self._places = places
        lon, lat = np.array([p.at.lon for p in places]), np.array([p.at.lat for p in places])
        self._tree = KDTree(unit(lon, lat))

    def within(self, at: LonLat, *, metres: float, limit: int) -> list[Place]:
        """Return the nearest places within a distance, the nearest first."""
        here = unit(np.array([at.lon]), np.array([at.lat]))
        bound = 2 * np.sin(metres / EARTH_RADIUS_M / 2)
        _, rows = self._tree.query(here, k=limit, distance_upper_bound=bound)
        found = np.atleast_1d(np.squeeze(rows))
        return [self._places[row] for row in found.tolist() if row < len(self._places)]


def _short(name: str) -> str:
    return name.replace(" International Airport", " Airport")


def _place(town: Place) -> str:
    region = town.region if town.country == "US" else town.detail.partition(", ")[2]
    return f"{town.name}, {region}" if region else town.name


def unit(lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.float64]:
    """Return places as vectors of the unit sphere, one a row."""
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


@lru_cache(maxsize=1)
def names() -> Names:
    """Return the names of the gazetteer that comes with Watchfloor; read at the first call."""
    return Names(load())


class SitesNear:
    """Finds the sites that the actor of a view may see near a place."""

    def __init__(self, view: View) -> None:
        sites = view.snapshot.sites
        self._sites = sites
        self._rows = sites.chosen(view.snapshot.scope_table(view.visible), sectors=frozenset())
        lon, lat = sites.lonlat
        self._lon, self._lat = lon[self._rows], lat[self._rows]

    def of(self, at: LonLat, *, reach_m: float) -> list[dict[str, Any]]:
        """Return the nearest few sites within 2 km of a place or within its own size."""
        if not len(self._rows):
            return []
        away = distance_m(at, self._lon, self._lat)
        # By fid where two are equally far: the same ones each time.
        order = np.lexsort((self._sites.fid[self._rows], away))[:_SITES_SHOWN]
        return [
            {"name": str(self._sites.name[self._rows[near]]), "distance_m": round(float(away[near]))}
            for near in order.tolist()
            if away[near] <= max(_SITES_M, reach_m)
        ]
