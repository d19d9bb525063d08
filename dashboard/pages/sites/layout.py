"""The Sites page as components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty
from dashboard.components.records import record_parts
from dashboard.pages.watch.around import highest_marking
from dashboard.pages.watch.lookups import sectors
from dashboard.pages.watch.table import GRID_THEME
from data.access import Actor
from data.model import SiteStatus, label

if TYPE_CHECKING:
    from dashboard.services import Services

_COLUMNS = (
    ("name", "Site", 280, True),
    ("kind", "Kind", 140, True),
    ("sector", "Sector", 170, True),
    ("status", "Status", 110, True),
    ("status_at", "Status as of", 178, False),
    ("lifeline", "Lifeline", 180, False),
    ("address", "Address", 170, False),
    ("call", "Call", 130, False),
    ("marking", "Marking", 126, False),
)
# Letter, word and colour, as wherever else a status stands.
_LOOK: dict[str, dict[str, Any]] = {
    "status": {
        "cellClass": "status-cell",
        "cellClassRules": {
            f"site-cell-{int(status)}": f"params.value === '{label(status)}'" for status in SiteStatus
        },
    }
}


def layout(actor: Actor, services: Services) -> Component:
    """Return the Sites page for this actor."""
    known = sectors(actor, services)
    # As one left it, when one comes back in this tab; never as somebody else who signed in here did.
    kept: dict[str, Any] = {"persistence": f"user-{actor.user_id}", "persistence_type": "session"}
    return html.Main(
        [
            html.Div(
                [
                    html.H1("Sites"),
                    html.Span("", id=ids.SITES_COUNT, className="muted"),
                    dmc.TextInput(
                        id=ids.SITES_SEARCH,
                        placeholder="Name of a site",
                        debounce=250,
                        w=240,
                        **kept,
                        **_named("Name of a site"),
                    ),
                    dmc.Select(
                        id=ids.SITES_SECTOR,
                        placeholder="Every sector",
                        data=[{"value": entry["code"], "label": entry["label"]} for entry in known],
                        clearable=True,
                        w=220,
                        **kept,
                        **_named("Sector"),
                    ),
                    dmc.Select(
                        id=ids.SITES_STATUS,
                        placeholder="Every status",
                        data=[
                            {"value": status.name, "label": label(status)} for status in reversed(SiteStatus)
                        ],
                        clearable=True,
                        w=160,
                        **kept,
                        **_named("Status"),
                    ),
                ],
                className="sites-bar",
            ),
            _grid(),
            html.Aside(
                html.Div(
                    empty(
                        "No site is chosen.",
                        "Choose one in the table: whom to call, and what happens round it.",
                    ),
                    id=ids.DETAILS,
                ),
                className="sites-details",
                **attrs({"aria-label": "Chosen site", "aria-live": "polite"}),
            ),
            *record_parts(),
        ],
        className="sites-page",
        **attrs({"aria-label": "Sites", "data-wf-marking": highest_marking(actor, services)}),
    )


def _named(name: str) -> dict[str, Any]:
    return {"aria-label": name}


def _grid() -> Component:
    table: Component = dag.AgGrid(
        id=ids.SITES_GRID,
        className="grid",
        rowModelType="infinite",
        columnDefs=[
            {
                "field": field,
                "headerName": heading,
                "width": width,
                "sortable": sortable,
                **_LOOK.get(field, {}),
            }
            for field, heading, width, sortable in _COLUMNS
        ],
        defaultColDef={"resizable": True},
        dashGridOptions={
            "theme": GRID_THEME,
            "rowHeight": 32,
            "headerHeight": 32,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 1,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
        },
        getRowId="params.data.id",
        style={"height": "100%", "width": "100%"},
    )
    return table
