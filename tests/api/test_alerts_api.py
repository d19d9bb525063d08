"""Watch areas and alerts by HTTP: made, found, told of, taken."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from data.clock import FixedClock
from data.model import Role
from tests.support.served import Served, a_report

CITY = {"kind": "drawn", "shape": "r:-71.2,42.2,-70.9,42.5"}
SEVERE = {"kind": "severity", "at_least": 4}


def draft(**values: Any) -> dict[str, Any]:
    return {"name": "Harbour", "geography": CITY, "rule": SEVERE, **values}


def watch(client: TestClient, **values: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/watch-areas", json=draft(**values))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def send(site: Served, **values: Any) -> str:
    """Report something, and let the watcher look."""
    answer = site.analyst.post("/api/v1/incidents", json=a_report(site.world, tlp="green", **values))
    assert answer.status_code == 201, answer.text
    look(site)
    return str(answer.json()["id"])


def look(site: Served) -> None:
    site.refresh()
    assert site.app.state.watcher.look()
    site.refresh()


def alerts(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/alerts", params=params).json()["items"])


def test_a_severe_report_in_a_watch_area_becomes_an_alert_once(site: Served) -> None:
    area = watch(site.officer)
    incident = send(site, severity=5)
    look(site)
    (found,) = alerts(site.officer)
    assert found["watch_area"] == {"id": area["id"], "name": "Harbour"}
    assert found["state"] == "open"
    assert found["severity"] == 5
    assert "High (5)" in found["reason"]
    assert [one["id"] for one in found["incidents"]] == [incident]
    assert site.officer.get("/api/v1/alerts").json()["open"] == 1


def test_reports_elsewhere_or_slight_ones_or_old_ones_are_not_told_of(site: Served) -> None:
    watch(site.officer)
    send(site, severity=3)
    send(site, severity=6, lon=-72.6, lat=42.1)
    send(site, severity=6, occurred="2026-10-01T12:00:00Z")
    assert alerts(site.officer) == []


def test_a_report_that_becomes_severe_is_told_of_then_and_later_edits_are_not(site: Served) -> None:
    watch(site.officer)
    incident = send(site, severity=1)
    assert alerts(site.officer) == []
    for revision, change in ((1, {"severity": 5}), (2, {"title": "Mended title"}), (3, {"severity": 6})):
        answer = site.officer.patch(f"/api/v1/incidents/{incident}", json={"revision": revision, **change})
        assert answer.status_code == 200, answer.text
        look(site)
        assert len(alerts(site.officer)) == 1


def test_a_count_is_told_of_once_until_it_has_been_quiet_for_a_while(site: Served, clock: FixedClock) -> None:
    watch(site.officer, rule={"kind": "count", "above": 2, "within": "1h"})
    for minute in (10, 15, 20, 22, 24):
        send(site, occurred=f"2026-11-01T11:{minute}:00Z")
    (found,) = alerts(site.officer)
    assert found["count"] == 3
    assert "more than 2" in found["reason"]
    # Hours later the same happens again: a new cause.
    clock.at = clock.at.replace(hour=17)
    for minute in (11, 12, 13, 14):
        send(site, occurred=f"2026-11-01T16:{minute}:00Z")
    assert [one["count"] for one in alerts(site.officer)] == [3, 3]


def test_who_is_not_told_sees_neither_area_nor_alert(site: Served) -> None:
    area = watch(site.officer)
    send(site, severity=5)
    (alert,) = alerts(site.officer)
    other = site.as_role(Role.COORDINATOR)
    assert other.get("/api/v1/watch-areas").json()["items"] == []
    assert alerts(other) == []
    for path in (f"watch-areas/{area['id']}", f"alerts/{alert['id']}"):
        assert other.get(f"/api/v1/{path}").status_code == 404
    assert other.post(f"/api/v1/alerts/{alert['id']}/acknowledge").status_code == 404
    assert other.delete(f"/api/v1/watch-areas/{area['id']}").status_code == 404


def test_an_alert_is_acknowledged_by_a_person_and_then_closed(site: Served) -> None:
    watch(site.officer, tells=["agency"])
    send(site, severity=5)
    (alert,) = alerts(site.officer)
    taken = site.analyst.post(f"/api/v1/alerts/{alert['id']}/acknowledge").json()
    assert taken["state"] == "acknowledged"
    assert taken["acknowledged_by"].startswith("analyst")
    again = site.officer.post(f"/api/v1/alerts/{alert['id']}/acknowledge").json()
    assert again["acknowledged_by"] == taken["acknowledged_by"]
    assert alerts(site.officer, state="open") == []
    assert site.officer.post(f"/api/v1/alerts/{alert['id']}/close").json()["state"] == "closed"
    actions = [(one["action"], one["kind"]) for one in site.services.store.audit.entries(limit=100)]
    assert {("add", "watch_area"), ("alert", "alert"), ("acknowledge", "alert"), ("close", "alert")} <= set(
        actions
    )


def test_two_who_change_one_watch_area_do_not_overwrite_each_other(site: Served) -> None:
    area = watch(site.officer, agency_id=1)
    path = f"/api/v1/watch-areas/{area['id']}"
    first = site.officer.patch(path, json={"revision": 1, "name": "Inner harbour"})
    assert first.json()["revision"] == 2
    second = site.analyst.patch(path, json={"revision": 1, "rule": {"kind": "severity", "at_least": 2}})
    assert second.status_code == 409
    assert second.json()["theirs"]["rule"] == SEVERE
    assert site.officer.delete(path).status_code == 204
    assert site.officer.get(path).status_code == 404


def test_a_watch_area_is_taken_as_it_is_given(site: Served) -> None:
    full = draft(
        rule={"kind": "unusual", "method": "poisson", "within": "2h"},
        filter="type=fire&last=24h&not=type",
        budget={"alarms": 1, "hours": 12},
        quiet_hours={"from": "22:00", "to": "06:00", "zone": "America/New_York", "mode": "hold"},
        escalation={"after_min": 15, "to": [site.world.user(role=Role.SUPERVISOR)]},
        tells=["agency"],
        channels=[{"kind": "smtp", "ceiling": "amber"}],
    )
    made = watch(site.officer, **full)
    assert {name: made[name] for name in full} == {**full, "filter": "not=type&type=fire"}
    assert made["rate"]["seen_per_day"] == 0


def test_what_makes_no_sense_is_refused_in_words(site: Served) -> None:
    nobody = "01a204a8-0000-7000-8000-000000000000"
    bad = {
        "a rule": {"rule": {"kind": "guess"}},
        "a window": {"rule": {"kind": "count", "above": 5, "within": "1 hour"}},
        "a shape": {"geography": {"kind": "drawn", "shape": "p:1,2"}},
        "a place": {"geography": {"kind": "route", "line": [[-71, 42], [-71, 95]], "metres": 50}},
        "a metre": {"geography": {"kind": "route", "line": [[0, 0], [0, 0]], "metres": 50}},
        "30 degrees": {"geography": {"kind": "route", "line": [[-180, 0], [180, 0]], "metres": 50}},
        "a zone": {"quiet_hours": {"from": "22:00", "to": "06:00", "zone": "Mars/Olympus"}},
        "a path": {"quiet_hours": {"from": "22:00", "to": "06:00", "zone": "../../etc/passwd"}},
        "a budget": {"budget": {"alarms": 0, "hours": 12}},
        "a stranger": {"tells": [4_000]},
        "a type": {"filter": "type=no.such"},
        "another agency": {"agency_id": 7},
        "a field": {"colour": "red"},
        "no name": {"name": "  "},
    }
    for what, values in bad.items():
        answer = site.officer.post("/api/v1/watch-areas", json=draft(**values))
        assert answer.status_code == 400, (what, answer.text)
        assert answer.json()["message"], what
    for geography in ({"kind": "area", "area_id": nobody}, {"kind": "sites", "sites": [nobody], "metres": 9}):
        assert site.officer.post("/api/v1/watch-areas", json=draft(geography=geography)).status_code == 404
    for cursor in ("x", "1.", "9" * 30 + ".1"):
        assert site.officer.get("/api/v1/alerts", params={"cursor": cursor}).status_code == 400


def test_alerts_come_in_pages(site: Served) -> None:
    watch(site.officer)
    for number in range(5):
        send(site, severity=5, title=f"Fire {number}")
    seen, cursor = [], ""
    while True:
        answer = site.officer.get("/api/v1/alerts", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["id"] for one in answer["items"]]
        cursor = answer["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5


def test_the_live_line_says_that_there_is_an_alert(site: Served) -> None:
    watch(site.officer)
    with site.officer.websocket_connect("/live") as socket:
        before = socket.receive_json()["alerts"]
        send(site, severity=5)
        while (after := socket.receive_json()["alerts"]) == before:
            pass
    with site.as_role(Role.COORDINATOR).websocket_connect("/live") as socket:
        assert socket.receive_json()["alerts"] == 0
    assert after != before


def test_the_alerts_of_one_watch_area_can_be_asked_for_alone(site: Served) -> None:
    areas = [watch(site.officer)["id"] for _ in range(2)]
    send(site, severity=6)
    for area in areas:
        assert [one["watch_area"]["id"] for one in alerts(site.officer, watch_area=area)] == [area]
        assert alerts(site.as_role(Role.COORDINATOR), watch_area=area) == []
    assert site.officer.get("/api/v1/alerts", params={"watch_area": "x"}).status_code == 400


def test_a_draft_is_tried_on_its_own_past(site: Served) -> None:
    for hour in range(1, 6):
        send_only(site, severity=hour, occurred=f"2026-11-01T{hour:02d}:30:00Z")
    site.refresh()
    body = draft(since="2026-11-01T03:00:00Z", budget={"alarms": 1, "hours": 12})
    answer = site.officer.post("/api/v1/watch-areas/backtest", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [one["time"] for one in found["alerts"]] == [
        "2026-11-01T04:30:00.000Z",
        "2026-11-01T05:30:00.000Z",
    ]
    assert {"time", "reason", "count", "expected"} == set(found["alerts"][0])
    assert found["history"]["reports"] == 5
    assert found["over_time"] == {
        "from": "2026-11-01T03:00:00.000Z",
        "step_s": 3600,
        "counts": [1, 1, 1, 0, 0, 0, 0, 0, 0],
    }
    assert found["rate"] == round(2 / (9 / 24), 5)
    assert found["budget"]["per_day"] == 2
    new = draft(rule={"kind": "unusual", "method": "poisson", "within": "1h"})
    assert "four weeks" in site.officer.post("/api/v1/watch-areas/backtest", json=new).json()["note"]
    assert site.as_role(Role.VIEWER).post("/api/v1/watch-areas/backtest", json=body).status_code == 403


def send_only(site: Served, **values: Any) -> None:
    assert site.analyst.post("/api/v1/incidents", json=a_report(site.world, tlp="green", **values)).is_success
