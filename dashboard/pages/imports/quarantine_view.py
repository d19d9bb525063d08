"""The quarantine as components: which rows wait and why, one row to mend, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty
from dashboard.pages.imports.words import plural, reason_label, reason_words
from dashboard.pages.watch.table import GRID_THEME
from data.store.batches import Waiting
from data.store.quarantined import Pile

BLOCK: Final = 100
_COLUMNS: Final = (
    ("row", "Row", 80),
    ("reason", "Reason", 190),
    ("said", "What the row says", 420),
    ("file", "File", 220),
    ("detail", "Detail", 300),
)
_STATES: Final = (("waiting", "Waiting"), ("discarded", "Discarded"))
_SAID_CHARS: Final = 240
_LONG_CHARS: Final = 70


def tab() -> Component:
    """Return the list of quarantined rows, the open row beside it, and what to do with many."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span("", id=ids.QUARANTINE_COUNT, className="muted", role="status"),
                    _choice(ids.QUARANTINE_BATCH, "Every import", 300),
                    _choice(ids.QUARANTINE_REASON, "Every reason", 260),
                    dmc.SegmentedControl(
                        id=ids.QUARANTINE_STATE,
                        value="waiting",
                        size="xs",
                        data=[{"value": state, "label": label} for state, label in _STATES],
                        **attrs({"aria-label": "Which rows"}),
                    ),
                ],
                className="quarantine-bar",
            ),
            html.Div(
                [
                    _grid(),
                    html.Div(
                        [
                            html.Div(id=ids.QUARANTINE_RESULT, **attrs({"aria-live": "polite"})),
                            html.Div(nothing_open(), id=ids.QUARANTINE_OPEN),
                        ],
                        className="quarantine-side",
                    ),
                ],
                className="quarantine-two",
            ),
            _many(),
            html.Div(html.Button(id=ids.QUARANTINE_CHANGED, type="button"), hidden=True),
        ],
        className="quarantine-tab",
    )


def _choice(component_id: str, placeholder: str, width: int) -> Component:
    choice: Component = dmc.Select(
        id=component_id,
        placeholder=placeholder,
        data=[],
        clearable=True,
        searchable=True,
        size="xs",
        w=width,
        **attrs({"aria-label": placeholder}),
    )
    return choice


def _grid() -> Component:
    table: Component = dag.AgGrid(
        id=ids.QUARANTINE_GRID,
        className="grid",
        rowModelType="infinite",
        columnDefs=[
            {"field": field, "headerName": heading, "width": width, "tooltipField": field}
            for field, heading, width in _COLUMNS
        ],
        defaultColDef={"resizable": True, "sortable": False},
        dashGridOptions={
            "theme": GRID_THEME,
            "rowHeight": 32,
            "headerHeight": 32,
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 1,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "tooltipShowDelay": 400,
        },
        getRowId="params.data.seq",
        style={"height": "100%", "width": "100%"},
    )
    return table


def _many() -> Component:
    return html.Details(
        [
            html.Summary("Mend many at once"),
            html.P(
                "Replaces text in one column of every waiting row that the filters above leave, and sends "
                "them again. Leave “Find” empty to send them as they are.",
                className="muted",
            ),
            html.Div(
                [
                    dmc.Select(id=ids.QUARANTINE_COLUMN, label="Column", data=[], searchable=True, size="xs"),
                    dmc.TextInput(id=ids.QUARANTINE_FIND, label="Find", size="xs"),
                    dmc.TextInput(id=ids.QUARANTINE_REPLACE, label="Replace with", size="xs"),
                    html.Button(
                        "Send all again", id=ids.QUARANTINE_SEND_ALL, type="button", className="button"
                    ),
                ],
                className="many",
            ),
        ],
        className="many-box",
    )


def nothing_open() -> Component:
    """Return what stands where the open row would be."""
    return empty(
        "No row is open.", "Choose one in the table: mend its fields, then send it again, or discard it."
    )


def batch_choices(piles: Sequence[Pile]) -> list[dict[str, str]]:
    """Return the imports that have rows here, each with how many."""
    rows: dict[int, int] = {}
    names: dict[int, str] = {}
    for pile in piles:
        rows[pile.batch_id] = rows.get(pile.batch_id, 0) + pile.rows
        names[pile.batch_id] = pile.file_name
    return [
        {"value": str(batch), "label": f"{names[batch]} · {plural(count, 'row')}"}
        for batch, count in rows.items()
    ]


def reason_choices(piles: Sequence[Pile], *, batch_id: int | None) -> list[dict[str, str]]:
    """Return the reasons within an import, or all, each with how many rows."""
    rows: dict[str, int] = {}
    for pile in piles:
        if batch_id in (None, pile.batch_id):
            rows[pile.reason] = rows.get(pile.reason, 0) + pile.rows
    ordered = sorted(rows.items(), key=lambda pair: -pair[1])
    return [{"value": reason, "label": f"{reason_label(reason)} · {count:,}"} for reason, count in ordered]


def grid_row(row: Waiting) -> dict[str, Any]:
    """Return a quarantined row as a line of the table."""
    return {
        "seq": str(row.seq),
        "row": row.row_number,
        "reason": reason_label(row.reason),
        "said": summary(row.original),
        "file": row.file_name,
        "detail": more_than_reason(row),
    }


def more_than_reason(row: Waiting) -> str:
    """Return the detail of a row where it says more than its reason does."""
    return "" if row.detail.casefold() == reason_words(row.reason).casefold() else row.detail


def summary(original: Mapping[str, Any]) -> str:
    """Return the values of a row in one line."""
    text = " · ".join(str(value) for value in original.values() if value not in (None, ""))
    return text[:_SAID_CHARS]


def open_row(row: Waiting) -> Component:
    """Return one row with every field open to mending, and what can be done with it."""
    waiting = row.state == "waiting"
    fields = [_field(name, value) for name, value in row.original.items()]
    buttons = [
        html.Button(
            "Send again",
            id=ids.QUARANTINE_SEND,
            type="button",
            className="button primary",
            disabled=not waiting,
        ),
        html.Button(
            "It is right: take it",
            id=ids.QUARANTINE_ACCEPT,
            type="button",
            className="button",
            hidden=row.reason != "outside_area" or not waiting,
            title="Take the place at its word, although it lies outside the declared area",
        ),
        html.Button(
            "Discard", id=ids.QUARANTINE_DISCARD, type="button", className="button", hidden=not waiting
        ),
        html.Button(
            "Let it wait again", id=ids.QUARANTINE_UNDO, type="button", className="button", hidden=waiting
        ),
    ]
    return html.Div(
        [
            html.H2(f"Row {row.row_number:,} of {row.file_name}"),
            html.P([html.Strong(reason_words(row.reason)), f" {more_than_reason(row)}"]),
            html.Div(buttons, className="actions"),
            html.Div(fields, className="original"),
        ],
        className="open-row",
    )


def _field(name: str, value: Any) -> Component:
    text = "" if value is None else str(value)
    shared: dict[str, Any] = {"id": ids.quarantine_value(name), "label": name, "value": text, "size": "xs"}
    if len(text) > _LONG_CHARS or "\n" in text:
        field: Component = dmc.Textarea(autosize=True, minRows=2, maxRows=8, **shared)
    else:
        field = dmc.TextInput(**shared)
    return field


def replaced(original: Mapping[str, Any], *, column: str, find: str, replace: str) -> dict[str, Any]:
    """Return a row with text replaced in one column; with nothing to find, the row as it is."""
    mended = dict(original)
    if column and find and mended.get(column) is not None:
        mended[column] = str(mended[column]).replace(find, replace)
    return mended
