"""What the API takes: every field with its limits, anything else refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from data.model import LocatedBy, Severity, SiteStatus, Status, StoreKind, TimePrecision, Tlp

EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_BIGGEST_INT = 2**31 - 1


def _within_reason(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("the year is not between 1800 and 2200")
    return value.astimezone(UTC)


def _no_number(value: Any) -> Any:
    # pydantic would take 1762000000 for a time; a time without a zone in it is a guess.
    if not isinstance(value, str | datetime):
        raise ValueError("write the time as ISO text with its zone, such as 2026-11-01T14:32:00Z")
    return value


def _strict_number(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("write it as a number")  # pydantic turns ValueError into its answer
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_no_number),
    Field(description="ISO time with a zone, between 1800 and 2200."),
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Story = Annotated[str, StringConstraints(max_length=50_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Word = Annotated[str, StringConstraints(max_length=40)]
Longitude = Annotated[float, BeforeValidator(_strict_number), Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, BeforeValidator(_strict_number), Field(ge=-90, le=90, allow_inf_nan=False)]
Metres = Annotated[float, BeforeValidator(_strict_number), Field(ge=0, le=20_100_000, allow_inf_nan=False)]
Persons = Annotated[int, BeforeValidator(_strict_number), Field(ge=0, le=_BIGGEST_INT)]
SeverityLevel = Annotated[int, BeforeValidator(_strict_number), Field(ge=0, le=max(Severity))]
RevisionNumber = Annotated[int, BeforeValidator(_strict_number), Field(ge=1, le=_BIGGEST_INT)]

StatusName = Literal["new", "acknowledged", "in_progress", "resolved", "closed"]
SiteStatusName = Literal["unknown", "green", "yellow", "red"]
LocatedByName = Literal[
    "unknown", "gps", "address", "intersection", "place_name", "centroid", "drawn", "default_point"
]
PrecisionName = Literal["second", "minute", "hour", "day", "month", "year"]
TlpName = Literal["clear", "green", "amber", "amber_strict", "red"]
StoreName = Literal["incident", "sar", "intel", "open"]


class Taken(BaseModel):
    """A body that takes its fields and no others."""

    model_config = ConfigDict(extra="forbid", str_max_length=50_000)


class _Placed(Taken):
    lon: Longitude | None = None
    lat: Latitude | None = None
    accuracy_m: Metres | None = None
    located_by: LocatedByName = "unknown"

    @model_validator(mode="after")
    def _both_or_none(self) -> _Placed:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a place has a longitude and a latitude")
        return self


class _Timed(Taken):
    @model_validator(mode="after")
    def _in_order(self) -> _Timed:
        for name in ("occurred", "occurred_end", "reported", "status_at"):
            value = getattr(self, name, None)
            if value is not None:
                setattr(self, name, _within_reason(value))
        begin, end = getattr(self, "occurred", None), getattr(self, "occurred_end", None)
        if begin is not None and end is not None and end < begin:
            raise ValueError("it cannot end before it began")
        return self


class Report(_Placed, _Timed):
    """A new incident report."""

    title: Title
    type: Code
    occurred: Moment
    occurred_end: Moment | None = None
    reported: Moment | None = None
    time_precision: PrecisionName = "second"
    severity: SeverityLevel | None = Field(default=None, description="Without it, the type's own.")
    status: StatusName = "new"
    narrative: Story = ""
    address: Line = ""
    geometry: dict[str, Any] | None = Field(default=None, description="GeoJSON line or polygon.")
    persons_affected: Persons | None = None
    source: Code | None = Field(default=None, description="Key of a source; without it, the sender's agency.")
    source_key: Annotated[str, StringConstraints(min_length=1, max_length=150)] | None = Field(
        default=None, description="The source's own id: sending it again adds nothing."
    )
    store: StoreName = "incident"
    tlp: TlpName | None = Field(default=None, description="Without it, the highest that the sender may see.")
    law_enforcement: bool = False
    evaluation_scale: Word | None = None
    reliability: Word | None = None
    credibility: Word | None = None


PartName = Literal["narrative", "place", "persons", "reporter", "photo", "comments"]


class Change(_Placed, _Timed):
    """A change to an incident: the revision that it was made on, and the fields that change."""

    revision: RevisionNumber
    reason: Line = ""
    title: Title | None = None
    type: Code | None = None
    occurred: Moment | None = None
    occurred_end: Moment | None = None
    severity: SeverityLevel | None = None
    status: StatusName | None = None
    narrative: Story | None = None
    address: Line | None = None
    located_by: LocatedByName | None = None  # type: ignore[assignment]  # unlike a report, a change may leave it
    persons_affected: Persons | None = None
    assignee_id: Annotated[int, BeforeValidator(_strict_number), Field(ge=1, le=_BIGGEST_INT)] | None = None
    evaluation_scale: Word | None = None
    reliability: Word | None = None
    credibility: Word | None = None
    tlp: TlpName | None = None
    law_enforcement: bool | None = None
    field_markings: dict[PartName, Word] | None = Field(
        default=None, description="Parts marked above the incident: {narrative: TLP:RED}."
    )


class NewComment(Taken):
    """Something to write beneath a record."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class Reachable(Taken):
    """Whom to call at a site."""

    role: Line
    name: Line = ""
    phone: Line = ""
    email: Line = ""
    always: Line = ""


class SiteChange(_Placed, _Timed):
    """A change to a site: the revision that it was made on, and the fields that change."""

    revision: RevisionNumber
    reason: Line = ""
    name: Title | None = None
    subsector: Word | None = None
    address: Line | None = None
    owner: Line | None = None
    status: SiteStatusName | None = None
    status_at: Moment | None = None
    status_source: Line | None = None
    contacts: Annotated[list[Reachable], Field(max_length=50)] | None = None
    capacity: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    occupancy: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    located_by: LocatedByName | None = None  # type: ignore[assignment]  # as in Change


class NewArea(Taken):
    """An area that somebody drew."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    geometry: dict[str, Any] = Field(description="GeoJSON polygon or multipolygon.")
    tlp: TlpName = "green"


class NewView(Taken):
    """A filter and a map position to be kept under a name."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    query: Annotated[str, StringConstraints(max_length=8_000)] = ""
    map_state: Annotated[dict[str, Any], Field(max_length=50)] = {}  # pydantic copies it
    shared: bool = False


def status_of(name: StatusName) -> Status:
    """Return the status with this name."""
    return Status[name.upper()]


def site_status_of(name: SiteStatusName) -> SiteStatus:
    """Return the site status with this name."""
    return SiteStatus[name.upper()]


def located_by_of(name: LocatedByName) -> LocatedBy:
    """Return the way of locating with this name."""
    return LocatedBy[name.upper()]


def precision_of(name: PrecisionName) -> TimePrecision:
    """Return the precision with this name."""
    return TimePrecision[name.upper()]


def tlp_of(name: TlpName) -> Tlp:
    """Return the marking with this name."""
    return Tlp[name.upper()]


def store_of(name: StoreName) -> StoreKind:
    """Return the store with this name."""
    return StoreKind(name)
