"""The rows of a call list as calls: which column says what, as such lists are usually headed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl

from data.clock import from_ms
from data.errors import Invalid
from data.geo import checked
from data.importers import dates
from data.importers.base import BadRow, Sheet
from data.importers.numbers import floats
from data.model import LocatedBy, LonLat
from data.rescue_records import Caller, Channel, Hazard, Needs, NewCall, Person

# Field → what lists call it, in lower case without separators. The first that a file has is taken.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "callid", "number", "no", "serial", "key", "caseid", "ticket"),
    "received": ("received", "receivedat", "calltime", "called", "timestamp", "datetime", "date", "time"),
    "language": ("language", "lang"),
    "caller_name": ("callername", "caller", "reportedby", "reporter", "contactname"),
    "caller_phone": ("callerphone", "phone", "telephone", "callbacknumber", "contactphone", "tel"),
    "caller_relation": ("callerrelation", "relation", "relationship"),
    "caller_place": ("callerplace", "callerlocation", "calleraddress"),
    "names": ("names", "people", "persons", "name", "victims", "victimname", "missingperson"),
    "ages": ("ages", "age"),
    "people_count": ("peoplecount", "numberofpeople", "count", "headcount", "howmany", "personcount"),
    "place_text": ("place", "placetext", "location", "address", "where", "lastknownlocation"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "lat": ("lat", "latitude", "y"),
    "accuracy_m": ("accuracym", "accuracy"),
    "medical": ("medical", "medicalneeds", "health", "medicalconditions"),
    "water_until": ("wateruntil",),
    "food_until": ("fooduntil",),
    "power_until": ("poweruntil",),
    "hazards": ("hazards", "hazard", "danger"),
    "pets": ("pets", "animals"),
    "trapped": ("trapped",),
    "contact_windows": ("contactwindows", "whentocall", "contactwindow"),
    "last_contact": ("lastcontact", "lastheard", "lastseen"),
    "narrative": ("narrative", "story", "description", "message", "details", "notes", "comments", "text"),
}
_TIMES: Final = ("received", "last_contact", "water_until", "food_until", "power_until")
_NUMBERS: Final = ("lon", "lat", "accuracy_m", "people_count")
_YES: Final = frozenset({"1", "true", "yes", "y", "x", "si", "sí", "sim", "oui", "wi"})
_LONGEST: Final = 50_000


@dataclass(frozen=True, slots=True)
class RowOfCall:
    """A call and the row that it stands in; its scope and source are filled in when it is written."""

    row: int
    call: NewCall
    original: Mapping[str, Any] | None = None

    def said(self) -> Mapping[str, Any]:
        """Return what the row says, for the quarantine."""
        return self.original or {"narrative": self.call.narrative, "place": self.call.place_text}


def columns_of(sheet: Sheet, told: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field; raise Invalid where nothing says what happened, where or to whom."""
    plain = {_plain(name): name for name in reversed(sheet.frame.columns)}
    found: dict[str, str] = {}
    for field, called in NAMES.items():
        known = next((plain[one] for one in called if one in plain), None)
        if known is not None and known not in found.values():
            found[field] = known
    for field, column in told.items():
        if field not in NAMES or dates.parse_order(column)[0] not in sheet.frame.columns:
            raise Invalid(
                f"{field}={column} names no field or no column.",
                hint=f"Fields: {', '.join(NAMES)}. Columns: {', '.join(sheet.frame.columns[:30])}.",
            )
        found[field] = column
    if not {"narrative", "place_text", "names"} & set(found):
        raise Invalid(
            "This file has no calls: no column says what happened, where, or to whom.",
            hint="Say which with --map narrative=COLUMN, --map place_text=COLUMN or --map names=COLUMN.",
        )
    return found


def rows_of(sheet: Sheet, columns: Mapping[str, str], *, zone: str) -> Iterator[RowOfCall | BadRow]:
    """Yield the rows as calls, or as what cannot be taken in; times without a zone are of `zone`."""
    frame = sheet.frame
    times = {name: _times(frame, columns[name], zone, name) for name in _TIMES if name in columns}
    numbers = {
        name: floats(frame[columns[name]], groups=name == "people_count").to_list()
        for name in _NUMBERS
        if name in columns
    }
    texts = {
        name: frame[column].cast(pl.String).to_list() for name, column in columns.items() if name not in times
    }
    for at, row in enumerate(sheet.rows.tolist()):
        said = {name: column[at] or "" for name, column in texts.items()}
        original = {
            name: None if value is None else str(value) for name, value in frame.row(at, named=True).items()
        }
        try:
            call = _call(
                said,
                {name: column[at] for name, column in times.items()},
                {name: column[at] for name, column in numbers.items()},
                key=said.get("id", "").strip() or _digest(original),
            )
        except Invalid as error:
            yield BadRow(row, original, error.code, f"{error.message} {error.hint}".strip())
            continue
        yield RowOfCall(row, call, original)


def _call(
    said: Mapping[str, str],
    times: Mapping[str, datetime | None],
    numbers: Mapping[str, float | None],
    *,
    key: str,
) -> NewCall:
    if not any(said.get(name, "").strip() for name in ("narrative", "place_text", "names")):
        raise Invalid("The row says neither what happened, nor where, nor to whom.")
    if any(len(text) > _LONGEST for text in said.values()):
        raise Invalid(f"A field of this row is longer than {_LONGEST:,} characters.")
    place = _place(said, numbers)
    count = numbers.get("people_count")
    return NewCall(
        scope_id=0,
        source_id=0,
        source_key=key[:200],
        received=times.get("received"),
        channel=Channel.IMPORT,
        language=(said.get("language", "").strip() or "en")[:16],
        caller=Caller(
            name=said.get("caller_name", ""),
            phone=said.get("caller_phone", ""),
            relation=said.get("caller_relation", ""),
            place_text=said.get("caller_place", ""),
        ),
        people=_people(said.get("names", ""), said.get("ages", "")),
        people_count=None if count is None or not 0 <= count <= 100_000 else int(count),
        place_text=said.get("place_text", ""),
        place=place,
        accuracy_m=numbers.get("accuracy_m") if place else None,
        located_by=LocatedBy.UNKNOWN,
        needs=Needs(
            water_until=times.get("water_until"),
            food_until=times.get("food_until"),
            power_until=times.get("power_until"),
            medical=said.get("medical", ""),
            hazards=_hazards(said.get("hazards", "")),
            pets=said.get("pets", ""),
            trapped=said.get("trapped", "").strip().lower() in _YES,
            contact_windows=said.get("contact_windows", ""),
        ),
        last_contact=times.get("last_contact"),
        narrative=said.get("narrative", ""),
    )


def _place(said: Mapping[str, str], numbers: Mapping[str, float | None]) -> LonLat | None:
    lon, lat = numbers.get("lon"), numbers.get("lat")
    stated = any(said.get(name, "").strip() for name in ("lon", "lat"))
    if lon is None or lat is None:
        if stated:
            raise Invalid("The coordinates cannot be read.", hint="Write degrees such as -64.79 and 18.33.")
        return None
    # Null Island: what programs write for "no place".
    return None if lon == lat == 0 else checked(lon, lat)


def _people(names: str, ages: str) -> tuple[Person, ...]:
    named = [one.strip() for one in re.split(r"[;\n|]", names) if one.strip()]
    aged = [int(one) for one in re.findall(r"\d+", ages)]
    if any(age > 130 for age in aged):
        raise Invalid("An age is over 130 years.", hint="Write ages with semicolons: 78; 74.")
    size = max(len(named), len(aged))
    return tuple(
        Person(name=named[at] if at < len(named) else "", age=aged[at] if at < len(aged) else None)
        for at in range(size)
    )


def _hazards(text: str) -> tuple[Hazard, ...]:
    known = {one.value: one for one in Hazard}
    return tuple(sorted({known[word] for word in re.findall(r"[a-z]+", text.lower()) if word in known}))


def _times(frame: pl.DataFrame, column: str, zone: str, field: str) -> list[datetime | None]:
    name, order = dates.parse_order(column)
    if name not in frame.columns:
        name, order = column, None
    found = dates.parse(frame[name], zone=zone, order=order, field=field)
    return [None if ms is None or np.isnan(ms) else from_ms(int(ms)) for ms in found.ms.to_list()]


def _digest(original: Mapping[str, Any]) -> str:
    """Return what a row without a number is known by: what it says."""
    body = json.dumps(original, sort_keys=True, ensure_ascii=True).encode()
    return "row:" + hashlib.blake2b(body, digest_size=16).hexdigest()


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
