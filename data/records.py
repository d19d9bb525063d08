"""Records as the rest of the house sees them: times are aware, geometry is shapely, enums are enums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from data.model import (
    LocatedBy,
    LonLat,
    Role,
    Scope,
    Severity,
    SiteStatus,
    Status,
    StoreKind,
    TimePrecision,
    Tlp,
)


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation whose people sign in and whose records carry its name."""

    id: int
    name: str
    short_name: str
    law_enforcement: bool


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in."""

    id: int
    name: str
    display_name: str
    email: str | None
    role: Role
    agency_id: int
    clearance: Tlp
    stores: frozenset[StoreKind]
    disabled: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from, and when something last came."""

    id: int
    key: str
    name: str
    kind: str
    scope_id: int
    url: str | None
    licence: str | None
    expected_every_s: int | None
    last_received: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentType:
    """One entry of the editable taxonomy; `code` is a dotted path and `parent` its stem."""

    id: int
    code: str
    parent: str | None
    label: str
    glyph: str
    severity: Severity
    position: int
    retired: bool

    @property
    def root(self) -> str:
        """Return the code of the root that this type hangs under."""
        return self.code.split(".", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """What every record says of its place; a point record has `place`, others `geometry` too."""

    place: LonLat | None = None
    geometry: BaseGeometry | None = None
    accuracy_m: float | None = None
    located_by: LocatedBy = LocatedBy.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident(_Placed):
    """An incident as it comes in. Without `source_key` it gets its own id as key."""

    title: str
    type_code: str
    source_id: int
    scope_id: int
    occurred: datetime
    reported: datetime | None = None
    occurred_end: datetime | None = None
    time_precision: TimePrecision = TimePrecision.SECOND
    severity: Severity = Severity.NONE
    status: Status = Status.NEW
    narrative: str = ""
    address: str = ""
    persons_affected: int | None = None
    evaluation_scale: str | None = None
    reliability: str | None = None
    credibility: str | None = None
    source_key: str | None = None
    id: UUID | None = None
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(_Placed):
    """An incident as it is known now."""

    seq: int
    id: UUID
    fid: int
    scope: Scope
    source: Source
    source_key: str
    type: IncidentType
    title: str
    narrative: str
    address: str
    severity: Severity
    status: Status
    occurred: datetime
    occurred_end: datetime | None
    time_precision: TimePrecision
    reported: datetime
    entered: datetime
    updated: datetime
    persons_affected: int | None
    assignee_id: int | None
    evaluation_scale: str | None
    reliability: str | None
    credibility: str | None
    revision: int
    batch_id: int | None
    extra: Mapping[str, Any] | None
    field_markings: Mapping[str, str] = field(default_factory=dict)  # of fields marked above the record
    hidden: frozenset[str] = frozenset()  # those of them that are not shown here


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call at a site."""

    role: str
    name: str = ""
    phone: str = ""
    email: str = ""
    always: str = ""  # the 24-hour number


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite(_Placed):
    """A critical-infrastructure site as it comes in; its status is unknown until somebody says otherwise."""

    name: str
    sector: str
    source_id: int
    scope_id: int
    subsector: str = ""
    kind: str = ""
    lifeline: str = ""
    component: str = ""
    address: str = ""
    contacts: Sequence[Contact] = ()
    owner: str = ""
    status: SiteStatus = SiteStatus.UNKNOWN
    status_at: datetime | None = None
    status_source: str | None = None
    vintage: str = ""
    source_key: str | None = None
    id: UUID | None = None
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(_Placed):
    """A site as it is known now; `gone` says when a newer list left it out."""

    seq: int
    id: UUID
    fid: int
    scope: Scope
    source: Source
    source_key: str
    name: str
    sector: str
    subsector: str
    kind: str
    lifeline: str
    component: str
    address: str
    contacts: tuple[Contact, ...]
    owner: str
    status: SiteStatus
    status_at: datetime | None
    status_source: str | None
    vintage: str
    gone: datetime | None
    entered: datetime
    updated: datetime
    revision: int
    batch_id: int | None
    extra: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArea(_Placed):
    """An area with a name: administrative, or drawn by somebody."""

    name: str
    kind: str
    source_id: int
    scope_id: int
    parent: str = ""
    source_key: str | None = None
    id: UUID | None = None
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(_Placed):
    """An area as it is known now; `bounds` is west, south, east, north."""

    seq: int
    id: UUID
    fid: int
    scope: Scope
    source: Source
    source_key: str
    name: str
    kind: str
    parent: str
    bounds: tuple[float, float, float, float]
    entered: datetime
    updated: datetime
    revision: int
    batch_id: int | None
    extra: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One change to a record: who, when, and each field before and after."""

    revision: int
    at: datetime
    user_id: int | None
    user_name: str
    batch_id: int | None
    changes: Mapping[str, tuple[Any, Any]]
    reason: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beneath a record."""

    seq: int
    at: datetime
    user_id: int
    user_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept with a record; its content is read on its own."""

    id: UUID
    name: str
    media_type: str
    size: int
    at: datetime
    user_id: int


@dataclass(frozen=True, slots=True)
class Change:
    """Records `first_seq` to `last_seq` of a kind were added or changed."""

    counter: int
    kind: str
    first_seq: int
    last_seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter and a map position under a name, personal or shared with an agency."""

    id: int
    name: str
    user_id: int
    agency_id: int | None
    query: str
    map_state: Mapping[str, Any] = field(default_factory=dict)
