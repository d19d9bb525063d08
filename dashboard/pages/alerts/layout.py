"""The Alerts page as components: the frames of its three columns, which JavaScript fills from the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.pages.alerts.view import words
from dashboard.pages.watch.around import highest_marking
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services


def layout(actor: Actor, services: Services) -> Component:
    """Return the Alerts page for this actor: watch areas, their map, and what they found."""
    return html.Main(
        [
            html.H1("Alerts", className="visually-hidden"),
            html.Section(id=ids.ALERTS_SIDE, className="alerts-side", **attrs({"aria-label": "Watch areas"})),
            html.Section(
                html.Div(id=ids.ALERTS_MAP, className="map"),
                className="alerts-stage",
                **attrs({"aria-label": "Map of the watch areas"}),
            ),
            html.Section(id=ids.ALERTS_PANEL, className="alerts-panel", **attrs({"aria-label": "Alerts"})),
        ],
        id=ids.ALERTS,
        className="alerts-page",
        **attrs(
            {
                "data-words": json.dumps(words(actor, services)),
                "data-wf-marking": highest_marking(actor, services),
                "aria-label": "Alerts",
            }
        ),
    )


def register(_app: Any, _services: Services) -> None:
    """Register nothing: the page asks the API, whose routes name their permissions themselves."""
