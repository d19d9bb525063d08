"""Resources, segments, closures, tasks and what happened, as the API answers them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shapely.geometry import mapping

from dashboard.web.records_json import Json, marking, moment
from data.search_records import Closure, Kept, Resource, SearchEvent, StoredSegment, Task


def resource(one: Resource, tasks: Mapping[Any, Task]) -> Json:
    """Return a resource; one that is at a task which the actor may not see is out of service to them."""
    return _kept(one) | {
        "kind": one.kind,
        **one.about,
        "status": one.status_for(tasks).value,
        "task_id": str(one.task_id) if one.task_id in tasks else None,
    }


def segment(one: StoredSegment, *, poa: float, pod: float) -> Json:
    """Return a segment with the mean probability that a household is in it, and of finding it there."""
    return _kept(one) | {
        "kind": one.kind,
        "visibility": one.visibility,
        "geometry": dict(mapping(one.geometry)),
        "area_km2": one.area_km2,
        "poa": poa,
        "pod": pod,
    }


def closure(one: Closure, now: datetime) -> Json:
    """Return a closure, and whether it closes the road now."""
    return _kept(one) | {
        "reason": one.reason,
        "geometry": dict(mapping(one.geometry)),
        "from": moment(one.starts),
        "until": moment(one.until),
        "incident_id": None if one.incident_id is None else str(one.incident_id),
        "active": one.active(now),
    }


def task(one: Task) -> Json:
    """Return a task: the line of the plan, how far it is, and its result."""
    about = dict(one.about)
    if one.resource_id is None:
        about["resource"] = None
    return about | {
        "id": str(one.id),
        "plan_id": str(one.plan_id),
        "status": one.status.value,
        "result": None if one.result is None else dict(one.result),
        "updated": moment(one.updated),
        "revision": one.revision,
    }


def happened(one: SearchEvent) -> Json:
    """Return something that happened in the search."""
    return {
        "id": str(one.id),
        "at": moment(one.at),
        "who": one.who,
        "kind": one.kind,
        "record_id": str(one.record_id),
        "detail": dict(one.detail),
    }


def _kept(one: Kept) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "marking": marking(one.scope),
        "entered": moment(one.entered),
        "updated": moment(one.updated),
        "revision": one.revision,
    }
