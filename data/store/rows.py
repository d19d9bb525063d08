"""Between records and table rows: the only place that knows how a value is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from data.clock import from_ms, to_ms
from data.errors import Invalid
from data.geo import cell_of, checked
from data.model import LocatedBy, LonLat, Severity, SiteStatus, Status, TimePrecision, new_id
from data.records import Contact

_FID_MASK = (1 << 52) - 1

Row = Mapping[str, Any]

# field of a record -> (column, how to store it, how to read it); fields not named here are stored as they are
_TIMES = {
    "occurred": "occurred_ms",
    "occurred_end": "occurred_end_ms",
    "reported": "reported_ms",
    "entered": "entered_ms",
    "updated": "updated_ms",
    "status_at": "status_ms",
    "gone": "gone_ms",
}
_ENUMS: dict[str, type[Enum]] = {
    "located_by": LocatedBy,
    "severity": Severity,
    "time_precision": TimePrecision,
}


def fid_of(record_id: UUID) -> int:
    """Return the 52 low bits of an id: the number by which tiles name a feature (exact in a double)."""
    return record_id.int & _FID_MASK


def place_columns(place: LonLat | None, geometry: BaseGeometry | None) -> dict[str, Any]:
    """Return lon, lat, cell and geometry columns; a line or polygon stands at a point upon itself."""
    if geometry is not None and geometry.geom_type != "Point":
        here = geometry.representative_point()
        place, stored = checked(here.x, here.y), shapely.to_wkb(geometry)
    else:
        if isinstance(geometry, Point):
            place = LonLat(geometry.x, geometry.y)
        stored = None
    if place is None:
        return {"lon": None, "lat": None, "cell": None, "geometry": None}
    place = checked(place.lon, place.lat)
    return {"lon": place.lon, "lat": place.lat, "cell": cell_of(place), "geometry": stored}


def keepable(name: str, value: Any) -> Any:
    """Return the value, or raise Invalid where text in it cannot be kept by every database as it stands."""
    if isinstance(value, str):
        # PostgreSQL keeps no NUL, and half a surrogate pair is no character in any encoding.
        if "\x00" in value or (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)):
            raise Invalid(
                f"The {name.replace('_', ' ')} holds what is no text (NUL, or half a character).",
                hint="Send it again without them; a wrong encoding is the usual cause.",
            )
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            keepable(name, key)
            keepable(name, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            keepable(name, inner)
    return value


def encode(name: str, value: Any) -> tuple[str, Any]:
    """Return the column and the stored value of one field; raise Invalid for text that cannot be kept."""
    keepable(name, value)
    if name in _TIMES:
        return _TIMES[name], None if value is None else to_ms(value)
    if name == "contacts":
        return name, [keepable(name, asdict(contact)) for contact in value]
    if isinstance(value, Enum):
        return name, value.value
    if isinstance(value, Mapping):
        return name, dict(value)
    return name, value


def decode(row: Row, fields: Mapping[str, Any], *, kind: str) -> dict[str, Any]:
    """Return the values of the named fields from a row."""
    status: Callable[[int], Enum] = SiteStatus if kind == "site" else Status
    out: dict[str, Any] = {}
    for name in fields:
        if name in _TIMES:
            stored = row[_TIMES[name]]
            out[name] = None if stored is None else from_ms(stored)
        elif name == "place":
            out[name] = None if row["lon"] is None else LonLat(row["lon"], row["lat"])
        elif name == "geometry":
            out[name] = None if row["geometry"] is None else shapely.from_wkb(bytes(row["geometry"]))
        elif name in _ENUMS:
            out[name] = _ENUMS[name](row[name])
        elif name == "status":
            out[name] = status(row[name])
        elif name == "contacts":
            out[name] = tuple(Contact(**contact) for contact in row[name] or ())
        elif name == "bounds":
            out[name] = (row["west"], row["south"], row["east"], row["north"])
        else:
            out[name] = row[name]
    return out


def new_row(values: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the row of a new record from the values of its `New…` dataclass."""
    record_id = values.get("id") or new_id()
    row: dict[str, Any] = {"id": record_id, "fid": fid_of(record_id)}
    for name, value in values.items():
        if name not in ("id", "place", "geometry", "type_code"):
            column, stored = encode(name, value)
            row[column] = stored
    row |= place_columns(values["place"], values["geometry"])
    row["source_key"] = values.get("source_key") or str(record_id)
    row["entered_ms"] = row["updated_ms"] = to_ms(now)
    row["revision"] = 1
    row["content_hash"] = content_hash({name: plain(value) for name, value in values.items() if name != "id"})
    return row


def content_hash(content: Mapping[str, Any]) -> bytes:
    """Return 16 bytes that change exactly when the content does."""
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def plain(value: Any) -> Any:  # noqa: PLR0911  # one line for each type there is
    """Return a field's value as JSON shows it to people: names of enums, ISO times, WKT."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, LonLat):
        return [value.lon, value.lat]
    if isinstance(value, BaseGeometry):
        return shapely.to_wkt(value, rounding_precision=7)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [asdict(item) if isinstance(item, Contact) else plain(item) for item in value]
    return value
