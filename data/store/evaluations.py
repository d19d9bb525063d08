"""What the one watcher writes: alerts exactly once, how far it got, escalations and deliveries.

Of many workers one holds the lease. Everything that an evaluation found is written together with the
position that it reached and what it remembers, in one transaction that checks holder and position first:
whoever was overtaken writes nothing, and a kill in between leaves all of it to be found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, or_, select, update

from data.alert_records import Alert, AlertState, Delivery, Finding
from data.clock import from_ms, to_ms
from data.errors import Conflict
from data.model import new_id
from data.store.alerts import KIND, alert_by_seq, delivery_record
from data.store.engine import new_key, reading, writing
from data.store.tables_alerts import alert, alert_incident, delivery, lease, watch_area, watch_state

if TYPE_CHECKING:
    from data.store.store import Store

_NAME = "alerts"
# Longer than any channel may take: what is still "sending" after it died with its process.
_SENDING = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A message that is to go out."""

    channel: str
    address: str
    ceiling: int
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of looking at one watch area: findings with the messages for each, and what to remember."""

    area_seq: int
    revision: int
    findings: Sequence[tuple[Finding, Sequence[Planned]]] = ()
    memory: Mapping[str, Any] | None = None  # None: as it was
    model: Mapping[str, Any] | None = None  # None: as it was
    silent: bool = False
    escalate_after: timedelta | None = None
    escalate_from: datetime | None = None  # None: from the alert on


@dataclass(frozen=True, slots=True)
class Held:
    """The lease, as this process holds it."""

    holder: str
    position: int
    until: datetime
    made: tuple[int, ...] = field(default=())  # seqs of the alerts that the last writing made


class Evaluations:
    """The watcher's side of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, holder: str, *, life: timedelta) -> Held | None:
        """Return the lease, taken over or prolonged; None while somebody else holds it."""
        now = self._store.clock.now()
        with writing(self._store.engine) as connection:
            row = connection.execute(select(lease).where(lease.c.name == _NAME)).first()
            if row is not None and row.holder != holder and row.until_ms > to_ms(now):
                return None
            values = {"holder": holder, "until_ms": to_ms(now + life)}
            if row is None:
                connection.execute(insert(lease).values(name=_NAME, position=0, **values))
            else:
                connection.execute(update(lease).where(lease.c.name == _NAME).values(values))
            return Held(holder, 0 if row is None else row.position, now + life)

    def give_back(self, held: Held) -> None:
        """Let somebody else have the lease at once."""
        with writing(self._store.engine) as connection:
            mine = (lease.c.name == _NAME) & (lease.c.holder == held.holder)
            connection.execute(update(lease).where(mine).values(until_ms=0))

    def record(self, held: Held, *, position: int, results: Sequence[Result], life: timedelta) -> Held:
        """Return the lease after everything found up to `position` was written; raise Conflict if lost.

        A cause that was told of before is not told of again, and an area that was changed meanwhile is
        left for the next look.
        """
        now = self._store.clock.now()
        made: list[int] = []
        with writing(self._store.engine) as connection:
            row = connection.execute(select(lease).where(lease.c.name == _NAME)).first()
            if row is None or row.holder != held.holder or row.position != held.position:
                raise Conflict("Another worker evaluates the watch areas now.")
            for result in results:
                made += self._one(connection, result)
            until = now + life
            connection.execute(
                update(lease).where(lease.c.name == _NAME).values(position=position, until_ms=to_ms(until))
            )
        return Held(held.holder, position, until, tuple(made))

    def told_of(self, area_seq: int, incidents: Sequence[int]) -> frozenset[int]:
        """Return those of the incidents that this area has made an alert of before."""
        query = select(alert_incident.c.incident_seq).where(
            alert_incident.c.watch_area_seq == area_seq, alert_incident.c.incident_seq.in_(list(incidents))
        )
        with reading(self._store.engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def _one(self, connection: Connection, result: Result) -> list[int]:
        current = (
            (watch_area.c.seq == result.area_seq)
            & (watch_area.c.revision == result.revision)
            & watch_area.c.active
            & watch_area.c.deleted_ms.is_(None)
        )
        if connection.execute(select(watch_area.c.seq).where(current)).first() is None:
            return []
        made = [
            seq
            for finding, planned in result.findings
            if (seq := self._alert(connection, result, finding, planned)) is not None
        ]
        remembered: dict[str, Any] = {}
        if result.memory is not None:
            remembered["memory"] = dict(result.memory)
        if result.model is not None:
            remembered["model"] = dict(result.model)
        if remembered:
            mine = watch_state.c.watch_area_seq == result.area_seq
            connection.execute(update(watch_state).where(mine).values(remembered))
        return made

    def _alert(
        self, connection: Connection, result: Result, finding: Finding, planned: Sequence[Planned]
    ) -> int | None:
        same = (alert.c.watch_area_seq == result.area_seq) & (alert.c.cause == finding.cause)
        if connection.execute(select(alert.c.seq).where(same)).first() is not None:
            return None
        at_ms = to_ms(finding.at)
        begins = result.escalate_from or finding.at
        after = result.escalate_after
        row = {
            "id": new_id(),
            "watch_area_seq": result.area_seq,
            "at_ms": at_ms,
            "cause": finding.cause,
            "reason": finding.reason,
            "count": finding.count,
            "expected": finding.expected,
            "severity": int(finding.severity),
            "scopes": sorted(finding.scopes),
            "marking": int(finding.marking),
            "restricted": finding.restricted,
            "silent": result.silent,
            "state": AlertState.OPEN.value,
            "escalate_ms": None if after is None else to_ms(begins + after),
            "updated_ms": to_ms(self._store.clock.now()),
        }
        seq = new_key(connection.execute(insert(alert).values(row)))
        rows = [
            {"alert_seq": seq, "incident_seq": one, "watch_area_seq": result.area_seq}
            for one in sorted(set(finding.incidents))
        ]
        if rows:
            connection.execute(insert(alert_incident), rows)
        for message in planned:
            connection.execute(insert(delivery).values(_waiting(seq, message)))
        system = self._store.system_actor()
        self._store.audit.record(
            connection, system, "alert", kind=KIND, record=row["id"], cause=finding.cause
        )
        self._store.changes.note(connection, KIND, seq)
        return seq

    # ── escalation ───────────────────────────────────────────────────────────────────────────────

    def overdue(self) -> list[Alert]:
        """Return the alerts that nobody acknowledged in time."""
        now_ms = to_ms(self._store.clock.now())
        late = (alert.c.state == AlertState.OPEN.value) & (alert.c.escalate_ms <= now_ms)
        with reading(self._store.engine) as connection:
            seqs = connection.execute(select(alert.c.seq).where(late).order_by(alert.c.seq)).scalars().all()
            return [alert_by_seq(connection, seq) for seq in seqs]

    def escalate(self, one: Alert, planned: Sequence[Planned]) -> bool:
        """Return whether the alert was escalated now: not if somebody took it, or escalated it, before."""
        now_ms = to_ms(self._store.clock.now())
        values = {"state": AlertState.ESCALATED.value, "escalated_ms": now_ms, "updated_ms": now_ms}
        with writing(self._store.engine) as connection:
            still = (alert.c.seq == one.seq) & (alert.c.state == AlertState.OPEN.value)
            if connection.execute(update(alert).where(still).values(values)).rowcount == 0:
                return False
            for message in planned:
                connection.execute(insert(delivery).values(_waiting(one.seq, message)))
            system = self._store.system_actor()
            self._store.audit.record(connection, system, "escalate", kind=KIND, record=one.id)
            self._store.changes.note(connection, KIND, one.seq)
        return True

    # ── deliveries ───────────────────────────────────────────────────────────────────────────────

    def claim(self, *, limit: int) -> list[tuple[Delivery, Alert, int]]:
        """Return messages that are due, each with its alert and ceiling, now marked as being sent.

        Those that a killed process was sending are among them: a message may come twice, never not at all.
        """
        now = self._store.clock.now()
        d = delivery.c
        dead = (d.outcome == "sending") & (d.at_ms <= to_ms(now - _SENDING))
        due = or_((d.outcome == "waiting") & (d.due_ms <= to_ms(now)), dead)
        with reading(self._store.engine) as connection:
            if connection.execute(select(d.seq).where(due).limit(1)).first() is None:
                return []  # asked without the write lock: usually there is nothing
        with writing(self._store.engine) as connection:
            rows = connection.execute(
                select(delivery).where(due).order_by(d.due_ms, d.seq).limit(limit)
            ).all()
            values = {"outcome": "sending", "at_ms": to_ms(now)}
            connection.execute(update(delivery).where(d.seq.in_([row.seq for row in rows])).values(values))
            return [
                (delivery_record(row), alert_by_seq(connection, row.alert_seq), row.ceiling) for row in rows
            ]

    def settle(self, sent: Delivery, *, outcome: str, detail: str, again_at: datetime | None = None) -> None:
        """Write down what came of an attempt and, where one is to follow, when."""
        now_ms = to_ms(self._store.clock.now())
        d = delivery.c
        with writing(self._store.engine) as connection:
            row = connection.execute(select(delivery).where(d.seq == sent.seq)).one()
            values = {"outcome": outcome, "detail": detail[:500], "at_ms": now_ms}
            connection.execute(update(delivery).where(d.seq == sent.seq).values(values))
            if again_at is not None:
                next_one = {
                    name: row._mapping[name] for name in ("channel", "address", "ceiling", "alert_seq")
                }
                next_one |= {"id": new_id(), "attempt": row.attempt + 1, "due_ms": to_ms(again_at)}
                connection.execute(insert(delivery).values(next_one | {"outcome": "waiting", "detail": ""}))
            touched = update(alert).where(alert.c.seq == row.alert_seq).values(updated_ms=now_ms)
            connection.execute(touched)
            self._store.changes.note(connection, KIND, row.alert_seq)

    def next_due(self) -> datetime | None:
        """Return when the next message or escalation is due, None without any."""
        queries = (
            select(delivery.c.due_ms).where(delivery.c.outcome == "waiting").order_by(delivery.c.due_ms),
            select(alert.c.escalate_ms)
            .where(alert.c.state == AlertState.OPEN.value, alert.c.escalate_ms.is_not(None))
            .order_by(alert.c.escalate_ms),
        )
        with reading(self._store.engine) as connection:
            found = [connection.execute(query.limit(1)).scalar() for query in queries]
        return min((from_ms(ms) for ms in found if ms is not None), default=None)


def _waiting(alert_seq: int, message: Planned) -> dict[str, Any]:
    return {
        "id": new_id(),
        "alert_seq": alert_seq,
        "channel": message.channel,
        "address": message.address,
        "ceiling": message.ceiling,
        "attempt": 1,
        "due_ms": to_ms(message.due),
        "outcome": "waiting",
        "detail": "",
    }
