"""Alerts in the store: read, acknowledged and closed by people; made by `data.store.evaluations`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_, update

from data.access import Actor, Permission, require
from data.alert_records import Alert, AlertState, Delivery, WatchArea
from data.clock import from_ms, to_ms
from data.errors import NotFound
from data.model import Severity, Tlp
from data.store import tables as t
from data.store.engine import reading, writing
from data.store.tables_alerts import alert, alert_incident, delivery, watch_area

if TYPE_CHECKING:
    from data.store.store import Store

KIND = "alert"
_WAITING = (AlertState.OPEN, AlertState.ESCALATED)
_CHUNK = 200
_NUMBERED = 500  # alerts that the number of an actor's alerts is made of

Mark = tuple[int, int]  # at_ms and seq of an alert: where a page ended


class Alerts:
    """What people were told of.

    An actor sees the alerts of areas that they are told of, and of those the ones that were made of
    records in scopes which they may see now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def page(
        self,
        actor: Actor,
        *,
        states: Collection[AlertState] = (),
        area: UUID | None = None,
        limit: int,
        after: Mark | None = None,
    ) -> tuple[list[Alert], Mark | None]:
        """Return the newest alerts in these states (all when empty), and the mark of the next page.

        With `area` those of this watch area alone: none, where the actor is not told of it.
        """
        found: list[Alert] = []
        with reading(self._store.engine) as connection:
            told = self._store.watch_areas.told(connection, actor)
            if area is not None:
                told = {seq: one for seq, one in told.items() if one.id == area}
            for one in self._visible(connection, actor, states=states, after=after, told=told):
                if len(found) == limit:
                    return found, (to_ms(found[-1].at), found[-1].seq)
                found.append(one)
        return found, None

    def get(self, actor: Actor, alert_id: UUID) -> Alert:
        """Return one alert; raise NotFound where there is none for this actor."""
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, alert_id)

    def waiting(self, actor: Actor) -> int:
        """Return how many alerts wait for somebody to acknowledge them."""
        with reading(self._store.engine) as connection:
            return sum(1 for _ in self._visible(connection, actor, states=_WAITING))

    def number(self, actor: Actor) -> int:
        """Return a number that changes when the actor's alerts or watch areas do; 0 without any."""
        digest, empty = blake2b(digest_size=6), True
        with reading(self._store.engine) as connection:
            told = self._store.watch_areas.told(connection, actor)
            for area in sorted(told.values(), key=lambda one: one.seq):
                digest.update(f"{area.id}|{area.revision}\n".encode())
                empty = False
            for place, one in enumerate(self._visible(connection, actor, told=told)):
                if place == _NUMBERED:
                    break
                digest.update(f"{one.id}|{one.state}|{to_ms(one.updated)}\n".encode())
        return 0 if empty else int.from_bytes(digest.digest())

    def deliveries(self, actor: Actor, alerts: Sequence[Alert]) -> dict[int, list[Delivery]]:
        """Return the attempts to tell of these alerts, oldest first, by the seq of the alert."""
        del actor  # whoever sees an alert sees whom it was sent to: they are told together
        found: dict[int, list[Delivery]] = {one.seq: [] for one in alerts}
        query = select(delivery).where(delivery.c.alert_seq.in_(sorted(found))).order_by(delivery.c.seq)
        with reading(self._store.engine) as connection:
            for row in connection.execute(query).all():
                found[row.alert_seq].append(delivery_record(row))
        return found

    def seen(self, areas: Sequence[WatchArea]) -> dict[int, int]:
        """Return how many alerts each area has made since it is watched as it stands."""
        query = (
            select(alert.c.watch_area_seq, func.count().label("many"))
            .join(watch_area, watch_area.c.seq == alert.c.watch_area_seq)
            .where(
                alert.c.watch_area_seq.in_([one.seq for one in areas]),
                alert.c.at_ms >= watch_area.c.watched_since_ms,
            )
            .group_by(alert.c.watch_area_seq)
        )
        with reading(self._store.engine) as connection:
            return {row.watch_area_seq: row.many for row in connection.execute(query).all()}

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def acknowledge(self, actor: Actor, alert_id: UUID) -> Alert:
        """Return the alert, which the actor has taken; of one that somebody took before, nothing changes."""
        values = {
            "state": AlertState.ACKNOWLEDGED.value,
            "acknowledged_by": actor.user_id,
            "acknowledged_ms": to_ms(self._store.clock.now()),
        }
        return self._change(actor, alert_id, "acknowledge", values, among=_WAITING)

    def close(self, actor: Actor, alert_id: UUID) -> Alert:
        """Return the alert, which is done with."""
        values = {"state": AlertState.CLOSED.value, "closed_ms": to_ms(self._store.clock.now())}
        return self._change(actor, alert_id, "close", values, among=(*_WAITING, AlertState.ACKNOWLEDGED))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _change(
        self,
        actor: Actor,
        alert_id: UUID,
        action: str,
        values: dict[str, Any],
        *,
        among: Collection[AlertState],
    ) -> Alert:
        require(actor, Permission.TRIAGE)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, alert_id)
            if before.state not in among:
                return before
            values["updated_ms"] = to_ms(self._store.clock.now())
            connection.execute(update(alert).where(alert.c.seq == before.seq).values(values))
            self._store.audit.record(connection, actor, action, kind=KIND, record=alert_id)
            self._store.changes.note(connection, KIND, before.seq)
            return self._stored(connection, actor, alert_id)

    def _stored(self, connection: Connection, actor: Actor, alert_id: UUID) -> Alert:
        row = connection.execute(_select().where(alert.c.id == alert_id)).first()
        told = self._store.watch_areas.told(connection, actor)
        if row is None or not _may_see(row, actor, told, self._store.visible(actor, connection)):
            raise NotFound("There is no such alert, or you are not told of it.")
        return _record(row, incidents_of(connection, [row.seq]).get(row.seq, ()))

    def _visible(
        self,
        connection: Connection,
        actor: Actor,
        *,
        states: Collection[AlertState] = (),
        after: Mark | None = None,
        told: dict[int, WatchArea] | None = None,
    ) -> Iterator[Alert]:
        """Yield the actor's alerts, newest first."""
        areas = self._store.watch_areas.told(connection, actor) if told is None else told
        visible = self._store.visible(actor, connection)
        query = _select().where(alert.c.watch_area_seq.in_(sorted(areas)))
        if states:
            query = query.where(alert.c.state.in_([state.value for state in states]))
        query = query.order_by(alert.c.at_ms.desc(), alert.c.seq.desc()).limit(_CHUNK)
        while areas:
            place = tuple_(alert.c.at_ms, alert.c.seq)
            rows = connection.execute(query if after is None else query.where(place < after)).all()
            kept = [row for row in rows if _may_see(row, actor, areas, visible)]
            incidents = incidents_of(connection, [row.seq for row in kept])
            for row in kept:
                yield _record(row, incidents.get(row.seq, ()))
            if len(rows) < _CHUNK:
                return
            after = (rows[-1].at_ms, rows[-1].seq)


def _may_see(row: Row[Any], actor: Actor, told: dict[int, WatchArea], visible: frozenset[int]) -> bool:
    area = told.get(row.watch_area_seq)
    if area is None or not set(row.scopes) <= visible:
        return False
    at_once = actor.user_id in area.named() or actor.agency_id in area.agencies()
    return at_once or row.escalated_ms is not None


def _select() -> Select[Any]:
    return (
        select(
            alert,
            watch_area.c.id.label("area_id"),
            watch_area.c.name.label("area_name"),
            t.user.c.display_name.label("taken_by"),
        )
        .join(watch_area, watch_area.c.seq == alert.c.watch_area_seq)
        .outerjoin(t.user, t.user.c.id == alert.c.acknowledged_by)
    )


def incidents_of(connection: Connection, alerts: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the seqs of the incidents of each alert."""
    query = (
        select(alert_incident.c.alert_seq, alert_incident.c.incident_seq)
        .where(alert_incident.c.alert_seq.in_(list(alerts)))
        .order_by(alert_incident.c.alert_seq, alert_incident.c.incident_seq)
    )
    found: dict[int, list[int]] = {}
    for row in connection.execute(query).all():
        found.setdefault(row.alert_seq, []).append(row.incident_seq)
    return {seq: tuple(seqs) for seq, seqs in found.items()}


def _record(row: Row[Any], incidents: tuple[int, ...]) -> Alert:
    def when(ms: int | None) -> Any:
        return None if ms is None else from_ms(ms)

    return Alert(
        seq=row.seq,
        id=row.id,
        watch_area_id=row.area_id,
        watch_area_name=row.area_name,
        at=from_ms(row.at_ms),
        cause=row.cause,
        reason=row.reason,
        count=row._mapping["count"],
        expected=row.expected,
        severity=Severity(row.severity),
        incidents=incidents,
        scopes=tuple(row.scopes),
        marking=Tlp(row.marking),
        restricted=row.restricted,
        silent=row.silent,
        state=AlertState(row.state),
        acknowledged_by=row.taken_by,
        acknowledged_at=when(row.acknowledged_ms),
        escalate_at=when(row.escalate_ms),
        escalated_at=when(row.escalated_ms),
        closed_at=when(row.closed_ms),
        updated=from_ms(row.updated_ms),
    )


def delivery_record(row: Row[Any]) -> Delivery:
    """Return a delivery of its row."""
    return Delivery(
        seq=row.seq,
        id=row.id,
        alert_seq=row.alert_seq,
        channel=row.channel,
        address=row.address,
        attempt=row.attempt,
        due=from_ms(row.due_ms),
        at=None if row.at_ms is None else from_ms(row.at_ms),
        outcome=row.outcome,
        detail=row.detail,
    )


def alert_by_seq(connection: Connection, seq: int) -> Alert:
    """Return an alert by its seq: for the watcher, never for a screen."""
    row = connection.execute(_select().where(alert.c.seq == seq)).one()
    return _record(row, incidents_of(connection, [seq]).get(seq, ()))
