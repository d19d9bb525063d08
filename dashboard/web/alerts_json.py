"""Watch areas and alerts as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.web.records_json import Json, moment
from data.alert_records import Alert, Delivery, WatchArea, WatchState
from data.records import Incident
from data.store.watch_areas import plain_part

_DAY = timedelta(days=1)


def watch_area(area: WatchArea, state: WatchState, *, seen: int, now: datetime, may_change: bool) -> Json:
    """Return a watch area with the rate of alarms that was expected and the one that was seen."""
    return {
        "id": str(area.id),
        "name": area.name,
        "owner": {"id": area.owner_id, "name": area.owner_name},
        "owner_id": area.owner_id,
        "agency_id": area.agency_id,
        "geography": plain_part(area.geography),
        "filter": area.filter,
        "rule": plain_part(area.rule),
        "budget": plain_part(area.budget),
        "quiet_hours": plain_part(area.quiet_hours),
        "shifts": plain_part(area.shifts),
        "tells": list(area.tells),
        "escalation": plain_part(area.escalation),
        "channels": plain_part(area.channels),
        "active": area.active,
        "revision": area.revision,
        "created": moment(area.created),
        "updated": moment(area.updated),
        "may_change": may_change,
        "rate": _rate(area, state.model or {}, seen=seen, now=now),
    }


def _rate(area: WatchArea, model: Mapping[str, Any], *, seen: int, now: datetime) -> Json:
    # Of the first hour nothing can be said per day.
    days = max((now - area.watched_since) / _DAY, 1 / 24)
    return {
        "expected_per_day": model.get("expected_per_day"),
        "seen_per_day": round(seen / days, 4),
        "seen": seen,
        "since": moment(area.watched_since),
        "threshold": model.get("threshold"),
        "note": model.get("note", ""),
    }


def alert(one: Alert, incidents: Sequence[Incident], deliveries: Sequence[Delivery]) -> Json:
    """Return an alert with those of its incidents that the actor may see."""
    return {
        "id": str(one.id),
        "watch_area": {"id": str(one.watch_area_id), "name": one.watch_area_name},
        "at": moment(one.at),
        "reason": one.reason,
        "count": one.count,
        "expected": one.expected,
        "severity": int(one.severity),
        "marking": one.marking.label,
        "silent": one.silent,
        "state": one.state.value,
        "incidents": [_incident(each) for each in incidents],
        "acknowledged_by": one.acknowledged_by,
        "acknowledged_at": moment(one.acknowledged_at),
        "escalate_at": moment(one.escalate_at),
        "escalated_at": moment(one.escalated_at),
        "closed_at": moment(one.closed_at),
        "deliveries": [_delivery(each) for each in deliveries],
    }


def _incident(one: Incident) -> Json:
    return {
        "id": str(one.id),
        "fid": one.fid,
        "title": one.title,
        "severity": int(one.severity),
        "lon": None if one.place is None else one.place.lon,
        "lat": None if one.place is None else one.place.lat,
        "occurred": moment(one.occurred),
    }


def _delivery(one: Delivery) -> Json:
    return {
        "id": str(one.id),
        "channel": one.channel,
        "address": one.address,
        "attempt": one.attempt,
        "due": moment(one.due),
        "at": moment(one.at),
        "outcome": one.outcome,
        "detail": one.detail,
    }
