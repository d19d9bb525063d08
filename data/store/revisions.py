"""The written past of records: revisions and comments, read by kind and seq. Access is the caller's."""

from __future__ import annotations

from sqlalchemy import Connection, select

from data.clock import from_ms
from data.records import Comment, Revision
from data.store import tables as t


def revisions_of(connection: Connection, kind: str, seq: int) -> list[Revision]:
    """Return the changes to a record, oldest first."""
    rows = connection.execute(
        select(t.revision, t.user.c.display_name)
        .outerjoin(t.user, t.user.c.id == t.revision.c.user_id)
        .where(t.revision.c.kind == kind, t.revision.c.record_seq == seq)
        .order_by(t.revision.c.revision)
    ).all()
    return [
        Revision(
            revision=r.revision,
            at=from_ms(r.at_ms),
            user_id=r.user_id,
            user_name=r.display_name or "Watchfloor",
            batch_id=r.batch_id,
            changes={name: (pair[0], pair[1]) for name, pair in r.changes.items()},
            reason=r.reason,
        )
        for r in rows
    ]


def comments_of(connection: Connection, kind: str, seq: int) -> list[Comment]:
    """Return what was written beneath a record, oldest first."""
    rows = connection.execute(
        select(t.comment, t.user.c.display_name)
        .join(t.user, t.user.c.id == t.comment.c.user_id)
        .where(t.comment.c.kind == kind, t.comment.c.record_seq == seq)
        .order_by(t.comment.c.seq)
    ).all()
    return [Comment(r.seq, from_ms(r.at_ms), r.user_id, r.display_name, r.text) for r in rows]


def last_editor(connection: Connection, kind: str, seq: int) -> str | None:
    """Return the name of the person who changed a record last, None where nobody did."""
    return connection.execute(
        select(t.user.c.display_name)
        .join(t.revision, t.user.c.id == t.revision.c.user_id)
        .where(t.revision.c.kind == kind, t.revision.c.record_seq == seq)
        .order_by(t.revision.c.revision.desc())
    ).scalar()
