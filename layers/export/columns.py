"""What a file says of each record, column by column; `for_public` leaves out whatever may name somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from data.model import Scope, label
from data.records import Contact, Incident, Site

Read = Mapping[str, Callable[[Any], Any]]


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC as files write it, None for none."""
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def marking_of(scope: Scope) -> str:
    """Return a record's marking with its caveat."""
    return scope.tlp.label + (" LES" if scope.law_enforcement else "")


def _contacts(contacts: tuple[Contact, ...]) -> str:
    said = (
        " ".join(
            filter(None, (one.role, one.name, one.phone, one.email, one.always and f"24 h {one.always}"))
        )
        for one in contacts
    )
    return "; ".join(said)


INCIDENT: Final[Read] = {
    "id": lambda record: str(record.id),
    "occurred": lambda record: moment(record.occurred),
    "severity": lambda record: label(record.severity),
    "type": lambda record: record.type.label,
    "type_code": lambda record: record.type.code,
    "status": lambda record: label(record.status),
    "title": lambda record: record.title,
    "narrative": lambda record: record.narrative,
    "address": lambda record: record.address,
    "lon": lambda record: None if record.place is None else record.place.lon,
    "lat": lambda record: None if record.place is None else record.place.lat,
    "accuracy_m": lambda record: record.accuracy_m,
    "located_by": lambda record: label(record.located_by),
    "persons": lambda record: record.persons_affected,
    "source": lambda record: record.source.name,
    "source_key": lambda record: record.source_key,
    "reliability": lambda record: record.reliability,
    "credibility": lambda record: record.credibility,
    "marking": lambda record: marking_of(record.scope),
    "store": lambda record: record.scope.store.value,
    "entered": lambda record: moment(record.entered),
    "updated": lambda record: moment(record.updated),
    "revision": lambda record: record.revision,
}

SITE: Final[Read] = {
    "id": lambda record: str(record.id),
    "name": lambda record: record.name,
    "sector": lambda record: record.sector,
    "subsector": lambda record: record.subsector,
    "kind": lambda record: record.kind,
    "lifeline": lambda record: record.lifeline,
    "component": lambda record: record.component,
    "status": lambda record: label(record.status),
    "status_at": lambda record: moment(record.status_at),
    "address": lambda record: record.address,
    "lon": lambda record: None if record.place is None else record.place.lon,
    "lat": lambda record: None if record.place is None else record.place.lat,
    "accuracy_m": lambda record: record.accuracy_m,
    "located_by": lambda record: label(record.located_by),
    "owner": lambda record: record.owner,
    "contacts": lambda record: _contacts(record.contacts),
    "vintage": lambda record: record.vintage,
    "source": lambda record: record.source.name,
    "marking": lambda record: marking_of(record.scope),
    "store": lambda record: record.scope.store.value,
    "updated": lambda record: moment(record.updated),
    "revision": lambda record: record.revision,
}

# Free text may name people; numbers of the source and of our own revisions lead back to a record.
_PUBLIC: Final = frozenset(
    {
        *("occurred", "severity", "type", "type_code", "status", "lon", "lat", "accuracy_m", "located_by"),
        *("name", "sector", "subsector", "kind", "lifeline", "component", "status_at", "vintage", "marking"),
    }
)


def for_public(read: Read) -> Read:
    """Return the columns that the public is given."""
    return {name: reader for name, reader in read.items() if name in _PUBLIC}


def rows(records: list[Incident] | list[Site], read: Read) -> list[dict[str, Any]]:
    """Return one dictionary per record, with the columns in order."""
    return [{name: reader(record) for name, reader in read.items()} for record in records]
