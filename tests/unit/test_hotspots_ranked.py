"""The list of hotspots: who comes first, what it is called, what it says, and what its shape selects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.geo import inverse_mercator
from data.mirror.geography import Geography, in_shape
from data.model import LonLat
from data.query.shapes import parse_shapes
from layers.analytics.cells import Grid
from layers.hotspots import Asked, Kind
from layers.hotspots.names import names
from layers.hotspots.outlines import Outline
from layers.hotspots.ranked import Ranked, ranked
from layers.hotspots.words import about, length, plural, sentence, tries
from tests.support.frames import NO_TESTS, Row, sites_of, snapshot_of, view_of
from tests.unit.test_hotspots_tested import crowd, scattered
from tests.unit.test_hotspots_time import SPOT, _at

BUSY = (-72.2, 42.55, -72.15, 42.6)
LOGAN, WORCESTER = (-71.0096, 42.3656), (-71.802, 42.262)


def _rows() -> list[Row]:
    return [
        *scattered(900, box=(-72.0, 42.0, -70.95, 42.6)),
        *crowd(200, at=LOGAN, first=50_000),
        *crowd(120, at=WORCESTER, seed=3, first=60_000),
    ]


@pytest.fixture(scope="module")
def listed() -> Ranked:
    return ranked(view_of(_rows()), Asked(cell_m=1_000), names=names())


def test_the_strongest_comes_first_and_has_a_name_that_people_use(listed):
    items = listed.items
    assert [item["rank"] for item in items] == list(range(1, len(items) + 1))
    assert [item["z"] for item in items] == sorted((item["z"] for item in items), reverse=True)
    assert items[0]["name"].startswith("Near Logan Airport")
    assert items[0]["place"].endswith(", MA")
    assert "Worcester" in items[1]["name"]
    assert listed.total == len(items)


def test_each_says_what_was_seen_what_is_usual_and_how_sure_that_is(listed):
    for item in listed.items:
        assert item["low"] <= item["ratio"] <= item["high"]
        assert item["ratio"] == pytest.approx(item["count"] / item["expected"], rel=0.05)
        assert item["q"] <= 0.05
        assert 1 <= item["robust"] <= 3
        assert item["sentence"].startswith(plural(item["count"], "report"))
        assert "by chance less than once in" in item["sentence"]
        assert [scale["cell_m"] for scale in item["scales"]] == [500.0, 1_000.0, 2_000.0]
        west, south, east, north = item["bbox"]
        assert west < item["lon"] < east
        assert south < item["lat"] < north
    assert orjson.loads(orjson.dumps(listed.as_dict()))["method"]["text"] == listed.behind.method.text


def test_the_shape_of_a_hotspot_selects_its_reports(listed):
    frame = snapshot_of(_rows()).incidents
    for item in listed.items:
        chosen = np.logical_or.reduce([in_shape(frame, shape) for shape in parse_shapes(item["shape"])])
        assert int(chosen.sum()) == item["count"]
        lon, lat = inverse_mercator(frame.x, frame.y)
        outline = shapely.from_geojson(orjson.dumps(item["outline"]).decode())
        assert int(shapely.intersects_xy(outline, lon, lat).sum()) == item["count"]


@pytest.mark.parametrize("left_out", [False, True])
def test_filtering_to_a_hotspot_stays_within_what_is_drawn(left_out):
    drawn = f"c:{LOGAN[0]},{LOGAN[1] + 0.004},700"
    text = f"not=shape&shape={drawn}" if left_out else f"shape={drawn}|r:-71.9,42.2,-71.8,42.3"
    snapshot = snapshot_of(_rows())
    geography = Geography(snapshot.incidents, snapshot.sites, limit_bytes=1_000_000)
    shapes = parse_shapes(text.rpartition("shape=")[2])
    view = view_of(snapshot, text, tests=replace(NO_TESTS, shapes=lambda: geography.shapes(shapes)))
    items = ranked(view, Asked(cell_m=500), names=names()).items
    assert items
    frame = snapshot.incidents
    seen = np.zeros(len(frame.x), dtype=np.bool_)
    seen[view.rows] = True
    for item in items:
        chosen = np.logical_or.reduce([in_shape(frame, shape) for shape in parse_shapes(item["shape"])])
        assert chosen.any()
        # Of a circle the filter takes the distance itself, its outline is a ring of corners.
        assert (chosen & ~seen).sum() <= 0.03 * chosen.sum()
        assert (chosen & seen).sum() == pytest.approx(item["count"], rel=0.03)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.floats(0.3, 0.95))
def test_a_shape_covers_its_cells_and_nothing_else_whatever_holes_it_has(seed, nx, ny, share):
    cells = np.random.default_rng(seed).random((ny, nx)) < share
    cells[0, 0] = True
    outline = Outline(Grid(42, 1_000.0, -5_900, 4_700, nx, ny), cells, 0)
    if outline.shape().startswith("r:"):  # more parts than a filter takes: its box
        assert len(shapely.get_parts(outline.geometry)) > 10
        return
    shapes = parse_shapes(outline.shape())
    rings = [shapely.Polygon([(at.lon, at.lat) for at in shape.ring]) for shape in shapes]
    assert shapely.union_all(rings).symmetric_difference(outline.geometry).area < 1e-12


def test_equal_questions_have_equal_answers_in_whatever_order_reports_came(listed):
    rows = _rows()
    shuffled = [rows[n] for n in np.random.default_rng(7).permutation(len(rows))]
    again = ranked(view_of(shuffled), Asked(cell_m=1_000), names=names())
    assert orjson.dumps(again.as_dict()) == orjson.dumps(listed.as_dict())


def test_only_sites_that_the_actor_may_see_are_named():
    near = [LonLat(-71.01, 42.3656), LonLat(-71.008, 42.364)]
    snapshot = snapshot_of(_rows(), sites=near)
    seen = ranked(view_of(snapshot), Asked(cell_m=1_000), names=names()).items[0]
    assert [site["name"] for site in seen["sites"]] == ["Site", "Site"]
    assert seen["sites"][0]["distance_m"] <= seen["sites"][1]["distance_m"]
    hidden = replace(snapshot, sites=sites_of(near, scope=3))
    assert ranked(view_of(hidden), Asked(cell_m=1_000), names=names()).items[0]["sites"] == []


def test_no_more_are_listed_than_asked_for_but_all_are_counted(listed):
    short = ranked(view_of(_rows()), Asked(cell_m=1_000), names=names(), most=1)
    assert (len(short.items), short.total) == (1, listed.total)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.05, "less than once in 20 tries"),
        (0.049, "less than once in 20 tries"),
        (0.0009, "less than once in 1,000 tries"),
        (0.0003, "less than once in 2,000 tries"),
        (0.0, "less than once in 1,000,000 tries"),
    ],
)
def test_chance_is_said_without_promising_more_than_it_is(chance, words):
    assert tries(chance) == words


def test_numbers_are_said_as_people_say_them():
    assert [about(v) for v in (1_234.4, 9.04, 9.36, 0.24, 0.01)] == [
        "1,234",
        "9",
        "9.4",
        "0.2",
        "fewer than 0.1",
    ]
    assert [length(v) for v in (250.0, 1_000.0, 2_500.0)] == ["250 m", "1 km", "2.5 km"]
    assert sentence(count=23, expected=9.0, chance=0.0009, robust=2) == (
        "23 reports where about 9 would be usual; a difference this large would come by chance less than "
        "once in 1,000 tries; seen at two of three scales."
    )


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_every_place_on_earth_has_a_name(lon, lat):
    named = names().of(LonLat(lon, lat), reach_m=500.0)
    assert named.name
    assert named.place


@pytest.mark.parametrize(
    ("kind", "than"),
    [(Kind.EXCESS, "would be usual there"), (Kind.DIFFERENCE, "came in the period before")],
)
def test_what_compares_with_earlier_times_ranks_by_its_own_test(kind, than):
    always = [*_at(3_000, days=(0, 20), first=1), *_at(1_500, days=(0, 20), box=BUSY, first=20_000)]
    rows = [*always, *_at(60, days=(0, 1), box=SPOT, first=50_000)]

    def of(own: Kind) -> Ranked:
        view, asked = view_of(rows, "last=1d"), Asked(kind=own, cell_m=3_000)
        return ranked(view, asked, names=names(), look=lambda query: view_of(rows, query.canonical()))

    found, first = of(kind), of(kind).items[0]
    assert SPOT[0] < first["lon"] < SPOT[2]
    assert SPOT[1] < first["lat"] < SPOT[3]
    assert f"{than}; a difference this large" in first["sentence"]
    assert 1 < first["low"] <= first["ratio"] <= first["high"]
    assert found.behind.kind is kind
    busy = shapely.box(*BUSY)
    ground = [shapely.from_geojson(orjson.dumps(item["outline"]).decode()) for item in found.items]
    assert not any(shapely.intersects(each, busy) for each in ground)  # though most reports lie there
    assert of(Kind.GI_STAR).behind.kind is Kind.GI_STAR
