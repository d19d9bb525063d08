"""Briefs that are made by themselves: when they are due, whose they are, and who runs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.access import Actor
from data.brief_records import NewSchedule
from data.brief_times import last_due, next_due
from data.clock import FixedClock
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.release import NewRecipient
from data.store import Store
from tests.support.records import World

HOME = "America/New_York"
EVERY_MORNING = NewSchedule(
    title="Morning",
    template="morning",
    filter="",
    at="06:00",
    zone=HOME,
    days=(0, 1, 2, 3, 4, 5, 6),
    recipients=("police",),
    forms=("pdf",),
    hold=False,
)


@pytest.fixture
def officer(world: World) -> Actor:
    world.store.recipients.put(world.system, NewRecipient(key="police", name="Police"))
    return world.officer()


@given(
    at=st.times(timezones=st.none()).map(lambda one: f"{one:%H:%M}"),
    zone=st.sampled_from([HOME, "UTC", "Asia/Kolkata", "Pacific/Chatham", "Europe/London"]),
    days=st.sets(st.integers(0, 6), min_size=1),
    days_on=st.floats(0, 3_650),
)
def test_a_schedule_is_due_once_on_each_of_its_days_and_no_moment_lies_between(
    at: str, zone: str, days: set[int], days_on: float
) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days_on)
    past, coming = last_due(at, zone, days, now=now), next_due(at, zone, days, after=now)
    assert past <= now < coming
    assert next_due(at, zone, days, after=past) == coming
    assert last_due(at, zone, days, now=coming) == coming
    local = coming.astimezone(ZoneInfo(zone))
    early = local - timedelta(hours=2)  # a wall clock that was put on shows a later hour, of the same day
    assert (f"{local:%H:%M}" == at and local.weekday() in days) or early.utcoffset() != local.utcoffset()


def test_six_in_the_morning_stays_six_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 31, 12, tzinfo=UTC)  # summer time ends on 1 November
    assert next_due("06:00", HOME, range(7), after=before) == datetime(2026, 11, 1, 11, tzinfo=UTC)
    skipped = datetime(2027, 3, 14, tzinfo=UTC)  # 02:30 does not exist that day
    assert next_due("02:30", HOME, {6}, after=skipped) == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)


def test_a_schedule_is_somebodys_and_says_when_it_runs_next(
    store: Store, world: World, officer: Actor
) -> None:
    made = store.brief_schedules.add(officer, EVERY_MORNING)
    assert (made.by, made.due) == (officer.name, datetime(2026, 11, 2, 11, tzinfo=UTC))
    assert store.brief_schedules.all(officer) == [made]
    assert store.brief_schedules.all(world.officer()) == []
    changed = store.brief_schedules.change(officer, made.id, {"at": "09:30", "hold": True}, revision=1)
    assert (changed.due, changed.hold) == (datetime(2026, 11, 1, 14, 30, tzinfo=UTC), True)
    with pytest.raises(Conflict):
        store.brief_schedules.change(officer, made.id, {"at": "10:00"}, revision=1)
    with pytest.raises(NotFound):
        store.brief_schedules.remove(world.officer(), made.id)
    store.brief_schedules.remove(officer, made.id)
    assert store.brief_schedules.all(officer) == []


@pytest.mark.parametrize(
    "wrong",
    [{"at": "25:00"}, {"zone": "Nowhere"}, {"days": (7,)}, {"title": " "}, {"forms": ()}],
    ids=str,
)
def test_a_schedule_that_cannot_run_is_refused(sqlite_world: World, wrong: dict[str, object]) -> None:
    store = sqlite_world.store
    store.recipients.put(sqlite_world.system, NewRecipient(key="police", name="Police"))
    values = {name: getattr(EVERY_MORNING, name) for name in NewSchedule.__dataclass_fields__}
    with pytest.raises(Invalid):
        store.brief_schedules.add(sqlite_world.officer(), NewSchedule(**values | wrong))


def test_a_viewer_has_no_schedules(sqlite_world: World) -> None:
    with pytest.raises(Forbidden):
        sqlite_world.store.brief_schedules.add(sqlite_world.viewer(), EVERY_MORNING)


def test_of_many_workers_one_runs_what_is_due_and_what_ran_is_due_tomorrow(
    store: Store, officer: Actor, clock: FixedClock, reopen: Callable[[], Store]
) -> None:
    schedules, other = store.brief_schedules, reopen().brief_schedules
    made = schedules.add(officer, EVERY_MORNING)
    assert schedules.due() == []
    clock.at += timedelta(days=3)
    assert [one.id for one in other.due()] == [made.id]
    life = timedelta(minutes=1)
    assert schedules.hold("a", life=life)
    assert not other.hold("b", life=life)
    clock.at += timedelta(minutes=2)
    assert other.hold("b", life=life)
    assert not schedules.hold("a", life=life)
    # Of the days that were missed the last one alone is made good.
    assert other.occasion(made) == datetime(2026, 11, 4, 11, tzinfo=UTC)
    other.settle(made, outcome="made", brief_id=None)
    assert schedules.due() == []
    after = schedules.all(officer)[0]
    assert (after.due, after.outcome) == (datetime(2026, 11, 5, 11, tzinfo=UTC), "made")
