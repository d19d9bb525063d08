"""The quarantine as a list to work through, and what a newer list of sites changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from data.access import Actor, Permission, require, sql_filter
from data.errors import Conflict
from data.store import tables as t
from data.store.batches import Batches, Waiting
from data.store.store import Store


@dataclass(frozen=True, slots=True)
class Pile:
    """How many rows of one import are in one state for one reason."""

    batch_id: int
    file_name: str
    kind: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What an import did to one site that was known before: which fields, from what to what."""

    seq: int
    name: str
    changes: Mapping[str, Any]

    @property
    def gone(self) -> bool:
        """Return whether the newer list left the site out."""
        return "gone" in self.changes


def piles(store: Store, actor: Actor, *, state: str = "waiting") -> list[Pile]:
    """Return what the quarantine holds that the actor may see: newest import first, largest reason first."""
    require(actor, Permission.IMPORT)
    columns = (
        t.quarantine.c.batch_id,
        t.import_batch.c.file_name,
        t.import_batch.c.kind,
        t.quarantine.c.reason,
    )
    query = (
        select(*columns, func.count().label("rows"))
        .join(t.import_batch, t.import_batch.c.id == t.quarantine.c.batch_id)
        .where(_visible(store, actor), t.quarantine.c.state == state)
        .group_by(*columns)
        .order_by(t.quarantine.c.batch_id.desc(), func.count().desc())
    )
    with store.reading() as connection:
        return [Pile(**row._mapping) for row in connection.execute(query)]


def page(
    store: Store,
    actor: Actor,
    *,
    batch_id: int | None = None,
    reason: str = "",
    state: str = "waiting",
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[Waiting], int]:
    """Return rows in the order of their files, and how many there are in all."""
    require(actor, Permission.IMPORT)
    where = [_visible(store, actor), t.quarantine.c.state == state]
    if batch_id is not None:
        where.append(t.quarantine.c.batch_id == batch_id)
    if reason:
        where.append(t.quarantine.c.reason == reason)
    names = ("seq", "batch_id", "row_number", "original", "reason", "detail", "state")
    query = (
        select(*(t.quarantine.c[name] for name in names), t.import_batch.c.kind, t.import_batch.c.file_name)
        .join(t.import_batch, t.import_batch.c.id == t.quarantine.c.batch_id)
        .where(*where)
        .order_by(t.quarantine.c.seq)
        .limit(limit)
        .offset(offset)
    )
    with store.reading() as connection:
        total = connection.execute(select(func.count()).select_from(t.quarantine).where(*where)).scalar()
        return [Waiting(**row._mapping) for row in connection.execute(query)], int(total or 0)


def take_back(store: Store, actor: Actor, seq: int) -> None:
    """Let a discarded row wait again; raise Conflict where it is not discarded."""
    found = Batches(store).one(actor, seq)
    with store.transaction() as connection:
        changed = connection.execute(
            update(t.quarantine)
            .where(t.quarantine.c.seq == seq, t.quarantine.c.state == "discarded")
            .values(state="waiting")
        )
        if changed.rowcount == 0:
            raise Conflict(f"This row is {found.state}, not discarded.", hint="Reload the list.")
        store.audit.record(connection, actor, "quarantine", kind=found.kind, record=seq, state="waiting")


def site_changes(store: Store, actor: Actor, batch_id: int, *, limit: int = 500) -> list[SiteChange]:
    """Return what an import of sites changed about those known before, as far as the actor may see them."""
    Batches(store).get(actor, batch_id)
    query = (
        select(t.revision.c.record_seq, t.site.c.name, t.revision.c.changes)
        .join(t.site, t.site.c.seq == t.revision.c.record_seq)
        .where(
            t.revision.c.kind == "site",
            t.revision.c.batch_id == batch_id,
            sql_filter(t.site.c.scope_id, store.visible(actor)),
        )
        .order_by(t.site.c.name)
        .limit(limit)
    )
    with store.reading() as connection:
        rows: Sequence[Any] = connection.execute(query).all()
    return [SiteChange(row.record_seq, row.name, row.changes) for row in rows]


def _visible(store: Store, actor: Actor) -> ColumnElement[bool]:
    return sql_filter(t.quarantine.c.scope_id, store.visible(actor))
