"""Calls and households as the API answers them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dashboard.web.records_json import Json, marking, moment
from data.model import LonLat
from data.rescue_records import Call, Household, HouseholdEvent, Needs, Person
from layers.rescue.priority import Standing


def call(record: Call, household_id: UUID | None) -> Json:
    """Return a call; `household_id` is that of the household it belongs to, if the actor may see it."""
    return {
        "id": str(record.id),
        "received": moment(record.received),
        "channel": record.channel.value,
        "language": record.language,
        "caller": {
            "name": record.caller.name,
            "phone": record.caller.phone,
            "relation": record.caller.relation,
            "place_text": record.caller.place_text,
            **_lonlat(record.caller.place),
        },
        "people": [_person(one) for one in record.people],
        "people_count": record.people_count,
        "place_text": record.place_text,
        **_lonlat(record.place),
        "accuracy_m": record.accuracy_m,
        "located_by": record.located_by.name.lower(),
        "needs": needs(record.needs),
        "last_contact": moment(record.last_contact),
        "narrative": record.narrative,
        "source": record.source.name,
        "marking": marking(record.scope),
        "household_id": None if household_id is None else str(household_id),
        "entered": moment(record.entered),
        "updated": moment(record.updated),
        "revision": record.revision,
    }


def needs(one: Needs) -> Json:
    """Return what people have left and need."""
    return {
        "water_until": moment(one.water_until),
        "food_until": moment(one.food_until),
        "power_until": moment(one.power_until),
        "medical": one.medical,
        "hazards": [hazard.value for hazard in one.hazards],
        "pets": one.pets,
        "trapped": one.trapped,
        "contact_windows": one.contact_windows,
    }


def household(standing: Standing) -> Json:
    """Return a household as a list shows it."""
    record = standing.household
    people = [person for one in record.calls for person in one.people]
    return {
        "id": str(record.id),
        "number": record.number,
        "name": name_of(record),
        "status": record.status.value,
        "status_by": record.status_by,
        "status_at": moment(record.status_at),
        "open": record.open,
        "people_count": record.people_count,
        "ages": sorted(person.age for person in people if person.age is not None),
        "medical": _together([*(one.needs.medical for one in record.calls), *(p.medical for p in people)]),
        "needs": _needs_of(record),
        "place": _place(record),
        "priority": {"score": standing.score, "rank": standing.rank, "reasons": list(standing.reasons)},
        "clock": {
            "hours_since_contact": standing.hours_since_contact,
            "contact_known": standing.contact_known,
            "water_hours_left": standing.water_hours_left,
        },
        "follow_up_due": standing.follow_up_due,
        "follow_up_at": moment(standing.follow_up_at),
        "calls": len(record.calls),
        "task_id": None if record.task_id is None else str(record.task_id),
        "cut_off": record.cut_off,
        "marking": marking(record.scope),
        "updated": moment(record.updated),
        "revision": record.revision,
    }


def brief(record: Household) -> Json:
    """Return as much of a household as tells it from another."""
    first = record.calls[0]
    return {
        "id": str(record.id),
        "number": record.number,
        "name": name_of(record),
        "status": record.status.value,
        "people_count": record.people_count,
        "place_text": _place(record)["text"],
        "callers": _together([one.caller.name for one in record.calls]),
        "narrative": first.narrative[:300],
        "received": moment(first.received),
        "calls": len(record.calls),
        "revision": record.revision,
    }


def event(one: HouseholdEvent) -> Json:
    """Return something that happened to a household."""
    return {
        "id": str(one.id),
        "at": moment(one.at),
        "who": one.who,
        "kind": one.kind,
        "detail": dict(one.detail),
        "undone": one.undone,
    }


def name_of(record: Household) -> str:
    """Return what people call a household: its people's names, or who called about them."""
    names = list(dict.fromkeys(p.name.strip() for one in record.calls for p in one.people if p.name.strip()))
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more
    caller = next((one.caller.name.strip() for one in record.calls if one.caller.name.strip()), "")
    return f"Called in by {caller}" if caller else f"Household {record.number}"


def _person(one: Person) -> Json:
    return {"name": one.name, "age": one.age, "medical": one.medical}


def _needs_of(record: Household) -> Json:
    """Return the needs of all calls together: of each time, the earliest."""
    every = [one.needs for one in record.calls]

    def earliest(name: str) -> datetime | None:
        return min((at for one in every if (at := getattr(one, name)) is not None), default=None)

    return {
        "water_until": moment(earliest("water_until")),
        "food_until": moment(earliest("food_until")),
        "power_until": moment(earliest("power_until")),
        "medical": _together([one.medical for one in every]),
        "hazards": sorted({hazard.value for one in every for hazard in one.hazards}),
        "pets": _together([one.pets for one in every]),
        "trapped": any(one.trapped for one in every),
        "contact_windows": _together([one.contact_windows for one in every]),
    }


def _place(record: Household) -> Json:
    text = next((one.place_text for one in reversed(record.calls) if one.place_text.strip()), "")
    here = record.whereabouts
    if here is None:
        return {"text": text, **_lonlat(None), "accuracy_m": None, "area95_km2": None}
    area = here.area95_km2
    return {"text": text, **_lonlat(here.place), "accuracy_m": here.accuracy_m, "area95_km2": area}


def _lonlat(place: LonLat | None) -> Json:
    return {"lon": None if place is None else place.lon, "lat": None if place is None else place.lat}


def _together(texts: list[str]) -> str:
    return "; ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
