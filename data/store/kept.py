"""Records of the search with a marking and revisions: resources, segments, closures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import shapely
from sqlalchemy import Connection, Row, Table, insert, select, update

from data.access import Actor, Permission, require, sql_filter
from data.clock import from_ms, to_ms
from data.errors import Conflict, Forbidden, NotFound
from data.model import new_id
from data.search_records import Kept
from data.store.call_rows import Directory
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable

if TYPE_CHECKING:
    from data.store.store import Store

KeptT = TypeVar("KeptT", bound=Kept)
_AT_ONCE = 500  # ids in one statement


class KeptRecords(Generic[KeptT]):
    """Records of one table; each method asks `data.access` first, each change leaves an event."""

    table: ClassVar[Table]
    kind: ClassVar[str]

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, actor: Actor) -> list[KeptT]:
        """Return every record that the actor may see, in order of making."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self.read(connection, actor)

    def get(self, actor: Actor, record_id: UUID) -> KeptT:
        """Return a record; raise NotFound."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self.stored(connection, actor, record_id)

    def add(self, actor: Actor, scope_id: int, values: Mapping[str, Any]) -> KeptT:
        """Return the record that was made of column values."""
        require(actor, Permission.RESPOND)
        self._checked(values)
        now_ms = to_ms(self._store.clock.now())
        made_id = new_id()
        row = {"id": made_id, "scope_id": scope_id, "entered_ms": now_ms, "updated_ms": now_ms}
        with writing(self._store.engine) as connection:
            if actor.user_id and scope_id not in self._store.visible(actor, connection):
                raise Forbidden(
                    "You may not write with this marking.", hint="Choose one within your clearance."
                )
            seq = new_key(connection.execute(insert(self.table).values(row | dict(values) | {"revision": 1})))
            made = self.stored(connection, actor, made_id)
            self._tell(connection, actor, made, seq, action=f"{self.kind}.made")
            return made

    def add_all(self, actor: Actor, scope_id: int, every: Sequence[Mapping[str, Any]]) -> list[KeptT]:
        """Return the records that were made together, in one step: all of them, or none."""
        require(actor, Permission.RESPOND)
        for values in every:
            self._checked(values)
        now_ms = to_ms(self._store.clock.now())
        row = {"scope_id": scope_id, "entered_ms": now_ms, "updated_ms": now_ms, "revision": 1}
        rows = [row | dict(values) | {"id": new_id()} for values in every]
        if not rows:
            return []
        with writing(self._store.engine) as connection:
            if actor.user_id and scope_id not in self._store.visible(actor, connection):
                raise Forbidden(
                    "You may not write with this marking.", hint="Choose one within your clearance."
                )
            connection.execute(insert(self.table), rows)
            made = {one["id"] for one in rows}
            found = [one for one in self.read(connection, actor) if one.id in made]
            self._store.search_events.note(
                connection,
                actor,
                kind=f"{self.kind}s.made",
                record_id=found[0].id,
                scopes=[scope_id],
                detail={"count": len(found)},
            )
            self._store.changes.note(connection, self.kind, found[0].seq, found[-1].seq)
            return found

    def change(
        self, actor: Actor, record_id: UUID, values: Mapping[str, Any], *, revision: int | None
    ) -> KeptT:
        """Return the changed record; raise Conflict if `revision` is given and not the newest."""
        require(actor, Permission.RESPOND)
        self._checked(values)
        with writing(self._store.engine) as connection:
            before = self.stored(connection, actor, record_id)
            if revision is not None and revision != before.revision:
                raise Conflict(
                    f"Somebody else changed this {self.kind} meanwhile.",
                    hint="Load it again and send your change on top of it.",
                    revision=before.revision,
                )
            self.write(connection, before.seq, **values)
            after = self.stored(connection, actor, record_id)
            self._tell(connection, actor, after, before.seq, action=f"{self.kind}.changed")
            return after

    def remove(self, actor: Actor, record_id: UUID) -> None:
        """Take a record off the board; what happened with it stays in the history."""
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            before = self.stored(connection, actor, record_id)
            self.write(connection, before.seq, gone_ms=to_ms(self._store.clock.now()))
            self._tell(connection, actor, before, before.seq, action=f"{self.kind}.removed")

    def remove_all(self, actor: Actor, record_ids: Collection[UUID]) -> int:
        """Take many records off the board in one step; return how many of them were there."""
        require(actor, Permission.RESPOND)
        wanted = set(record_ids)
        with writing(self._store.engine) as connection:
            gone = [one for one in self.read(connection, actor) if one.id in wanted]
            if not gone:
                return 0
            values = {"gone_ms": to_ms(self._store.clock.now())}
            for few in _few([one.seq for one in gone]):
                connection.execute(update(self.table).where(self.table.c.seq.in_(few)).values(values))
            self._store.search_events.note(
                connection,
                actor,
                kind=f"{self.kind}s.removed",
                record_id=gone[0].id,
                scopes={one.scope.id for one in gone},
                detail={"count": len(gone)},
            )
            self._store.changes.note(connection, self.kind, gone[0].seq, gone[-1].seq)
            return len(gone)

    # ── over a connection ────────────────────────────────────────────────────────────────────────

    def read(self, connection: Connection, actor: Actor) -> list[KeptT]:
        """Return every record that the actor may see over a connection."""
        seen = sql_filter(self.table.c.scope_id, self._store.visible(actor, connection))
        query = select(self.table).where(seen, self.table.c.gone_ms.is_(None)).order_by(self.table.c.seq)
        directory = Directory.read(connection)
        return [self.record(row, directory) for row in connection.execute(query).all()]

    def stored(self, connection: Connection, actor: Actor, record_id: UUID) -> KeptT:
        """Return a record over a connection; raise NotFound."""
        seen = sql_filter(self.table.c.scope_id, self._store.visible(actor, connection))
        query = select(self.table).where(seen, self.table.c.id == record_id, self.table.c.gone_ms.is_(None))
        row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"There is no such {self.kind}, or you may not see it.")
        return self.record(row, Directory.read(connection))

    def write(self, connection: Connection, seq: int, **values: Any) -> None:
        """Write columns of a record in the caller's transaction; its revision goes up."""
        values |= {"updated_ms": to_ms(self._store.clock.now()), "revision": self.table.c.revision + 1}
        connection.execute(update(self.table).where(self.table.c.seq == seq).values(values))
        self._store.changes.note(connection, self.kind, seq)

    def record(self, row: Row[Any], directory: Directory) -> KeptT:
        """Return the record of a row."""
        raise TypeError(f"{type(self).__name__} does not say how a row is read")

    def told(self, record: KeptT) -> Mapping[str, Any]:
        """Return what the history says of a record."""
        return {"name": record.name}

    def _tell(self, connection: Connection, actor: Actor, record: KeptT, seq: int, *, action: str) -> None:
        self._store.search_events.note(
            connection,
            actor,
            kind=action,
            record_id=record.id,
            scopes=[record.scope.id],
            detail=self.told(record),
        )
        self._store.changes.note(connection, self.kind, seq)

    @staticmethod
    def _checked(values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            keepable(name, value)


def common(row: Row[Any], directory: Directory) -> dict[str, Any]:
    """Return the fields that all these records have."""
    return {
        "seq": row.seq,
        "id": row.id,
        "scope": directory.scopes[row.scope_id],
        "name": row.name,
        "entered": from_ms(row.entered_ms),
        "updated": from_ms(row.updated_ms),
        "revision": row.revision,
    }


def shape_of(stored: bytes) -> shapely.geometry.base.BaseGeometry:
    """Return a stored geometry."""
    return shapely.from_wkb(bytes(stored))


def _few(seqs: Sequence[int]) -> list[Sequence[int]]:
    return [seqs[at : at + _AT_ONCE] for at in range(0, len(seqs), _AT_ONCE)]
