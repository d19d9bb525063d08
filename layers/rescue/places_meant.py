"""Places that words may mean, and how sure one may be of where it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

from data.gazetteer.places import Place
from data.model import LonLat

_PEOPLE_PER_KM2: Final = 4_000.0  # of a town, so that its radius follows from its people
_TOWN_LEAST_M: Final = 1_800.0
_WIDE_M: Final = 4_000.0
_ISLAND_PEOPLE: Final = 30_000
_TOWN_MOST_M: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class Possible:
    """One of the places that words may mean; `match` is 1 for the very name."""

    name: str
    kind: str
    at: LonLat
    accuracy_m: float
    match: float = 1.0
    country: str = ""
    region: str = ""
    people: int = 5_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Words of a text that name a place, by number of word and of character, and all that they may mean."""

    first: int
    count: int
    start: int
    end: int
    kind: str
    possible: tuple[Possible, ...] = ()
    regions: tuple[tuple[str, str], ...] = ()  # country and state, where the words name such
    line: BaseGeometry | None = None  # of a street


def people_of(place: Place) -> int:
    """Return for how many people a place of that name counts: an island for more than live on it."""
    known = place.kind in ("island", "region") and place.accuracy_m >= _WIDE_M
    return max(place.population, _ISLAND_PEOPLE) if known else place.population


def accuracy_of(place: Place) -> float:
    """Return the radius within which a place of that name is: a town's grows with its people."""
    if place.kind != "town":
        return place.accuracy_m
    radius_m = 1_000 * math.sqrt(max(place.population, 1) / _PEOPLE_PER_KM2 / math.pi)
    return min(_TOWN_MOST_M, max(_TOWN_LEAST_M, radius_m))
