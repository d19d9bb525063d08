"""The filtered incidents as a table whose rows the server hands out page by page."""

from __future__ import annotations

import json
from typing import Any, Final

import dash_ag_grid as dag
from dash.development.base_component import Component

from dashboard import ids
from data.model import Severity, label

ROWS_PER_BLOCK: Final = 100

# Field, heading, width, sortable, shown at first. Sortable are those the mirror holds as columns.
COLUMNS: Final = (
    ("severity", "Severity", 124, True, True),
    ("occurred", "Occurred", 178, True, True),
    ("title", "Report", 360, False, True),
    ("type", "Type", 180, True, True),
    ("status", "Status", 120, True, True),
    ("address", "Address", 220, False, True),
    ("source", "Source", 160, True, True),
    ("marking", "Marking", 130, True, True),
    ("persons", "People", 90, True, False),
    ("accuracy_m", "Accuracy, m", 110, True, False),
    ("located_by", "Located by", 130, True, False),
    ("lon", "Longitude", 110, False, False),
    ("lat", "Latitude", 110, False, False),
    ("entered", "Entered", 178, True, False),
    ("updated", "Updated", 178, True, False),
    ("id", "Id", 300, False, False),
)
_NUMBERS = frozenset({"persons", "accuracy_m", "lon", "lat"})

_PARAMS: Final = {
    "backgroundColor": "var(--panel)",
    "foregroundColor": "var(--text)",
    "borderColor": "var(--line)",
    "headerBackgroundColor": "var(--panel)",
    "headerTextColor": "var(--muted)",
    "accentColor": "var(--accent)",
    "oddRowBackgroundColor": "var(--panel)",
    "rowHoverColor": "var(--hover)",
    "selectedRowBackgroundColor": "var(--hover)",
    "fontFamily": "inherit",
    "fontSize": 13,
    "headerFontSize": 12,
    "headerFontWeight": 500,
    "rowHeight": 32,
    "headerHeight": 32,
    "borderRadius": 0,
    "wrapperBorderRadius": 0,
    "wrapperBorder": False,
    "spacing": 4,
    "cellHorizontalPadding": 12,
}
GRID_THEME: Final = {"function": f"themeQuartz.withParams({json.dumps(_PARAMS)})"}


def grid() -> Component:
    """Return the table, empty until it asks for rows."""
    table: Component = dag.AgGrid(
        id=ids.TABLE,
        className="grid",
        rowModelType="infinite",
        columnDefs=[_column(*column) for column in COLUMNS],
        defaultColDef={"resizable": True, "sortable": False, "suppressMovable": False},
        dashGridOptions={
            "theme": GRID_THEME,
            "rowHeight": 32,
            "headerHeight": 32,
            "rowBuffer": 20,
            "cacheBlockSize": ROWS_PER_BLOCK,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 1,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "localeText": {"noRowsToShow": "No report passes these filters."},
            "animateRows": False,
            "tooltipShowDelay": 400,
        },
        getRowId="params.data.id",
        style={"height": "100%", "width": "100%"},
    )
    return table


# Letter, word and colour, as wherever else a severity stands.
SEVERITY_LOOK: Final = {
    "cellClass": "sev-cell",
    "cellClassRules": {f"sev-cell-{int(level)}": f"params.value === '{label(level)}'" for level in Severity},
}


def _column(field: str, heading: str, width: int, sortable: bool, shown: bool) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": heading,
        "width": width,
        "sortable": sortable,
        "hide": not shown,
        "tooltipField": "title" if field == "title" else None,
        "type": "rightAligned" if field in _NUMBERS else None,
        "cellClass": "mono" if field in {"id", "lon", "lat"} else None,
        **(SEVERITY_LOOK if field == "severity" else {}),
    }
