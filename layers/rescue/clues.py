"""Clues in free text: what a caller said of where somebody is, proposed as evidence with the very words.

Nothing here decides: each clue has a weight and the reason for it, and a person accepts or refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from shapely.geometry import mapping

from data.gazetteer.places import Gazetteer
from data.geo import FloatArray, distance_m
from data.model import LonLat
from layers.rescue.ground import FindStretches, Ground, Landmarks
from layers.rescue.places_meant import Possible, Spot
from layers.rescue.relations import SPREAD_DEG, SPREAD_WITHOUT_DISTANCE_DEG, Related, loose, relations
from layers.rescue.spots import Reading, read
from layers.rescue.weighing import doubt, weigh
from layers.rescue.wording import Relation

MAX_CLUES: Final = 40
WEIGHT_LEAST: Final = 0.22
VISIBLE_M: Final = 8_000.0
NEAR_LEAST_M: Final = 1_500.0
BESIDE_LEAST_M: Final = 120.0
UNMEASURED_M: Final = 5_000.0
_COARSE_M: Final = 12_000.0  # an island or a large city beside something finer is only its context
_SHARE_LEAST: Final = 0.01
_TRUST: Final = {
    "coordinates": 0.95,
    "address": 0.9,
    "intersection": 0.85,
    "site": 0.75,
    "street": 0.65,
    "name": 0.6,
    "thing": 0.4,
}


@dataclass(frozen=True, slots=True)
class Clue:
    """One proposed piece of evidence: `words` is text[start:end], `kind` and `params` are evidence's."""

    kind: str
    params: dict[str, Any]
    words: str
    start: int
    end: int
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Meant:
    """A spot with its possible places and their shares, the likeliest first; the shares add up to 1."""

    spot: Spot
    places: tuple[Possible, ...]
    shares: tuple[float, ...]
    trust: float  # in the words being the name of a place, and spelt so

    @property
    def best(self) -> Possible:
        """Return the likeliest place."""
        return self.places[0]


def clues(
    text: str,
    gazetteer: Gazetteer,
    near: LonLat | None = None,
    *,
    streets: FindStretches | None = None,
    landmarks: Landmarks | None = None,
) -> list[Clue]:
    """Return what a text says of where somebody is, surest first; never raises, whatever the text.

    `near` is where the caller thinks they are, or the middle of the operation: it tells namesakes apart. Only
    the first MAX_CHARS characters are read.
    """
    return clues_on(Ground(gazetteer, streets, landmarks or Landmarks(())), text, near)


def clues_on(ground: Ground, text: str, near: LonLat | None = None) -> list[Clue]:
    """Return what `clues` does, on ground that was made once for many texts."""
    reading = read(text, ground, near)
    meant = meanings(reading, near)
    related = list(relations(reading))
    alone = [meant[id(spot)] for spot in loose(reading, related) if id(spot) in meant]
    found = [clue for one in related for clue in _of_relation(text, one, meant)]
    found += [clue for clue in _of_spots(text, alone) if clue.weight >= WEIGHT_LEAST]
    found.sort(key=lambda clue: (-clue.weight, clue.start, clue.end))
    return found[:MAX_CLUES]


def meanings(reading: Reading, near: LonLat | None) -> dict[int, Meant]:
    """Return what each spot means, by its identity; spots that only name a region are left out."""
    weights = weigh(reading.words, reading.spots, near)
    return {
        id(spot): _meant(spot, held.weight, doubt(reading.words, spot))
        for spot, held in zip(reading.spots, weights, strict=True)
        if len(held.weight) and held.weight.sum() > 0
    }


def _meant(spot: Spot, weight: FloatArray, doubted: float) -> Meant:
    order = np.argsort(-weight, kind="stable")
    shares = weight[order] / weight.sum()
    kept = max(1, int((shares >= _SHARE_LEAST).sum()))
    shares = shares[:kept] / shares[:kept].sum()
    places = tuple(spot.possible[at] for at in order[:kept])
    trust = _TRUST[spot.kind] * min(1.0, places[0].match) * doubted
    return Meant(spot, places, tuple(float(share) for share in shares), trust)


# ── relations ────────────────────────────────────────────────────────────────────────────────────


def _of_relation(text: str, one: Related, meant: dict[int, Meant]) -> Iterator[Clue]:
    anchors = [meant[id(spot)] for spot in one.spots if id(spot) in meant]
    if len(anchors) < len(one.spots):
        return
    kind, params, why = _evidence(one, anchors)
    trust = min(anchor.trust for anchor in anchors)
    share = min(anchor.shares[0] for anchor in anchors) if kind != "candidates" else 1.0
    weight = round(trust * (0.5 + 0.5 * share), 3)
    yield Clue(kind, params, text[one.start : one.end], one.start, one.end, weight, why)


def _evidence(one: Related, anchors: Sequence[Meant]) -> tuple[str, dict[str, Any], str]:
    """Return kind, parameters and reason of a relation."""
    first = anchors[0]
    at = {"lon": first.best.at.lon, "lat": first.best.at.lat}
    named = _named(first)
    if one.relation in (Relation.BETWEEN, Relation.ROAD):
        return _between(one, anchors)
    if one.relation is Relation.SEEN:
        return "visible_from", at | {"max_m": VISIBLE_M + first.best.accuracy_m}, f"seen from {named}"
    if one.relation is Relation.NEAR:
        params = _candidates(first, at_least=NEAR_LEAST_M, times=1.5)
        return "candidates", params, f"near {named}"
    if one.relation is Relation.BESIDE:
        return "candidates", _candidates(first, at_least=BESIDE_LEAST_M, times=1.0), f"beside {named}"
    spread = round(max(one.metres, first.best.accuracy_m, 10.0), 1)
    params = dict(at)
    if one.bearing_deg is not None:
        unmeasured = one.distance_m is None
        params["bearing_deg"] = one.bearing_deg
        params["spread_deg"] = SPREAD_WITHOUT_DISTANCE_DEG if unmeasured else SPREAD_DEG
    if one.distance_m is not None:
        params["distance_m"] = round(one.distance_m, 1)
        params["spread_m"] = spread
    else:
        params["distance_m"], params["spread_m"] = UNMEASURED_M / 2, UNMEASURED_M
    way = "" if one.bearing_deg is None else f" toward {one.bearing_deg:.0f}°"
    far = "" if one.distance_m is None else f"{one.distance_m:,.0f} m"
    return "bearing", params, f"{far}{way} from {named}".strip()


def _between(one: Related, anchors: Sequence[Meant]) -> tuple[str, dict[str, Any], str]:
    """Return the line between two places; of several of each name, the two that lie nearest each other."""
    pairs = [
        (float(distance_m(here.at, there.at.lon, there.at.lat)) / (share * other + 1e-6), here, there)
        for here, share in zip(anchors[0].places, anchors[0].shares, strict=True)
        for there, other in zip(anchors[1].places, anchors[1].shares, strict=True)
    ]
    _, here, there = min(pairs, key=lambda pair: pair[0])
    length = float(distance_m(here.at, there.at.lon, there.at.lat))
    width = max(300.0, 0.15 * length, min(here.accuracy_m, there.accuracy_m) / 2)
    line = {"type": "LineString", "coordinates": [[one.at.lon, one.at.lat] for one in (here, there)]}
    way = "on the road between" if one.relation is Relation.ROAD else "between"
    params = {"line": line, "metres": round(width, 1)}
    return "near_line", params, f"{way} {here.name} and {there.name}, as the crow flies"


# ── spots by themselves ──────────────────────────────────────────────────────────────────────────


def _of_spots(text: str, meant: Sequence[Meant]) -> Iterator[Clue]:
    at = 0
    while at < len(meant):
        one, last = meant[at], meant[at]
        while at + 1 < len(meant) and _follows(text, last.spot, meant[at + 1].spot):
            at += 1
            last = meant[at]
            if not _is_context(one, last):
                yield _of_spot(text, one, one.spot.end)
                one = last
        yield _of_spot(text, one, last.spot.end)
        at += 1


def _follows(text: str, spot: Spot, other: Spot) -> bool:
    """Return whether a name follows another as a town follows its quarter: behind a comma or short word."""
    between = text[spot.end : other.start]
    return len(between) <= 6 and "\n" not in between and not any(mark in between for mark in ".;!?")


def _is_context(fine: Meant, coarse: Meant) -> bool:
    """Return whether the second place only says in which part of the world the first one is."""
    away = float(distance_m(fine.best.at, coarse.best.at.lon, coarse.best.at.lat))
    return fine.best.accuracy_m <= coarse.best.accuracy_m and away <= 2 * coarse.best.accuracy_m + 5_000


def _of_spot(text: str, one: Meant, end: int) -> Clue:
    spot, best = one.spot, one.best
    words = text[spot.start : end]
    weight = one.trust * (0.5 + 0.5 * one.shares[0])
    if best.accuracy_m > _COARSE_M:
        weight *= 0.5
    if spot.kind == "coordinates":
        params: dict[str, Any] = {"lon": best.at.lon, "lat": best.at.lat, "accuracy_m": best.accuracy_m}
        return Clue("point", params, words, spot.start, end, round(weight, 3), "coordinates in the text")
    if spot.kind == "street" and spot.line is not None and spot.line.geom_type.endswith("LineString"):
        params = {"line": mapping(spot.line), "metres": 60.0}
        return Clue("near_line", params, words, spot.start, end, round(weight, 3), f"on {best.name}")
    params = _candidates(one, at_least=10.0, times=1.0)
    return Clue("candidates", params, words, spot.start, end, round(weight, 3), _named(one))


def _candidates(one: Meant, *, at_least: float, times: float) -> dict[str, Any]:
    return {
        "places": [
            {
                "name": place.name,
                "lon": place.at.lon,
                "lat": place.at.lat,
                "accuracy_m": round(max(at_least, times * place.accuracy_m), 1),
                "weight": round(share, 4),
            }
            for place, share in zip(one.places, one.shares, strict=True)
        ]
    }


def _named(one: Meant) -> str:
    """Return what was understood: the likeliest place, and of how many."""
    best = one.best
    where = ", ".join(part for part in (best.kind, best.region, best.country) if part)
    more = f"; the likeliest of {len(one.places)}" if len(one.places) > 1 else ""
    return f"{best.name} ({where}{more})"
