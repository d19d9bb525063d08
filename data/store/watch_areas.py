"""Watch areas in the store: whose they are, who is told, and what everybody who is told may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, insert, select, update

from data.access import Actor, Permission, require
from data.alert_records import NewWatchArea, WatchArea, WatchState
from data.alert_rules import CHANNEL, GEOGRAPHY, RULE, Budget, Escalation, Part, QuietHours, Shift
from data.clock import from_ms, to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.model import Role, StoreKind, Tlp, new_id
from data.query import Dimension, Query
from data.store import tables as t
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable
from data.store.tables_alerts import watch_area, watch_state

if TYPE_CHECKING:
    from data.store.store import Store

KIND = "watch_area"
MOST_PER_OWNER = 200
_FIELDS = tuple(one.name for one in fields(NewWatchArea))
# A change of one of these is a new watch: what was remembered does not hold for it.
_WATCHED = frozenset({"geography", "filter", "rule", "budget"})
_OPTIONAL: Mapping[str, TypeAdapter[Any]] = {
    "budget": TypeAdapter(Budget),
    "quiet_hours": TypeAdapter(QuietHours),
    "escalation": TypeAdapter(Escalation),
}


class WatchAreas:
    """What officers have put on watch; seen by those who are told, changed by the owner and their agency."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def visible(self, actor: Actor) -> list[WatchArea]:
        """Return the watch areas that the actor is told of, by name."""
        return sorted((one for one in self.all() if tells(one, actor)), key=lambda one: (one.name, one.seq))

    def get(self, actor: Actor, area_id: UUID) -> WatchArea:
        """Return a watch area that the actor is told of; raise NotFound."""
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, area_id)

    def all(self) -> list[WatchArea]:
        """Return every watch area there is: for the watcher, never for a screen."""
        with reading(self._store.engine) as connection:
            return [_record(row) for row in connection.execute(_select().order_by(watch_area.c.seq)).all()]

    def told(self, connection: Connection, actor: Actor) -> dict[int, WatchArea]:
        """Return the watch areas that the actor is told of by seq, those that were deleted too."""
        rows = connection.execute(_select(deleted=True)).all()
        return {one.seq: one for one in map(_record, rows) if tells(one, actor)}

    def people(self) -> list[Actor]:
        """Return everybody who may sign in: for the watcher, who must know what each of them may see."""
        query = (
            select(t.user, t.agency.c.law_enforcement)
            .join(t.agency, t.agency.c.id == t.user.c.agency_id)
            .where(t.user.c.disabled.is_(False))
            .order_by(t.user.c.id)
        )
        with reading(self._store.engine) as connection:
            return [_actor(row) for row in connection.execute(query).all()]

    def emails(self, users: Collection[int]) -> dict[int, str]:
        """Return the mail addresses of those of the users who have one."""
        query = select(t.user.c.id, t.user.c.email).where(t.user.c.id.in_(sorted(users)))
        with reading(self._store.engine) as connection:
            return {row.id: row.email for row in connection.execute(query).all() if row.email}

    def add(self, actor: Actor, new: NewWatchArea) -> WatchArea:
        """Return the watch area that was made; it looks at what comes in from now on."""
        require(actor, Permission.TRIAGE)
        now_ms = to_ms(self._store.clock.now())
        checked = self._checked(actor, new)
        row = _columns(checked) | {"id": new_id(), "owner_id": actor.user_id, "revision": 1}
        row |= {"created_ms": now_ms, "updated_ms": now_ms, "watched_since_ms": now_ms}
        with writing(self._store.engine) as connection:
            self._room(connection, actor)
            row["from_counter"] = _counter(connection)
            seq = new_key(connection.execute(insert(watch_area).values(row)))
            connection.execute(insert(watch_state).values(watch_area_seq=seq, memory={}))
            self._note(connection, actor, "add", row["id"], seq, name=new.name)
            return self._stored(connection, actor, row["id"])

    def change(self, actor: Actor, area_id: UUID, *, revision: int, changes: Mapping[str, Any]) -> WatchArea:
        """Return the changed watch area; raise Conflict with both versions if `revision` is not newest."""
        require(actor, Permission.TRIAGE)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, area_id)
            self._may_change(actor, before)
            if before.revision != revision:
                raise _conflict(before, changes)
            old = {name: getattr(before, name) for name in _FIELDS}
            after = self._checked(actor, NewWatchArea(**(old | dict(changes))), before=before)
            real = sorted(name for name in _FIELDS if getattr(after, name) != old[name])
            if not real:
                return before
            now_ms = to_ms(self._store.clock.now())
            row = _columns(after) | {"revision": revision + 1, "updated_ms": now_ms}
            if _WATCHED & set(real) or (after.active and "active" in real):
                row |= {"watched_since_ms": now_ms, "from_counter": _counter(connection)}
                mine = watch_state.c.watch_area_seq == before.seq
                connection.execute(update(watch_state).where(mine).values(memory={}, model=None))
            connection.execute(update(watch_area).where(watch_area.c.seq == before.seq).values(row))
            self._note(connection, actor, "change", area_id, before.seq, fields=real)
            # The change may have taken the actor off the list of those who are told.
            return _record(connection.execute(_select().where(watch_area.c.seq == before.seq)).one())

    def delete(self, actor: Actor, area_id: UUID) -> None:
        """Take a watch area away; its alerts stay in the log."""
        require(actor, Permission.TRIAGE)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, area_id)
            self._may_change(actor, before)
            now_ms = to_ms(self._store.clock.now())
            values = {"deleted_ms": now_ms, "updated_ms": now_ms, "active": False}
            connection.execute(update(watch_area).where(watch_area.c.seq == before.seq).values(values))
            self._note(connection, actor, "delete", area_id, before.seq, name=before.name)

    def states(self) -> dict[int, WatchState]:
        """Return what the watcher remembers, by the seq of the area."""
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(watch_state)).all()
        return {row.watch_area_seq: WatchState(memory=row.memory, model=row.model) for row in rows}

    def may_change(self, actor: Actor, area: WatchArea) -> bool:
        """Return whether the actor may change this watch area: its owner, or the agency that shares it."""
        return actor.may(Permission.TRIAGE) and (
            actor.user_id == area.owner_id or actor.agency_id == area.agency_id
        )

    def _stored(self, connection: Connection, actor: Actor, area_id: UUID) -> WatchArea:
        row = connection.execute(_select().where(watch_area.c.id == area_id)).first()
        found = None if row is None else _record(row)
        if found is None or not tells(found, actor):
            raise NotFound("There is no such watch area, or you are not told of it.")
        return found

    def _may_change(self, actor: Actor, area: WatchArea) -> None:
        if not self.may_change(actor, area):
            raise Forbidden(
                f"This watch area is {area.owner_name}'s.", hint="Ask them to change it, or make your own."
            )

    def _room(self, connection: Connection, actor: Actor) -> None:
        mine = select(watch_area.c.seq).where(
            watch_area.c.owner_id == actor.user_id, watch_area.c.deleted_ms.is_(None)
        )
        if len(connection.execute(mine).all()) >= MOST_PER_OWNER:
            raise Invalid(
                f"You have {MOST_PER_OWNER} watch areas already.", hint="Delete one that is not needed."
            )

    def _checked(self, actor: Actor, new: NewWatchArea, *, before: WatchArea | None = None) -> NewWatchArea:
        """Return the watch area with its filter in canonical form; raise Invalid where it names strangers."""
        if not new.name.strip() or len(new.name) > 200:  # the column's width
            raise Invalid("A watch area has a name of 1 to 200 characters.", hint="Give it a short name.")
        keepable("watch area", [new.name, new.filter])
        if new.agency_id is not None and (before is None or new.agency_id != before.agency_id):
            require(actor, Permission.SHARE_VIEW)
            if new.agency_id != actor.agency_id:
                raise Invalid("A watch area is shared with one's own agency.", hint="Leave agency_id out.")
        known = set(self._store.users.names(actor)) | {actor.user_id}
        if before is not None:
            known |= before.named() | set(before.escalation.to if before.escalation else ())
        named = {one for one in new.tells if isinstance(one, int)}
        named |= {one for shift in new.shifts for one in shift.tells}
        named |= set(new.escalation.to if new.escalation else ())
        if named - known:
            raise Invalid(
                f"There is nobody in your agency with the number {min(named - known)}.",
                hint="/api/v1/people lists whom you can tell.",
            )
        values = {name: getattr(new, name) for name in _FIELDS}
        return NewWatchArea(**{**values, "name": new.name.strip(), "filter": canonical(new.filter)})

    def _note(
        self, connection: Connection, actor: Actor, action: str, area_id: UUID, seq: int, **detail: Any
    ) -> None:
        self._store.audit.record(connection, actor, action, kind=KIND, record=area_id, **detail)
        self._store.changes.note(connection, KIND, seq)


def canonical(text: str) -> str:
    """Return the filter of a watch area: in canonical form and without time, which the rule sets."""
    parsed = Query.parse(text)
    timeless = {"last", "from", "to", "since"}
    kept = {name: value for name, value in parsed.params().items() if name not in timeless}
    inverted = parsed.inverted - {Dimension.TIME, Dimension.SINCE}
    kept["not"] = ",".join(sorted(inverted))
    return Query.parse(kept).canonical()


def tells(area: WatchArea, actor: Actor) -> bool:
    """Return whether the actor is one of those who are told of what happens there."""
    escalated = area.escalation.to if area.escalation else ()
    return actor.user_id in area.named() or actor.user_id in escalated or actor.agency_id in area.agencies()


def everybody(area: WatchArea, people: Iterable[Actor]) -> list[Actor]:
    """Return those of the people who are told of the area, or would be when an alert escalates."""
    named = area.named() | frozenset(area.escalation.to if area.escalation else ())
    agencies = area.agencies()
    return [one for one in people if one.user_id in named or one.agency_id in agencies]


def draft(actor: Actor, new: NewWatchArea, *, at: datetime) -> WatchArea:
    """Return a watch area that is not kept, as it would be if the actor made it now."""
    values = {name: getattr(new, name) for name in _FIELDS} | {"filter": canonical(new.filter)}
    return WatchArea(
        **values,
        seq=0,
        id=new_id(),
        owner_id=actor.user_id,
        owner_name=actor.name,
        owner_agency_id=actor.agency_id,
        revision=0,
        created=at,
        updated=at,
        watched_since=at,
        from_counter=0,
    )


def _select(*, deleted: bool = False) -> Select[Any]:
    query = select(
        watch_area,
        t.user.c.display_name.label("owner_name"),
        t.user.c.agency_id.label("owner_agency_id"),
    ).join(t.user, t.user.c.id == watch_area.c.owner_id)
    return query if deleted else query.where(watch_area.c.deleted_ms.is_(None))


def _counter(connection: Connection) -> int:
    newest = select(t.change.c.counter).order_by(t.change.c.counter.desc()).limit(1)
    return int(connection.execute(newest).scalar() or 0)


def _actor(row: Row[Any]) -> Actor:
    return Actor(
        user_id=row.id,
        name=row.name,
        role=Role(row.role),
        agency_id=row.agency_id,
        law_enforcement=row.law_enforcement,
        clearance=Tlp(row.clearance),
        stores=frozenset(StoreKind(store) for store in row.stores),
    )


def _conflict(before: WatchArea, changes: Mapping[str, Any]) -> Conflict:
    theirs = _columns(before)
    yours = {name: plain_part(value) for name, value in changes.items()}
    return Conflict(
        "Somebody else changed this watch area while you were editing it.",
        hint="Compare the two versions, then keep theirs or send yours again on top of it.",
        revision=before.revision,
        yours=yours,
        theirs={name: theirs[name] for name in yours},
    )


def plain_part(value: Any) -> Any:
    """Return a field of a watch area as JSON."""
    if isinstance(value, Part):
        return value.as_json()
    if isinstance(value, tuple | list):
        return [plain_part(one) for one in value]
    return value


def _columns(area: NewWatchArea) -> dict[str, Any]:
    return {name: plain_part(getattr(area, name)) for name in _FIELDS}


def _record(row: Row[Any]) -> WatchArea:
    optional = {
        name: None if getattr(row, name) is None else adapter.validate_python(getattr(row, name))
        for name, adapter in _OPTIONAL.items()
    }
    return WatchArea(
        seq=row.seq,
        id=row.id,
        name=row.name,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        owner_agency_id=row.owner_agency_id,
        agency_id=row.agency_id,
        geography=GEOGRAPHY.validate_python(row.geography),
        rule=RULE.validate_python(row.rule),
        filter=row.filter,
        shifts=tuple(Shift.model_validate(one) for one in row.shifts),
        tells=tuple(row.tells),
        channels=tuple(CHANNEL.validate_python(one) for one in row.channels),
        active=row.active,
        revision=row.revision,
        created=from_ms(row.created_ms),
        updated=from_ms(row.updated_ms),
        watched_since=from_ms(row.watched_since_ms),
        from_counter=row.from_counter,
        **optional,
    )
