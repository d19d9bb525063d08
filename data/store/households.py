"""Households in the store: who is in need, as people have put the calls together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from data.access import Actor, Permission, require, sql_filter
from data.clock import to_ms
from data.errors import Conflict, NotFound
from data.model import new_id
from data.rescue_records import Call, Household, HouseholdEvent, HouseholdStatus
from data.store.call_rows import Directory, record
from data.store.engine import reading, writing
from data.store.household_rows import events_of, names_of, record_of
from data.store.household_trees import members_of, pairs, rescope, root_of, roots
from data.store.rows import keepable
from data.store.tables_rescue import call, household, household_event, not_the_same
from data.store.tables_search import closure, evidence, evidence_change, resource, segment, task

if TYPE_CHECKING:
    from data.store.store import Store

KIND = "household"


class Households:
    """Households; an actor sees those all of whose calls they may see.

    A merge moves nothing: the household that is merged points to the one that stands for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def all(self, actor: Actor) -> list[Household]:
        """Return every household that the actor may see, in order of making."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self.read(connection, actor)

    def get(self, actor: Actor, household_id: UUID) -> Household:
        """Return a household, or the one that it was merged into; raise NotFound."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self.stored(connection, actor, household_id)

    def read(self, connection: Connection, actor: Actor, *, only: int | None = None) -> list[Household]:
        """Return the households that the actor may see (or the one with this seq) over a connection."""
        visible = self._store.visible(actor, connection)
        wanted, called = [sql_filter(household.c.scope_id, visible)], [sql_filter(call.c.scope_id, visible)]
        if only is not None:
            members = members_of(connection, only)
            wanted.append(household.c.seq.in_(members))
            called.append(call.c.home_seq.in_(members))
        rows = connection.execute(select(household).where(*wanted).order_by(household.c.seq)).all()
        top = roots({row.seq: row.merged_into for row in rows})
        directory = Directory.read(connection)
        calls: dict[int, list[Call]] = {}
        in_order = select(call).where(*called).order_by(call.c.received_ms, call.c.seq)
        for row in connection.execute(in_order):
            if row.home_seq in top:
                calls.setdefault(top[row.home_seq], []).append(record(row, directory))
        names = names_of(connection)
        return [
            record_of(row, calls[row.seq], directory, names) for row in rows if top.get(row.seq) == row.seq
        ]

    def stored(self, connection: Connection, actor: Actor, household_id: UUID) -> Household:
        """Return a household over a connection, or the one that it was merged into; raise NotFound."""
        seq = connection.execute(select(household.c.seq).where(household.c.id == household_id)).scalar()
        found = [] if seq is None else self.read(connection, actor, only=root_of(connection, seq))
        if not found:
            raise NotFound("There is no such household, or you may not see it.")
        return found[0]

    def members(self, connection: Connection, seq: int) -> tuple[int, ...]:
        """Return the seqs of a household and of all that were merged into it: evidence may be at each."""
        return members_of(connection, seq)

    def homes(self, actor: Actor) -> dict[int, UUID]:
        """Return, for the seq of each call's own household, the id of the household it belongs to now."""
        with reading(self._store.engine) as connection:
            return self.homes_on(connection, actor)

    def homes_on(self, connection: Connection, actor: Actor) -> dict[int, UUID]:
        """Return what `homes` does, over a connection."""
        visible = self._store.visible(actor, connection)
        query = select(household.c.seq, household.c.id, household.c.merged_into)
        rows = connection.execute(query.where(sql_filter(household.c.scope_id, visible))).all()
        ids = {row.seq: row.id for row in rows}
        return {seq: ids[top] for seq, top in roots({row.seq: row.merged_into for row in rows}).items()}

    def events(self, actor: Actor, household_id: UUID) -> list[HouseholdEvent]:
        """Return what happened to a household and to those merged into it, oldest first."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            here = self.stored(connection, actor, household_id)
            visible = self._store.visible(actor, connection)
            return events_of(connection, members_of(connection, here.seq), visible=visible)

    def number(self, actor: Actor) -> int:
        """Return a number that changes when something does of what the actor may see of the search."""
        if not actor.may(Permission.RESPOND):
            return 0
        digest = blake2b(digest_size=6)
        with reading(self._store.engine) as connection:
            visible = self._store.visible(actor, connection)
            for table in (household, call, resource, segment, closure):
                seen = sql_filter(table.c.scope_id, visible)
                rows = select(table.c.seq, table.c.revision).where(seen).order_by(table.c.seq)
                if "gone_ms" in table.c:
                    rows = rows.where(table.c.gone_ms.is_(None))
                for seq, revision in connection.execute(rows):
                    digest.update(f"{table.name}{seq}.{revision};".encode())
            tasks = select(task.c.seq, task.c.revision, task.c.scopes).order_by(task.c.seq)
            for seq, revision, scopes in connection.execute(tasks):
                if visible.issuperset(scopes):
                    digest.update(f"task{seq}.{revision};".encode())
            homes = self.homes_on(connection, actor)
            states = (
                select(evidence.c.household_seq, evidence.c.seq, func.max(evidence_change.c.revision))
                .join(evidence_change, evidence_change.c.evidence_seq == evidence.c.seq)
                .group_by(evidence.c.household_seq, evidence.c.seq)
            )
            for home, seq, revision in connection.execute(states.order_by(evidence.c.seq)):
                if home in homes:
                    digest.update(f"evidence{seq}.{revision};".encode())
        digest.update(repr(self._store.networks.known(actor)).encode())
        return int.from_bytes(digest.digest())

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def set_status(
        self, actor: Actor, household_id: UUID, status: HouseholdStatus, *, revision: int, note: str = ""
    ) -> Household:
        """Return the household with its new status; raise Conflict if `revision` is not the newest."""
        keepable("note", note)
        with self._changing(actor, household_id) as (connection, before):
            if before.revision != revision:
                raise _conflict(before, {"status": status.value}, {"status": before.status.value})
            if before.status is not status or note:
                now_ms = to_ms(self._store.clock.now())
                values = {"status": status.value, "status_by": actor.user_id or None, "status_ms": now_ms}
                self.write(connection, before.seq, **values)
                detail = {"status": status.value, "before": before.status.value, "note": note}
                self.note(connection, actor, before.seq, "status", detail)
                self.tell(connection, actor, "status", before, status=status.value)
            return self.read(connection, actor, only=before.seq)[0]

    def contact(
        self, actor: Actor, household_id: UUID, *, at: datetime, outcome: str, note: str = "",
        follow_up: datetime | None = None,
    ) -> Household:  # fmt: skip
        """Return the household with a contact noted; one that reached them sets the clock back."""
        keepable("contact", [outcome, note])
        with self._changing(actor, household_id) as (connection, before):
            reached = outcome == "reached"
            values: dict[str, Any] = {"follow_up_ms": None if follow_up is None else to_ms(follow_up)}
            if reached:
                values["contact_ms"] = max(
                    to_ms(at), 0 if before.contact_at is None else to_ms(before.contact_at)
                )
            self.write(connection, before.seq, **values)
            detail = {"at": at.isoformat(), "outcome": outcome, "note": note}
            self.note(connection, actor, before.seq, "contact", detail)
            self.tell(connection, actor, "contact", before, outcome=outcome)
            return self.read(connection, actor, only=before.seq)[0]

    def merge(self, actor: Actor, household_id: UUID, other_id: UUID, *, revision: int) -> Household:
        """Return the household with another one merged into it; `unmerge` takes it back.

        Raise Conflict where the two are one already, `revision` is not the newest, or nobody could see them
        together.
        """
        with self._changing(actor, household_id) as (connection, before):
            other = self.stored(connection, actor, other_id)
            if other.seq == before.seq:
                raise Conflict("These are one household already.", hint="Load it again.", id=str(before.id))
            if before.revision != revision:
                raise _conflict(before, {"calls": len(before.calls)}, {"calls": len(before.calls)})
            self.write(connection, other.seq, merged_into=before.seq)
            rescope(connection, before.seq)
            self.write(connection, before.seq)
            detail = {
                "other": str(other.id),
                "number": other.number,
                "calls": [str(c.id) for c in other.calls],
            }
            event_id = self.note(connection, actor, before.seq, "merge", detail, other_seq=other.seq)
            self.tell(connection, actor, "merge", before, other=str(other.id), event=str(event_id))
            self._store.changes.note(connection, KIND, other.seq)
            return self.read(connection, actor, only=before.seq)[0]

    def unmerge(self, actor: Actor, household_id: UUID, event_id: UUID) -> tuple[Household, Household]:
        """Return the household and the one that is taken out of it again, each as it was."""
        with self._changing(actor, household_id) as (connection, before):
            members = members_of(connection, before.seq)
            found = connection.execute(
                select(household_event).where(
                    household_event.c.id == event_id,
                    household_event.c.kind == "merge",
                    household_event.c.household_seq.in_(members),
                )
            ).first()
            if found is None:
                raise NotFound("There is no such merge of this household.")
            undone = select(household_event.c.seq).where(household_event.c.undoes == found.seq)
            if connection.execute(undone).first():
                raise Conflict("This merge was taken back already.", hint="Load the household again.")
            self.write(connection, found.other_seq, merged_into=None)
            rescope(connection, found.other_seq)
            rescope(connection, found.household_seq)
            self.write(connection, before.seq)
            self.note(
                connection,
                actor,
                before.seq,
                "unmerge",
                found.detail,
                other_seq=found.other_seq,
                undoes=found.seq,
            )
            self.tell(connection, actor, "unmerge", before, event=str(event_id))
            self._store.changes.note(connection, KIND, found.other_seq)
            both = [self.read(connection, actor, only=seq)[0] for seq in (before.seq, found.other_seq)]
            return both[0], both[1]

    def dismiss(self, actor: Actor, one_id: UUID, other_id: UUID) -> None:
        """Note that two households are not the same people: they are not suggested again."""
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            one, other = (self.stored(connection, actor, given) for given in (one_id, other_id))
            now_ms = to_ms(self._store.clock.now())
            for low, high in pairs((c.home_seq for c in one.calls), [c.home_seq for c in other.calls]):
                known = (not_the_same.c.low_seq == low) & (not_the_same.c.high_seq == high)
                if connection.execute(select(not_the_same.c.low_seq).where(known)).first() is None:
                    row = {
                        "low_seq": low,
                        "high_seq": high,
                        "user_id": actor.user_id or None,
                        "at_ms": now_ms,
                    }
                    connection.execute(insert(not_the_same).values(row))
            self.tell(connection, actor, "not_the_same", one, other=str(other.id))

    def dismissed(self) -> frozenset[tuple[int, int]]:
        """Return the pairs of calls' own households that are not the same: to be asked of visible ones."""
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(not_the_same.c.low_seq, not_the_same.c.high_seq)).all()
        return frozenset((row.low_seq, row.high_seq) for row in rows)

    # ── for what leans on households: evidence, tasks, roads ─────────────────────────────────────

    def write(self, connection: Connection, seq: int, **values: Any) -> None:
        """Write columns of a household in the caller's transaction; its revision goes up."""
        values |= {"updated_ms": to_ms(self._store.clock.now()), "revision": household.c.revision + 1}
        connection.execute(update(household).where(household.c.seq == seq).values(values))

    def note(
        self, connection: Connection, actor: Actor, seq: int, kind: str, detail: Mapping[str, Any],
        *, other_seq: int | None = None, undoes: int | None = None,
    ) -> UUID:  # fmt: skip
        """Add an event to a household in the caller's transaction; return the event's id."""
        event_id = new_id()
        row = {"id": event_id, "household_seq": seq, "at_ms": to_ms(self._store.clock.now()), "kind": kind}
        row |= {"user_id": actor.user_id or None, "detail": dict(detail)}
        connection.execute(insert(household_event).values(row | {"other_seq": other_seq, "undoes": undoes}))
        return event_id

    def tell(self, connection: Connection, actor: Actor, action: str, here: Household, **detail: Any) -> None:
        """Enter what was done to a household in the audit log, and tell the pages that show it."""
        self._store.audit.record(connection, actor, action, kind=KIND, record=here.id, **detail)
        self._store.changes.note(connection, KIND, here.seq)

    @contextmanager
    def _changing(self, actor: Actor, household_id: UUID) -> Iterator[tuple[Connection, Household]]:
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            yield connection, self.stored(connection, actor, household_id)


def _conflict(before: Household, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Conflict:
    return Conflict(
        "Somebody else changed this household meanwhile.",
        hint="Compare the two versions, then keep theirs or send yours again on top of it.",
        revision=before.revision,
        yours=dict(yours),
        theirs=dict(theirs),
    )
