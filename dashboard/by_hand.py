"""A task that a person gives by hand: this resource to that household or segment, without a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from shapely.geometry import mapping

from dashboard.legs import legs
from dashboard.proposals import proposals
from dashboard.searching import PLAN_CELLS, Search
from dashboard.services import Services
from dashboard.ways import Ways
from data.access import Actor
from data.errors import Invalid
from data.gazetteer.grids import usng
from data.model import LonLat, new_id
from data.rescue_records import Household
from data.search_records import Resource, StoredSegment, Task
from layers.rescue.credible import best, cells_within, outline
from layers.rescue.evidence import Evidence
from layers.rescue.extent import surface_of
from layers.rescue.plan import TRAVEL_KMH, VISIBILITIES, Searcher, Target, poa_in
from layers.rescue.surface import Surface
from layers.rescue.theory import pod

_USUALLY: Final = 0.8  # a household is looked for in the area of this level
_HALF: Final = 0.5  # of a place that only the words of a call tell of
_GUESSED: Final = 0.2  # of a place that somebody begins with, because nothing tells of any
_PROPOSED: Final = "The place is read in their calls; nobody has accepted it yet. "
_ASKED: Final = "Nothing says where they are: this is where to ask for them first. "
_LEAST_KM2: Final = 0.01
_LEAST_H: Final = 0.25
_MOST_H: Final = 240.0
_UNKNOWN_M: Final = 500.0  # of a place that came without an accuracy


@dataclass(frozen=True)
class _Goal:
    """Where a task leads to, and how many people are expected there."""

    target: Target
    area: dict[str, Any]
    people: float
    poa: float
    about: Household | StoredSegment
    why: str = ""


class ByHand:
    """Gives tasks as a plan of one line that is taken at once."""

    def __init__(self, services: Services, search: Search, ways: Ways) -> None:
        self._services, self._search, self._ways = services, search, ways

    def give(
        self, actor: Actor, resource_id: UUID, *, household: UUID | None, segment: UUID | None,
        at: LonLat | None = None,
    ) -> Task:  # fmt: skip
        """Return the task that was made; it is assigned at once where the resource is free.

        `at` is where to begin with a household that nothing says anything about.
        """
        store = self._services.store
        by = store.resources.get(actor, resource_id)
        if household is not None:
            goal = self._household(actor, household, at)
        else:
            goal = self._segment(actor, segment)
        line = self._line(actor, by, goal)
        answer = {
            "id": "",
            "tasks": [line],
            "expected_people": line["expected_people"],
            "even_split": line["expected_people"],
            "gain": 0.0,
            "hours": line["hours"],
            "by_hand": True,
        }
        told = {goal.about.scope.id, by.scope.id} | {one.scope.id for one in self._ways.closed(actor)}
        plan = store.tasks.keep_plan(actor, answer, scopes=told | store.networks.scopes(actor))
        return store.tasks.adopt(actor, plan.id)[0]

    def _household(self, actor: Actor, household_id: UUID, at: LonLat | None) -> _Goal:
        here = self._services.store.households.get(actor, household_id)
        if not here.open:
            raise Invalid(
                "This household is no longer looked for.", hint="Set its status back to located first."
            )
        surface, poa, why = self._search.surfaces(actor, [here])[0] or self._said(here), _USUALLY, ""
        if surface is None:
            surface, poa, why = self._proposed(actor, here), _HALF, _PROPOSED
        if surface is None and at is not None:
            surface, poa, why = self._around(at, _UNKNOWN_M), _GUESSED, _ASKED
        if surface is None:
            raise Invalid(
                "Nothing says where this household is.",
                hint="Click where to ask for them first, or enter a piece of evidence.",
            )
        cells = cells_within(surface, _USUALLY)
        first = best(surface, 1)[0]
        area = max(len(cells) * surface.grid.cell_km2, _LEAST_KM2)
        target = Target(here.number, LonLat(first.lon, first.lat), area)
        shape = dict(mapping(outline(surface.grid, cells)))
        return _Goal(target, shape, float(here.people_count), poa, here, why)

    def _said(self, here: Household) -> Surface | None:
        """Return the surface of a place that only a call tells of."""
        if here.whereabouts is None:
            return None
        return self._around(here.whereabouts.place, here.whereabouts.accuracy_m or _UNKNOWN_M)

    def _around(self, at: LonLat, metres: float) -> Surface | None:
        point = {"lon": at.lon, "lat": at.lat, "accuracy_m": metres}
        return self._surface([Evidence("call", "point", point)])

    def _proposed(self, actor: Actor, here: Household) -> Surface | None:
        """Return the surface of the clues in its calls that nobody has decided on."""
        decided = self._services.store.evidence.decided(actor, here.id)
        clues = [one.clue for one in proposals(self._search.ground(actor), here, without=decided)]
        return self._surface(
            [
                Evidence(str(at), clue.kind, clue.params, reliability=clue.weight)
                for at, clue in enumerate(clues)
            ]
        )

    def _surface(self, told: list[Evidence]) -> Surface | None:
        return surface_of(told, self._services.clock.now(), max_cells=PLAN_CELLS)

    def _segment(self, actor: Actor, segment_id: UUID | None) -> _Goal:
        if segment_id is None:
            raise Invalid("A task leads somewhere.", hint="Name a household or a segment.")
        store = self._services.store
        one = store.segments.get(actor, segment_id)
        waiting = [here for here in store.households.all(actor) if here.open]
        poa = poa_in(self._search.surfaces(actor, waiting), [one.geometry])
        people = float(poa[:, 0] @ np.array([here.people_count for here in waiting])) if waiting else 0.0
        middle = one.geometry.representative_point()
        target = Target(one.name, LonLat(middle.x, middle.y), one.area_km2, one.visibility)
        return _Goal(target, dict(mapping(one.geometry)), people, 1.0, one)

    def _line(self, actor: Actor, by: Resource, goal: _Goal) -> dict[str, Any]:
        """Return the one line of the plan, as the planner writes its own."""
        searcher = _searcher(by)
        way = legs(self._ways, actor, resources=[by], searchers=[searcher], targets=[goal.target])
        travel_h = float(way.from_base_h[0, 0])
        if not math.isfinite(travel_h):
            raise Invalid("No way leads there.", hint="Choose a resource that flies, or open a road first.")
        once_over = goal.target.area_km2 / max(searcher.swept_km2_h(goal.target.visibility), 1e-6)
        hours = min(max(once_over, _LEAST_H), searcher.hours, _MOST_H)
        seen = goal.target.coverage(searcher, hours)
        at = goal.target.at
        is_household = isinstance(goal.about, Household)
        on = {"id": str(goal.about.id), "number" if is_household else "name": goal.target.name}
        orders = [one.position for one in self._services.store.tasks.all(actor) if not one.status.ended]
        return {
            "id": str(new_id()),
            "order": max(orders, default=0) + 1,
            "resource": {"id": str(by.id), "name": by.name, "radio": by.about["radio"]},
            "segment": None if is_household else on,
            "household": on if is_household else None,
            "lon": round(at.lon, 6),
            "lat": round(at.lat, 6),
            "usng": usng(at, pairs=4) if -80 <= at.lat <= 84 else "",
            "area": goal.area,
            "area_km2": goal.target.area_km2,
            "hours": hours,
            "arrive_h": travel_h,
            "travel_s": round(travel_h * 3600),
            "travel_by": way.by[0][0],
            "visibility": goal.target.visibility,
            "coverage": seen,
            "pod": pod(seen, "random"),
            "pos": goal.poa * pod(seen, "random"),
            "expected_people": goal.people * goal.poa * pod(seen, "random"),
            "why": f"Given by hand. {goal.why}{way.said(0, 0, by.kind)}",
        }


def _searcher(one: Resource) -> Searcher:
    about, base = one.about, one.about["base"]
    return Searcher(
        kind=one.kind,
        speed_kmh=float(about["speed_kmh"]),
        travel_kmh=float(about.get("travel_kmh") or max(TRAVEL_KMH[one.kind], float(about["speed_kmh"]))),
        sweep_m={name: float(about["sweep_m"][name]) for name in VISIBILITIES},
        hours=float(about["endurance_h"]),
        base=LonLat(base["lon"], base["lat"]),
    )
