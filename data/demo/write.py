"""Writing a whole scenario into the store: one transaction, one audit entry per kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from data.clock import from_ms, to_ms
from data.demo.compose import Report
from data.model import Status
from data.records import NewArea, NewSite
from data.store import tables as t
from data.store import text
from data.store.directory import received
from data.store.rows import new_row
from data.store.runs import add_run
from data.store.sites import bounds_columns
from data.store.store import Store

_CHUNK = 2_000


def add_incidents(store: Store, connection: Connection, reports: Sequence[Report]) -> int:
    """Add the reports with their status, revisions and search text, and return how many."""
    type_ids: dict[str, int] = {
        row.code: row.id for row in connection.execute(select(t.incident_type.c.code, t.incident_type.c.id))
    }
    rows = [_incident_row(report, type_ids) for report in reports]
    first, last = add_run(store, connection, t.incident, rows, exercise=True)
    text.index_run(connection, first=first, last=last)
    _add_revisions(connection, reports, first=first)
    newest: dict[tuple[int, int], int] = {}
    for report in reports:
        key = report.new.source_id, report.new.scope_id
        newest[key] = max(newest.get(key, 0), report.entered_ms)
    for (source_id, scope_id), at_ms in newest.items():
        received(connection, source_id, from_ms(at_ms), scope_id=scope_id)
    return len(rows)


def add_sites(store: Store, connection: Connection, sites: Sequence[NewSite], *, at: datetime) -> int:
    """Add the sites and return how many."""
    add_run(store, connection, t.site, [new_row(_values(site), now=at) for site in sites], exercise=True)
    return len(sites)


def add_areas(store: Store, connection: Connection, areas: Sequence[NewArea], *, at: datetime) -> int:
    """Add the areas and return how many."""
    rows = [new_row(_values(area), now=at) | bounds_columns(area.geometry) for area in areas if area.geometry]
    if rows:
        add_run(store, connection, t.area, rows, exercise=True)
    return len(rows)


def _incident_row(report: Report, type_ids: Mapping[str, int]) -> dict[str, Any]:
    new = report.new
    row = new_row(_values(new), now=from_ms(report.entered_ms))
    row["type_id"] = type_ids[new.type_code]
    row["reported_ms"] = to_ms(new.reported) if new.reported else report.entered_ms
    if report.steps:
        row["status"] = int(report.steps[-1].status)
        row["updated_ms"] = report.steps[-1].at_ms
        row["revision"] = 1 + len(report.steps)
    return row


def _add_revisions(connection: Connection, reports: Sequence[Report], *, first: int) -> None:
    rows = []
    for seq, report in enumerate(reports, start=first):
        before = Status.NEW
        for number, step in enumerate(report.steps, start=2):
            rows.append(
                {
                    "kind": "incident",
                    "record_seq": seq,
                    "revision": number,
                    "at_ms": step.at_ms,
                    "user_id": None,
                    "batch_id": None,
                    "changes": {"status": [before.name, step.status.name]},
                    "reason": "",
                }
            )
            before = step.status
    for start in range(0, len(rows), _CHUNK):
        connection.execute(insert(t.revision), rows[start : start + _CHUNK])


def _values(new: Any) -> dict[str, Any]:
    return {field.name: getattr(new, field.name) for field in fields(new)}
