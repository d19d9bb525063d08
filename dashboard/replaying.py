"""The search as it stood at a time: households, where they were thought to be, and tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dashboard.searching import PLAN_CELLS, Search, evidence_at
from dashboard.services import Services
from data.access import Actor
from data.model import LonLat
from data.rescue_records import WORKING, Household, HouseholdStatus, Located
from data.search_records import Piece, SearchEvent, Task, TaskStatus
from layers.rescue.credible import best, credible
from layers.rescue.extent import surface_of
from layers.rescue.priority import Standing, standings
from layers.rescue.surface import Surface

_UNDER_WAY: Final = frozenset({"assigned", "searching"})
_ENDED: Final = frozenset({"done", "cancelled"})
_LEFT: Final = _ENDED | {"planned"}  # whoever was assigned is no longer


@dataclass(frozen=True)
class Then:
    """What was known at a time; `surfaces` are those of the households that waited, in their order."""

    at: datetime
    standings: list[Standing]
    waiting: list[Household]
    surfaces: list[Surface | None]
    tasks: list[Task]


class Replay:
    """Puts the search together again from its events; who is merged today stands together in it, too."""

    def __init__(self, services: Services, search: Search) -> None:
        self._services, self._search = services, search

    def then(self, actor: Actor, at: datetime) -> Then:
        """Return the search as it stood at a time."""
        store = self._services.store
        events = [one for one in store.search_events.all(actor) if one.at <= at]
        of_each: dict[UUID, list[SearchEvent]] = {}
        for one in events:
            of_each.setdefault(one.record_id, []).append(one)
        known = [one for one in store.households.all(actor) if any(call.entered <= at for call in one.calls)]
        pieces = store.evidence.all(actor, known)
        now = self._services.clock.now()
        households, surfaces = [], []
        for here in known:
            before = _as_it_was(here, of_each.get(here.id, []), at)
            surface = None
            if before.open or _moved(pieces[here.id], at):
                surface = self._surface(pieces[here.id], at, now)
                before = replace(before, located=_located(surface))
            households.append(before)
            surfaces.append(surface)
        waiting = [(one, surface) for one, surface in zip(households, surfaces, strict=True) if one.open]
        return Then(
            at=at,
            standings=standings(households, now=at),
            waiting=[one for one, _ in waiting],
            surfaces=[surface for _, surface in waiting],
            tasks=_tasks(store.tasks.all(actor), of_each),
        )

    def _surface(self, pieces: Sequence[Piece], at: datetime, now: datetime) -> Surface | None:
        if not _moved(pieces, at) and not any(one.kind == "sighting" for one in pieces):
            return self._search.kept(pieces, PLAN_CELLS)
        return surface_of(evidence_at(pieces, at), min(at, now), max_cells=PLAN_CELLS, contributions=False)


def _as_it_was(here: Household, events: Sequence[SearchEvent], at: datetime) -> Household:
    status, by, since, contact = HouseholdStatus.UNVERIFIED, None, None, None
    for one in events:
        told = one.detail
        after = _after(status, one.kind, told)
        if after is not status:
            status, by, since = after, one.who, one.at
        if one.kind == "household.contact" and told.get("outcome") == "reached":
            contact = datetime.fromisoformat(str(told["at"]))
        elif one.kind == "household.status" and after is HouseholdStatus.REACHED:
            contact = one.at
    return replace(
        here,
        calls=tuple(one for one in here.calls if one.entered <= at),
        status=status,
        status_by=by,
        status_at=since,
        contact_at=contact,
        follow_up_at=None,
        task_id=None,
        cut_off=None,
    )


def _after(status: HouseholdStatus, kind: str, detail: Mapping[str, Any]) -> HouseholdStatus:
    """Return the status after an event: said by a person, or following from a task."""
    told = str(detail.get("status", ""))
    if kind == "household.status":
        return HouseholdStatus(told)
    if kind != "household.task":
        return status
    if "stands" in detail:
        return HouseholdStatus(str(detail["stands"]))
    if told in _UNDER_WAY and status in WORKING:
        return HouseholdStatus.ASSIGNED
    return HouseholdStatus.LOCATED if told in _LEFT and status is HouseholdStatus.ASSIGNED else status


def _moved(pieces: Sequence[Piece], at: datetime) -> bool:
    """Return whether any evidence was entered or changed after a time."""
    return any(one.now.at > at for one in pieces)


def _located(surface: Surface | None) -> Located | None:
    if surface is None:
        return None
    first, area = best(surface, 1)[0], credible(surface, (0.95,))[0]
    place = LonLat(round(first.lon, 6), round(first.lat, 6))
    return Located(place=place, accuracy_m=round(first.accuracy_m, 1), area95_km2=round(area.km2, 6))


def _tasks(every: Sequence[Task], of_each: dict[UUID, list[SearchEvent]]) -> list[Task]:
    """Return the tasks of plans that were taken by then, each as far as it was."""
    found = []
    for one in every:
        if not any(event.kind == "plan.adopted" for event in of_each.get(one.plan_id, [])):
            continue
        events = of_each.get(one.id, [])
        said = [event.detail["status"] for event in events if event.kind == "task.status"]
        result = one.result if any(event.kind == "task.result" for event in events) else None
        found.append(replace(one, status=TaskStatus(said[-1]) if said else TaskStatus.PLANNED, result=result))
    return found
