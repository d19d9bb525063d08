"""Records as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from data.model import Scope
from data.records import Area, Attachment, Comment, Incident, IncidentType, Revision, SavedView, Site, Source
from data.store.rows import plain
from layers.duplicates import Likeness
from layers.nearest import Nearest
from layers.rescue.shelters import capacity_of, occupancy_of

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """Return a time as ISO text in UTC, ending in Z."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def marking(scope: Scope) -> str:
    """Return a record's marking as people read it."""
    return scope.tlp.label + (" LES" if scope.law_enforcement else "")


def _place(record: Incident | Site) -> Json:
    return {
        "lon": None if record.place is None else record.place.lon,
        "lat": None if record.place is None else record.place.lat,
        "accuracy_m": record.accuracy_m,
        "located_by": record.located_by.name.lower(),
    }


def _geometry(geometry: BaseGeometry | None) -> Json | None:
    return None if geometry is None else dict(mapping(geometry))


def incident_item(incident: Incident, near: Nearest | None = None) -> Json:
    """Return an incident as a list shows it."""
    return {
        "id": str(incident.id),
        "fid": incident.fid,
        "title": incident.title,
        "type": incident.type.code,
        "type_label": incident.type.label,
        "root": incident.type.root,
        "glyph": incident.type.glyph,
        "severity": int(incident.severity),
        "status": incident.status.name.lower(),
        "occurred": moment(incident.occurred),
        "time_precision": incident.time_precision.name.lower(),
        "entered": moment(incident.entered),
        **_place(incident),
        "address": incident.address,
        "source": incident.source.key,
        "source_name": incident.source.name,
        "marking": marking(incident.scope),
        "persons_affected": incident.persons_affected,
        "assignee_id": incident.assignee_id,
        "near": None if near is None else {"name": near.name, "fid": near.fid, "distance_m": near.distance_m},
        "revision": incident.revision,
    }


def incident(record: Incident) -> Json:
    """Return everything about an incident."""
    return incident_item(record) | {
        "narrative": record.narrative,
        "geometry": _geometry(record.geometry),
        "occurred_end": moment(record.occurred_end),
        "reported": moment(record.reported),
        "updated": moment(record.updated),
        "source_key": record.source_key,
        "store": record.scope.store.value,
        "tlp": record.scope.tlp.name.lower(),
        "law_enforcement": record.scope.law_enforcement,
        "evaluation_scale": record.evaluation_scale,
        "reliability": record.reliability,
        "credibility": record.credibility,
        "extra": record.extra,
        "field_markings": dict(record.field_markings),
        "hidden_fields": sorted(record.hidden & set(record.field_markings)),
    }


def likeness(one: Likeness) -> Json:
    """Return a likely duplicate with what makes it likely."""
    return incident_item(one.incident) | {
        "score": round(one.score, 3),
        "words": round(one.words, 3),
        "distance_m": one.distance_m,
        "apart_s": round(one.apart_s),
    }


def site(record: Site) -> Json:
    """Return everything about a site."""
    return {
        "id": str(record.id),
        "fid": record.fid,
        "name": record.name,
        "sector": record.sector,
        "subsector": record.subsector,
        "kind": record.kind,
        "lifeline": record.lifeline,
        "component": record.component,
        **_place(record),
        "geometry": _geometry(record.geometry),
        "address": record.address,
        "contacts": plain(record.contacts),
        "owner": record.owner,
        "status": record.status.name.lower(),
        "status_at": moment(record.status_at),
        "status_source": record.status_source,
        "vintage": record.vintage,
        "capacity": capacity_of(record.extra),
        "occupancy": occupancy_of(record.extra),
        "gone": moment(record.gone),
        "source": record.source.key,
        "source_name": record.source.name,
        "marking": marking(record.scope),
        "updated": moment(record.updated),
        "revision": record.revision,
    }


def area(record: Area) -> Json:
    """Return an area without its outline."""
    return {
        "id": str(record.id),
        "fid": record.fid,
        "name": record.name,
        "kind": record.kind,
        "parent": record.parent,
        "bounds": list(record.bounds),
        "source": record.source.key,
        "marking": marking(record.scope),
        "revision": record.revision,
    }


def area_feature(record: Area) -> Json:
    """Return an area with its outline as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": str(record.id),
        "bbox": list(record.bounds),
        "properties": area(record),
        "geometry": _geometry(record.geometry),
    }


def revision(one: Revision) -> Json:
    """Return one change of a record."""
    return {
        "revision": one.revision,
        "at": moment(one.at),
        "by": one.user_name,
        "changes": {
            name: {"before": plain(before), "after": plain(after)}
            for name, (before, after) in one.changes.items()
        },
        "reason": one.reason,
    }


def comment(one: Comment) -> Json:
    """Return one comment."""
    return {"seq": one.seq, "at": moment(one.at), "by": one.user_name, "text": one.text}


def attachment(one: Attachment) -> Json:
    """Return what is known of a file, without its content."""
    return {
        "id": str(one.id),
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "at": moment(one.at),
    }


def source(one: Source) -> Json:
    """Return a source with the time of what it sent last."""
    return {
        "key": one.key,
        "name": one.name,
        "kind": one.kind,
        "url": one.url,
        "licence": one.licence,
        "expected_every_s": one.expected_every_s,
        "last_received": moment(one.last_received),
    }


def incident_type(one: IncidentType) -> Json:
    """Return one entry of the taxonomy."""
    return {
        "code": one.code,
        "parent": one.parent,
        "root": one.root,
        "label": one.label,
        "glyph": one.glyph,
        "severity": int(one.severity),
        "retired": one.retired,
    }


def saved_view(one: SavedView, *, user_id: int) -> Json:
    """Return a saved view as the actor with `user_id` sees it."""
    return {
        "id": one.id,
        "name": one.name,
        "query": one.query,
        "map_state": one.map_state,
        "shared": one.agency_id is not None,
        "mine": one.user_id == user_id,
    }


def many(records: Sequence[Json], **more: Any) -> Json:
    """Return a list as every list of the API is answered."""
    return {"items": list(records), **more}
