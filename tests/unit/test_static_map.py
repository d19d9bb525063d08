"""The map on paper: the screen's style, true to scale, to the grid and to what passed a test."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import mgrs
import numpy as np
import pyproj
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from layers.basemap import ground as style
from layers.basemap.palette import greys
from layers.briefs.document import MapPicture, MapPoint
from layers.export.static_map import Tiles, grid, map_svg, symbols
from layers.export.static_map.expressions import value
from layers.export.static_map.furniture import scale
from layers.export.static_map.room import Room
from layers.export.static_map.view import fitted
from layers.style import frame, glyphs, palette, severity_scale
from tests.support.documents import AT, BOSTON_BOX, HOSTILE_WORDS, picture

SIZE_MM = (180.0, 110.0)
KNOWN_TAGS = {"svg", "title", "defs", "pattern", "path", "rect", "circle", "text", "g"}
ISLANDS_BOX = (-65.1, 18.25, -64.6, 18.42)


def drawn(shown: MapPicture, **options: Any) -> str:
    return map_svg(shown, size_mm=SIZE_MM, **options)


def test_paper_knows_every_expression_of_the_grounds_style() -> None:
    props = {"name": "Boston", "pop": 650_000, "class": "city", "us": 1, "sharp": 1}
    for layer in [*style.shapes(greys("light")), *style.labels(greys("dark"))]:
        told = [layer.get("filter", True), *layer.get("layout", {}).values(), *layer["paint"].values()]
        for expression in told:
            if isinstance(expression, list) and not str(expression[0]).startswith("Inter"):
                assert value(expression, 7.5, props) is not None


@given(lon=st.floats(-71.2, -70.95), lat=st.floats(42.27, 42.42))
def test_a_place_stands_where_web_mercator_has_it(lon: float, lat: float) -> None:
    view = fitted(BOSTON_BOX, width=800, height=600)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    here, corner = to_metres.transform(lon, lat), to_metres.transform(view.lon(0), view.lat(0))
    px_m = 2 * np.pi * 6_378_137 / view.world
    assert view.point(lon, lat) == pytest.approx(
        ((here[0] - corner[0]) / px_m, (corner[1] - here[1]) / px_m), abs=1e-3
    )
    assert 0 <= view.point(lon, lat)[0] <= 800
    assert 0 <= view.point(lon, lat)[1] <= 600


def test_the_bar_of_scale_is_as_long_as_the_ground_under_it() -> None:
    for box in (BOSTON_BOX, ISLANDS_BOX, (-73.6, 41.2, -69.8, 42.95)):
        view = fitted(box, width=800, height=500)
        plate = scale(view, palette("light"), said=[])
        bars = [float(each) - 12 for each in re.findall(r"M12 \d+V31H([\d.]+)", plate.body)]
        said = re.findall(r">([\d,.]+) (km|m|mi|ft)<", plate.body)
        for bar, (length, unit) in zip(bars, said, strict=True):
            middle = view.lat(250)
            _, _, metres = pyproj.Geod(ellps="WGS84").inv(view.lon(0), middle, view.lon(bar), middle)
            worth = {"km": 1000, "m": 1, "mi": 1609.344, "ft": 0.3048}[unit]
            assert metres == pytest.approx(float(length.replace(",", "")) * worth, rel=0.01)


@pytest.mark.parametrize("box", [BOSTON_BOX, ISLANDS_BOX, (-72.2, 42.2, -71.8, 42.5)])
def test_a_grid_line_runs_where_the_grid_says(box: tuple[float, float, float, float]) -> None:
    lons = (max(box[0], -72.0), box[2])
    lines = list(grid._lines(grid._zone(lons[0] + 0.01), lons, (box[1], box[3]), 10_000))
    assert lines
    for number, upright, line in lines:
        for lon, lat in line[2:-2:9]:
            digits = mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=5)[-10:]
            read = int(digits[:5] if upright else digits[5:])
            off = (read - number + 50_000) % 100_000 - 50_000
            assert abs(off) <= 1


def test_grid_numbers_stand_at_the_edges_and_the_square_is_named() -> None:
    shown = drawn(replace(picture(), points=(), sites=(), shapes=()))
    assert "USNG 19T CG in the middle · grid 10 km" in shown
    assert len(re.findall(r'font-size="9"[^>]*text-anchor="middle"[^>]*>\d\d<', shown)) >= 3
    assert grid.draw(fitted((-125, 24, -66, 50), width=800, height=500), Room(), palette("light")).words == ""


@pytest.mark.parametrize("words", HOSTILE_WORDS)
def test_hostile_words_are_text_on_the_map(words: str) -> None:
    tree = ElementTree.fromstring(drawn(picture(words)))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= KNOWN_TAGS
    assert not [
        name for element in tree.iter() for name in element.attrib if name.startswith("on") or "href" in name
    ]


@pytest.mark.parametrize(
    "box",
    [(179.5, -17.5, -179.5, -16.5), (-71.06, 42.36, -71.06, 42.36), (-180, -90, 180, 90), (10, 84, 20, 89.9)],
    ids=["date line", "one point", "world", "pole"],
)
def test_every_view_gives_a_map(box: tuple[float, float, float, float]) -> None:
    shown = drawn(
        MapPicture(title="", bbox=box, at=AT, points=(MapPoint(lon=box[2], lat=box[1], severity=5),))
    )
    ElementTree.fromstring(shown)
    assert "nan" not in shown
    assert "inf" not in shown


def test_the_same_map_is_the_same_file_and_says_its_time_and_its_ground() -> None:
    shown = drawn(picture(), zone="America/New_York")
    assert shown == drawn(picture(), zone="America/New_York")
    assert "As of 22 Nov 2026 14:32 EST (19:32Z)" in shown
    assert "GeoNames (CC BY 4.0)" in shown
    assert {greys("light").land, greys("light").water} <= set(re.findall(r"#[0-9A-F]{6}", shown))


def test_without_its_ground_the_map_is_drawn_and_says_so(tmp_path: Path) -> None:
    with Tiles(tmp_path / "absent.pmtiles") as tiles:
        assert "The ground map is missing" in drawn(picture(), tiles=tiles)


def test_only_what_passed_a_test_is_hatched() -> None:
    claimed = picture()
    chance = replace(
        claimed, legend=(), shapes=tuple(replace(shape, claim=False) for shape in claimed.shapes)
    )
    assert 'fill="url(#hatch)"' in drawn(replace(claimed, legend=()))
    assert 'fill="url(#hatch)"' not in drawn(chance)


def test_severity_is_a_letter_beside_its_colour() -> None:
    scale_of = severity_scale()
    for severity in range(1, len(scale_of.colors)):
        point = MapPoint(lon=0, lat=0, severity=severity, glyph="water", accuracy_m=10)
        sign = symbols.incident(point, palette("light"))
        assert f">{scale_of.letters[severity]}</text>" in sign
        assert scale_of.colors[severity] in sign
        assert glyphs()["water"][2][:20] in sign
        assert frame("hazard") in sign
        assert frame("alert") in symbols.incident(replace(point, alert=True), palette("light"))


def test_a_crowd_keeps_its_gravest_sign() -> None:
    crowd = tuple(MapPoint(lon=-71.06, lat=42.36, severity=severity, accuracy_m=5) for severity in (1, 6, 2))
    shown = drawn(replace(picture(), points=crowd, sites=(), shapes=(), legend=()))
    assert re.findall(r'font-size="9"[^>]*>([LNMWHX])</text>', shown) == ["X"]
