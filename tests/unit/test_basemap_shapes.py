"""The shipped basemap: its size, its seams, and whether islands are land and bays are water."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from layers.basemap import Archive, open_archive
from layers.basemap.choices import BUILTIN_FILE

EXTENT = 4096
BOSTON_BOX = (-71.14, 42.255, -70.86, 42.41)
SAINT_JOHN_BOX = (-64.81, 18.295, -64.655, 18.378)

LAND = {
    "Deer Island": (-70.9575, 42.3525),
    "Long Island": (-70.9640, 42.3225),
    "Spectacle Island": (-70.9860, 42.3240),
    "Georges Island": (-70.9290, 42.3205),
    "Thompson Island": (-71.0100, 42.3150),
    "Peddocks Island": (-70.9350, 42.2970),
    "Gallops Island": (-70.9385, 42.3262),
    "Castle Island": (-71.0115, 42.3380),
    "Logan Airport": (-71.0130, 42.3650),
    "Hull": (-70.9050, 42.3060),
    "Nantucket": (-70.0700, 41.2800),
    "Cuttyhunk": (-70.9320, 41.4220),
    "Provincetown": (-70.1900, 42.0550),
    "Quincy": (-71.0020, 42.2520),
    "Cruz Bay village": (-64.7900, 18.3310),
    "Bordeaux Mountain": (-64.7270, 18.3340),
    "East End": (-64.6690, 18.3410),
    "Water Island": (-64.9530, 18.3190),
    "Buck Island": (-64.6200, 17.7875),
    "Christiansted": (-64.7050, 17.7440),
    "Worcester": (-71.8020, 42.2620),
}
WATER = {
    "Boston Inner Harbor": (-71.0400, 42.3590),
    "Charles River Basin": (-71.0800, 42.3575),
    "Nantasket Roads": (-70.9150, 42.3130),
    "President Roads": (-70.9750, 42.3370),
    "Dorchester Bay": (-71.0230, 42.3230),
    "Quincy Bay": (-70.9700, 42.2850),
    "Cape Cod Bay": (-70.2700, 41.9000),
    "Coral Harbor": (-64.7100, 18.3400),
    "Hurricane Hole": (-64.6990, 18.3480),
    "Francis Bay": (-64.7450, 18.3660),
    "Round Bay": (-64.6820, 18.3400),
    "Rendezvous Bay": (-64.7570, 18.3130),
    "Charlotte Amalie Harbor": (-64.9280, 18.3340),
    "Pillsbury Sound": (-64.8200, 18.3350),
}


@pytest.fixture(scope="module")
def archive() -> Archive:
    return open_archive(BUILTIN_FILE)


def tile_xy(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    y = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return (lon / 360 + 0.5) * 2**zoom, y * 2**zoom


def layers_of(archive: Archive, z: int, x: int, y: int) -> dict[str, Any]:
    tile = archive.tile(z, x, y)
    if tile is None:
        return {}
    return dict(mapbox_vector_tile.decode(tile.unpacked(), default_options={"y_coord_down": True}))


def shape(archive: Archive, layer: str, z: int, x: int, y: int) -> shapely.Geometry:
    """Return the polygons of a layer of a tile, in tile units."""
    features = layers_of(archive, z, x, y).get(layer, {"features": []})["features"]
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    return shapely.union_all([shapely.make_valid(one) for one in shapes])


def dry(archive: Archive, z: int, x: int, y: int) -> shapely.Geometry:
    return shapely.difference(shape(archive, "land", z, x, y), shape(archive, "water", z, x, y))


def is_land(archive: Archive, lon: float, lat: float, zoom: int) -> bool:
    x, y = tile_xy(lon, lat, zoom)
    point = shapely.Point((x % 1) * EXTENT, (y % 1) * EXTENT)
    return bool(shapely.contains(dry(archive, zoom, int(x), int(y)), point))


def is_ground(archive: Archive, lon: float, lat: float) -> bool:
    """Return whether the map of zoom 10 shows land: that of the United States or that abroad."""
    x, y = tile_xy(lon, lat, 6)
    point = shapely.Point((x % 1) * EXTENT, (y % 1) * EXTENT)
    abroad = shape(archive, "abroad", 6, int(x), int(y))
    return is_land(archive, lon, lat, 10) or bool(shapely.contains(abroad, point))


def land_in(archive: Archive, box: tuple[float, float, float, float], zoom: int = 12) -> shapely.Geometry:
    """Return the land in a box, in degrees."""
    left, top = tile_xy(box[0], box[3], zoom)
    right, bottom = tile_xy(box[2], box[1], zoom)
    parts = []
    square = shapely.box(0, 0, EXTENT, EXTENT)
    for x in range(int(left), int(right) + 1):
        for y in range(int(top), int(bottom) + 1):
            piece = shapely.intersection(dry(archive, zoom, x, y), square)

            def degrees(c: Any, x: int = x, y: int = y) -> Any:
                turns = (c / EXTENT + (x, y)) / 2**zoom
                lat = np.degrees(np.arctan(np.sinh((0.5 - turns[:, 1]) * 2 * np.pi)))
                return np.column_stack([(turns[:, 0] - 0.5) * 360, lat])

            parts.append(shapely.make_valid(shapely.transform(piece, degrees)))
    return shapely.intersection(shapely.union_all(parts), shapely.box(*box))


def likeness(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(one, other)) / shapely.area(shapely.union(one, other)))


def test_the_file_is_within_its_limit() -> None:
    assert BUILTIN_FILE.stat().st_size <= 16_000_000


@pytest.mark.parametrize("name", LAND)
def test_islands_and_towns_are_land(archive: Archive, name: str) -> None:
    assert is_land(archive, *LAND[name], 12)


@pytest.mark.parametrize("name", WATER)
def test_harbours_and_bays_are_water(archive: Archive, name: str) -> None:
    assert not is_land(archive, *WATER[name], 12)


def test_the_great_lakes_are_water_and_their_shores_are_land(archive: Archive) -> None:
    for zoom in (5, 8, 10):
        assert not is_land(archive, -87.0, 43.0, zoom)
        assert not is_land(archive, -82.0, 42.2, zoom) or zoom == 5
        assert is_land(archive, -87.75, 41.85, zoom)


def test_no_sea_opens_between_the_states_or_at_the_border(archive: Archive) -> None:
    northern = [(-71.5, 42.70), (-73.3, 42.05), (-71.8, 42.02), (-72.5, 42.73), (-100.0, 48.99)]
    inland = [*northern, (-106.5, 31.79), (-71.3, 45.3), (-115.5, 32.66)]
    for lon, lat in inland:
        for step in range(-6, 7):
            assert is_ground(archive, lon, lat + step * 0.004), (lon, lat, step)


@pytest.mark.parametrize(
    ("zoom", "lon", "lat"), [(12, -71.0, 42.33), (12, -64.72, 18.34), (10, -70.5, 41.7), (6, -70, 42)]
)
def test_neighbouring_tiles_agree_where_they_overlap(
    archive: Archive, zoom: int, lon: float, lat: float
) -> None:
    x, y = (int(value) for value in tile_xy(lon, lat, zoom))
    here = shape(archive, "land", zoom, x, y)
    for dx, dy in ((1, 0), (0, 1)):
        there = shapely.transform(
            shape(archive, "land", zoom, x + dx, y + dy),
            lambda c, dx=dx, dy=dy: c + np.array([dx, dy]) * EXTENT,
        )
        # The strip that both tiles carry, a little inside its rim.
        strip = shapely.box(-20, -20, EXTENT + 20, EXTENT + 20)
        strip = shapely.intersection(
            strip, shapely.transform(strip, lambda c, dx=dx, dy=dy: c + np.array([dx, dy]) * EXTENT)
        )
        differ = shapely.symmetric_difference(
            shapely.intersection(here, strip), shapely.intersection(there, strip)
        )
        assert shapely.area(differ) < 0.02 * shapely.area(strip)


def test_boston_harbour_has_its_true_shape(archive: Archive, shared_data: Path) -> None:
    file = shared_data / "4_admin" / "ma_towns_massgis_hamogu.geojson"
    towns = [
        shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(file.read_text())["features"]
    ]
    truth = shapely.intersection(shapely.union_all(towns), shapely.box(*BOSTON_BOX))
    # The town lines count the Charles River as land, the basemap as water: more likeness would be less truth.
    assert likeness(land_in(archive, BOSTON_BOX), truth) > 0.88
    for name in ("Long Island", "Spectacle Island", "Thompson Island", "Peddocks Island"):
        around = shapely.Point(*LAND[name]).buffer(0.012)
        mine = shapely.intersection(land_in(archive, BOSTON_BOX), around)
        assert likeness(mine, shapely.intersection(truth, around)) > 0.55, name


def test_saint_john_has_its_true_shape(archive: Archive, shared_data: Path) -> None:
    file = shared_data / "4_admin" / "usvi_bvi_land_osm10m.geojson"
    land = [shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(file.read_text())["features"]]
    truth = shapely.intersection(shapely.union_all(land), shapely.box(*SAINT_JOHN_BOX))
    # What it is compared with has 40 vertices for the island, the basemap some hundreds.
    assert likeness(land_in(archive, SAINT_JOHN_BOX), truth) > 0.87


def test_names_of_the_harbour_and_the_bays_are_on_the_map(archive: Archive) -> None:
    x, y = (int(value) for value in tile_xy(-64.735, 18.345, 12))
    names = {feature["properties"]["name"] for feature in layers_of(archive, 12, x, y)["places"]["features"]}
    assert {"Cinnamon Bay", "Coral Bay"} & names
