"""Calls and households in the store: taken once, merged without loss, seen by those who may."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point, to_wkb

from data.access import Actor, Permission
from data.errors import Conflict, Forbidden, NotFound
from data.model import LonLat, Role, StoreKind, Tlp
from data.rescue_records import Caller, Hazard, Household, HouseholdStatus, Needs, Person
from data.search_records import NewPiece
from tests.support.records import HOSTILE, NOON, World

CRUZ_BAY = LonLat(-64.7937, 18.3312)


def _state(household: Household) -> tuple[object, ...]:
    """Return everything about a household but the numbers that count its changes."""
    calls = tuple(one.id for one in household.calls)
    return household.id, household.scope, household.status, household.status_at, household.people_count, calls


def _all(world: World, actor: Actor) -> list[tuple[object, ...]]:
    return [_state(one) for one in world.store.households.all(actor)]


def test_a_call_keeps_what_was_said_letter_by_letter(world: World) -> None:
    for text in HOSTILE:
        call = world.call(
            narrative=text,
            place_text=text,
            caller=Caller(name=text, phone=text, relation=text, place_text=text, place=CRUZ_BAY),
            people=(Person(name=text, age=81, medical=text), Person(name="Ann")),
            needs=Needs(
                medical=text, pets=text, contact_windows=text, hazards=(Hazard.LANDSLIDE,), water_until=NOON
            ),
        )
        kept = world.store.calls.get(world.system, call.id)
        assert kept == call
        assert (kept.narrative, kept.place_text, kept.caller.name, kept.people[0].medical) == (text,) * 4
        assert kept.caller.place == CRUZ_BAY
        assert kept.place is None, "where the caller is says nothing of where the people are"


def test_a_call_that_is_sent_again_is_one_call(world: World) -> None:
    new = world.new_call(id=uuid4(), narrative="Two people under a landslide")
    first, again = (world.store.calls.add(world.officer(), new) for _ in range(2))
    assert (first.again, again.again) == (False, True)
    assert first.call == again.call
    assert len(world.store.households.all(world.officer())) == 1


def test_an_id_is_not_taken_for_two_calls(world: World) -> None:
    given_id = uuid4()
    world.call(id=given_id, narrative="one")
    with pytest.raises(Conflict):
        world.call(id=given_id, narrative="another")


def test_a_change_on_an_old_revision_shows_both_versions(world: World) -> None:
    officer = world.officer()
    call = world.call(officer, people_count=2)
    changed = world.store.calls.change(officer, call.id, revision=1, changes={"people_count": 3})
    assert (changed.revision, changed.people_count) == (2, 3)
    with pytest.raises(Conflict) as raised:
        world.store.calls.change(officer, call.id, revision=1, changes={"people_count": 4})
    assert raised.value.details == {
        "revision": 2,
        "yours": {"people_count": 4},
        "theirs": {"people_count": 3},
    }
    assert world.store.calls.history(officer, call.id)[0].changes == {"people_count": (2, 3)}


def test_a_viewer_reads_no_calls_and_no_households(world: World) -> None:
    viewer, call = world.viewer(), world.call()
    for asked in (
        lambda: world.store.calls.get(viewer, call.id),
        lambda: world.store.calls.page(viewer, limit=5),
        lambda: world.store.households.all(viewer),
        lambda: world.store.calls.add(viewer, world.new_call()),
    ):
        with pytest.raises(Forbidden):
            asked()
    assert not viewer.may(Permission.TAKE_CALL)


def test_a_rescued_household_leaves_the_working_list_and_says_who_closed_it(world: World) -> None:
    officer = world.actor("jd")
    world.call()
    here = world.store.households.all(officer)[0]
    done = world.store.households.set_status(
        officer, here.id, HouseholdStatus.EVACUATED, revision=here.revision, note="by boat"
    )
    assert (here.open, done.open, done.status_by) == (True, False, "jd")
    last = world.store.households.events(officer, here.id)[-1]
    assert (last.kind, last.who, last.detail["before"], last.detail["note"]) == (
        "status", "jd", "unverified", "by boat",
    )  # fmt: skip
    with pytest.raises(Conflict):
        world.store.households.set_status(officer, here.id, HouseholdStatus.SAFE, revision=here.revision)


def test_a_contact_that_reached_them_moves_the_clock_and_one_that_did_not_leaves_it(world: World) -> None:
    officer = world.officer()
    world.call()
    here = world.store.households.all(officer)[0]
    note = world.store.households.contact
    assert note(officer, here.id, at=NOON, outcome="no_answer").contact_at is None
    assert note(officer, here.id, at=NOON, outcome="reached").contact_at == NOON
    earlier = note(officer, here.id, at=NOON - timedelta(hours=3), outcome="reached")
    assert earlier.contact_at == NOON, "what is noted late does not set the clock back"


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6), order=st.randoms())
def test_any_merges_taken_back_in_any_order_restore_exactly(
    world: World, steps: list[tuple[int, int]], order: object
) -> None:
    actor = world.analyst()
    made = [world.call(narrative=f"call {n}", people_count=n + 1) for n in range(6)]
    homes = world.store.households.homes(actor)
    ids = [homes[call.home_seq] for call in made]
    mine = set(ids)
    for status, one in zip(HouseholdStatus, ids, strict=False):
        here = world.store.households.get(actor, one)
        world.store.households.set_status(actor, one, status, revision=here.revision)
    before = [state for state in _all(world, actor) if state[0] in mine]
    for a, b in steps:
        here = world.store.households.get(actor, ids[a])
        try:
            merged = world.store.households.merge(actor, here.id, ids[b], revision=here.revision)
        except Conflict:
            continue
        assert {made[a].id, made[b].id} <= {call.id for call in merged.calls}
    merges = [
        (one, event)
        for one in {world.store.households.get(actor, given).id for given in ids}
        for event in world.store.households.events(actor, one)
        if event.kind == "merge"
    ]
    order.shuffle(merges)  # type: ignore[attr-defined]  # a random.Random
    for _, event in merges:
        holder = next(
            one
            for one in (world.store.households.get(actor, given).id for given in ids)
            if any(e.id == event.id for e in world.store.households.events(actor, one))
        )
        world.store.households.unmerge(actor, holder, event.id)
    assert [state for state in _all(world, actor) if state[0] in mine] == before


def test_a_merge_is_taken_back_once(world: World) -> None:
    officer = world.officer()
    made = [world.call() for _ in range(2)]
    one, other = (world.store.households.homes(officer)[call.home_seq] for call in made)
    world.store.households.merge(officer, one, other, revision=1)
    assert world.store.households.get(officer, other).id == one, "the merged one leads to the one that stands"
    event = next(e for e in world.store.households.events(officer, one) if e.kind == "merge")
    world.store.households.unmerge(officer, one, event.id)
    with pytest.raises(Conflict):
        world.store.households.unmerge(officer, one, event.id)
    kinds = [e.kind for e in world.store.households.events(officer, one)]
    assert kinds == ["made", "merge", "unmerge"], "events are only ever added"


def test_a_household_is_as_closed_as_the_strictest_of_its_calls(world: World) -> None:
    officer, analyst = world.officer(), world.analyst()
    green, red = world.call(), world.call(scope_id=world.scope(tlp=Tlp.RED))
    homes = world.store.households.homes(analyst)
    world.store.households.merge(analyst, homes[green.home_seq], homes[red.home_seq], revision=1)
    assert world.store.households.all(officer) == []
    with pytest.raises(NotFound):
        world.store.households.get(officer, homes[green.home_seq])
    assert world.store.households.all(analyst)[0].scope.tlp is Tlp.RED
    event = world.store.households.events(analyst, homes[green.home_seq])[-1]
    world.store.households.unmerge(analyst, homes[green.home_seq], event.id)
    assert [one.scope.tlp for one in world.store.households.all(officer)] == [Tlp.GREEN]
    told = world.store.households.events(officer, homes[green.home_seq])
    assert [one.kind for one in told] == ["made"], "what was merged is not told to those who may not see it"


def test_calls_that_nobody_could_see_together_are_not_merged(world: World) -> None:
    fire = world.agency("Fire")
    ours = world.call(scope_id=world.scope(tlp=Tlp.AMBER_STRICT))
    theirs = world.call(scope_id=world.scope(tlp=Tlp.AMBER_STRICT, agency_id=fire))
    # Nobody sees both, so somebody has to see them one after the other: the machine's own actor sees less.
    analyst = world.analyst()
    homes = world.store.households.homes(analyst)
    assert ours.home_seq in homes
    assert theirs.home_seq not in homes
    with pytest.raises(NotFound):
        world.store.households.merge(analyst, homes[ours.home_seq], uuid4(), revision=1)
    les = world.call(scope_id=world.scope(law_enforcement=True))
    amber = world.call(scope_id=world.scope(tlp=Tlp.AMBER))
    police = world.actor(
        role=Role.ANALYST,
        stores=tuple(StoreKind),
        clearance=Tlp.RED,
        agency_id=world.agency("Police", law_enforcement=True),
    )
    homes = world.store.households.homes(police)
    with pytest.raises(Conflict):
        world.store.households.merge(police, homes[les.home_seq], homes[amber.home_seq], revision=1)
    assert len(world.store.households.all(police)) == 2, "a refused merge leaves both as they were"


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hidden=st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_calls_that_one_may_not_see_change_nothing_of_what_one_sees(world: World, hidden: list[int]) -> None:
    _hidden_changes_nothing(world, hidden)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hidden=st.lists(st.integers(0, 3), min_size=1, max_size=2))
def test_calls_that_one_may_not_see_change_nothing_a_thousand_times(
    sqlite_world: World, hidden: list[int]
) -> None:
    _hidden_changes_nothing(sqlite_world, hidden)


def _hidden_changes_nothing(world: World, hidden: list[int]) -> None:
    """Whatever is called in, merged, entered and closed out of sight, an officer is told the same."""
    officer, analyst = world.officer(), world.analyst()
    if not world.store.households.all(officer):
        world.call(narrative="seen", people_count=2)
    mine = world.store.households.all(officer)[0]

    def answers() -> object:
        found, after = world.store.calls.page(officer, limit=50)
        return (
            found, after, world.store.calls.count(officer), world.store.households.all(officer),
            world.store.households.homes(officer), world.store.households.number(officer),
            world.store.households.events(officer, mine.id), world.store.closures.all(officer),
            world.store.evidence.of(officer, mine.id), world.store.search_events.all(officer),
        )  # fmt: skip

    before = answers()
    made = [world.call(analyst, scope_id=world.scope(tlp=Tlp.RED), people_count=n) for n in hidden]
    homes = world.store.households.homes(analyst)
    for one in made[1:]:
        top = world.store.households.get(analyst, homes[made[0].home_seq])
        world.store.households.merge(analyst, top.id, homes[one.home_seq], revision=top.revision)
    top = world.store.households.get(analyst, homes[made[0].home_seq])
    place = {"lon": -64.72, "lat": 18.34, "accuracy_m": 100.0}
    world.store.evidence.add(analyst, top.id, NewPiece(kind="point", params=place, reliability=0.9))
    closed = {"name": "Slide", "geometry": to_wkb(Point(-64.72, 18.34))}
    world.store.closures.add(analyst, world.scope(tlp=Tlp.RED), closed)
    assert answers() == before
