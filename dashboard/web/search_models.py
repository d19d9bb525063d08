"""What the API takes of resources, segments, closures, plans and tasks; anything else is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from dashboard.web.calls_models import Short, Words
from dashboard.web.models import Latitude, Longitude, Moment, RevisionNumber, Taken, Title, TlpName

Visibility = Literal["good", "fair", "poor"]
ResourceKind = Literal["team", "boat", "helicopter", "drone", "dog"]
ResourceStatusName = Literal["available", "assigned", "searching", "returning", "out_of_service"]
TaskStatusName = Literal["planned", "assigned", "searching", "returning", "done", "cancelled"]
# What teams and dogs travel in; without it, a car.
VehicleName = Literal["car", "high_clearance", "foot"]
ModelName = Literal["random", "inverse-cube", "definite"]
# Whoever moves a metre an hour searches nothing: and a plan could not reckon with less.
Positive = Annotated[float, Field(strict=True, ge=0.01, le=10_000, allow_inf_nan=False)]
Hours = Annotated[float, Field(strict=True, gt=0, le=240, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Capability = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Geometry = dict[str, Any]


class Base(Taken):
    """Where a resource starts from and comes back to."""

    name: Short = ""
    lon: Longitude
    lat: Latitude


class Sweep(Taken):
    """Sweep width in metres, by visibility."""

    good: Positive
    fair: Positive
    poor: Positive


class _Marked(Taken):
    tlp: TlpName | None = Field(default=None, description="Without it, the highest that the sender may see.")
    law_enforcement: bool = False


class ResourceIn(_Marked):
    """A resource that can search."""

    name: Title
    kind: ResourceKind
    speed_kmh: Positive
    travel_kmh: Positive | None = None
    vehicle: VehicleName | None = None
    sweep_m: Sweep
    endurance_h: Hours
    base: Base
    capabilities: Annotated[list[Capability], Field(max_length=50, default_factory=list)]
    radio: Short = ""
    status: ResourceStatusName = "available"


class ResourceChange(Taken):
    """A change to a resource, on top of the revision that one has seen."""

    revision: RevisionNumber
    name: Title | None = None
    speed_kmh: Positive | None = None
    travel_kmh: Positive | None = None
    vehicle: VehicleName | None = None
    sweep_m: Sweep | None = None
    endurance_h: Hours | None = None
    base: Base | None = None
    capabilities: Annotated[list[Capability], Field(max_length=50)] | None = None
    radio: Short | None = None
    status: ResourceStatusName | None = None


class SegmentIn(_Marked):
    """A segment that somebody drew."""

    name: Title
    geometry: Geometry
    visibility: Visibility = "good"


class SegmentsMade(_Marked):
    """How segments are made, and where: `bbox` is west, south, east, north; `shape` is GeoJSON."""

    source: Annotated[Literal["roads", "coast", "cells"], Field(alias="from")]
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    shape: Geometry | None = None
    side_m: Annotated[float, Field(strict=True, ge=50, le=100_000, allow_inf_nan=False)] = 1_000.0
    length_m: Annotated[float, Field(strict=True, ge=50, le=100_000, allow_inf_nan=False)] = 1_000.0
    width_m: Annotated[float, Field(strict=True, ge=10, le=10_000, allow_inf_nan=False)] = 100.0
    visibility: Visibility = "good"
    water: bool = Field(default=False, description="Cells on open water, too.")

    @model_validator(mode="after")
    def _somewhere(self) -> SegmentsMade:
        if (self.bbox is None) == (self.shape is None):
            raise ValueError("give a bbox or a shape")
        return self


class ClosureIn(_Marked):
    """A closed road or flooded ground: drawn, or the ground of an incident."""

    name: Title
    reason: Words = ""
    geometry: Geometry | None = None
    starts: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    incident_id: UUID | None = None


class ClosureChange(Taken):
    """A change to a closure; `active: false` opens the road now, `active: true` closes it again."""

    revision: RevisionNumber
    name: Title | None = None
    reason: Words | None = None
    until: Moment | None = None
    active: bool | None = None


class PlanAsked(Taken):
    """What the plan is made for."""

    hours: Hours = 12.0
    visibility: Visibility = "good"
    model: ModelName = "random"
    resources: Annotated[list[UUID], Field(max_length=200)] | None = None
    households: Annotated[list[UUID], Field(max_length=5_000)] | None = None
    work: UUID | None = Field(default=None, description="A key to ask by how far the plan is.")


class TaskChange(Taken):
    """A new status of a task."""

    status: TaskStatusName
    revision: RevisionNumber | None = None


class TaskResult(Taken):
    """What a search found; without `pod` or `coverage`, the POD that the plan had for it."""

    outcome: Literal["found", "not_found", "partial"]
    household_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    people: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    hours: Hours | None = None
    pod: Share | None = None
    coverage: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)] | None = None
    model: ModelName = "random"
    note: Words = ""

    @model_validator(mode="after")
    def _somebody_was_found(self) -> TaskResult:
        if self.outcome == "found" and not self.household_ids:
            raise ValueError("name the households that were found")
        return self
