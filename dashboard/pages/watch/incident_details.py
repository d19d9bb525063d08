"""One incident in the panel: story, place, whom to call, what lies near, and what can be done."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.marks import highest_text, severity_mark, status_mark, tlp_chip
from dashboard.components.panels import act_button, facts, section, select_button
from dashboard.components.places import (
    LOCATED_BY_WORDS,
    accuracy_text,
    bearing_text,
    coordinates,
    distance_text,
)
from dashboard.components.records import passing_on, record_of
from dashboard.components.times import ago_text, when
from dashboard.pages.watch.around import Around
from dashboard.pages.watch.files import files_of
from dashboard.pages.watch.history import history_list
from dashboard.pages.watch.parts import highest_of, marked_parts
from data.access import Actor, Permission
from data.geo import distance_m
from data.model import LonLat, Status
from data.records import Attachment, Comment, Incident, Revision, Site

_NEXT: dict[Status, tuple[tuple[Status, str], ...]] = {
    Status.NEW: (
        (Status.ACKNOWLEDGED, "Acknowledge"),
        (Status.IN_PROGRESS, "Start"),
        (Status.CLOSED, "Close"),
    ),
    Status.ACKNOWLEDGED: (
        (Status.IN_PROGRESS, "Start"),
        (Status.RESOLVED, "Resolve"),
        (Status.CLOSED, "Close"),
    ),
    Status.IN_PROGRESS: ((Status.RESOLVED, "Resolve"), (Status.CLOSED, "Close")),
    Status.RESOLVED: ((Status.CLOSED, "Close"), (Status.IN_PROGRESS, "Reopen")),
    Status.CLOSED: ((Status.IN_PROGRESS, "Reopen"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """Everything that the panel says of an incident, gathered beforehand."""

    incident: Incident
    history: list[Revision]
    comments: list[Comment]
    files: list[Attachment]
    sites: list[Around]
    near: list[Around]
    people: dict[int, str]
    now: datetime
    zone: ZoneInfo
    moved: LonLat | None = None


def incident_details(known: IncidentFacts, actor: Actor) -> Component:
    """Return the panel of one incident."""
    incident = known.incident
    children: list[Any] = [_head(known)]
    if actor.may(Permission.TRIAGE):
        children.append(_actions(known))
    if known.moved is not None:
        children.append(_move(known, known.moved))
    if incident.narrative:
        children.append(section("Story", html.P(incident.narrative, className="story")))
    if known.files:
        children.append(files_of(incident.id, known.files, people=known.people, now=known.now))
    children += [_place(known, actor), _sites(known), _near(known), _facts(known)]
    children.append(marked_parts(actor, incident))
    children += [passing_on(actor, incident), _history(known, actor)]
    return html.Div(
        children,
        **attrs(
            {
                "data-wf-marking": highest_text([replace(incident.scope, tlp=highest_of(incident))]),
                "data-wf-record": record_of(incident),
            }
        ),
    )


def _head(known: IncidentFacts) -> Component:
    incident = known.incident
    return html.Div(
        [
            html.H2(incident.title),
            html.Div(
                [
                    severity_mark(incident.severity),
                    status_mark(incident.status),
                    html.Span(incident.type.label, className="muted"),
                    tlp_chip(incident.scope.tlp, law_enforcement=incident.scope.law_enforcement),
                ],
                className="marks",
            ),
            when(incident.occurred, known.zone, now=known.now, precision=incident.time_precision),
        ],
        className="detail-head",
    )


def _actions(known: IncidentFacts) -> Component:
    incident = known.incident
    base = {"id": str(incident.id), "revision": incident.revision}
    buttons: list[Any] = [
        act_button(word, {**base, "do": "status", "value": int(status)}, primary=place == 0)
        for place, (status, word) in enumerate(_NEXT[incident.status])
    ]
    holder = known.people.get(incident.assignee_id or 0, "")
    choices = [
        act_button(name, {**base, "do": "assign", "value": user_id}) for user_id, name in known.people.items()
    ]
    if incident.assignee_id is not None:
        choices.append(act_button("Nobody", {**base, "do": "assign", "value": None}))
    buttons.append(
        html.Details(
            [
                html.Summary(f"Assigned to {holder}" if holder else "Assign", className="button"),
                html.Div(choices, className="popover"),
            ],
            className="menu assign",
        )
    )
    return html.Div(html.Div(buttons, className="actions"), className="part")


def _place(known: IncidentFacts, actor: Actor) -> Component:
    incident = known.incident
    if incident.place is None:
        text = "No place was given, so it is not on the map."
        return section("Place", [html.P(text), html.P(incident.address) if incident.address else None])
    how = f"{LOCATED_BY_WORDS[incident.located_by]} {accuracy_text(incident.accuracy_m)}."
    children: list[Any] = [
        html.P(incident.address) if incident.address else None,
        html.P(how, className="muted"),
        coordinates(incident.place),
    ]
    if actor.may(Permission.TRIAGE) and incident.geometry is None:
        target = {"fid": incident.fid, "lon": incident.place.lon, "lat": incident.place.lat}
        move = html.Button(
            "Correct the place",
            type="button",
            className="button",
            title="Drag the mark on the map to the right place",
            **attrs({"data-wf-move": json.dumps(target)}),
        )
        children.append(html.Div(move, className="actions", style={"marginTop": 8}))
    return section("Place", children)


def _move(known: IncidentFacts, to: LonLat) -> Component:
    incident = known.incident
    far = (
        ""
        if incident.place is None
        else distance_text(float(distance_m(incident.place, [to.lon], [to.lat])[0]))
    )
    base = {"id": str(incident.id), "revision": incident.revision}
    action = {**base, "do": "move", "lon": to.lon, "lat": to.lat}
    return section(
        "Correct the place",
        html.Div(
            [
                html.P(f"Move it {far} to here?" if far else "Put it here?"),
                coordinates(to),
                html.Textarea(
                    className="field",
                    placeholder="Why: who says so? (kept in the history)",
                    maxLength=500,
                    **attrs({"aria-label": "Why the place is corrected"}),
                ),
                html.Div(
                    [
                        act_button("Save the new place", action, primary=True),
                        select_button(
                            "Leave it",
                            kind="incident",
                            fid=incident.fid,
                            lon=None,
                            lat=None,
                            class_name="button",
                        ),
                    ],
                    className="actions",
                ),
            ],
            className="comment-form",
            **attrs({"data-wf-form": "1"}),
        ),
    )


def _facts(known: IncidentFacts) -> Component:
    incident = known.incident
    evaluation = " ".join(
        part for part in (incident.reliability, incident.credibility, incident.evaluation_scale) if part
    )
    people = incident.persons_affected
    return section(
        "Facts",
        facts(
            [
                ("People affected", None if people is None else f"{people:,}"),
                ("Source", incident.source.name),
                ("Evaluation", evaluation or None),
                ("Source’s id", html.Span(incident.source_key, className="mono")),
                ("Reported", when(incident.reported, known.zone, now=known.now)),
                ("Entered", when(incident.entered, known.zone, now=known.now)),
                ("Assigned to", known.people.get(incident.assignee_id or 0)),
                ("Revision", str(incident.revision)),
                ("Id", html.Span(str(incident.id), className="mono")),
            ]
        ),
    )


def _sites(known: IncidentFacts) -> Component:
    rows = [_site_row(found) for found in known.sites]
    return section("Nearest sites", rows or html.P("No sites are stored yet.", className="muted"))


def _site_row(found: Around) -> Component:
    site: Site = found.record
    call = next((contact for contact in site.contacts if contact.always or contact.phone), None)
    number = "" if call is None else call.always or call.phone
    who = (
        "No number on file"
        if call is None
        else " · ".join(part for part in (call.role, call.name, number) if part)
    )
    place = site.place
    return select_button(
        [
            html.Div(site.name),
            html.Div(
                f"{distance_text(found.distance_m)} {bearing_text(found.bearing_deg)} · {who}",
                className="row-sub",
            ),
        ],
        kind="site",
        fid=site.fid,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
    )


def _near(known: IncidentFacts) -> Component | None:
    if not known.near:
        return None
    return section(
        "Others within 5 km and a day", incident_rows(known.near, now=known.now), count=len(known.near)
    )


def incident_rows(found: list[Around], *, now: datetime) -> list[Component]:
    """Return a row to press for each incident: title, distance, direction and age."""
    rows = []
    for entry in found:
        record: Incident = entry.record
        where = f"{distance_text(entry.distance_m)} {bearing_text(entry.bearing_deg)}"
        rows.append(
            select_button(
                [
                    html.Div([severity_mark(record.severity, with_label=False), " ", record.title]),
                    html.Div(f"{where} · {ago_text(record.occurred, now)}", className="row-sub"),
                ],
                kind="incident",
                fid=record.fid,
                lon=record.place.lon if record.place else None,
                lat=record.place.lat if record.place else None,
            )
        )
    return rows


def _history(known: IncidentFacts, actor: Actor) -> Component:
    incident = known.incident
    children: list[Any] = [history_list(known.history, known.comments, zone=known.zone, now=known.now)]
    if actor.may(Permission.TRIAGE):
        action = {"id": str(incident.id), "revision": incident.revision, "do": "comment", "needs_text": True}
        children.append(
            html.Div(
                [
                    html.Textarea(
                        className="field",
                        placeholder="What should the next officer know?",
                        maxLength=4000,
                        **attrs({"aria-label": "Comment"}),
                    ),
                    act_button("Comment", action),
                ],
                className="comment-form",
                **attrs({"data-wf-form": "1"}),
            )
        )
    return section("History", children)
