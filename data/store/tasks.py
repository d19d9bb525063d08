"""Plans and tasks in the store: who goes where, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Conflict, NotFound
from data.model import new_id
from data.rescue_records import Household, HouseholdStatus
from data.search_records import Plan, ResourceStatus, Task, TaskStatus
from data.store.call_rows import moment
from data.store.engine import new_key, reading, writing
from data.store.household_rows import names_of
from data.store.rows import keepable
from data.store.tables_search import plan, resource, segment, task

if TYPE_CHECKING:
    from data.store.store import Store

_OF_RESOURCE = {
    TaskStatus.PLANNED: ResourceStatus.AVAILABLE,
    TaskStatus.ASSIGNED: ResourceStatus.ASSIGNED,
    TaskStatus.SEARCHING: ResourceStatus.SEARCHING,
    TaskStatus.RETURNING: ResourceStatus.RETURNING,
    TaskStatus.DONE: ResourceStatus.AVAILABLE,
    TaskStatus.CANCELLED: ResourceStatus.AVAILABLE,
}


class Tasks:
    """Plans and tasks; an actor sees those of which they may see every household that was counted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── plans ────────────────────────────────────────────────────────────────────────────────────

    def keep_plan(self, actor: Actor, answer: Mapping[str, Any], *, scopes: Iterable[int]) -> Plan:
        """Return a plan as it is kept: as it was answered, with the scopes of what it counted."""
        require(actor, Permission.RESPOND)
        plan_id = new_id()
        row = {"id": plan_id, "scopes": sorted(set(scopes)), "answer": dict(answer)}
        row |= {"at_ms": to_ms(self._store.clock.now()), "user_id": actor.user_id or None}
        with writing(self._store.engine) as connection:
            connection.execute(insert(plan).values(row))
            self._store.audit.record(connection, actor, "plan", kind="search", record=plan_id)
            return self._plan(connection, actor, plan_id)

    def plan(self, actor: Actor, plan_id: UUID) -> Plan:
        """Return a plan; raise NotFound."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self._plan(connection, actor, plan_id)

    def adopt(self, actor: Actor, plan_id: UUID) -> list[Task]:
        """Return the tasks of a plan that is taken; the first of each resource is assigned at once."""
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            found = self._plan(connection, actor, plan_id)
            if found.adopted is not None:
                raise Conflict("This plan was taken already.", hint="Look at its tasks.")
            homes = {one: seq for seq, one in self._store.households.homes_on(connection, actor).items()}
            lines = found.answer["tasks"]
            busy: set[str] = set()
            for line in lines:
                self._insert(connection, actor, found, line, homes)
            now_ms = to_ms(self._store.clock.now())
            values = {"adopted_ms": now_ms, "adopted_by": actor.user_id or None}
            connection.execute(update(plan).where(plan.c.seq == found.seq).values(values))
            self._event(connection, actor, "plan.adopted", found.id, found.scopes, {"tasks": len(lines)})
            made = [one for one in self._read(connection, actor) if one.plan_id == plan_id]
            for one in made:
                if str(one.resource_id) not in busy and self._free(connection, actor, one):
                    self._set(connection, actor, one, TaskStatus.ASSIGNED)
                busy.add(str(one.resource_id))
            return [one for one in self._read(connection, actor) if one.plan_id == plan_id]

    # ── tasks ────────────────────────────────────────────────────────────────────────────────────

    def all(self, actor: Actor) -> list[Task]:
        """Return every task that the actor may see, in order of making."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self._read(connection, actor)

    def get(self, actor: Actor, task_id: UUID) -> Task:
        """Return a task; raise NotFound."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, task_id)

    def set_status(
        self, actor: Actor, task_id: UUID, status: TaskStatus, *, revision: int | None = None
    ) -> Task:
        """Return the task with its new status; its resource and household follow."""
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, task_id)
            if (revision is not None and before.revision != revision) or before.status.ended:
                raise Conflict(
                    "This task has changed meanwhile." if not before.status.ended else "This task has ended.",
                    hint="Load it again.",
                    revision=before.revision,
                    status=before.status.value,
                )
            self._set(connection, actor, before, status)
            return self._stored(connection, actor, task_id)

    def end(
        self, actor: Actor, task_id: UUID, result: Mapping[str, Any], *, found: Sequence[UUID], done: bool
    ) -> Task:
        """Return the task with its result; the households that were found are reached."""
        require(actor, Permission.RESPOND)
        keepable("result", result)
        with writing(self._store.engine) as connection:
            before = self._stored(connection, actor, task_id)
            if before.status.ended:
                raise Conflict("This task has ended.", hint="Load it again.", revision=before.revision)
            reached = [self._store.households.stored(connection, actor, one) for one in found]
            self._write(connection, before, result=dict(result))
            self._event(
                connection,
                actor,
                "task.result",
                before.id,
                before.scopes,
                result,
                household_seq=self._household_seq(connection, before),
            )
            for here in reached:
                self._reached(connection, actor, here, before)
            if done:
                self._set(connection, actor, before, TaskStatus.DONE)
            return self._stored(connection, actor, task_id)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────

    def _set(self, connection: Connection, actor: Actor, before: Task, status: TaskStatus) -> None:
        self._write(connection, before, status=status.value)
        row = connection.execute(select(task).where(task.c.seq == before.seq)).one()
        if status in _OF_RESOURCE:
            leaves = status.ended or status is TaskStatus.PLANNED
            held = None if leaves else before.id
            mine = connection.execute(
                select(resource.c.task_id, resource.c.status).where(resource.c.seq == row.resource_seq)
            ).one()
            # A task that was only planned does not free a resource that is at another one.
            if not leaves or mine.task_id == before.id:
                values = {"status": _OF_RESOURCE[status].value, "task_id": held}
                self._store.resources.write(connection, row.resource_seq, **values)
        if row.household_seq is not None:
            self._household(connection, actor, before, status)
        detail = {"status": status.value, "before": before.status.value, "position": before.position}
        self._event(
            connection,
            actor,
            "task.status",
            before.id,
            before.scopes,
            detail,
            household_seq=row.household_seq,
        )

    def _household(self, connection: Connection, actor: Actor, before: Task, status: TaskStatus) -> None:
        if before.household_id is None:
            return
        here = self._store.households.stored(connection, actor, before.household_id)
        leaves = status.ended or status is TaskStatus.PLANNED
        values: dict[str, Any] = {"task_id": None if leaves else before.id}
        if status in (TaskStatus.ASSIGNED, TaskStatus.SEARCHING) and here.open:
            values |= self._said(actor, HouseholdStatus.ASSIGNED)
        elif leaves and here.status is HouseholdStatus.ASSIGNED:
            known = here.whereabouts is not None
            values |= self._said(actor, HouseholdStatus.LOCATED if known else HouseholdStatus.UNVERIFIED)
        self._store.households.write(connection, here.seq, **values)
        stands = values.get("status", here.status.value)
        detail = {"task": str(before.id), "status": status.value, "stands": stands}
        self._store.households.note(connection, actor, here.seq, "task", detail)
        self._store.households.tell(connection, actor, "task", here, status=status.value)

    def _reached(self, connection: Connection, actor: Actor, here: Household, by: Task) -> None:
        values = self._said(actor, HouseholdStatus.REACHED) | {"task_id": None}
        values["contact_ms"] = values["status_ms"]
        self._store.households.write(connection, here.seq, **values)
        detail = {"status": "reached", "before": here.status.value, "note": "", "task": str(by.id)}
        self._store.households.note(connection, actor, here.seq, "status", detail)
        self._store.households.tell(connection, actor, "status", here, status="reached")

    def _said(self, actor: Actor, status: HouseholdStatus) -> dict[str, Any]:
        now_ms = to_ms(self._store.clock.now())
        return {"status": status.value, "status_by": actor.user_id or None, "status_ms": now_ms}

    def _free(self, connection: Connection, actor: Actor, one: Task) -> bool:
        if one.resource_id is None:
            return False
        held = self._store.resources.stored(connection, actor, one.resource_id)
        return held.status is ResourceStatus.AVAILABLE

    def _insert(
        self, connection: Connection, actor: Actor, found: Plan, line: Mapping[str, Any],
        homes: Mapping[UUID, int],
    ) -> None:  # fmt: skip
        household = line.get("household")
        row: dict[str, Any] = {"id": UUID(line["id"]), "plan_seq": found.seq, "scopes": list(found.scopes)}
        seq = None if household is None else homes.get(UUID(household["id"]))
        if household is not None and seq is None:
            raise Conflict("A household of this plan is no longer there.", hint="Make the plan again.")
        kept = self._store.resources.stored(connection, actor, UUID(line["resource"]["id"]))
        on = line.get("segment")
        place = None if on is None else self._store.segments.stored(connection, actor, UUID(on["id"])).seq
        row |= {"household_seq": seq, "segment_seq": place, "resource_seq": kept.seq}
        now_ms = to_ms(self._store.clock.now())
        row |= {"position": line["order"], "status": "planned", "about": dict(line)}
        row |= {"entered_ms": now_ms, "updated_ms": now_ms, "revision": 1}
        new_key(connection.execute(insert(task).values(row)))

    def _write(self, connection: Connection, before: Task, **values: Any) -> None:
        values |= {"updated_ms": to_ms(self._store.clock.now()), "revision": task.c.revision + 1}
        connection.execute(update(task).where(task.c.seq == before.seq).values(values))
        self._store.changes.note(connection, "task", before.seq)

    def _event(  # noqa: PLR0917  # what an event is made of
        self, connection: Connection, actor: Actor, kind: str, record_id: UUID, scopes: Iterable[int],
        detail: Mapping[str, Any], *, household_seq: int | None = None,
    ) -> None:  # fmt: skip
        self._store.search_events.note(
            connection,
            actor,
            kind=kind,
            record_id=record_id,
            scopes=scopes,
            detail=detail,
            household_seq=household_seq,
        )

    def _household_seq(self, connection: Connection, one: Task) -> int | None:
        found = connection.execute(select(task.c.household_seq).where(task.c.seq == one.seq)).scalar()
        return None if found is None else int(found)

    def _plan(self, connection: Connection, actor: Actor, plan_id: UUID) -> Plan:
        row = connection.execute(select(plan).where(plan.c.id == plan_id)).first()
        if row is None or not self._store.visible(actor, connection).issuperset(row.scopes):
            raise NotFound("There is no such plan, or you may not see it.")
        return Plan(
            seq=row.seq,
            id=row.id,
            scopes=tuple(row.scopes),
            answer=row.answer,
            at=from_ms(row.at_ms),
            who=names_of(connection).get(row.user_id, "Watchfloor"),
            adopted=moment(row.adopted_ms),
        )

    def _stored(self, connection: Connection, actor: Actor, task_id: UUID) -> Task:
        found = next((one for one in self._read(connection, actor, only=task_id)), None)
        if found is None:
            raise NotFound("There is no such task, or you may not see it.")
        return found

    def _read(self, connection: Connection, actor: Actor, *, only: UUID | None = None) -> list[Task]:
        visible = self._store.visible(actor, connection)
        homes = self._store.households.homes_on(connection, actor)
        query = (
            select(
                task,
                plan.c.id.label("plan_id"),
                segment.c.id.label("segment_id"),
                resource.c.id.label("resource_id"),
                resource.c.scope_id.label("resource_scope"),
            )
            .join(plan, plan.c.seq == task.c.plan_seq)
            .join(resource, resource.c.seq == task.c.resource_seq)
            .outerjoin(segment, segment.c.seq == task.c.segment_seq)
            .order_by(task.c.seq)
        )
        if only is not None:
            query = query.where(task.c.id == only)
        return [
            _task(row, homes, visible)
            for row in connection.execute(query).all()
            if visible.issuperset(row.scopes) and (row.household_seq is None or row.household_seq in homes)
        ]


def _task(row: Row[Any], homes: Mapping[int, UUID], visible: frozenset[int]) -> Task:
    return Task(
        seq=row.seq,
        id=row.id,
        plan_id=row.plan_id,
        scopes=tuple(row.scopes),
        household_id=None if row.household_seq is None else homes[row.household_seq],
        segment_id=row.segment_id,
        resource_id=row.resource_id if row.resource_scope in visible else None,
        position=row.position,
        status=TaskStatus(row.status),
        about=row.about,
        result=row.result,
        updated=from_ms(row.updated_ms),
        revision=row.revision,
    )
