"""What each kind of evidence says, against shapely, the geodesic and pictures taken by hand."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from data.errors import Invalid, TooLarge
from layers.rescue.evidence import Evidence
from layers.rescue.grid import Grid
from layers.rescue.kernels import PER_ACCURACY
from layers.rescue.likelihoods import log_likelihood
from layers.rescue.raster import cover
from tests.support.rescue import LAT, LON, NOW, SQUARE, coast, piece

GEOD = Geod(ellps="WGS84")


def mass(told: Evidence, grid: Grid, *, now=NOW) -> np.ndarray:
    """Return what evidence says alone, as mass per cell, without the even part."""
    log_l, _ = log_likelihood(grid, told, now)
    r = told.reliability
    return np.asarray((np.exp(log_l) - (1 - r)) / r / len(grid))


def middle(table: np.ndarray, grid: Grid) -> tuple[float, float]:
    """Return the middle of mass on the plane."""
    return float((table.sum(axis=0) * grid.x).sum() / table.sum()), float(
        (table.sum(axis=1) * grid.y).sum() / table.sum()
    )


def about(grid: Grid, lon: float = LON, lat: float = LAT) -> tuple[np.ndarray, np.ndarray]:
    """Return the true bearing and distance of each cell from a place, by the geodesic."""
    east, north = grid.centres_lonlat()
    start = np.full(len(grid), lon), np.full(len(grid), lat)
    azimuth, _, distance = GEOD.inv(*start, east, north)
    return np.asarray(azimuth).reshape(grid.shape), np.asarray(distance).reshape(grid.shape)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-700, 700), st.floats(-700, 700)), min_size=3, max_size=9),
    st.floats(0, 250),
)
def test_cover_is_the_share_of_each_cell_that_shapely_cuts(corners, hole):
    outer = shapely.MultiPoint(corners).convex_hull
    shape = shapely.difference(outer, shapely.Point(corners[0]).buffer(hole)) if hole > 1 else outer
    grid = Grid(0.0, 0.0, 100, 10, 10)
    west, south = np.meshgrid(grid.x - 50, grid.y - 50)
    cells = shapely.box(west, south, west + 100, south + 100)
    exact = shapely.area(shapely.intersection(cells, shape)) / 100**2
    patch = cover(grid, shape) if shape.area > 0 else None
    table = np.zeros(grid.shape)
    if patch is not None:
        table[patch.where] = patch.values
    np.testing.assert_allclose(table, exact, atol=0.07)  # rows are cut at sixteen heights
    assert table.mean() == pytest.approx(exact.mean(), abs=0.01)


def test_soft_edges_keep_all_mass_narrow_or_wide():
    grid = coast(20, 400)
    square = shapely.box(-500, -500, 500, 500)
    for softness in (30.0, 90.0, 300.0):
        patch = cover(grid, square, softness_m=softness)
        assert patch.values.sum() * 400 == pytest.approx(1e6, rel=1e-3)
        row = patch.values[patch.values.shape[0] // 2]
        at_edge = row[np.argmin(np.abs(grid.x[patch.where[1]] - 490))]
        assert at_edge == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("bearing", [0, 60, 135, 250, 359])
@pytest.mark.parametrize("where", [(LON, LAT), (-72.3, 18.5), (25.0, 68.0)])
def test_a_bearing_lies_where_the_geodesic_says(bearing, where):
    lon, lat, _ = GEOD.fwd(*where, bearing, 3_000)
    # The grid's centre is elsewhere, where the plane's north is not the origin's.
    grid = Grid.around([(lon, lat), (where[0] + 2.0, where[1])], cell_m=500, margin_m=4_000)
    params = {"lon": where[0], "lat": where[1], "bearing_deg": bearing, "distance_m": 3_000}
    told = piece("bearing", params={**params, "spread_deg": 5, "spread_m": 300})
    x, y = middle(mass(told, grid), grid)
    [true_x], [true_y] = grid.to_plane([lon], [lat])
    assert math.hypot(x - true_x, y - true_y) < 60


def test_a_bearing_may_say_direction_or_distance_alone():
    grid = coast()
    bearing, distance = about(grid)
    north = mass(piece("bearing", params={"bearing_deg": 0, "distance_m": None, "spread_m": 1_000}), grid)
    assert north[np.abs(bearing) < 60].sum() > 0.95
    ring = mass(piece("bearing", params={"bearing_deg": None, "distance_m": 1_500, "spread_m": 100}), grid)
    assert ring[np.abs(distance - 1_500) < 300].sum() > 0.99
    for quarter in (0, 90, 180, -90):
        assert ring[np.abs((bearing - quarter + 180) % 360 - 180) < 45].sum() == pytest.approx(0.25, abs=0.01)
    with pytest.raises(Invalid, match="bearing_deg or distance_m"):
        mass(piece("bearing", params={"bearing_deg": None, "distance_m": None}), grid)


def test_a_cell_sector_is_even_over_its_ground_and_soft_beyond():
    grid = coast()
    bearing, distance = about(grid)
    off = np.abs((bearing - 200 + 180) % 360 - 180)
    whole = mass(piece("cell_sector"), grid)
    assert whole[(off < 65) & (distance < 2_300)].sum() > 0.93
    deep = whole[(off < 40) & (distance > 400) & (distance < 1_500)]
    assert deep.max() / deep.min() < 1.05
    ring = mass(piece("cell_sector", params={"ring_m": [1_000, 1_500]}), grid)
    assert ring[(distance > 900) & (distance < 1_600)].sum() > 0.9
    # Three sectors of 120 degrees see all round.
    three = sum(
        np.exp(log_likelihood(grid, piece("cell_sector", params={"azimuth_deg": a}), NOW)[0])
        for a in (0, 120, 240)
    )
    assert np.ptp(three[(distance > 300) & (distance < 1_500)]) < 0.35 * three.max()


def test_a_sighting_grows_stale_as_they_walk():
    grid = coast()
    for hours in (0, 1, 2):
        table = mass(piece("sighting"), grid, now=NOW - timedelta(minutes=10) + timedelta(hours=hours))
        sigma = math.hypot(50 * PER_ACCURACY, 0.5 * 3_600 * hours)
        if hours == 2:  # 3.6 km: much of it has left the grid
            assert table.sum() < 0.6
            continue
        spread = math.sqrt((table.sum(axis=0) * grid.x**2).sum() / table.sum())
        assert spread == pytest.approx(sigma, rel=0.25 if hours else 0.05)


def test_distance_statistics_hold_their_quantiles_and_the_point_its_share():
    grid = coast(10, 700)
    _, distance = about(grid)
    table = mass(piece("last_known"), grid)
    for share, metres in [[0.25, 300], [0.5, 700], [0.75, 1200], [0.95, 1600]]:
        assert table[distance <= metres].sum() == pytest.approx(0.1 + 0.9 * share, abs=0.005)
    assert table[distance < 15].sum() > 0.1


def test_a_picture_shows_the_ground_before_the_camera():
    grid = coast()
    bearing, distance = about(grid)
    tilted = mass(piece("footprint"), grid)
    # 30° down, half the picture's height 19.3°: from 200/tan 49.3° = 172 m to 200/tan 10.7° = 1,058 m.
    assert tilted[(distance > 100) & (distance < 1_250)].sum() > 0.93
    assert tilted[np.abs((bearing - 300 + 180) % 360 - 180) < 40].sum() > 0.93
    straight = mass(piece("footprint", params={"pitch_deg": -90, "altitude_m": 500}), grid)
    assert math.hypot(*middle(straight, grid)) < 15
    level = mass(piece("footprint", params={"pitch_deg": None}), grid)
    assert level[distance < 2_200].sum() > 0.95
    there = {"lon": -64.738, "lat": 18.345, "accuracy_m": 150}
    near = mass(piece("footprint", params={"landmarks": [there]}), grid)
    _, off = about(grid, -64.738, 18.345)
    assert near[off < 300].sum() > 1.5 * tilted[off < 300].sum()
    with pytest.raises(Invalid, match="shows no ground"):
        mass(piece("footprint", params={"altitude_m": 40_000}), grid)


def test_a_searched_track_tells_most_beneath_it_and_damage_raises_its_ground():
    grid = coast()
    track = {"type": "LineString", "coordinates": [[-64.745, LAT], [-64.715, LAT]]}
    told = Evidence("track", "searched", {"track": track, "sweep_m": 200}, reliability=1.0)
    log_l, beyond = log_likelihood(grid, told, NOW)
    [x], [y] = grid.to_plane([LON], [LAT])
    row = int((y - grid.y0) / grid.cell_m)
    across = np.exp(log_l[:, int((x - grid.x0) / grid.cell_m)])
    assert across[row] == pytest.approx(math.exp(-1), abs=0.02)  # swept once: C = 1
    assert across[row + 8] == 1
    assert beyond == 0
    raised, _ = log_likelihood(grid, piece("damage", reliability=0.5), NOW)
    assert np.exp(raised.max()) == pytest.approx(3)
    assert raised.min() == 0


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("rumour", {}),
        ("point", {"lon": math.nan}),
        ("point", {"lat": 91}),
        ("point", {"accuracy_m": 0}),
        ("candidates", {"places": []}),
        ("area", {"shape": {"type": "Point", "coordinates": [0, 0]}}),
        ("area", {"shape": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}),
        ("area", {"shape": {"type": "Polygon", "coordinates": [[[0, 0], [1e9, 1], [1, 0], [0, 0]]]}}),
        ("area", {"shape": "POLYGON((0 0,1 1,1 0,0 0))"}),
        ("area", {"shape": {"type": "Polygon", "coordinates": [[[170, -18], [170.1, -18], [170, -18.1]]]}}),
        ("near_line", {"line": SQUARE}),
        ("cell_sector", {"ring_m": [500, 100]}),
        ("last_known", {"quantiles": [[0.5, 100], [0.4, 200]]}),
        ("searched", {"pod": 1.2}),
        ("searched", {"shape": None}),
        ("damage", {"factor": 0}),
    ],
)
def test_evidence_that_makes_no_sense_is_refused_in_words(kind, params):
    told = Evidence("x", kind, {**piece(kind).params, **params} if kind != "rumour" else params)
    with pytest.raises(Invalid) as refused:
        log_likelihood(coast(), told, NOW)
    assert refused.value.hint


def test_evidence_beyond_the_grid_says_that_they_are_elsewhere():
    for kind in ("point", "sighting", "bearing", "visible_from", "last_known", "cell_sector", "footprint"):
        for lon in (-60.0, 115.27):  # another island, and the other side of the Earth
            log_l, beyond = log_likelihood(coast(), piece(kind, params={"lon": lon}), NOW)
            assert beyond == pytest.approx(0, abs=1e-6)
            assert np.exp(log_l.max()) == pytest.approx(0.2, abs=1e-6)


def test_a_grid_has_equal_cells_finds_them_again_and_keeps_its_limit():
    grid = Grid.around((-64.8, 18.3, -64.66, 18.38), cell_m=100)
    lon, lat = grid.centres_lonlat()
    np.testing.assert_array_equal(grid.cells_of(lon, lat), np.arange(len(grid)))
    some = grid.polygons([0, len(grid) // 2, len(grid) - 1])
    assert [abs(GEOD.geometry_area_perimeter(each)[0]) for each in some] == pytest.approx([1e4] * 3, rel=1e-6)
    assert (grid.cells_of([0.0, 115.0, math.nan], [0.0, -18.0, 0.0]) == -1).all()
    across = Grid.around([(179.95, -17.0), (-179.95, -17.0)], cell_m=500)
    assert across.columns < 30
    with pytest.raises(TooLarge):
        Grid.around((-64.8, 18.3, -64.66, 18.38), cell_m=1)
    for bad in ((0, 1, 1, 0), (0, 0, 1, math.nan), (0, -91, 1, 0)):
        with pytest.raises(Invalid):
            Grid.around(bad)
    with pytest.raises(Invalid):
        Grid(0, 0, 0, 1, 1)
