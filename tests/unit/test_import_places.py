"""Places of imported rows: what cannot be is told apart, default points are found, honest stacks are not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import Invalid
from data.importers.places import default_points, faults, to_degrees

BOSTON = ((-71.2, 42.2, -70.9, 42.4),)


def reason(lon: float, lat: float, areas: tuple[tuple[float, float, float, float], ...] = ()) -> str | None:
    found = faults(np.array([lon]), np.array([lat]), areas=areas)
    return next((name for name, flags in found if flags[0]), None)


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (-71.06, 42.36, None),
        (0.0, 0.0, "zero_coordinates"),
        (42.36, -71.06, "swapped_axes"),
        (-7909162.0, 5216074.0, "metres_in_degrees"),
        (-71.06, 91.0, "outside_earth"),
        (float("inf"), 42.0, "outside_earth"),
        (-80.0, 25.0, "outside_area"),
        (0.0, 42.3, "outside_area"),
        (float("nan"), 42.3, None),
    ],
)
def test_each_wrong_place_has_its_own_reason(lon: float, lat: float, expected: str | None) -> None:
    assert reason(lon, lat, BOSTON) == expected


def test_axes_swapped_beyond_the_pole_are_seen_without_an_area() -> None:
    assert reason(42.36, -121.06) == "swapped_axes"
    assert reason(42.36, 95.0) == "swapped_axes"


def test_a_row_swapped_against_all_the_others_is_seen_without_an_area() -> None:
    lon, lat = np.full(50, -72.3), np.full(50, 18.5)
    lon[7], lat[7] = 18.5, -72.3
    found = dict(faults(lon + np.linspace(0, 0.1, 50), lat, areas=()))
    assert np.flatnonzero(found["swapped_axes"]).tolist() == [7]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=30))
def test_places_on_earth_without_an_area_are_never_called_off_the_earth(
    places: list[tuple[float, float]],
) -> None:
    lon, lat = np.array(places).T
    found = dict(faults(lon, lat, areas=()))
    assert not found["outside_earth"].any()


def test_metres_and_local_grids_become_degrees() -> None:
    x, y = np.array([-7910240.56]), np.array([5214839.82])
    lon, lat = to_degrees(x, y, "EPSG:3857")
    assert lon[0] == pytest.approx(-71.0596, abs=1e-3)
    assert lat[0] == pytest.approx(42.3585, abs=1e-3)
    lon, lat = to_degrees(np.array([0.0]), np.array([1000.0]), "local:-71,42")
    assert (lon[0], lat[0]) == pytest.approx((-71.0, 42.009), abs=1e-4)


@pytest.mark.parametrize(
    "crs", ["EPSG:999999", "+proj=pipeline +step +init=/etc/passwd", "local:a,b", "whatever"]
)
def test_a_coordinate_system_that_is_none_is_refused(crs: str) -> None:
    with pytest.raises(Invalid):
        to_degrees(np.zeros(1), np.zeros(1), crs)


def spread(count: int) -> tuple[list[float], list[float], list[str]]:
    return [-71 + i * 1e-4 for i in range(count)], [42.3] * count, [f"{i} Elm St" for i in range(count)]


def flagged(lon: list[float], lat: list[float], address: list[str | None] | None) -> int:
    said = None if address is None else pl.Series(address, dtype=pl.String)
    return int(default_points(np.array(lon), np.array(lat), said)[0].sum())


def test_many_addresses_on_one_spot_are_a_default_point() -> None:
    lon, lat, address = spread(500)
    assert flagged(lon + [-71.5] * 60, lat + [42.5] * 60, address + [f"{i} Oak St" for i in range(60)]) == 60


def test_many_records_of_one_address_are_a_busy_place() -> None:
    lon, lat, address = spread(500)
    assert flagged(lon + [-71.5] * 400, lat + [42.5] * 400, [*address, *["Police station"] * 400]) == 0


def test_spellings_of_one_address_do_not_make_it_many() -> None:
    lon, lat, address = spread(500)
    spellings = ["1 Oak St", "1 OAK ST", "1 Oak St.", "1, oak st"] * 15
    assert flagged(lon + [-71.5] * 60, lat + [42.5] * 60, address + spellings) == 0


def test_without_addresses_a_spot_must_stand_out_by_far() -> None:
    lon, lat, _ = spread(2_000)
    assert flagged(lon + [-71.5] * 200, lat + [42.5] * 200, None) == 200
    busy = [-71.5 + i for i in range(20) for _ in range(200)]
    assert flagged(lon + busy, lat + [42.5] * len(busy), None) == 0


def test_snapped_points_with_a_name_each_are_no_default_points() -> None:
    lon = [round(-71 + (i % 300) * 1e-3, 3) for i in range(30_000)]
    assert flagged(lon, [42.0] * 30_000, [f"On or near {value}" for value in lon]) == 0
