"""How running imports go: kept in their batches, where every worker and every colleague can read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from data.access import Actor, Permission, require
from data.clock import to_ms
from data.errors import Conflict, Forbidden
from data.model import Role
from data.store import tables as t
from data.store.alive import alive
from data.store.batches import GOING, Batch, Batches

if TYPE_CHECKING:
    from data.store.store import Store

_TELL_EVERY_S: Final = 1.0
# On another machine there is no lock to ask for: whoever told nothing for so long has stopped.
_SILENT_MS: Final = 120_000


@dataclass(frozen=True, slots=True)
class Running:
    """An import that some process works on at this moment."""

    batch: Batch
    stage: str
    done: int
    total: int
    stage_started_ms: int
    cancelling: bool
    may_cancel: bool


class Teller:
    """Writes down how one batch goes, about once a second, and hears whether it is to end."""

    def __init__(
        self,
        store: Store,
        batch_id: int,
        *,
        also: Callable[[str, int, int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._batch_id = store, batch_id
        self._also, self._cancelled = also, cancelled
        self._stage, self._stage_started_ms, self._told_s = "", 0, 0.0

    def tell(self, stage: str, done: int, total: int) -> None:
        """Pass the progress on, and note it unless that was done a moment ago."""
        self._also(stage, done, total)
        now_ms = to_ms(self._store.clock.now())
        if stage != self._stage:
            self._stage, self._stage_started_ms, self._told_s = stage, now_ms, 0.0
        if self._told_s and time.monotonic() - self._told_s < _TELL_EVERY_S:
            return
        self._told_s = time.monotonic()
        said = {"stage": stage, "done": done, "total": total, "since_ms": self._stage_started_ms}
        with self._store.transaction() as connection:
            connection.execute(
                update(t.import_batch)
                .where(t.import_batch.c.id == self._batch_id, t.import_batch.c.state.in_(GOING))
                .values(report={"progress": {**said, "told_ms": now_ms}})
            )

    def stopped(self) -> bool:
        """Return whether somebody asked the import to end: here, or from anywhere else."""
        if self._cancelled():
            return True
        query = select(t.import_batch.c.state).where(t.import_batch.c.id == self._batch_id)
        with self._store.reading() as connection:
            return connection.execute(query).scalar() == "cancelling"


def running(store: Store, actor: Actor) -> list[Running]:
    """Return the imports under way that the actor may see, oldest first; broken-off ones are left out."""
    batches = Batches(store).all(actor, states=GOING)
    return [_running(store, actor, batch) for batch in reversed(batches) if _goes_on(store, batch)]


def cancel(store: Store, actor: Actor, batch_id: int) -> None:
    """Ask an import to end after the rows it is writing; raise Forbidden for somebody else's.

    Whoever began an import may end it, a supervisor those of the own agency, an administrator any.
    """
    require(actor, Permission.IMPORT)
    batch = Batches(store).get(actor, batch_id)
    if not _may_cancel(store, actor, batch):
        raise Forbidden(
            "You may not cancel this import.", hint="Whoever began it can, or a supervisor of that agency."
        )
    with store.transaction() as connection:
        asked = connection.execute(
            update(t.import_batch)
            .where(t.import_batch.c.id == batch_id, t.import_batch.c.state == "running")
            .values(state="cancelling")
        )
        if asked.rowcount:
            store.audit.record(connection, actor, "cancel_import", kind=batch.kind, record=batch_id)
    if not asked.rowcount and batch.state not in GOING:
        raise Conflict("This import has ended already.", hint="What was written stays.")


def _goes_on(store: Store, batch: Batch) -> bool:
    told_ms = int(batch.progress.get("told_ms") or to_ms(batch.started))
    fresh = to_ms(store.clock.now()) - told_ms < _SILENT_MS
    return alive(store.settings.home, batch.id) or (fresh and store.engine.dialect.name != "sqlite")


def _running(store: Store, actor: Actor, batch: Batch) -> Running:
    said: Mapping[str, Any] = batch.progress
    return Running(
        batch=batch,
        stage=str(said.get("stage") or ""),
        done=int(said.get("done") or 0),
        total=int(said.get("total") or 0),
        stage_started_ms=int(said.get("since_ms") or to_ms(batch.started)),
        cancelling=batch.state == "cancelling",
        may_cancel=_may_cancel(store, actor, batch),
    )


def _may_cancel(store: Store, actor: Actor, batch: Batch) -> bool:
    if actor.role == Role.ADMINISTRATOR or (batch.user_id is not None and batch.user_id == actor.user_id):
        return True
    return actor.role == Role.SUPERVISOR and actor.agency_id == _agency_of(store, batch.user_id)


def _agency_of(store: Store, user_id: int | None) -> int | None:
    query = select(t.user.c.agency_id).where(t.user.c.id == user_id)
    with store.reading() as connection:
        found: int | None = connection.execute(query).scalar()
    return found
