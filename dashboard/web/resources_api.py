"""`/api/v1/resources`, `/segments` and `/closures`: who can search, which ground, and where no road leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import shapely
from fastapi import APIRouter, Response
from shapely.geometry.base import BaseGeometry

from dashboard.searching import Search
from dashboard.services import Services
from dashboard.web.asking import RecordId, Responder
from dashboard.web.calls_models import within_reason
from dashboard.web.models import tlp_of
from dashboard.web.records_json import Json, many
from dashboard.web.reporting import scope_for
from dashboard.web.search_json import closure, resource, segment
from dashboard.web.search_models import (
    ClosureChange,
    ClosureIn,
    ResourceChange,
    ResourceIn,
    SegmentIn,
    SegmentsMade,
)
from dashboard.web.shapes import line_or_polygon, polygon
from data.access import Actor
from data.clock import to_ms
from data.errors import Conflict, Invalid, TooLarge
from data.geo import metres_per_degree
from data.model import StoreKind
from data.search_records import Resource, StoredSegment, Task
from data.store import Store
from layers.hotspots.land import shore_in
from layers.rescue.plan import poa_in
from layers.rescue.segments import MAX_SEGMENTS, Segment, area_km2, from_cells, from_coast, from_roads
from layers.rescue.water import touch_land

_ABOUT = ("speed_kmh", "travel_kmh", "vehicle", "sweep_m", "endurance_h", "base", "capabilities", "radio")
_LEAST_CLOSED_M: Final = 50.0


def scope_id(store: Store, actor: Actor, body: Any) -> int:
    """Return the scope of what the actor writes; unmarked means most restrictive."""
    tlp = actor.clearance if body.tlp is None else tlp_of(body.tlp)
    return scope_for(store, actor, StoreKind.INCIDENT, tlp, law_enforcement=body.law_enforcement).id


def add(routes: APIRouter, services: Services, search: Search) -> None:
    """Add the routes of resources, segments and closures."""
    _add_resources(routes, services)
    _add_segments(routes, services, search)
    _add_closures(routes, services)


def _add_resources(routes: APIRouter, services: Services) -> None:
    store = services.store

    def shown(actor: Actor, one: Resource) -> Json:
        return resource(one, {task.id: task for task in store.tasks.all(actor)})

    @routes.get("/resources")
    def resources(actor: Responder) -> Json:
        """Return the board: every resource, what it can do, and what it is doing."""
        tasks = {task.id: task for task in store.tasks.all(actor)}
        found = [resource(one, tasks) for one in store.resources.all(actor)]
        return many(found, total=len(found))

    @routes.post("/resources", status_code=201)
    def add_resource(actor: Responder, body: ResourceIn) -> Json:
        """Put a resource on the board."""
        about = body.model_dump(include=set(_ABOUT))
        values = {"name": body.name, "kind": body.kind, "status": body.status, "about": about}
        return shown(actor, store.resources.add(actor, scope_id(store, actor, body), values))

    @routes.patch("/resources/{record_id}")
    def change_resource(actor: Responder, record_id: RecordId, body: ResourceChange) -> Json:
        """Change a resource, on top of the revision that one has seen."""
        before = store.resources.get(actor, record_id)
        sent = {name: value for name, value in body.model_dump().items() if value is not None}
        about = {**before.about, **{name: sent[name] for name in _ABOUT if name in sent}}
        values = {name: sent[name] for name in ("name", "status") if name in sent} | {"about": about}
        return shown(actor, store.resources.change(actor, record_id, values, revision=body.revision))

    @routes.delete("/resources/{record_id}", status_code=204, response_class=Response)
    def remove_resource(actor: Responder, record_id: RecordId) -> Response:
        """Take a resource off the board."""
        if store.resources.get(actor, record_id).task_id is not None:
            # Whether there is a task that they may not see, this does not say.
            raise Conflict("This resource is not free.", hint="End its task first, or ask a supervisor.")
        store.resources.remove(actor, record_id)
        return Response(status_code=204)


def _add_segments(routes: APIRouter, services: Services, search: Search) -> None:
    store = services.store

    def shown(actor: Actor, segments: Sequence[StoredSegment]) -> list[Json]:
        if not segments:
            return []
        waiting = [one for one in store.households.all(actor) if one.open]
        shapes = [one.geometry for one in segments]
        poa = poa_in(search.surfaces(actor, waiting), shapes)
        searched = _searched(store.tasks.all(actor))
        return [
            segment(
                one,
                poa=float(poa[:, column].mean()) if len(waiting) else 0.0,
                pod=searched.get(one.id, 0.0),
            )
            for column, one in enumerate(segments)
        ]

    @routes.get("/segments")
    def segments(actor: Responder) -> Json:
        """Return the segments: `poa` is the mean over waiting households, `pod` of all searches together."""
        found = shown(actor, store.segments.all(actor))
        return many(found, total=len(found))

    @routes.post("/segments", status_code=201)
    def draw(actor: Responder, body: SegmentIn) -> Json:
        """Add a segment that somebody drew."""
        shape = polygon(body.geometry)
        values: dict[str, Any] = {"name": body.name, "kind": "drawn", "visibility": body.visibility}
        values |= {"geometry": shapely.to_wkb(shape), "area_km2": area_km2(shape)}
        return shown(actor, [store.segments.add(actor, scope_id(store, actor, body), values)])[0]

    @routes.post("/segments/make", status_code=201)
    def make(actor: Responder, body: SegmentsMade) -> Json:
        """Make segments from roads, coast or cells over a box or shape."""
        ground = _ground_of(body)
        scope = scope_id(store, actor, body)
        made = _made(store, actor, body, ground)
        if len(made) + len(store.segments.all(actor)) > MAX_SEGMENTS:
            raise TooLarge(
                f"There would be more than {MAX_SEGMENTS:,} segments.",
                hint="Make them larger, or remove some.",
            )
        rows = [
            {
                "name": one.name,
                "kind": one.kind,
                "visibility": body.visibility,
                "geometry": shapely.to_wkb(one.geometry),
                "area_km2": one.area_km2,
            }
            for one in made
        ]
        kept = store.segments.add_all(actor, scope, rows)
        return many(shown(actor, kept), total=len(kept))

    @routes.delete("/segments/{record_id}", status_code=204, response_class=Response)
    def remove_segment(actor: Responder, record_id: RecordId) -> Response:
        """Remove a segment; searches of it stay in the history."""
        store.segments.remove(actor, record_id)
        return Response(status_code=204)


def _searched(tasks: Sequence[Task]) -> dict[UUID, float]:
    """Return the POD of all searches of each segment together: 1 - Π(1 - POD)."""
    missed: dict[UUID, float] = {}
    for one in tasks:
        if one.segment_id is not None and one.result is not None and one.result.get("pod") is not None:
            missed[one.segment_id] = missed.get(one.segment_id, 1.0) * (1.0 - float(one.result["pod"]))
    return {segment_id: 1.0 - left for segment_id, left in missed.items()}


def _ground_of(body: SegmentsMade) -> BaseGeometry:
    if body.shape is not None:
        return polygon(body.shape)
    west, south, east, north = body.bbox or (0.0, 0.0, 0.0, 0.0)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return polygon({"type": "Polygon", "coordinates": [ring]})


def _made(store: Store, actor: Actor, body: SegmentsMade, ground: BaseGeometry) -> list[Segment]:
    if body.source == "cells":
        made = from_cells(ground, side_m=body.side_m, keep=None if body.water else touch_land)
        if not made:
            raise Invalid("There is only water there.", hint="Choose other ground, or cells on water, too.")
        return made
    if body.source == "coast":
        lines = shore_in(ground)
        what = "The map shows no shore there."
    else:
        lines = store.streets.lines(actor, ground)
        what = "No streets are known there."
    if lines.is_empty:
        raise Invalid(what, hint="Choose other ground, or make segments from cells.")
    make = from_coast if body.source == "coast" else from_roads
    return make(lines, length_m=body.length_m, width_m=body.width_m)


def _add_closures(routes: APIRouter, services: Services) -> None:
    store, clock = services.store, services.clock

    @routes.get("/closures")
    def closures(actor: Responder) -> Json:
        """Return closed roads and flooded ground; `active` says whether they are closed now."""
        found = [closure(one, clock.now()) for one in store.closures.all(actor)]
        return many(found, total=len(found))

    @routes.post("/closures", status_code=201)
    def close(actor: Responder, body: ClosureIn) -> Json:
        """Close a road: where somebody drew it, or where an incident lies."""
        shape = _closed(store, actor, body)
        values: dict[str, Any] = {"name": body.name, "reason": body.reason, "geometry": shapely.to_wkb(shape)}
        values |= {"from_ms": _ms(body.starts), "until_ms": _ms(body.until), "incident_id": body.incident_id}
        if body.starts is not None and body.until is not None and body.until <= body.starts:
            raise Invalid("The closure ends before it begins.", hint="Check the times.")
        return closure(store.closures.add(actor, scope_id(store, actor, body), values), clock.now())

    @routes.patch("/closures/{record_id}")
    def change_closure(actor: Responder, record_id: RecordId, body: ClosureChange) -> Json:
        """Change a closure, or open the road again."""
        sent = {name: getattr(body, name) for name in ("name", "reason") if getattr(body, name) is not None}
        if "until" in body.model_fields_set:
            sent["until_ms"] = _ms(body.until)
        if body.active is not None:
            sent["until_ms"] = None if body.active else to_ms(clock.now())
        if body.active:
            sent["from_ms"] = to_ms(clock.now())
        changed = store.closures.change(actor, record_id, sent, revision=body.revision)
        return closure(changed, clock.now())


def _closed(store: Store, actor: Actor, body: ClosureIn) -> BaseGeometry:
    if body.geometry is not None:
        return line_or_polygon(body.geometry)
    if body.incident_id is None:
        raise Invalid("A closure lies somewhere.", hint="Draw it, or name an incident.")
    incident = store.incidents.get(actor, body.incident_id)
    if incident.geometry is not None and not incident.geometry.geom_type.endswith("Point"):
        return incident.geometry
    if incident.place is None:
        raise Invalid("That incident has no place.", hint="Draw the closure.")
    wide, high = metres_per_degree(incident.place.lat)
    about = max(incident.accuracy_m or 0.0, _LEAST_CLOSED_M)
    lon, lat = incident.place.lon, incident.place.lat
    return shapely.box(lon - about / wide, lat - about / high, lon + about / wide, lat + about / high)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(within_reason(at))
