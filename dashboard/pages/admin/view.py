"""What the administration page shows: tables of users, agencies, types and audit entries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.marks import tlp_chip
from dashboard.components.panels import empty
from dashboard.pages.watch.lookups import STORE_LABELS
from dashboard.pages.watch.table import GRID_THEME, SEVERITY_LOOK
from data.clock import from_ms
from data.model import StoreKind, label
from data.records import Agency, IncidentType, User

Cell = Component | str


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, caption: str) -> Component:
    """Return a plain table with a caption for those who hear the page."""
    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="plain-table",
    )


def users_table(users: Sequence[User], agencies: Sequence[Agency]) -> Component:
    """Return everybody who may sign in, and what each of them may see."""
    names = {agency.id: agency.short_name for agency in agencies}
    rows: list[list[Cell]] = [
        [
            user.name,
            user.display_name,
            label(user.role),
            names.get(user.agency_id, "?"),
            tlp_chip(user.clearance),
            ", ".join(STORE_LABELS[store] for store in StoreKind if store in user.stores),
            "disabled" if user.disabled else "active",
        ]
        for user in users
    ]
    heads = ("Name", "Shown as", "Role", "Agency", "Sees up to", "Stores", "State")
    return table(heads, rows, caption="Users")


def agencies_table(agencies: Sequence[Agency]) -> Component:
    """Return the agencies; law-enforcement-sensitive records go only to those marked so."""
    rows: list[list[Cell]] = [
        [agency.name, agency.short_name, "law enforcement" if agency.law_enforcement else "other"]
        for agency in agencies
    ]
    return table(("Agency", "Short name", "Kind"), rows, caption="Agencies")


def type_rows(types: Sequence[IncidentType]) -> list[dict[str, Any]]:
    """Return the taxonomy as rows of a grid, each with its depth under its root."""
    return [
        {
            "label": entry.label,
            "code": entry.code,
            "glyph": entry.glyph,
            "severity": label(entry.severity),
            "state": "retired" if entry.retired else "",
            "depth": entry.code.count("."),
        }
        for entry in types
    ]


def types_grid(types: Sequence[IncidentType]) -> Component:
    """Return the taxonomy as an indented list.

    A grid and not a table of components: Dash takes seconds to walk through those of some hundred rows each
    time that one of them changes.
    """
    indent = {f"depth-{depth}": f"params.data.depth === {depth}" for depth in range(1, 4)}
    columns: list[dict[str, Any]] = [
        {"field": "label", "headerName": "Type", "flex": 3, "cellClassRules": indent},
        {"field": "code", "headerName": "Code", "flex": 3, "cellClass": "mono"},
        {"field": "glyph", "headerName": "Glyph", "flex": 2},
        {"field": "severity", "headerName": "Severity proposed", "flex": 2, **SEVERITY_LOOK},
        {"field": "state", "headerName": "State", "flex": 1},
    ]
    grid: Component = dag.AgGrid(
        id=ids.ADMIN_TYPES,
        columnDefs=columns,
        rowData=type_rows(types),
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        dashGridOptions={"theme": GRID_THEME, "domLayout": "autoHeight", "animateRows": False},
        getRowId="params.data.code",
        style={"height": None, "width": "100%"},
    )
    return grid


def audit_table(entries: Sequence[Mapping[str, Any]], *, zone: ZoneInfo) -> Component:
    """Return audit entries, newest first, times in local and UTC."""
    if not entries:
        return empty("No older entries.", "The log begins where the list above ends.")
    rows: list[list[Cell]] = []
    for entry in entries:
        at = from_ms(entry["at_ms"])
        detail = {key: value for key, value in entry["detail"].items() if value not in (None, "")}
        rows.append(
            [
                str(entry["seq"]),
                f"{at.astimezone(zone):%d %b %H:%M:%S %Z} ({at:%H:%MZ})",
                entry["user_name"],
                entry["action"].replace("_", " "),
                " ".join(str(part) for part in (entry["kind"], entry["record"]) if part),
                entry["outcome"],
                _in_words(detail),
            ]
        )
    heads = ("No.", "When", "Who", "Did", "To", "Outcome", "Detail")
    return table(heads, rows, caption="Audit entries")


def _in_words(detail: Mapping[str, Any]) -> str:
    """Return the detail of an entry as `name: value` pairs; what has an inside stays JSON."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {value if isinstance(value, str) else _json(value)}"
        for name, value in detail.items()
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
