"""Search segments in the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from data.search_records import StoredSegment
from data.store.call_rows import Directory
from data.store.kept import KeptRecords, common, shape_of
from data.store.tables_search import segment


class Segments(KeptRecords[StoredSegment]):
    """The segments that the ground is divided into."""

    table = segment
    kind = "segment"

    def record(self, row: Row[Any], directory: Directory) -> StoredSegment:
        """Return the segment of a row."""
        return StoredSegment(
            **common(row, directory),
            kind=row.kind,
            visibility=row.visibility,
            geometry=shape_of(row.geometry),
            area_km2=row.area_km2,
        )
