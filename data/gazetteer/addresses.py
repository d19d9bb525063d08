"""Street addresses, where a street file with house-number ranges was imported.

A range says which numbers a stretch of street has on its left and its right, in the direction it is drawn; a
number's place is interpolated along the stretch, as the Census Bureau's geocoder does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import shapely

from data.gazetteer.match import words
from data.model import LonLat

_SHORT: Final = {
    "avenue": "ave",
    "boulevard": "blvd",
    "court": "ct",
    "drive": "dr",
    "highway": "hwy",
    "lane": "ln",
    "parkway": "pkwy",
    "place": "pl",
    "road": "rd",
    "square": "sq",
    "street": "st",
    "terrace": "ter",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "saint": "st",
}
_ADDRESS = re.compile(r"\s*(\d{1,6})[A-Za-z]?(?:-\d{1,6})?\s+(\D[^,]{1,80}?)\s*(?:,\s*(.{1,80}))?\s*")
_ACCURACY_LEAST_M: Final = 15.0


@dataclass(frozen=True, slots=True)
class Address:
    """A house number, the words of its street in short form, and the place it was said to be in."""

    number: int
    street: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of street between two corners; a range is (from, to) along the line, None where unknown."""

    street: str
    place: str
    line: shapely.LineString
    left: tuple[int, int] | None
    right: tuple[int, int] | None
    length_m: float


@dataclass(frozen=True, slots=True)
class Located:
    """An address with its place; `accuracy_m` is half the length that one number stands for."""

    label: str
    at: LonLat
    accuracy_m: float


def read(text: str) -> Address | None:
    """Return the address that a text gives: "77 Massachusetts Ave, Cambridge"; None when it is none."""
    match = _ADDRESS.fullmatch(text[:200])
    if match is None:
        return None
    street = street_key(match.group(2))
    return Address(int(match.group(1)), street, (match.group(3) or "").strip()) if street else None


def street_key(name: str) -> tuple[str, ...]:
    """Return the words of a street name in short form, so that "North Main Street" is "N Main St."."""
    return tuple(_SHORT.get(word, word) for word in words(name))


def locate(address: Address, stretches: Iterable[Stretch]) -> list[Located]:
    """Return where the number lies on each stretch of that street whose range holds it."""
    found: list[Located] = []
    for stretch in stretches:
        if street_key(stretch.street) != address.street or not _same_place(address.place, stretch.place):
            continue
        sides = [side for side in (stretch.left, stretch.right) if side is not None]
        found += [_placed(address, stretch, side) for side in sides if _holds(side, address.number)]
    return found


def _same_place(asked: str, there: str) -> bool:
    asked_words = words(asked)
    return not asked_words or not there or words(there) == asked_words[: len(words(there))]


def _holds(side: tuple[int, int], number: int) -> bool:
    """Return whether a range holds a number; one from odd to odd, or even to even, has only such numbers."""
    low, high = min(side), max(side)
    one_parity = side[0] % 2 == side[1] % 2
    return low <= number <= high and (not one_parity or number % 2 == side[0] % 2)


def _placed(address: Address, stretch: Stretch, side: tuple[int, int]) -> Located:
    first, last = side
    share = 0.5 if first == last else (address.number - first) / (last - first)
    point = stretch.line.interpolate(share, normalized=True)
    spread = stretch.length_m / (abs(last - first) / 2 + 1) / 2
    label = f"{address.number} {stretch.street}" + (f", {stretch.place}" if stretch.place else "")
    return Located(label, LonLat(point.x, point.y), max(_ACCURACY_LEAST_M, spread))
