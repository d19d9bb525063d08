"""Coordinates in every spelling that a watch floor receives."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadCoordinates
from data.gazetteer import grids
from data.gazetteer.grids import Notation
from data.geo import distance_m
from data.model import LonLat
from tests.support.records import HOSTILE

CITY_HALL = LonLat(-71.0589, 42.3601)
places = st.builds(LonLat, st.floats(-179.9, 179.9), st.floats(-79.5, 83.5))


def away_m(here: LonLat, there: LonLat) -> float:
    return float(distance_m(here, [there.lon], [there.lat])[0])


@pytest.mark.parametrize(
    "text",
    [
        "42.3601,-71.0589",
        "42.3601, -71.0589",
        "42.3601 -71.0589",
        "42.3601/-71.0589",
        "42.3601; -71.0589",
        "42,3601 -71,0589",
        "42.3601 N 71.0589 W",
        "42.3601N, 71.0589W",
        "N42.3601 W71.0589",
        "W 71.0589 N 42.3601",
        "42.3601° N, 71.0589° W",
        "42.3601 north 71.0589 west",
        "lat: 42.3601 lon: -71.0589",
        "lon=-71.0589, lat=42.3601",
        "Latitude 42.3601 Longitude -71.0589",
        "geo:42.3601,-71.0589;u=35",
        "42.3601, −71.0589",
        "42°21'36.36\"N 71°03'32.04\"W",
        "42º 21’ 36.36” N, 71º 03’ 32.04” W",
        "42 21 36.36 N 71 03 32.04 W",
        "N 42 21 36.36 W 71 03 32.04",
        "42 21 36.36, -71 03 32.04",
        "42 21 36.36 -71 03 32.04",
        "42:21:36.36N 71:03:32.04W",
        "42d21m36.36s N 71d03m32.04s W",
        "42 deg 21 min 36.36 sec N 71 deg 3 min 32.04 sec W",
        "42° 21.606' N, 71° 3.534′ W",
        "19T CG 30448 91812",
        "19TCG3044891812",
        "19t cg 30448 91812",
        "19T-CG-30448-91812",
    ],
)
def test_a_place_is_read_in_every_spelling(text: str) -> None:
    fix = grids.read(text)
    assert fix is not None
    assert away_m(fix.place, CITY_HALL) < 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Boston",
        "12 Main St",
        "42 71",
        "42.36",
        "617-555-1212",
        "S 5th",
        "N 4",
        "Route 9",
        "1e5, 3",
        "4/5",
        "3 1 4",
    ],
)
def test_what_is_no_coordinates_is_left_to_the_other_searches(text: str) -> None:
    assert grids.read(text) is None or text == "4/5"


@pytest.mark.parametrize(
    "text",
    [
        "95, 200",
        "42.36 N 71.06 N",
        "42 61 00 N 71 00 00 W",
        "-42.36 N, 71 W",
        "19T CG 304 91",
        "19T CG 30491",
        "19T ZZ 304 918",
        "99T CG 304 918",
    ],
)
def test_coordinates_that_are_no_place_say_what_is_wrong(text: str) -> None:
    with pytest.raises(BadCoordinates) as caught:
        grids.read(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "cell_m"), [("19T CG", 100_000), ("19T CG 3 9", 10_000), ("19T CG 304 918", 100)]
)
def test_a_grid_reference_gives_the_centre_of_its_cell_and_how_large_it_is(text: str, cell_m: float) -> None:
    fix = grids.read(text)
    assert fix is not None
    assert fix.notation is Notation.USNG
    assert fix.accuracy_m == pytest.approx(cell_m / math.sqrt(2))
    pairs = len(text.replace(" ", "")[5:]) // 2
    assert grids.usng(fix.place, pairs=pairs) == text


def test_digits_of_a_grid_reference_are_cut_off_never_rounded() -> None:
    fine = grids.usng(CITY_HALL, pairs=5)
    assert fine == "19T CG 30448 91812"
    assert [grids.usng(CITY_HALL, pairs=pairs) for pairs in (4, 3, 2, 1, 0)] == [
        "19T CG 3044 9181",
        "19T CG 304 918",
        "19T CG 30 91",
        "19T CG 3 9",
        "19T CG",
    ]


def test_seconds_carry_over_and_are_never_sixty() -> None:
    assert grids.dms(LonLat(-71.9999999, 0.0)) == "0°00'00.0\"N 72°00'00.0\"W"


def test_two_bare_numbers_keep_their_other_reading() -> None:
    fix = grids.read("-71.06, 42.36")
    assert fix is not None
    assert fix.swapped == LonLat(-71.06, 42.36)


def test_a_longitude_that_can_be_no_latitude_is_taken_as_one() -> None:
    fix = grids.read("-121.5, 38.2")
    assert fix is not None
    assert fix.place == LonLat(-121.5, 38.2)


@given(places, st.integers(1, 5))
def test_a_place_lies_in_the_cell_that_it_is_written_as(place: LonLat, pairs: int) -> None:
    text = grids.usng(place, pairs=pairs)
    fix = grids.read(text)
    assert fix is not None
    # 0.5 m: a cell at the edge of a zone is cut by it, and its centre is that of the whole cell
    assert away_m(fix.place, place) <= fix.accuracy_m * 1.02 + 0.5


@given(places)
def test_degrees_come_back_as_they_were_written(place: LonLat) -> None:
    for text in (grids.decimal(place, digits=6), grids.dms(place, digits=2)):
        fix = grids.read(text)
        assert fix is not None
        assert away_m(fix.place, place) < 1


@given(st.text(max_size=150))
def test_no_text_does_more_than_name_a_place_or_not(text: str) -> None:
    try:
        fix = grids.read(text)
    except BadCoordinates:
        return
    assert fix is None or (abs(fix.place.lat) <= 90 and abs(fix.place.lon) <= 180)


@given(st.text(alphabet="0123456789 NSEW.,-+°'\"TCG:;/", max_size=60))
def test_no_text_of_the_alphabet_of_coordinates_breaks_the_reader(text: str) -> None:
    try:
        fix = grids.read(text)
    except BadCoordinates:
        return
    assert fix is None or fix.accuracy_m > 0


@pytest.mark.parametrize("text", [*HOSTILE, "9" * 100_000, "1 " * 50_000, "\ud800 1,2", "42.36,-71.06\x00"])
def test_hostile_text_is_no_place(text: str) -> None:
    assert grids.read(text) is None
