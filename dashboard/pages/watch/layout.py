"""The Watch page as components: frames that JavaScript fills, and the parts that the server fills."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty, icon
from dashboard.components.records import record_parts
from dashboard.pages.watch import hotspots_panel
from dashboard.pages.watch.lookups import lookups
from dashboard.pages.watch.table import grid
from data.access import Actor, Permission

if TYPE_CHECKING:
    from dashboard.services import Services


def layout(actor: Actor, services: Services) -> Component:
    """Return the Watch page for this actor."""
    return html.Main(
        [
            html.H1("Watch", className="visually-hidden"),
            _rail(),
            _stage(actor),
            _panel(),
            _timeline(),
            hotspots_panel.how_sure(),
            dcc.Store(id=ids.QUERY),
            dcc.Store(id=ids.VIEW_ACTION),
            *record_parts(),
        ],
        id=ids.WATCH,
        className="watch",
        **attrs({"data-lookups": json.dumps(lookups(actor, services)), "aria-label": "Watch"}),
    )


def _fold(side: str, name: str) -> Component:
    return html.Button(
        icon("fold"),
        type="button",
        className="fold",
        **attrs({"data-wf-do": f"fold-{side}", "aria-label": f"Fold {name}", "title": f"Fold {name}"}),
    )


def _strip(side: str, name: str, key: str) -> Component:
    """Return the narrow strip that stays of a folded side."""
    return html.Button(
        [icon("fold"), html.Span(name)],
        type="button",
        className=f"strip strip-{side}",
        **attrs(
            {"data-wf-do": f"fold-{side}", "aria-label": f"Show {name.lower()}", "title": f"{name}{key}"}
        ),
    )


def _rail() -> Component:
    return html.Aside(
        [
            html.Div(
                [
                    html.H2("Filters"),
                    html.Span("", className="total", **attrs({"data-wf-total": "1"})),
                    html.Details(
                        [
                            html.Summary("Views", title="Saved views"),
                            html.Div(html.Div(id=ids.VIEWS), className="popover left"),
                        ],
                        className="menu",
                    ),
                    _fold("rail", "filters"),
                ],
                className="side-head",
            ),
            html.Div(id=ids.RAIL_BODY, className="rail-body"),
            _strip("rail", "Filters", " (f)"),
        ],
        id=ids.RAIL,
        className="rail side",
        **attrs({"aria-label": "Filters"}),
    )


def _stage(actor: Actor) -> Component:
    return html.Section(
        [
            html.Div(id=ids.MAP, className="map"),
            html.Div(id=ids.FACTS, className="facts-wall", **attrs({"aria-live": "polite"})),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("Table"),
                            html.Span("", className="total", **attrs({"data-wf-total": "1"})),
                            html.Span(className="grow"),
                            _columns_menu(),
                            _export(actor),
                            html.Button(
                                "Back to the map",
                                type="button",
                                className="button",
                                **attrs({"data-wf-do": "table"}),
                            ),
                        ],
                        className="table-head",
                    ),
                    html.Div(id=ids.TABLE_SLOT, className="slot"),
                ],
                id=ids.TABLE_PANE,
                className="table-pane",
                hidden=True,
            ),
        ],
        id=ids.STAGE,
        className="stage",
        **attrs({"aria-label": "Map"}),
    )


def _columns_menu() -> Component:
    return html.Details(
        [html.Summary("Columns"), html.Div(id=ids.TABLE_COLUMNS, className="popover columns-menu")],
        className="menu",
    )


def _export(actor: Actor) -> Any:
    if not actor.may(Permission.EXPORT):
        return None
    return html.Button(
        "Export CSV",
        type="button",
        className="button",
        title="Exactly what is filtered",
        **attrs({"data-wf-do": "export"}),
    )


def _panel() -> Component:
    return html.Aside(
        [
            html.Div(id=ids.PANEL_TABS, className="panel-tabs"),
            html.Div(id=ids.FEED_HEAD, className="side-head"),
            html.Div(id=ids.FEED, className="feed", **attrs({"aria-label": "Reports"})),
            *hotspots_panel.ranked(),
            html.Section(
                [
                    html.Div(
                        empty(
                            "Nothing is selected.",
                            "Click a report or a site on the map, or press j and Enter.",
                        ),
                        id=ids.DETAILS,
                    ),
                    hotspots_panel.details(),
                ],
                className="details",
                **attrs({"aria-label": "Selected", "aria-live": "polite"}),
            ),
            _strip("panel", "Reports", ""),
        ],
        id=ids.PANEL,
        className="panel side",
        **attrs({"aria-label": "Reports and details"}),
    )


def _timeline() -> Component:
    return html.Section(
        [
            html.Div(id=ids.TIMELINE_BAR, className="timeline-bar"),
            html.Div(id=ids.TIMELINE_SLOT, className="slot"),
            dcc.Store(id=ids.AFTER_MAP),
        ],
        id=ids.TIMELINE_PANE,
        className="timeline",
        **attrs({"aria-label": "Timeline: counts by type"}),
    )


def after_map() -> tuple[Component, Component]:
    """Return the timeline's graph and the table, whose large libraries come once the map is drawn."""
    graph: Component = dcc.Graph(
        id=ids.TIMELINE,
        className="timeline-graph",
        config={
            "displayModeBar": False,
            "responsive": True,
            "doubleClick": False,
            "scrollZoom": False,
        },
        figure={
            "data": [],
            "layout": {
                "paper_bgcolor": "rgba(0,0,0,0)",
                "plot_bgcolor": "rgba(0,0,0,0)",
                "xaxis": {"visible": False},
                "yaxis": {"visible": False},
            },
        },
    )
    return graph, grid()
