"""Past imports as a table, each of which opens its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.panels import empty
from dashboard.components.times import when
from dashboard.pages.imports.words import KIND_LABELS, STATES
from data.store.batches import Batch


def history(
    batches: Sequence[Batch], *, names: Mapping[int, str], zone: ZoneInfo, now: datetime
) -> Component:
    """Return past imports, newest first, each of which opens its report."""
    shown = [batch for batch in batches if (batch.report or {}).get("format") != "quarantine"]
    if not shown:
        return empty("Nothing was imported yet.", "Choose a file under “Import”; its report is kept here.")
    headings = ("File", "Kind", "When", "By", "Read", "Added", "Updated", "Quarantine", "State")
    numbers = {"Read", "Added", "Updated", "Quarantine"}
    rows = [_batch_row(batch, names, zone, now) for batch in shown]
    head = html.Thead(
        html.Tr(
            [html.Th(word, scope="col", className="number" if word in numbers else None) for word in headings]
        )
    )
    return html.Table([head, html.Tbody(rows)], className="history-table")


def _batch_row(batch: Batch, names: Mapping[int, str], zone: ZoneInfo, now: datetime) -> Component:
    said = batch.report or {}
    by = "command line" if batch.user_id is None else names.get(batch.user_id, "another agency")
    opener = html.Button(
        batch.file_name,
        id=ids.import_batch(batch.id),
        type="button",
        className="link",
        title="Show its report",
    )
    numbers = [
        html.Td(f"{int(said.get(name) or 0):,}" if said else "", className="number")
        for name in ("read", "added", "updated", "quarantined")
    ]
    return html.Tr(
        [
            html.Td(opener),
            html.Td(KIND_LABELS.get(batch.kind, batch.kind)),
            html.Td(when(batch.started, zone, now=now)),
            html.Td(by),
            *numbers,
            html.Td(STATES.get(batch.state, batch.state)),
        ]
    )
