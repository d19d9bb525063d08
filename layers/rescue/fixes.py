"""Coordinates and grid references in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from data.errors import BadCoordinates
from data.gazetteer import grids
from data.gazetteer.mentions import MAX_CHARS, Token
from data.geo import distance_m
from data.model import LonLat
from layers.rescue.places_meant import Possible, Spot

_LEAST_ACCURACY_M: Final = 10.0
_MAX_WORDS: Final = 40

_PAIR = r"[+-]?\d{1,3}[.]\d{3,12}\s?[°º]?\s?[NSEWnsew]?"
_DMS = (
    r"\d{1,3}\s?[°º]\s?\d{1,2}(?:[.]\d{1,6})?\s?['’′]?\s?(?:\d{1,2}(?:[.]\d{1,6})?\s?(?:\"|”|″|''|’’)?\s?)?"
)
_LETTERED = r"\d{1,3}[.]\d{1,12}\s?[°º]?\s?"
_COORDINATES: Final = re.compile(
    rf"(?<![\w.])(?:{_PAIR}\s{{0,3}}[,;/ ]\s{{0,3}}{_PAIR}"
    rf"|{_LETTERED}[NSns]\s{{0,2}}[,;]?\s{{0,2}}{_LETTERED}[EWew]"
    rf"|[+-]?{_DMS}\s{{0,2}}[,;]\s{{0,2}}[+-]{_DMS}"
    rf"|{_DMS}[NSns]\s{{0,2}}[,;]?\s{{0,2}}{_DMS}[EWew]"
    r"|\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d{2,5}\s\d{2,5}|\d{4}|\d{6}|\d{8}|\d{10}))(?!\w)"
)


def fixes(text: str, words: Sequence[Token], near: LonLat | None) -> dict[int, Spot]:
    """Return the coordinates of a text by the number of their first word.

    Where there is nothing else they may be in any notation; within a sentence, in the usual ones.
    """
    whole = _read(text, near) if words else None
    if whole is not None:
        return {0: _spot(text, 0, len(words), (words[0].start, len(text.rstrip())), whole)}
    return dict(_within(text, words, near))


def _within(text: str, words: Sequence[Token], near: LonLat | None) -> Iterator[tuple[int, Spot]]:
    starts = {token.start: number for number, token in enumerate(words)}
    for match in _COORDINATES.finditer(text[:MAX_CHARS]):
        fix = _read(match.group(), near)
        first = starts.get(match.start(), starts.get(match.start() + 1))
        if fix is not None and first is not None:
            count = sum(match.start() <= token.start < match.end() for token in words[first:][:_MAX_WORDS])
            yield first, _spot(text, first, count, match.span(), fix)


def _read(text: str, near: LonLat | None) -> tuple[LonLat, float] | None:
    """Return the place and how far off it may be; of two bare numbers the reading that is near."""
    try:
        fix = grids.read(text)
    except BadCoordinates:
        return None
    if fix is None:
        return None
    place = fix.place
    if fix.swapped is not None and near is not None:
        here, there = distance_m(near, [place.lon, fix.swapped.lon], [place.lat, fix.swapped.lat])
        place = fix.swapped if there < here / 10 else place
    return place, max(fix.accuracy_m, _LEAST_ACCURACY_M)


def _spot(text: str, first: int, count: int, span: tuple[int, int], fix: tuple[LonLat, float]) -> Spot:
    name = " ".join(text[slice(*span)].split())
    possible = (Possible(name, "coordinates", *fix),)
    return Spot(first, count, *span, "coordinates", possible)
