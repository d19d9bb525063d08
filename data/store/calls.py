"""Calls in the store: taken once, changed with revisions, each with a household of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, tuple_, update

from data.access import Actor, Permission, require, sql_filter
from data.clock import to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.model import new_id
from data.records import Revision
from data.rescue_records import Call, HouseholdStatus, NewCall
from data.store import tables as t
from data.store.call_rows import CHANGEABLE, Directory, columns_of, new_row, plain_part, record
from data.store.directory import received
from data.store.engine import new_key, reading, writing
from data.store.household_trees import rescope
from data.store.revisions import revisions_of
from data.store.rows import keepable
from data.store.tables_rescue import call, household, household_event

if TYPE_CHECKING:
    from data.store.store import Store

KIND = "call"
_SEARCHED = (
    call.c.caller_name,
    call.c.caller_phone,
    call.c.place_text,
    call.c.caller_place_text,
    call.c.narrative,
)

Mark = tuple[int, int]  # received_ms and seq of a call: where a page ended


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a call that was sent: the record, and whether it was there before."""

    call: Call
    again: bool


class Calls:
    """Calls for help; every method asks `data.access` before it answers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def get(self, actor: Actor, call_id: UUID) -> Call:
        """Return a call; raise NotFound where there is none, or none that this actor may see."""
        require(actor, Permission.TAKE_CALL)
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, call_id)

    def page(
        self,
        actor: Actor,
        *,
        words: str = "",
        homes: Sequence[int] | None = None,
        limit: int,
        after: Mark | None = None,
    ) -> tuple[list[Call], Mark | None]:
        """Return the newest calls with these words, of these households of one call, and the next mark."""
        require(actor, Permission.TAKE_CALL)
        with reading(self._store.engine) as connection:
            query = select(call).where(*self._asked(connection, actor, words, homes))
            if after is not None:
                query = query.where(tuple_(call.c.received_ms, call.c.seq) < tuple_(*after))
            query = query.order_by(call.c.received_ms.desc(), call.c.seq.desc()).limit(limit + 1)
            rows = connection.execute(query).all()
            directory = Directory.read(connection)
        found = [record(row, directory) for row in rows[:limit]]
        return found, (rows[limit - 1].received_ms, rows[limit - 1].seq) if len(rows) > limit else None

    def count(self, actor: Actor, *, words: str = "", homes: Sequence[int] | None = None) -> int:
        """Return how many calls there are that `page` would go through."""
        require(actor, Permission.TAKE_CALL)
        with reading(self._store.engine) as connection:
            query = select(func.count()).select_from(call)
            return int(
                connection.execute(query.where(*self._asked(connection, actor, words, homes))).scalar_one()
            )

    def history(self, actor: Actor, call_id: UUID) -> list[Revision]:
        """Return the changes to a call, oldest first; the making of it is not one of them."""
        require(actor, Permission.TAKE_CALL)
        with reading(self._store.engine) as connection:
            return revisions_of(connection, KIND, self._stored(connection, actor, call_id).seq)

    def home(self, connection: Connection, call_id: UUID) -> int | None:
        """Return the seq of a call's own household: whether an actor may see it is the household's to say."""
        found = connection.execute(select(call.c.home_seq).where(call.c.id == call_id)).scalar()
        return None if found is None else int(found)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def add(self, actor: Actor, new: NewCall) -> Taken:
        """Return the call that was made of `new`, or the one that came with the same id before.

        Raise Conflict where that id, or the source's key, stands for another call.
        """
        require(actor, Permission.TAKE_CALL)
        row = new_row(new, now=self._store.clock.now())
        with writing(self._store.engine) as connection:
            before = self._before(connection, actor, row)
            if before is not None:
                return Taken(before, again=True)
            self._may_write(connection, actor, row["scope_id"])
            seq = self.insert_row(connection, actor, row)
            received(connection, row["source_id"], self._store.clock.now(), scope_id=row["scope_id"])
            self._store.audit.record(connection, actor, "add", kind=KIND, record=row["id"])
            self._store.changes.note(connection, KIND, seq)
            return Taken(self._stored(connection, actor, row["id"], unseen=actor.user_id == 0), again=False)

    def insert_row(self, connection: Connection, actor: Actor, row: dict[str, Any]) -> int:
        """Insert a row of `new_row` with its household; audit and change are the caller's. Return its seq."""
        user_id = actor.user_id or None
        home = {
            "id": new_id(),
            "scope_id": row["scope_id"],
            "status": HouseholdStatus.UNVERIFIED.value,
            "entered_ms": row["entered_ms"],
            "updated_ms": row["entered_ms"],
            "revision": 1,
        }
        home_seq = new_key(connection.execute(insert(household).values(home)))
        made = insert(call).values(row | {"home_seq": home_seq, "entered_by": user_id})
        seq = new_key(connection.execute(made))
        event = {"id": new_id(), "household_seq": home_seq, "at_ms": row["entered_ms"], "user_id": user_id}
        connection.execute(insert(household_event).values(event | {"kind": "made", "detail": {}}))
        return seq

    def change(
        self, actor: Actor, call_id: UUID, *, revision: int, changes: Mapping[str, Any], reason: str = ""
    ) -> Call:
        """Return the changed call; raise Conflict with both versions if `revision` is not the newest."""
        require(actor, Permission.TAKE_CALL)
        if set(changes) - CHANGEABLE:
            raise Invalid(
                f"These fields of a call cannot be changed: {', '.join(sorted(set(changes) - CHANGEABLE))}.",
                hint=f"These can: {', '.join(sorted(CHANGEABLE))}.",
            )
        keepable("reason", reason)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, call_id)
            old = {name: before.scope.id if name == "scope_id" else getattr(before, name) for name in changes}
            if before.revision != revision:
                raise _conflict(before, old, changes)
            real = {name: value for name, value in changes.items() if old[name] != value}
            if not real:
                return before
            now_ms = to_ms(self._store.clock.now())
            columns = columns_of(real) | {"revision": revision + 1, "updated_ms": now_ms}
            if "scope_id" in real:
                self._remarked(connection, actor, before, real["scope_id"])
            connection.execute(update(call).where(call.c.seq == before.seq).values(columns))
            if "scope_id" in real:
                rescope(connection, before.home_seq)
            self._note(connection, actor, before, old=old, real=real, reason=reason, now_ms=now_ms)
            return self._stored(connection, actor, call_id, unseen=True)

    def _note(
        self, connection: Connection, actor: Actor, before: Call, *, old: Mapping[str, Any],
        real: Mapping[str, Any], reason: str, now_ms: int,
    ) -> None:  # fmt: skip
        changes = {name: [plain_part(old[name]), plain_part(value)] for name, value in real.items()}
        row = {"kind": KIND, "record_seq": before.seq, "revision": before.revision + 1, "at_ms": now_ms}
        row |= {"user_id": actor.user_id or None, "changes": changes, "reason": reason}
        connection.execute(insert(t.revision).values(row))
        fields = sorted(real)
        self._store.audit.record(connection, actor, "change", kind=KIND, record=before.id, fields=fields)
        self._store.changes.note(connection, KIND, before.seq)

    def _before(self, connection: Connection, actor: Actor, row: Mapping[str, Any]) -> Call | None:
        """Return the call that was sent before under this id; raise Conflict where it is another one."""
        same_key = (call.c.source_id == row["source_id"]) & (call.c.source_key == row["source_key"])
        found = connection.execute(select(call).where(or_(call.c.id == row["id"], same_key))).first()
        if found is None:
            return None
        if (
            found.scope_id in self._store.visible(actor, connection)
            and bytes(found.content_hash) == row["content_hash"]
        ):
            return record(found, Directory.read(connection))
        raise Conflict("This id stands for another call.", hint="Send a new id, or leave it out.")

    def _remarked(self, connection: Connection, actor: Actor, before: Call, scope_id: int) -> None:
        self._may_write(connection, actor, scope_id)
        stores = {scope.id: scope.store for scope in self._store.scopes.all(connection)}
        if stores[scope_id] is not before.scope.store:
            raise Forbidden(
                "A change of marking does not move a call into another store.",
                hint="A named person enters it there anew; the two stores stay apart.",
            )

    def _may_write(self, connection: Connection, actor: Actor, scope_id: int) -> None:
        if actor.user_id and scope_id not in self._store.visible(actor, connection):
            raise Forbidden(
                "You may not write calls with this marking or into this store.",
                hint="Choose a marking within your clearance and a store that you were granted.",
            )

    def _asked(
        self, connection: Connection, actor: Actor, words: str, homes: Sequence[int] | None
    ) -> list[ColumnElement[bool]]:
        asked = [self._visible(connection, actor)]
        asked += [
            or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))
            for word in words.replace("\x00", " ").split()[:12]
        ]
        if homes is not None:
            asked.append(call.c.home_seq.in_(list(homes)))
        return asked

    def _visible(self, connection: Connection, actor: Actor) -> ColumnElement[bool]:
        return sql_filter(call.c.scope_id, self._store.visible(actor, connection))

    def _stored(self, connection: Connection, actor: Actor, call_id: UUID, *, unseen: bool = False) -> Call:
        # `unseen`: the writer is shown what was just written, even if a new marking hides it from now on.
        query = select(call).where(call.c.id == call_id)
        row = connection.execute(query if unseen else query.where(self._visible(connection, actor))).first()
        if row is None:
            raise NotFound("There is no such call, or you may not see it.")
        return record(row, Directory.read(connection))


def _conflict(before: Call, old: Mapping[str, Any], changes: Mapping[str, Any]) -> Conflict:
    return Conflict(
        "Somebody else changed this call while you were editing it.",
        hint="Compare the two versions, then keep theirs or send yours again on top of it.",
        revision=before.revision,
        yours={name: plain_part(value) for name, value in changes.items()},
        theirs={name: plain_part(value) for name, value in old.items()},
    )
