"""Places as numbers: against pyproj, and round trips that must come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from data.errors import BadCoordinates
from data.geo import (
    MAX_MERCATOR_LAT,
    WORLD,
    bearing_deg,
    cell_of,
    checked,
    distance_m,
    inverse_mercator,
    mercator,
    metres_per_degree,
    morton,
    morton_cells,
    morton_xy,
)
from data.model import LonLat

lons = st.floats(-180, 180, allow_nan=False)
lats = st.floats(-85.05, 85.05, allow_nan=False)
steps = st.integers(0, WORLD - 1)


@given(steps, steps)
def test_a_morton_code_gives_its_coordinates_back(x: int, y: int) -> None:
    code = morton(np.array([x]), np.array([y]))
    assert [int(part[0]) for part in morton_xy(code)] == [x, y]
    assert 0 <= int(code[0]) < 1 << 62


@given(steps, steps, st.integers(0, 31))
def test_a_tile_is_one_run_of_morton_codes(x: int, y: int, zoom: int) -> None:
    shift = 31 - zoom
    code = int(morton(np.array([x]), np.array([y]))[0])
    tile = int(morton(np.array([x >> shift]), np.array([y >> shift]))[0])
    assert tile << (2 * shift) <= code < (tile + 1) << (2 * shift)


@given(lons, lats)
def test_mercator_and_back_is_within_two_centimetres(lon: float, lat: float) -> None:
    back_lon, back_lat = inverse_mercator(*mercator([lon], [lat]))
    assert abs(back_lon[0] - lon) <= 360 / WORLD
    assert abs(back_lat[0] - lat) <= 360 / WORLD


@given(lons, lats)
def test_mercator_agrees_with_pyproj(lon: float, lat: float) -> None:
    east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    half = 20_037_508.342789244
    x, y = mercator([lon], [lat])
    assert abs(x[0] - (east + half) / (2 * half) * WORLD) <= 2
    assert abs(y[0] - (half - north) / (2 * half) * WORLD) <= 2


@given(lons, st.floats(-90, 90))
def test_every_place_on_earth_has_a_cell(lon: float, lat: float) -> None:
    assert 0 <= cell_of(LonLat(lon, lat)) < 1 << 62


def test_poles_are_clamped_to_the_edge_of_the_map() -> None:
    _, y = mercator([0.0, 0.0], [90.0, -90.0])
    assert y.tolist() == mercator([0.0, 0.0], [MAX_MERCATOR_LAT, -MAX_MERCATOR_LAT])[1].tolist()
    assert y[0] == 0
    assert y[1] >= WORLD - 2


def test_both_sides_of_the_antimeridian_lie_at_the_edges() -> None:
    x, _ = mercator([-180.0, 180.0], [0.0, 0.0])
    assert x.tolist() == [0, WORLD - 1]


def test_cells_of_many_places_are_those_of_each() -> None:
    lon, lat = np.array([-71.06, -64.75, 139.7]), np.array([42.36, 18.33, 35.7])
    singles = [cell_of(LonLat(a, b)) for a, b in zip(lon.tolist(), lat.tolist(), strict=True)]
    assert morton_cells(lon, lat).tolist() == singles


@given(lons, st.floats(-89, 89), lons, st.floats(-89, 89))
def test_distance_is_within_half_a_percent_and_a_metre_of_the_ellipsoid(
    lon1: float, lat1: float, lon2: float, lat2: float
) -> None:
    there_and_back = distance_m(LonLat(lon1, lat1), [lon2], [lat2])[0]
    true = Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)[2]
    assert there_and_back == pytest.approx(true, rel=0.006, abs=1)


@given(lons, lats, lons, lats)
def test_distance_is_the_same_both_ways(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    out = distance_m(LonLat(lon1, lat1), lon2, lat2)
    back = distance_m(LonLat(lon2, lat2), lon1, lat1)
    assert float(out) == pytest.approx(float(back), abs=1e-3)


@pytest.mark.parametrize(
    ("there", "expected"),
    [((0, 1), 0), ((1, 0), 90), ((0, -1), 180), ((-1, 0), 270)],
    ids=["N", "E", "S", "W"],
)
def test_bearings_are_clockwise_from_north(there: tuple[float, float], expected: float) -> None:
    assert bearing_deg(LonLat(0, 0), LonLat(*there)) == pytest.approx(expected)


@given(lons, st.floats(-80, 80), lons, st.floats(-80, 80))
def test_a_bearing_is_within_the_circle(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    assert 0 <= bearing_deg(LonLat(lon1, lat1), LonLat(lon2, lat2)) < 360


def test_a_degree_of_longitude_shrinks_with_the_cosine() -> None:
    east, north = metres_per_degree(60)
    assert east == pytest.approx(north / 2)
    assert north == pytest.approx(111_195, abs=1)


@pytest.mark.parametrize("lon", [math.nan, math.inf, -math.inf, 180.0001, -181, -7_911_000])
def test_a_longitude_that_is_no_place_is_refused(lon: float) -> None:
    with pytest.raises(BadCoordinates) as refused:
        checked(lon, 0)
    assert refused.value.status == 400
    assert refused.value.hint


@pytest.mark.parametrize("lat", [math.nan, math.inf, 91, -90.5, 5_200_000])
def test_a_latitude_that_is_no_place_is_refused(lat: float) -> None:
    with pytest.raises(BadCoordinates):
        checked(0, lat)


@given(lons, st.floats(-90, 90))
def test_a_place_on_earth_passes_unchanged(lon: float, lat: float) -> None:
    assert checked(lon, lat) == LonLat(lon, lat)
