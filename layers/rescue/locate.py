"""Where a text says somebody is: every place it may mean, weighed, the likeliest first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from data.gazetteer.places import Gazetteer
from data.geo import EARTH_RADIUS_M, distance_m
from data.model import LonLat
from layers.rescue.clues import BESIDE_LEAST_M, NEAR_LEAST_M, UNMEASURED_M, VISIBLE_M
from layers.rescue.ground import FindStretches, Ground, Landmarks
from layers.rescue.places_meant import Possible, Spot
from layers.rescue.relations import Related, loose, relations
from layers.rescue.spots import read
from layers.rescue.weighing import weigh
from layers.rescue.wording import Relation

LIMIT: Final = 10
# A quarter says more than its city: what is finer weighs more, by the root of the radius.
_FINE_M: Final = 30_000.0
_FINEST_M: Final = 50.0
_AGREES: Final = 0.2
_LATER: Final = 0.1
_COUNTRY_M: Final = 50_000.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean; weights add up to 1, `words` are the text's own."""

    name: str
    lon: float
    lat: float
    accuracy_m: float
    weight: float
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Return the candidate as it is printed and answered."""
        return asdict(self) | {
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "accuracy_m": round(self.accuracy_m, 1),
            "weight": round(self.weight, 4),
        }


def locate(
    text: str,
    near: LonLat | None = None,
    *,
    gazetteer: Gazetteer,
    streets: FindStretches | None = None,
    landmarks: Landmarks | None = None,
    limit: int = LIMIT,
) -> list[Candidate]:
    """Return the places that a text may mean, likeliest first; nothing where it names none. Never raises."""
    return locate_on(Ground(gazetteer, streets, landmarks or Landmarks(())), text, near, limit=limit)


def locate_on(
    ground: Ground, text: str, near: LonLat | None = None, *, limit: int = LIMIT
) -> list[Candidate]:
    """Return what `locate` does, on ground that was made once for many texts."""
    reading = read(text, ground, near)
    weights = weigh(reading.words, reading.spots, near)
    by_spot = {id(spot): held for spot, held in zip(reading.spots, weights, strict=True)}
    all_related = list(relations(reading))
    # Of "between A and B" one candidate, not one for either end.
    related = {id(one.spots[0]): one for one in all_related}
    found: list[Candidate] = []
    for spot in [*(one.spots[0] for one in all_related), *loose(reading, all_related)]:
        one = related.get(id(spot))
        words = text[one.start : one.end] if one else text[spot.start : spot.end]
        held = by_spot[id(spot)]
        for place, weight, agreement in zip(spot.possible, held.weight, held.agreement, strict=True):
            moved = _moved(place, one, spot)
            worth = float(weight) * _worth(moved, float(agreement), spot)
            at = moved.at
            found.append(Candidate(moved.name, at.lon, at.lat, moved.accuracy_m, worth, words))
    return _best(found, limit) if found else list(_regions(ground, reading.spots, text))[:limit]


def _worth(place: Possible, agreement: float, spot: Spot) -> float:
    """Return what being fine is worth: much for the quarter of the city that is named as well.

    A quarter far from the city that is named with it bears the name of another: then the later of the two
    counts, as people go from small to large.
    """
    if agreement < _AGREES:
        return 1.0 + _LATER * spot.first
    return math.sqrt(_FINE_M / max(_FINEST_M, place.accuracy_m))


def _moved(place: Possible, one: Related | None, spot: Spot) -> Possible:
    """Return where the relation puts it: two miles north of the place, not at the place."""
    if one is None:
        return place
    at, accuracy_m, name = place.at, place.accuracy_m, place.name
    if one.relation is Relation.NEAR:
        accuracy_m, name = max(NEAR_LEAST_M, 1.5 * accuracy_m), f"near {name}"
    elif one.relation is Relation.BESIDE:
        accuracy_m = max(BESIDE_LEAST_M, accuracy_m)
    elif one.relation is Relation.SEEN:
        accuracy_m, name = accuracy_m + VISIBLE_M, f"seen from {name}"
    elif one.relation in (Relation.BETWEEN, Relation.ROAD):
        other = next(held for held in one.spots if held is not spot).possible[0]
        length = float(distance_m(at, other.at.lon, other.at.lat))
        at = LonLat((at.lon + other.at.lon) / 2, (at.lat + other.at.lat) / 2)
        accuracy_m, name = max(accuracy_m, length / 2), f"between {name} and {other.name}"
    elif one.bearing_deg is not None:
        far = one.distance_m if one.distance_m is not None else UNMEASURED_M / 2
        at = destination(at, one.bearing_deg, far)
        accuracy_m = math.hypot(accuracy_m, max(one.metres, far * 0.35))
        name = f"{far:,.0f} m toward {one.bearing_deg:.0f}° from {name}"
    elif one.distance_m is not None:
        accuracy_m, name = accuracy_m + one.distance_m, f"{one.distance_m:,.0f} m from {name}"
    return Possible(name, place.kind, at, accuracy_m)


def destination(here: LonLat, bearing_deg: float, far_m: float) -> LonLat:
    """Return the place so far from here in that direction, on the mean sphere."""
    angle, lat, turn = far_m / EARTH_RADIUS_M, math.radians(here.lat), math.radians(bearing_deg)
    there = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(turn))
    east = math.atan2(
        math.sin(turn) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(there)
    )
    return LonLat((here.lon + math.degrees(east) + 540) % 360 - 180, math.degrees(there))


def _best(found: list[Candidate], limit: int) -> list[Candidate]:
    """Return the heaviest, one for each place, their weights adding up to 1."""
    total = sum(one.weight for one in found) or 1.0
    kept: dict[tuple[str, float, float], Candidate] = {}
    for one in sorted(found, key=lambda held: -held.weight):
        where = (one.name, round(one.lon, 4), round(one.lat, 4))
        weight = one.weight / total + (kept[where].weight if where in kept else 0.0)
        first = kept.get(where, one)
        kept[where] = Candidate(one.name, one.lon, one.lat, one.accuracy_m, weight, first.words)
    ranked = sorted(kept.values(), key=lambda held: -held.weight)[:limit]
    whole = sum(one.weight for one in ranked) or 1.0
    return [
        Candidate(one.name, one.lon, one.lat, one.accuracy_m, one.weight / whole, one.words) for one in ranked
    ]


def _regions(ground: Ground, spots: list[Spot], text: str) -> Iterator[Candidate]:
    """Yield the countries and states that are named: the middle of their people, and how far they spread."""
    places = ground.gazetteer.places
    for spot in spots:
        for land, code in spot.regions:
            held = [one for one in places if one.country == land and code in ("", one.region)]
            if not held:
                continue
            people = np.array([one.population + 1.0 for one in held])
            lon = float(np.average([one.at.lon for one in held], weights=people))
            lat = float(np.average([one.at.lat for one in held], weights=people))
            away = distance_m(
                LonLat(lon, lat),
                np.array([one.at.lon for one in held]),
                np.array([one.at.lat for one in held]),
            )
            spread = max(_COUNTRY_M, float(np.sqrt(np.average(away**2, weights=people))))
            words = text[spot.start : spot.end]
            yield Candidate(words, lon, lat, spread, 1.0 / sum(len(one.regions) for one in spots), words)
