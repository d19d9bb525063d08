"""The places that a text names: coordinates, addresses, streets, towns, sites, things like "the church".

A spot keeps every place that its words may mean. Which of them is meant is weighed in `weighing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from data.gazetteer.mentions import MAX_CHARS, Token, tokens
from data.geo import distance_m
from data.model import LonLat
from layers.rescue import ordinary, wording
from layers.rescue.fixes import fixes
from layers.rescue.ground import MAX_POSSIBLE, Ground
from layers.rescue.places_meant import Possible, Spot, accuracy_of, people_of
from layers.rescue.street_spots import StreetSpots

MAX_SPOTS: Final = 60
FAR_M: Final = 1_500_000.0
FAR_PEOPLE: Final = 1_000_000  # a city of which is meant however far it is
HAMLET_M: Final = 500_000.0
TOWN: Final = 15_000
_NUMBERS_APART: Final = 15
_THING_NEAR_M: Final = 60_000.0
_SLIP_NEAR_M: Final = 200_000.0
_ALIKE_LONGER: Final = 0.88
_MAX_SLIPS: Final = 12


@dataclass
class Reading:
    """A text with its words and the spots found in it, in order."""

    text: str
    words: list[Token]
    spots: list[Spot]

    def at(self, first: int) -> Spot | None:
        """Return the spot that begins at a word."""
        return self._by_first.get(first)

    @cached_property
    def _by_first(self) -> Mapping[int, Spot]:
        return {spot.first: spot for spot in self.spots}


def read(text: str, ground: Ground, near: LonLat | None) -> Reading:
    """Return the text with the spots in it: at most MAX_SPOTS, of its first MAX_CHARS characters."""
    words = tokens(text)
    spots = list(_Finder(text, words, ground, near).spots())
    return Reading(text, words, spots)


class _Finder:
    """One pass over one text."""

    def __init__(self, text: str, words: list[Token], ground: Ground, near: LonLat | None) -> None:
        self.text, self.words, self.ground, self.near = text, words, ground, near
        self.streets = StreetSpots(text, words, ground.streets) if ground.streets else None
        self.capitals = any(char.isupper() for char in text[:MAX_CHARS])
        self.coordinates = fixes(text, words, near)

    def spots(self) -> Iterator[Spot]:
        """Yield the spots in order, none upon another; slips of the key are looked for in what is left."""
        found: list[Spot] = []
        at = 0
        while at < len(self.words) and len(found) < MAX_SPOTS:
            spot = self.coordinates.get(at) or self._street(at) or self._name(at, found)
            if spot is not None:
                found.append(spot)
            at += spot.count if spot else 1
        if len(found) < MAX_SPOTS:
            found += list(self._slips(found))
            found += self._things(found)
        yield from sorted(found, key=lambda spot: spot.first)

    def _spot(self, kind: str, first: int, count: int, possible: Sequence[Possible]) -> Spot:
        last = self.words[first + count - 1]
        kept = tuple(possible[:MAX_POSSIBLE])
        return Spot(first, count, self.words[first].start, last.end, kind, kept)

    def _street(self, at: int) -> Spot | None:
        return self.streets.at(at) if self.streets else None

    def _name(self, at: int, before: Sequence[Spot]) -> Spot | None:
        """Return the longest name of a place, site or region that begins here."""
        count, rows = self.ground.gazetteer.mentions.at(self.words, at)
        own, sites = self.ground.landmarks.named(self.words, at)
        if own > count and not self._common(at, own):
            return self._spot("site", at, own, sites)
        state = self._state(at, before)
        if state is not None:
            return state
        if not count or self._common(at, count):
            return None
        places = len(self.ground.gazetteer)
        regions = tuple(
            (one.country, one.region)
            for row in rows
            if row >= places
            for one in [self.ground.gazetteer.regions[row - places]]
        )
        possible = self._possible({row: worth for row, worth in rows.items() if row < places})
        if not possible and not regions:
            return None
        between = self._numbered(at, count)
        if between is not None:
            return self._spot("name", at, count + 1, [between])
        spot = self._spot("name" if possible else "region", at, count, possible)
        return Spot(spot.first, spot.count, spot.start, spot.end, spot.kind, spot.possible, regions)

    def _numbered(self, at: int, count: int) -> Possible | None:
        """Return where "Delmas 32" is, between the numbers that are known."""
        behind = self.words[at + count] if at + count < len(self.words) else None
        if behind is None or not behind.joined or not behind.text.isdecimal() or len(behind.text) > 4:
            return None
        number, places = int(behind.text), self.ground.gazetteer.places
        name = self.words[at : at + count]
        known = [
            (other, places[row])
            for other, row in self.ground.gazetteer.mentions.numbered(name, number, within=_NUMBERS_APART)
            if row < len(places)
        ]
        if len(known) < 2:
            return None
        (above, there), (below, here) = known
        share = (number - below) / (above - below)
        place = LonLat(
            here.at.lon + share * (there.at.lon - here.at.lon),
            here.at.lat + share * (there.at.lat - here.at.lat),
        )
        accuracy_m = max(here.accuracy_m, there.accuracy_m, _away(here.at, there.at) / 2)
        said = self.text[self.words[at].start : behind.end]
        return Possible(said, here.kind, place, accuracy_m, 0.95, here.country, here.region, here.population)

    def _state(self, at: int, before: Sequence[Spot]) -> Spot | None:
        """Return the region that two capitals behind a name stand for: "Springfield, MA"."""
        token = self.words[at]
        code = self.ground.states.get(token.text)
        behind = bool(before) and before[-1].first + before[-1].count == at
        if code is None or not behind or not self.text[token.start : token.end].isupper():
            return None
        region = self.ground.gazetteer.regions[code]
        if all(one.region != region.region for one in before[-1].possible):
            return None
        return Spot(at, 1, token.start, token.end, "region", (), ((region.country, region.region),))

    def _common(self, at: int, count: int) -> bool:
        """Return whether words that are some place's name are here more likely just words."""
        named = self.words[at : at + count]
        letters = sum(len(token.text) for token in named)
        plain = all(token.text in ordinary.COMMON or token.text[0].isdecimal() for token in named)
        if letters < 3 or (plain and (count == 1 or not any(token.upper for token in named))):
            return True
        # Where capitals are used at all, a name has one.
        small = self.capitals and not any(token.upper for token in named)
        return small and count == 1 and not self._after_in(at)

    def _after_in(self, at: int) -> bool:
        """Return whether a word such as "in" or "near" stands before."""
        return any(
            at >= back
            and (found := wording.RELATIONS.at(self.words, at - back)) is not None
            and found[0] == back
            for back in (1, 2, 3)
        )

    def _possible(self, rows: Mapping[int, float], *, likeness: float = 1.0) -> list[Possible]:
        """Return the places with these names: the nearest and largest, without hamlets an ocean away."""
        places = self.ground.gazetteer.places
        found = []
        for row, worth in rows.items():
            one = places[row]
            away = _away(self.near, one.at) if self.near else 0.0
            if away > (HAMLET_M if one.population < TOWN else FAR_M) and one.population < FAR_PEOPLE:
                continue
            found.append((people_of(one) / (1 + away / 100_000) ** 2, row, worth, one))
        found.sort(key=lambda held: (-held[0], held[1]))
        return [
            Possible(
                one.name,
                one.kind,
                one.at,
                accuracy_of(one),
                worth * likeness,
                one.country,
                one.region,
                people_of(one),
            )
            for _, _, worth, one in found[:MAX_POSSIBLE]
        ]

    def _things(self, found: Sequence[Spot]) -> list[Spot]:
        """Return what "the church" may be: sites of that kind near the places named, or near `near`."""
        centres = [spot.possible[0].at for spot in found if spot.possible][:5]
        if not centres and self.near is not None:
            centres = [self.near]
        taken = {number for spot in found for number in range(spot.first, spot.first + spot.count)}
        held: list[Spot] = []
        for at in range(len(self.words) if centres else 0):
            said = wording.THINGS.at(self.words, at)
            if said is None or at in taken or len(held) + len(found) >= MAX_SPOTS:
                continue
            if not self._pointed_at(at, said[0]):
                continue
            close = self.ground.things(said[1], centres, within_m=_THING_NEAR_M)
            if close:
                held.append(self._spot("thing", at, said[0], close))
        return held

    def _pointed_at(self, at: int, count: int) -> bool:
        """Return whether words mean a certain thing: "the church", "my school"; "airport" always does."""
        if self.words[at].text in wording.ONLY_ONE:
            return True
        after = self.words[at + count].text if at + count < len(self.words) else ""
        if self.words[at].text in wording.CREOLE_THINGS and after in wording.CREOLE_ARTICLES:
            return True
        before = self.words[at - 1].text if at else ""
        return before in wording.WITH_ARTICLE or (
            bool(at) and wording.ARTICLES.at(self.words, at - 1) is not None
        )

    def _slips(self, found: list[Spot]) -> Iterator[Spot]:
        """Yield names that are misspelt, where it is known which part of the world is spoken of."""
        taken = {number for spot in found for number in range(spot.first, spot.first + spot.count)}
        free = [
            number
            for number, token in enumerate(self.words)
            if number not in taken
            and len(token.text) >= 3
            and token.text.isalpha()
            and token.text not in ordinary.COMMON
            and (token.upper or not self.capitals)
        ][:_MAX_SLIPS]
        among = self._spoken_of(found) if free else frozenset()
        done: set[int] = set()
        for number, spot in enumerate(found):
            longer = self._longer(spot, taken, among) if spot.first + spot.count in free else None
            if longer is not None:
                found[number] = longer
                done.add(spot.first + spot.count)
        for first in free:
            for count in (4, 3, 2, 1):
                slip = None if first in done else self._slip(first, count, taken | done, among)
                if slip is not None:
                    done |= set(range(first, first + count))
                    yield slip
                    break

    def _longer(self, spot: Spot, taken: set[int], among: frozenset[int]) -> Spot | None:
        """Return the misspelt name that begins with this one: "Carrefour Feuille" is not in Carrefour."""
        run = self.words[spot.first : spot.first + spot.count + 1]
        if spot.kind != "name" or not run[-1].joined or spot.first + spot.count in taken:
            return None
        likeness, rows = self.ground.gazetteer.mentions.alike("".join(token.text for token in run), among)
        possible = self._possible(rows, likeness=likeness) if rows and likeness >= _ALIKE_LONGER else []
        return self._spot("name", spot.first, len(run), possible) if possible else None

    def _slip(self, first: int, count: int, taken: set[int], among: frozenset[int]) -> Spot | None:
        """Return the name that so many words are most like, if they are like any."""
        run = self.words[first : first + count]
        if len(run) < count or not taken.isdisjoint(range(first, first + count)):
            return None
        if not all(token.joined for token in run[1:]) or (count > 1 and run[-1].text in ordinary.COMMON):
            return None
        mentions = self.ground.gazetteer.mentions
        likeness, rows = mentions.alike("".join(token.text for token in run), among)
        possible = self._possible(rows, likeness=likeness**2 / 2) if rows else []
        return self._spot("name", first, count, possible) if possible else None

    def _spoken_of(self, found: Sequence[Spot]) -> frozenset[int]:
        """Return the positions of the places in whose part of the world the text is."""
        gazetteer = self.ground.gazetteer
        near = self.near
        if near is None:
            sure = [one for spot in found for one in spot.possible[:1] if len(spot.possible) == 1]
            near = sure[0].at if sure else None
        countries = {land for spot in found for land, code in spot.regions if not code and not spot.possible}
        if near is not None:
            return frozenset(np.flatnonzero(gazetteer.away_m(near) < _SLIP_NEAR_M).tolist())
        return frozenset(row for row, one in enumerate(gazetteer.places) if one.country in countries)


def _away(here: LonLat, there: LonLat) -> float:
    return float(distance_m(here, there.lon, there.lat))
