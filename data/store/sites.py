"""Critical-infrastructure sites and areas in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, func

from data.access import Actor, Permission
from data.errors import Invalid
from data.records import Area, NewArea, NewSite, Site
from data.store import tables as t
from data.store.engine import reading
from data.store.lookup import Memo
from data.store.repository import Repository
from data.store.rows import keepable


class Sites(Repository[NewSite, Site]):
    """Places that the community depends on."""

    kind = "site"
    table = t.site
    record_type = Site
    may_add = Permission.EDIT_SITE
    may_edit = Permission.EDIT_SITE
    editable = frozenset(
        {
            "name",
            "sector",
            "subsector",
            "kind",
            "lifeline",
            "component",
            "address",
            "contacts",
            "owner",
            "status",
            "status_at",
            "status_source",
            "place",
            "geometry",
            "accuracy_m",
            "located_by",
            "gone",
            "extra",
            "scope_id",
        }
    )


class Areas(Repository[NewArea, Area]):
    """Administrative areas, and areas that somebody drew."""

    kind = "area"
    table = t.area
    record_type = Area
    may_add = Permission.REPORT
    may_edit = Permission.TRIAGE
    editable = frozenset({"name", "kind", "parent", "geometry", "scope_id"})

    def search(self, actor: Actor, words: str, *, limit: int = 20) -> list[Area]:
        """Return areas whose name starts with the words, then those that contain them, larger areas first."""
        folded = keepable("search", words).strip().lower()
        escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        name = func.lower(self.table.c.name)
        size = (self.table.c.east - self.table.c.west) * (self.table.c.north - self.table.c.south)
        query = (
            self._select(actor)
            .where(name.like(f"%{escaped}%", escape="\\"))
            .order_by(name.like(f"{escaped}%", escape="\\").desc(), size.desc(), self.table.c.name)
            .limit(limit)
        )
        with reading(self._store.engine) as connection:
            memo: Memo = {}
            return [self._record(connection, row._asdict(), memo) for row in connection.execute(query).all()]

    def geometry(self, actor: Actor, area_id: UUID) -> BaseGeometry:
        """Return the outline of an area that the actor may see."""
        found = self.get(actor, area_id).geometry
        if found is None:
            raise Invalid("This area has no outline.", hint="Import it again with its polygon.")
        return found

    def columns(self, actor: Actor) -> list[tuple[int, str, Mapping[str, Any]]]:
        """Return its source's id and name, and what its file said more, of each area the actor may see."""
        c, source = self.table.c, t.source.c
        query = (
            self._select(actor)
            .with_only_columns(c.source_id, source.name, c.extra)
            .join(t.source, source.id == c.source_id)
        )
        with reading(self._store.engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query).all() if row[2]]

    def of_source(self, actor: Actor, source_id: int) -> list[Area]:
        """Return the areas of one source that the actor may see, in the order in which they came."""
        query = self._select(actor).where(self.table.c.source_id == source_id).order_by(self.table.c.seq)
        with reading(self._store.engine) as connection:
            memo: Memo = {}
            return [self._record(connection, row._asdict(), memo) for row in connection.execute(query).all()]

    def _complete(self, connection: Connection, values: Mapping[str, Any], row: dict[str, Any]) -> None:
        row |= bounds_columns(_outline(values["geometry"], values["name"]))

    def _changed(self, connection: Connection, row: Mapping[str, Any], columns: dict[str, Any]) -> None:
        if "geometry" in columns:
            stored = columns["geometry"]
            columns |= bounds_columns(
                _outline(None if stored is None else shapely.from_wkb(stored), row["name"])
            )


def _outline(geometry: BaseGeometry | None, name: str) -> BaseGeometry:
    if geometry is None or geometry.is_empty or not geometry.geom_type.endswith("Polygon"):
        raise Invalid(f"The area {name!r} has no polygon.", hint="Draw or import its outline.")
    return geometry


def bounds_columns(geometry: BaseGeometry) -> dict[str, float]:
    """Return the bounding box of a geometry as an area's columns."""
    west, south, east, north = geometry.bounds
    return {"west": west, "south": south, "east": east, "north": north}
