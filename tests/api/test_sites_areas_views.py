from __future__ import annotations

from typing import Any

import pytest
from shapely.geometry import shape

from data.model import Role, StoreKind, Tlp
from tests.support.served import Served

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-71.1, 42.3], [-71.0, 42.3], [-71.0, 42.4], [-71.1, 42.4], [-71.1, 42.3]]],
}


def test_sites_are_found_by_name_sector_and_kind(site: Served) -> None:
    site.world.site(name="Mercy Hospital")
    site.world.site(name="North substation", sector="energy", kind="substation")
    site.refresh()

    def found(**asked: str) -> list[str]:
        return [one["name"] for one in site.officer.get("/api/v1/sites", params=asked).json()["items"]]

    assert found() == ["Mercy Hospital", "North substation"]
    assert found(q="hospital MERCY") == ["Mercy Hospital"]
    assert found(sector="energy") == found(kind="substation") == ["North substation"]


def test_a_site_without_a_location_is_listed_and_opened_but_on_no_map(site: Served) -> None:
    lost = site.world.site(name="Lost pump", place=None)
    hidden = site.world.scope(StoreKind.OPEN, Tlp.RED)
    site.world.site(name="Hidden pump", place=None, scope_id=hidden)
    site.refresh()
    answer = site.officer.get("/api/v1/sites").json()
    (found,) = answer["items"]
    assert (answer["total"], answer["unlocated"]) == (1, 1)
    assert (found["name"], found["lon"], found["lat"]) == ("Lost pump", None, None)
    assert site.officer.get(f"/api/v1/features/sites/{lost.fid}").json()["id"] == str(lost.id)
    assert site.officer.get("/tiles/sites/0/0/0.mvt").status_code == 204
    before = site.services.mirror.token(site.world.officer())
    site.world.site(name="Another hidden pump", place=None, scope_id=hidden)
    site.refresh()
    assert site.services.mirror.token(site.world.officer()) == before
    site.world.site(name="Second lost pump", place=None)
    site.world.site(name="Pump with a place")
    site.refresh()
    answer = site.officer.get("/api/v1/sites?limit=1").json()
    assert (answer["total"], answer["unlocated"]) == (3, 2)
    assert site.services.mirror.token(site.world.officer()) != before


def test_a_hidden_site_is_in_no_answer(site: Served) -> None:
    hidden = site.world.site(name="Bunker", scope_id=site.world.scope(StoreKind.OPEN, Tlp.RED))
    site.refresh()
    assert site.officer.get("/api/v1/sites").json() == {"items": [], "next": None, "total": 0, "unlocated": 0}
    assert site.officer.get(f"/api/v1/sites/{hidden.id}").status_code == 404
    assert site.officer.get(f"/api/v1/features/sites/{hidden.fid}").status_code == 404


def test_a_coordinator_sets_a_sites_status_and_an_officer_may_not(site: Served) -> None:
    hospital = site.world.site()
    change = {
        "revision": 1,
        "status": "yellow",
        "status_at": "2026-11-01T11:00:00Z",
        "status_source": "phone",
    }
    path = f"/api/v1/sites/{hospital.id}"
    assert site.officer.patch(path, json=change).status_code == 403
    changed = site.as_role(Role.COORDINATOR).patch(path, json=change)
    assert changed.json()["status"] == "yellow"
    assert site.as_role(Role.COORDINATOR).patch(path, json=change).status_code == 409
    assert site.officer.get(path).json()["status_source"] == "phone"


def test_contacts_are_kept_as_sent(site: Served) -> None:
    hospital = site.world.site()
    contacts = [
        {"role": "Duty engineer", "name": "A. Lee", "phone": "555-0100", "email": "", "always": "555-0199"}
    ]
    answer = site.analyst.patch(f"/api/v1/sites/{hospital.id}", json={"revision": 1, "contacts": contacts})
    assert answer.json()["contacts"] == contacts


def test_an_area_is_found_by_name_and_drawn_as_it_is(site: Served) -> None:
    town = site.world.area(name="Suffolk")
    [found] = site.officer.get("/api/v1/areas", params={"q": "suff"}).json()["items"]
    assert found["id"] == str(town.id)
    feature = site.officer.get(f"/api/v1/areas/{town.id}/geometry").json()
    assert feature["type"] == "Feature"
    assert shape(feature["geometry"]).equals(town.geometry)


def test_a_drawn_area_filters_the_list(site: Served) -> None:
    made = site.officer.post("/api/v1/areas", json={"name": "Harbor", "geometry": SQUARE})
    assert made.status_code == 201
    site.world.incident()
    site.refresh()
    assert site.officer.get("/api/v1/incidents", params={"area": made.json()["id"]}).json()["total"] == 1


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 91], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 1], [2, 2], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": {"a": 1}},
        {"type": ["Polygon"], "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]},
    ],
)
def test_an_area_that_cannot_be_is_refused(site: Served, geometry: dict[str, Any]) -> None:
    answer = site.officer.post("/api/v1/areas", json={"name": "x", "geometry": geometry})
    assert answer.status_code == 400


def test_a_view_is_kept_and_only_its_owner_deletes_it(site: Served) -> None:
    colleague = site.as_role(Role.ANALYST)
    made = site.officer.post(
        "/api/v1/views",
        json={"name": "Fires", "query": "severity=5,4&type=fire", "map_state": {"zoom": 9}, "shared": True},
    ).json()
    assert made["query"] == "severity=4,5&type=fire"
    [seen] = colleague.get("/api/v1/views").json()["items"]
    assert (seen["mine"], seen["shared"]) == (False, True)
    assert colleague.delete(f"/api/v1/views/{made['id']}").status_code == 404
    assert site.officer.delete(f"/api/v1/views/{made['id']}").status_code == 204
    assert site.officer.get("/api/v1/views").json()["items"] == []


def test_a_personal_view_is_nobody_elses(site: Served) -> None:
    site.officer.post("/api/v1/views", json={"name": "Mine"})
    assert site.as_role(Role.ANALYST).get("/api/v1/views").json()["items"] == []


def test_a_view_with_a_filter_that_cannot_be_is_refused(site: Served) -> None:
    assert site.officer.post("/api/v1/views", json={"name": "x", "query": "nope=1"}).status_code == 400


def test_the_last_look_is_ones_own(site: Served) -> None:
    assert site.officer.get("/api/v1/last-look").json() == {"at": None}
    at = site.officer.post("/api/v1/last-look").json()["at"]
    assert site.officer.get("/api/v1/last-look").json() == {"at": at}
    assert site.as_role(Role.ANALYST).get("/api/v1/last-look").json() == {"at": None}
