"""The filter grammar: one text for one meaning, and nothing malformed gets through."""

from __future__ import annotations

import contextlib
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import to_ms
from data.errors import BadFilter, Invalid
from data.model import LonLat, Status, StoreKind, Tlp
from data.query import Circle, Dimension, Near, Polygon, Query, Rectangle
from tests.support.records import NOON

_DEGREES = st.tuples(
    st.floats(-180, 180).map(lambda v: round(v, 7) + 0.0), st.floats(-90, 90).map(lambda v: round(v, 7) + 0.0)
).map(lambda at: LonLat(*at))
_SHAPES = st.one_of(
    st.lists(_DEGREES, min_size=3, max_size=6, unique=True).map(lambda ring: Polygon(tuple(ring))),
    st.builds(Circle, _DEGREES, st.floats(0.1, 1e6).map(lambda v: round(v, 7))),
    st.tuples(_DEGREES, _DEGREES).map(
        lambda c: Rectangle(c[0].lon, min(c[0].lat, c[1].lat), c[1].lon, max(c[0].lat, c[1].lat))
    ),
)


def _some(values: st.SearchStrategy, **more) -> st.SearchStrategy:
    return st.lists(values, unique=True, max_size=4, **more).map(lambda chosen: tuple(sorted(chosen)))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    values = {
        "types": draw(_some(st.sampled_from(["fire", "fire.brush", "hazmat.gas", "crime"]))),
        "severities": draw(_some(st.integers(0, 6))),
        "statuses": draw(_some(st.sampled_from(Status))),
        "sources": draw(_some(st.sampled_from(["cad", "boston-311", "usgs/quakes"]))),
        "tlps": draw(_some(st.sampled_from(Tlp))),
        "stores": tuple(s for s in StoreKind if draw(st.booleans())),
        "since_ms": draw(st.none() | st.integers(0, 2_000_000_000_000)),
        "text": draw(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), max_size=20)).strip(
            "\x7f"
        ),
        "areas": draw(_some(st.uuids())),
        "shapes": tuple(sorted(draw(st.lists(_SHAPES, max_size=3, unique_by=str)), key=str)),
        "near": draw(
            st.none()
            | st.builds(Near, st.just("energy"), st.sampled_from(["", "substation"]), st.just(500.0))
        ),
        "default_points": draw(st.booleans()),
    }
    values["text"] = " ".join("".join(c for c in values["text"] if not 0x7F <= ord(c) < 0xA1).split())
    if draw(st.booleans()):
        values["last_ms"] = draw(st.integers(1, 5000)) * 60_000
    else:
        values["from_ms"] = draw(st.none() | st.integers(0, 1_700_000_000_000))
        values["to_ms"] = draw(st.none() | st.integers(1_700_000_000_001, 1_900_000_000_000))
    query = Query(**values)
    inverted = (
        frozenset(draw(st.sets(st.sampled_from(sorted(query.dimensions())))))
        if query.dimensions()
        else frozenset()
    )
    return Query(**values, inverted=inverted)


@given(queries())
def test_the_canonical_text_of_a_filter_reads_back_as_the_same_filter(query):
    assert Query.parse(query.canonical()) == query
    assert Query.parse(query.params()) == query
    assert Query.parse(query.canonical()).canonical() == query.canonical()


def test_equal_filters_written_differently_have_one_canonical_text():
    first = Query.parse("?severity=6,4,4&type=hazmat.gas,fire&last=1440m&not=type,area")
    second = Query.parse(
        {"type": " fire , hazmat.gas", "last": "24h", "severity": "4,6", "not": "type", "q": ""}
    )
    assert first == second
    assert first.canonical() == "last=1d&not=type&severity=4,6&type=fire,hazmat.gas"


def test_a_time_with_an_offset_means_the_same_moment_in_utc():
    query = Query.parse("from=2026-11-01T07:00-05:00&to=2026-11-01T12:00:01.5%2B00:00")
    assert query.from_ms == to_ms(NOON)
    assert unquote(query.canonical()) == "from=2026-11-01T12:00Z&to=2026-11-01T12:00:01.500Z"


def test_an_unescaped_plus_in_an_offset_is_still_an_offset():
    assert Query.parse("from=2026-11-01T14:00+02:00").from_ms == to_ms(NOON)


def test_a_moving_window_is_floored_to_the_minute_and_open_at_its_end():
    query = Query.parse("last=1h")
    assert query.window_ms(to_ms(NOON) + 59_999) == (to_ms(NOON) - 3_600_000, None)


def test_a_ring_may_be_closed_or_not():
    assert Query.parse("shape=p:0,0;1,0;1,1;0,0") == Query.parse("shape=p:0,0;1,0;1,1")


def test_parameters_of_the_route_are_not_filters():
    assert Query.parse("v=abc&severity=1", ignore=("v",)) == Query(severities=(1,))


@pytest.mark.parametrize(
    "text",
    [
        "colour=red",
        "type=Fire' OR 1=1--",
        "type=fire&type=crime",
        "severity=7",
        "severity=one",
        "severity=,",
        "status=open",
        "tlp=white",
        "store=everything",
        "last=24",
        "last=0h",
        "last=999999d",
        "last=24h&from=2026-11-01T00:00Z",
        "from=2026-11-01T00:00",
        "from=yesterday",
        "from=2026-11-02T00:00Z&to=2026-11-01T00:00Z",
        "since=-1",
        "since=1e9",
        "since=" + "9" * 400,
        "q=" + "x" * 201,
        "q=%00",
        "area=not-a-uuid",
        "shape=p:0,0;1,1",
        "shape=p:0,0;0,0;0,0",
        "shape=r:0,1,1,0",
        "shape=r:0,0,1",
        "shape=c:0,0,0",
        "shape=c:0,0,nan",
        "shape=c:0,0,-5",
        "shape=c:0,91,5",
        "shape=c:181,0,5",
        "shape=x:1,2,3",
        "shape=p:" + ";".join(f"{i / 100},0" for i in range(2001)),
        "shape=" + "|".join(["c:0,0,5"] * 21),
        "near=energy",
        "near=energy:0",
        "near=energy:inf",
        "near=energy:900000",
        "near=:500",
        "near=a/b/c:500",
        "not=everything",
        "default_points=yes",
        "from=%ED%A0%80",
    ],
)
def test_what_is_unknown_or_malformed_is_refused_in_words(text):
    with pytest.raises(BadFilter) as refused:
        Query.parse(text)
    assert refused.value.message
    assert refused.value.status == 400


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_does_more_than_be_refused(name, value):
    for params in (
        {name: value},
        f"{name}={value}",
        *({key: value} for key in Query.parse("").params() or ["q"]),
    ):
        _read_or_refused(params)


@given(
    st.sampled_from(
        ["type", "severity", "last", "from", "to", "since", "q", "area", "shape", "near", "not", "source"]
    ),
    st.text(alphabet="pcr:;,|.-+eE0123456789naif \x00\ud800é", max_size=40),
)
def test_no_value_of_a_known_filter_does_more_than_be_refused(name, value):
    query = _read_or_refused({name: value})
    assert query is None or Query.parse(query.canonical()) == query


def _read_or_refused(params) -> Query | None:
    with contextlib.suppress(Invalid):
        return Query.parse(params)
    return None


def test_dimensions_say_what_is_restricted():
    area = UUID(int=7)
    assert Query.parse(f"area={area}&last=1h&default_points=1").dimensions() == {
        Dimension.AREA,
        Dimension.TIME,
    }
