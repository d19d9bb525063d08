"""Briefs that make themselves: once, for each recipient as they may have it, held where that is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.briefing.runner import Runner
from data.clock import FixedClock
from data.model import Role, StoreKind, Tlp
from data.release import NewRecipient
from tests.support.served import Served

EVERY_DAY = {"template": "bluf", "at": "10:00", "zone": "America/New_York", "forms": ["html"]}
BOTH = frozenset({StoreKind.OPEN, StoreKind.INCIDENT})


@pytest.fixture
def morning(site: Served, clock: FixedClock) -> Served:
    """Return the application with an incident, a recipient, and the hour of the brief some hours away."""
    green = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=BOTH)
    site.services.store.recipients.put(site.world.system, green)
    site.world.incident(title="Bridge out")
    clock.at += timedelta(hours=1)
    site.refresh()
    return site


def planned(site: Served, **values: Any) -> dict[str, Any]:
    body = EVERY_DAY | {"recipients": ["eoc"]} | values
    answer = site.officer.post("/api/v1/brief-schedules", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def schedule(site: Served) -> dict[str, Any]:
    (one,) = site.officer.get("/api/v1/brief-schedules").json()["items"]
    return dict(one)


def released(site: Served) -> list[dict[str, Any]]:
    return list(site.officer.get("/api/v1/releases").json()["items"])


def test_a_brief_is_made_frozen_and_released_at_its_hour_and_once(morning: Served, clock: FixedClock) -> None:
    made = planned(morning)
    assert (made["due"], made["title"]) == ("2026-11-01T15:00:00+00:00", "One-page BLUF")
    runner, other = Runner(morning.services), Runner(morning.services)
    assert runner.look() == 0
    clock.at += timedelta(hours=3)
    assert runner.look() == 1
    assert other.look() == 0
    (line,) = released(morning)
    assert (line["recipient"], line["form"], line["state"]) == ("eoc", "html", "released")
    after = schedule(morning)
    assert after["outcome"] == "Made; released to State EOC."
    assert after["due"] == "2026-11-02T15:00:00+00:00"
    brief = morning.officer.get(f"/api/v1/briefs/{after['brief']}").json()
    assert brief["frozen_at"]
    assert "1 report" in brief["pages"][0]["headline"]


def test_a_worker_killed_between_two_releases_leaves_the_rest_to_the_next_and_nothing_twice(
    morning: Served, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(morning, forms=["html", "gpkg"])
    clock.at += timedelta(hours=3)
    killed = Runner(morning.services)
    original, calls = killed._one_out, []

    def dies_at_the_second(*args: Any, **about: Any) -> list[str]:
        calls.append(about["form"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*args, **about)

    monkeypatch.setattr(killed, "_one_out", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        killed.look()
    assert [line["form"] for line in released(morning)] == ["html"]
    survivor = Runner(morning.services)
    assert survivor.look() == 0  # the lease of the dead one has not ended
    clock.at += timedelta(minutes=10)
    assert survivor.look() == 1
    assert sorted(line["form"] for line in released(morning)) == ["gpkg", "html"]
    assert morning.officer.get("/api/v1/briefs").json()["total"] == 1


def test_what_is_held_waits_for_somebody_else_than_whose_schedule_it_is(
    morning: Served, clock: FixedClock
) -> None:
    planned(morning, hold=True)
    clock.at += timedelta(hours=3)
    Runner(morning.services).look()
    (line,) = released(morning)
    assert (line["state"], line["why_held"]) == ("held", "the schedule asks for a person")
    assert "waits for a person" in schedule(morning)["outcome"]
    assert morning.officer.post(f"/api/v1/releases/{line['id']}/approve", json={}).status_code == 403
    assert morning.analyst.post(f"/api/v1/releases/{line['id']}/approve", json={}).status_code == 200


def test_an_agreement_that_ended_is_said_and_lets_nothing_out(morning: Served, clock: FixedClock) -> None:
    planned(morning)
    morning.services.store.recipients.end(morning.world.system, "eoc")
    clock.at += timedelta(hours=3)
    assert Runner(morning.services).look() == 1
    assert released(morning) == []
    assert "no longer a recipient" in schedule(morning)["outcome"]


def test_schedules_are_for_those_who_may_release_and_can_be_stopped(morning: Served) -> None:
    made = planned(morning)
    where = f"/api/v1/brief-schedules/{made['id']}"
    viewer = morning.as_role(Role.VIEWER)
    assert viewer.post("/api/v1/brief-schedules", json=EVERY_DAY | {"recipients": []}).status_code == 403
    assert morning.analyst.delete(where).status_code == 404
    stopped = morning.officer.patch(where, json={"active": False, "revision": 1}).json()
    assert (stopped["active"], stopped["revision"]) == (False, 2)
    assert morning.officer.patch(where, json={"at": "07:00", "revision": 1}).status_code == 409
    unknown = EVERY_DAY | {"recipients": ["nobody"]}
    assert morning.officer.post("/api/v1/brief-schedules", json=unknown).status_code == 404
    assert morning.officer.delete(where).status_code == 204
    assert morning.officer.get("/api/v1/brief-schedules").json()["total"] == 0
