"""What tracks covered, how ground is cut into segments, and plans that reach people in time."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from data.errors import Invalid, TooLarge, WatchfloorError
from data.importers.tracks import read_track
from data.model import LonLat
from layers.rescue.effort import allocate
from layers.rescue.effort_people import Need, plan_search
from layers.rescue.grid import Grid
from layers.rescue.segments import area_km2, from_cells, from_coast, from_roads, poa_of
from layers.rescue.surface import combine
from layers.rescue.theory import pod
from layers.rescue.tours import Force
from layers.rescue.tracks import coverage
from layers.rescue.water import by_boat
from tests.support.rescue import LAT, LON, NOW, coast, piece

GEOD = Geod(ellps="WGS84")
# Off the lattice: a line along an edge belongs to one side here, and to both or neither for shapely.
METRES = st.integers(-449, 449).map(lambda whole: whole + 0.37)
PLACES = st.tuples(METRES, METRES)


@settings(max_examples=40, deadline=None)
@given(st.lists(PLACES, min_size=2, max_size=8), st.floats(5, 40))
def test_a_track_covers_each_cell_by_the_length_in_it(places, sweep):
    line = shapely.LineString(places)
    grid = Grid(0.0, 0.0, 50, 24, 24)
    patch = coverage(grid, line, sweep_m=sweep)
    assert patch.values.sum() * 50**2 == pytest.approx(sweep * _legs(places), rel=1e-6, abs=1e-6)
    if sweep <= 25:  # one lane: the line itself
        table = np.zeros(grid.shape)
        if patch.values.size:
            table[patch.where] = patch.values
        west, south = np.meshgrid(grid.x - 25, grid.y - 25)
        boxes = shapely.box(west, south, west + 50, south + 50)
        parts = [shapely.LineString(pair) for pair in pairwise(places)]
        exact = sum(shapely.length(shapely.intersection(boxes, part)) for part in parts)
        np.testing.assert_allclose(table * 50**2 / sweep, exact, atol=1e-6)


def _legs(places):
    return sum(math.dist(one, other) for one, other in pairwise(places))


def test_a_wide_sweep_covers_the_cells_beside_the_track_and_passes_add_up():
    grid = Grid(0.0, 0.0, 10, 100, 100)
    line = shapely.LineString([(-2_000, 0), (2_000, 0)])
    once = coverage(grid, line, sweep_m=200)
    table = np.zeros(grid.shape)
    table[once.where] = once.values
    np.testing.assert_allclose(table[42:58], 1.0, atol=0.06)
    assert table[:38].max() == table[62:].max() == 0
    twice = coverage(grid, shapely.MultiLineString([line.coords, line.coords]), sweep_m=200)
    np.testing.assert_allclose(twice.values, 2 * once.values)
    far = coverage(grid, shapely.LineString([(1e7, 1e7), (2e7, 1e7)]), sweep_m=200)
    assert far.values.size == 0
    with pytest.raises(Invalid):
        coverage(grid, line, sweep_m=0)


def test_squares_cover_the_ground_once_and_with_a_surface_only_where_anybody_may_be():
    ground = shapely.Point(LON, LAT).buffer(0.02)
    squares = from_cells(ground, side_m=500)
    true_km2 = abs(GEOD.geometry_area_perimeter(ground)[0]) / 1e6
    assert sum(each.area_km2 for each in squares) == pytest.approx(true_km2, rel=0.01)
    assert area_km2(ground) == pytest.approx(true_km2, rel=1e-4)
    for one, other in pairwise(squares):
        assert shapely.intersection(one.geometry, other.geometry).area < 1e-12
    surface = combine(coast(), None, [piece("point", reliability=0.999)], NOW)
    likely = from_cells(ground, side_m=500, surface=surface)
    assert 4 <= len(likely) < len(squares) / 2
    assert sum(poa_of(surface, [each.geometry for each in likely])) > 0.97
    assert len({each.name for each in squares}) == len(squares)
    with pytest.raises(TooLarge):
        from_cells(ground, side_m=20)
    for bad in (0, -1, math.nan):
        with pytest.raises(Invalid):
            from_cells(ground, side_m=bad)


def test_roads_and_coast_become_strips_that_do_not_overlap():
    roads = shapely.MultiLineString(
        [[(-64.75, 18.33), (-64.73, 18.34), (-64.71, 18.34)], [(-64.73, 18.32), (-64.73, 18.36)]]
    )
    island = shapely.Point(LON, LAT).buffer(0.02)
    made = [
        from_roads(roads, length_m=500, width_m=100),
        from_coast(island, length_m=500, width_m=150),
        from_coast(island, length_m=500, width_m=150, ground="water"),
        from_coast(shapely.boundary(island), length_m=500, width_m=150),
    ]
    for strips in made:
        whole = shapely.union_all([each.geometry for each in strips])
        assert sum(each.area_km2 for each in strips) == pytest.approx(area_km2(whole), rel=1e-4)
        assert len(strips) > 10
    on_road, on_land, on_water, on_both = (sum(each.area_km2 for each in strips) for strips in made)
    length_km = sum(GEOD.geometry_length(part) for part in roads.geoms) / 1_000
    assert on_road == pytest.approx(length_km * 0.2, rel=0.05)
    assert on_land + on_water == pytest.approx(on_both, rel=0.02)
    assert shapely.union_all([each.geometry for each in made[2]]).intersection(island).area < 1e-9


def _random_case(seed: int, *, households: int = 25, segments: int = 9, resources: int = 3):
    random = np.random.default_rng(seed)
    at, base = random.uniform(0, 20, (segments, 2)), random.uniform(0, 20, (resources, 2))
    speed = random.uniform(5, 40, resources)
    apart = np.linalg.norm(at[:, None] - at[None], axis=2)
    force = Force(
        random.uniform(3, 12, resources),
        random.gamma(1, 0.5, (segments, resources)),
        np.linalg.norm(base[:, None] - at[None], axis=2) / speed[:, None],
        apart[None] / speed[:, None, None],
    )
    need = Need(
        random.integers(1, 6, households).astype(float),
        random.uniform(1, 3, households),
        np.where(random.random(households) < 0.5, random.uniform(0, 24, households), np.inf),
        random.dirichlet(np.full(segments, 0.3), households) * 0.9,
    )
    return need, force


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_plan_keeps_every_resource_within_its_hours_and_is_never_worse_than_an_even_split(seed):
    need, force = _random_case(seed)
    plan = plan_search(need, force)
    assert plan.weighed >= plan.even_weighed
    assert 0 < plan.people <= need.people.sum()
    for resource, hours in enumerate(force.hours):
        tour = [step for step in plan.steps if step.resource == resource]
        now, here = 0.0, None
        for step in tour:
            assert step.arrive_h == pytest.approx(now + force.ways(resource, here)[step.segment])
            now, here = step.arrive_h + step.hours, step.segment
        if here is not None:
            assert now + force.from_base_h[resource][here] <= hours * (1 + 1e-6)


def test_without_travel_and_clocks_a_plan_is_the_optimal_allocation():
    need, force = _random_case(3)
    force = Force(force.hours, force.effectiveness, np.zeros_like(force.from_base_h))
    need = Need(need.people, np.ones(25), np.full(25, np.inf), need.poa)
    plan = plan_search(need, force)
    best = allocate((need.people[:, None] * need.poa).sum(axis=0), force.effectiveness, force.hours)
    assert plan.people == pytest.approx(best.pos, rel=0.01)
    assert plan.people <= best.pos + 1e-9


@pytest.mark.parametrize("model", ["inverse-cube", "definite"])
def test_a_plan_counts_by_the_model_it_was_asked_for(model):
    need, force = _random_case(5)
    plan = plan_search(need, replace(force, model=model))
    assert plan.weighed >= plan.even_weighed
    for step in plan.steps:
        cover = force.effectiveness[step.segment, step.resource] * step.hours
        assert step.pod == pytest.approx(pod(cover, model))
    assert plan.people > plan_search(need, force).people, "by these models the same search finds more"


def test_a_boat_is_of_use_on_water_and_along_the_shore_alone():
    mountain, sea, bay = LonLat(-71.30, 44.27), LonLat(-64.60, 18.20), LonLat(-64.7150, 18.3440)
    assert by_boat([bay, sea]).tolist() == [True, True]
    assert by_boat([mountain]).tolist() == [False]
    assert by_boat([mountain, sea]).tolist() == [True, True], "too far apart for the map to say"


def test_whoever_runs_out_of_water_first_is_gone_to_first():
    need = Need(np.array([2.0, 2.0]), np.ones(2), np.array([30.0, 3.0]), np.eye(2))
    force = Force(np.array([10.0]), np.full((2, 1), 1.0), np.array([[0.5, 0.5]]))
    plan = plan_search(need, force)
    assert plan.steps[0].segment == 1
    vulnerable = Need(need.people, np.array([1.0, 3.0]), np.full(2, np.inf), need.poa)
    short = Force(np.array([2.0]), force.effectiveness, force.from_base_h)
    assert {step.segment for step in plan_search(vulnerable, short).steps} == {1}


def test_nobody_is_sent_where_nothing_is_to_be_found_or_no_way_leads():
    need = Need(np.array([2.0]), np.ones(1), np.array([5.0]), np.array([[0.0, 0.5, 0.5]]))
    force = Force(np.array([8.0]), np.full((3, 1), 1.0), np.array([[0.1, 0.5, np.inf]]))
    plan = plan_search(need, force)
    assert {step.segment for step in plan.steps} == {1}
    assert plan.people <= 1.0
    nothing = plan_search(need, Force(np.array([0.0]), force.effectiveness, force.from_base_h))
    assert nothing.steps == ()
    with pytest.raises(Invalid):
        plan_search(need, Force(np.array([1.0]), np.full((2, 1), 1.0), np.array([[0.1, 0.5]])))
    with pytest.raises(Invalid):
        Force(np.array([1.0]), np.full((2, 1), -1.0), np.array([[0.1, 0.5]]))


GPX = b"""<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="18.34" lon="-64.73"><time>2017-09-13T12:00:00Z</time></trkpt>
<trkpt lat="18.35" lon="-64.73"><time>2017-09-13T13:30:00Z</time></trkpt></trkseg>
<trkseg><trkpt lat="18.36" lon="-64.72"/></trkseg></trk></gpx>"""
EVENT = b"""<?xml version="1.0"?><event uid="%s" time="2017-09-13T%sZ"><point lat="18.3" lon="%s"/></event>"""


def test_recorded_tracks_are_read_from_gpx_and_from_a_stream_of_cot():
    track = read_track(GPX)
    assert (track.places, track.hours) == (2, 1.5)  # a segment of one place went nowhere
    assert shapely.get_coordinates(track.line).tolist() == [[-64.73, 18.34], [-64.73, 18.35]]
    stream = b"".join(
        EVENT % row
        for row in (
            (b"boat", b"12:10:00", b"-64.72"),
            (b"team", b"12:00:00", b"-64.5"),
            (b"boat", b"12:00:00", b"-64.73"),
            (b"team", b"12:30:00", b"-64.6"),
        )
    )
    cot = read_track(stream)
    assert [part.coords[0] for part in cot.line.geoms] == [(-64.73, 18.3), (-64.5, 18.3)]
    assert cot.hours == 0.5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<gpx/>",
        GPX.replace(b"18.35", b"91"),
        GPX.replace(b"18.35", b"nan"),
        GPX.replace(b'lon="-64.73"', b""),
        b'<!DOCTYPE x [<!ENTITY a "b">]><gpx>&a;</gpx>',
        b"<event><point/></event>",
    ],
)
def test_a_file_without_a_track_is_refused(content):
    with pytest.raises(WatchfloorError):
        read_track(content)
