"""Names of places, found as people type them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.gazetteer import addresses, places
from data.gazetteer.match import NameIndex, folded, words
from data.geo import distance_m
from data.model import LonLat
from tests.support.records import HOSTILE

SAINT_JOHN = LonLat(-64.735, 18.337)
names = st.lists(st.text(alphabet="abcdé 'St.", min_size=1, max_size=12), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def gazetteer() -> places.Gazetteer:
    return places.load()


def first(gazetteer: places.Gazetteer, text: str, near: LonLat | None = None) -> places.Place:
    found = gazetteer.find(text, near=near)
    assert found, f"nothing found for {text!r}"
    return found[0][0]


@pytest.mark.parametrize(
    ("text", "name", "where"),
    [
        ("boston", "Boston", "MA"),
        ("Bostn", "Boston", "MA"),
        ("worcester, ma", "Worcester", "MA"),
        ("gay head", "Aquinnah", "MA"),
        ("North Attleboro", "North Attleborough", "MA"),
        ("fort warren", "Georges Island", "MA"),
        ("coral bay", "Coral Bay", "Virgin Islands"),
        ("charlotte am", "Charlotte Amalie", "Virgin Islands"),
        ("cinamon bay", "Cinnamon Bay", "Virgin Islands"),
        ("christiansted", "Christiansted", "Virgin Islands"),
        ("sao paulo", "São Paulo", "BR"),
        ("SÃO PAULO", "São Paulo", "BR"),
    ],
)
def test_a_place_is_found_first(gazetteer: places.Gazetteer, text: str, name: str, where: str) -> None:
    place = first(gazetteer, text)
    assert place.name == name
    assert where in place.detail


def test_the_place_near_the_middle_of_the_map_comes_first(gazetteer: places.Gazetteer) -> None:
    assert "Virgin Islands" in first(gazetteer, "St. John", SAINT_JOHN).detail
    assert first(gazetteer, "Springfield", LonLat(-72.5, 42.1)).region == "MA"
    assert first(gazetteer, "Springfield", LonLat(-89.6, 39.8)).region == "IL"


def test_every_town_of_massachusetts_is_known(gazetteer: places.Gazetteer, shared_data: Path) -> None:
    file = shared_data / "4_admin" / "ma_towns_massgis_hamogu.geojson"
    towns = [feature["properties"]["town"] for feature in json.loads(file.read_text())["features"]]
    missing = [
        town
        for town in towns
        if not any(
            place.region == "MA" and set(words(town)) <= set(words(place.name))
            for place, score in gazetteer.find(town, limit=40)
            if score > 0.9
        )
    ]
    assert len(towns) == 351
    assert missing == []


def test_shipped_names_lie_where_they_should(shared_data: Path) -> None:
    import shapely

    land = json.loads((shared_data / "4_admin" / "usvi_bvi_land_osm10m.geojson").read_text())
    islands = shapely.union_all([shapely.from_geojson(json.dumps(f["geometry"])) for f in land["features"]])
    with places.WELL_KNOWN.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "VI"]
    off = [
        row["name"]
        for row in rows
        if shapely.distance(shapely.Point(float(row["lon"]), float(row["lat"])), islands) > 0.006
    ]
    assert off == []


@given(names, st.integers(0, 29))
def test_every_name_is_found_by_itself(rows: list[str], number: int) -> None:
    name = rows[number % len(rows)]
    found = NameIndex(rows).find(name)
    if words(name):
        assert any(folded(rows[row]) == folded(name) for row in found.rows)
        assert found.scores.max() == pytest.approx(1.0)


@given(names, st.text(alphabet="abcdé S", max_size=8), st.data())
def test_hidden_names_change_nothing_in_the_answer(rows: list[str], text: str, data: st.DataObject) -> None:
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    seen = [name for name, visible in zip(rows, mask, strict=True) if visible]
    masked = NameIndex(rows).find(text, mask=mask)
    alone = NameIndex(seen).find(text)
    assert [rows[row] for row in masked.rows] == [seen[row] for row in alone.rows]
    assert masked.scores.tolist() == alone.scores.tolist()


@pytest.mark.parametrize("text", [*HOSTILE, "a" * 100_000, "a " * 1_000, "", " ", "\ud800", "٣", "!!!"])
def test_hostile_text_finds_little_and_breaks_nothing(gazetteer: places.Gazetteer, text: str) -> None:
    assert len(gazetteer.find(text, limit=5)) <= 5


def test_a_house_number_is_placed_along_its_stretch() -> None:
    import shapely

    line = shapely.LineString([(-71.10, 42.36), (-71.09, 42.36)])
    street = addresses.Stretch("Massachusetts Ave", "Cambridge", line, (1, 99), (2, 100), 820.0)
    asked = addresses.read("51 massachusetts avenue, Cambridge")
    assert asked is not None
    found = addresses.locate(asked, [street])
    assert len(found) == 1
    assert distance_m(found[0].at, [-71.0949], [42.36])[0] < 15
    assert addresses.locate(addresses.Address(101, asked.street), [street]) == []
    assert addresses.locate(addresses.Address(51, asked.street, "Boston"), [street]) == []


@pytest.mark.parametrize("text", ["Main St", "Boston", "42.36,-71.06", "77", "", "1" * 30])
def test_what_is_no_address_is_none(text: str) -> None:
    assert addresses.read(text) is None
