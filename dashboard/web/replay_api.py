"""`/api/v1/respond/then`: the search as it stood at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dashboard.replaying import Replay
from dashboard.web import calls_json, search_json
from dashboard.web.asking import Responder
from dashboard.web.calls_models import within_reason
from dashboard.web.models import Moment
from dashboard.web.records_json import Json, moment
from dashboard.web.respond_map_api import expected_cells


def add(routes: APIRouter, replay: Replay) -> None:
    """Add the route of the replay."""

    @routes.get("/respond/then")
    def then(
        actor: Responder,
        at: Annotated[Moment, Query(description="The time that is looked back to.")],
    ) -> Json:
        """Return households in the order they had, tasks as they were, and expected people per cell."""
        found = replay.then(actor, within_reason(at) or at)
        pairs = [
            (surface, float(one.people_count))
            for one, surface in zip(found.waiting, found.surfaces, strict=True)
            if surface is not None
        ]
        people = sum(one.people_count for one in found.waiting)
        return {
            "at": moment(found.at),
            "people": people,
            "households": [calls_json.household(one) for one in found.standings],
            "tasks": [search_json.task(one) for one in found.tasks],
            "expected": expected_cells(pairs, people=people, box=None),
        }
