"""Many calls at once, as an import brings them: added once, updated where the list says something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from data.access import Actor
from data.clock import to_ms
from data.errors import Invalid
from data.rescue_records import NewCall
from data.store import tables as t
from data.store.bulk import runs
from data.store.call_rows import CHANGEABLE, Directory, columns_of, new_row, plain_part, record
from data.store.tables_rescue import call

if TYPE_CHECKING:
    from data.store.store import Store

_CHUNK = 500
KIND = "call"
# What an import does not say of a call that it brings again.
_OURS = frozenset({"scope_id", "received", "channel"})


@dataclass(slots=True)
class Counts:
    """What became of the calls; `refused` names those that cannot be kept by their position."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    refused: list[tuple[int, Invalid]] = field(default_factory=list)

    def as_tuple(self) -> tuple[int, int, int, int]:
        """Return added, updated, unchanged and duplicate."""
        return self.added, self.updated, self.unchanged, self.duplicate


def take_in(store: Store, actor: Actor, calls: Sequence[NewCall], *, batch_id: int | None) -> Counts:
    """Write calls of one source in chunks, each committed by itself; who may has been asked by the caller."""
    counts, seen = Counts(), set()
    for at in range(0, len(calls), _CHUNK):
        rows = []
        for number, new in enumerate(calls[at : at + _CHUNK], start=at):
            if new.source_key in seen:
                counts.duplicate += 1
                continue
            seen.add(new.source_key)
            try:
                rows.append((new, new_row(new, now=store.clock.now()) | {"batch_id": batch_id}))
            except Invalid as error:
                counts.refused.append((number, error))
        with store.transaction() as connection:
            touched = [_write(store, connection, actor, new, row, counts) for new, row in rows]
            for first, last in runs(seq for seq in touched if seq):
                store.changes.note(connection, KIND, first, last)
    return counts


def _write(  # noqa: PLR0917  # a chunk's own, the same for each call
    store: Store, connection: Connection, actor: Actor, new: NewCall, row: dict[str, Any], counts: Counts
) -> int:
    """Add or update one call; return its seq where anything changed, else 0."""
    same = (call.c.source_id == row["source_id"]) & (call.c.source_key == row["source_key"])
    found = connection.execute(select(call).where(same)).first()
    if found is None:
        counts.added += 1
        return store.calls.insert_row(connection, actor, row)
    if bytes(found.content_hash) == row["content_hash"]:
        counts.unchanged += 1
        return 0
    before = record(found, Directory.read(connection))
    by_hand = _by_hand(connection, found.seq)
    names = sorted(CHANGEABLE - _OURS - by_hand)
    real = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(before, name)}
    values = columns_of(real) | {"content_hash": row["content_hash"], "batch_id": row["batch_id"]}
    if not real:
        counts.unchanged += 1
        connection.execute(update(call).where(call.c.seq == found.seq).values(values))
        return 0
    now_ms = to_ms(store.clock.now())
    values |= {"revision": found.revision + 1, "updated_ms": now_ms}
    connection.execute(update(call).where(call.c.seq == found.seq).values(values))
    changes = {name: [plain_part(getattr(before, name)), plain_part(value)] for name, value in real.items()}
    told = {"kind": KIND, "record_seq": found.seq, "revision": found.revision + 1, "at_ms": now_ms}
    told |= {"user_id": actor.user_id or None, "batch_id": row["batch_id"], "changes": changes, "reason": ""}
    connection.execute(insert(t.revision).values(told))
    counts.updated += 1
    return int(found.seq)


def _by_hand(connection: Connection, seq: int) -> frozenset[str]:
    """Return the fields that a person has changed: a list does not overrule the watch officer."""
    query = select(t.revision.c.changes).where(
        t.revision.c.kind == KIND, t.revision.c.record_seq == seq, t.revision.c.batch_id.is_(None)
    )
    return frozenset(name for changes in connection.execute(query).scalars() for name in changes)
