"""The gazetteer that comes with Watchfloor.

Towns of the world, places of the United States, and the names that watch officers in Massachusetts and the
Virgin Islands use and lists of towns lack; for Haiti, quarters of its capital and the places along its roads.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from data.gazetteer.match import Matches, NameIndex, words
from data.gazetteer.mentions import MentionIndex
from data.geo import FloatArray, IntArray, distance_m
from data.model import LonLat

FOLDER: Final = Path(__file__).resolve().parent
PLACES: Final = FOLDER / "places.tsv.gz"  # GeoNames, CC BY 4.0
WELL_KNOWN: Final = FOLDER / "well_known.csv"
ELSEWHERE: Final = FOLDER / "elsewhere.csv"  # as WELL_KNOWN, for countries
REGIONS: Final = FOLDER / "regions.tsv"
CORRECTIONS: Final = FOLDER / "corrections.csv"
# A town is known by its middle; half its breadth is the honest accuracy.
TOWN_ACCURACY_M: Final = 2_500.0
KNOWN_WEIGHT: Final = 5_000  # people that a landmark or a bay counts for beside towns of the same name
NEAR_M: Final = 300_000.0
ALSO_WORTH: Final = 0.9  # what a list says a town is called elsewhere, beside its own name
_SIZE_WORTH: Final = 0.05  # for each tenfold of people
_COUNTRY_NAMES: Final = {"US": "", "VI": "US Virgin Islands", "PR": "Puerto Rico", "HT": "Haiti"}
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


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or a state of the United States; it says which of several places is meant."""

    names: tuple[str, ...]
    country: str
    region: str


class Gazetteer:
    """Places by name; loaded once, never changed."""

    def __init__(
        self, places: list[Place], also: list[tuple[str, int, float]], regions: Sequence[Region] = ()
    ) -> None:
        """Take places, other names (whose each is, its worth beside the own name), and regions."""
        self._places = places
        self._also = also
        self.regions = tuple(regions)
        self._lon = np.array([place.at.lon for place in places], dtype=np.float64)
        self._lat = np.array([place.at.lat for place in places], dtype=np.float64)
        self._population = np.array([place.population for place in places], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def places(self) -> Sequence[Place]:
        """All places, for whoever looks them up by where they are."""
        return self._places

    @cached_property
    def mentions(self) -> MentionIndex:
        """All names, to be found in running text; regions have the positions after the last place."""
        named = [(place.name, row, 1.0) for row, place in enumerate(self._places)]
        named += self._also
        first = len(self._places)
        named += [(name, first + row, 1.0) for row, one in enumerate(self.regions) for name in one.names]
        return MentionIndex(named)

    def away_m(self, here: LonLat) -> FloatArray:
        """Return how far each place is from here."""
        return distance_m(here, self._lon, self._lat)

    def find(
        self, text: str, *, near: LonLat | None = None, limit: int = 10, slips: bool | None = None
    ) -> list[tuple[Place, float]]:
        """Return places with their scores up to 1, best first: by match and size, then by distance to `near`.

        A town next door beats a larger one of that name an ocean away; a city beats a hamlet that happens to
        be called like its first letters.
        """
        matches = self._matches(text, slips)
        away: FloatArray = distance_m(near or _CENTRE, self._lon[matches.rows], self._lat[matches.rows])
        people = self._population[matches.rows] / (1 + away / NEAR_M) ** 2
        worth = matches.scores + _SIZE_WORTH * np.log10(people + 1)
        order = np.lexsort((matches.rows, away, -np.round(worth, 2)))[:limit]
        return [(self._places[matches.rows[at]], min(1.0, float(worth[at]))) for at in order]

    def warm(self) -> None:
        """Make the indexes now, so that the first search is as quick as the others."""
        self.find("warm up, now")

    def _matches(self, text: str, slips: bool | None) -> Matches:
        """Return matches of names; where there are none, of names with their state or country behind."""
        found = self._names.find(text, slips=slips)
        if not len(found.rows) and len(words(text)) > 1:
            return self._whole.find(text, slips=slips)
        owners = self._owners[found.rows]
        scores = np.zeros(len(self._places))
        np.maximum.at(scores, owners, found.scores * self._worths[found.rows])
        rows = np.unique(owners)
        return Matches(rows, scores[rows])

    @cached_property
    def _owners(self) -> IntArray:
        return np.array([*range(len(self._places)), *(owner for _, owner, _ in self._also)], dtype=np.int64)

    @cached_property
    def _worths(self) -> FloatArray:
        return np.array([1.0] * len(self._places) + [worth for _, _, worth in self._also])

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex([*(place.name for place in self._places), *(name for name, _, _ in self._also)])

    @cached_property
    def _whole(self) -> NameIndex:
        return NameIndex([f"{place.name} {place.detail} {place.country}" for place in self._places])


def load() -> Gazetteer:
    """Read the gazetteer's files."""
    places: list[Place] = []
    also: list[tuple[str, int, float]] = []
    known: set[tuple[str, str]] = set()
    for row in (*_rows(WELL_KNOWN), *_rows(ELSEWHERE)):
        country = row.get("country") or ("VI" if row["state"] == "VI" else "US")
        region = row["state"] if country == "US" else row.get("county", row.get("region", ""))
        at = LonLat(float(row["lon"]), float(row["lat"]))
        also += [(name, len(places), 1.0) for name in row["also"].split(";") if name]
        accuracy_m = float(row["accuracy_m"])
        places.append(Place(row["name"], row["kind"], region, country, at, accuracy_m, KNOWN_WEIGHT))
        known.add((row["name"], region if country == "US" else country))
    text = io.StringIO(gzip.decompress(PLACES.read_bytes()).decode("utf-8"))
    for name, country, region, lon, lat, population, others in csv.reader(text, delimiter="\t"):
        if (name, region if country == "US" else country) in known:
            continue
        at = LonLat(float(lon), float(lat))
        also += [(other, len(places), ALSO_WORTH) for other in others.split(";") if other]
        places.append(Place(name, "town", region, country, at, TOWN_ACCURACY_M, int(population)))
    return Gazetteer(places, also, _regions())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _regions() -> list[Region]:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        return [Region((name, *filter(None, also.split(";"))), land, code) for name, land, code, also in rows]
