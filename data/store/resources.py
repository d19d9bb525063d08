"""Resources in the store: teams, boats, helicopters, drones, dogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from data.search_records import Resource, ResourceStatus
from data.store.call_rows import Directory
from data.store.kept import KeptRecords, common
from data.store.tables_search import resource


class Resources(KeptRecords[Resource]):
    """The board of resources."""

    table = resource
    kind = "resource"

    def record(self, row: Row[Any], directory: Directory) -> Resource:
        """Return the resource of a row."""
        return Resource(
            **common(row, directory),
            kind=row.kind,
            status=ResourceStatus(row.status),
            about=row.about,
            task_id=row.task_id,
        )

    def told(self, record: Resource) -> Mapping[str, Any]:
        """Return what the history says of a resource."""
        return {"name": record.name, "status": record.status.value}
