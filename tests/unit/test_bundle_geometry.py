"""What the map computes by itself, held against the libraries that the server uses."""

from __future__ import annotations

import mgrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from data.query import Query
from tests.support.javascript import node_path, run

GEOD = Geod(ellps="sphere")
# The Earth is no sphere: between the two a distance differs by at most this share.
FLATTENING = 0.0034
places = st.tuples(st.floats(-179.9, 179.9), st.floats(-79.9, 83.9))
batches = st.lists(places, min_size=20, max_size=40)


@pytest.fixture(scope="module")
def node() -> str:
    return node_path()


@settings(max_examples=5)
@given(batch=batches)
def test_usng_is_what_the_server_writes(node: str, batch: list[tuple[float, float]]) -> None:
    script = """
    import { usng } from './src/map/coordinates.js';
    console.log(JSON.stringify(input.map(([lon, lat]) => usng(lon, lat).replaceAll(' ', ''))));
    """
    grid = mgrs.MGRS()
    for (lon, lat), ours in zip(batch, run(node, script, batch), strict=True):
        back_lat, back_lon = grid.toLatLon(ours)
        # To within the square metre that it names, and the float in between.
        assert GEOD.inv(lon, lat, back_lon, back_lat)[2] < 3


@settings(max_examples=5)
@given(batch=batches)
def test_degrees_minutes_seconds_read_back_within_a_tenth_of_a_second(
    node: str, batch: list[tuple[float, float]]
) -> None:
    script = """
    import { write } from './src/map/coordinates.js';
    console.log(JSON.stringify(input.map(([lon, lat]) => write({ lon, lat }, 'dms'))));
    """
    for (lon, lat), text in zip(batch, run(node, script, batch), strict=True):
        for part, degrees in zip(text.split(" "), (lat, lon), strict=True):
            whole, rest = part[:-1].split("°")
            minutes, seconds = rest.rstrip("″").split("′")
            assert int(minutes) < 60
            assert float(seconds) < 60
            sign = -1 if part[-1] in "SW" else 1
            read = sign * (int(whole) + int(minutes) / 60 + float(seconds) / 3600)
            assert read == pytest.approx(degrees, abs=0.06 / 3600)


@settings(max_examples=5)
@given(pairs=st.lists(st.tuples(places, places), min_size=10, max_size=20))
def test_measured_distance_is_the_geodesic(
    node: str, pairs: list[tuple[tuple[float, float], tuple[float, float]]]
) -> None:
    script = """
    import { distanceM } from './src/map/shapes.js';
    console.log(JSON.stringify(input.map(([a, b]) => distanceM(a, b))));
    """
    exact = Geod(ellps="WGS84")
    for (a, b), metres in zip(pairs, run(node, script, pairs), strict=True):
        assert metres == pytest.approx(exact.inv(*a, *b)[2], rel=2 * FLATTENING, abs=1)


def test_measured_area_is_the_geodesic_area(node: str) -> None:
    ring = [[-71.2, 42.2], [-70.9, 42.2], [-70.9, 42.5], [-71.2, 42.5], [-71.2, 42.2]]
    script = """
    import { areaM2 } from './src/map/shapes.js';
    console.log(JSON.stringify(areaM2(input)));
    """
    lons, lats = zip(*ring, strict=True)
    exact = abs(Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)[0])
    assert run(node, script, ring) == pytest.approx(exact, rel=2 * FLATTENING)


@settings(max_examples=5)
@given(
    circles=st.lists(
        st.tuples(st.floats(-170, 170), st.floats(-70, 70), st.integers(50, 20_000)), min_size=5, max_size=10
    )
)
def test_an_accuracy_ring_is_everywhere_at_its_distance(
    node: str, circles: list[tuple[float, float, int]]
) -> None:
    script = """
    import { circleRing } from './src/map/shapes.js';
    console.log(JSON.stringify(input.map(([lon, lat, metres]) => circleRing(lon, lat, metres))));
    """
    sphere = Geod(a=6371008.8, b=6371008.8)
    for (lon, lat, metres), ring in zip(circles, run(node, script, circles), strict=True):
        for at in ring:
            assert sphere.inv(lon, lat, *at)[2] == pytest.approx(metres, rel=1e-6)


def test_drawn_shapes_are_written_as_the_filter_reads_them(node: str) -> None:
    script = """
    import { circleRing, circleText, polygonText, rectangleText } from './src/map/shapes.js';
    const [lon, lat, metres] = input;
    const box = [[lon, lat], [lon + 0.2, lat], [lon + 0.2, lat + 0.1], [lon, lat + 0.1], [lon, lat]];
    const bent = [[lon, lat], [lon, lat], [lon + 0.2, lat], [lon + 0.1, lat + 0.1], [lon, lat]];
    const circle = circleText(circleRing(lon, lat, metres));
    console.log(JSON.stringify([circle, rectangleText(box), polygonText(bent)]));
    """
    circle, rectangle, polygon = run(node, script, [-71.06, 42.36, 1200])
    assert (rectangle, polygon) == ("r:-71.06,42.36,-70.86,42.46", "p:-71.06,42.36;-70.86,42.36;-70.96,42.46")
    lon, lat, metres = (float(part) for part in circle[2:].split(","))
    assert (lon, lat, metres) == (
        pytest.approx(-71.06, abs=1e-3),
        pytest.approx(42.36, abs=1e-3),
        pytest.approx(1200, abs=5),
    )
    for shape in (circle, rectangle, polygon):
        assert Query.parse({"shape": shape}).canonical()


@pytest.mark.parametrize(
    "text", ["", "p:", "p:1,2;3,4", "r:1,2,3", "c:1,2", "c:a,b,c", "x:1,2,3,4", "p:1,2;3;4,5,6"]
)
def test_a_malformed_shape_is_not_drawn(node: str, text: str) -> None:
    script = """
    import { shapeRings } from './src/map/shapes.js';
    console.log(JSON.stringify(shapeRings(input)));
    """
    rings = run(node, script, text)
    assert rings == [] or text == "p:1,2;3;4,5,6"
