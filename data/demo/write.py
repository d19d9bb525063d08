"""Writing a whole scenario into the store: one transaction, one audit entry per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from data.clock import from_ms, to_ms
from data.demo.compose import Report
from data.model import Status
from data.records import NewArea, NewSite
from data.store import tables as t
from data.store import text
from data.store.directory import received
from data.store.rows import new_row
from data.store.sites import bounds_columns
from data.store.store import Store

_CHUNK = 2_000


def add_incidents(store: Store, connection: Connection, reports: Sequence[Report]) -> int:
    """Add the reports with their status, revisions and search text, and return how many."""
    type_ids: dict[str, int] = {
        row.code: row.id for row in connection.execute(select(t.incident_type.c.code, t.incident_type.c.id))
    }
    rows = [_incident_row(report, type_ids) for report in reports]
    first, last = _insert(connection, t.incident, rows)
    text.index_run(connection, first=first, last=last)
    _add_revisions(connection, reports, first=first)
    _note(store, connection, "incident", first=first, last=last)
    newest: dict[int, int] = {}
    for report in reports:
        newest[report.new.source_id] = max(newest.get(report.new.source_id, 0), report.entered_ms)
    for source_id, at_ms in newest.items():
        received(connection, source_id, from_ms(at_ms))
    return len(rows)


def add_sites(store: Store, connection: Connection, sites: Iterable[NewSite], *, at: datetime) -> int:
    """Add the sites and return how many."""
    return _add(store, connection, "site", t.site, sites, at=at, more=lambda _: {})


def add_areas(store: Store, connection: Connection, areas: Iterable[NewArea], *, at: datetime) -> int:
    """Add the areas and return how many."""
    return _add(store, connection, "area", t.area, areas, at=at, more=lambda a: bounds_columns(a.geometry))


def _add(
    store: Store,
    connection: Connection,
    kind: str,
    table: Table,
    records: Iterable[Any],
    *,
    at: datetime,
    more: Callable[[Any], dict[str, Any]],
) -> int:
    rows = [new_row(_values(record), now=at) | more(record) for record in records]
    if rows:
        first, last = _insert(connection, table, rows)
        _note(store, connection, kind, first=first, last=last)
    return len(rows)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Insert the rows and return their first and last seq; the store has one writer at a time."""
    newest = select(func.max(table.c.seq))
    before = connection.execute(newest).scalar() or 0
    for start in range(0, len(rows), _CHUNK):
        connection.execute(insert(table), rows[start : start + _CHUNK])
    first = connection.execute(select(func.min(table.c.seq)).where(table.c.seq > before)).scalar()
    last = connection.execute(newest).scalar()
    if first is None or last is None:
        raise ValueError("nothing was inserted")
    return int(first), int(last)


def _note(store: Store, connection: Connection, kind: str, *, first: int, last: int) -> None:
    store.audit.record(
        connection, store.system_actor(), "add_run", kind=kind, record=f"{first}-{last}", exercise=True
    )
    store.changes.note(connection, kind, first, last)


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
    return {name: getattr(new, name) for cls in reversed(type(new).__mro__) for name in _slots(cls)}


def _slots(cls: type) -> tuple[str, ...]:
    return tuple(getattr(cls, "__slots__", ()))
