"""Files kept with a record: photos of what was seen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, insert, select

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import NotFound
from data.model import new_id
from data.records import Attachment
from data.store import tables as t
from data.store.engine import reading, writing

if TYPE_CHECKING:
    from data.store.store import Store


class Attachments:
    """Whoever may see an incident may see its files, nobody else."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, actor: Actor, incident_id: UUID, *, name: str, media_type: str, content: bytes) -> UUID:
        """Return the id of a file that was put with an incident."""
        require(actor, Permission.REPORT)
        seq = self._store.incidents.get(actor, incident_id).seq
        attachment_id = new_id()
        with writing(self._store.engine) as connection:
            connection.execute(
                insert(t.attachment).values(
                    id=attachment_id,
                    kind="incident",
                    record_seq=seq,
                    name=name[:200],  # the column's width
                    media_type=media_type,
                    sha256=hashlib.sha256(content).digest(),
                    content=content,
                    user_id=actor.user_id,
                    at_ms=to_ms(self._store.clock.now()),
                )
            )
            self._store.audit.record(connection, actor, "attach", kind="incident", record=incident_id)
            self._store.changes.note(connection, "incident", seq)
        return attachment_id

    def holders(self) -> frozenset[int]:
        """Return the seqs of all incidents that have files; whose they are is the caller's to ask."""
        c = t.attachment.c
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(c.record_seq).where(c.kind == "incident").distinct())
            return frozenset(rows.scalars())

    def of(self, actor: Actor, incident_id: UUID) -> list[Attachment]:
        """Return the files of an incident that the actor may see, oldest first."""
        incident = self._store.incidents.get(actor, incident_id)
        if "photo" in incident.hidden:
            return []
        seq = incident.seq
        c = t.attachment.c
        columns = (c.id, c.name, c.media_type, func.length(c.content).label("size"), c.at_ms, c.user_id)
        query = select(*columns).where(c.kind == "incident", c.record_seq == seq).order_by(c.at_ms, c.id)
        with reading(self._store.engine) as connection:
            rows = connection.execute(query).all()
        return [Attachment(r.id, r.name, r.media_type, r.size, from_ms(r.at_ms), r.user_id) for r in rows]

    def content(self, actor: Actor, incident_id: UUID, attachment_id: UUID) -> tuple[str, bytes]:
        """Return media type and bytes of a file of an incident that the actor may see."""
        incident = self._store.incidents.get(actor, incident_id)
        if "photo" in incident.hidden:
            raise NotFound("There is no such file with this incident.")
        seq = incident.seq
        query = select(t.attachment.c.media_type, t.attachment.c.content).where(
            t.attachment.c.id == attachment_id,
            t.attachment.c.kind == "incident",
            t.attachment.c.record_seq == seq,
        )
        with reading(self._store.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("There is no such file with this incident.")
        return row.media_type, bytes(row.content)
