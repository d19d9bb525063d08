"""`/api/v1/tasks` and `/api/v1/segments`: what a person gives, names and takes away by hand."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from dashboard.by_hand import ByHand
from dashboard.services import Services
from dashboard.web import search_json
from dashboard.web.asking import RecordId, Responder
from dashboard.web.models import RevisionNumber, Taken, Title
from dashboard.web.records_json import Json, marking
from dashboard.web.search_models import Base, Visibility
from data.model import LonLat


class TaskGiven(Taken):
    """A resource, and the household or the segment that it is sent to."""

    resource: UUID
    household: UUID | None = None
    segment: UUID | None = None
    at: Base | None = Field(default=None, description="Where to begin, if nothing says where they are.")

    @model_validator(mode="after")
    def _one_goal(self) -> TaskGiven:
        if (self.household is None) == (self.segment is None):
            raise ValueError("name a household or a segment")
        return self


class SegmentChange(Taken):
    """Another name or visibility of a segment, on top of the revision that one has seen."""

    revision: RevisionNumber
    name: Title | None = None
    visibility: Visibility | None = None


class SegmentsGone(Taken):
    """Segments that are no longer wanted."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=20_000)]


def add(routes: APIRouter, services: Services, hand: ByHand) -> None:
    """Add the routes of tasks and segments that a person makes what they are."""
    store = services.store

    @routes.post("/tasks", status_code=201)
    def give(actor: Responder, body: TaskGiven) -> Json:
        """Send a resource to a household or a segment; it is assigned at once where it is free."""
        at = None if body.at is None else LonLat(body.at.lon, body.at.lat)
        made = hand.give(actor, body.resource, household=body.household, segment=body.segment, at=at)
        return search_json.task(made)

    @routes.patch("/segments/{record_id}")
    def change(actor: Responder, record_id: RecordId, body: SegmentChange) -> Json:
        """Name a segment anew, or say how well one sees in it."""
        values: dict[str, Any] = {
            name: value
            for name in ("name", "visibility")
            if (value := getattr(body, name)) is not None
        }  # fmt: skip
        found = store.segments.change(actor, record_id, values, revision=body.revision)
        return {
            "id": str(found.id),
            "name": found.name,
            "visibility": found.visibility,
            "marking": marking(found.scope),
            "revision": found.revision,
        }

    @routes.post("/segments/remove")
    def remove(actor: Responder, body: SegmentsGone) -> Json:
        """Take segments away together; searches of them stay in the history."""
        return {"removed": store.segments.remove_all(actor, body.ids)}
