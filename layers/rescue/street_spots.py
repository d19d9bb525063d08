"""Addresses, corners and streets in running text, where streets were imported.

Streets are asked for by name: of a text only so many runs of words, those that look like a street.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely
from shapely import ops
from shapely.geometry.base import BaseGeometry

from data.gazetteer.addresses import Address, Stretch, locate, street_key
from data.gazetteer.mentions import Token
from data.geo import metres_per_degree
from data.model import LonLat
from layers.rescue import ordinary, wording
from layers.rescue.ground import MAX_POSSIBLE, FindStretches
from layers.rescue.places_meant import Possible, Spot

MAX_ASKED: Final = 120
_MAX_WORDS: Final = 5
_CORNER_ACCURACY_M: Final = 25.0
_CORNER_GAP_M: Final = 30.0
_CORNER_MARKS: Final = frozenset("&/@+")


class StreetSpots:
    """The streets of one text; each run of words is asked for once."""

    def __init__(self, text: str, words: list[Token], streets: FindStretches) -> None:
        self._text, self._words, self._ask = text, words, streets
        self._known: dict[tuple[str, ...], Sequence[Stretch]] = {}

    def at(self, first: int) -> Spot | None:
        """Return the address, corner or street that begins at a word."""
        if self._words[first].text.isdecimal():
            return self._address(first)
        return self._street(first)

    def _address(self, first: int) -> Spot | None:
        token = self._words[first]
        if len(token.text) > 6:
            return None
        count, stretches = self._longest(first + 1, numbered=True)
        if not count:
            return None
        asked = Address(int(token.text), street_key(self._said(first + 1, count)))
        found = locate(asked, stretches)
        if not found:
            return self._whole(first, count + 1, stretches)
        possible = [Possible(one.label, "address", one.at, one.accuracy_m) for one in found]
        return self._spot("address", first, count + 1, possible)

    def _street(self, first: int) -> Spot | None:
        count, stretches = self._longest(first, numbered=self._corner_follows(first))
        if not count:
            return None
        return self._corner(first, count, stretches) or self._whole(first, count, stretches)

    def _corner_follows(self, first: int) -> bool:
        """Return whether "and" and a typed street stand close behind: "Broadway and Prospect Street"."""
        for behind in range(first + 1, min(first + 3, len(self._words) - 1)):
            gap = self._text[self._words[behind - 1].end : self._words[behind].start]
            joint = wording.CORNER.at(self._words, behind)
            if joint is None and not _CORNER_MARKS & set(gap):
                continue
            second = behind + (joint[0] if joint else 0)
            ahead = {token.text for token in self._words[second : second + 3]}
            return bool(ahead & (ordinary.STREETS_BEHIND | ordinary.STREETS_BEFORE))
        return False

    def _corner(self, first: int, count: int, stretches: Sequence[Stretch]) -> Spot | None:
        """Return the places where this street meets the one that is named next."""
        behind = first + count
        if behind >= len(self._words):
            return None
        gap = self._text[self._words[behind - 1].end : self._words[behind].start]
        joint = wording.CORNER.at(self._words, behind)
        if joint is None and not _CORNER_MARKS & set(gap):
            return None
        second = behind + (joint[0] if joint else 0)
        more, others = self._longest(second, numbered=True)
        corners = _corners(stretches, others) if more else []
        if not corners:
            return None
        name = f"{self._said(first, count)} & {self._said(second, more)}"
        possible = [Possible(name, "intersection", at, _CORNER_ACCURACY_M) for at in corners]
        return self._spot("intersection", first, second + more - first, possible)

    def _whole(self, first: int, count: int, stretches: Sequence[Stretch]) -> Spot:
        """Return the street as a whole: its middle, and half its length."""
        places: dict[str, list[shapely.LineString]] = {}
        for one in stretches:
            places.setdefault(one.place, []).append(one.line)
        possible, merged = [], shapely.union_all([one.line for one in stretches])
        for place, lines in places.items():
            line = shapely.union_all(lines)
            west, south, east, north = line.bounds
            per_lon, per_lat = metres_per_degree((south + north) / 2)
            half = max(30.0, ((east - west) * per_lon + (north - south) * per_lat) / 2)
            at = ops.nearest_points(line, line.centroid)[0]
            label = stretches[0].street + (f", {place}" if place else "")
            possible.append(Possible(label, "street", LonLat(at.x, at.y), half))
        return self._spot("street", first, count, possible, merged)

    def _longest(self, first: int, *, numbered: bool) -> tuple[int, Sequence[Stretch]]:
        """Return how many words the longest street name that begins here has, and its stretches.

        Without a house number only what has a word like "Street" in it is asked for.
        """
        for count in range(min(_MAX_WORDS, len(self._words) - first), 0, -1):
            run = self._words[first : first + count]
            if not all(token.joined for token in run[1:]):
                continue
            typed = run[-1].text in ordinary.STREETS_BEHIND or run[0].text in ordinary.STREETS_BEFORE
            if not (typed and count > 1) and not (numbered and run[0].text not in ordinary.SAID):
                continue
            stretches = self._stretches(street_key(self._said(first, count)))
            if stretches:
                return count, stretches
        return 0, ()

    def _stretches(self, key: tuple[str, ...]) -> Sequence[Stretch]:
        if key not in self._known:
            self._known[key] = self._ask(key) if key and len(self._known) < MAX_ASKED else ()
        return self._known[key]

    def _said(self, first: int, count: int) -> str:
        return self._text[self._words[first].start : self._words[first + count - 1].end]

    def _spot(
        self,
        kind: str,
        first: int,
        count: int,
        possible: Sequence[Possible],
        line: BaseGeometry | None = None,
    ) -> Spot:
        start, end = self._words[first].start, self._words[first + count - 1].end
        return Spot(first, count, start, end, kind, tuple(possible[:MAX_POSSIBLE]), line=line)


def _corners(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[LonLat]:
    """Return where stretches of two streets meet or all but meet, each place once."""
    if not one or not other:
        return []
    first = shapely.union_all([stretch.line for stretch in one])
    second = shapely.union_all([stretch.line for stretch in other])
    crossing = shapely.get_parts(shapely.intersection(first, second))
    points = [part.representative_point() for part in crossing if not part.is_empty]
    if not points:
        here, there = ops.nearest_points(first, second)
        per_lon, per_lat = metres_per_degree(here.y)
        gap_m = (((here.x - there.x) * per_lon) ** 2 + ((here.y - there.y) * per_lat) ** 2) ** 0.5
        points = [here] if gap_m <= _CORNER_GAP_M else []
    return list(dict.fromkeys(LonLat(round(point.x, 6), round(point.y, 6)) for point in points))[
        :MAX_POSSIBLE
    ]
