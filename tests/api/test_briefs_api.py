"""Briefs over HTTP: made from the data, frozen, held against what is known now, and given to others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from data.model import LonLat, Role, Severity, Status, StoreKind, Tlp
from data.release import NewRecipient
from tests.support.records import BOSTON
from tests.support.served import Served

SECRET = "Zebra informant at the quarry"


def _ok(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def _report(site: Served, title: str, *, hours_ago: float = 1.0, **more: Any) -> Any:
    at = site.services.clock.now() - timedelta(hours=hours_ago)
    place = LonLat(BOSTON.lon + 0.001 * len(title), BOSTON.lat)
    made = site.world.incident(title=title, occurred=at, place=place, **more)
    site.services.mirror.refresh()
    return made


def _make(site: Served, client: Any, **body: Any) -> Any:
    del site
    return _ok(client.post("/api/v1/briefs", json={"template": "morning", **body}), 201)


@pytest.mark.parametrize(
    "template",
    ["watch_turnover", "morning", "sitrep", "ics201", "ics209", "lifelines", "bluf", "search_operation"],
)
def test_every_template_makes_pages_that_say_something_even_of_an_empty_store(
    site: Served, template: str
) -> None:
    brief = _make(site, site.officer, template=template)
    assert brief["pages"]
    for page in brief["pages"]:
        assert page["headline"]
        assert page["source"]
        assert len(page["lines"]) <= 3
        assert page["map"] or page["chart"] or page["table"]


def test_a_number_opens_down_to_its_records_and_says_when_one_was_corrected(site: Served) -> None:
    client = site.officer
    one = _report(site, "Gas leak", severity=Severity.HIGH)
    _report(site, "Tree down")
    brief = _make(site, client)
    frozen = _ok(client.post(f"/api/v1/briefs/{brief['id']}/freeze", json={"revision": brief["revision"]}))
    opened = _ok(client.get(f"/api/v1/briefs/{brief['id']}/figures/reports"))
    assert (opened["value"], opened["total"], opened["now"]) == (2, 2, 2)
    assert {record["title"] for record in opened["records"]} == {"Gas leak", "Tree down"}
    assert _ok(client.get(f"/api/v1/briefs/{brief['id']}"))["stale"] == []

    site.world.store.incidents.update(
        site.world.system, one.id, revision=one.revision, changes={"title": "Smell of gas"}
    )
    site.services.mirror.refresh()
    now = _ok(client.get(f"/api/v1/briefs/{brief['id']}"))
    assert [page["headline"] for page in now["pages"]] == [page["headline"] for page in frozen["pages"]]
    assert "1 corrected since" in now["stale"][0]["what"]
    opened = _ok(client.get(f"/api/v1/briefs/{brief['id']}/figures/reports"))
    assert [record["state"] for record in opened["records"]] == ["corrected", "same"]
    listed = _ok(client.get("/api/v1/briefs"))["items"]
    assert next(line for line in listed if line["id"] == brief["id"])["stale"] > 0


def test_a_frozen_brief_says_what_it_said_and_its_copy_can_be_changed(site: Served) -> None:
    client = site.officer
    _report(site, "Gas leak")
    brief = _make(site, client)
    address, page = f"/api/v1/briefs/{brief['id']}", brief["pages"][0]["id"]
    words = {"headline": "One leak.", "lines": ["In Boston."], "revision": brief["revision"]}
    edited = _ok(client.patch(f"{address}/pages/{page}", json=words))
    assert (edited["pages"][0]["headline"], edited["pages"][0]["edited"]) == ("One leak.", True)
    assert edited["pages"][0]["proposed"]["headline"] == brief["pages"][0]["headline"]
    assert client.patch(f"{address}/pages/{page}", json=words).status_code == 409
    _ok(client.post(f"{address}/freeze", json={"revision": edited["revision"]}))
    again = {"headline": "Two.", "revision": edited["revision"] + 1}
    assert client.patch(f"{address}/pages/{page}", json=again).status_code == 409
    copy = _ok(client.post(f"{address}/copy"), 201)
    assert copy["frozen_at"] is None
    new = copy["pages"][0]
    changed = {"headline": "Two.", "revision": copy["revision"]}
    assert _ok(client.patch(f"/api/v1/briefs/{copy['id']}/pages/{new['id']}", json=changed))
    assert _ok(client.get(address))["pages"][0]["headline"] == "One leak."


def test_pages_are_added_of_what_one_looks_at_put_in_order_and_taken_out(site: Served) -> None:
    client = site.officer
    one = _report(site, "Gas leak", severity=Severity.EXTREME)
    hospital = site.world.site(name="General hospital", place=BOSTON)
    site.services.mirror.refresh()
    brief = _make(site, client, template=None, title="By hand")
    address = f"/api/v1/briefs/{brief['id']}"
    for body in (
        {"kind": "view", "filter": "severity=6", "bbox": [-72.0, 42.0, -70.0, 43.0]},
        {"kind": "chart"},
        {"kind": "incident", "id": str(one.id)},
        {"kind": "site", "id": str(hospital.id)},
        {"kind": "text"},
    ):
        brief = _ok(client.post(f"{address}/pages", json={**body, "revision": brief["revision"]}), 201)
    kinds = [page["kind"] for page in brief["pages"]]
    assert kinds == ["view", "chart", "incident", "site", "text"]
    order = [page["id"] for page in reversed(brief["pages"])]
    brief = _ok(client.patch(address, json={"order": order, "revision": brief["revision"]}))
    assert [page["kind"] for page in brief["pages"]] == kinds[::-1]
    gone = client.request("DELETE", f"{address}/pages/{order[0]}", json={"revision": brief["revision"]})
    assert len(_ok(gone)["pages"]) == 4
    for bad in ({"kind": "nothing"}, {"kind": "incident", "id": "x"}, {"kind": "view", "filter": "a=b"}):
        answer = client.post(f"{address}/pages", json={**bad, "revision": brief["revision"] + 1})
        assert answer.status_code in {400, 404}


def test_what_changed_since_the_brief_before_is_computed(site: Served) -> None:
    client, store = site.officer, site.world.store
    leak = _report(site, "Gas leak")
    fire = _report(site, "Fire in a bakery")
    _make(site, client)
    moved = {"place": LonLat(-71.2, 42.4)}
    store.incidents.update(site.world.system, fire.id, revision=fire.revision, changes=moved)

    store.incidents.update(
        site.world.system, leak.id, revision=leak.revision, changes={"status": Status.CLOSED}
    )
    _report(site, "Crash on the bridge", hours_ago=0.1)
    second = _make(site, client)
    found = _ok(client.get(f"/api/v1/briefs/{second['id']}/deltas"))
    titles = {name: [one["title"] for one in found[name]] for name in ("new", "closed", "moved")}
    assert titles == {
        "new": ["Crash on the bridge"],
        "closed": ["Gas leak"],
        "moved": ["Fire in a bakery"],
    }
    assert any(page["kind"] == "changes" for page in second["pages"])


def test_a_colleague_who_may_see_less_does_not_see_the_brief_and_strangers_of_the_agency_neither(
    site: Served,
) -> None:
    analyst = site.as_role(Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)
    _report(site, SECRET, scope_id=site.world.scope(StoreKind.SAR, Tlp.AMBER))
    brief = _make(site, analyst, shared=True)
    assert brief["pages"][0]["map"]["points"]
    address = f"/api/v1/briefs/{brief['id']}"
    assert site.officer.get(address).status_code == 404
    assert SECRET not in site.officer.get("/api/v1/briefs").text
    assert _ok(site.officer.get("/api/v1/briefs"))["total"] == 0
    mine = _make(site, site.officer)
    other = site.as_role(Role.COORDINATOR)
    assert other.get(f"/api/v1/briefs/{mine['id']}").status_code == 404
    shared = {"shared": True, "revision": mine["revision"]}
    _ok(site.officer.patch(f"/api/v1/briefs/{mine['id']}", json=shared))
    assert _ok(other.get(f"/api/v1/briefs/{mine['id']}"))["shared"]
    titled = {"title": "Mine now", "revision": mine["revision"] + 1}
    assert other.patch(f"/api/v1/briefs/{mine['id']}", json=titled).status_code == 403


def test_a_recipient_gets_what_was_written_only_where_they_may_see_everything(site: Served) -> None:
    analyst = site.as_role(Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)
    _report(site, "Tree down", scope_id=site.world.scope(StoreKind.INCIDENT, Tlp.GREEN))
    _report(site, SECRET, scope_id=site.world.scope(StoreKind.SAR, Tlp.AMBER))
    stores = frozenset({StoreKind.INCIDENT, StoreKind.OPEN})
    site.world.store.recipients.put(
        site.world.system,
        NewRecipient(key="town", name="Town", clearance=Tlp.GREEN, stores=stores),
    )
    site.world.store.recipients.put(
        site.world.system,
        NewRecipient(key="partner", name="Partner", clearance=Tlp.AMBER, stores=frozenset(StoreKind)),
    )
    brief = _make(site, analyst)
    page = brief["pages"][0]["id"]
    words = {"headline": f"We watch the {SECRET}.", "revision": brief["revision"]}
    _ok(analyst.patch(f"/api/v1/briefs/{brief['id']}/pages/{page}", json=words))
    asked = {"what": "brief", "brief": brief["id"], "form": "html", "filter": ""}
    town = _ok(analyst.post("/api/v1/releases/preview", json={**asked, "recipient": "town"}))
    assert SECRET not in str(town["theirs"])
    assert town["theirs"]["items"][0]["title"].startswith("1 report")
    partner = _ok(analyst.post("/api/v1/releases/preview", json={**asked, "recipient": "partner"}))
    assert SECRET in partner["theirs"]["items"][0]["title"]
    sent = {**asked, "recipient": "town", "purpose": "storm"}
    made = _ok(analyst.post("/api/v1/releases", json=sent), 201)
    file = analyst.get(f"/api/v1/releases/{made['id']}/file").content
    assert SECRET.encode() not in file
    lines = _ok(analyst.get(f"/api/v1/briefs/{brief['id']}"))["releases"]
    assert [line["recipient"] for line in lines] == ["Town"]


def test_a_question_is_noted_with_its_page(site: Served) -> None:
    brief = _make(site, site.officer)
    page = brief["pages"][0]["id"]
    address = f"/api/v1/briefs/{brief['id']}/questions"
    asked = {"page": page, "text": "Is the bridge open?"}
    assert _ok(site.officer.post(address, json=asked), 201)["page"] == page
    assert [one["text"] for one in _ok(site.officer.get(address))["items"]] == ["Is the bridge open?"]


def test_a_viewer_reads_no_brief_of_others_and_makes_none(site: Served) -> None:
    viewer = site.as_role(Role.VIEWER)
    assert viewer.post("/api/v1/briefs", json={"template": "bluf"}).status_code == 403
    assert _ok(viewer.get("/api/v1/briefs"))["total"] == 0
    assert site.officer.post("/api/v1/briefs", json={"template": "novel"}).status_code == 400
    bad = {"template": "bluf", "bbox": [1, 1, 0, 0]}
    assert site.officer.post("/api/v1/briefs", json=bad).status_code == 400


def test_a_sitrep_tells_of_shelters_outages_and_lifelines_and_says_what_nobody_said(site: Served) -> None:
    world = site.world
    shelter: dict[str, Any] = {
        "kind": "shelter",
        "sector": "emergency-services",
        "lifeline": "food-hydration-shelter",
    }
    world.site(name="High School", **shelter, extra={"Evac Capacity": "250", "ETA": "noon"})
    world.site(name="Armory", **shelter)
    _report(site, "Power out", type_code="utility.power-outage", extra={"customers": 1200})
    pages = {one["kind"]: one for one in _make(site, site.officer, template="sitrep")["pages"]}
    assert pages["shelters"]["headline"] == "2 shelters: room for 250, how many are inside is not known."
    assert [row[2] for row in pages["shelters"]["table"]["rows"]] == ["250", "not known"]
    assert "1,200 customers" in pages["outages"]["lines"][0]
    assert "not known" in pages["outages"]["lines"][1]
    assert "is not known" in pages["weather"]["headline"]
    table = pages["lifelines"]["table"]
    assert table["columns"] == ["Lifeline", "Status", "Sites", "Impact", "Action", "Gap", "ETA"]
    assert {row[-1] for row in table["rows"]} == {"not known"}
