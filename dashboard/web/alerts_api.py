"""`/api/v1/watch-areas` and `/api/v1/alerts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard.alerting.evaluator import make_lookout, watched_site
from dashboard.alerting.history import as_json, try_out
from dashboard.services import Services
from dashboard.web import alerts_json
from dashboard.web.alerts_models import Backtest, WatchAreaChange, WatchAreaDraft
from dashboard.web.asking import ERRORS, CursorText, RecordId, Triager, Viewer
from dashboard.web.records_json import Json, many, moment
from data.access import Actor, together
from data.alert_records import Alert, AlertState, NewWatchArea, WatchArea, WatchState
from data.alert_rules import LinkedSiteRule
from data.errors import Invalid
from data.query import Query as Filter
from data.store.watch_areas import canonical, draft, everybody

_LISTED = 20  # incidents of an alert in a list; one alert by itself shows all of them
_STATES: dict[str, tuple[AlertState, ...]] = {
    "": (),
    "open": (AlertState.OPEN, AlertState.ESCALATED),  # waiting for somebody
    "escalated": (AlertState.ESCALATED,),
    "acknowledged": (AlertState.ACKNOWLEDGED,),
    "closed": (AlertState.CLOSED,),
}
StateName = Literal["", "open", "escalated", "acknowledged", "closed"]


def router(services: Services) -> APIRouter:
    """Return the routes of watch areas and alerts."""
    routes = APIRouter(prefix="/api/v1", tags=["alerts"], responses=ERRORS)
    _add_areas(routes, services)
    _add_alerts(routes, services)
    return routes


def _add_areas(routes: APIRouter, services: Services) -> None:
    areas = services.store.watch_areas

    @routes.get("/watch-areas")
    def watch_areas(actor: Viewer) -> Json:
        """Return the watch areas that one is told of."""
        return many(_area_items(services, actor, areas.visible(actor)))

    @routes.post("/watch-areas", status_code=201)
    def watch(actor: Triager, body: WatchAreaDraft, response: Response) -> Json:
        """Put an area on watch."""
        new = body.new()
        check_refers(services, actor, new)
        made = areas.add(actor, new)
        response.headers["Location"] = f"/api/v1/watch-areas/{made.id}"
        return _area_items(services, actor, [made])[0]

    @routes.post("/watch-areas/backtest")
    def tried(actor: Triager, body: Backtest) -> Json:
        """Return how a watch area would have done on its own history; rates are alerts a day."""
        new, since = body.new(), body.begins()
        audience = check_refers(services, actor, new)
        return as_json(try_out(services, new, audience, since=since), new, iso=moment)

    @routes.get("/watch-areas/{record_id}")
    def watch_area(actor: Viewer, record_id: RecordId) -> Json:
        """Return one watch area."""
        return _area_items(services, actor, [areas.get(actor, record_id)])[0]

    @routes.patch("/watch-areas/{record_id}")
    def change(actor: Triager, record_id: RecordId, body: WatchAreaChange) -> Json:
        """Change a watch area, on top of the revision that one has seen."""
        before, changes = areas.get(actor, record_id), body.changes()
        if {"geography", "filter", "rule", "tells", "agency_id", "shifts", "escalation"} & set(changes):
            check_refers(services, actor, before, changes)
        changed = areas.change(actor, record_id, revision=body.revision, changes=changes)
        return _area_items(services, actor, [changed])[0]

    @routes.delete("/watch-areas/{record_id}", status_code=204, response_class=Response)
    def forget(actor: Triager, record_id: RecordId) -> Response:
        """Take a watch area away; its alerts stay."""
        areas.delete(actor, record_id)
        return Response(status_code=204)


def _add_alerts(routes: APIRouter, services: Services) -> None:
    alerts = services.store.alerts

    @routes.get("/alerts")
    def listed(
        actor: Viewer,
        state: StateName = "",
        watch_area: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: CursorText = "",
    ) -> Json:
        """Return the alerts that one is told of, newest first; `open` are those that wait for somebody."""
        states, after_mark = _STATES[state], _mark(cursor)
        found, mark = alerts.page(actor, states=states, area=watch_area, limit=limit, after=after_mark)
        after = None if mark is None else f"{mark[0]}.{mark[1]}"
        return many(_alert_items(services, actor, found), next=after, open=alerts.waiting(actor))

    @routes.get("/alerts/{record_id}")
    def alert(actor: Viewer, record_id: RecordId) -> Json:
        """Return one alert with all its incidents."""
        return _alert_items(services, actor, [alerts.get(actor, record_id)], most=None)[0]

    @routes.post("/alerts/{record_id}/acknowledge")
    def acknowledge(actor: Triager, record_id: RecordId) -> Json:
        """Say that one takes care of it."""
        return _alert_items(services, actor, [alerts.acknowledge(actor, record_id)])[0]

    @routes.post("/alerts/{record_id}/close")
    def close(actor: Triager, record_id: RecordId) -> Json:
        """Say that it is done with."""
        return _alert_items(services, actor, [alerts.close(actor, record_id)])[0]


def check_refers(
    services: Services, actor: Actor, new: NewWatchArea, changes: dict[str, Any] | None = None
) -> Actor:
    """Return who sees what everybody who is told sees; raise NotFound where it refers to anything else."""
    if isinstance(new, WatchArea):
        drafted = replace(new, **(changes or {}))
    else:
        drafted = draft(actor, new, at=services.clock.now())
    audience = together(everybody(drafted, services.store.watch_areas.people()))
    make_lookout(services, drafted.geography, canonical(drafted.filter), audience)
    services.mirror.snapshot.taxonomy.under(Filter.parse(drafted.filter).types)
    if isinstance(drafted.rule, LinkedSiteRule):
        watched_site(services, audience, drafted.rule.site)
    return audience


def _area_items(services: Services, actor: Actor, areas: Sequence[WatchArea]) -> list[Json]:
    store, now = services.store, services.clock.now()
    states, seen = store.watch_areas.states(), store.alerts.seen(areas)
    return [
        alerts_json.watch_area(
            area,
            states.get(area.seq, WatchState()),
            seen=seen.get(area.seq, 0),
            now=now,
            may_change=store.watch_areas.may_change(actor, area),
        )
        for area in areas
    ]


def _alert_items(
    services: Services, actor: Actor, alerts: Sequence[Alert], *, most: int | None = _LISTED
) -> list[Json]:
    store = services.store
    deliveries = store.alerts.deliveries(actor, alerts)
    # The newest few of each; read in one go.
    wanted = {one.seq: one.incidents[::-1][:most] for one in alerts}
    found = store.incidents.by_seq(actor, sorted({seq for seqs in wanted.values() for seq in seqs}))
    by_seq = {incident.seq: incident for incident in found}
    return [
        alerts_json.alert(
            one, [by_seq[seq] for seq in wanted[one.seq] if seq in by_seq], deliveries.get(one.seq, [])
        )
        for one in alerts
    ]


def _mark(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    at, dot, seq = text.partition(".")
    if not (dot and at.isascii() and seq.isascii() and at.isdigit() and seq.isdigit() and len(text) < 40):
        raise Invalid("This is no cursor.", hint="Send back `next` of the page before, as it is.")
    mark = int(at), int(seq)
    if max(mark) >= 1 << 62:
        raise Invalid("This is no cursor.", hint="Send back `next` of the page before, as it is.")
    return mark
