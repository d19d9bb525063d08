"""Between calls and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from data.clock import from_ms, to_ms
from data.errors import Invalid
from data.geo import checked
from data.model import LocatedBy, LonLat, Scope, StoreKind, Tlp, new_id
from data.records import Source
from data.rescue_records import Call, Caller, Channel, Hazard, Needs, NewCall, Person
from data.store import tables as t
from data.store.rows import content_hash, keepable, plain

MOST_PEOPLE: Final = 500
OLDEST_AGE: Final = 130
CHANGEABLE: Final = frozenset(
    one.name for one in fields(NewCall) if one.name not in ("id", "source_id", "source_key")
)


@dataclass(frozen=True, slots=True)
class Directory:
    """Scopes and sources by id, read once for a page of calls."""

    scopes: Mapping[int, Scope]
    sources: Mapping[int, Source]

    @classmethod
    def read(cls, connection: Connection) -> Directory:
        """Return every scope and source there is: for records that were filtered already."""
        scopes = {
            row.id: Scope(row.id, StoreKind(row.store), Tlp(row.tlp), row.law_enforcement, row.agency_id)
            for row in connection.execute(select(t.scope))
        }
        sources = {}
        for row in connection.execute(select(t.source)):
            values = dict(row._mapping)
            last = values.pop("last_received_ms")
            sources[row.id] = Source(**values, last_received=None if last is None else from_ms(last))
        return cls(scopes, sources)


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of these fields of a call; raise Invalid for what cannot be kept."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        row |= _columns(name, value)
    for name, value in row.items():
        keepable(name.replace("_ms", ""), value)
    return row


def new_row(new: NewCall, *, now: datetime) -> dict[str, Any]:
    """Return the row of a new call, without the household that is made with it."""
    call_id = new.id or new_id()
    content = {one.name: getattr(new, one.name) for one in fields(new)}
    del content["id"]
    row = columns_of(content) | {"id": call_id, "revision": 1}
    row["source_key"] = new.source_key or str(call_id)
    row["received_ms"] = to_ms(new.received or now)
    row["entered_ms"] = row["updated_ms"] = to_ms(now)
    row["content_hash"] = content_hash({name: plain_part(value) for name, value in content.items()})
    return row


def plain_part(value: Any) -> Any:
    """Return a field of a call as JSON."""
    if isinstance(value, Caller | Needs | Person):
        return {name: plain_part(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [plain_part(one) for one in value]
    return plain(value)


def record(row: Row[Any], directory: Directory) -> Call:
    """Return the call of a row."""
    return Call(
        seq=row.seq,
        id=row.id,
        home_seq=row.home_seq,
        scope=directory.scopes[row.scope_id],
        source=directory.sources[row.source_id],
        source_key=row.source_key,
        received=from_ms(row.received_ms),
        channel=Channel(row.channel),
        language=row.language,
        caller=Caller(
            name=row.caller_name,
            phone=row.caller_phone,
            relation=row.caller_relation,
            place_text=row.caller_place_text,
            place=_place(row.caller_lon, row.caller_lat),
        ),
        people=tuple(Person(**one) for one in row.people),
        people_count=row.people_count,
        place_text=row.place_text,
        place=_place(row.lon, row.lat),
        accuracy_m=row.accuracy_m,
        located_by=LocatedBy(row.located_by),
        needs=Needs(
            water_until=moment(row.water_until_ms),
            food_until=moment(row.food_until_ms),
            power_until=moment(row.power_until_ms),
            medical=row.medical,
            hazards=tuple(Hazard(one) for one in row.hazards),
            pets=row.pets,
            trapped=row.trapped,
            contact_windows=row.contact_windows,
        ),
        last_contact=moment(row.last_contact_ms),
        narrative=row.narrative,
        entered=from_ms(row.entered_ms),
        updated=from_ms(row.updated_ms),
        revision=row.revision,
    )


def moment(ms: int | None) -> datetime | None:
    """Return the time of a column that may be empty."""
    return None if ms is None else from_ms(ms)


def _place(lon: float | None, lat: float | None) -> LonLat | None:
    return None if lon is None or lat is None else LonLat(lon, lat)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _columns(name: str, value: Any) -> dict[str, Any]:  # noqa: PLR0911  # one line for each kind of field
    if name == "caller":
        return {
            "caller_name": value.name,
            "caller_phone": value.phone,
            "caller_relation": value.relation,
            "caller_place_text": value.place_text,
            **_lonlat(value.place, prefix="caller_"),
        }
    if name == "needs":
        times = {
            f"{left}_until_ms": _ms(getattr(value, f"{left}_until")) for left in ("water", "food", "power")
        }
        words = {one: getattr(value, one) for one in ("medical", "pets", "trapped", "contact_windows")}
        return times | words | {"hazards": sorted({Hazard(one).value for one in value.hazards})}
    if name == "people":
        return {"people": _people(value)}
    if name == "place":
        return _lonlat(value)
    if name in ("received", "last_contact"):
        return {f"{name}_ms": _ms(value)}
    if name == "channel":
        return {name: Channel(value).value}
    if name == "located_by":
        return {name: int(value)}
    return {name: value}


def _lonlat(place: LonLat | None, *, prefix: str = "") -> dict[str, Any]:
    if place is None:
        return {f"{prefix}lon": None, f"{prefix}lat": None}
    place = checked(place.lon, place.lat)
    return {f"{prefix}lon": place.lon, f"{prefix}lat": place.lat}


def _people(people: tuple[Person, ...]) -> list[dict[str, Any]]:
    if len(people) > MOST_PEOPLE:
        raise Invalid(
            f"A call names {MOST_PEOPLE} people at most.", hint="Give the number of people instead of names."
        )
    if any(one.age is not None and not 0 <= one.age <= OLDEST_AGE for one in people):
        raise Invalid(
            f"An age is between 0 and {OLDEST_AGE} years.", hint="Leave out an age that is unknown."
        )
    return [asdict(one) for one in people]
