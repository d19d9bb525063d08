"""What the API takes of calls and households: every field with its limits, anything else refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from dashboard.web.models import (
    EARLIEST,
    LATEST,
    Latitude,
    Line,
    LocatedByName,
    Longitude,
    Metres,
    Moment,
    RevisionNumber,
    Taken,
    TlpName,
    located_by_of,
)
from data.errors import Invalid
from data.model import LonLat
from data.rescue_records import Caller, Channel, Hazard, HouseholdStatus, Needs, Person

ChannelName = Literal["phone", "form", "text", "radio", "social", "in_person", "import"]
HazardName = Literal["fire", "flood", "landslide", "collapse", "gas", "electricity", "violence", "other"]
StatusName = Literal[
    "unverified", "located", "assigned", "reached", "evacuated", "safe", "duplicate", "deceased"
]
Outcome = Literal["reached", "no_answer"]
# Kept as it was said, with its spaces and line breaks.
Words = Annotated[str, StringConstraints(max_length=2_000)]
Story = Annotated[str, StringConstraints(max_length=50_000)]
Short = Annotated[str, StringConstraints(max_length=500)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16)]
Age = Annotated[int, Field(strict=True, ge=0, le=130)]
People = Annotated[int, Field(strict=True, ge=0, le=100_000)]


class _Sited(Taken):
    lon: Longitude | None = None
    lat: Latitude | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> _Sited:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a place has a longitude and a latitude")
        return self

    @property
    def place(self) -> LonLat | None:
        """Return where it is, None where nobody said."""
        return None if self.lon is None or self.lat is None else LonLat(self.lon, self.lat)


class PersonIn(Taken):
    """One of the people that a call is about."""

    name: Short = ""
    age: Age | None = None
    medical: Words = ""


class CallerIn(_Sited):
    """Who calls, and from where."""

    name: Short = ""
    phone: Short = ""
    relation: Short = ""
    place_text: Words = ""

    def caller(self) -> Caller:
        """Return the caller as the store keeps it."""
        about = self.model_dump(exclude={"lon", "lat"})
        return Caller(**about, place=self.place)


class NeedsIn(Taken):
    """What the people have left and need."""

    water_until: Moment | None = None
    food_until: Moment | None = None
    power_until: Moment | None = None
    medical: Words = ""
    hazards: Annotated[list[HazardName], Field(max_length=len(Hazard), default_factory=list)]
    pets: Short = ""
    trapped: bool = False
    contact_windows: Short = ""

    def needs(self) -> Needs:
        """Return the needs as the store keeps them."""
        for name in ("water_until", "food_until", "power_until"):
            within_reason(getattr(self, name))
        values = self.model_dump(exclude={"hazards"})
        return Needs(**values, hazards=tuple(sorted({Hazard(one) for one in self.hazards})))


class CallIn(_Sited):
    """A call for help; with an `id` made by the sender it is taken once, however often it is sent."""

    id: UUID | None = None
    received: Moment | None = None
    channel: ChannelName = "phone"
    language: Language = "en"
    caller: CallerIn = Field(default_factory=CallerIn)
    people: Annotated[list[PersonIn], Field(max_length=500, default_factory=list)]
    people_count: People | None = None
    place_text: Words = ""
    accuracy_m: Metres | None = None
    located_by: LocatedByName = "unknown"
    needs: NeedsIn = Field(default_factory=lambda: NeedsIn.model_validate({}))
    last_contact: Moment | None = None
    narrative: Story = ""
    tlp: TlpName | None = Field(default=None, description="Without it, the highest that the sender may see.")
    law_enforcement: bool = False

    def values(self) -> dict[str, Any]:
        """Return the fields that the store keeps as they are: without id, source and marking."""
        return _values(self, set(type(self).model_fields))


class CallChange(_Sited):
    """A change to a call: the revision that it was made on, and the fields that change.

    `caller`, `people` and `needs` are replaced as a whole.
    """

    revision: RevisionNumber
    reason: Line = ""
    received: Moment | None = None
    channel: ChannelName | None = None
    language: Language | None = None
    caller: CallerIn | None = None
    people: Annotated[list[PersonIn], Field(max_length=500)] | None = None
    people_count: People | None = None
    place_text: Words | None = None
    accuracy_m: Metres | None = None
    located_by: LocatedByName | None = None
    needs: NeedsIn | None = None
    last_contact: Moment | None = None
    narrative: Story | None = None
    tlp: TlpName | None = None
    law_enforcement: bool | None = None

    def values(self) -> dict[str, Any]:
        """Return the fields that change; raise Invalid for what cannot be empty."""
        sent = set(self.model_fields_set)
        may_be_empty = {"people_count", "accuracy_m", "last_contact", "lon", "lat"}
        for name in sorted(sent - may_be_empty):
            if getattr(self, name) is None:
                raise Invalid(f"{name} cannot be empty.", hint="Leave it out to keep it as it is.")
        return _values(self, sent)


class StatusChange(Taken):
    """What has become of a household."""

    status: StatusName
    note: Words = ""
    revision: RevisionNumber

    @property
    def chosen(self) -> HouseholdStatus:
        """Return the status as the store keeps it."""
        return HouseholdStatus(self.status)


class ContactMade(Taken):
    """That somebody spoke with a household, or tried to."""

    at: Moment | None = None
    outcome: Outcome = "reached"
    note: Words = ""


class Merge(Taken):
    """Another household that is the same people."""

    other: UUID
    revision: RevisionNumber


class Unmerge(Taken):
    """The event of the merge that is taken back."""

    event: UUID


class NotTheSame(Taken):
    """Two households that are not the same people."""

    a: UUID
    b: UUID


def within_reason(at: Any) -> Any:
    """Return the time; raise Invalid where it cannot be meant."""
    if at is not None and not EARLIEST <= at <= LATEST:
        raise Invalid("The year is not between 1800 and 2200.", hint="Check the time.")
    return at


def _values(body: CallIn | CallChange, sent: set[str]) -> dict[str, Any]:
    plain = ("language", "people_count", "place_text", "accuracy_m", "narrative")
    made = {name: getattr(body, name) for name in plain if name in sent}
    for name in ("received", "last_contact"):
        if name in sent:
            made[name] = within_reason(getattr(body, name))
    if body.caller is not None:
        made["caller"] = body.caller.caller()
    if body.needs is not None:
        made["needs"] = body.needs.needs()
    if body.people is not None:
        made["people"] = tuple(Person(**one.model_dump()) for one in body.people)
    if body.channel is not None:
        made["channel"] = Channel(body.channel)
    if sent & {"lon", "lat"}:
        made["place"] = body.place
    if body.located_by is not None:
        made["located_by"] = located_by_of(body.located_by)
    return made
