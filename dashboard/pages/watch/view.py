"""What the Watch page's callbacks answer, without Dash's wiring: details, rows of the table, saved views."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.panels import empty, problem
from dashboard.pages.watch import around
from dashboard.pages.watch.incident_details import IncidentFacts, incident_details
from dashboard.pages.watch.site_details import SiteFacts, site_details
from data.access import Actor, Permission
from data.errors import Invalid, WatchfloorError
from data.geo import checked
from data.model import LonLat, label
from data.query import Query
from data.records import Incident, SavedView
from layers.ordering import Sort, ordered

if TYPE_CHECKING:
    from dashboard.services import Services

_SITES, _NEAR = 4, 6
_ROWS_AT_MOST = 500


def details(actor: Actor, services: Services, selection: Any) -> Component:
    """Return the panel of what is selected, or what to do while nothing is."""
    if not isinstance(selection, Mapping) or selection.get("kind") not in {"incident", "site"}:
        return empty("Nothing is selected.", "Click a report or a site on the map, or press j and Enter.")
    fid = selection.get("fid")
    if not isinstance(fid, int):
        raise Invalid("The selection names no record.")
    try:
        if selection["kind"] == "site":
            return site_details(site_facts(actor, services, around.site_of(actor, services, fid)), actor)
        return incident_details(
            incident_facts(actor, services, fid, moved=place_in(selection.get("moved"))), actor
        )
    except WatchfloorError as error:
        return problem(error.message, error.hint)


def place_in(value: Any) -> LonLat | None:
    """Return the place that the browser sent, None where it sent none; raise BadCoordinates on nonsense."""
    if not isinstance(value, Mapping):
        return None
    lon, lat = value.get("lon"), value.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise Invalid("A place needs lon and lat.")
    return checked(float(lon), float(lat))


def incident_facts(
    actor: Actor, services: Services, fid: int, *, moved: LonLat | None = None
) -> IncidentFacts:
    """Return everything that the panel says of an incident."""
    store = services.store
    incident = around.incident_of(actor, services, fid)
    place = incident.place
    return IncidentFacts(
        incident=incident,
        history=store.incidents.history(actor, incident.id),
        comments=store.incidents.comments(actor, incident.id),
        files=store.attachments.of(actor, incident.id),
        sites=[] if place is None else around.nearest_sites(actor, services, place, limit=_SITES),
        near=around.near_incidents(actor, services, incident, limit=_NEAR),
        people=store.users.names(actor),
        now=services.clock.now(),
        zone=ZoneInfo(services.settings.timezone),
        moved=moved,
    )


def site_facts(actor: Actor, services: Services, site: Any) -> SiteFacts:
    """Return everything that the panel says of a site."""
    now, place = services.clock.now(), site.place
    empty_rings = [[0] * len(around.SPANS) for _ in around.RINGS_M]
    return SiteFacts(
        site=site,
        history=services.store.sites.history(actor, site.id),
        comments=services.store.sites.comments(actor, site.id),
        rings=empty_rings if place is None else around.rings(actor, services, place, now=now),
        newest=[] if place is None else around.newest_round(actor, services, place, limit=_NEAR),
        now=now,
        zone=ZoneInfo(services.settings.timezone),
    )


def table_rows(actor: Actor, services: Services, request: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return one block of rows as the grid asks for them: `{"rowData", "rowCount"}`."""
    start, end = int(request.get("startRow") or 0), int(request.get("endRow") or 0)
    if not 0 <= start <= end or end - start > _ROWS_AT_MOST:
        raise Invalid("The table asked for rows that cannot be handed out at once.")
    model = request.get("sortModel") or []
    sort = Sort.parse(f"{model[0]['colId']}:{model[0]['sort']}" if model else "")
    view = services.mirror.view(actor, Query.parse(query or ""), now=services.clock.now())
    seqs = view.frame.seq[ordered(view, sort)[start:end]].tolist()
    zone = ZoneInfo(services.settings.timezone)
    records = services.store.incidents.by_seq(actor, seqs)
    return {"rowData": [table_row(record, zone) for record in records], "rowCount": view.total}


def table_row(record: Incident, zone: ZoneInfo) -> dict[str, Any]:
    """Return an incident as a row of text and numbers."""
    place = record.place

    def moment(at: Any) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"

    return {
        "id": str(record.id),
        "fid": record.fid,
        "severity": label(record.severity),
        "occurred": moment(record.occurred),
        "title": record.title[:300],
        "type": record.type.label,
        "status": label(record.status),
        "address": record.address[:200],
        "source": record.source.name,
        "marking": record.scope.tlp.label,
        "persons": record.persons_affected,
        "accuracy_m": record.accuracy_m,
        "located_by": label(record.located_by),
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "entered": moment(record.entered),
        "updated": moment(record.updated),
    }


def views_menu(actor: Actor, views: list[SavedView]) -> Component:
    """Return the saved views, and what saves the present one."""
    rows = [_view_row(actor, view) for view in views]
    if not rows:
        rows = [
            html.P(
                "No views yet. A view keeps the filters and the map’s position under a name.",
                className="note",
            )
        ]
    buttons: list[Any] = [_view_button("Save for me", {"action": "save", "shared": False})]
    if actor.may(Permission.SHARE_VIEW):
        buttons.append(_view_button("Share with my agency", {"action": "save", "shared": True}))
    name = html.Div(**attrs({"data-wf-field": "Name of this view"}))
    form = html.Div(
        [name, html.Div(buttons, className="actions")],
        className="comment-form",
        **attrs({"data-wf-form": "1"}),
    )
    return html.Div([*rows, form], className="views")


def _view_row(actor: Actor, view: SavedView) -> Component:
    mine = view.user_id == actor.user_id
    open_it = html.Button(
        [html.Span(view.name), html.Span("shared" if view.agency_id else "", className="muted")],
        type="button",
        className="menu-item",
        **attrs({"data-wf-query": view.query, "data-wf-map": json.dumps(dict(view.map_state or {}))}),
    )
    remove = _view_button("Delete", {"action": "delete", "id": view.id}) if mine else None
    return html.Div([open_it, remove], className="with-button")


def _view_button(text: str, action: Mapping[str, Any]) -> Component:
    return html.Button(
        text, type="button", className="button", **attrs({"data-wf-view": json.dumps(dict(action))})
    )
