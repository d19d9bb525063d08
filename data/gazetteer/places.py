"""The gazetteer that comes with Watchfloor: towns of the world, places of the United States, and names that
watch officers in Massachusetts and the Virgin Islands use and lists of towns lack.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from data.gazetteer.match import Matches, NameIndex, best, words
from data.geo import FloatArray, IntArray, distance_m
from data.model import LonLat

FOLDER: Final = Path(__file__).resolve().parent
PLACES: Final = FOLDER / "places.tsv.gz"  # GeoNames, CC BY 4.0
WELL_KNOWN: Final = FOLDER / "well_known.csv"
CORRECTIONS: Final = FOLDER / "corrections.csv"
# A town is known by its middle; half its breadth is the honest accuracy.
TOWN_ACCURACY_M: Final = 2_500.0
_COUNTRY_NAMES: Final = {"US": "", "VI": "US Virgin Islands", "PR": "Puerto Rico"}
_CENTRE: Final = LonLat(-71.06, 42.36)


@dataclass(frozen=True, slots=True)
class Place:
    """A named place: what it is, where its middle is, and how far off that may be."""

    name: str
    kind: str
    region: str
    country: str
    at: LonLat
    accuracy_m: float
    population: int

    @property
    def detail(self) -> str:
        """Return what tells it from others of that name: "town, MA" or "bay, US Virgin Islands"."""
        where = ", ".join(
            part for part in (self.region, _COUNTRY_NAMES.get(self.country, self.country)) if part
        )
        return f"{self.kind}, {where}" if where else self.kind


class Gazetteer:
    """Places by name; loaded once, never changed."""

    def __init__(self, places: list[Place], also: list[str]) -> None:
        self._places = places
        self._also = also
        self._lon = np.array([place.at.lon for place in places], dtype=np.float64)
        self._lat = np.array([place.at.lat for place in places], dtype=np.float64)
        self._population = np.array([place.population for place in places], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def find(self, text: str, *, near: LonLat | None = None, limit: int = 10) -> list[tuple[Place, float]]:
        """Return places with their scores, best first: by match, then population, then distance to `near`."""
        matches = self._matches(text)
        away: FloatArray = distance_m(near or _CENTRE, self._lon[matches.rows], self._lat[matches.rows])
        # A town next door with the asked name beats a larger one an ocean away.
        people: IntArray = (self._population[matches.rows] / (1 + away / 500_000) ** 2).astype(np.int64)
        order = best(matches, population=people, distance_m=away, limit=limit)
        return [(self._places[matches.rows[at]], float(matches.scores[at])) for at in order]

    def _matches(self, text: str) -> Matches:
        """Return matches of names alone, or of a name and its state or country after a comma or as last word."""
        found = self._names.find(text)
        asked = words(text)
        if len(found.rows) or len(asked) < 2:
            return found
        return self._whole.find(text)

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex(
            [f"{place.name} {also}".strip() for place, also in zip(self._places, self._also, strict=True)]
        )

    @cached_property
    def _whole(self) -> NameIndex:
        return NameIndex(
            [f"{place.name} {place.region} {place.country} {place.detail}" for place in self._places]
        )


def load() -> Gazetteer:
    """Read the gazetteer's files."""
    places: list[Place] = []
    also: list[str] = []
    known: set[tuple[str, str]] = set()
    with WELL_KNOWN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            country = "VI" if row["state"] == "VI" else "US"
            region = row["county"] if country == "VI" else row["state"]
            at = LonLat(float(row["lon"]), float(row["lat"]))
            places.append(Place(row["name"], row["kind"], region, country, at, float(row["accuracy_m"]), 0))
            also.append(row["also"].replace(";", " "))
            known.add((row["name"], country if country == "VI" else region))
    text = io.StringIO(gzip.decompress(PLACES.read_bytes()).decode("utf-8"))
    for name, country, region, lon, lat, population in csv.reader(text, delimiter="\t"):
        if (name, country if country == "VI" else region) in known and country in ("US", "VI"):
            continue
        at = LonLat(float(lon), float(lat))
        places.append(Place(name, "town", region, country, at, TOWN_ACCURACY_M, int(population)))
        also.append("")
    return Gazetteer(places, also)
