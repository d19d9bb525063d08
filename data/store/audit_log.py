"""Writing and checking the audit log in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from data.access import Actor
from data.audit import GENESIS, AuditCheck, entry_hash, head_seal, verify_chain
from data.clock import Clock, to_ms
from data.store.engine import reading
from data.store.tables import audit, fact, user

_HEAD = "audit_head"
_SIGNED = [column for column in audit.c if column.name not in ("prev_hash", "hash")]
_PAGE = 10_000


class AuditLog:
    """Appends entries to the chain inside the caller's write transaction."""

    def __init__(self, engine: Engine, clock: Clock, key: bytes) -> None:
        self._engine, self._clock, self._key = engine, clock, key

    def record(
        self,
        connection: Connection,
        actor: Actor | None,
        action: str,
        *,
        kind: str | None = None,
        record: object = None,
        outcome: str = "ok",
        **detail: Any,
    ) -> None:
        """Append one entry; it stands or falls with the transaction that it is written in."""
        last = connection.execute(
            select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        ).first()
        seq, prev = (last.seq + 1, bytes(last.hash)) if last else (1, GENESIS)
        entry = {
            "seq": seq,
            "at_ms": to_ms(self._clock.now()),
            "user_id": actor.user_id if actor else None,
            "user_name": actor.name if actor else "nobody",
            "agency_id": actor.agency_id if actor else None,
            "role": actor.role.value if actor else None,
            "session": actor.session if actor else None,
            "action": action,
            "kind": kind,
            "record": None if record is None else str(record),
            "outcome": outcome,
            "detail": detail,
        }
        digest = entry_hash(self._key, entry, prev)
        connection.execute(insert(audit).values(**entry, prev_hash=prev, hash=digest))
        self._seal(connection, seq, digest)

    def _seal(self, connection: Connection, seq: int, digest: bytes) -> None:
        value = head_seal(self._key, seq, digest)
        changed = connection.execute(update(fact).where(fact.c.key == _HEAD).values(value=value))
        if changed.rowcount == 0:
            connection.execute(insert(fact).values(key=_HEAD, value=value))

    def verify(self) -> AuditCheck:
        """Return whether the whole log is unchanged, uncut and in order."""
        with reading(self._engine) as connection:
            seal = connection.execute(select(fact.c.value).where(fact.c.key == _HEAD)).scalar() or ""
            check = verify_chain(self._key, _entries(connection), seal)
            if not check.entries and check.whole and connection.execute(select(user.c.id).limit(1)).first():
                return AuditCheck(
                    0, "The log is empty, though there are users: each of them was entered in it."
                )
            return check

    def entries(self, *, before: int | None = None, limit: int = 100) -> list[Mapping[str, Any]]:
        """Return entries, newest first, from before a seq on; who may read them is asked by the caller."""
        query = select(*_SIGNED).order_by(audit.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.seq < before)
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _entries(connection: Connection) -> Iterator[tuple[Mapping[str, Any], bytes, bytes]]:
    seen = 0
    while page := connection.execute(
        select(audit).where(audit.c.seq > seen).order_by(audit.c.seq).limit(_PAGE)
    ).all():
        for row in page:
            yield _signed(row), bytes(row.prev_hash), bytes(row.hash)
        seen = page[-1].seq


def _signed(row: Row[Any]) -> Mapping[str, Any]:
    return {column.name: row._mapping[column] for column in _SIGNED}
