"""Recalls, corrections and files that go by mail, and the outbox of those who are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, or_, select, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.model import Tlp, new_id
from data.release_records import Notice, State, Telling
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable
from data.store.tables_briefs import brief
from data.store.tables_release import notice_delivery, recipient, release, release_notice

if TYPE_CHECKING:
    from data.store.store import Store

# Longer than any channel may take: what is still "sending" after it died with its process.
_SENDING: Final = timedelta(minutes=3)
FILE: Final = "file"


def noted(
    store: Store, connection: Connection, actor: Actor, release_id: UUID, *, kind: str, text: str
) -> None:
    """Write a notice down, with a message for each channel of the recipient, in the caller's transaction.

    A file goes by mail alone.
    """
    query = (
        select(release.c.seq, recipient.c.channels)
        .join(recipient, recipient.c.id == release.c.recipient_id)
        .where(release.c.id == release_id)
    )
    row = connection.execute(query).one()
    now_ms = to_ms(store.clock.now())
    values = {
        "id": new_id(),
        "release_seq": row.seq,
        "kind": kind,
        "text": keepable("text", text),
        "at_ms": now_ms,
        "user_name": actor.name,
    }
    seq = new_key(connection.execute(insert(release_notice).values(values)))
    for one in row.channels:
        if kind == FILE and one["kind"] != "smtp":
            continue
        connection.execute(
            insert(notice_delivery).values(
                notice_seq=seq,
                channel=one["kind"],
                address=one["address"],
                attempt=1,
                due_ms=now_ms,
                outcome="waiting",
                detail="",
            )
        )


def handed_over(store: Store, connection: Connection, actor: Actor, release_id: UUID) -> bool:
    """Mail what a schedule made to its recipient, once; return whether it is on its way or was before.

    What a person let out is for that person to give: it is not mailed.
    """
    r = release.c
    row = connection.execute(
        select(r.seq, r.kind, r.product, r.purpose, recipient.c.channels)
        .join(recipient, recipient.c.id == r.recipient_id)
        .where(r.id == release_id, r.state == State.RELEASED.value, r.recalled_ms.is_(None))
    ).first()
    if (
        row is None
        or row.kind != "brief"
        or not row.product
        or not any(one["kind"] == "smtp" for one in row.channels)
    ):
        return False
    made = select(brief.c.schedule_id).where(brief.c.id == UUID(row.product))
    if connection.execute(made).scalar() is None:
        return False
    n = release_notice.c
    sent = select(n.seq).where(n.release_seq == row.seq, n.kind == FILE).limit(1)
    if connection.execute(sent).first() is None:
        noted(store, connection, actor, release_id, kind=FILE, text=row.purpose)
    return True


class Notices:
    """What recipients were told of releases that they got, and what waits to be told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, actor: Actor, release_id: UUID) -> list[Notice]:
        """Return the notices of a release, oldest first, with every attempt to tell of them."""
        require(actor, Permission.EXPORT)
        self._store.releases.get(actor, release_id)
        d = notice_delivery.c
        with reading(self._store.engine) as connection:
            rows = connection.execute(_select().where(release.c.id == release_id)).all()
            numbers = [row.seq for row in rows]
            tried = connection.execute(
                select(notice_delivery).where(d.notice_seq.in_(numbers)).order_by(d.seq)
            ).all()
        return [_notice(row, [one for one in tried if one.notice_seq == row.seq]) for row in rows]

    def hand_over(self, actor: Actor, release_id: UUID) -> bool:
        """Mail what a schedule made to its recipient, once; return whether it is on its way or was before."""
        with writing(self._store.engine) as connection:
            return handed_over(self._store, connection, actor, release_id)

    def claim(self, *, limit: int) -> list[tuple[int, Telling, Notice]]:
        """Return messages that are due, now marked as being sent; one may come twice, never not at all."""
        now = self._store.clock.now()
        d = notice_delivery.c
        dead = (d.outcome == "sending") & (d.at_ms <= to_ms(now - _SENDING))
        due = or_((d.outcome == "waiting") & (d.due_ms <= to_ms(now)), dead)
        with reading(self._store.engine) as connection:
            if connection.execute(select(d.seq).where(due).limit(1)).first() is None:
                return []
        with writing(self._store.engine) as connection:
            rows = connection.execute(
                select(notice_delivery).where(due).order_by(d.due_ms, d.seq).limit(limit)
            ).all()
            values = {"outcome": "sending", "at_ms": to_ms(now)}
            mine = d.seq.in_([row.seq for row in rows])
            connection.execute(update(notice_delivery).where(mine).values(values))
            query = _select().where(release_notice.c.seq.in_([row.notice_seq for row in rows]))
            notices = {row.seq: _notice(row, ()) for row in connection.execute(query)}
        return [(row.seq, _telling(row), notices[row.notice_seq]) for row in rows]

    def settle(self, seq: int, *, outcome: str, detail: str, again_at: datetime | None = None) -> None:
        """Write down what came of an attempt and, where one is to follow, when."""
        d = notice_delivery.c
        with writing(self._store.engine) as connection:
            row = connection.execute(select(notice_delivery).where(d.seq == seq)).one()
            values = {"outcome": outcome, "detail": detail[:500], "at_ms": to_ms(self._store.clock.now())}
            connection.execute(update(notice_delivery).where(d.seq == seq).values(values))
            if again_at is not None:
                same = {name: row._mapping[name] for name in ("notice_seq", "channel", "address")}
                next_one = {"attempt": row.attempt + 1, "due_ms": to_ms(again_at), "outcome": "waiting"}
                connection.execute(insert(notice_delivery).values(**same, **next_one, detail=""))


def _select() -> Any:
    n, r = release_notice.c, release.c
    columns = (
        r.id.label("release_id"),
        r.file,
        r.sha256,
        r.marking,
        recipient.c.name.label("recipient_name"),
    )
    return (
        select(release_notice, *columns)
        .join(release, r.seq == n.release_seq)
        .join(recipient, recipient.c.id == r.recipient_id)
        .order_by(n.seq)
    )


def _notice(row: Row[Any], tried: Sequence[Row[Any]]) -> Notice:
    return Notice(
        seq=row.seq,
        id=row.id,
        release=row.release_id,
        file=row.file,
        sha256=row.sha256,
        marking=Tlp(row.marking),
        recipient_name=row.recipient_name,
        kind=row.kind,
        text=row.text,
        at=from_ms(row.at_ms),
        by=row.user_name,
        tellings=tuple(_telling(one) for one in tried),
    )


def _telling(row: Row[Any]) -> Telling:
    return Telling(
        channel=row.channel,
        address=row.address,
        attempt=row.attempt,
        due=from_ms(row.due_ms),
        at=None if row.at_ms is None else from_ms(row.at_ms),
        outcome=row.outcome,
        detail=row.detail,
    )
