"""Evidence, plans, tasks and closures over the API, from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from starlette.testclient import TestClient

from data.clock import FixedClock
from data.model import Role, Tlp
from tests.support.records import HOSTILE
from tests.support.respond import AREA, CORAL_BAY, POINT, SQUARE, TEAM
from tests.support.respond import household as _household
from tests.support.respond import ok as _ok
from tests.support.served import Served

GPX = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x"><trk><trkseg>'
    + "".join(
        f'<trkpt lat="{18.340 + i * 0.0002:.4f}" lon="{-64.713 - (i % 7) * 0.0004:.4f}"/>' for i in range(60)
    )
    + "</trkseg></trk></gpx>"
)


def _surface(client: TestClient, household: str, **asked: Any) -> dict[str, Any]:
    return _ok(client.get(f"/api/v1/households/{household}/surface", params=asked))


def _enter(client: TestClient, household: str, piece: dict[str, Any]) -> dict[str, Any]:
    return _ok(client.post(f"/api/v1/households/{household}/evidence", json=piece), 201)


def _change(client: TestClient, piece: dict[str, Any], **values: Any) -> dict[str, Any]:
    body = {"revision": piece["revision"], **values}
    return _ok(client.patch(f"/api/v1/evidence/{piece['id']}", json=body))


def test_evidence_taken_back_leaves_the_surface_as_it_was_and_its_history_stays(site: Served) -> None:
    client = site.officer
    household = _household(client)
    assert _surface(client, household)["areas"] == []
    _enter(client, household, POINT)
    before = _surface(client, household)
    assert [one["level"] for one in before["areas"]] == [0.5, 0.8, 0.95]
    first = before["candidates"][0]
    assert abs(first["lon"] - CORAL_BAY[0]) < 0.002
    assert "Coral Bay" in first["address"]
    assert first["usng"].startswith("20Q")
    assert 0 < len(before["cells"]["features"]) <= 2_000

    area = _enter(client, household, AREA)
    both = _surface(client, household)
    assert both != before
    assert {one["evidence_id"] for one in both["contributions"]} >= {area["id"]}
    off = _change(client, area, on=False, note="not sure")
    assert _surface(client, household) == before
    on = _change(client, off, on=True, weight=0.5)
    assert _surface(client, household) not in (before, both)
    gone = _change(client, on, withdrawn=True)
    assert _surface(client, household) == before
    history = gone["history"]
    assert [(one["on"], one["weight"], one["withdrawn"]) for one in history] == [
        (True, 1.0, False),
        (False, 1.0, False),
        (True, 0.5, False),
        (True, 0.5, True),
    ]
    assert all(one["by"] and one["at"] for one in history)
    assert history[1]["note"] == "not sure"
    told = _ok(client.get("/api/v1/respond/history", params={"record": household}))
    assert [one["detail"]["action"] for one in told["items"] if one["kind"] == "household.evidence"] == [
        "entered",
        "entered",
        "changed",
        "changed",
        "taken back",
    ]


def test_the_order_in_which_evidence_comes_does_not_matter(site: Served) -> None:
    client = site.officer
    one, other = _household(client), _household(client)
    for household, pieces in ((one, (POINT, AREA)), (other, (AREA, POINT))):
        for piece in pieces:
            _enter(client, household, piece)
    surfaces = [_surface(client, household) for household in (one, other)]
    first, second = ([(a["level"], a["km2"], a["geometry"]) for a in each["areas"]] for each in surfaces)
    assert first == second
    assert surfaces[0]["elsewhere"] == pytest.approx(surfaces[1]["elsewhere"], abs=1e-12)


def test_a_change_on_top_of_an_old_revision_is_a_conflict(site: Served) -> None:
    client = site.officer
    piece = _enter(client, _household(client), POINT)
    _change(client, piece, on=False)
    answer = client.patch(f"/api/v1/evidence/{piece['id']}", json={"revision": 1, "on": True})
    assert answer.status_code == 409
    assert answer.json()["revision"] == 2


def test_the_place_of_a_call_is_evidence_that_can_be_switched_off(site: Served) -> None:
    client = site.officer
    household = _household(client, lon=CORAL_BAY[0], lat=CORAL_BAY[1], accuracy_m=200.0)
    (piece,) = _ok(client.get(f"/api/v1/households/{household}/evidence"))["items"]
    assert piece["from_call"]
    assert _surface(client, household)["areas"]
    _change(client, piece, on=False)
    assert _surface(client, household)["areas"] == []


def test_clues_are_proposed_with_their_words_and_a_decision_is_remembered(site: Served) -> None:
    client = site.officer
    household = _household(client, place_text="two miles north of Coral Bay, St. John")
    address = f"/api/v1/households/{household}/proposals"
    found = _ok(client.get(address))["items"]
    assert found
    assert "Coral Bay" in found[0]["words"]
    made = _ok(client.post(f"{address}/{found[0]['key']}/accept", json={}), 201)
    assert (made["kind"], made["words"]) == (found[0]["kind"], found[0]["words"])
    for one in found[1:]:
        assert client.post(f"{address}/{one['key']}/refuse").status_code == 204
    assert _ok(client.get(address))["items"] == []
    assert client.post(f"{address}/{found[0]['key']}/accept", json={}).status_code == 404
    assert _surface(client, household)["areas"]


def _planned(client: TestClient) -> tuple[list[str], dict[str, Any]]:
    households = [_household(client) for _ in range(3)]
    for number, household in enumerate(households):
        lon, lat = CORAL_BAY[0] + number * 0.02, CORAL_BAY[1]
        params = {"lon": lon, "lat": lat, "accuracy_m": 150.0}
        _enter(client, household, {"kind": "point", "params": params})
    _ok(client.post("/api/v1/resources", json=TEAM), 201)
    _ok(client.post("/api/v1/segments", json={"name": "Harbour", "geometry": SQUARE, "tlp": "green"}), 201)
    plan = _ok(client.post("/api/v1/plan", json={"hours": 8, "visibility": "good", "model": "random"}), 201)
    return households, plan


def test_a_plan_is_taken_a_track_is_sent_and_people_are_found(site: Served) -> None:
    client = site.officer
    households, plan = _planned(client)
    assert plan["tasks"]
    assert plan["expected_people"] >= plan["even_split"] * (1 - 1e-9)
    assert [one["order"] for one in plan["tasks"]] == list(range(1, len(plan["tasks"]) + 1))
    tasks = _ok(client.post(f"/api/v1/plan/{plan['id']}/adopt"), 201)["items"]
    assert client.post(f"/api/v1/plan/{plan['id']}/adopt").status_code == 409
    first = next(one for one in tasks if one["status"] == "assigned")
    (team,) = _ok(client.get("/api/v1/resources"))["items"]
    assert (team["status"], team["task_id"]) == ("assigned", first["id"])

    before = _surface(client, households[0])
    sent = client.post(f"/api/v1/tasks/{first['id']}/track", files={"file": ("t.gpx", GPX.encode())})
    track = _ok(sent, 201)
    assert track["km"] > 1
    assert (track["visibility"], track["sweep_m"]) == ("good", 60.0)
    poor = client.post(
        f"/api/v1/tasks/{first['id']}/track?visibility=poor", files={"file": ("t.gpx", GPX.encode())}
    )
    assert _ok(poor, 201)["sweep_m"] == 20.0
    assert track["households"] >= 1
    assert _surface(client, households[0]) != before
    pieces = _ok(client.get(f"/api/v1/households/{households[0]}/evidence"))["items"]
    assert "searched" in {one["kind"] for one in pieces}

    result = {"outcome": "found", "household_ids": [households[0]], "people": 2, "note": "on the roof"}
    done = _ok(client.post(f"/api/v1/tasks/{first['id']}/result", json=result))
    assert done["status"] == "done"
    assert _ok(client.get(f"/api/v1/households/{households[0]}"))["status"] == "reached"
    assert client.post(f"/api/v1/tasks/{first['id']}/result", json=result).status_code == 409
    (team,) = _ok(client.get("/api/v1/resources"))["items"]
    assert (team["status"], team["task_id"]) == ("available", None)
    waiting = _ok(client.get("/api/v1/respond/households.geojson"))["features"]
    assert households[0] not in {one["id"] for one in waiting}
    kinds = [one["kind"] for one in _ok(client.get("/api/v1/respond/history"))["items"]]
    assert {"plan.adopted", "task.status", "task.result", "resource.made", "segment.made"} <= set(kinds)


def test_nobody_found_makes_the_searched_ground_less_likely(site: Served) -> None:
    client = site.officer
    household = _household(client)
    _enter(client, household, POINT)
    _ok(client.post("/api/v1/resources", json=TEAM), 201)
    plan = _ok(client.post("/api/v1/plan", json={"hours": 8}), 201)
    (task,) = _ok(client.post(f"/api/v1/plan/{plan['id']}/adopt"), 201)["items"]
    before = _surface(client, household)["elsewhere"]
    _ok(client.post(f"/api/v1/tasks/{task['id']}/result", json={"outcome": "not_found", "pod": 0.8}))
    assert _surface(client, household)["elsewhere"] > before


def test_a_plan_leaves_as_files_that_say_their_marking_and_run_nothing(site: Served) -> None:
    client = site.officer
    _, _ = _planned(client)
    hostile = "<script>alert(1)</script>\u202e"
    _ok(client.post("/api/v1/resources", json={**TEAM, "name": hostile, "radio": "<b>=1+1"}), 201)
    plan = _ok(client.post("/api/v1/plan", json={"hours": 8}), 201)
    texts = {}
    for form in ("gpx", "kml", "geojson", "cot", "ics204"):
        answer = client.get(f"/api/v1/plan/{plan['id']}", params={"format": form})
        assert answer.status_code == 200, answer.text
        texts[form] = answer.text
        assert "TLP:GREEN" in answer.text
        assert "2026-11-01T12:00:00Z" in answer.text
        assert "20Q" in answer.text
        assert form == "geojson" or "<script" not in answer.text
    count = len(plan["tasks"])
    assert len(fromstring(texts["gpx"]).findall("{*}wpt")) == count
    assert len(fromstring(texts["kml"]).findall(".//{*}Placemark")) == count
    events = [fromstring(line) for line in texts["cot"].splitlines()]
    assert {one.tag for one in events} == {"event"}
    assert len([one for one in events if one.get("type") == "b-m-p-s-m"]) == count
    assert all(one.find("point") is not None for one in events)
    assert "VTAC11" in texts["ics204"]
    assert "<svg" in texts["ics204"]


def test_a_plan_that_tells_of_a_hidden_segment_is_hidden_and_marked_as_it_is(site: Served) -> None:
    high = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    body = {"name": "Red ground", "geometry": SQUARE, "tlp": "red", "visibility": "poor"}
    _ok(high.post("/api/v1/segments", json=body), 201)
    _planned(site.officer)
    asked = {"hours": 8, "model": "definite"}
    plan = _ok(high.post("/api/v1/plan", json=asked), 201)
    assert {"poor", "good"} >= {one["visibility"] for one in plan["tasks"]}
    assert plan["expected_people"] >= plan["even_split"] * (1 - 1e-9)
    path = f"/api/v1/plan/{plan['id']}"
    assert "TLP:RED" in high.get(path, params={"format": "gpx"}).text
    assert site.officer.get(path).status_code == 404


def test_a_household_that_is_hidden_changes_nothing_that_is_seen(site: Served) -> None:
    low = site.officer
    high = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    _planned(low)
    paths = (
        "/api/v1/resources",
        "/api/v1/segments",
        "/api/v1/tasks",
        "/api/v1/respond/history",
        "/api/v1/respond/households.geojson",
        "/api/v1/respond/expected.geojson",
    )

    def seen() -> list[Any]:
        plan = _ok(low.post("/api/v1/plan", json={"hours": 8}), 201)
        gains = [plan["expected_people"], plan["even_split"], len(plan["tasks"]), plan["households"]]
        return [low.get(path).json() for path in paths] + gains

    before = seen()
    secret = _household(high, tlp="red", people_count=40)
    piece = _enter(high, secret, POINT)
    _change(high, piece, weight=0.9)
    plan = _ok(high.post("/api/v1/plan", json={"hours": 8, "households": [secret]}), 201)
    assert seen() == before
    hidden = (f"/api/v1/households/{secret}/{what}" for what in ("evidence", "proposals", "surface"))
    for path in (*hidden, f"/api/v1/plan/{plan['id']}"):
        assert low.get(path).status_code == 404, path
    assert low.patch(f"/api/v1/evidence/{piece['id']}", json={"revision": 2, "on": False}).status_code == 404
    assert low.post(f"/api/v1/plan/{plan['id']}/adopt").status_code == 404
    body = {"hours": 8, "households": [secret]}
    assert low.post("/api/v1/plan", json=body).status_code == 404


def test_a_task_at_a_hidden_household_is_seen_by_nobody_who_may_not_see_it(site: Served) -> None:
    low = site.officer
    high = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    _ok(low.post("/api/v1/resources", json=TEAM), 201)
    secret = _household(high, tlp="red")
    _enter(high, secret, POINT)
    plan = _ok(high.post("/api/v1/plan", json={"hours": 8}), 201)
    (task,) = _ok(high.post(f"/api/v1/plan/{plan['id']}/adopt"), 201)["items"]
    assert _ok(low.get("/api/v1/tasks"))["items"] == []
    (busy,) = _ok(low.get("/api/v1/resources"))["items"]
    assert (busy["task_id"], busy["status"]) == (None, "out_of_service")
    assert low.delete(f"/api/v1/resources/{busy['id']}").status_code == 409
    seen = _household(low, lon=CORAL_BAY[0], lat=CORAL_BAY[1], accuracy_m=100.0)
    assert _ok(low.post("/api/v1/plan", json={"households": [seen]}), 201)["tasks"] == []
    answer = low.patch(f"/api/v1/tasks/{task['id']}", json={"status": "cancelled"})
    assert answer.status_code == 404


def test_a_road_is_closed_by_hand_or_by_an_incident_and_opened_again(site: Served) -> None:
    client = site.officer
    line = {"type": "LineString", "coordinates": [[-64.72, 18.34], [-64.71, 18.35]]}
    body = {"name": "Centerline Road", "reason": "landslide", "geometry": line}
    made = _ok(client.post("/api/v1/closures", json=body), 201)
    assert made["active"]
    opened = {"revision": made["revision"], "active": False}
    assert not _ok(client.patch(f"/api/v1/closures/{made['id']}", json=opened))["active"]
    assert client.patch(f"/api/v1/closures/{made['id']}", json=opened).status_code == 409
    incident = site.world.incident()
    of_it = {"name": "Flooded", "incident_id": str(incident.id), "until": "2026-11-02T00:00:00Z"}
    kept = _ok(client.post("/api/v1/closures", json=of_it), 201)
    assert kept["geometry"]["type"] == "Polygon"
    assert _ok(client.get("/api/v1/closures"))["total"] == 2


def test_segments_are_made_from_cells_and_coast(site: Served) -> None:
    client = site.officer
    for source in ("cells", "coast"):
        body = {"from": source, "bbox": [-64.75, 18.31, -64.68, 18.37], "tlp": "green"}
        made = _ok(client.post("/api/v1/segments/make", json=body), 201)
        assert made["total"] > 3, source
        assert {one["kind"] for one in made["items"]} == {source}
    first = made["items"][0]["id"]
    assert client.delete(f"/api/v1/segments/{first}").status_code == 204
    assert first not in {one["id"] for one in _ok(client.get("/api/v1/segments"))["items"]}
    nothing = {"from": "roads", "bbox": [-64.75, 18.31, -64.68, 18.37]}
    assert client.post("/api/v1/segments/make", json=nothing).status_code == 400


REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("households/{}/evidence", {"kind": "nonsense", "params": {}}),
    ("households/{}/evidence", {"kind": "point", "params": {"lon": 999, "lat": 0, "accuracy_m": 5}}),
    ("households/{}/evidence", {"kind": "point", "params": []}),
    ("households/{}/evidence", {"kind": "area", "params": {"shape": {"type": "Polygon"}}}),
    ("households/{}/evidence", {"kind": "point", "params": {"lon": 0, "lat": 0, "accuracy_m": 4e9}}),
    ("households/{}/evidence", {**POINT, "reliability": 2}),
    ("resources", {**TEAM, "speed_kmh": -1}),
    ("resources", {**TEAM, "base": {"lon": 0, "lat": 91}}),
    ("segments", {"name": "x", "geometry": {"type": "Point", "coordinates": [0, 0]}}),
    ("segments/make", {"from": "cells", "bbox": [0, 0, 170, 80], "side_m": 50}),
    ("segments/make", {"from": "cells", "bbox": [10, 10, 0, 0]}),
    ("segments/make", {"from": "cells"}),
    ("closures", {"name": "x"}),
    ("plan", {"hours": 0}),
    ("plan", {"model": "magic"}),
    ("plan", {"resources": ["01890000-0000-7000-8000-000000000000"]}),
)


def test_what_cannot_be_meant_is_refused_in_words(site: Served) -> None:
    household = _household(site.officer)
    for path, body in REFUSED:
        answer = site.officer.post(f"/api/v1/{path.format(household)}", json=body)
        assert 400 <= answer.status_code < 500, (path, body, answer.text)
        assert answer.json()["message"]


def test_hostile_words_come_back_as_they_were_and_hostile_files_are_refused(site: Served) -> None:
    client = site.officer
    household = _household(client)
    for text in HOSTILE:
        assert _enter(client, household, {**POINT, "words": text, "source": text})["words"] == text
    _ok(client.post("/api/v1/resources", json=TEAM), 201)
    plan = _ok(client.post("/api/v1/plan", json={"hours": 8}), 201)
    (task,) = _ok(client.post(f"/api/v1/plan/{plan['id']}/adopt"), 201)["items"]
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>'
    for content in (b"", b"\x00\xff", b"<gpx/>", bomb, b"not xml", GPX.replace("18.3", "98.3").encode()):
        answer = client.post(f"/api/v1/tasks/{task['id']}/track", files={"file": ("t.gpx", content)})
        assert 400 <= answer.status_code < 500, content


def test_the_history_replays_the_surface_as_it_was_known(site: Served) -> None:
    client = site.officer
    household = _household(client)
    _enter(client, household, POINT)
    before = _surface(client, household)
    clock = site.services.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(hours=1)
    _enter(client, household, AREA)
    assert _surface(client, household) != before
    assert _surface(client, household, at="2026-11-01T12:00:00Z") == before
    file = client.get(f"/api/v1/households/{household}/surface", params={"format": "geotiff"})
    assert file.status_code == 200
    assert file.content[:2] in (b"II", b"MM")


def test_a_viewer_sees_nothing_of_the_search(site: Served) -> None:
    client = site.as_role(Role.VIEWER)
    for path in ("resources", "segments", "tasks", "closures", "respond/history", "respond/expected.geojson"):
        assert client.get(f"/api/v1/{path}").status_code == 403
