"""The Respond page as components: the frames that JavaScript fills from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.pages.watch.around import highest_marking
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services


def layout(actor: Actor, services: Services) -> Component:
    """Return the Respond page for this actor: households in order of need, their map, and what is done."""
    return html.Main(
        [
            html.H1("Respond", className="visually-hidden"),
            html.Section(
                id=ids.RESPOND_SIDE, className="respond-side", **attrs({"aria-label": "Households"})
            ),
            html.Section(
                [html.Div(id=ids.RESPOND_MAP, className="map"), html.Div(id=ids.RESPOND_LAYERS)],
                className="respond-stage",
                **attrs({"aria-label": "Map of the households"}),
            ),
            html.Section(
                id=ids.RESPOND_PANEL, className="respond-panel", **attrs({"aria-label": "What is done"})
            ),
        ],
        id=ids.RESPOND,
        className="respond-page",
        **attrs({"data-wf-marking": highest_marking(actor, services), "aria-label": "Respond"}),
    )


def register(_app: Any, _services: Services) -> None:
    """Register nothing: the page asks the API, whose routes name their permissions themselves."""
