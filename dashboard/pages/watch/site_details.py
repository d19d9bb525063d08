"""One site in the panel: whom to call, how it stands, and what happens round it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.marks import marking_text, site_status_mark, tlp_chip
from dashboard.components.panels import act_button, facts, section
from dashboard.components.places import LOCATED_BY_WORDS, accuracy_text, coordinates
from dashboard.components.records import passing_on, record_of
from dashboard.components.times import when
from dashboard.pages.watch.around import RINGS_M, SPANS, Around
from dashboard.pages.watch.history import history_list
from dashboard.pages.watch.incident_details import incident_rows
from dashboard.pages.watch.lookups import words
from data.access import Actor, Permission
from data.model import SiteStatus, label
from data.records import Comment, Contact, Revision, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """Everything that the panel says of a site, gathered beforehand."""

    site: Site
    history: list[Revision]
    comments: list[Comment]
    rings: list[list[int]]
    newest: list[Around]
    now: datetime
    zone: ZoneInfo


def site_details(known: SiteFacts, actor: Actor) -> Component:
    """Return the panel of one site."""
    children: list[Any] = [_head(known)]
    if actor.may(Permission.EDIT_SITE):
        children.append(_actions(known.site))
    children += [_contacts(known.site), _around(known), _facts(known), _place(known.site)]
    children.append(passing_on(actor, known.site))
    children.append(
        section("History", history_list(known.history, known.comments, zone=known.zone, now=known.now))
    )
    return html.Div(
        children,
        **attrs({"data-wf-marking": marking_text(known.site.scope), "data-wf-record": record_of(known.site)}),
    )


def _head(known: SiteFacts) -> Component:
    site = known.site
    said: Any = "Nobody has said how it stands."
    if site.status_at is not None:
        said = [
            f"{site.status_source or 'Source not recorded'} · ",
            when(site.status_at, known.zone, now=known.now),
        ]
    marks = [
        site_status_mark(site.status),
        html.Span(words(site.kind or site.sector), className="muted"),
        tlp_chip(site.scope.tlp, law_enforcement=site.scope.law_enforcement),
    ]
    show = html.Button(
        "Show on the map",
        type="button",
        className="button",
        **attrs({"data-wf-select": json.dumps({"kind": "site", "fid": site.fid, **_lonlat(site)})}),
    )
    return html.Div(
        [
            html.H2(site.name),
            html.Div(marks, className="marks"),
            html.Div(said, className="muted"),
            html.Div(show),
        ],
        className="detail-head",
    )


def _lonlat(site: Site) -> dict[str, float | None]:
    return {"lon": site.place.lon if site.place else None, "lat": site.place.lat if site.place else None}


def _actions(site: Site) -> Component:
    base = {"id": str(site.id), "revision": site.revision, "do": "site_status"}
    buttons = [
        act_button(label(status), {**base, "value": int(status)})
        for status in (SiteStatus.GREEN, SiteStatus.YELLOW, SiteStatus.RED, SiteStatus.UNKNOWN)
        if status is not site.status
    ]
    return html.Div(
        [
            html.H3("Set status"),
            html.Div(buttons, className="actions"),
        ],
        className="part",
    )


def _contacts(site: Site) -> Component:
    if not site.contacts:
        text = "No contact on file. The owner’s switchboard or the local dispatch may know one."
        return section("Whom to call", html.P(text, className="muted"))
    return section("Whom to call", [_contact(contact) for contact in site.contacts])


def _contact(contact: Contact) -> Component:
    lines: list[Any] = [
        html.Div([html.Strong(contact.role or "Contact"), f"  {contact.name}" if contact.name else ""])
    ]
    numbers = [(contact.always, "24 h")]
    if contact.phone != contact.always:
        numbers.append((contact.phone, "phone"))
    for number, word in numbers:
        if number:
            lines.append(
                html.Div(
                    [
                        html.A(number, href=f"tel:{_dialled(number)}"),
                        html.Span(f"  {word}", className="muted"),
                    ]
                )
            )
    if contact.email:
        lines.append(html.Div(contact.email, className="muted"))
    return html.Div(lines, className="contact")


def _dialled(number: str) -> str:
    """Return the characters of a number that a telephone takes; nothing else may reach a link."""
    return "".join(char for char in number if char in "+0123456789,")


def _around(known: SiteFacts) -> Component:
    head = html.Tr([html.Th("Within"), *(html.Th(name) for name, _ in SPANS)])
    rows = [
        html.Tr([html.Td(_ring_button(known.site, ring)), *(html.Td(f"{n:,}") for n in counts)])
        for ring, counts in zip(RINGS_M, known.rings, strict=True)
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="rings")
    return section("Incidents round it", [table, *incident_rows(known.newest, now=known.now)])


def _ring_button(site: Site, ring_m: float) -> Any:
    text = f"{ring_m:g} m" if ring_m < 1000 else f"{ring_m / 1000:g} km"
    if site.place is None:
        return text
    shape = f"shape=c:{site.place.lon:.6f},{site.place.lat:.6f},{ring_m:g}"
    return html.Button(
        text,
        type="button",
        className="button quiet",
        title="Filter to this ring",
        **attrs({"data-wf-query": shape}),
    )


def _facts(known: SiteFacts) -> Component:
    site = known.site
    return section(
        "Facts",
        facts(
            [
                ("Sector", words(site.sector)),
                ("Subsector", site.subsector),
                ("Lifeline", " · ".join(words(part) for part in (site.lifeline, site.component) if part)),
                ("Owner", site.owner),
                ("Address", site.address),
                ("Source", f"{site.source.name} {site.vintage}".strip()),
                ("Gone since", None if site.gone is None else when(site.gone, known.zone, now=known.now)),
                ("Revision", str(site.revision)),
                ("Id", html.Span(str(site.id), className="mono")),
            ]
        ),
    )


def _place(site: Site) -> Component:
    if site.place is None:
        return section("Place", html.P("No place was given, so it is not on the map."))
    how = f"{LOCATED_BY_WORDS[site.located_by]} {accuracy_text(site.accuracy_m)}."
    return section("Place", [html.P(how, className="muted"), coordinates(site.place)])
