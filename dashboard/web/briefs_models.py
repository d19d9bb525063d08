"""What the routes of briefs take."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from dashboard.web.models import Latitude, Line, Longitude, Moment, RevisionNumber, Taken
from dashboard.web.share_models import FilterText

TemplateName = Annotated[str, StringConstraints(max_length=40)]
BriefTitle = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Box = tuple[Longitude, Latitude, Longitude, Latitude]
Words = Annotated[str, StringConstraints(max_length=10_000)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Form = Literal["pdf", "pptx", "html", "png", "gpkg", "kml"]
_MOST_ORDERED = 200


def checked_box(box: Box | None) -> Box | None:
    """Return the box; raise ValueError where it has no inside."""
    if box is not None and (box[0] >= box[2] or box[1] >= box[3]):
        raise ValueError("the box has no inside: west, south, east, north")
    return box


class BriefIn(Taken):
    """A brief that is wanted; `since` is the id of a brief, or a time."""

    template: TemplateName | None = None
    title: BriefTitle = ""
    filter: FilterText = ""
    bbox: Box | None = None
    since: UUID | Moment | None = None
    hours: Annotated[float, Field(gt=0, le=87_600, allow_inf_nan=False)] | None = None
    shared: bool = False

    _box = field_validator("bbox")(checked_box)


class BriefChange(Taken):
    """What changes about a brief."""

    title: BriefTitle | None = None
    order: Annotated[list[UUID], Field(max_length=_MOST_ORDERED)] | None = None
    shared: bool | None = None
    revision: RevisionNumber


class PageIn(Taken):
    """What a page is to be about: what somebody looks at."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    filter: FilterText | None = None
    bbox: Box | None = None
    id: Annotated[str, StringConstraints(max_length=40)] | None = None
    after: UUID | None = None
    revision: RevisionNumber

    _box = field_validator("bbox")(checked_box)


class PageChange(Taken):
    """Somebody's own words on a page."""

    headline: Line | None = None
    lines: Annotated[list[Line], Field(max_length=3)] | None = None
    notes: Words | None = None
    revision: RevisionNumber


class RevisionIn(Taken):
    """The revision that a change is made on."""

    revision: RevisionNumber


class QuestionIn(Taken):
    """A question asked while a brief is given."""

    page: UUID | None = None
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class ScheduleIn(Taken):
    """A brief that is made by itself."""

    template: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    title: BriefTitle = ""
    filter: FilterText = ""
    at: Clock
    zone: Annotated[str, StringConstraints(max_length=60)] = ""
    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)] = [  # noqa: RUF012  # pydantic copies it
        0,
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    recipients: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=50)]
    forms: Annotated[list[Form], Field(min_length=1, max_length=6)] = ["pdf"]  # noqa: RUF012
    hold: bool = False
    active: bool = True


class ScheduleChange(Taken):
    """What changes about a schedule."""

    active: bool | None = None
    hold: bool | None = None
    at: Clock | None = None
    revision: RevisionNumber
