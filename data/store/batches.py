"""Import batches, their quarantine, and saved profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, insert, select, update

from data.access import Actor, Permission, require, sql_filter
from data.clock import from_ms, to_ms
from data.errors import Conflict, NotFound
from data.store import tables as t
from data.store.alive import alive, working

if TYPE_CHECKING:
    from data.store.store import Store

GOING: Final = ("running", "cancelling")
_CHUNK: Final = 5_000  # databases bind no more than some thousands of values at once


@dataclass(frozen=True, slots=True)
class Batch:
    """One import: which file, by whom, how it was read, and how it went."""

    id: int
    kind: str
    file_name: str
    profile: str
    mapping: Mapping[str, Any]
    source_id: int
    scope_id: int
    user_id: int | None
    state: str
    started: datetime
    ended: datetime | None
    report: Mapping[str, Any] | None  # when it has ended
    progress: Mapping[str, Any]  # while it runs


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row in quarantine: what it said, and why it could not be taken in."""

    seq: int
    batch_id: int
    kind: str
    file_name: str
    row_number: int
    original: Mapping[str, Any]
    reason: str
    detail: str
    state: str


class Batches:
    """Who may import may see the batches and quarantined rows of the scopes that they may see."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── batches ──────────────────────────────────────────────────────────────────────────────────

    def start(self, connection: Connection, actor: Actor, values: Mapping[str, Any]) -> int:
        """Return the id of a new running batch; one of this source that a crash left running has failed.

        The caller holds `working` for the new batch before the transaction ends.
        """
        running = select(t.import_batch.c.id).where(
            t.import_batch.c.source_id == values["source_id"], t.import_batch.c.state.in_(GOING)
        )
        home = self._store.settings.home
        gone = [found for found in connection.execute(running).scalars() if not alive(home, found)]
        if gone:
            connection.execute(
                update(t.import_batch).where(t.import_batch.c.id.in_(gone)).values(state="failed")
            )
        row = {**values, "user_id": actor.user_id or None, "state": "running", "started_ms": self._now_ms()}
        made = connection.execute(insert(t.import_batch).values(row))
        key: Any = made.inserted_primary_key
        return int(key[0])

    def working(self, batch_id: int) -> AbstractContextManager[None]:
        """Show a batch as alive while the block runs, so that no other import takes it for broken off."""
        return working(self._store.settings.home, batch_id)

    def finish(self, connection: Connection, batch_id: int, *, state: str, report: Mapping[str, Any]) -> None:
        """Write down how a batch ended."""
        connection.execute(
            update(t.import_batch)
            .where(t.import_batch.c.id == batch_id)
            .values(state=state, ended_ms=self._now_ms(), report=dict(report))
        )

    def all(self, actor: Actor, *, limit: int = 100, states: Sequence[str] = ()) -> list[Batch]:
        """Return the newest batches that the actor may see; with `states`, those in one of them."""
        require(actor, Permission.IMPORT)
        query = (
            select(t.import_batch)
            .where(sql_filter(t.import_batch.c.scope_id, self._store.visible(actor)))
            .order_by(t.import_batch.c.id.desc())
            .limit(limit)
        )
        if states:
            query = query.where(t.import_batch.c.state.in_(states))
        with self._store.reading() as connection:
            return [_batch(dict(row._mapping)) for row in connection.execute(query)]

    def get(self, actor: Actor, batch_id: int) -> Batch:
        """Return a batch; raise NotFound where there is none that the actor may see."""
        require(actor, Permission.IMPORT)
        query = select(t.import_batch).where(
            t.import_batch.c.id == batch_id, sql_filter(t.import_batch.c.scope_id, self._store.visible(actor))
        )
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("There is no such import, or you may not see it.")
        return _batch(dict(row._mapping))

    # ── quarantine ───────────────────────────────────────────────────────────────────────────────

    def held(self, connection: Connection, source_id: int) -> dict[bytes, str]:
        """Return the state of every row of a source that was quarantined, by the hash of its original."""
        query = (
            select(t.quarantine.c.original_hash, t.quarantine.c.state)
            .join(t.import_batch, t.import_batch.c.id == t.quarantine.c.batch_id)
            .where(t.import_batch.c.source_id == source_id)
        )
        return {bytes(row.original_hash): row.state for row in connection.execute(query)}

    def hold(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows into quarantine."""
        if rows:
            connection.execute(insert(t.quarantine), [dict(row) for row in rows])

    def waiting(
        self,
        actor: Actor,
        *,
        batch_id: int | None = None,
        state: str = "waiting",
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[list[Waiting], int]:
        """Return quarantined rows, oldest first, and how many there are in all."""
        require(actor, Permission.IMPORT)
        where = [
            sql_filter(t.quarantine.c.scope_id, self._store.visible(actor)),
            t.quarantine.c.state == state,
            *([t.quarantine.c.batch_id == batch_id] if batch_id is not None else []),
        ]
        query = _with_batch().where(*where).order_by(t.quarantine.c.seq).limit(limit).offset(offset)
        with self._store.reading() as connection:
            total = int(
                connection.execute(select(func.count()).select_from(t.quarantine).where(*where)).scalar() or 0
            )
            return [_waiting(dict(row._mapping)) for row in connection.execute(query)], total

    def one(self, actor: Actor, seq: int) -> Waiting:
        """Return a quarantined row; raise NotFound where there is none that the actor may see."""
        require(actor, Permission.IMPORT)
        visible = sql_filter(t.quarantine.c.scope_id, self._store.visible(actor))
        with self._store.reading() as connection:
            row = connection.execute(_with_batch().where(t.quarantine.c.seq == seq, visible)).first()
        if row is None:
            raise NotFound("There is no such row in quarantine, or you may not see it.")
        return _waiting(dict(row._mapping))

    def some(self, actor: Actor, seqs: Sequence[int]) -> list[Waiting]:
        """Return quarantined rows, oldest first; raise NotFound where the actor may not see each of them."""
        require(actor, Permission.IMPORT)
        visible = sql_filter(t.quarantine.c.scope_id, self._store.visible(actor))
        found: list[Waiting] = []
        with self._store.reading() as connection:
            for at in range(0, len(seqs), _CHUNK):
                query = _with_batch().where(t.quarantine.c.seq.in_(seqs[at : at + _CHUNK]), visible)
                found += [_waiting(dict(row._mapping)) for row in connection.execute(query)]
        if len(found) < len(set(seqs)):
            raise NotFound("There is no such row in quarantine, or you may not see it.")
        return sorted(found, key=lambda row: row.seq)

    def mended(self, connection: Connection, seqs: Sequence[int]) -> None:
        """Mark rows as mended: what they became is in the store, whatever was said of them meanwhile."""
        for at in range(0, len(seqs), _CHUNK):
            some = t.quarantine.c.seq.in_(seqs[at : at + _CHUNK])
            connection.execute(update(t.quarantine).where(some).values(state="mended"))

    def settle(self, actor: Actor, seq: int, *, state: str) -> None:
        """Mark a waiting row as mended or discarded; raise Conflict if somebody did so before."""
        found = self.one(actor, seq)
        with self._store.transaction() as connection:
            changed = connection.execute(
                update(t.quarantine)
                .where(t.quarantine.c.seq == seq, t.quarantine.c.state == "waiting")
                .values(state=state)
            )
            if changed.rowcount == 0:
                raise Conflict(f"This row is {found.state} already.", hint="Reload the list.")
            self._store.audit.record(
                connection, actor, "quarantine", kind=found.kind, record=seq, state=state
            )

    # ── saved profiles ───────────────────────────────────────────────────────────────────────────

    def save_profile(self, actor: Actor, name: str, *, kind: str, mapping: Mapping[str, Any]) -> None:
        """Keep a mapping under a name; a newer one replaces it."""
        require(actor, Permission.IMPORT)
        values = {
            "kind": kind,
            "mapping": dict(mapping),
            "user_id": actor.user_id or None,
            "saved_ms": self._now_ms(),
        }
        with self._store.transaction() as connection:
            changed = connection.execute(
                update(t.saved_profile).where(t.saved_profile.c.name == name).values(values)
            )
            if changed.rowcount == 0:
                connection.execute(insert(t.saved_profile).values(name=name, **values))
            self._store.audit.record(connection, actor, "save_profile", kind=kind, record=name)

    def profiles(self, actor: Actor, *, kind: str | None = None) -> dict[str, Mapping[str, Any]]:
        """Return saved mappings by name."""
        require(actor, Permission.IMPORT)
        query = select(t.saved_profile).order_by(t.saved_profile.c.name)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(t.saved_profile.c.kind == kind) if kind else query).all()
        return {row.name: row.mapping for row in rows}

    def _now_ms(self) -> int:
        return to_ms(self._store.clock.now())


def _with_batch() -> Any:
    return select(t.quarantine, t.import_batch.c.kind, t.import_batch.c.file_name).join(
        t.import_batch, t.import_batch.c.id == t.quarantine.c.batch_id
    )


def _waiting(row: Mapping[str, Any]) -> Waiting:
    names = ("seq", "batch_id", "kind", "file_name", "row_number", "original", "reason", "detail", "state")
    return Waiting(**{name: row[name] for name in names})


def _batch(row: Mapping[str, Any]) -> Batch:
    said: Mapping[str, Any] = row["report"] or {}
    return Batch(
        id=row["id"],
        kind=row["kind"],
        file_name=row["file_name"],
        profile=row["profile"] or "",
        mapping=row["mapping"],
        source_id=row["source_id"],
        scope_id=row["scope_id"],
        user_id=row["user_id"],
        state=row["state"],
        started=from_ms(row["started_ms"]),
        ended=None if row["ended_ms"] is None else from_ms(row["ended_ms"]),
        report=None if "progress" in said else row["report"],
        progress=said.get("progress") or {},
    )
