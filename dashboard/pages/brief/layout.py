"""The Brief page as components: frames that JavaScript fills from the API, and the graph of its charts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.marks import NO_RECORDS
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services

# The graph is drawn by JavaScript when a page of a brief has a chart; until then it is empty and hidden.
_NO_CHART = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}


def layout(actor: Actor, services: Services) -> Component:
    """Return the Brief page: list, editor and presenting share it, and the address says which is meant."""
    return html.Main(
        [
            html.H1("Brief", className="visually-hidden"),
            html.Section(id=ids.BRIEF_LIST, className="brief-list", **attrs({"aria-label": "Briefs"})),
            html.Div(id=ids.BRIEF_HEAD, className="brief-head"),
            html.Section(
                id=ids.BRIEF_SIDE, className="brief-side", **attrs({"aria-label": "Pages of the brief"})
            ),
            _stage(),
            html.Section(
                id=ids.BRIEF_PANEL, className="brief-panel", **attrs({"aria-label": "About this page"})
            ),
        ],
        id=ids.BRIEF,
        className="brief-page",
        **attrs(
            {
                # The page says the marking of the brief once it is there; its frames hold no records.
                "data-wf-marking": NO_RECORDS,
                "data-words": json.dumps({"zone": services.settings.timezone, "user": actor.user_id}),
                "aria-label": "Brief",
            }
        ),
    )


def _stage() -> Component:
    """Return the page of a brief as it will be seen; JavaScript writes its words and draws its map."""
    figure = html.Div(
        [
            html.Div(html.Div(id=ids.BRIEF_MAP, className="map"), className="brief-map"),
            html.Div(
                dcc.Graph(
                    id=ids.BRIEF_CHART,
                    className="brief-graph",
                    config={"displayModeBar": False, "responsive": True},
                    figure=_NO_CHART,
                ),
                className="brief-chart",
                hidden=True,
            ),
            html.Div(className="brief-table", hidden=True, tabIndex=0, role="region"),
        ],
        className="brief-figure",
    )
    return html.Section(
        html.Article(
            [
                html.Div(className="brief-words"),
                html.Div(
                    [figure, html.Div(className="brief-lines"), html.Div(className="brief-key")],
                    className="brief-body",
                ),
                html.Div(className="brief-source"),
            ],
            className="brief-card",
        ),
        id=ids.BRIEF_STAGE,
        className="brief-stage",
        **attrs({"aria-label": "The page as it will be seen"}),
    )


def register(_app: Any, _services: Services) -> None:
    """Register nothing: the page asks the API, whose routes name their permissions themselves."""
