"""Schedules of briefs in the store: whose they are, when they run next, and what came of the last run."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, insert, select, true, update

from data.access import Actor, Permission, require
from data.brief_records import NewSchedule, Schedule
from data.brief_times import last_due, next_due
from data.clock import to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.model import new_id
from data.query import Query
from data.store import tables as t
from data.store.brief_rows import schedule_of
from data.store.engine import reading, writing
from data.store.rows import keepable
from data.store.tables_alerts import lease
from data.store.tables_briefs import brief
from data.store.tables_briefs import schedule as kept

if TYPE_CHECKING:
    from data.store.store import Store

_LEASE: Final = "briefs"
_MOST: Final = 200  # of one person
_MOST_RECIPIENTS: Final = 50
_MOST_TITLE: Final = 200  # the column's width
_MOST_OUTCOME: Final = 2_000
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class BriefSchedules:
    """People have schedules of their own; of many workers one runs what is due."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── for people ───────────────────────────────────────────────────────────────────────────────

    def all(self, actor: Actor) -> list[Schedule]:
        """Return the actor's schedules, for an administrator everybody's, the next to run first."""
        require(actor, Permission.VIEW)
        query = _select(self._theirs(actor)).order_by(kept.c.due_ms, kept.c.seq)
        with reading(self._store.engine) as connection:
            return [schedule_of(row) for row in connection.execute(query)]

    def add(self, actor: Actor, new: NewSchedule) -> Schedule:
        """Return the schedule that was made."""
        self._allowed(actor)
        checked = self._checked(actor, new)
        if len(self.all(actor)) >= _MOST:
            raise Invalid(f"Nobody needs more than {_MOST} schedules.", hint="Remove one first.")
        row = _columns(checked) | {
            "id": new_id(),
            "owner_id": actor.user_id,
            "due_ms": self._next(checked),
            "outcome": "",
            "revision": 1,
        }
        with writing(self._store.engine) as connection:
            connection.execute(insert(kept).values(row))
            self._store.audit.record(connection, actor, "add_schedule", kind="schedule", record=row["id"])
            return _stored(connection, kept.c.id == row["id"])

    def change(
        self, actor: Actor, schedule_id: UUID, values: Mapping[str, Any], *, revision: int
    ) -> Schedule:
        """Return the schedule with other values; raise Conflict when it was changed meanwhile."""
        self._allowed(actor)
        with reading(self._store.engine) as connection:
            before = _stored(connection, (kept.c.id == schedule_id) & self._theirs(actor))
        named = {name: getattr(before, name) for name in NewSchedule.__dataclass_fields__}
        checked = self._checked(actor, NewSchedule(**named | dict(values)))
        row = _columns(checked) | {"due_ms": self._next(checked), "revision": revision + 1}
        still = (kept.c.id == schedule_id) & (kept.c.revision == revision) & kept.c.gone_ms.is_(None)
        with writing(self._store.engine) as connection:
            if connection.execute(update(kept).where(still).values(row)).rowcount == 0:
                raise Conflict(
                    "The schedule was changed meanwhile.",
                    hint="Load it again and send your change on top of it.",
                    revision=before.revision,
                )
            self._store.audit.record(connection, actor, "edit_schedule", kind="schedule", record=schedule_id)
            return _stored(connection, kept.c.id == schedule_id)

    def remove(self, actor: Actor, schedule_id: UUID) -> None:
        """Let a schedule run no more; what it made stays."""
        self._allowed(actor)
        theirs = (kept.c.id == schedule_id) & self._theirs(actor)
        gone = {"gone_ms": to_ms(self._store.clock.now()), "due_ms": None}
        with writing(self._store.engine) as connection:
            if connection.execute(update(kept).where(theirs).values(gone)).rowcount == 0:
                raise _unknown()
            self._store.audit.record(
                connection, actor, "remove_schedule", kind="schedule", record=schedule_id
            )

    # ── for the one who runs them ────────────────────────────────────────────────────────────────

    def hold(self, holder: str, *, life: timedelta) -> bool:
        """Take the lease of whoever runs schedules, or prolong it; return whether it is the holder's now."""
        now = self._store.clock.now()
        values = {"holder": holder, "until_ms": to_ms(now + life)}
        with writing(self._store.engine) as connection:
            row = connection.execute(select(lease).where(lease.c.name == _LEASE)).first()
            if row is not None and row.holder != holder and row.until_ms > to_ms(now):
                return False
            if row is None:
                connection.execute(insert(lease).values(name=_LEASE, position=0, **values))
            else:
                connection.execute(update(lease).where(lease.c.name == _LEASE).values(values))
        return True

    def let_go(self, holder: str) -> None:
        """Let another worker have the lease at once."""
        mine = (lease.c.name == _LEASE) & (lease.c.holder == holder)
        with writing(self._store.engine) as connection:
            connection.execute(update(lease).where(mine).values(until_ms=0))

    def due(self) -> list[Schedule]:
        """Return the schedules whose time has come, the one that waits longest first."""
        late = kept.c.active & kept.c.due_ms.is_not(None) & (kept.c.due_ms <= to_ms(self._store.clock.now()))
        with reading(self._store.engine) as connection:
            rows = connection.execute(_select(late).order_by(kept.c.due_ms, kept.c.seq)).all()
        return [schedule_of(row) for row in rows]

    def made(self, one: Schedule) -> UUID | None:
        """Return the brief that was made since the schedule was due: a killed worker left it behind."""
        if one.due is None:
            return None
        query = (
            select(brief.c.id)
            .where(brief.c.schedule_id == one.id, brief.c.made_ms >= to_ms(self.occasion(one)))
            .order_by(brief.c.seq)
        )
        with reading(self._store.engine) as connection:
            return connection.execute(query).scalar()

    def occasion(self, one: Schedule) -> datetime:
        """Return the last time at which a schedule was due: days that the machine was off are not made up."""
        return last_due(one.at, one.zone, one.days, now=self._store.clock.now())

    def settle(self, one: Schedule, *, outcome: str, brief_id: UUID | None) -> None:
        """Write down what came of a run, and when the next one is; of a schedule changed meanwhile, not."""
        same = (kept.c.id == one.id) & (kept.c.revision == one.revision)
        values = {
            "due_ms": self._next(one),
            "ran_ms": to_ms(self._store.clock.now()),
            "outcome": keepable("outcome", outcome[:_MOST_OUTCOME]),
            "brief_id": brief_id or one.brief,
        }
        with writing(self._store.engine) as connection:
            connection.execute(update(kept).where(same, kept.c.gone_ms.is_(None)).values(values))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _theirs(self, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.ADMINISTER) else kept.c.owner_id == actor.user_id

    def _allowed(self, actor: Actor) -> None:
        require(actor, Permission.SHARE_VIEW)
        require(actor, Permission.EXPORT)
        if actor.user_id == 0:
            raise Forbidden("A schedule is somebody's.", hint="Sign in, and make it there.")

    def _next(self, one: NewSchedule) -> int:
        return to_ms(next_due(one.at, one.zone, one.days, after=self._store.clock.now()))

    def _checked(self, actor: Actor, new: NewSchedule) -> NewSchedule:
        if not new.title.strip() or len(new.title) > _MOST_TITLE:
            raise Invalid("A schedule has a title of 1 to 200 characters.", hint="Give it a short one.")
        if not _TIME.fullmatch(new.at):
            raise Invalid(f"{new.at[:20]!r} is no time of day.", hint='Write it as "06:00".')
        if new.zone not in zoneinfo.available_timezones():
            raise Invalid(f"{new.zone[:40]!r} is no time zone.", hint='Write it as "America/New_York".')
        if not new.days or not set(new.days) <= set(range(7)):
            raise Invalid("A schedule needs days of the week.", hint="Monday is 0, Sunday is 6.")
        if len(new.recipients) > _MOST_RECIPIENTS or (new.recipients and not new.forms):
            raise Invalid("What goes to recipients needs a form.", hint="pdf, for example; to 50 at most.")
        for key in new.recipients:
            self._store.recipients.get(actor, key)
        return replace(
            new,
            title=keepable("title", new.title.strip()),
            filter=Query.parse(new.filter).canonical(),
            days=tuple(sorted(set(new.days))),
            recipients=tuple(dict.fromkeys(new.recipients)),
            forms=tuple(dict.fromkeys(new.forms)),
        )


def _columns(new: NewSchedule) -> dict[str, Any]:
    row = {name: asdict(new)[name] for name in NewSchedule.__dataclass_fields__}
    return row | {name: list(row[name]) for name in ("days", "recipients", "forms")}


def _select(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(kept, t.user.c.display_name.label("user_name"))
        .join(t.user, t.user.c.id == kept.c.owner_id)
        .where(which, kept.c.gone_ms.is_(None))
    )


def _stored(connection: Connection, which: ColumnElement[bool]) -> Schedule:
    row = connection.execute(_select(which)).first()
    if row is None:
        raise _unknown()
    return schedule_of(row)


def _unknown() -> NotFound:
    return NotFound("There is no such schedule of yours.")
