"""Adding a whole run of records at once: one audit entry and one change for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, func, insert, select

if TYPE_CHECKING:
    from data.store.store import Store

_CHUNK = 2_000


def add_run(
    store: Store, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], **detail: Any
) -> tuple[int, int]:
    """Insert the rows, note them in the audit log and the change log, and return their first and last seq.

    The store has one writer at a time, so that the run has no gap and nobody else's record in it. `table`
    is named after the kind of its records. There must be at least one row.
    """
    newest = select(func.max(table.c.seq))
    before = connection.execute(newest).scalar() or 0
    for start in range(0, len(rows), _CHUNK):
        connection.execute(insert(table), rows[start : start + _CHUNK])
    first = int(connection.execute(select(func.min(table.c.seq)).where(table.c.seq > before)).scalar_one())
    last = int(connection.execute(newest).scalar_one())
    store.audit.record(
        connection, store.system_actor(), "add_run", kind=table.name, record=f"{first}-{last}", **detail
    )
    store.changes.note(connection, table.name, first, last)
    return first, last
