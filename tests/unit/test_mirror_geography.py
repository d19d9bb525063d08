"""Areas, drawn shapes and nearness, against testing every place by itself."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from data.geo import distance_m, inverse_mercator
from data.mirror.geography import circle_outline, in_polygon, in_shape, near_sites
from data.mirror.spatial import NearRegion, PolygonRegion, inside
from data.model import LonLat
from data.query import Circle, Near, Query
from tests.support.frames import Row, frame_of, rows, sites_of

_SLACK_M = 0.03  # places are kept in steps of 1.9 cm
_near_city = st.builds(LonLat, st.floats(-71.3, -70.9), st.floats(42.2, 42.5))


def _lonlat(frame):
    located = frame.located
    return inverse_mercator(frame.x[:located], frame.y[:located])


def _shape(text: str):
    return Query.parse({"shape": text}).shapes[0]


@given(rows(), st.lists(_near_city, min_size=3, max_size=12, unique=True))
def test_a_polygon_holds_what_shapely_says_place_by_place_even_when_it_crosses_itself(made, ring):
    frame = frame_of(made)
    outline = shapely.make_valid(Polygon([(at.lon, at.lat) for at in ring]))
    assume(outline.area > 0)
    mask = in_polygon(frame, outline)
    assert not mask[frame.located :].any()
    np.testing.assert_array_equal(mask[: frame.located], shapely.intersects_xy(outline, *_lonlat(frame)))


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.2), st.integers(3, 40))
def test_crowded_places_are_decided_by_whole_cells_as_by_single_places(seed, size, corners):
    random = np.random.default_rng(seed)
    lon, lat = random.normal(-71.06, 0.03, 3_000), random.normal(42.36, 0.03, 3_000)
    frame = frame_of(
        [Row(fid=n, place=LonLat(*at)) for n, at in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))]
    )
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = random.uniform(0.2, 1.0, corners) * size
    star = shapely.make_valid(
        Polygon(np.column_stack([-71.06 + reach * np.cos(angle), 42.36 + reach * np.sin(angle)]))
    )
    mask = inside(frame.cell, PolygonRegion(star))
    np.testing.assert_array_equal(mask, shapely.intersects_xy(star, *_lonlat(frame)))


@given(rows(), _near_city, st.floats(1, 2_000_000))
def test_a_circle_holds_what_is_within_its_radius_on_the_sphere(made, center, metres):
    frame = frame_of(made)
    mask = in_shape(frame, Circle(center, metres))
    distance = distance_m(center, *_lonlat(frame))
    clear = np.abs(distance - metres) > _SLACK_M
    np.testing.assert_array_equal(mask[: frame.located][clear], (distance <= metres)[clear])


@given(rows(), st.lists(_near_city, min_size=1, max_size=20), st.floats(1, 200_000))
def test_near_sites_is_within_the_distance_of_the_nearest_one(made, places, metres):
    frame, sites = frame_of(made), sites_of(places)
    mask = near_sites(frame, sites, Near("energy", "", metres), visible=np.array([False, True]))
    lon, lat = _lonlat(frame)
    nearest = np.min([distance_m(at, lon, lat) for at in places], axis=0) if len(lon) else np.empty(0)
    clear = np.abs(nearest - metres) > _SLACK_M
    np.testing.assert_array_equal(mask[: frame.located][clear], (nearest <= metres)[clear])


@given(st.integers(0, 2**32 - 1), st.floats(50, 5_000))
def test_near_many_sites_among_crowded_places_is_exact_too(seed, metres):
    random = np.random.default_rng(seed)
    frame = frame_of(
        [
            Row(fid=n, place=LonLat(*at))
            for n, at in enumerate(random.normal((-71.06, 42.36), 0.05, (2_000, 2)).tolist())
        ]
    )
    places = random.normal((-71.06, 42.36), 0.05, (40, 2))
    mask = inside(frame.cell, NearRegion(*places.T, metres=metres))
    lon, lat = _lonlat(frame)
    nearest = np.min([distance_m(LonLat(*at), lon, lat) for at in places.tolist()], axis=0)
    clear = np.abs(nearest - metres) > _SLACK_M
    np.testing.assert_array_equal(mask[clear], (nearest <= metres)[clear])


def test_sites_that_may_not_be_seen_or_are_of_another_sector_are_near_nothing():
    frame, sites = frame_of([Row(fid=1)]), sites_of([LonLat(-71.06, 42.36)])
    visible, hidden = np.array([False, True]), np.array([False, False])
    assert near_sites(frame, sites, Near("energy", "", 100.0), visible=visible).all()
    assert near_sites(frame, sites, Near("*", "", 100.0), visible=visible).all()
    assert near_sites(frame, sites, Near("energy", "substation", 100.0), visible=visible).all()
    assert not near_sites(frame, sites, Near("energy", "", 100.0), visible=hidden).any()
    assert not near_sites(frame, sites, Near("water", "", 100.0), visible=visible).any()


@pytest.mark.parametrize(
    ("text", "lon", "expected"),
    [
        ("r:170,-20,-170,20", 179.5, True),
        ("r:170,-20,-170,20", -179.5, True),
        ("r:170,-20,-170,20", 0.0, False),
        ("c:179.9,0,100000", -179.9, True),
        ("c:179.9,0,10000", -179.9, False),
    ],
)
def test_shapes_cross_the_antimeridian(text, lon, expected):
    frame = frame_of([Row(fid=1, place=LonLat(lon, 0.0))])
    assert in_shape(frame, _shape(text)).tolist() == [expected]


def test_a_circle_round_the_pole_holds_all_longitudes():
    frame = frame_of(
        [Row(fid=n, place=LonLat(lon, 84.0)) for n, lon in enumerate((-170.0, 0.0, 90.0), start=1)]
    )
    assert in_shape(frame, _shape("c:0,90,1000000")).all()


def test_lines_and_polygons_are_in_whatever_they_touch():
    road = Row(fid=1, place=LonLat(-71.2, 42.3), shape=LineString([(-71.2, 42.3), (-71.0, 42.3)]))
    zone = Row(fid=2, place=LonLat(-71.5, 42.3), shape=box(-71.6, 42.2, -71.4, 42.4))
    spot = Row(fid=3, place=LonLat(-71.01, 42.3))
    frame = frame_of([road, zone, spot])
    east = in_polygon(frame, box(-71.05, 42.2, -70.9, 42.4))
    assert sorted(frame.fid[east].tolist()) == [1, 3]
    assert sorted(frame.fid[in_shape(frame, _shape("c:-71.0,42.3,2000"))].tolist()) == [1, 3]


@given(_near_city, st.floats(10, 300_000))
def test_the_outline_of_a_circle_is_as_wide_as_the_circle(center, metres):
    corners = shapely.get_coordinates(circle_outline(Circle(center, metres)))
    np.testing.assert_allclose(distance_m(center, *corners.T), metres, rtol=1e-6, atol=1e-3)
