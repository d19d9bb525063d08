"""Saved views and the last look: what an officer comes back to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, or_, select, update

from data.access import Actor, Permission, require
from data.clock import Clock, from_ms, to_ms
from data.errors import Invalid, NotFound
from data.records import SavedView
from data.store import tables as t
from data.store.audit_log import AuditLog
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable


class Views:
    """Saved views, personal or shared with one's agency."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock) -> None:
        self._engine, self._audit, self._clock = engine, audit, clock

    def visible(self, actor: Actor) -> list[SavedView]:
        """Return the actor's own views and those shared with the actor's agency, by name."""
        query = (
            select(t.saved_view)
            .where(or_(t.saved_view.c.user_id == actor.user_id, t.saved_view.c.agency_id == actor.agency_id))
            .order_by(t.saved_view.c.name, t.saved_view.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [SavedView(r.id, r.name, r.user_id, r.agency_id, r.query, r.map_state or {}) for r in rows]

    def save(
        self, actor: Actor, name: str, *, query: str, map_state: Mapping[str, Any], shared: bool = False
    ) -> int:
        """Return the id of a new view; sharing it with one's agency needs permission."""
        require(actor, Permission.SHARE_VIEW if shared else Permission.VIEW)
        if not name.strip() or len(name) > 120:  # the column's width
            raise Invalid("A view has a name of 1 to 120 characters.", hint="Give it a short name.")
        keepable("view", [name, query, map_state])
        row = {
            "name": name.strip(),
            "user_id": actor.user_id,
            "agency_id": actor.agency_id if shared else None,
            "query": query,
            "map_state": dict(map_state),
            "created_ms": to_ms(self._clock.now()),
        }
        with writing(self._engine) as connection:
            view_id = new_key(connection.execute(insert(t.saved_view).values(row)))
            self._audit.record(connection, actor, "save_view", kind="view", record=view_id, shared=shared)
        return view_id

    def delete(self, actor: Actor, view_id: int) -> None:
        """Delete a view of one's own; raise NotFound for anybody else's."""
        mine = (t.saved_view.c.id == view_id) & (t.saved_view.c.user_id == actor.user_id)
        with writing(self._engine) as connection:
            if connection.execute(delete(t.saved_view).where(mine)).rowcount == 0:
                raise NotFound("There is no such view of yours.")
            self._audit.record(connection, actor, "delete_view", kind="view", record=view_id)

    def last_look(self, actor: Actor) -> datetime | None:
        """Return when the actor last said "I have seen it all", None if never."""
        query = select(t.last_look.c.at_ms).where(t.last_look.c.user_id == actor.user_id)
        with reading(self._engine) as connection:
            at_ms = connection.execute(query).scalar()
        return None if at_ms is None else from_ms(at_ms)

    def looked(self, actor: Actor) -> datetime:
        """Note that the actor has seen everything up to now; return that moment."""
        now = self._clock.now()
        values = {"at_ms": to_ms(now)}
        with writing(self._engine) as connection:
            mine = t.last_look.c.user_id == actor.user_id
            if connection.execute(update(t.last_look).where(mine).values(values)).rowcount == 0:
                connection.execute(insert(t.last_look).values(user_id=actor.user_id, **values))
        return now
