"""Equal-area cells, density and the hotspot layer made of them."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pyproj import Geod

from data.errors import BadFilter
from data.geo import inverse_mercator, mercator
from data.model import LonLat
from layers.analytics.cells import MAX_CELLS, Grid, cell_size, grid_over
from layers.analytics.density import density
from layers.hotspots import MAX_SHOWN, Asked, Kind, as_geojson, hotspots
from layers.registry import LAYERS
from tests.support.frames import CITY, Row, rows, view_of

extents = st.tuples(st.floats(-179, 170), st.floats(-80, 75), st.floats(0.01, 5), st.floats(0.01, 5)).map(
    lambda e: (e[0], e[1], e[0] + e[2], e[1] + e[3])
)


@given(extents, st.integers(0, 2**32 - 1))
def test_all_cells_cover_the_same_ground(extent, seed):
    grid = grid_over(extent, cell_m=cell_size(extent, 500, most=5_000))
    random = np.random.default_rng(seed)
    lon, lat, geod = grid.west_east, grid.south_north, Geod(ellps="WGS84")
    for column, row in zip(random.integers(0, grid.nx, 5), random.integers(0, grid.ny, 5), strict=True):
        w, e, s, n = lon[column], lon[column + 1], lat[row], lat[row + 1]
        # A cell's edges are parallels: geodesics between many points along them come close enough.
        xs = np.linspace(w, e, 200)
        area, _ = geod.polygon_area_perimeter([*xs, *xs[::-1]], [*np.full(200, s), *np.full(200, n)])
        assert abs(area) / 1e6 == pytest.approx(grid.area_km2, rel=1e-4)


@given(extents, st.integers(0, 2**32 - 1))
def test_every_place_is_in_the_cell_whose_edges_hold_it(extent, seed):
    grid = grid_over(extent, cell_m=cell_size(extent, 200, most=2_000))
    random = np.random.default_rng(seed)
    x, y = mercator(random.uniform(extent[0], extent[2], 50), random.uniform(extent[1], extent[3], 50))
    cell = grid.locate(x, y)
    lon, lat = inverse_mercator(x, y)
    row, column = np.divmod(cell, grid.nx)
    slack = 1e-6
    assert (cell >= 0).all()
    assert (grid.west_east[column] <= lon + slack).all()
    assert (lon - slack <= grid.west_east[column + 1]).all()
    assert (grid.south_north[row] <= lat + slack).all()
    assert (lat - slack <= grid.south_north[row + 1]).all()


@pytest.mark.parametrize("parallel", range(-84, 86, 2))
def test_rows_end_at_the_pole_wherever_cells_are_square(parallel):
    edges = Grid(parallel, 200_000.0, 0, -800, 4, 1_600).south_north
    assert (np.diff(edges) >= 0).all()
    assert (edges[0], edges[-1]) == (-90.0, 90.0)


def test_what_lies_outside_the_grid_is_in_no_cell():
    grid = grid_over((-71.2, 42.2, -70.9, 42.5), cell_m=1_000)
    x, y = mercator([-72.0, -70.0, -71.0, -71.0], [42.3, 42.3, 41.0, 43.0])
    assert (grid.locate(x, y) == -1).all()
    assert grid.counts(x, y).sum() == 0


def test_a_cell_keeps_its_edges_when_the_map_is_moved():
    first = grid_over((-71.2, 42.2, -70.9, 42.5), cell_m=1_000)
    moved = grid_over((-71.15, 42.23, -70.8, 42.45), cell_m=1_000)
    assert np.isin(np.round(moved.west_east[:20], 9), np.round(first.west_east, 9)).all()


@pytest.mark.parametrize("cell_m", [float("nan"), 1.0, 1e9, 25.0])
def test_cells_that_are_too_small_too_large_or_too_many_are_refused(cell_m):
    with pytest.raises(BadFilter):
        grid_over((-75.0, 40.0, -70.0, 45.0), cell_m=cell_m)
    assert len(grid_over((-75.0, 40.0, -70.0, 45.0), cell_m=5_000)) <= MAX_CELLS


@given(hnp.arrays(np.int64, (9, 12), elements=st.integers(0, 50)), st.floats(0.1, 4))
def test_density_is_counts_over_ground(counts, area_km2):
    found = density(counts, area_km2=area_km2)
    np.testing.assert_allclose(found.per_km2 * area_km2, counts)
    assert found.smoothed.min() >= -1e-9
    assert found.smoothed.max() <= found.per_km2.max() + 1e-9


@given(st.floats(0.5, 20), st.integers(0, 2**32 - 1))
def test_smoothing_an_even_surface_leaves_it_even_up_to_every_edge(level, seed):
    mask = np.random.default_rng(seed).random((12, 15)) > 0.3
    found = density(np.full((12, 15), level), area_km2=1.0, mask=mask)
    np.testing.assert_allclose(found.smoothed[mask], level)
    assert np.isnan(found.smoothed[~mask]).all()


def test_a_hotspot_is_where_the_reports_are_and_default_points_are_left_out_and_counted():
    random = np.random.default_rng(5)
    spread = [
        Row(fid=n, place=LonLat(*at))
        for n, at in enumerate(random.uniform((-71.2, 42.2), (-70.9, 42.5), (300, 2)).tolist())
    ]
    crowd = [
        Row(fid=1_000 + n, place=LonLat(*at))
        for n, at in enumerate(random.normal((-71.06, 42.36), 0.004, (200, 2)).tolist())
    ]
    stand_in = [Row(fid=5_000 + n, place=LonLat(-71.15, 42.25), located_by=7) for n in range(400)]
    view = view_of([*spread, *crowd, *stand_in])
    found = hotspots(view, Asked(kind=Kind.GI_STAR))
    assert (found.reports, found.left_out) == (500, 400)
    made = as_geojson(found)
    hottest = max(made["features"], key=lambda f: f["properties"]["z"] or 0)
    (west, south), _, (east, north), *_ = hottest["geometry"]["coordinates"][0]
    assert west - 0.02 < CITY.lon < east + 0.02
    assert south - 0.02 < CITY.lat < north + 0.02
    assert made["default_points_left_out"] == 400
    assert "Colour alone claims nothing" in made["note"]
    asked = hotspots(view_of([*spread, *crowd, *stand_in], "default_points=1"), Asked(kind=Kind.GI_STAR))
    assert (asked.reports, asked.left_out) == (900, 0)


@given(rows(), st.sampled_from([Kind.DENSITY, Kind.GI_STAR]))
def test_the_layer_answers_for_any_rows_with_few_cells_and_plain_json(made, kind):
    answer = as_geojson(hotspots(view_of(made), Asked(kind=kind)))
    counted = sum(1 for r in made if r.place is not None and r.scope != 3 and r.located_by != 7)
    assert len(answer["features"]) <= MAX_SHOWN
    assert answer["reports"] <= counted
    assert sum(f["properties"]["count"] for f in answer["features"]) <= counted
    assert orjson.loads(orjson.dumps(answer)) == orjson.loads(orjson.dumps(answer))
    if kind is Kind.DENSITY and counted and len(answer["features"]) < MAX_SHOWN:
        assert sum(f["properties"]["count"] for f in answer["features"]) == answer["reports"]


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_every_layer_says_what_it_is_and_where_its_data_is(name):
    from data.query import Query

    layer = LAYERS[name]
    assert layer.name == name
    assert layer.title
    assert layer.legend
    url = layer.source(Query.parse("severity=5"), token="abc")
    assert url.startswith(layer.url + "?")
    assert url.endswith("v=abc")
    assert ("severity=5" in url) == layer.filtered
    assert set(layer.as_dict()) >= {"name", "title", "kind", "url", "legend", "note"}
