"""Calls that may be about the same people, scored with reasons; a person decides.

Score is a probability: the sum of what each sign is worth in log-odds, begun low because two calls taken at
random are about different people. Telephones weigh most, then names, then place; words and time only help.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

from rapidfuzz import fuzz

from data.gazetteer.match import words as words_of
from data.geo import metres_per_degree
from data.model import LonLat

LEAST: Final = 0.5
MAX_PAIRS: Final = 2_000
# A sign that more calls share than this (a hotline's number, "Maria", a shelter) tells nobody apart.
MAX_BLOCK: Final = 40
_START: Final = -4.0
_PHONE_DIGITS: Final = 8
_PHONE_LEAST: Final = 7
_NAME_LIKE: Final = 82.0
_NAME_MAX_CHARS: Final = 80
_CELL_DEG: Final = 0.005
_FAR_M: Final = 5_000.0
_MAX_WORDS: Final = 60
_MAX_NAMES: Final = 12
_WORD_LEAST_CHARS: Final = 4
_EXTENSION = re.compile(r"(?:ext|x|poste|ramal|int)\.?\s*\d{1,6}\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What of a call tells whether it is about the same people as another."""

    id: str
    caller_phone: str = ""
    caller_name: str = ""
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    place: LonLat | None = None
    place_text: str = ""
    words: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two calls are about the same people, and why, the weightiest reason first."""

    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls by id, the smaller id first, with their match."""

    a: str
    b: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts of a call in the form in which they are compared."""

    call: CallFacts
    caller: str
    own: frozenset[str]
    names: tuple[str, ...]
    said: tuple[str, ...]  # the names as they were written, in the order of `names`
    caller_name: str
    place_words: frozenset[str]
    words: frozenset[str]


def phone_key(text: str) -> str:
    """Return the digits that two ways of writing one telephone number share; "" where it is no number."""
    digits = "".join(char for char in _EXTENSION.sub("", text[:60]) if char.isascii() and char.isdigit())
    return digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_LEAST else ""


def same_people(call_a: CallFacts, call_b: CallFacts) -> Match:
    """Return how likely two calls are about the same people; the order of the two does not matter."""
    first, second = sorted((_facts(call_a), _facts(call_b)), key=lambda one: repr(one.call))
    return _match(first, second, {})


def suggestions(calls: Sequence[CallFacts], *, least: float = LEAST, limit: int = MAX_PAIRS) -> list[Pair]:
    """Return the pairs of calls that may be about the same people, likeliest first.

    Only calls that share a sign (a number, a word of a name, a place, rare words) are compared.
    """
    facts = [_facts(call) for call in calls]
    often = Counter(word for one in facts for word in one.words | one.place_words)
    found = []
    for a, b in sorted(_blocked(facts)):
        first, second = sorted((facts[a], facts[b]), key=lambda one: one.call.id)
        match = _match(first, second, often)
        if match.score >= least:
            found.append(Pair(first.call.id, second.call.id, match.score, match.reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.a, pair.b))[:limit]


def _facts(call: CallFacts) -> _Facts:
    named = [(_name(said), " ".join(said[:_NAME_MAX_CHARS].split())) for said in call.names[:_MAX_NAMES]]
    named = [pair for pair in named if pair[0]]
    return _Facts(
        call,
        phone_key(call.caller_phone),
        frozenset(filter(None, (phone_key(phone) for phone in call.phones[:_MAX_NAMES]))),
        tuple(name for name, _ in named),
        tuple(said for _, said in named),
        _name(call.caller_name),
        frozenset(words_of(call.place_text[:400])),
        frozenset(w for w in words_of(call.words[:4_000])[:_MAX_WORDS] if len(w) >= _WORD_LEAST_CHARS),
    )


def _name(text: str) -> str:
    return " ".join(sorted(words_of(text[:_NAME_MAX_CHARS])))


def _blocked(facts: Sequence[_Facts]) -> set[tuple[int, int]]:
    """Return the pairs that share a sign which few calls have."""
    blocks: defaultdict[tuple[str, object], list[int]] = defaultdict(list)
    for row, one in enumerate(facts):
        for sign in set(_signs(one)):
            blocks[sign].append(row)
    return {pair for rows in blocks.values() if 1 < len(rows) <= MAX_BLOCK for pair in combinations(rows, 2)}


def _signs(one: _Facts) -> Iterator[tuple[str, object]]:
    for phone in {one.caller, *one.own} - {""}:
        yield "phone", phone
    for name in one.names:
        parts = name.split()
        yield "name", name
        for part in parts:
            # Without vowels and doubles, slips of spelling mostly fall together.
            yield "part", part[:1] + re.sub(r"[aeiouyh]|(.)(?=\1)", "", part[1:])
    if one.call.place is not None:
        column, row = one.call.place.lon / _CELL_DEG, one.call.place.lat / _CELL_DEG
        # Of four cells that overlap by half, two places within half a cell share one.
        for shift in (0.0, 0.5):
            for other in (0.0, 0.5):
                yield "cell", (shift, other, math.floor(column + shift), math.floor(row + other))
    if one.place_words:
        yield "place", " ".join(sorted(one.place_words))


def _match(a: _Facts, b: _Facts, often: Counter[str] | dict[str, int]) -> Match:
    signs = [
        *_phones(a, b),
        *_names(a, b),
        *_places(a, b),
        *_words(a, b, often),
        *_times(a, b),
    ]
    total = _START + sum(worth for worth, _ in signs)
    told = sorted((sign for sign in signs if sign[1]), key=lambda sign: -abs(sign[0]))
    return Match(round(1 / (1 + math.exp(-total)), 4), tuple(reason for _, reason in told))


Sign = tuple[float, str]


def _phones(a: _Facts, b: _Facts) -> Iterator[Sign]:
    if a.own & b.own:
        yield 5.0, "the same telephone of the people sought"
    if a.caller and a.caller == b.caller:
        yield 3.0, "the same caller's telephone"
    if a.caller in b.own or b.caller in a.own:
        yield 4.5, "one call came from the telephone of the people sought in the other"


def _names(a: _Facts, b: _Facts) -> Iterator[Sign]:
    """Yield what the names of the people sought say; those of two families speak against."""
    if a.names and b.names:
        likeness, one, other, said, said_too = max(
            (_likeness(x, y), x, y, shown, shown_too)
            for x, shown in zip(a.names, a.said, strict=True)
            for y, shown_too in zip(b.names, b.said, strict=True)
        )
        if likeness >= _NAME_LIKE:
            whole = " " in one and " " in other
            alike = sum(max(fuzz.ratio(x, y) for y in b.names) >= _NAME_LIKE for x in a.names)
            worth = (3.2 if whole else 1.6) * (likeness - 60) / 40 + 0.8 * min(2, max(0, alike - 1))
            yield worth, f"names alike: {said} / {said_too} ({likeness:.0f} %)"
        elif likeness < 50:
            yield -1.5, ""
    if a.caller_name and a.caller_name == b.caller_name and " " in a.caller_name:
        yield 1.5, "the same caller's name"
    if a.caller_name in b.names or b.caller_name in a.names:
        yield 2.0, "who calls in one is sought in the other"


def _likeness(one: str, other: str) -> float:
    """Return how alike two names are in per cent: the words of the shorter, the worst of them twice.

    A shared first name makes nobody alike; a middle name left out makes nobody different.
    """
    short, long = sorted((one.split(), other.split()), key=len)
    best = [max(fuzz.ratio(word, there) for there in long) for word in short]
    return (min(best) + sum(best) / len(best)) / 2


def _places(a: _Facts, b: _Facts) -> Iterator[Sign]:
    here, there = a.call.place, b.call.place
    if here is not None and there is not None:
        away = _away_m(here, there)
        if away > _FAR_M:
            yield -2.0, ""
        else:
            yield 2.6 - 1.1 * math.log10(1 + away / 25), f"{away:,.0f} m apart"
    shared = a.place_words & b.place_words
    if shared:
        either = a.place_words | b.place_words
        numbers = any(word.isdigit() for word in shared)
        share = len(shared) / len(either)
        if share >= 0.5:
            yield (1.6 if numbers else 0.9) * share, "the same words for the place"


def _words(a: _Facts, b: _Facts, often: Counter[str] | dict[str, int]) -> Iterator[Sign]:
    rare = sorted(word for word in a.words & b.words if often.get(word, 2) <= MAX_BLOCK)
    if len(rare) >= 3:
        share = len(rare) / min(len(a.words), len(b.words))
        yield min(1.8, 3 * share), "told alike: " + ", ".join(rare[:4])


def _times(a: _Facts, b: _Facts) -> Iterator[Sign]:
    if a.call.at is None or b.call.at is None:
        return
    hours = abs((a.call.at - b.call.at).total_seconds()) / 3600
    if hours <= 24:
        yield 0.3, ""
    elif hours > 24 * 14:
        yield -0.7, ""


def _away_m(here: LonLat, there: LonLat) -> float:
    per_lon, per_lat = metres_per_degree((here.lat + there.lat) / 2)
    # Either side of the date line is next door.
    lon = abs(here.lon - there.lon)
    return math.hypot(min(lon, 360 - lon) * per_lon, (here.lat - there.lat) * per_lat)
