"""Makes plans of the search out of what the actor may see: households, segments, resources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import numpy as np
from shapely.geometry import mapping

from dashboard.at_work import Work
from dashboard.legs import Legs, legs
from dashboard.responding import Board
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.ways import Ways
from data.access import Actor
from data.errors import NotFound
from data.gazetteer.grids import usng
from data.model import LonLat, new_id
from data.rescue_records import Household
from data.search_records import Plan, Resource, ResourceStatus, StoredSegment
from layers.rescue.credible import best, cells_within, outline
from layers.rescue.effort_people import SearchPlan, Step
from layers.rescue.plan import (
    MAX_TARGETS,
    TRAVEL_KMH,
    VISIBILITIES,
    Searcher,
    Target,
    made_plan,
    poa_in,
)
from layers.rescue.priority import Standing
from layers.rescue.surface import Surface

_USUALLY: Final = 0.8  # a household is looked for in the area of this level
_LEAST_KM2: Final = 0.01
_WORTH_IT: Final = 0.05  # with less of a household outside of all segments, it is no target of its own

Visibility = Literal["good", "fair", "poor"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is made for; None: all that there are."""

    hours: float
    visibility: Visibility
    model: str
    resources: frozenset[UUID] | None = None
    households: frozenset[UUID] | None = None


@dataclass(frozen=True)
class _Ground:
    """What can be searched, and the probability of each household in each."""

    targets: list[Target]
    about: list[StoredSegment | Household]
    areas: list[Any]  # GeoJSON geometries
    poa: np.ndarray


@dataclass(frozen=True)
class _Made:
    """A plan that was found, and what it was found from."""

    plan: SearchPlan
    ground: _Ground
    resources: list[Resource]
    searchers: list[Searcher]
    standings: list[Standing]
    legs: Legs


class Planner:
    """Makes a plan at each question anew."""

    def __init__(self, services: Services, search: Search, board: Board, ways: Ways) -> None:
        self._services, self._search, self._board, self._ways = services, search, board, ways

    def make(self, actor: Actor, asked: Asked, work: Work) -> Plan:
        """Return a plan as it is kept, with its tasks in order and what an even split would gain."""
        store = self._services.store
        work.at("Who waits, and who can go")
        tasks = {one.id for one in store.tasks.all(actor)}
        resources = _chosen_resources(store.resources.all(actor), asked, tasks)
        standings = _chosen_households(self._board.standings(actor), asked)
        households = [one.household for one in standings]
        work.at(f"Where {len(households):,} households may be")
        surfaces = self._search.surfaces(actor, households, check=work.check)
        work.at("What ground to search")
        ground = _ground(households, surfaces, store.segments.all(actor), asked.visibility)
        answer: dict[str, Any] = {
            "id": "",
            "tasks": [],
            "expected_people": 0.0,
            "even_split": 0.0,
            "gain": 0.0,
            "hours": asked.hours,
            "visibility": asked.visibility,
            "model": asked.model,
            "households": len(households),
            "without_place": sum(one is None for one in surfaces),
            "notes": [],
        }
        if ground.targets and resources:
            made = self._made(
                actor, asked, standings=standings, ground=ground, resources=resources, work=work
            )
            found = made.plan
            answer |= {
                "tasks": _tasks(made),
                "expected_people": found.people,
                "even_split": found.even_split,
                "gain": found.people - found.even_split,
                "notes": made.legs.notes,
                "expected_weighed": found.weighed,
                "even_split_weighed": found.even_weighed,
            }
        work.check()
        return store.tasks.keep_plan(
            actor, answer, scopes=self._told_of(actor, ground, households, resources)
        )

    def _made(
        self, actor: Actor, asked: Asked, *, standings: list[Standing], ground: _Ground,
        resources: list[Resource], work: Work,
    ) -> _Made:  # fmt: skip
        searchers = [_searcher(one, asked) for one in resources]
        work.at(f"The ways of {len(resources):,} resources to {len(ground.targets):,} places")
        ways = legs(
            self._ways, actor, resources=resources, searchers=searchers, targets=ground.targets,
            check=work.check,
        )  # fmt: skip
        work.at("Who goes where first")
        left = [math.inf if one.water_hours_left is None else one.water_hours_left for one in standings]
        found = made_plan(
            people=np.array([float(one.household.people_count) for one in standings]),
            weight=np.array([1.0 + one.score / 100 for one in standings]),
            hours_left=np.array(left),
            poa=ground.poa,
            targets=ground.targets,
            searchers=searchers,
            from_base_h=ways.from_base_h,
            between_h=ways.between_h,
            model=asked.model,
            check=work.check,
        )
        return _Made(found, ground, resources, searchers, standings, ways)

    def _told_of(
        self, actor: Actor, ground: _Ground, households: Sequence[Household], resources: Sequence[Resource]
    ) -> set[int]:
        """Return the scopes of all that a plan was made from: who may not see all of it sees no plan."""
        segments = [one for one in ground.about if isinstance(one, StoredSegment)]
        closed = self._ways.closed(actor)
        told = {one.scope.id for one in households} | {one.scope.id for one in (*segments, *resources)}
        return told | {one.scope.id for one in closed} | self._services.store.networks.scopes(actor)


def _chosen_resources(every: Sequence[Resource], asked: Asked, tasks: set[UUID]) -> list[Resource]:
    if asked.resources is not None:
        known = {one.id: one for one in every}
        if not asked.resources <= set(known):
            raise NotFound("There is no such resource, or you may not see it.")
        return [one for one in every if one.id in asked.resources]
    return [one for one in every if one.status_for(tasks) is not ResourceStatus.OUT_OF_SERVICE]


def _chosen_households(every: Sequence[Standing], asked: Asked) -> list[Standing]:
    waiting = [one for one in every if one.household.open]
    if asked.households is None:
        return waiting
    if not asked.households <= {one.household.id for one in every}:
        raise NotFound("There is no such household, or you may not see it.")
    return [one for one in waiting if one.household.id in asked.households]


def _ground(
    households: Sequence[Household], surfaces: Sequence[Surface | None], segments: Sequence[StoredSegment],
    visibility: str,
) -> _Ground:  # fmt: skip
    """Return segments that anybody may be in, and households that no segment holds."""
    poa = poa_in(surfaces, [one.geometry for one in segments])
    used = np.flatnonzero(poa.any(axis=0))
    if len(used) > MAX_TARGETS // 2:
        used = np.sort(used[np.argsort(-poa[:, used].sum(axis=0), kind="stable")[: MAX_TARGETS // 2]])
    chosen = [segments[int(at)] for at in used]
    targets = [
        Target(one.name, _middle(one), one.area_km2, _worse(one.visibility, visibility)) for one in chosen
    ]
    about: list[StoredSegment | Household] = list(chosen)
    areas: list[Any] = [dict(mapping(one.geometry)) for one in chosen]
    columns = [poa[:, at] for at in used]
    for row, (here, surface) in enumerate(zip(households, surfaces, strict=True)):
        if surface is None or len(targets) >= MAX_TARGETS:
            continue
        cells = cells_within(surface, _USUALLY)
        held = float(np.exp(surface.log_p.ravel()[cells]).sum())
        alone = held * max(0.0, 1.0 - float(poa[row, used].sum()))
        if alone < _WORTH_IT:
            continue
        first = best(surface, 1)[0]
        area = max(len(cells) * surface.grid.cell_km2, _LEAST_KM2)
        targets.append(Target(here.number, LonLat(first.lon, first.lat), area, visibility))
        about.append(here)
        areas.append(dict(mapping(outline(surface.grid, cells))))
        column = np.zeros(len(households))
        column[row] = alone
        columns.append(column)
    return _Ground(targets, about, areas, np.array(columns).reshape(len(targets), len(households)).T)


def _middle(one: StoredSegment) -> LonLat:
    here = one.geometry.representative_point()
    return LonLat(here.x, here.y)


def _worse(one: str, other: str) -> str:
    """Return the worse of two visibilities: of the ground, and of the day."""
    return max(one, other, key=VISIBILITIES.index)


def _searcher(one: Resource, asked: Asked) -> Searcher:
    about, base = one.about, one.about["base"]
    return Searcher(
        kind=one.kind,
        speed_kmh=float(about["speed_kmh"]),
        travel_kmh=float(about.get("travel_kmh") or max(TRAVEL_KMH[one.kind], float(about["speed_kmh"]))),
        sweep_m={name: float(about["sweep_m"][name]) for name in VISIBILITIES},
        hours=min(asked.hours, float(about["endurance_h"])),
        base=LonLat(base["lon"], base["lat"]),
    )


def _tasks(made: _Made) -> list[dict[str, Any]]:
    steps = sorted(made.plan.steps, key=lambda step: (step.arrive_h, step.resource))
    return [_task(order, step, made) for order, step in enumerate(steps, start=1)]


def _task(order: int, step: Step, made: _Made) -> dict[str, Any]:
    target, about = made.ground.targets[step.segment], made.ground.about[step.segment]
    by = made.resources[step.resource]
    is_household = isinstance(about, Household)
    named = {"number": about.number} if isinstance(about, Household) else {"name": about.name}
    on = {"id": str(about.id)} | named
    return {
        "id": str(new_id()),
        "order": order,
        "resource": {"id": str(by.id), "name": by.name, "kind": by.kind, "radio": by.about.get("radio", "")},
        "segment": None if is_household else on,
        "household": on if is_household else None,
        "lon": round(target.at.lon, 6),
        "lat": round(target.at.lat, 6),
        "usng": usng(target.at, pairs=4) if -80 <= target.at.lat <= 84 else "",
        "area": made.ground.areas[step.segment],
        "area_km2": target.area_km2,
        "hours": step.hours,
        "arrive_h": step.arrive_h,
        "travel_s": round(step.travel_h * 3600),
        "travel_by": made.legs.by[step.resource][step.segment],
        "visibility": target.visibility,
        "coverage": target.coverage(made.searchers[step.resource], step.hours),
        "pod": step.pod,
        "pos": step.households,
        "expected_people": step.people,
        "why": _why(step, made),
    }


def _why(step: Step, made: _Made) -> str:
    """Return who is most likely to be there, why they are looked for first, and by what way."""
    share = made.ground.poa[:, step.segment]
    likely = int(np.argmax(share * np.array([1.0 + one.score for one in made.standings])))
    one = made.standings[likely]
    said = f"{one.household.number} is there with {share[likely]:.0%}"
    reasons = "; ".join(one.reasons[:2])
    more = int((share > _WORTH_IT).sum()) - 1
    way = made.legs.said(step.resource, step.segment, made.resources[step.resource].kind)
    said += (f" and {more} more may be" if more > 0 else "") + (f". {reasons}" if reasons else "")
    return f"{said}. {way}"
