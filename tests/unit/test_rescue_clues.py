"""Clues in free text: what was said of where somebody is, with the very words."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.gazetteer import places
from data.gazetteer.addresses import Stretch, street_key
from data.geo import bearing_deg, distance_m
from data.model import LonLat
from layers.rescue.clues import Clue, clues_on
from layers.rescue.ground import Ground, Landmark, Landmarks, landmarks_of
from layers.rescue.locate import Candidate, locate_on
from layers.rescue.params import read_params
from tests.load.haiti_study import reports, study
from tests.support.frames import sites_of
from tests.support.records import HOSTILE

SAINT_JOHN = LonLat(-64.735, 18.337)
CORAL_BAY = LonLat(-64.713, 18.348)
PORT_AU_PRINCE = LonLat(-72.34, 18.54)
PONCE = LonLat(-66.62, 18.01)
MILE_M = 1609.344


def _stretch(name: str, *line: tuple[float, float]) -> Stretch:
    return Stretch(name, "Coral Bay", shapely.LineString(line), (1, 99), (2, 98), 500.0)


STREETS = (
    _stretch("Salt Pond Road", (-64.71, 18.33), (-64.71, 18.34)),
    _stretch("Kings Hill Road", (-64.715, 18.335), (-64.705, 18.335)),
)
SITES = Landmarks(
    [
        Landmark("Emmaus Moravian Church", "place of worship", LonLat(-64.7145, 18.3475), 30.0),
        Landmark("Guy Benjamin School", "school", LonLat(-64.7120, 18.3470), 40.0),
        Landmark("Trinity Church", "place of worship", LonLat(-71.0753, 42.3500), 30.0),
    ]
)


def _streets(key: tuple[str, ...]) -> Sequence[Stretch]:
    return [one for one in STREETS if street_key(one.street) == key]


@functools.cache
def _ground() -> Ground:
    return Ground(places.load(), _streets, SITES)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return _ground()


def first(ground: Ground, text: str, near: LonLat | None = SAINT_JOHN) -> Clue:
    found = clues_on(ground, text, near)
    assert found, f"no clue in {text!r}"
    return found[0]


def place(params: dict[str, Any]) -> LonLat:
    return LonLat(params["lon"], params["lat"])


def best(ground: Ground, text: str, near: LonLat | None = None) -> Candidate:
    found = locate_on(ground, text, near)
    assert found, f"{text!r} is nowhere"
    return found[0]


@pytest.mark.parametrize(
    ("text", "near", "metres", "bearing", "anchor"),
    [
        ("They are two miles north of Coral Bay.", SAINT_JOHN, 2 * MILE_M, 0.0, CORAL_BAY),
        ("half a mile west of Coral Bay", SAINT_JOHN, MILE_M / 2, 270.0, CORAL_BAY),
        ("1/2 mile SE of Coral Bay", SAINT_JOHN, MILE_M / 2, 135.0, CORAL_BAY),
        ("1,500 m to the south of Coral Bay", SAINT_JOHN, 1500.0, 180.0, CORAL_BAY),
        ("two hundred yards east of Coral Bay", SAINT_JOHN, 182.88, 90.0, CORAL_BAY),
        ("dos kilómetros y medio al norte de Ponce", PONCE, 2500.0, 0.0, None),
        ("a 3 km al sureste de Ponce", PONCE, 3000.0, 135.0, None),
        ("dois quilômetros a leste de Ponce", PONCE, 2000.0, 90.0, None),
        ("à 3 km au nord-est de Léogâne", PORT_AU_PRINCE, 3000.0, 45.0, None),
        ("de mil nan nò Jakmèl", PORT_AU_PRINCE, 2 * MILE_M, 0.0, None),
        ("about a mile and a half up from Coral Bay", SAINT_JOHN, 1.5 * MILE_M, None, CORAL_BAY),
        ("15 minutes' walk from Coral Bay", SAINT_JOHN, 1125.0, None, CORAL_BAY),
        ("twa kilomèt ak demi nan sid Jakmèl", PORT_AU_PRINCE, 3500.0, 180.0, None),
        ("5 km de Jacmel", PORT_AU_PRINCE, 5000.0, None, None),
        ("500 m from the school", CORAL_BAY, 500.0, None, LonLat(-64.7120, 18.3470)),
    ],
)
def test_a_distance_and_a_direction_are_read_in_five_languages(
    text: str, near: LonLat, metres: float, bearing: float | None, anchor: LonLat | None
) -> None:
    clue = first(_ground(), text, near)
    assert clue.kind == "bearing"
    assert clue.params["distance_m"] == pytest.approx(metres, abs=0.1)
    assert clue.params.get("bearing_deg") == bearing
    if anchor is not None:
        assert distance_m(anchor, clue.params["lon"], clue.params["lat"]) < 50


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("on the road between Cruz Bay and Coral Bay", "near_line", "road between Cruz Bay and Coral Bay"),
        ("entre Carrefour et Gressier", "near_line", "entre Carrefour et Gressier"),
        ("seen from the ferry this morning", "visible_from", "seen from the ferry"),
        ("the house is close to St. John", "candidates", "close to St. John"),
        ("cerca de Coral Bay", "candidates", "cerca de Coral Bay"),
        ("behind the school", "candidates", "behind the school"),
        ("en face de l'église", "candidates", "en face de l'église"),
        ("Salt Pond Rd and Kings Hill Road", "candidates", "Salt Pond Rd and Kings Hill Road"),
        ("she lives at 55 Salt Pond Road", "candidates", "55 Salt Pond Road"),
        ("the house is at 18.3345, -64.7122 they said", "point", "18.3345, -64.7122"),
        ("20Q LE 0911 2839", "point", "20Q LE 0911 2839"),
    ],
)
def test_a_clue_is_of_its_kind_and_quotes_its_words(ground: Ground, text: str, kind: str, words: str) -> None:
    near = PORT_AU_PRINCE if "Carrefour" in text else CORAL_BAY
    assert (first(ground, text, near).kind, first(ground, text, near).words) == (kind, words)


@pytest.mark.parametrize(
    "words",
    [
        "en las afueras de Coral Bay", "más arriba de Coral Bay", "delante de la escuela",
        "pegado a la iglesia", "próximo ao Coral Bay", "nos arredores de Coral Bay", "atrás da escola",
        "ao lado da igreja", "à proximité de Coral Bay", "non loin de Coral Bay", "au-dessus de Coral Bay",
        "à l'entrée de Coral Bay", "tou pre Coral Bay", "pa twò lwen Coral Bay", "anwo Coral Bay",
        "alantou Coral Bay", "dèyè lekòl", "kole ak legliz",
    ],
)  # fmt: skip
def test_the_commonest_wordings_of_nearness_are_read_in_four_languages(ground: Ground, words: str) -> None:
    creole = words.rsplit(maxsplit=1)[-1] in ("lekòl", "legliz")
    clue = first(ground, f"{words} la" if creole else words, CORAL_BAY)
    assert (clue.kind, clue.words) == ("candidates", words)


@pytest.mark.parametrize(
    ("text", "bearing"),
    [
        ("nan nò Jakmèl", 0.0),
        ("nan sid Jakmèl", 180.0),
        ("au nord des Jacmel", 0.0),
        ("a oeste do Jacmel", 270.0),
    ],
)
def test_a_direction_without_a_distance_is_read(ground: Ground, text: str, bearing: float) -> None:
    clue = first(ground, text, PORT_AU_PRINCE)
    assert (clue.kind, clue.params["bearing_deg"]) == ("bearing", bearing)


def test_one_call_gives_several_clues_and_none_for_its_small_words(ground: Ground) -> None:
    text = (
        "My parents, Rosa and Juan, need water. They are on the road between Cruz Bay and Coral Bay, "
        "two miles east of Cruz Bay. A pilot saw the roof from the air in the morning of September 9."
    )
    assert {clue.kind for clue in clues_on(ground, text, SAINT_JOHN)} == {"near_line", "bearing"}


def test_a_time_of_day_is_no_distance(ground: Ground) -> None:
    assert first(ground, "We left at 8 a.m. from Cruz Bay").kind == "candidates"


def test_a_person_is_no_town(ground: Ground) -> None:
    assert clues_on(ground, "Florence Miller and Marie L. need insulin", PORT_AU_PRINCE) == []


def test_a_corner_is_where_the_streets_cross(ground: Ground) -> None:
    found = best(ground, "trapped at Salt Pond Road & Kings Hill Road", SAINT_JOHN)
    assert (found.lon, found.lat) == pytest.approx((-64.71, 18.335), abs=1e-5)
    assert found.accuracy_m <= 50


def test_a_number_lies_along_its_street(ground: Ground) -> None:
    found = best(ground, "99 Salt Pond Road", SAINT_JOHN)
    assert found.lat == pytest.approx(18.34, abs=2e-4)


def test_a_thing_is_one_nearby(ground: Ground) -> None:
    clue = first(ground, "200 m from the church", CORAL_BAY)
    assert distance_m(CORAL_BAY, clue.params["lon"], clue.params["lat"]) < 300
    assert clues_on(ground, "200 m from the church", LonLat(10.0, 50.0)) == []


@pytest.mark.parametrize(
    ("text", "near", "name", "lon", "lat"),
    [
        ("Coral Bay", SAINT_JOHN, "Coral Bay", -64.713, 18.348),
        ("Cruz Bay, St. John", None, "Cruz Bay", -64.794, 18.331),
        ("Léogâne", None, "Léogâne", -72.633, 18.511),
        ("leogane, haiti", None, "Léogâne", -72.633, 18.511),
        ("Petit-Goave", PORT_AU_PRINCE, "Tigwav", -72.865, 18.431),
        ("PaP", PORT_AU_PRINCE, "Port-au-Prince", -72.339, 18.543),
        ("Carrefour", PORT_AU_PRINCE, "Carrefour", -72.4, 18.533),
        ("petion vile", PORT_AU_PRINCE, "Pétionville", -72.285, 18.512),
        ("carrefour feuille", PORT_AU_PRINCE, "Carrefour-Feuilles", -72.3375, 18.5235),
        ("Croiz-des-Bouquets", PORT_AU_PRINCE, "Croix-des-Bouquets", -72.226, 18.577),
        ("Springfield, MA", None, "Springfield", -72.59, 42.10),
        ("Springfield, IL", None, "Springfield", -89.64, 39.80),
        ("Springfield", LonLat(-89.0, 40.0), "Springfield", -89.64, 39.80),
        ("Rue Saint-Marc, Port-au-Prince", PORT_AU_PRINCE, "Port-au-Prince", -72.339, 18.543),
        ("12 Impasse, Martissant, Port-au-Prince", PORT_AU_PRINCE, "Martissant", -72.359, 18.529),
        ("Airport, Port-au-Prince", None, "Toussaint Louverture International Airport", -72.2925, 18.58),
        ("Delmas 32, Port-au-Prince", None, "Delmas 32", -72.305, 18.548),
    ],
)
def test_the_likeliest_place_comes_first(
    text: str, near: LonLat | None, name: str, lon: float, lat: float
) -> None:
    found = best(_ground(), text, near)
    assert found.name == name
    assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=0.01)


def test_a_site_that_may_not_be_seen_is_no_landmark(ground: Ground) -> None:
    church = LonLat(-64.70, 18.35)
    frame = sites_of([church], scope=1, sector="church")
    for visible, clues in ((True, 1), (False, 0)):
        sites = landmarks_of(frame, np.array([False, visible]))
        seen = Ground(ground.gazetteer, landmarks=sites)
        assert len(clues_on(seen, "behind the church", CORAL_BAY)) == clues


def test_all_that_a_name_may_mean_is_weighed(ground: Ground) -> None:
    found = locate_on(ground, "Springfield")
    assert len(found) >= 5
    assert sum(one.weight for one in found) == pytest.approx(1.0)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)


def test_a_quarter_is_finer_than_a_city_and_a_country_is_hardly_a_place(ground: Ground) -> None:
    quarter, city = best(ground, "Martissant", PORT_AU_PRINCE), best(ground, "Port-au-Prince")
    assert quarter.accuracy_m < city.accuracy_m < best(ground, "Haiti").accuracy_m


def test_two_miles_north_lies_two_miles_to_the_north(ground: Ground) -> None:
    found = best(ground, "two miles north of Coral Bay", SAINT_JOHN)
    there = LonLat(found.lon, found.lat)
    assert float(distance_m(CORAL_BAY, there.lon, there.lat)) == pytest.approx(2 * MILE_M, rel=0.01)
    assert np.cos(np.radians(bearing_deg(CORAL_BAY, there))) == pytest.approx(1.0, abs=1e-6)


WORDS = (
    "two|miles|north|of|Coral Bay|St. John|between|and|the|church|near|,|½|18.33, -64.7|20Q|LE|0911|"
    "Delmas|33|de|km|٣|፩|²|55 Salt Pond Road|&|MA|Springfield|Haiti|seen from|1/0|1/2|"
    "99999999999999|\n|\x00|\u202e|\ud800|'"
)
PIECES = st.sampled_from(WORDS.split("|"))


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join)), st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_text_raises_and_every_clue_quotes_the_text_and_can_be_evidence(text: str, told: bool) -> None:
    near = SAINT_JOHN if told else None
    for clue in clues_on(_ground(), text, near):
        assert clue.words == text[clue.start : clue.end]
        assert clue.words
        assert 0 < clue.weight <= 1
        read_params(clue.kind, clue.params)
    found = locate_on(_ground(), text, near)
    assert all(one.words in text and one.accuracy_m > 0 for one in found)
    if found:
        assert sum(one.weight for one in found) == pytest.approx(1.0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(ground: Ground, text: str) -> None:
    for clue in clues_on(ground, f"near Coral Bay {text} two miles north of Cruz Bay", SAINT_JOHN):
        assert clue.kind in ("candidates", "bearing")


LONG = {
    "one word of a megabyte": "a" * 1_000_000,
    "names without end": "Coral Bay and Cruz Bay between Springfield and " * 20_000,
    "numbers": "1 2 " * 250_000,
    "degrees": "18°" * 300_000,
    "accents": "e" + "\u0301" * 900_000,
    "controls": "\x00\x1b[31m\u202e" * 150_000,
    "misspelt": "Qwertyu Asdfghj " * 60_000,
    "streets": "12 Salt Pond Street and Kings Hill Road " * 25_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_megabyte_of_text_takes_a_bounded_time(ground: Ground, name: str) -> None:
    clues_on(ground, "Petionvile", PORT_AU_PRINCE)  # the indexes are made once
    began = time.process_time()
    clues_on(ground, LONG[name], SAINT_JOHN)
    locate_on(ground, LONG[name], SAINT_JOHN)
    assert time.process_time() - began < 2.0


def test_on_the_haiti_reports_the_locator_is_clearly_better_than_a_plain_look_up() -> None:
    given = reports()
    if given is None:
        pytest.skip("no real data: the Haiti reports are not here")
    found = study(_ground().gazetteer, given)
    placed = {name: off[np.isfinite(off)] for name, off in found.items() if name != "stated"}
    assert given.default > 150
    # Three times as many placed, and of all reports three times as many within two kilometres.
    assert len(placed["located"]) > 3 * len(placed["plain"])
    assert (found["located"] <= 2_000).sum() > 3 * (found["plain"] <= 2_000).sum()
    both = np.isfinite(found["plain"]) & np.isfinite(found["located"])
    assert np.median(found["located"][both]) <= np.median(found["plain"][both]) + 1
    assert np.median(placed["located"]) < 1_200
    # A stated accuracy is the radius that holds two thirds.
    right = np.isfinite(found["located"])
    assert 0.6 < (found["located"][right] <= found["stated"][right]).mean() < 0.85
