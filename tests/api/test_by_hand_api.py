"""Tasks given by hand, segments named and taken away, and the search as it stood at a time."""

from __future__ import annotations

from tests.support.respond import POINT, SQUARE, TEAM, household, ok
from tests.support.served import Served


def test_a_task_is_given_by_hand_and_the_search_is_put_together_as_it_was(site: Served) -> None:
    client = site.officer
    team = ok(client.post("/api/v1/resources", json=TEAM), 201)
    where = household(client)
    nowhere = client.post("/api/v1/tasks", json={"resource": team["id"], "household": where})
    assert nowhere.status_code == 400
    assert "evidence" in nowhere.json()["hint"]
    ok(client.post(f"/api/v1/households/{where}/evidence", json=POINT), 201)
    given = ok(client.post("/api/v1/tasks", json={"resource": team["id"], "household": where}), 201)
    assert (given["status"], given["resource"]["name"]) == ("assigned", team["name"])
    assert given["expected_people"] > 0
    assert ok(client.get(f"/api/v1/households/{where}"))["status"] == "assigned"
    second = ok(client.post("/api/v1/tasks", json={"resource": team["id"], "household": where}), 201)
    assert (second["status"], second["order"]) == ("planned", 2)

    events = ok(client.get("/api/v1/respond/history"))["items"]
    now = ok(client.get("/api/v1/respond/then", params={"at": events[-1]["at"]}))
    assert [one["status"] for one in now["households"]] == ["assigned"]
    assert [one["status"] for one in now["tasks"]] == ["assigned", "planned"]
    back = {"status": "planned", "revision": given["revision"]}
    planned = ok(client.patch(f"/api/v1/tasks/{given['id']}", json=back))
    kept = ok(client.get("/api/v1/resources"))["items"][0]
    assert (planned["status"], kept["status"], kept["task_id"]) == ("planned", "available", None)
    assert ok(client.get(f"/api/v1/households/{where}"))["status"] == "located"
    long_ago = ok(client.get("/api/v1/respond/then", params={"at": "2001-01-01T00:00:00Z"}))
    assert (long_ago["households"], long_ago["tasks"], long_ago["people"]) == ([], [], 0)


def test_a_household_without_a_place_is_looked_for_where_its_words_or_somebody_say(site: Served) -> None:
    client = site.officer
    team = ok(client.post("/api/v1/resources", json=TEAM), 201)["id"]
    silent, read = household(client), household(client, narrative="They are near Coral Bay, Virgin Islands.")
    at = {"lon": POINT["params"]["lon"], "lat": POINT["params"]["lat"]}
    asked = ok(client.post("/api/v1/tasks", json={"resource": team, "household": silent, "at": at}), 201)
    assert "Nothing says where they are" in asked["why"]
    assert abs(asked["lon"] - at["lon"]) + abs(asked["lat"] - at["lat"]) < 0.01
    said = ok(client.post("/api/v1/tasks", json={"resource": team, "household": read}), 201)
    assert "nobody has accepted" in said["why"]
    sheet = client.get(f"/api/v1/plan/{said['plan_id']}?format=ics204")
    assert sheet.status_code == 200
    ok(client.patch(f"/api/v1/tasks/{asked['id']}", json={"status": "cancelled"}))
    assert ok(client.get(f"/api/v1/households/{silent}"))["status"] == "unverified"
    last = ok(client.get("/api/v1/respond/history"))["items"][-1]["at"]
    then = ok(client.get("/api/v1/respond/then", params={"at": last}))["households"]
    assert {one["id"]: one["status"] for one in then}[silent] == "unverified"


def test_segments_are_named_anew_and_taken_away_together(site: Served) -> None:
    client = site.officer
    made = ok(
        client.post("/api/v1/segments/make", json={"from": "cells", "shape": SQUARE, "side_m": 400.0}), 201
    )["items"]
    # West of St. John, half of the box is the sound: cells that are water alone are left out.
    sound = {"from": "cells", "bbox": [-64.86, 18.31, -64.78, 18.35], "side_m": 500.0}
    dry = ok(client.post("/api/v1/segments/make", json=sound), 201)["items"]
    wet = ok(client.post("/api/v1/segments/make", json=sound | {"water": True}), 201)["items"]
    assert 10 < len(dry) < 0.8 * len(wet)
    open_sea = {"from": "cells", "bbox": [-64.9, 17.9, -64.8, 18.0], "side_m": 2000.0}
    assert "only water" in client.post("/api/v1/segments/make", json=open_sea).json()["message"]
    made = [*made, *dry, *wet]
    change = {"name": "North slope", "revision": made[0]["revision"]}
    assert ok(client.patch(f"/api/v1/segments/{made[0]['id']}", json=change))["name"] == "North slope"
    assert client.patch(f"/api/v1/segments/{made[0]['id']}", json=change).status_code == 409
    gone = {"ids": [one["id"] for one in made]}
    assert ok(client.post("/api/v1/segments/remove", json=gone)) == {"removed": len(made)}
    assert ok(client.get("/api/v1/segments"))["items"] == []
    assert ok(client.post("/api/v1/segments/remove", json=gone)) == {"removed": 0}
