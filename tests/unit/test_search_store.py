"""Evidence, plans and tasks in the store: only ever added to, and seen by those who may see the household."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from data.access import Actor
from data.clock import FixedClock
from data.errors import Conflict, Forbidden, NotFound
from data.model import LonLat, Role, Tlp, new_id
from data.rescue_records import HouseholdStatus
from data.search_records import NewPiece, ResourceStatus, TaskStatus
from data.store.tables_search import evidence_change
from tests.support.records import NOON, World

PLACE = LonLat(-64.713, 18.346)
PIECE = NewPiece(kind="point", params={"lon": -64.7, "lat": 18.3, "accuracy_m": 50.0}, reliability=0.8)
ABOUT = {"speed_kmh": 3.0, "base": {"lon": -64.79, "lat": 18.33}}


def _home(world: World, **values: Any) -> UUID:
    call = world.call(**values)
    return world.store.households.homes(world.system)[call.home_seq]


def _resource(world: World, actor: Actor) -> UUID:
    values = {"name": "Team 1", "kind": "team", "status": "available", "about": ABOUT}
    return world.store.resources.add(actor, world.scope(), values).id


def _planned(world: World, actor: Actor, household: UUID, resource: UUID, scope: int) -> UUID:
    line = {"id": str(new_id()), "order": 1, "resource": {"id": str(resource)}, "segment": None}
    answer = {"tasks": [line | {"household": {"id": str(household)}}]}
    return world.store.tasks.keep_plan(actor, answer, scopes=[scope]).id


def test_every_state_of_evidence_stays(world: World, clock: FixedClock) -> None:
    store, actor, home = world.store, world.officer(), _home(world)
    made = store.evidence.add(actor, home, PIECE)
    for number, values in enumerate(
        ({"on": False}, {"weight": 2.0}, {"on": True, "withdrawn": True}), start=1
    ):
        clock.at += timedelta(minutes=1)
        _, made = store.evidence.change(actor, made.id, values, revision=number)
    assert [one.revision for one in made.history] == [1, 2, 3, 4]
    assert [one.at - NOON for one in made.history] == [timedelta(minutes=one) for one in range(4)]
    assert {one.who for one in made.history} == {actor.name}
    assert (made.now.on, made.now.weight, made.now.withdrawn) == (True, 2.0, True)
    assert made.as_of(NOON + timedelta(minutes=1, seconds=30)) == made.history[1]
    assert made.as_of(NOON - timedelta(minutes=1)) is None
    with pytest.raises(Conflict):
        store.evidence.change(actor, made.id, {"on": False}, revision=3)
    with store.reading() as connection:
        assert len(connection.execute(evidence_change.select()).all()) == 4


def test_the_place_of_a_call_is_evidence_that_goes_with_the_call(world: World) -> None:
    store, actor = world.store, world.officer()
    one, other = _home(world, place=PLACE, accuracy_m=90.0), _home(world, place=PLACE)
    (piece,) = store.evidence.of(actor, one)
    assert (piece.from_call, piece.params["accuracy_m"]) == (True, 90.0)
    store.evidence.change(actor, piece.id, {"on": False}, revision=1)
    here = store.households.get(actor, other)
    store.households.merge(actor, other, one, revision=here.revision)
    assert [each.now.on for each in store.evidence.of(actor, other)] == [False, True]
    merge = next(event for event in store.households.events(actor, other) if event.kind == "merge")
    store.households.unmerge(actor, other, merge.id)
    assert [each.now.on for each in store.evidence.of(actor, one)] == [False]
    assert [each.now.on for each in store.evidence.of(actor, other)] == [True]


def test_evidence_is_seen_by_exactly_those_who_may_see_the_household(world: World) -> None:
    store, low = world.store, world.officer()
    high = world.actor(role=Role.SUPERVISOR, clearance=Tlp.RED)
    home = _home(world, scope_id=world.scope(tlp=Tlp.RED))
    made = store.evidence.add(high, home, PIECE)
    assert store.evidence.of(high, home) == [made]
    assert store.search_events.all(low) == []
    assert len(store.search_events.all(high)) > 0
    for tried in (
        lambda: store.evidence.of(low, home),
        lambda: store.evidence.add(low, home, PIECE),
        lambda: store.evidence.change(low, made.id, {"on": False}, revision=1),
        lambda: store.evidence.decide(low, home, "0" * 24, home_seq=1, accepted=None),
    ):
        with pytest.raises(NotFound):
            tried()
    with pytest.raises(Forbidden):
        store.evidence.of(world.viewer(), home)


def test_a_clue_is_decided_once(world: World) -> None:
    store, actor, home = world.store, world.officer(), _home(world)
    seq = store.households.get(actor, home).seq
    made = store.evidence.decide(actor, home, "0" * 24, home_seq=seq, accepted=PIECE)
    assert made is not None
    with pytest.raises(Conflict):
        store.evidence.decide(actor, home, "0" * 24, home_seq=seq, accepted=None)
    assert store.evidence.decided(actor, home) == {"0" * 24}


def test_tasks_move_their_resource_and_household_along(world: World) -> None:
    store, actor, home = world.store, world.officer(), _home(world)
    resource = _resource(world, actor)
    (task,) = store.tasks.adopt(actor, _planned(world, actor, home, resource, world.scope()))
    assert task.status is TaskStatus.ASSIGNED
    assert store.households.get(actor, home).status is HouseholdStatus.ASSIGNED
    store.tasks.set_status(actor, task.id, TaskStatus.SEARCHING, revision=task.revision)
    assert store.resources.get(actor, resource).status is ResourceStatus.SEARCHING
    with pytest.raises(Conflict):
        store.tasks.set_status(actor, task.id, TaskStatus.DONE, revision=task.revision)
    done = store.tasks.end(actor, task.id, {"outcome": "found"}, found=[home], done=True)
    assert (done.status, done.result) == (TaskStatus.DONE, {"outcome": "found"})
    here = store.households.get(actor, home)
    assert (here.status, here.task_id, here.contact_at) == (HouseholdStatus.REACHED, None, NOON)
    free = store.resources.get(actor, resource)
    assert (free.status, free.task_id) == (ResourceStatus.AVAILABLE, None)


def test_a_task_is_seen_by_nobody_who_may_not_see_its_household(world: World) -> None:
    store, low = world.store, world.officer()
    high = world.actor(role=Role.SUPERVISOR, clearance=Tlp.RED)
    scope = world.scope(tlp=Tlp.RED)
    plan = _planned(world, high, _home(world, scope_id=scope), _resource(world, high), scope)
    (task,) = store.tasks.adopt(high, plan)
    assert store.tasks.all(low) == []
    for tried in (
        lambda: store.tasks.plan(low, plan),
        lambda: store.tasks.get(low, task.id),
        lambda: store.tasks.set_status(low, task.id, TaskStatus.DONE),
        lambda: store.tasks.end(low, task.id, {}, found=[], done=True),
    ):
        with pytest.raises(NotFound):
            tried()
