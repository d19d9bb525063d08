"""Roads, closures and shelters over the API: who is cut off, and how a plan gets there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely import LineString, to_wkb
from starlette.testclient import TestClient

from data.model import LonLat, Role
from layers.roads.network import RESIDENTIAL
from layers.roads.reading import assemble
from tests.support.respond import TEAM
from tests.support.respond import household as _household
from tests.support.respond import ok as _ok
from tests.support.served import Served


def _tasks_of(client: TestClient) -> list[dict[str, Any]]:
    plan = _ok(client.post("/api/v1/plan", json={"hours": 12}), 201)
    return list(plan["tasks"])


def test_a_closed_road_cuts_people_off_and_its_reopening_frees_them(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, world = site.officer, site.world
    unknown = _ok(client.get("/api/v1/respond/reach"))
    assert (unknown["known"], unknown["cut_off"], unknown["why"]) == (
        False,
        None,
        "There is no base to start from.",
    )
    line = LineString([(-64.79, 18.33), (-64.76, 18.33), (-64.73, 18.33), (-64.71, 18.33)])
    parts = [LineString(line.coords[at : at + 2]) for at in range(3)]
    source = world.source("roads", kind="roads")
    edges = len(parts)
    network = assemble(
        np.array(parts, dtype=object),
        ends=None,
        road_class=np.full(edges, RESIDENTIAL, np.uint8),
        oneway=np.zeros(edges, np.int8),
    )
    world.store.networks.replace(world.system, source, world.scope(), network)
    rows = [
        {"scope_id": world.scope(), "name": "Centerline", "key": "centerline", "place": "", "length_m": 1.0}
        | {"geometry": to_wkb(part), "source_id": source}
        for part in parts
    ]
    world.store.streets.replace(world.system, source, rows)
    _ok(client.post("/api/v1/resources", json={**TEAM, "base": {"lon": -64.79, "lat": 18.33}}), 201)
    near, far = (
        _household(client, lon=lon, lat=18.3301, accuracy_m=30.0, people_count=people)
        for lon, people in ((-64.7601, 2), (-64.7101, 5))
    )
    assert _ok(client.get("/api/v1/respond/reach"))["cut_off"] == {"households": 0, "people": 0.0}
    slide = {"type": "LineString", "coordinates": [[-64.72, 18.329], [-64.72, 18.331]]}
    body = {"name": "Slide", "geometry": slide, "tlp": "green"}
    made = _ok(client.post("/api/v1/closures", json=body), 201)
    found = _ok(client.get("/api/v1/respond/reach", params={"vehicle": "car"}))
    assert found["cut_off"] == {"households": 1, "people": 5.0}
    assert [one["households"] for one in found["pockets"]] == [[far]]
    assert [(one["closure_id"], one["people"]) for one in found["reopenings"]] == [(made["id"], 5.0)]
    assert {one["id"]: one["cut_off"] for one in found["households"]} == {near: False, far: True}
    (first,) = _ok(client.get("/api/v1/households", params={"cut_off": 1}))["items"]
    assert (first["id"], first["cut_off"]) == (far, True)
    assert "Cut off: no road · 5" in first["priority"]["reasons"]
    beside = _ok(client.get("/api/v1/households", params={"cut_off": 0, "due": 0}))["items"]
    assert [one["id"] for one in beside] == [near]
    assert _ok(client.get("/api/v1/households", params={"due": 1}))["total"] == 0
    full = world.site(
        name="Full school",
        kind="shelter",
        place=LonLat(-64.76, 18.33),
        extra={"Evac Cap": 3, "Total Pop": "2"},
    )
    world.site(name="Far church", kind="shelter", place=LonLat(-64.79, 18.33))
    site.services.mirror.refresh()
    rows = {one["id"]: one for one in _ok(client.get("/api/v1/respond/reach"))["households"]}
    assert rows[near]["shelter"]["name"] == "Far church", "two people do not fit where there is room for one"
    editor = site.as_role(Role.ANALYST)
    freed = {"revision": 1, "occupancy": 1}
    changed = _ok(editor.patch(f"/api/v1/sites/{full.id}", json=freed))
    assert (changed["capacity"], changed["occupancy"]) == (3, 1)
    rows = {one["id"]: one for one in _ok(client.get("/api/v1/respond/reach"))["households"]}
    assert rows[near]["shelter"] == {
        "name": "Full school",
        "seconds": rows[near]["shelter"]["seconds"],
        "space": 2,
    }
    ways = {one["household"]["id"]: (one["travel_by"], one["why"]) for one in _tasks_of(client)}
    assert ways[near][0] == "road"
    assert ways[far][0] == "road, then on foot"
    assert ways[far][1].endswith("By road as far as it is open, then on foot.")
    assert _ok(client.post("/api/v1/plan", json={"hours": 12}), 201)["notes"] == []
    with monkeypatch.context() as patched:
        patched.setattr("dashboard.legs._WORK", 0)  # as if the network were too large
        (note,) = _ok(client.post("/api/v1/plan", json={"hours": 12}), 201)["notes"]
    assert "straight line" in note
    wet = _ok(client.post("/api/v1/closures", json={**body, "name": "Flood"}), 201)
    assert {one["household"]["id"] for one in _tasks_of(client)} == {near}
    _ok(client.patch(f"/api/v1/closures/{wet['id']}", json={"revision": 1, "active": False}))
    for straight in ("boat", "air"):
        over = _ok(client.get("/api/v1/respond/reach", params={"vehicle": straight}))
        assert (over["cut_off"], over["reopenings"]) == ({"households": 0, "people": 0.0}, [])
    asked = {"lon": -64.79, "lat": 18.33, "minutes": "5,60"}
    rings = _ok(client.get("/api/v1/respond/isochrones", params=asked))["features"]
    assert [one["properties"]["minutes"] for one in rings] == [60, 5]
    streets = {"from": "roads", "bbox": [-64.80, 18.32, -64.70, 18.34], "tlp": "green"}
    assert _ok(client.post("/api/v1/segments/make", json=streets), 201)["total"] > 3
    assert client.get("/api/v1/respond/reach", params={"vehicle": "rocket"}).status_code == 400
