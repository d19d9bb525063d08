"""Relations in words: "two miles north of Coral Bay", "on the road between A and B", "seen from the ferry".

A relation ties the words before it to one spot or two. What is a distance, a direction or a preposition is in
`wording`; here is only the order they come in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from data.gazetteer.mentions import Token
from layers.rescue import wording
from layers.rescue.places_meant import Spot
from layers.rescue.spots import Reading
from layers.rescue.wording import Relation

LEAST_M: Final = 5.0
MOST_M: Final = 200_000.0
# How far off people's estimates are: a share of the distance, and degrees either way of a compass word.
ESTIMATE: Final = 0.2
ESTIMATE_BY_TIME: Final = 0.5
SPREAD_DEG: Final = 20.0
SPREAD_WITHOUT_DISTANCE_DEG: Final = 35.0
_MAX_FILLERS: Final = 4


@dataclass(frozen=True, slots=True)
class Related:
    """Words that place something by one spot or two; a distance or direction is None where none is said."""

    relation: Relation | None
    start: int
    end: int
    spots: tuple[Spot, ...]
    distance_m: float | None = None
    bearing_deg: float | None = None
    metres: float = 0.0  # half the last digit of the distance as it was said, at least


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance in words: how many words, how many metres, and what it may be off by."""

    count: int
    metres: float
    off_m: float


def relations(reading: Reading) -> Iterator[Related]:
    """Yield the relations of a text in order, none upon another."""
    words, at = reading.words, 0
    while at < len(words):
        found = _measured(reading, at) or _directed(reading, at) or _said(reading, at)
        if found is None:
            spot = reading.at(at)
            at += spot.count if spot else 1
            continue
        yield found
        last = found.spots[-1]
        at = last.first + last.count


def loose(reading: Reading, related: Sequence[Related]) -> list[Spot]:
    """Return the spots in no relation; a word of a relation that is some town's name is left out too."""
    return [
        spot
        for spot in reading.spots
        if not any(one.start <= spot.start and spot.end <= one.end for one in related)
    ]


def distance(words: list[Token], first: int) -> Distance | None:
    """Return the distance that begins at a word: "2 miles", "half a mile", "dos kilómetros y medio"."""
    number = _number(words, first)
    if number is None:
        return None
    count, value, step = number
    skip = wording.OF_A.at(words, first + count) if value < 1 else None
    if skip:
        count += skip[0]
    measured = wording.UNITS.at(words, first + count)
    unit = measured or wording.MINUTES.at(words, first + count)
    if unit is None:
        return None
    metres_each = unit[1]
    if words[first].text in ("a", "an", "de") and len(words[first + count].text) < 3:
        metres_each = 0.0  # "8 a.m." is a time
    count += unit[0]
    more, half = wording.AND_A_HALF.at(words, first + count) or (0, 0.0)
    value, count = value + half, count + more
    metres = value * metres_each
    if not LEAST_M <= metres <= MOST_M:
        return None
    return Distance(
        count, metres, max((ESTIMATE if measured else ESTIMATE_BY_TIME) * metres, step * metres_each / 2)
    )


def _number(words: list[Token], first: int) -> tuple[int, float, float] | None:
    """Return how many words a number has, the number, and the worth of its last digit."""
    if first >= len(words):
        return None
    text = words[first].text
    if text[0].isdigit():
        return _in_digits(words, first)
    return _in_words(words, first) if text in wording.NUMBERS else None


def _in_digits(words: list[Token], first: int) -> tuple[int, float, float] | None:
    text = words[first].text
    value = _digits(text)
    if value is None:
        return None
    if _is_fraction(words, first):
        value /= float(words[first + 1].text)
        return 2, value, value / 2
    step = 10.0 ** -len(text.partition(".")[2] or text.partition(",")[2])
    return _times(words, first, 1, value, step if value % 1 else 1.0)


def _in_words(words: list[Token], first: int) -> tuple[int, float, float]:
    text = words[first].text
    value, count = wording.NUMBERS[text], 1
    following = words[first + 1].text if first + 1 < len(words) else ""
    if text in ("a", "an") and following in ("half", "quarter", "couple", "few", "hundred", "thousand"):
        value = wording.NUMBERS.get(following, 1000.0)
        count = 2
    elif value in (0.5, 0.25) and following in ("a", "an", "un", "une", "una", "um", "uma", "yon"):
        count = 2
    half = wording.AND_A_HALF.at(words, first + count)
    if half:
        return count + half[0], value + half[1], 0.5
    return _times(words, first, count, value, min(1.0, value))


def _times(words: list[Token], first: int, count: int, value: float, step: float) -> tuple[int, float, float]:
    """Return the number with "hundred" or "thousand" behind it; "mil" is a thousand before a unit only."""
    behind = words[first + count].text if first + count < len(words) else ""
    times = wording.TIMES.get(behind)
    if times and (behind != "mil" or wording.UNITS.at(words, first + count + 1)):
        return count + 1, value * times, step * times
    return count, value, step


def _is_fraction(words: list[Token], first: int) -> bool:
    """Return whether a number and the next are "1/2": small whole numbers with nothing else between."""
    behind = words[first + 1] if first + 1 < len(words) else None
    return (
        behind is not None
        and words[first].text in ("1", "2", "3")
        and behind.text in ("2", "3", "4")
        and behind.start == words[first].end + 1
        and not behind.joined
    )


def _digits(text: str) -> float | None:
    """Return "1,500" and "1.500.000" as thousands, "1,5" and "2.25" as decimals; None where it is neither."""
    if len(text) > 12:
        return None
    groups = text.replace(".", ",").split(",")
    try:
        if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and groups[0] != "0":
            return float("".join(groups))
        return float(text.replace(",", ".")) if len(groups) <= 2 else None
    except ValueError:
        return None


def _measured(reading: Reading, first: int) -> Related | None:
    """Return what a distance begins: with a direction and a place, or from a place."""
    if reading.at(first) is not None:
        return None
    words = reading.words
    said = distance(words, first)
    if said is None:
        return None
    at = first + said.count
    for _ in range(_MAX_FILLERS):
        filler = wording.TOWARD.at(words, at)
        direction = wording.DIRECTIONS.at(words, at)
        if direction and (not filler or direction[0] >= filler[0]):
            spot = _anchor(reading, at + direction[0], of=True)
            if spot is not None:
                return _related(reading, first, spot, said=said, bearing_deg=direction[1])
        if filler is None:
            break
        at += filler[0]
    # "Half a mile up from", "200 m further than": the small words before "from" say nothing.
    starts = range(first + said.count, min(at, len(words)) + 1)
    anchors = (_anchor(reading, start, of=True, needs_of=True) for start in starts)
    spot = next((one for one in anchors if one is not None), None)
    return _related(reading, first, spot, said=said) if spot else None


def _directed(reading: Reading, first: int) -> Related | None:
    """Return what "north of" begins, without a distance."""
    direction = wording.DIRECTIONS_OF.at(reading.words, first)
    spot = _anchor(reading, first + direction[0]) if direction else None
    if spot is None or direction is None:
        return None
    return _related(reading, first, spot, bearing_deg=direction[1])


def _said(reading: Reading, first: int) -> Related | None:
    """Return what "near", "behind", "seen from" or "between" begins."""
    found = wording.RELATIONS.at(reading.words, first)
    if found is None or found[1] is Relation.AT:
        return None
    count, relation = found
    spot = _anchor(reading, first + count)
    if spot is None:
        return None
    if relation not in (Relation.BETWEEN, Relation.ROAD):
        return _related(reading, first, spot, relation=relation)
    behind = spot.first + spot.count
    joint = wording.AND.at(reading.words, behind)
    other = _anchor(reading, behind + joint[0]) if joint else None
    if other is None:
        return None
    start = reading.words[first].start
    return Related(relation, start, other.end, (spot, other))


def _anchor(reading: Reading, at: int, *, of: bool = False, needs_of: bool = False) -> Spot | None:
    """Return the spot at a word, behind an "of" and an article where there are such."""
    words = reading.words
    spot = reading.at(at) if not needs_of else None
    if spot is None:
        skip = wording.OF.at(words, at) if of or needs_of else None
        if skip is None and needs_of:
            return None
        at += skip[0] if skip else 0
        spot = reading.at(at)
    if spot is None and (article := wording.ARTICLES.at(words, at)):
        spot = reading.at(at + article[0])
    return spot if spot is not None and spot.possible else None


def _related(
    reading: Reading,
    first: int,
    spot: Spot,
    *,
    relation: Relation | None = None,
    said: Distance | None = None,
    bearing_deg: float | None = None,
) -> Related:
    start = reading.words[first].start
    metres, off = (said.metres, said.off_m) if said else (None, 0.0)
    return Related(relation, start, spot.end, (spot,), metres, bearing_deg, off)
