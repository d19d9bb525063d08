"""The third-agency rule: what agencies were asked, and said, about passing their records on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Invalid, NotFound
from data.model import new_id
from data.release_records import AgencyAnswer
from data.store import tables as t
from data.store.engine import reading, writing
from data.store.rows import keepable
from data.store.tables_release import recipient, third_agency

if TYPE_CHECKING:
    from data.store.store import Store

STATES = ("asked", "granted", "denied")


class ThirdAgency:
    """Asked, granted or denied: per agency and recipient, and per record; the newest answer counts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        actor: Actor,
        *,
        agency_id: int,
        to: str,
        state: str,
        incident: UUID | None = None,
        note: str = "",
    ) -> AgencyAnswer:
        """Write down that an agency was asked, or what it said; without an incident, for all its records."""
        require(actor, Permission.EXPORT)
        if state not in STATES:
            raise Invalid(f"{state[:20]!r} is no answer.", hint="asked, granted or denied.")
        if state != "asked" and incident is None:
            # It changes what is agreed with a recipient, for good.
            require(actor, Permission.READ_AUDIT)
        partner = self._store.recipients.get(actor, to)
        if agency_id not in {agency.id for agency in self._store.agencies.all()}:
            raise NotFound("There is no such agency.", hint="See the Admin page.")
        seq = self._seq(actor, incident, agency_id)
        answer_id = new_id()
        values = {
            "id": answer_id,
            "agency_id": agency_id,
            "recipient_id": partner.id,
            "incident_seq": seq,
            "state": state,
            "note": keepable("note", note),
            "at_ms": to_ms(self._store.clock.now()),
            "user_name": actor.name,
        }
        with writing(self._store.engine) as connection:
            connection.execute(insert(third_agency).values(values))
            if seq is None and state != "asked":
                granted = set(partner.granted_by) - {agency_id}
                granted |= {agency_id} if state == "granted" else set()
                mine = update(recipient).where(recipient.c.id == partner.id)
                connection.execute(mine.values(granted_by=sorted(granted)))
            self._store.audit.record(
                connection,
                actor,
                f"third_agency_{state}",
                kind="recipient",
                record=to,
                agency=agency_id,
                incident=None if incident is None else str(incident),
            )
        return next(one for one in self.all(actor) if one.id == answer_id)

    def all(self, actor: Actor) -> list[AgencyAnswer]:
        """Return every question and answer, newest first; of records that the actor may not see, none."""
        require(actor, Permission.EXPORT)
        visible = self._store.visible(actor)
        with reading(self._store.engine) as connection:
            rows = connection.execute(
                select(
                    third_agency,
                    t.agency.c.name.label("agency"),
                    recipient.c.key.label("recipient"),
                    t.incident.c.id.label("incident"),
                    t.incident.c.scope_id,
                )
                .join(t.agency, t.agency.c.id == third_agency.c.agency_id)
                .join(recipient, recipient.c.id == third_agency.c.recipient_id)
                .outerjoin(t.incident, t.incident.c.seq == third_agency.c.incident_seq)
                .order_by(third_agency.c.seq.desc())
            ).all()
        return [_answer(row) for row in rows if row.scope_id is None or row.scope_id in visible]

    def granted(self, recipient_id: int) -> frozenset[int]:
        """Return the seqs of the incidents whose agency said yes to this recipient."""
        return frozenset(seq for seq, state in self._newest(recipient_id).items() if state == "granted")

    def denied(self, recipient_id: int) -> frozenset[int]:
        """Return the seqs of the incidents whose agency said no."""
        return frozenset(seq for seq, state in self._newest(recipient_id).items() if state == "denied")

    def denied_scopes(self, recipient_id: int) -> frozenset[int]:
        """Return the scopes of the incidents whose agency said no."""
        seqs = self.denied(recipient_id)
        if not seqs:
            return frozenset()
        query = select(t.incident.c.scope_id).where(t.incident.c.seq.in_(seqs)).distinct()
        with reading(self._store.engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def _newest(self, recipient_id: int) -> dict[int, str]:
        c = third_agency.c
        query = (
            select(c.incident_seq, c.state)
            .where(c.recipient_id == recipient_id, c.incident_seq.is_not(None))
            .order_by(c.seq)
        )
        with reading(self._store.engine) as connection:
            return {row.incident_seq: row.state for row in connection.execute(query)}

    def _seq(self, actor: Actor, incident: UUID | None, agency_id: int) -> int | None:
        if incident is None:
            return None
        found = self._store.incidents.get(actor, incident)
        if found.scope.agency_id != agency_id:
            raise Invalid("This incident does not come from that agency.", hint="Ask its originator.")
        return found.seq


def _answer(row: Row[Any]) -> AgencyAnswer:
    values = row._mapping
    same = {name: values[name] for name in AgencyAnswer.__dataclass_fields__ if name in values}
    return AgencyAnswer(**same | {"at": from_ms(row.at_ms), "by": row.user_name})
