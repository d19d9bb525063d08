"""What tests of the search over the API begin with: a team, a household, a place."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

CORAL_BAY = (-64.713, 18.346)
CRUZ_BAY = (-64.794, 18.331)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-64.73, 18.33], [-64.70, 18.33], [-64.70, 18.36], [-64.73, 18.36], [-64.73, 18.33]]],
}
POINT = {
    "kind": "point",
    "params": {"lon": CORAL_BAY[0], "lat": CORAL_BAY[1], "accuracy_m": 400.0},
    "words": "by the harbour",
}
AREA = {"kind": "area", "params": {"shape": SQUARE, "softness_m": 50.0}, "reliability": 0.7}
TEAM = {
    "name": "Team 1",
    "kind": "team",
    "speed_kmh": 3.0,
    "sweep_m": {"good": 60.0, "fair": 40.0, "poor": 20.0},
    "endurance_h": 8.0,
    "base": {"name": "Cruz Bay", "lon": CRUZ_BAY[0], "lat": CRUZ_BAY[1]},
    "capabilities": ["medical"],
    "radio": "VTAC11",
    "tlp": "green",
}


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    """Return what an answer says; fail where it has another status."""
    assert answer.status_code == status, answer.text
    return dict(answer.json()) if answer.content else {}


def household(client: TestClient, **values: Any) -> str:
    """Return the id of the household of a call that is taken."""
    body = {"people_count": 2, "narrative": "They need water.", "tlp": "green", **values}
    return str(ok(client.post("/api/v1/calls", json=body), 201)["household_id"])
