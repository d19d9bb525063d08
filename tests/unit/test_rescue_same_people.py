"""Calls about the same people: scored, with reasons."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.model import LonLat
from layers.rescue.same_people import CallFacts, phone_key, same_people, suggestions

NOON = datetime(2017, 9, 8, 12, tzinfo=UTC)
HERE = LonLat(-64.713, 18.348)
FIRST = CallFacts(
    "a",
    caller_phone="617-555-0101",
    caller_name="Ana Ortiz",
    names=("Rosa Ortiz", "Juan Ortiz"),
    phones=("+1 (340) 555-0142",),
    place=HERE,
    place_text="Kings Hill Road, Coral Bay",
    words="landslide over the house, blue roof, insulin",
    at=NOON,
)
OTHER = CallFacts(
    "b",
    names=("Peter Miller",),
    phones=("340 555 0199",),
    place=LonLat(-64.9, 17.73),
    words="roof gone",
    at=NOON,
)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+1 (340) 555-0142", "05550142"),
        ("340.555.0142 ext. 12", "05550142"),
        ("340-555-0142 x3", "05550142"),
        ("+509 3555 0142", "35550142"),
        ("555-0142", "5550142"),
        ("911", ""),
        ("no phone", ""),
    ],
)
def test_a_number_is_one_however_it_is_written(written: str, key: str) -> None:
    assert phone_key(written) == key


def test_the_same_telephone_of_the_people_sought_nearly_settles_it() -> None:
    match = same_people(
        replace(FIRST, names=()), CallFacts("b", phones=("3405550142",), names=("R. Ortiz",), at=NOON)
    )
    assert match.score > 0.7
    assert match.reasons[0] == "the same telephone of the people sought"


def test_a_misspelt_name_nearby_is_suggested_with_both_reasons() -> None:
    match = same_people(
        FIRST, CallFacts("b", names=("Rosa Ortis",), place=LonLat(-64.7135, 18.3483), at=NOON)
    )
    assert match.score > 0.5
    assert any("Rosa Ortiz / Rosa Ortis" in reason for reason in match.reasons)
    assert any(reason.endswith("m apart") for reason in match.reasons)


def test_other_people_elsewhere_are_not_suggested() -> None:
    assert same_people(FIRST, OTHER).score < 0.05
    assert suggestions([FIRST, OTHER]) == []


def test_a_common_name_alone_settles_nothing() -> None:
    assert same_people(CallFacts("a", names=("Maria",)), CallFacts("b", names=("Maria",))).score < 0.3


def test_a_sign_shared_by_everybody_compares_nobody() -> None:
    hotline = [CallFacts(str(number), phones=("340-555-0100",)) for number in range(200)]
    assert suggestions(hotline) == []


facts = st.builds(
    CallFacts,
    id=st.uuids().map(str),
    caller_phone=st.text(max_size=30),
    caller_name=st.text(max_size=30),
    names=st.lists(st.text(max_size=30), max_size=3).map(tuple),
    phones=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    place=st.none() | st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90)),
    place_text=st.text(max_size=40),
    words=st.text(max_size=80),
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(facts, facts)
@settings(max_examples=150, deadline=None)
def test_any_two_calls_have_a_score_and_their_order_does_not_matter(a: CallFacts, b: CallFacts) -> None:
    match = same_people(a, b)
    assert 0 <= match.score <= 1
    assert match == same_people(b, a)


@given(facts)
@settings(max_examples=30, deadline=None)
def test_suggestions_do_not_depend_on_the_order_of_the_calls(call: CallFacts) -> None:
    calls = [FIRST, replace(FIRST, id="c", caller_phone=""), OTHER, call]
    assert suggestions(calls) == suggestions(calls[::-1])
    assert [(pair.a, pair.b) for pair in suggestions(calls) if {pair.a, pair.b} <= {"a", "b", "c"}] == [
        ("a", "c")
    ]


def _calls(count: int) -> tuple[list[CallFacts], dict[str, int]]:
    """Return calls about families, each called about once to three times, and whose family each is about."""
    draw = random.Random(7)
    firsts = [
        "Maria",
        "Jose",
        "Ana",
        "John",
        "Linda",
        "Carlos",
        "Rosa",
        "Marie",
        "Jean",
        "Pierre",
        "Paul",
        "Susan",
    ]
    consonants, vowels = "bcdfglmnprstvz", "aeiou"
    lasts = ["".join(draw.choice(consonants) + draw.choice(vowels) for _ in range(3)) for _ in range(900)]
    calls: list[CallFacts] = []
    about: dict[str, int] = {}
    while len(calls) < count:
        family = len(calls)
        last = draw.choice(lasts)
        names = [f"{draw.choice(firsts)} {last}" for _ in range(draw.randint(1, 4))]
        lon, lat = draw.uniform(-64.8, -64.65), draw.uniform(18.30, 18.37)
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            said = [name if draw.random() < 0.7 else name[:3] + name[4:] for name in names]
            at = NOON + timedelta(hours=draw.uniform(0, 72))
            where = LonLat(draw.gauss(lon, 0.001), draw.gauss(lat, 0.001))
            place = where if draw.random() < 0.7 else None
            call = CallFacts(
                str(len(calls)), str(draw.randint(10**9, 10**10)), "", tuple(said), (), place, at=at
            )
            about[call.id] = family
            calls.append(call)
    return calls[:count], about


def test_four_thousand_calls_are_compared_in_two_seconds_and_mostly_rightly() -> None:
    calls, about = _calls(4_000)
    began = time.process_time()
    found = suggestions(calls)
    assert time.process_time() - began < 2.0
    right = sum(about[pair.a] == about[pair.b] for pair in found)
    true = sum(1 for a, b in pairwise(calls) if about[a.id] == about[b.id])
    assert right / len(found) > 0.75
    assert right > 0.6 * true
