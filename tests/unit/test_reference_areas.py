"""The shipped outlines are whole, and load into a store once."""

from __future__ import annotations

from shapely.geometry import Point

from data.reference import areas
from data.reference.load import load_areas
from data.store import Store


def test_every_outline_is_valid_and_has_its_state() -> None:
    everything = list(areas())
    states = {area.name for area in everything if area.kind == "state"}
    assert len(states) == 56
    assert len(everything) > 3_200
    for area in everything:
        assert area.geometry.is_valid
        assert not area.geometry.is_empty
        assert area.parent in states if area.kind == "county" else area.parent == ""


def test_massachusetts_has_its_fourteen_counties_and_the_virgin_islands_three() -> None:
    assert len(list(areas(kinds=("county",), states=("25",)))) == 14
    islands = {area.name for area in areas(kinds=("county",), states=("78",))}
    assert islands == {"St. Croix", "St. John", "St. Thomas"}


def test_well_known_places_lie_in_their_county() -> None:
    counties = {area.name: area.geometry for area in areas(kinds=("county",), states=("25", "78"))}
    for county, lon, lat in (
        ("Suffolk County", -71.0638, 42.3588),
        ("Barnstable County", -70.28, 41.66),
        ("Nantucket County", -70.06, 41.27),
        ("St. John", -64.74, 18.335),
    ):
        inside = [name for name, outline in counties.items() if outline.contains(Point(lon, lat))]
        assert inside == [county]


def test_counties_of_a_state_neither_overlap_nor_leave_gaps() -> None:
    state = next(areas(kinds=("state",), states=("25",))).geometry
    counties = [area.geometry for area in areas(kinds=("county",), states=("25",))]
    together = sum(county.area for county in counties)
    assert abs(together - state.area) / state.area < 0.001


def test_loading_areas_again_adds_nothing(sqlite_store: Store) -> None:
    assert load_areas(sqlite_store, states=("25",)) == 56 + 14
    assert load_areas(sqlite_store, states=("25",)) == 0
    assert load_areas(sqlite_store, states=("25", "78")) == 3
    found = sqlite_store.areas.search(sqlite_store.system_actor(), "suffolk")
    assert [area.name for area in found] == ["Suffolk County"]
    assert found[0].accuracy_m == 50.0
