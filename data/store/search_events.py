"""What happened in the search, kept in order: for the history that replays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.model import new_id
from data.search_records import SearchEvent
from data.store.engine import reading
from data.store.household_rows import names_of
from data.store.tables_rescue import household_event
from data.store.tables_search import event

if TYPE_CHECKING:
    from data.store.store import Store


class SearchEvents:
    """Events of the search; an actor sees those all of whose scopes, and whose household, they may see."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self, connection: Connection, actor: Actor, *, kind: str, record_id: UUID, scopes: Iterable[int],
        detail: Mapping[str, Any], household_seq: int | None = None,
    ) -> None:  # fmt: skip
        """Add an event in the caller's transaction, with its audit entry."""
        row = {"id": new_id(), "at_ms": to_ms(self._store.clock.now()), "user_id": actor.user_id or None}
        row |= {"kind": kind, "record_id": record_id, "scopes": sorted(set(scopes))}
        connection.execute(
            insert(event).values(row | {"household_seq": household_seq, "detail": dict(detail)})
        )
        self._store.audit.record(connection, actor, kind, kind="search", record=record_id)

    def all(self, actor: Actor) -> list[SearchEvent]:
        """Return what happened, of the search and of households, oldest first, as far as they may see it."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            visible = self._store.visible(actor, connection)
            homes = self._store.households.homes_on(connection, actor)
            names = names_of(connection)
            found = [
                SearchEvent(
                    id=row.id,
                    at=from_ms(row.at_ms),
                    who=names.get(row.user_id, "Watchfloor"),
                    kind=row.kind,
                    record_id=row.record_id,
                    detail=row.detail,
                )
                for row in connection.execute(select(event).order_by(event.c.seq)).all()
                if visible.issuperset(row.scopes)
                and (row.household_seq is None or row.household_seq in homes)
            ]
            found += [
                SearchEvent(
                    id=row.id,
                    at=from_ms(row.at_ms),
                    who=names.get(row.user_id, "Watchfloor"),
                    kind=f"household.{row.kind}",
                    record_id=homes[row.household_seq],
                    detail=row.detail,
                )
                for row in connection.execute(select(household_event).order_by(household_event.c.seq)).all()
                if row.household_seq in homes and (row.other_seq is None or row.other_seq in homes)
            ]
        return sorted(found, key=lambda one: (one.at, one.id))
