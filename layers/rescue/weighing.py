"""Which of several places a text means: names that stand together speak of one part of the world.

A possible place weighs more the better its name fits, the more people it has, the nearer it is to where the
caller is thought to be, and the better it agrees with the other places that the text names. "Springfield, MA"
and "Martissant, Port-au-Prince" are told apart from their namesakes by that alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from data.gazetteer.mentions import Token
from data.geo import FloatArray, distance_m
from data.model import LonLat
from layers.rescue import ordinary
from layers.rescue.places_meant import Possible, Spot

NEAR_M: Final = 60_000.0
_PEOPLE_LEAST: Final = 500.0
_AGREE_LEAST: Final = 0.05  # of a place that agrees with nothing else in the text
_AGREE_M: Final = 4_000.0
_SPOT_POWER: Final = 0.25
_OTHER_REGION: Final = 0.02
_STREET_DOUBT: Final = 0.1
_BUILDING_DOUBT: Final = 0.4
_PERSON_DOUBT: Final = 0.35
_SURE_KINDS: Final = frozenset({"coordinates", "address", "intersection"})


@dataclass(frozen=True, slots=True)
class Weights:
    """What the possible places of one spot weigh, and how well each agrees with the rest of the text."""

    weight: FloatArray
    agreement: FloatArray


def weigh(words: Sequence[Token], spots: Sequence[Spot], near: LonLat | None) -> list[Weights]:
    """Return for each spot how much each of its possible places weighs, on one scale for the whole text."""
    own = [_own(words, spot, near) for spot in spots]
    if not any(len(one) for one in own):
        return [Weights(one, one) for one in own]
    lon = np.array([one.at.lon for spot in spots for one in spot.possible])
    lat = np.array([one.at.lat for spot in spots for one in spot.possible])
    reach = np.array([one.accuracy_m for spot in spots for one in spot.possible])
    prior = np.concatenate(own)
    number = np.repeat(np.arange(len(spots)), [len(spot.possible) for spot in spots])
    share = (
        prior
        / np.maximum.reduceat(prior, np.flatnonzero(np.r_[True, number[1:] != number[:-1]]))[
            np.cumsum(np.r_[False, number[1:] != number[:-1]])
        ]
    )
    away = np.stack([distance_m(LonLat(x, y), lon, lat) for x, y in zip(lon, lat, strict=True)])
    agree = np.exp(-away / (_AGREE_M + reach[:, None] + reach[None, :])) * share[None, :]
    factor = np.ones(len(lon))
    for spot in np.unique(number):
        theirs = number == spot
        best = agree[:, theirs].max(axis=1)
        factor *= np.where(theirs, 1.0, _AGREE_LEAST + best)
    # Between spots it is not people that count: the city that a quarter is in does not outweigh the quarter.
    scale = np.concatenate([one / (one.max() or 1.0) * (one.max() ** _SPOT_POWER) for one in own if len(one)])
    total = scale * factor * _in_regions(spots)
    ends = np.cumsum([len(spot.possible) for spot in spots])[:-1]
    return [Weights(*both) for both in zip(np.split(total, ends), np.split(factor, ends), strict=True)]


def _own(words: Sequence[Token], spot: Spot, near: LonLat | None) -> FloatArray:
    """Return how much each possible place weighs by itself."""
    if not spot.possible:
        return np.zeros(0)
    sure = 50.0 if spot.kind in _SURE_KINDS else 1.0
    match = np.array([one.match for one in spot.possible])
    people = np.array([float(one.people) for one in spot.possible])
    weight = sure * match**2 * np.sqrt(people + _PEOPLE_LEAST) * doubt(words, spot)
    if near is not None:
        lon = np.array([one.at.lon for one in spot.possible])
        lat = np.array([one.at.lat for one in spot.possible])
        weight = weight / (1 + (distance_m(near, lon, lat) / NEAR_M) ** 2)
    return np.asarray(weight, dtype=np.float64)


def doubt(words: Sequence[Token], spot: Spot) -> float:
    """Return how far the words around a name leave it the name of a place at all."""
    if spot.kind != "name":
        return 1.0
    before = words[spot.first - 1] if spot.first and words[spot.first].joined else None
    last = spot.first + spot.count
    behind = words[last] if last < len(words) and words[last].joined else None
    if (before and before.text in ordinary.STREETS_BEFORE) or (
        behind and behind.text in ordinary.STREETS_BEHIND
    ):
        return _STREET_DOUBT
    if before and before.text in ordinary.BUILDINGS:
        return _BUILDING_DOUBT
    # "Florence Miller" is somebody, "Delmas 33" is somewhere.
    if before and before.upper and before.text in ordinary.PERSONS:
        return _PERSON_DOUBT
    beside = [one for one in (before, behind) if one and one.upper and one.text not in ordinary.SAID]
    if beside and spot.count == 1:
        return _PERSON_DOUBT
    return 1.0


def _in_regions(spots: Sequence[Spot]) -> FloatArray:
    """Return for each possible place whether it lies in a country or state that the text names."""
    named = {region for spot in spots for region in spot.regions if spot.kind == "region" or not region[1]}
    possible: list[Possible] = [one for spot in spots for one in spot.possible]
    if not named:
        return np.ones(len(possible))
    within = [
        any(one.country == land and code in ("", one.region) for land, code in named) or not one.country
        for one in possible
    ]
    return np.where(within, 1.0, _OTHER_REGION)
