"""Cells that cannot hold a report are masked, exactly; cells that do hold one never are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.geo import WORLD, mercator
from data.mirror import View
from data.mirror.geography import in_shape, near_sites
from data.mirror.selection import RowTests
from data.model import LonLat
from data.query import Near, Query
from layers.hotspots import Asked, Hotspots, Kind, ground_of, hotspots
from layers.hotspots.land import land_in, touched
from tests.support.frames import Row, snapshot_of, view_of

HARBOR, CITY_HALL, ATLANTIC = LonLat(-70.9, 42.30), LonLat(-71.058, 42.360), LonLat(-70.2, 42.2)


def _turns(lon: list[float], lat: list[float]) -> tuple[np.ndarray, np.ndarray]:
    x, _ = mercator(lon, np.zeros(len(lon)))
    _, y = mercator(np.zeros(len(lat)), lat)
    return x / WORLD, y / WORLD


def _spread(
    count: int = 400, box: tuple[float, ...] = (-71.3, 42.1, -70.1, 42.6), seed: int = 1
) -> list[Row]:
    at = np.random.default_rng(seed).uniform(box[:2], box[2:], (count, 2)).tolist()
    return [Row(fid=n + 1, place=LonLat(*place)) for n, place in enumerate(at)]


def _cell_at(found: Hotspots, at: LonLat) -> tuple[int, int]:
    assert found.grid is not None
    (cell,) = found.grid.locate(*(np.array([v], dtype=np.int32) for v in mercator(at.lon, at.lat)))
    return divmod(int(cell), found.grid.nx)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.01]),
)
def test_blocks_decide_what_each_box_would_decide_alone(seed, nx, ny, slack):
    random = np.random.default_rng(seed)
    ring = random.uniform(-0.2, 1.2, (8, 2))
    shape = shapely.make_valid(shapely.Polygon(ring))
    x, y = np.linspace(0, 1, nx + 1), np.linspace(0, 1, ny + 1)
    left, low = np.meshgrid(x[:-1], y[:-1])
    right, high = np.meshgrid(x[1:], y[1:])
    alone = shapely.intersects(shape, shapely.box(left - slack, low - slack, right + slack, high + slack))
    assert (touched(shape, x, y, slack=slack) == alone).all()


@pytest.mark.parametrize(
    ("name", "lon", "lat", "land"),
    [
        ("downtown Boston", -71.06, 42.355, True),
        ("off Cape Ann", -70.3, 42.7, False),
        ("Massachusetts Bay", -70.6, 42.3, False),
        ("Nantucket", -70.05, 41.28, True),
        ("St. John", -64.74, 18.34, True),
        ("south of St. Croix", -64.75, 17.4, False),
        ("Montreal, beyond the border", -73.6, 45.5, True),
        ("Lake Superior", -87.5, 47.8, False),
        ("Paris", 2.35, 48.85, True),
        ("mid-Atlantic", -40.0, 30.0, False),
    ],
)
def test_water_is_what_the_map_draws_as_water(name, lon, lat, land):
    for size in (0.01, 0.03):
        x, y = _turns([lon - size, lon, lon + size], [lat - size, lat, lat + size])
        assert land_in(x, y).all() if land else not land_in(x, y).any(), name


def test_rows_and_columns_may_run_either_way():
    x, y = _turns(np.linspace(-71.2, -70.8, 41).tolist(), np.linspace(42.2, 42.5, 31).tolist())
    plain = land_in(x, y[::-1])
    assert plain.any()
    assert not plain.all()
    assert (land_in(x, y) == plain[::-1]).all()
    assert (land_in(x[::-1], y[::-1]) == plain[:, ::-1]).all()


def test_cells_at_sea_are_masked_unless_a_report_lies_there():
    found = hotspots(view_of(_spread()), Asked(cell_m=2_000))
    valid = found.validity
    assert valid is not None
    assert found.masked["masked_water"] > 100
    assert valid.valid[_cell_at(found, CITY_HALL)]
    afloat = next(
        row.place for row in _spread() if row.place and row.place.lon > -70.5 and row.place.lat > 42.2
    )
    assert valid.valid[_cell_at(found, afloat)]
    assert found.masked["all"] == sum(found.masked[k] for k in ("valid", "masked_water", "masked_outside"))
    assert found.tests == found.masked["valid"]


def _within(rows: list[Row], text: str, sites: list[LonLat] | None = None) -> tuple[View, Query]:
    snapshot, query = snapshot_of(rows, sites=sites or []), Query.parse(text)
    nothing = np.zeros(len(rows), dtype=np.bool_)
    frame = snapshot.incidents
    tests = RowTests(
        text=lambda: nothing,
        areas=lambda: nothing,
        shapes=lambda: np.logical_or.reduce([in_shape(frame, shape) for shape in query.shapes]),
        near=lambda: near_sites(
            frame,
            snapshot.sites,
            query.near or Near("*", "", 1.0),
            visible=np.array([False, True, True, False]),
        ),
    )
    return view_of(snapshot, text, tests=tests), query


def test_what_the_filter_leaves_out_is_masked_and_not_counted_as_nothing():
    view, query = _within(_spread(), "shape=r:-71.2,42.2,-71.0,42.4")
    ground = ground_of(query, [])
    found = hotspots(view, Asked(cell_m=1_000, within=ground, bbox=(-71.3, 42.1, -70.9, 42.5)))
    assert found.validity is not None
    assert found.grid is not None
    lon, lat = found.grid.west_east, found.grid.south_north
    inside = np.zeros(found.validity.valid.shape, dtype=np.bool_)
    inside[np.ix_((lat[1:] >= 42.2) & (lat[:-1] <= 42.4), (lon[1:] >= -71.2) & (lon[:-1] <= -71.0))] = True
    assert (found.validity.outside == ~inside).all()
    assert not found.validity.valid[~inside].any()
    _, query = _within(_spread(), "shape=r:-71.2,42.2,-71.0,42.4&not=shape")
    assert ground_of(query, []) is None


def test_cells_too_far_from_the_sites_of_the_filter_are_outside():
    site = LonLat(-71.1, 42.3)
    view, _ = _within(_spread(3_000), "near=energy:3000", sites=[site])
    found = hotspots(view, Asked(cell_m=500, bbox=(-71.3, 42.1, -70.9, 42.5)))
    assert found.validity is not None
    assert found.grid is not None
    assert found.reports > 0
    assert found.validity.outside.any()
    assert found.validity.valid[_cell_at(found, site)]


def test_area_and_shape_together_restrict_to_what_is_in_both():
    area = shapely.box(-71.1, 42.3, -71.0, 42.4)
    query = Query.parse("area=018f0000-0000-7000-8000-000000000000&shape=r:-71.05,42.2,-70.9,42.35")
    ground = ground_of(query, [area])
    assert ground is not None
    assert ground.equals(shapely.box(-71.05, 42.3, -71.0, 42.35))


@pytest.mark.parametrize("kind", [Kind.DENSITY, Kind.GI_STAR])
def test_a_damaged_basemap_masks_no_water_and_the_method_says_so(kind, monkeypatch):
    from layers.basemap.archives import DamagedBasemap
    from layers.hotspots import mask

    def broken(_grid):
        raise DamagedBasemap("gone")

    monkeypatch.setattr(mask, "_land_of", broken)
    found = hotspots(view_of(_spread()), Asked(kind=kind, cell_m=2_000))
    assert found.masked["masked_water"] == 0
    assert "the basemap could not be read" in found.method.text
