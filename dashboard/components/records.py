"""What every page needs that shows one record and acts on it."""

from __future__ import annotations

import json
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import section
from data.access import Actor, Permission
from data.records import Incident, Site


def record_parts() -> list[Component]:
    """Return the selection, the action, and the dialog for two who changed the same record."""
    return [
        dcc.Store(id=ids.SELECTION),
        dcc.Store(id=ids.ACTION),
        dmc.Modal(
            id=ids.CONFLICT,
            title="Somebody changed this record first",
            size="lg",
            centered=True,
            opened=False,
        ),
    ]


def record_of(record: Incident | Site) -> str:
    """Return which record the panel shows, for the page's JavaScript to put into a brief."""
    kind = "incident" if isinstance(record, Incident) else "site"
    return json.dumps({"kind": kind, "id": str(record.id)})


def passing_on(actor: Actor, record: Incident | Site) -> Component:
    """Return the buttons that take a record further: into a brief, and into a version for others."""
    buttons: list[Any] = [_button("Add to brief", "add-brief", "A page of the open brief (b)")]
    if isinstance(record, Incident) and actor.may(Permission.EXPORT):
        title = "A version without what others may not have; the original keeps it"
        of = {"data-wf-of": json.dumps({"id": str(record.id)})}
        buttons.append(_button("Sanitise", "sanitise", title, **of))
    return section("Pass on", html.Div(buttons, className="actions"))


def _button(text: str, does: str, title: str, **more: str) -> Component:
    named = {"data-wf-do": does, "title": title, **more}
    return html.Button(text, type="button", className="button", **attrs(named))
