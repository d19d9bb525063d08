"""Calls for help of an exercise: several about the same people, half of them with coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from data.clock import to_ms
from data.demo.compose import make_id
from data.demo.places import Places
from data.model import LocatedBy, LonLat, StoreKind, Tlp
from data.rescue_records import Caller, Channel, Hazard, HouseholdStatus, Needs, NewCall, Person
from data.store import Store
from data.store.call_rows import new_row

_FIRST: Final = (
    "Alma", "Bernard", "Carla", "Desmond", "Elena", "Felix", "Gloria", "Hector", "Ines", "Jerome",
    "Lucille", "Marvin", "Nadine", "Oscar", "Paula", "Quentin", "Rosa", "Selwyn", "Thelma", "Victor",
)  # fmt: skip
_LAST: Final = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gumtree", "Hazel", "Ironwood", "Juniper", "Kapok",
    "Larch", "Mahogany", "Nutmeg", "Oleander", "Palmetto", "Quince", "Rowan", "Sycamore", "Tamarind",
)  # fmt: skip
_FROM: Final = (
    ("Boston, Massachusetts", LonLat(-71.06, 42.36)),
    ("Miami, Florida", LonLat(-80.19, 25.77)),
    ("San Juan, Puerto Rico", LonLat(-66.11, 18.47)),
    ("Brooklyn, New York", LonLat(-73.95, 40.65)),
)
_WHERE: Final = (
    "blue house on the hill above {town}",
    "about half a mile north of {town}, past the school",
    "on the road between {town} and the next bay, the third house with a cistern",
    "{town}, behind the church",
    "up the mountain from {town}, one sees the whole bay from the porch",
)
_WHAT: Final = (
    "Nobody has heard from them since the storm. The road is gone.",
    "They sent a text: no water, roof off, both alive. Nothing since.",
    "The generator has stopped and the medicine must be kept cold.",
    "Trees and poles over the road on both sides; they cannot walk out.",
    "Their neighbor saw them wave from the roof two days ago.",
)
_MEDICAL: Final = (
    "",
    "",
    "",
    "insulin",
    "oxygen concentrator",
    "dialysis three times a week",
    "broken leg",
    "asthma",
)
_RELATIONS: Final = ("family", "family", "friend", "neighbour", "self")


@dataclass(frozen=True, slots=True)
class CallsPlan:
    """The people in need of an exercise: how many, where, and the calls that are told by hand."""

    region: str
    households: int
    again: int  # calls about people about whom somebody called before
    told: Callable[[datetime], list[NewCall]] | None = None  # of the storm's peak; all about the same people
    settled: Mapping[HouseholdStatus, int] | None = None


def seed_calls(
    store: Store, plan: CallsPlan, towns: Places, *, seed: int, peak: datetime, now: datetime, area_code: str
) -> int:
    """Add the calls of an exercise and what became of some of them; return how many calls there are."""
    rng = np.random.default_rng([seed, 4])
    actor = store.system_actor()
    scope_id = store.scopes.intern(StoreKind.INCIDENT, Tlp.AMBER)
    source_id = store.sources.intern(
        "exercise-calls", name="EXERCISE Calls for help", kind="calls", scope_id=scope_id,
        licence="EXERCISE data, made up",
    )  # fmt: skip
    calls, groups = _calls(plan, towns, rng, peak=peak, now=now, area_code=area_code)
    with store.transaction() as connection:
        for call in calls:
            at = call.received or now
            row = new_row(replace(call, scope_id=scope_id, source_id=source_id), now=at)
            seq = store.calls.insert_row(connection, actor, row)
            store.changes.note(connection, "call", seq)
        store.audit.record(connection, actor, "add", kind="call", count=len(calls), exercise=True)
    _put_together(store, calls, groups, plan)
    return len(calls)


def _calls(
    plan: CallsPlan, towns: Places, rng: np.random.Generator, *, peak: datetime, now: datetime, area_code: str
) -> tuple[list[NewCall], list[list[int]]]:
    """Return the calls in order of making, and which of them are about the same people."""
    names = [(first, last) for last in _LAST for first in _FIRST]
    picked = rng.permutation(len(names))
    told = [] if plan.told is None else plan.told(peak)
    made = [replace(one, id=make_id(to_ms(one.received or now), rng)) for one in told]
    groups: list[list[int]] = [list(range(len(made)))] if made else []
    for number in range(plan.households - len(groups)):
        groups.append([len(made)])
        made.append(_call(rng, plan, towns, names[picked[number]], peak=peak, now=now, area_code=area_code))
    for _ in range(plan.again):
        group = int(rng.integers(1 if told else 0, len(groups)))
        groups[group].append(len(made))
        made.append(_again(rng, made[groups[group][0]], now=now, area_code=area_code))
    return made, groups


def _call(
    rng: np.random.Generator, plan: CallsPlan, towns: Places, name: tuple[str, str], *, peak: datetime,
    now: datetime, area_code: str,
) -> NewCall:  # fmt: skip
    first, last = name
    inside = [at for at, region in enumerate(towns.regions) if region == plan.region]
    town = int(rng.choice(inside))
    received = peak + (now - peak) * float(rng.uniform(0.15, 0.97))
    size = int(rng.choice([1, 2, 2, 3, 4, 6]))
    people = tuple(
        Person(
            name=f"{first if n == 0 else _FIRST[int(rng.integers(len(_FIRST)))]} {last}",
            age=int(rng.integers(1, 88)),
            medical=str(rng.choice(_MEDICAL)) if n == 0 else "",
        )
        for n in range(size)
    )
    relation = str(rng.choice(_RELATIONS))
    away, away_place = _FROM[int(rng.integers(len(_FROM)))]
    known = float(rng.random()) < 0.5
    at = towns.at(town)
    place = LonLat(at.lon + float(rng.normal(0, 0.004)), at.lat + float(rng.normal(0, 0.003)))
    own = relation == "self"
    return NewCall(
        id=make_id(to_ms(received), rng),
        scope_id=0,
        source_id=0,
        received=received,
        channel=Channel(str(rng.choice(["phone", "phone", "form", "text", "radio"]))),
        caller=Caller(
            name=f"{first} {last}" if own else f"{_FIRST[int(rng.integers(len(_FIRST)))]} {last}",
            phone=_phone(rng, area_code),
            relation=relation,
            place_text="" if own else away,
            place=None if own else away_place,
        ),
        people=people,
        people_count=size,
        place_text=str(rng.choice(_WHERE)).format(town=towns.names[town]),
        place=place if known else None,
        accuracy_m=float(rng.choice([30.0, 400.0, 1500.0])) if known else None,
        located_by=LocatedBy.PLACE_NAME if known else LocatedBy.UNKNOWN,
        needs=Needs(
            water_until=received + timedelta(hours=float(rng.uniform(-6, 60)))
            if rng.random() < 0.7
            else None,
            medical=people[0].medical,
            hazards=(Hazard(str(rng.choice(["landslide", "flood", "collapse", "electricity"]))),)
            if rng.random() < 0.4
            else (),
            pets="a dog" if rng.random() < 0.2 else "",
            trapped=bool(rng.random() < 0.25),
        ),
        last_contact=received - timedelta(hours=float(rng.uniform(2, 40))) if rng.random() < 0.6 else None,
        narrative=f"EXERCISE. {rng.choice(_WHAT)}",
    )


def _again(rng: np.random.Generator, first: NewCall, *, now: datetime, area_code: str) -> NewCall:
    """Return another call about the same people, as another relative tells it."""
    begin = first.received or now
    received = begin + (now - begin) * float(rng.uniform(0.1, 0.9))
    last = first.people[0].name.rpartition(" ")[2]
    away, away_place = _FROM[int(rng.integers(len(_FROM)))]
    same_phone = bool(rng.random() < 0.4)
    caller = Caller(
        name=first.caller.name if same_phone else f"{_FIRST[int(rng.integers(len(_FIRST)))]} {last}",
        phone=first.caller.phone if same_phone else _phone(rng, area_code),
        relation="family",
        place_text=away,
        place=away_place,
    )
    return replace(
        first,
        id=make_id(to_ms(received), rng),
        received=received,
        caller=caller,
        people=first.people[: max(1, len(first.people) - 1)],
        place=None,
        accuracy_m=None,
        located_by=LocatedBy.UNKNOWN,
        last_contact=None,
        narrative=f"EXERCISE. Calling again about {first.people[0].name}. {rng.choice(_WHAT)}",
    )


def _put_together(store: Store, calls: list[NewCall], groups: list[list[int]], plan: CallsPlan) -> None:
    """Merge every second group of calls about the same people, and settle some of the households."""
    actor = store.system_actor()
    homes = store.households.homes(actor)
    by_call = {one.id: homes[one.home_seq] for one in store.calls.page(actor, limit=len(calls))[0]}
    for group in groups[2::2]:
        here = by_call[calls[group[0]].id]  # type: ignore[index]  # every call of an exercise has an id
        for other in group[1:]:
            standing = store.households.get(actor, here)
            store.households.merge(actor, here, by_call[calls[other].id], revision=standing.revision)  # type: ignore[index]
    free = iter(groups[3:])
    for status, count in (plan.settled or {}).items():
        for group, _ in zip(free, range(count), strict=False):
            here = by_call[calls[group[0]].id]  # type: ignore[index]
            standing = store.households.get(actor, here)
            store.households.set_status(actor, here, status, revision=standing.revision, note="EXERCISE")


def _phone(rng: np.random.Generator, area_code: str) -> str:
    # 555-01xx numbers belong to nobody.
    return f"{area_code}-555-01{int(rng.integers(100)):02d}"
