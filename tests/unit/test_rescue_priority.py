"""Who is helped first, and how many are unaccounted for: every point has a reason, every range holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.model import LocatedBy, Scope, StoreKind, Tlp, new_id
from data.records import Source
from data.rescue_records import (
    WORKING,
    Call,
    Caller,
    Channel,
    Hazard,
    Household,
    HouseholdStatus,
    Needs,
    Person,
)
from layers.rescue.priority import POINTS, standings
from layers.rescue.unaccounted import unaccounted
from tests.support.records import NOON

SCOPE = Scope(1, StoreKind.INCIDENT, Tlp.AMBER, False, 1)
SOURCE = Source(1, "calls", "Calls", "calls", 1, None, None, None, None)


def a_call(**values: Any) -> Call:
    made: dict[str, Any] = {
        "seq": 1, "id": new_id(), "home_seq": 1, "scope": SCOPE, "source": SOURCE, "source_key": "1",
        "received": NOON, "channel": Channel.PHONE, "language": "en", "caller": Caller(), "people": (),
        "people_count": None, "place_text": "", "place": None, "accuracy_m": None,
        "located_by": LocatedBy.UNKNOWN, "needs": Needs(), "last_contact": None, "narrative": "",
        "entered": NOON, "updated": NOON, "revision": 1,
    }  # fmt: skip
    return Call(**(made | values))


def a_household(*calls: Call, **values: Any) -> Household:
    made: dict[str, Any] = {
        "seq": 1, "id": new_id(), "scope": SCOPE, "status": HouseholdStatus.UNVERIFIED, "status_by": None,
        "status_at": None, "contact_at": None, "follow_up_at": None, "located": None, "task_id": None,
        "cut_off": None, "calls": calls or (a_call(),), "entered": NOON, "updated": NOON, "revision": 1,
    }  # fmt: skip
    return Household(**(made | values))


def of(household: Household, *, hours: float = 0.0) -> Any:
    return standings([household], now=NOON + timedelta(hours=hours))[0]


def test_the_reasons_add_up_to_the_score() -> None:
    here = a_household(
        a_call(
            people=(Person(name="A", age=80, medical="insulina"), Person(name="B", age=1)),
            needs=Needs(trapped=True, hazards=(Hazard.LANDSLIDE,), water_until=NOON - timedelta(hours=5)),
            last_contact=NOON - timedelta(hours=72),
        )
    )
    standing = of(here)
    assert sum(float(reason.rpartition(" · ")[2]) for reason in standing.reasons) == round(standing.score)
    assert standing.reasons[:2] == ("Trapped · 30", "Without water for 5 h · 25")
    assert "Medical need that cannot wait · 20" in standing.reasons
    assert "A baby and aged 80 · 10" in standing.reasons


def test_the_clock_runs_from_the_last_contact_that_anybody_had() -> None:
    early, late = NOON - timedelta(hours=30), NOON - timedelta(hours=10)
    calls = (a_call(received=early, last_contact=early - timedelta(hours=2)), a_call(received=late))
    assert of(a_household(*calls)).hours_since_contact == 32
    for_themselves = (*calls, a_call(received=late, caller=Caller(relation="self")))
    assert of(a_household(*for_themselves)).hours_since_contact == 10
    spoken = a_household(*calls, contact_at=NOON - timedelta(hours=1))
    assert (of(spoken).hours_since_contact, of(spoken).contact_known) == (1, True)
    unknown = of(a_household(a_call(received=early), a_call(received=late)))
    assert (unknown.hours_since_contact, unknown.contact_known) == (30, False)
    assert any(reason.startswith("No contact known") for reason in unknown.reasons)


@settings(max_examples=40, deadline=None)
@given(
    first=st.floats(-48, 96),
    later=st.floats(0, 96),
    silent=st.floats(0, 200),
    passed=st.floats(0, 48),
)
def test_less_water_and_longer_silence_never_lower_the_score(
    first: float, later: float, silent: float, passed: float
) -> None:
    def household(water_h: float, silent_h: float) -> Household:
        needs = Needs(water_until=NOON + timedelta(hours=water_h))
        return a_household(a_call(needs=needs, last_contact=NOON - timedelta(hours=silent_h)))

    here = household(first, silent)
    assert of(here).score <= of(household(first - later, silent)).score
    assert of(here).score <= of(household(first, silent + later)).score
    assert of(here).score <= of(here, hours=passed).score, "time alone makes it no less urgent"
    assert of(here).score <= sum(POINTS.values()) + 10


def test_a_follow_up_falls_due_by_itself_sooner_for_those_in_more_need() -> None:
    calm = a_household(a_call(last_contact=NOON, needs=Needs(water_until=NOON + timedelta(days=5))))
    grave = a_household(
        a_call(
            last_contact=NOON,
            needs=Needs(trapped=True, hazards=(Hazard.FLOOD,), water_until=NOON),
        )
    )
    assert not of(calm, hours=11).follow_up_due
    assert of(calm, hours=12).follow_up_due
    assert not of(grave, hours=1.9).follow_up_due
    assert of(grave, hours=2).follow_up_due
    asked = replace(calm, follow_up_at=NOON + timedelta(hours=1))
    assert of(asked, hours=1).follow_up_due
    closed = replace(grave, status=HouseholdStatus.EVACUATED)
    assert (of(closed, hours=90).follow_up_due, of(closed).rank) == (False, None)


def test_those_who_were_reached_stand_behind_all_who_were_not() -> None:
    done = [a_household(a_call(needs=Needs(trapped=True)), status=one) for one in HouseholdStatus]
    found = standings(done, now=NOON)
    assert [one.rank for one in found] == [1, 2, 3, None, None, None, None, None]
    assert {one.household.status for one in found[:3]} == set(WORKING)


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(HouseholdStatus)), max_size=8),
    pairs=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6),
)
def test_the_count_of_the_unaccounted_lies_within_its_range(
    people: list[tuple[int, HouseholdStatus]], pairs: list[tuple[int, int]]
) -> None:
    here = [a_household(a_call(people_count=n), status=status) for n, status in people]
    likely = [(here[a].id, here[b].id) for a, b in pairs if max(a, b) < len(here)]
    count = unaccounted(here, likely)
    waiting = [one for one in here if one.status in WORKING]
    assert 0 <= count.low <= count.people <= count.high == sum(max(1, n) for n, s in people if s in WORKING)
    assert count.households == len(waiting)
    alone = unaccounted(here, [])
    assert (alone.people, alone.possible_duplicates) == (alone.high, 0)
    assert alone.high == count.high


def test_nothing_is_ranked_where_there_is_nothing() -> None:
    assert standings([], now=datetime.now(NOON.tzinfo)) == []
    assert unaccounted([], []).high == 0
