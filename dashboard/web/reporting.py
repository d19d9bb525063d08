"""From what the API takes to what the store keeps: markings, sources, and sending the same thing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.web import models
from dashboard.web.records_json import marking
from dashboard.web.shapes import line_or_polygon
from data.access import Actor, Permission, may_see
from data.clock import to_ms
from data.errors import Conflict, Forbidden, Invalid
from data.model import LocatedBy, LonLat, Scope, Severity, StoreKind, Tlp
from data.records import Incident, NewIncident, Source
from data.store import Store

_REPORTS = {
    StoreKind.INCIDENT: "Watch floor reports",
    StoreKind.SAR: "Suspicious activity reports",
    StoreKind.INTEL: "Intelligence reports",
    StoreKind.OPEN: "Open reports",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a report: the record, and whether it was there before."""

    record: Incident
    again: bool


def scope_for(store: Store, actor: Actor, kind: StoreKind, tlp: Tlp, *, law_enforcement: bool) -> Scope:
    """Return the scope of something that the actor writes; raise Forbidden where they could not read it."""
    wanted = Scope(0, kind, tlp, law_enforcement, actor.agency_id)
    if not may_see(actor, wanted):
        raise Forbidden(
            f"You may not write {kind.value} records marked {marking(wanted)}.",
            hint="Choose a marking within your clearance and a store that you were granted.",
        )
    number = store.scopes.intern(kind, tlp, law_enforcement=law_enforcement, agency_id=actor.agency_id)
    return Scope(number, kind, tlp, law_enforcement, actor.agency_id)


def send(store: Store, actor: Actor, report: models.Report, *, once: str | None) -> Sent:
    """Add a report; with a `source_key` or an idempotency key, the same report is added once."""
    new = _new_incident(store, actor, report, once=once)
    if new.source_key is None:
        return Sent(store.incidents.add(actor, new), again=False)
    # The second key is for where the first is taken by a record that the sender may not see: a refusal
    # would tell of it.
    tries = [new, replace(new, source_key=f"{new.source_key}~{_words_of(store, new)}")]
    for one in tries:
        known = store.incidents.by_source_key(actor, one.source_id, one.source_key or "")
        if known is not None:
            return _again(known, new)
    for one in tries:
        try:
            return Sent(store.incidents.add(actor, one), again=False)
        except Conflict:
            # Another request with the same key may have been quicker.
            known = store.incidents.by_source_key(actor, one.source_id, one.source_key or "")
            if known is not None:
                return _again(known, new)
    raise Conflict("This source_key cannot be used.", hint="Send another one, or leave it out.")


def _words_of(store: Store, new: NewIncident) -> str:
    """Return the marking of a new record as part of a key."""
    scope = next(scope for scope in store.scopes.all() if scope.id == new.scope_id)
    words = ".les" if scope.law_enforcement else ""
    return f"{scope.store}.{scope.tlp.name.lower()}{words}.{scope.agency_id}"


def _again(known: Incident, new: NewIncident) -> Sent:
    before = (known.title, known.type.code, to_ms(known.occurred))
    same = before == (new.title, new.type_code, to_ms(new.occurred))
    if not same and known.revision == 1:
        raise Conflict(
            "This key was used for another report.",
            hint="Send a new key, or change the record that is there.",
            id=str(known.id),
            revision=known.revision,
        )
    return Sent(known, again=True)


def _new_incident(store: Store, actor: Actor, report: models.Report, *, once: str | None) -> NewIncident:
    kind = models.store_of(report.store)
    # Unmarked means most restrictive: the highest that the sender may handle.
    tlp = actor.clearance if report.tlp is None else models.tlp_of(report.tlp)
    scope = scope_for(store, actor, kind, tlp, law_enforcement=report.law_enforcement)
    source = _source(store, actor, report.source, scope)
    return NewIncident(
        title=report.title,
        type_code=report.type,
        source_id=source.id,
        scope_id=scope.id,
        occurred=report.occurred,
        occurred_end=report.occurred_end,
        reported=report.reported,
        time_precision=models.precision_of(report.time_precision),
        severity=_severity(store, report),
        status=models.status_of(report.status),
        narrative=report.narrative,
        address=report.address,
        place=None if report.lon is None or report.lat is None else LonLat(report.lon, report.lat),
        geometry=None if report.geometry is None else line_or_polygon(report.geometry),
        accuracy_m=report.accuracy_m,
        located_by=models.located_by_of(report.located_by),
        persons_affected=report.persons_affected,
        source_key=_key(report, once=once, actor=actor),
        evaluation_scale=report.evaluation_scale,
        reliability=report.reliability,
        credibility=report.credibility,
    )


def _severity(store: Store, report: models.Report) -> Severity:
    if report.severity is not None:
        return Severity(report.severity)
    return store.types.severity(report.type)


def _source(store: Store, actor: Actor, key: str | None, scope: Scope) -> Source:
    """Return the source named by `key`, or that of the reports with this marking."""
    words = "les." if scope.law_enforcement else ""
    wanted = key or f"reports.{scope.store}.{scope.tlp.name.lower()}.{words}{scope.agency_id}"
    known = {source.key: source for source in store.sources.visible(actor)}
    if wanted not in known and (key is None or actor.may(Permission.IMPORT)):
        name = key or f"{_REPORTS[scope.store]}, {marking(scope)}"
        store.sources.intern(wanted, name=name, kind="feed" if key else "person", scope_id=scope.id)
        known = {source.key: source for source in store.sources.visible(actor)}
    if wanted not in known:
        raise Invalid(
            f"There is no source {wanted!r} that you may use.",
            hint="GET /api/v1/sources lists those there are; somebody who may import can name a new one.",
        )
    return known[wanted]


def _key(report: models.Report, *, once: str | None, actor: Actor) -> str | None:
    if report.source_key is not None or once is None:
        return report.source_key
    return "once:" + hashlib.sha256(f"{actor.user_id}:{once}".encode()).hexdigest()[:40]


def changes_of(store: Store, actor: Actor, record: Incident, change: models.Change) -> Mapping[str, Any]:
    """Return the store's fields for what the body changes; raise Invalid for what cannot be empty."""
    sent = change.model_fields_set - {"revision", "reason"}
    for name in sent & {
        "title",
        "type",
        "occurred",
        "severity",
        "status",
        "narrative",
        "address",
        "located_by",
        "tlp",
        "law_enforcement",
    }:
        if getattr(change, name) is None:
            raise Invalid(f"{name} cannot be empty.", hint="Leave it out to keep it as it is.")
    made: dict[str, Any] = {
        name: getattr(change, name)
        for name in sent
        & {
            "title", "occurred", "occurred_end", "narrative", "address", "accuracy_m", "persons_affected",
            "assignee_id", "evaluation_scale", "reliability", "credibility",
        }
    }  # fmt: skip
    if change.type is not None:
        made["type_code"] = change.type
    if change.severity is not None:
        made["severity"] = Severity(change.severity)
    if change.status is not None:
        made["status"] = models.status_of(change.status)
    if change.field_markings is not None:
        made["field_markings"] = dict(change.field_markings)
    made |= _moved(change, sent)
    if change.assignee_id is not None and change.assignee_id not in store.users.names(actor):
        raise Invalid(
            "There is nobody of your agency with this number.", hint="GET /api/v1/people lists them."
        )
    if sent & {"tlp", "law_enforcement"}:
        made["scope_id"] = _remarked(store, actor, record, change)
    return made


def _moved(change: models.Change | models.SiteChange, sent: set[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if sent & {"lon", "lat"}:
        here = None if change.lon is None or change.lat is None else LonLat(change.lon, change.lat)
        made |= {"place": here, "geometry": None}
        # A place that somebody put there by hand was drawn, unless they say otherwise.
        made["located_by"] = LocatedBy.UNKNOWN if here is None else LocatedBy.DRAWN
    if change.located_by is not None:
        made["located_by"] = models.located_by_of(change.located_by)
    return made


def _remarked(store: Store, actor: Actor, record: Incident, change: models.Change) -> int:
    scope = record.scope
    if scope.agency_id != actor.agency_id:
        raise Forbidden(
            "Only the agency that a record comes from changes its marking.", hint="Ask the originator."
        )
    tlp = scope.tlp if change.tlp is None else models.tlp_of(change.tlp)
    caveat = scope.law_enforcement if change.law_enforcement is None else change.law_enforcement
    return scope_for(store, actor, scope.store, tlp, law_enforcement=caveat).id


def site_changes_of(change: models.SiteChange) -> Mapping[str, Any]:
    """Return the store's fields for what the body changes of a site."""
    from data.records import Contact

    sent = change.model_fields_set - {"revision", "reason"}
    for name in sent & {"name", "subsector", "address", "owner", "status", "contacts", "located_by"}:
        if getattr(change, name) is None:
            raise Invalid(f"{name} cannot be empty.", hint="Leave it out to keep it as it is.")
    plain = {"name", "subsector", "address", "owner", "status_at", "status_source", "accuracy_m"}
    made: dict[str, Any] = {name: getattr(change, name) for name in sent & plain}
    if change.status is not None:
        made["status"] = models.site_status_of(change.status)
    if change.contacts is not None:
        made["contacts"] = tuple(Contact(**one.model_dump()) for one in change.contacts)
    return made | _moved(change, sent)
