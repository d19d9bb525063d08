"""What an officer asks of a watch area: where, which rule, how many false alarms, when, and who is told.

One closed set of shapes, read once at the edge (HTTP, file, database) and typed from there on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data.errors import Invalid
from data.query.shapes import parse_shapes, shapes_text

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
_UNITS_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_MIN_WITHIN_MS, _MAX_WITHIN_MS = 5 * MINUTE_MS, 7 * DAY_MS
_SHORTEST_ROUTE_DEG, _LONGEST_ROUTE_DEG = 1e-5, 30.0  # a metre; beyond the other its width would be wrong

T = TypeVar("T")


def _within(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,4})([mhd])", text)
    if not match or not _MIN_WITHIN_MS <= int(match[1]) * _UNITS_MS[match[2]] <= _MAX_WITHIN_MS:
        raise ValueError("write a time from 5m to 7d, such as 30m, 1h or 2d")
    return text


def _shape(text: str) -> str:
    return shapes_text(parse_shapes(text))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("write a time zone such as America/New_York") from error
    return text


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("write a time of day as 22:00")
    return text


def _place(pair: tuple[float, float]) -> tuple[float, float]:
    if not (abs(pair[0]) <= 180 and abs(pair[1]) <= 90):
        raise ValueError("a place is a longitude within ±180 and a latitude within ±90")
    return pair


def _route(line: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    degrees = sum(max(abs(to[0] - at[0]), abs(to[1] - at[1])) for at, to in pairwise(line))
    if not _SHORTEST_ROUTE_DEG <= degrees <= _LONGEST_ROUTE_DEG:
        raise ValueError(f"a route is from a metre to {_LONGEST_ROUTE_DEG:g} degrees long")
    return line


Within = Annotated[str, AfterValidator(_within), Field(max_length=8)]
Zone = Annotated[str, AfterValidator(_zone), Field(min_length=1, max_length=64)]
ClockTime = Annotated[str, AfterValidator(_clock)]
Metres = Annotated[float, Field(gt=0, le=200_000, allow_inf_nan=False)]
Place = Annotated[tuple[float, float], AfterValidator(_place)]
UserId = Annotated[int, Field(ge=1, lt=1 << 31, strict=True)]


class Part(BaseModel):
    """A piece of a watch area: takes its own fields and no others, and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    def as_json(self) -> dict[str, Any]:
        """Return the piece as HTTP, files and the database hold it."""
        return self.model_dump(mode="json", by_alias=True)


# ── where ────────────────────────────────────────────────────────────────────────────────────────


class Drawn(Part):
    """Shapes drawn on the map, in the filter's own words."""

    kind: Literal["drawn"] = "drawn"
    shape: Annotated[str, AfterValidator(_shape), Field(max_length=100_000)]


class InArea(Part):
    """An administrative or kept area."""

    kind: Literal["area"] = "area"
    area_id: UUID


class RoundSites(Part):
    """Within a distance of sites."""

    kind: Literal["sites"] = "sites"
    sites: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]
    metres: Metres


class AlongRoute(Part):
    """Within a distance of a line."""

    kind: Literal["route"] = "route"
    line: Annotated[tuple[Place, ...], AfterValidator(_route), Field(min_length=2, max_length=2_000)]
    metres: Metres


Geography = Annotated[Drawn | InArea | RoundSites | AlongRoute, Field(discriminator="kind")]

# ── when to tell ─────────────────────────────────────────────────────────────────────────────────


class SeverityRule(Part):
    """Any report of this severity or more."""

    kind: Literal["severity"] = "severity"
    at_least: Annotated[int, Field(ge=0, le=6, strict=True)]


class CountRule(Part):
    """More reports than this in so much time."""

    kind: Literal["count"] = "count"
    above: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    within: Within


class Method(StrEnum):
    """What a count is held against."""

    POISSON = "poisson"  # the area's own past, by hour of the week
    PERMUTATION = "permutation"  # the area's own places, times dealt out anew


class UnusualRule(Part):
    """More reports than is usual for the place and the hour."""

    kind: Literal["unusual"] = "unusual"
    method: Method = Method.POISSON
    within: Within = "1h"


class NewHotspotRule(Part):
    """A hotspot where there was none."""

    kind: Literal["new_hotspot"] = "new_hotspot"
    cell_m: Annotated[float, Field(ge=25, le=200_000)] | None = None


class NearSiteRule(Part):
    """A report near a site of a sector; `*` is any sector."""

    kind: Literal["near_site"] = "near_site"
    sector: Annotated[str, Field(min_length=1, max_length=40)]
    metres: Metres = 500.0


class LinkedSiteRule(Part):
    """A report that names a site, or lies at it."""

    kind: Literal["linked_site"] = "linked_site"
    site: UUID


Rule = Annotated[
    SeverityRule | CountRule | UnusualRule | NewHotspotRule | NearSiteRule | LinkedSiteRule,
    Field(discriminator="kind"),
]


class Budget(Part):
    """At most so many false alarms in so many hours."""

    alarms: Annotated[float, Field(gt=0, le=1_000)] = 1.0
    hours: Annotated[float, Field(gt=0, le=87_600)]

    @property
    def per_day(self) -> float:
        """The most false alarms a day."""
        return self.alarms * 24 / self.hours


# ── when to be quiet, and who is told ────────────────────────────────────────────────────────────


class Daily(Part):
    """A stretch of every day by the clock on the wall of a time zone; it may run over midnight."""

    from_: Annotated[ClockTime, Field(alias="from")]
    to: ClockTime
    zone: Zone

    @property
    def ends(self) -> tuple[time, time]:
        """The times of day at which it begins and ends."""
        return time.fromisoformat(self.from_), time.fromisoformat(self.to)


class QuietHours(Daily):
    """When messages wait until morning (`hold`), or are not sent at all (`silent`)."""

    mode: Literal["hold", "silent"] = "hold"


class Shift(Daily):
    """People who are told while they are on duty."""

    name: Annotated[str, Field(max_length=80)] = ""
    tells: Annotated[tuple[UserId, ...], Field(max_length=200)]


class Escalation(Part):
    """Whom to tell when nobody has acknowledged in time."""

    after_min: Annotated[int, Field(ge=1, le=10_080, strict=True)] = 15
    to: Annotated[tuple[UserId, ...], Field(min_length=1, max_length=50)]


Ceiling = Literal["clear", "green", "amber", "amber_strict", "red"]


class EmailChannel(Part):
    """Mail to those who are told; above the ceiling it says only that there is an alert."""

    kind: Literal["smtp"] = "smtp"
    ceiling: Ceiling = "green"


class WebhookChannel(Part):
    """A signed POST to an address that the administrator allows."""

    kind: Literal["webhook"] = "webhook"
    url: Annotated[str, Field(min_length=8, max_length=2_000)]
    ceiling: Ceiling = "green"


Channel = Annotated[EmailChannel | WebhookChannel, Field(discriminator="kind")]
Told = UserId | Literal["agency"]

GEOGRAPHY: TypeAdapter[Any] = TypeAdapter(Geography)
RULE: TypeAdapter[Any] = TypeAdapter(Rule)
CHANNEL: TypeAdapter[Any] = TypeAdapter(Channel)


def within_ms(text: str) -> int:
    """Return a rule's length of time in milliseconds."""
    return int(text[:-1]) * _UNITS_MS[_within(text)[-1]]


def read(adapter: TypeAdapter[T], value: Mapping[str, Any], *, what: str) -> T:
    """Return the piece that a mapping describes; raise Invalid with the first thing wrong in it."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            f"The {what} cannot be used: {where or what}: {first['msg']}",
            hint="See /api/v1/openapi.json for what is taken.",
        ) from error


def parse_budget(text: str) -> Budget:
    """Return the budget of words such as "1 per 12h" or "1 per week"; raise Invalid."""
    match = re.fullmatch(
        r"\s*([0-9]*\.?[0-9]+)\s*(?:per|/)\s*([0-9]*\.?[0-9]+)?\s*(h|hour|hours|d|day|days|w|week|weeks|shift)\s*",
        text,
    )
    hours_of = {"h": 1, "d": 24, "w": 168, "s": 12}
    if not match or not 0 < float(match[1]) <= 1_000 or float(match[2] or 1) <= 0:
        raise Invalid(
            f"{text[:60]!r} is no budget of false alarms.", hint='Write "1 per 12h" or "1 per week".'
        )
    hours = float(match[2] or 1) * hours_of[match[3][0]]
    return read(TypeAdapter(Budget), {"alarms": float(match[1]), "hours": hours}, what="budget")
