"""Road closures in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from data.search_records import Closure
from data.store.call_rows import Directory, moment
from data.store.kept import KeptRecords, common, shape_of
from data.store.tables_search import closure


class Closures(KeptRecords[Closure]):
    """Where no vehicle gets through."""

    table = closure
    kind = "closure"

    def record(self, row: Row[Any], directory: Directory) -> Closure:
        """Return the closure of a row."""
        return Closure(
            **common(row, directory),
            reason=row.reason,
            geometry=shape_of(row.geometry),
            starts=moment(row.from_ms),
            until=moment(row.until_ms),
            incident_id=row.incident_id,
        )

    def told(self, record: Closure) -> Mapping[str, Any]:
        """Return what the history says of a closure."""
        until = None if record.until is None else record.until.isoformat()
        return {"name": record.name, "reason": record.reason, "until": until}
