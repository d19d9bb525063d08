"""What incidents, sites and areas have in common: add, get, update with revisions, history, comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, Table, insert, select, update

from data.access import Actor, Permission, require, sql_filter
from data.clock import to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.records import Comment, Revision
from data.store import tables as t
from data.store.directory import received
from data.store.engine import new_key, reading, writing
from data.store.lookup import Memo, joined
from data.store.revisions import comments_of, last_editor, revisions_of
from data.store.rows import decode, encode, keepable, new_row, place_columns, plain

if TYPE_CHECKING:
    from data.store.store import Store

NewT = TypeVar("NewT")
RecordT = TypeVar("RecordT")

_PLACE = ("place", "geometry")
_JOINED = ("scope", "source", "type")


@dataclass(frozen=True, slots=True)
class Stored(Generic[RecordT]):
    """A record and the row it was read from."""

    record: RecordT
    row: Mapping[str, Any]


class Repository(Generic[NewT, RecordT]):
    """One kind of record in the store; every method asks `data.access` before it answers."""

    kind: ClassVar[str]
    table: ClassVar[Table]
    record_type: type[RecordT]
    editable: ClassVar[frozenset[str]]
    may_add: ClassVar[Permission]
    may_edit: ClassVar[Permission]

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def get(self, actor: Actor, record_id: UUID) -> RecordT:
        """Return the record; raise NotFound where there is none, or none that this actor may see."""
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, record_id).record

    def by_seq(self, actor: Actor, seqs: Sequence[int]) -> list[RecordT]:
        """Return the records with these seqs in this order, without those the actor may not see."""
        wanted = [int(seq) for seq in seqs]
        with reading(self._store.engine) as connection:
            query = self._select(actor, connection).where(self.table.c.seq.in_(wanted))
            memo: Memo = {}
            found = {
                row.seq: self._seen(actor, connection, row._asdict(), memo)
                for row in connection.execute(query).all()
            }
        return [found[seq] for seq in wanted if seq in found]

    def by_source_key(self, actor: Actor, source_id: int, source_key: str) -> RecordT | None:
        """Return the record that a source sent under this key, None where there is none for this actor."""
        c = self.table.c
        query = self._select(actor).where(c.source_id == source_id, c.source_key == source_key)
        with reading(self._store.engine) as connection:
            row = connection.execute(query).first()
            return None if row is None else self._seen(actor, connection, row._asdict(), {})

    def history(self, actor: Actor, record_id: UUID) -> list[Revision]:
        """Return the changes to a record, oldest first; the making of it is not one of them."""
        with reading(self._store.engine) as connection:
            seq = self._stored(connection, actor, record_id).row["seq"]
            return revisions_of(connection, self.kind, seq)

    def comments(self, actor: Actor, record_id: UUID) -> list[Comment]:
        """Return what was written beneath a record, oldest first."""
        with reading(self._store.engine) as connection:
            seq = self._stored(connection, actor, record_id).row["seq"]
            return comments_of(connection, self.kind, seq)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def add(self, actor: Actor, new: NewT) -> RecordT:
        """Return the record that was made of `new`: row, audit entry and change in one transaction."""
        require(actor, self.may_add)
        now = self._store.clock.now()
        values = {field.name: getattr(new, field.name) for field in fields(new)}  # type: ignore[arg-type]  # a New… dataclass
        row = new_row(values, now=now)
        with writing(self._store.engine) as connection:
            self._scope_for_writing(connection, actor, row["scope_id"])
            self._complete(connection, values, row)
            taken = select(self.table.c.id).where(
                self.table.c.source_id == row["source_id"], self.table.c.source_key == row["source_key"]
            )
            if connection.execute(taken).first():
                raise Conflict(
                    f"This source has sent a record {row['source_key']!r} already.",
                    hint="Change the record that is there, or leave source_key out.",
                )
            seq = new_key(connection.execute(insert(self.table).values(row)))
            self._added(connection, seq)
            received(connection, row["source_id"], now, scope_id=row["scope_id"])
            self._store.audit.record(connection, actor, "add", kind=self.kind, record=row["id"])
            self._store.changes.note(connection, self.kind, seq)
            return self._stored(connection, actor, row["id"], unseen=actor.user_id == 0).record

    def update(
        self,
        actor: Actor,
        record_id: UUID,
        *,
        revision: int,
        changes: Mapping[str, Any],
        reason: str = "",
    ) -> RecordT:
        """Return the changed record; raise Conflict with both versions if `revision` is not the newest."""
        require(actor, self.may_edit)
        unknown = set(changes) - self.editable
        if unknown:
            raise Invalid(
                f"These fields of an {self.kind} cannot be changed: {', '.join(sorted(unknown))}.",
                hint=f"These can: {', '.join(sorted(self.editable))}.",
            )
        keepable("reason", reason)
        with writing(self._store.engine) as connection:
            stored = self._stored(connection, actor, record_id)
            if stored.row["revision"] != revision:
                raise self._conflict(connection, actor, record_id, stored, changes)
            if "place" in changes and "geometry" not in changes and stored.row["geometry"] is not None:
                # Given a place alone, the shape goes: the history must say so, and keeps it.
                changes = {**changes, "geometry": None}
            before = {name: self._field(stored.record, name) for name in changes}
            real = {name: value for name, value in changes.items() if before[name] != value}
            if not real:
                return stored.record
            self._write(connection, actor, stored.row, real, now=self._store.clock.now())
            self._note_revision(connection, actor, stored.row, before=before, after=real, reason=reason)
            return self._stored(connection, actor, record_id, unseen=True).record

    def comment(self, actor: Actor, record_id: UUID, text: str) -> None:
        """Write beneath a record."""
        require(actor, Permission.TRIAGE)
        if not text.strip():
            raise Invalid("The comment is empty.", hint="Write what the next officer should know.")
        now_ms = to_ms(self._store.clock.now())
        with writing(self._store.engine) as connection:
            seq = self._stored(connection, actor, record_id).row["seq"]
            row = {
                "kind": self.kind,
                "record_seq": seq,
                "at_ms": now_ms,
                "user_id": actor.user_id,
                "text": text,
            }
            connection.execute(insert(t.comment).values(row))
            self._store.audit.record(connection, actor, "comment", kind=self.kind, record=record_id)
            self._store.changes.note(connection, self.kind, seq)

    def _complete(self, connection: Connection, values: Mapping[str, Any], row: dict[str, Any]) -> None:
        """Fill in the columns that are particular to the kind."""

    def _added(self, connection: Connection, seq: int) -> None:
        """Do what else follows when a record was added."""

    def _changed(self, connection: Connection, row: Mapping[str, Any], columns: dict[str, Any]) -> None:
        """Do what else follows, just before a row is changed."""

    def _column(self, connection: Connection, name: str, value: Any) -> tuple[str, Any]:
        """Return the column and stored value of a field that is being changed."""
        return encode(name, value)

    def _select(self, actor: Actor, on: Connection | None = None) -> Select[Any]:
        # Whoever holds a connection passes it: to wait for a second one is how a full pool locks up.
        return select(self.table).where(sql_filter(self.table.c.scope_id, self._store.visible(actor, on)))

    def _stored(
        self, connection: Connection, actor: Actor, record_id: UUID, *, unseen: bool = False
    ) -> Stored[RecordT]:
        # `unseen`: the writer is shown what was just written, even if a new marking hides it from now on.
        query = select(self.table) if unseen else self._select(actor, connection)
        row = connection.execute(query.where(self.table.c.id == record_id)).first()
        if row is None:
            raise NotFound(f"There is no such {self.kind}, or you may not see it.")
        columns = row._asdict()
        return Stored(self._seen(actor, connection, columns, {}), columns)

    def _seen(self, actor: Actor, connection: Connection, row: Mapping[str, Any], memo: Memo) -> RecordT:
        """Return a record that the actor may see, as this actor may see it."""
        del actor
        return self._record(connection, row, memo)

    def _record(self, connection: Connection, row: Mapping[str, Any], memo: Memo) -> RecordT:
        names = {field.name: field for field in fields(self.record_type) if field.name not in _JOINED}  # type: ignore[arg-type]
        return self.record_type(
            **decode(row, names, kind=self.kind), **joined(connection, self.kind, row, memo)
        )

    def _scope_for_writing(self, connection: Connection, actor: Actor, scope_id: int) -> None:
        if actor.user_id and scope_id not in self._store.visible(actor, connection):
            raise Forbidden(
                "You may not write records with this marking or into this store.",
                hint="Choose a marking within your clearance and a store that you were granted.",
            )

    def _stays_in_its_store(self, connection: Connection, before: int, after: int) -> None:
        stores = {scope.id: scope.store for scope in self._store.scopes.all(connection)}
        if stores[before] is not stores[after]:
            raise Forbidden(
                f"A change of marking does not move an {self.kind} into another store.",
                hint="A named person enters it there anew; the two stores stay apart.",
            )

    def _field(self, record: RecordT, name: str) -> Any:
        if name == "scope_id":
            return record.scope.id  # type: ignore[attr-defined]  # every record kind has it
        if name == "type_code":
            return record.type.code  # type: ignore[attr-defined]  # only incidents are asked for it
        return getattr(record, name)

    def _write(
        self,
        connection: Connection,
        actor: Actor,
        row: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        now: datetime,
    ) -> None:
        columns = dict(self._column(connection, k, v) for k, v in changes.items() if k not in _PLACE)
        if any(name in changes for name in _PLACE):
            columns |= place_columns(changes.get("place"), changes.get("geometry"))
        if "scope_id" in columns:
            self._scope_for_writing(connection, actor, columns["scope_id"])
            self._stays_in_its_store(connection, row["scope_id"], columns["scope_id"])
        self._changed(connection, row, columns)
        columns |= {"revision": row["revision"] + 1, "updated_ms": to_ms(now)}
        connection.execute(update(self.table).where(self.table.c.seq == row["seq"]).values(columns))
        self._after_change(connection, row, columns)

    def _after_change(
        self, connection: Connection, row: Mapping[str, Any], columns: Mapping[str, Any]
    ) -> None:
        """Do what else follows, just after a row was changed."""

    def _note_revision(
        self,
        connection: Connection,
        actor: Actor,
        row: Mapping[str, Any],
        *,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        reason: str,
    ) -> None:
        changes = {name: [plain(before[name]), plain(value)] for name, value in after.items()}
        connection.execute(
            insert(t.revision).values(
                kind=self.kind,
                record_seq=row["seq"],
                revision=row["revision"] + 1,
                at_ms=to_ms(self._store.clock.now()),
                user_id=actor.user_id or None,
                changes=changes,
                reason=reason,
            )
        )
        self._store.audit.record(
            connection,
            actor,
            "change",
            kind=self.kind,
            record=row["id"],
            fields=sorted(changes),
            reason=reason,
        )
        self._store.changes.note(connection, self.kind, row["seq"])

    def _conflict(
        self,
        connection: Connection,
        actor: Actor,
        record_id: UUID,
        stored: Stored[RecordT],
        changes: Mapping[str, Any],
    ) -> Conflict:
        last = last_editor(connection, self.kind, stored.row["seq"])
        return Conflict(
            f"{last or 'Somebody else'} changed this {self.kind} while you were editing it.",
            hint="Compare the two versions, then keep theirs or send yours again on top of it.",
            revision=stored.row["revision"],
            yours={name: plain(value) for name, value in changes.items()},
            theirs={name: plain(self._field(stored.record, name)) for name in changes},
        )
