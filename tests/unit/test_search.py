"""The search box, over a store with sites, areas and incidents."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from data.gazetteer import addresses, places
from data.mirror import Mirror
from data.model import LonLat, StoreKind, Tlp
from layers.search import Searcher
from tests.support.records import HOSTILE, World

NEAR = LonLat(-71.06, 42.36)


@pytest.fixture(scope="module")
def gazetteer() -> places.Gazetteer:
    return places.load()


@pytest.fixture
def searcher(sqlite_world: World, gazetteer: places.Gazetteer) -> Searcher:
    return Searcher(sqlite_world.store, Mirror(sqlite_world.store), gazetteer=lambda: gazetteer)


def find(searcher: Searcher, world: World, text: str) -> list[dict[str, object]]:
    searcher._mirror.refresh()
    return [result.as_dict() for result in searcher.find(world.officer(), text, near=NEAR)]


def test_a_site_is_found_by_the_beginnings_of_its_words(searcher: Searcher, sqlite_world: World) -> None:
    site = sqlite_world.site(name="Massachusetts General Hospital")
    found = [result for result in find(searcher, sqlite_world, "mass gen hosp") if result["kind"] == "site"]
    assert [(result["label"], result["id"]) for result in found] == [(site.name, str(site.id))]


def test_a_renamed_site_is_found_by_its_new_name(searcher: Searcher, sqlite_world: World) -> None:
    site = sqlite_world.site(name="Quabbinford Clinic")
    assert find(searcher, sqlite_world, "Quabbinford")
    sqlite_world.store.sites.update(
        sqlite_world.system, site.id, revision=site.revision, changes={"name": "Zqbulon Clinic"}
    )
    assert find(searcher, sqlite_world, "Zqbulon")[0]["id"] == str(site.id)
    assert not [r for r in find(searcher, sqlite_world, "Quabbinford") if r["kind"] == "site"]


def test_an_area_comes_with_its_bounds(searcher: Searcher, sqlite_world: World) -> None:
    sqlite_world.area(name="Evacuation Zone Q7")
    (found,) = find(searcher, sqlite_world, "evacuation zone q7")
    assert found["kind"] == "area"
    assert len(found["bbox"]) == 4  # type: ignore[arg-type]


def test_an_incident_is_found_by_its_id_and_its_number(searcher: Searcher, sqlite_world: World) -> None:
    incident = sqlite_world.incident(title="Gas leak")
    for text in (str(incident.id), str(incident.id).upper(), str(incident.fid), f"#{incident.fid}"):
        assert [result["label"] for result in find(searcher, sqlite_world, text)] == ["Gas leak"]
    assert find(searcher, sqlite_world, str(uuid4())) == []


def test_coordinates_come_alone_and_say_the_other_notation(searcher: Searcher, sqlite_world: World) -> None:
    (found,) = find(searcher, sqlite_world, "42.3601,-71.0589")
    assert (found["kind"], found["detail"]) == ("coordinates", "19T CG 30448 91812")
    (grid,) = find(searcher, sqlite_world, "19t cg 304 918")
    assert grid["label"] == "19T CG 304 918"
    assert grid["accuracy_m"] == 70.7


def test_swapped_coordinates_near_the_map_are_offered(searcher: Searcher, sqlite_world: World) -> None:
    found = find(searcher, sqlite_world, "-71.0589, 42.3601")
    assert [(result["lon"], result["lat"]) for result in found] == [(-71.0589, 42.3601), (42.3601, -71.0589)]


def test_an_address_is_found_where_streets_were_imported(
    sqlite_world: World, gazetteer: places.Gazetteer
) -> None:
    import shapely

    line = shapely.LineString([(-71.10, 42.36), (-71.09, 42.36)])
    street = addresses.Stretch("Main St", "Cambridge", line, (1, 99), None, 820.0)
    searcher = Searcher(
        sqlite_world.store,
        Mirror(sqlite_world.store),
        gazetteer=lambda: gazetteer,
        stretches=lambda _a, _q: [street],
    )
    found = find(searcher, sqlite_world, "51 Main Street, Cambridge")
    assert ("address", "51 Main St, Cambridge") in [(result["kind"], result["label"]) for result in found]


def test_who_may_not_see_a_site_gets_the_same_answer_as_without_it(
    searcher: Searcher, sqlite_world: World
) -> None:
    sqlite_world.site(name="Harbor Substation")
    before = find(searcher, sqlite_world, "harbor subst")
    fuzzy = find(searcher, sqlite_world, "harbr substaton")
    hidden = sqlite_world.scope(StoreKind.OPEN, Tlp.RED)
    for number in range(20):
        sqlite_world.site(name=f"Harbor Substation {number}", scope_id=hidden)
        sqlite_world.site(name=f"Harbr Substaton {number}", scope_id=hidden)
    assert find(searcher, sqlite_world, "harbor subst") == before
    assert find(searcher, sqlite_world, "harbr substaton") == fuzzy


def test_a_hidden_incident_is_as_if_it_were_not_there(searcher: Searcher, sqlite_world: World) -> None:
    hidden = sqlite_world.incident(scope_id=sqlite_world.scope(StoreKind.SAR, Tlp.AMBER))
    for text in (str(hidden.id), str(hidden.fid)):
        assert find(searcher, sqlite_world, text) == []


@pytest.mark.parametrize("text", [*HOSTILE, "", " ", "\x00", "%", "_", "a" * 10_000, "\ud800", "95, 200"])
def test_hostile_text_is_only_text(searcher: Searcher, sqlite_world: World, text: str) -> None:
    sqlite_world.site(name="Harbor Substation")
    assert isinstance(find(searcher, sqlite_world, text), list)


def test_a_name_of_markup_comes_back_as_it_is(
    searcher: Searcher, sqlite_world: World, tmp_path: Path
) -> None:
    sqlite_world.site(name="<img src=x onerror=alert(1)> Pumpworks")
    assert find(searcher, sqlite_world, "pumpworks")[0]["label"] == "<img src=x onerror=alert(1)> Pumpworks"


def test_what_is_near_the_map_comes_before_what_is_far(searcher: Searcher, sqlite_world: World) -> None:
    for number in range(12):
        sqlite_world.site(name=f"Hospital {number}", place=LonLat(-96.8, 32.8))
    names = [
        "Massachusetts General Hospital",
        "Brigham and Women's Hospital",
        "Tufts Medical Center Hospital",
    ]
    for number, name in enumerate(names):
        sqlite_world.site(name=name, place=LonLat(-71.07 - 0.01 * number, 42.35))
    found = find(searcher, sqlite_world, "hosp")
    assert sorted(str(result["label"]) for result in found[:3]) == sorted(names)
    hospers = next(at for at, result in enumerate(found) if result["label"] == "Hospers")
    assert hospers >= 3
    searcher._mirror.refresh()
    texas = searcher.find(sqlite_world.officer(), "hosp", near=LonLat(-96.8, 32.8))
    assert {result.label for result in texas[:8]} <= {f"Hospital {number}" for number in range(12)}


def test_the_very_name_comes_first_however_far_it_is(searcher: Searcher, sqlite_world: World) -> None:
    sqlite_world.site(name="London Street Pump", place=LonLat(-71.06, 42.36))
    first = find(searcher, sqlite_world, "london")[0]
    assert (first["kind"], first["label"]) == ("place", "London")


def test_a_site_without_a_location_is_found_and_says_so(searcher: Searcher, sqlite_world: World) -> None:
    site = sqlite_world.site(name="Quabbin Relay", place=None, address="Somewhere in Ware")
    (found,) = [
        result for result in find(searcher, sqlite_world, "quabbin relay") if result["kind"] == "site"
    ]
    assert found["id"] == str(site.id)
    assert str(found["detail"]).endswith("Somewhere in Ware · no location")
    assert "lon" not in found


def test_a_number_or_a_place_in_figures_comes_before_every_name(
    searcher: Searcher, sqlite_world: World
) -> None:
    incident = sqlite_world.incident(title="Gas leak")
    sqlite_world.site(name=f"{incident.fid} Main")
    sqlite_world.site(name="42.3601,-71.0589 Pump")
    assert find(searcher, sqlite_world, str(incident.fid))[0]["kind"] == "incident"
    assert find(searcher, sqlite_world, "42.3601,-71.0589")[0]["kind"] == "coordinates"
