"""The change log: what the mirrors and every open map follow."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, insert, select

from data.clock import Clock, from_ms, to_ms
from data.records import Change
from data.store.engine import reading
from data.store.tables import change


class Changes:
    """Numbers every change in the order of commits."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def note(self, connection: Connection, kind: str, first: int, last: int | None = None) -> None:
        """Note in the caller's transaction that a record, or a run of records, was added or changed."""
        row = {"kind": kind, "first_seq": first, "last_seq": first if last is None else last}
        connection.execute(insert(change).values(**row, at_ms=to_ms(self._clock.now())))

    def counter(self) -> int:
        """Return the number of the newest change, 0 in a new store."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.max(change.c.counter))).scalar() or 0)

    def since(self, counter: int) -> list[Change]:
        """Return the changes after `counter`, in order."""
        query = select(change).where(change.c.counter > counter).order_by(change.c.counter)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Change(r.counter, r.kind, r.first_seq, r.last_seq, from_ms(r.at_ms)) for r in rows]
