"""What the search for people works with, as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from data.model import Scope


class ResourceStatus(StrEnum):
    """Where a resource stands on the board."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    SEARCHING = "searching"
    RETURNING = "returning"
    OUT_OF_SERVICE = "out_of_service"


class TaskStatus(StrEnum):
    """How far a task is; the last two are its ends."""

    PLANNED = "planned"
    ASSIGNED = "assigned"
    SEARCHING = "searching"
    RETURNING = "returning"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Return whether nothing more comes of it."""
        return self in (TaskStatus.DONE, TaskStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPiece:
    """A piece of evidence as it is entered."""

    kind: str
    params: Mapping[str, Any]
    reliability: float
    weight: float = 1.0
    at: datetime | None = None
    source: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceChange:
    """One state of a piece of evidence: who set it so, and when."""

    revision: int
    at: datetime
    who: str
    on: bool
    reliability: float
    weight: float
    withdrawn: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence about a household; `history` holds every state it had, the newest last."""

    id: UUID
    household_id: UUID
    kind: str
    params: Mapping[str, Any]
    source: str
    words: str
    at: datetime | None
    entered: datetime
    who: str
    from_call: bool
    history: tuple[PieceChange, ...]

    @property
    def now(self) -> PieceChange:
        """Return the state it has."""
        return self.history[-1]

    def as_of(self, at: datetime) -> PieceChange | None:
        """Return the state it had at a time, None before it was entered."""
        return next((one for one in reversed(self.history) if one.at <= at), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record with a marking and revisions."""

    seq: int
    id: UUID
    scope: Scope
    name: str
    entered: datetime
    updated: datetime
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Kept):
    """Who can search: `about` holds speed, sweep widths, endurance, base, capabilities and radio."""

    kind: str
    status: ResourceStatus
    about: Mapping[str, Any]
    task_id: UUID | None

    def status_for(self, tasks: Collection[UUID]) -> ResourceStatus:
        """Return the status that somebody is shown who may see these tasks.

        At a task that they may not see, it is out of service, which may mean anything.
        """
        hidden = self.task_id is not None and self.task_id not in tasks
        return ResourceStatus.OUT_OF_SERVICE if hidden else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSegment(Kept):
    """Ground that one resource can search at a time."""

    kind: str
    visibility: str
    geometry: BaseGeometry
    area_km2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure(Kept):
    """Where no vehicle gets through, from when, until when."""

    reason: str
    geometry: BaseGeometry
    starts: datetime | None
    until: datetime | None
    incident_id: UUID | None

    def active(self, now: datetime) -> bool:
        """Return whether it closes the road at a time."""
        return (self.starts is None or self.starts <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan as it was answered, and whether somebody took it."""

    seq: int
    id: UUID
    scopes: tuple[int, ...]
    answer: Mapping[str, Any]
    at: datetime
    who: str
    adopted: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One line of an adopted plan and what became of it."""

    seq: int
    id: UUID
    plan_id: UUID
    scopes: tuple[int, ...]
    household_id: UUID | None
    segment_id: UUID | None
    resource_id: UUID | None  # None for an actor who may not see the resource
    position: int
    status: TaskStatus
    about: Mapping[str, Any]
    result: Mapping[str, Any] | None
    updated: datetime
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEvent:
    """Something that happened in the search."""

    id: UUID
    at: datetime
    who: str
    kind: str
    record_id: UUID
    detail: Mapping[str, Any]
