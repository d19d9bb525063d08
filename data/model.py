"""The field's words as types: what a record is, how sure its place is, and who may see it."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class StoreKind(StrEnum):
    """The four stores that are never searched together by accident (the wall)."""

    INCIDENT = "incident"
    SAR = "sar"
    INTEL = "intel"
    OPEN = "open"


class Tlp(IntEnum):
    """Traffic Light Protocol 2.0, in order of dominance; what is unmarked counts as RED."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """Return the label exactly as FIRST writes it."""
        return "TLP:" + self.name.replace("_", "+")


class Severity(IntEnum):
    """NAPSG's colour ramp as levels."""

    NONE = 0
    LOW = 1
    NOTICE = 2
    MODERATE = 3
    WATCH = 4
    HIGH = 5
    EXTREME = 6


class Status(IntEnum):
    """The life of an incident on the watch floor."""

    NEW = 0
    ACKNOWLEDGED = 1
    IN_PROGRESS = 2
    RESOLVED = 3
    CLOSED = 4


class LocatedBy(IntEnum):
    """How a place was found; DEFAULT_POINT is a source's stand-in for "no place"."""

    UNKNOWN = 0
    GPS = 1
    ADDRESS = 2
    INTERSECTION = 3
    PLACE_NAME = 4
    CENTROID = 5
    DRAWN = 6
    DEFAULT_POINT = 7


class SiteStatus(IntEnum):
    """Lifeline status of a site: UNKNOWN (grey) until somebody says otherwise, never green by default."""

    UNKNOWN = 0
    GREEN = 1
    YELLOW = 2
    RED = 3


class TimePrecision(IntEnum):
    """How exactly a source tells the time."""

    SECOND = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    MONTH = 4
    YEAR = 5


class Role(StrEnum):
    """What somebody does on the watch floor."""

    VIEWER = "viewer"
    WATCH_OFFICER = "watch_officer"
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


def label(member: IntEnum | StrEnum) -> str:
    """Return an enum member as people read it: `IN_PROGRESS` becomes `In progress`."""
    return member.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class LonLat:
    """A place in WGS 84 degrees, longitude first."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Scope:
    """One combination of everything that decides who may see a record.

    Each record carries the id of its scope, so that the row filter is one look-up by small integer,
    the same in SQL, in the mirror and in a tile.
    """

    id: int
    store: StoreKind
    tlp: Tlp
    law_enforcement: bool
    agency_id: int


def new_id() -> uuid.UUID:
    """Return a UUIDv7: sortable by time of making, unguessable in its last 74 bits (RFC 9562)."""
    ms = time.time_ns() // 1_000_000
    value = (
        (ms & ((1 << 48) - 1)) << 80
        | 0x7 << 76
        | secrets.randbits(12) << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )
    return uuid.UUID(int=value)
