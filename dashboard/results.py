"""What comes back from a search: who was found, and ground where nobody was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from dashboard.searching import Search
from dashboard.services import Services
from data.access import Actor
from data.errors import Conflict, NotFound
from data.importers.tracks import read_track
from data.search_records import NewPiece, Task
from layers.rescue.grid import Grid
from layers.rescue.plan import poa_in
from layers.rescue.theory import pod
from layers.rescue.tracks import coverage

_MAY_BE_THERE: Final = 1e-3  # with less of a household on the ground, a search says nothing of it
_RELIABILITY: Final = 0.95
_CELLS: Final = 40_000
_LONGEST: Final = 20_000  # places of a track that is kept


class Results:
    """Takes results; everything that follows from them is entered at once."""

    def __init__(self, services: Services, search: Search) -> None:
        self._services, self._search = services, search

    def take(self, actor: Actor, task_id: UUID, told: Mapping[str, Any]) -> Task:
        """Return the task with what its search found; the search is evidence for all who were not found."""
        store = self._services.store
        task = store.tasks.get(actor, task_id)
        if task.status.ended:
            raise Conflict("This task has ended.", hint="Load it again.", revision=task.revision)
        seen = _pod_of(task, told)
        found = list(dict.fromkeys(told["household_ids"])) if told["outcome"] != "not_found" else []
        for one in found:
            store.households.get(actor, one)
        result = dict(told) | {"pod": seen, "household_ids": [str(one) for one in found]}
        result["track"] = None if task.result is None else task.result.get("track")
        done = store.tasks.end(actor, task_id, result, found=found, done=told["outcome"] != "partial")
        # A track that was sent has said it already, cell by cell.
        if seen > 0 and result["track"] is None:
            words = f"Task {task.position}: searched, {told['outcome'].replace('_', ' ')}"
            ground = shape(task.about["area"])
            piece = _searched(dict(mapping(ground)), words, pod=seen)
            self._enter(actor, piece, ground, but=found)
        return done

    def track(
        self, actor: Actor, task_id: UUID, content: bytes, *, visibility: str | None = None
    ) -> dict[str, Any]:
        """Return what a recorded track covered; it counts as searched, cell by cell.

        Without a visibility, that for which the task was planned holds.
        """
        store = self._services.store
        task = store.tasks.get(actor, task_id)
        if task.status.ended:
            raise Conflict("This task has ended.", hint="Send the track before the result.")
        if task.resource_id is None:
            raise NotFound("The resource of this task is no longer there.")
        recorded = read_track(content)
        line = _thinned(recorded.line)
        seen = visibility or str(task.about.get("visibility", "good"))
        sweep_m = float(store.resources.get(actor, task.resource_id).about["sweep_m"][seen])
        covered = _coverage(line, shape(task.about["area"]), sweep_m)
        told: dict[str, Any] = {"places": recorded.places, "hours": recorded.hours}
        told |= {"visibility": seen, "sweep_m": sweep_m, **covered}
        earlier = dict(task.result or {})
        store.tasks.end(
            actor, task_id, earlier | {"track": told, "pod": covered["pod"]}, found=[], done=False
        )
        words = (
            f"Task {task.position}: track of {covered['km']:.1f} km, nobody found on it; "
            f"{sweep_m:g} m swept in {seen} visibility"
        )
        params = {"track": dict(mapping(line)), "sweep_m": sweep_m, "model": "random"}
        piece = NewPiece(
            kind="searched",
            params=params,
            reliability=_RELIABILITY,
            at=recorded.end or self._services.clock.now(),
            source="A recorded track",
            words=words,
        )
        entered = self._enter(actor, piece, _around(line, sweep_m), but=[])
        return told | {"task_id": str(task_id), "households": entered}

    def _enter(self, actor: Actor, piece: NewPiece, ground: BaseGeometry, *, but: list[UUID]) -> int:
        """Enter what a search says for all who may have been on its ground; return for how many seen ones.

        The ground was searched for everybody: a household that this actor may not see learns of it as well.
        """
        store = self._services.store
        everybody = store.system_actor()
        waiting = [one for one in store.households.all(everybody) if one.open and one.id not in but]
        there = poa_in(self._search.surfaces(everybody, waiting), [ground])
        touched = [one for row, one in enumerate(waiting) if there[row, 0] > _MAY_BE_THERE]
        store.evidence.add_to_all(actor, touched, piece)
        for one in touched:
            self._search.follow(everybody, one.id)
        seen = {one.id for one in store.households.all(actor)}
        return sum(one.id in seen for one in touched)


def _searched(ground: dict[str, Any], words: str, *, pod: float) -> NewPiece:
    return NewPiece(
        kind="searched",
        params={"shape": ground, "pod": pod},
        reliability=_RELIABILITY,
        source="The result of a task",
        words=words,
    )


def _pod_of(task: Task, told: Mapping[str, Any]) -> float:
    if told["pod"] is not None:
        return float(told["pod"])
    if told["coverage"] is not None:
        return float(pod(float(told["coverage"]), told["model"]))
    planned, hours = float(task.about["coverage"]), float(task.about["hours"])
    share = 1.0 if told["hours"] is None or hours <= 0 else float(told["hours"]) / hours
    return float(pod(planned * share, told["model"]))


def _thinned(line: BaseGeometry) -> BaseGeometry:
    """Return a track of no more places than are kept; standing still says nothing new."""
    tolerance = 1e-6
    while shapely.get_num_coordinates(line) > _LONGEST:
        line, tolerance = shapely.simplify(line, tolerance), tolerance * 4
    return line


def _around(line: BaseGeometry, sweep_m: float) -> BaseGeometry:
    plane = Grid.around(line.bounds, max_cells=100, margin_m=2 * sweep_m)
    return plane.unproject(plane.project(line).buffer(sweep_m))


def _coverage(line: BaseGeometry, ground: BaseGeometry, sweep_m: float) -> dict[str, float]:
    """Return how much of the task's ground a track covered: mean coverage, and POD cell by cell."""
    grid = Grid.around(ground.bounds, max_cells=_CELLS)
    placed, track = grid.project(ground), grid.project(line)
    lon, lat = grid.centres_lonlat()
    inside = shapely.contains_xy(ground, lon, lat).reshape(grid.shape)
    total = max(int(inside.sum()), 1)
    patch = coverage(grid, track, sweep_m=sweep_m)
    on_ground = patch.values[inside[patch.where]] if patch.values.size else patch.values.ravel()
    return {
        "km": float(track.length) / 1000 if math.isfinite(track.length) else 0.0,
        "area_km2": float(placed.area) / 1e6,
        "coverage": float(on_ground.sum()) / total,
        "pod": float(pod(on_ground, "random").sum()) / total if on_ground.size else 0.0,
    }
